"""Reading ownership facts out of a store's snapshot: all of them, or what one question needs."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from graphkit.model.shares import Interval
from graphkit.ownership.facts import (
    BlocFact,
    OwnershipFacts,
    PartyFact,
    RegisterFact,
    RightFact,
    StakeFact,
    interval_text,
)
from graphkit.ownership.results import Fact

if TYPE_CHECKING:
    from graphkit.store.base import Snapshot

_EVIDENCE = ["fact_id", "source", "file", "line", "valid_from", "valid_to"]
_STAKE = ["holder_id", "entity_id", "tranche", "capital_min", "capital_max"]
_STAKE += ["votes_min", "votes_max", "income_min", "income_max", *_EVIDENCE]
_RIGHT = ["holder_id", "entity_id", "kind", "from_id", "decisive", "discretion"]
_RIGHT += ["share_min", "share_max", *_EVIDENCE]
_REGISTER = ["entity_id", "complete", "rest_rule", *_EVIDENCE]
_BLOC = ["bloc_id", "member_id", *_EVIDENCE]
_SCOPE = ["bloc_id", "entity_id", *_EVIDENCE]
_PARTY = ["party_id", "kind", "name", "pseudo"]

_interval_text = lru_cache(maxsize=4096)(interval_text)


def read(
    snapshot: Snapshot,
    upstream_of: Collection[str] | None,
    downstream_of: Collection[str] | None,
) -> OwnershipFacts:
    """The facts that :func:`graphkit.ownership.facts.read_facts` promises."""
    if upstream_of is None and downstream_of is None:
        return _whole(snapshot)
    blocs = _Blocs(snapshot)
    reached = set(upstream_of or ())
    if downstream_of:
        reached |= _downstream(snapshot, blocs, set(downstream_of))
    return _upstream(snapshot, blocs, reached)


def _whole(snapshot: Snapshot) -> OwnershipFacts:
    facts = OwnershipFacts()
    facts.stakes = [_stake(row) for row in snapshot.rows("stake", _STAKE)]
    facts.rights = [_right(row) for row in snapshot.rows("control_right", _RIGHT)]
    facts.registers = _registers(snapshot.rows("register", _REGISTER))
    facts.parties = _parties(snapshot.rows("party", _PARTY))
    facts.blocs = _blocs(snapshot.rows("bloc", _BLOC), snapshot.rows("bloc_scope", _SCOPE))
    return facts


class _Blocs:
    """Who acts in concert with whom. Agreements are few: one query, not one a level."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._of: dict[str, list[str]] = {}
        self._members: dict[str, list[str]] = {}
        for bloc_id, member in snapshot.rows("bloc", ["bloc_id", "member_id"]):
            self._of.setdefault(member, []).append(bloc_id)
            self._members.setdefault(bloc_id, []).append(member)

    def of(self, parties: set[str]) -> set[str]:
        """The agreements that these parties have joined."""
        return {bloc for party in parties for bloc in self._of.get(party, ())}

    def members(self, blocs: set[str]) -> set[str]:
        """The members of these agreements."""
        return {member for bloc in blocs for member in self._members[bloc]}


def _downstream(snapshot: Snapshot, blocs: _Blocs, start: set[str]) -> set[str]:
    """The parties that `start` may reach downwards, itself included."""
    seen: set[str] = set()
    frontier = set(start)
    while frontier:
        seen |= frontier
        found = blocs.members(blocs.of(frontier))
        for table in ("stake", "control_right"):
            rows = snapshot.rows(table, ["entity_id"], where="holder_id", among=frontier)
            found.update(row[0] for row in rows)
        frontier = found - seen
    return seen


def _upstream(snapshot: Snapshot, blocs: _Blocs, start: set[str]) -> OwnershipFacts:
    """The facts of `start` and of everything above it, registers whole."""
    facts = OwnershipFacts()
    seen: set[str] = set()
    frontier = set(start)
    while frontier:
        seen |= frontier
        found = blocs.members(blocs.of(frontier))
        for row in snapshot.rows("stake", _STAKE, where="entity_id", among=frontier):
            facts.stakes.append(_stake(row))
            found.add(row[0])
        for row in snapshot.rows("control_right", _RIGHT, where="entity_id", among=frontier):
            right = _right(row)
            facts.rights.append(right)
            found.add(right.holder)
            if right.from_id:
                found.add(right.from_id)
        frontier = found - seen
    joined = blocs.of(seen)
    if joined:
        members = snapshot.rows("bloc", _BLOC, where="bloc_id", among=joined)
        scopes = snapshot.rows("bloc_scope", _SCOPE, where="bloc_id", among=joined)
        facts.blocs = _blocs(members, scopes)
    if seen:
        facts.registers = _registers(snapshot.rows("register", _REGISTER, "entity_id", seen))
        facts.parties = _parties(snapshot.rows("party", _PARTY, "party_id", seen))
    return facts


def _stake(row: tuple[Any, ...]) -> StakeFact:
    holder, entity, tranche, c_low, c_high, v_low, v_high, i_low, i_high = row[:9]
    capital = Interval(c_low, c_high)
    votes = _interval(v_low, v_high)
    text = f"{holder} holds {_interval_text(capital)} of {entity}"
    if votes is not None and votes != capital:
        text += f" with {_interval_text(votes)} of the votes"
    if tranche:
        text += f" (tranche {tranche})"
    fact = _fact("stake", text, row[9:])
    return StakeFact(holder, entity, capital, votes, _interval(i_low, i_high), tranche or "", fact)


def _interval(low: int | None, high: int | None) -> Interval | None:
    return None if low is None or high is None else Interval(low, high)


def _right(row: tuple[Any, ...]) -> RightFact:
    holder, entity, kind, from_id, decisive, discretion, low, high = row[:8]
    text = f"{holder} is {kind} of {entity}"
    if from_id:
        text += f" for {from_id}"
    fact = _fact("control_right", text, row[8:])
    return RightFact(
        holder, entity, kind, from_id or "", decisive, discretion, _interval(low, high), fact
    )


def _registers(rows: list[tuple[Any, ...]]) -> dict[str, RegisterFact]:
    found = {}
    for entity, complete, rest_rule, *evidence in rows:
        said = "declared complete" if complete else "not declared complete"
        fact = _fact("register", f"the register of {entity} is {said}", tuple(evidence))
        found[entity] = RegisterFact(entity, bool(complete), rest_rule or None, fact)
    return found


def _parties(rows: list[tuple[Any, ...]]) -> dict[str, PartyFact]:
    # A nominee line is what a pseudo party is unless it says otherwise (schema/who.toml).
    return {
        party_id: PartyFact(
            party_id,
            kind,
            name or party_id,
            (pseudo or "nominee") if kind == "pseudo" else "",
        )
        for party_id, kind, name, pseudo in rows
    }


def _blocs(members: list[tuple[Any, ...]], scopes: list[tuple[Any, ...]]) -> list[BlocFact]:
    rows: dict[str, tuple[set[str], set[str], dict[str, Fact]]] = {}
    for bloc_id, member, *evidence in members:
        entry = rows.setdefault(bloc_id, (set(), set(), {}))
        entry[0].add(member)
        fact = _fact("bloc", f"{member} acts in concert under {bloc_id}", tuple(evidence))
        entry[2][fact.fact_id] = fact
    for bloc_id, entity, *evidence in scopes:
        if bloc_id in rows:
            rows[bloc_id][1].add(entity)
            fact = _fact("bloc_scope", f"{bloc_id} names {entity}", tuple(evidence))
            rows[bloc_id][2][fact.fact_id] = fact
    return [
        BlocFact(bloc_id, tuple(sorted(m)), tuple(sorted(s)), tuple(f[k] for k in sorted(f)))
        for bloc_id, (m, s, f) in sorted(rows.items())
    ]


def _fact(table: str, text: str, evidence: tuple[Any, ...]) -> Fact:
    fact_id, source, file, line, valid_from, valid_to = evidence
    return Fact(fact_id, table, text, source, file, line, _day(valid_from), _day(valid_to))


@lru_cache(maxsize=4096)
def _day(day: date | None) -> str:
    return day.isoformat() if day else ""
