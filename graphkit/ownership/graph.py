"""The ownership graph in arrays: parties as numbers, a register an entity, rights and blocs.

Invariants
----------
1. Parties are numbered in the order of their ids, so numeric order is the order of answers and
   never depends on the order of rows.
2. ``holdings`` is the votes registers read downwards, without holdings whose tightened maximum is 0
   (in no world do they carry a vote).
3. Nothing here decides; :mod:`graphkit.ownership.closure` does.
"""

from __future__ import annotations

import gc
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from graphkit.model.errors import UsageError
from graphkit.model.findings import Finding
from graphkit.ownership.building import (
    EntityStakes,
    bloc_of_one,
    build_register,
    ignored,
    not_applied,
    votes_of,
    widen,
)
from graphkit.ownership.facts import (
    BlocFact,
    OwnershipFacts,
    PartyFact,
    RegisterFact,
    RightFact,
    StakeFact,
    read_facts,
)
from graphkit.ownership.register import Line, Register
from graphkit.rules.book import Rulebook

if TYPE_CHECKING:
    from graphkit.ownership.above import Above
    from graphkit.ownership.closure import Hidden
    from graphkit.store.base import Snapshot


@dataclass(frozen=True, slots=True)
class Right:
    """A right that decides over an entity by itself; `certain` is False where that is not known."""

    holder: int
    entity: int
    kind: str
    certain: bool
    fact: RightFact


@dataclass(frozen=True, slots=True)
class Bloc:
    """Concert parties; `scope` None is every entity."""

    bloc_id: str
    members: tuple[int, ...]
    scope: frozenset[int] | None
    fact: BlocFact


@dataclass(slots=True)
class OwnershipGraph:
    """Everything that control, interest and owners are computed from.

    `votes` is None for an entity without a vote register: none stated and none by default (a fund),
    or no register at all (a person). A company without holders on file has an empty vote register:
    somebody owns it. `capital` is None for every party without a holder on file. `holdings[h]` are
    (entity, least, most) of votes. `rights_over[e]` and `rights_of[h]` are decisive rights only;
    `all_rights[e]` are the facts of every right over e. `without_register` are the kinds that have
    no register and no duty to have one.
    """

    ids: list[str]
    index: dict[str, int]
    kinds: list[str]
    names: list[str]
    pseudo: list[str]
    votes: list[Register | None]
    capital: list[Register | None]
    stakes: list[StakeFact]
    registers: dict[int, RegisterFact]
    holdings: list[list[tuple[int, int, int]]]
    rights_over: dict[int, list[Right]]
    rights_of: dict[int, list[Right]]
    all_rights: dict[int, list[RightFact]]
    blocs: list[Bloc]
    blocs_of: dict[int, list[Bloc]]
    line: Line
    findings: list[Finding]
    hidden: Hidden | None = None
    above: Above | None = None
    without_register: frozenset[str] = frozenset()

    @classmethod
    def build(cls, facts: OwnershipFacts, rules: Rulebook) -> OwnershipGraph:
        """The graph of these facts under the rules; the order of the facts has no effect."""
        ids = sorted(_every_id(facts))
        index = {party: n for n, party in enumerate(ids)}
        parties = [facts.parties.get(i) or PartyFact(i, "unknown", i) for i in ids]
        graph = cls(
            ids=ids,
            index=index,
            kinds=[p.kind for p in parties],
            names=[p.name for p in parties],
            pseudo=[(p.pseudo or "nominee") if p.kind == "pseudo" else "" for p in parties],
            votes=[None] * len(ids),
            capital=[None] * len(ids),
            stakes=sorted(
                facts.stakes, key=lambda s: (s.entity, s.holder, s.tranche, s.fact.fact_id)
            ),
            registers={index[e]: r for e, r in facts.registers.items() if e in index},
            holdings=[[] for _ in ids],
            rights_over={},
            rights_of={},
            all_rights={},
            blocs=[],
            blocs_of={},
            line=_line(rules),
            findings=[],
            without_register=frozenset(rules["without_register"].value),
        )
        graph._add_rights(facts.rights, rules)
        graph._add_registers(rules)
        graph._add_holdings()
        graph._add_blocs(facts.blocs)
        graph.findings.sort(key=lambda f: (f.subject, f.code, f.message))
        return graph

    def label(self, party: int) -> str:
        """The name of a party with its id."""
        name, party_id = self.names[party], self.ids[party]
        return party_id if name == party_id else f"{name} ({party_id})"

    def number(self, party_id: str) -> int:
        """The number of a party; UsageError when it isn't in the graph."""
        try:
            return self.index[party_id]
        except KeyError:
            raise UsageError(
                f"party {party_id!r} is not on file; `graphkit find TEXT` looks for parties"
            ) from None

    def _add_rights(self, rights: list[RightFact], rules: Rulebook) -> None:
        decisive = rules["decisive_rights"].value
        ordered = sorted(
            rights, key=lambda r: (r.entity, r.holder, r.kind, r.from_id, r.fact.fact_id)
        )
        for fact in ordered:
            holder, entity = self.index[fact.holder], self.index[fact.entity]
            self.all_rights.setdefault(entity, []).append(fact)
            certain = _decides(fact, decisive.get(fact.kind))
            if certain is None or holder == entity:
                continue
            right = Right(holder, entity, fact.kind, certain, fact)
            self.rights_over.setdefault(entity, []).append(right)
            self.rights_of.setdefault(holder, []).append(right)

    def _add_registers(self, rules: Rulebook) -> None:
        default = rules["votes_default"].value
        rest_rule = rules["rest_rule"].value
        bare = frozenset(rules["register_without_holders"].value)
        never = frozenset(rules["without_register"].value)
        moving = rules["moving_rights"].value
        for entity, facts in self.all_rights.items():
            self.findings += [not_applied(f, self.label(entity)) for f in facts if f.kind in moving]
        for entity, first, last in self._entities():
            kind = self.kinds[entity]
            votes_default = default.get(kind, "none")
            stakes = self.stakes[first:last]
            stated = any(s.votes is not None for s in stakes)
            if not stakes and kind not in bare:
                continue
            if kind in never or self.pseudo[entity]:
                self.findings.append(ignored(self.ids[entity], self.label(entity), kind, stakes))
                continue
            declared = self.registers.get(entity)
            rule = (declared.rest_rule if declared else None) or rest_rule.get(kind, "none")
            place = EntityStakes(
                entity, self.ids[entity], self.label(entity), stakes, first, declared, rule
            )
            moved_capital, moved_votes = self._moved(entity, moving)
            same = votes_default == "capital" and not stated and moved_capital == moved_votes
            if stakes:
                self.capital[entity] = self._register(place, "capital", "capital", moved_capital)
            if same and stakes:
                self.votes[entity] = self.capital[entity]
            elif votes_default == "capital" or stated:
                self.votes[entity] = self._register(place, "votes", votes_default, moved_votes)

    def _register(
        self,
        place: EntityStakes,
        measure: str,
        votes_default: str,
        moved: list[tuple[int, int | None]],
    ) -> Register:
        capital = measure == "capital"
        rows = []
        for stake in place.stakes:
            holder = self.index[stake.holder]
            share = stake.capital if capital else votes_of(stake, votes_default)
            rows.append((holder, self.pseudo[holder], share))
        register, findings = build_register(place, rows, measure)
        self.findings += findings
        return widen(register, moved, self.pseudo)

    def _moved(
        self, entity: int, moving: dict[str, list[str]]
    ) -> tuple[list[tuple[int, int | None]], list[tuple[int, int | None]]]:
        """Pairs (receiver, grantor) of rights that move capital, and that move votes.

        Own shares, and proxies to the entity itself, never move.
        """
        capital: list[tuple[int, int | None]] = []
        votes: list[tuple[int, int | None]] = []
        for fact in self.all_rights.get(entity, ()):
            receiver = self.index[fact.holder]
            grantor = self.index[fact.from_id] if fact.from_id else None
            if entity in (receiver, grantor):
                continue
            if "capital" in moving.get(fact.kind, ()):
                capital.append((receiver, grantor))
            if "votes" in moving.get(fact.kind, ()):
                votes.append((receiver, grantor))
        return capital, votes

    def _entities(self) -> Iterator[tuple[int, int, int]]:
        """Every party with the span of its stakes (first, last), in order."""
        position, total = 0, len(self.stakes)
        for entity, entity_id in enumerate(self.ids):
            first = position
            while position < total and self.stakes[position].entity == entity_id:
                position += 1
            yield entity, first, position

    def _add_holdings(self) -> None:
        for entity, register in enumerate(self.votes):
            if register is None:
                continue
            for holder, low, high in zip(
                register.holders, register.low, register.high, strict=True
            ):
                if register.most(low, high) > 0:
                    self.holdings[holder].append((entity, low, high))

    def _add_blocs(self, blocs: list[BlocFact]) -> None:
        for fact in sorted(blocs, key=lambda b: b.bloc_id):
            members = tuple(sorted({self.index[m] for m in fact.members}))
            if len(members) < 2:
                self.findings.append(bloc_of_one(fact))
                continue
            scope = frozenset(self.index[e] for e in fact.scope) if fact.scope else None
            bloc = Bloc(fact.bloc_id, members, scope, fact)
            self.blocs.append(bloc)
            for member in members:
                self.blocs_of.setdefault(member, []).append(bloc)


def read_graph(
    snapshot: Snapshot,
    rules: Rulebook,
    *,
    upstream_of: Collection[str] | None = None,
    downstream_of: Collection[str] | None = None,
) -> OwnershipGraph:
    """The graph of a snapshot, or of as much of it as a question about some parties needs."""
    with _no_collection():
        facts = read_facts(snapshot, upstream_of=upstream_of, downstream_of=downstream_of)
        return OwnershipGraph.build(facts, rules)


@contextmanager
def _no_collection() -> Iterator[None]:
    """Python looks for no garbage meanwhile: all that a reading makes is kept, and going through
    millions of growing rows again and again is a quarter of the time of reading a million parties.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _every_id(facts: OwnershipFacts) -> set[str]:
    found = set(facts.parties)
    for stake in facts.stakes:
        found.add(stake.holder)
        found.add(stake.entity)
    for right in facts.rights:
        found.update(i for i in (right.holder, right.entity, right.from_id) if i)
    for bloc in facts.blocs:
        found.update(bloc.members)
        found.update(bloc.scope)
    return found


def _decides(fact: RightFact, rule: str | None) -> bool | None:
    """Whether a right decides by itself: True, False where it may, None where it does not."""
    if fact.decisive is not None:
        return True if fact.decisive else None
    if rule == "always":
        return True
    if rule == "with_discretion":
        # Not saying is not the same as having none: then control may be there.
        return {True: True, False: None, None: False}[fact.discretion]
    return None


def _line(rules: Rulebook) -> Line:
    control, disclosure = rules["control_line"], rules["disclosure_line"]
    if control.inclusive:
        raise UsageError(
            f"{control.book}: rule control_line is inclusive; only a line that exactly passes above"
            " its value is supported (SEMANTICS.md section 2: exactly half never passes)"
        )
    return Line.of(Fraction(control.value), Fraction(disclosure.value), bool(disclosure.inclusive))
