"""Registers out of stakes: votes by the rule for the kind, the rest, and what is wrong with them.

Source: SEMANTICS.md section 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from graphkit.model.findings import Finding
from graphkit.model.shares import FULL, Interval, percent_short
from graphkit.ownership.facts import RegisterFact, RightFact, StakeFact
from graphkit.ownership.register import Register

Measure = Literal["capital", "votes"]
NONE_HELD = Interval(0, 0)


@dataclass(frozen=True, slots=True)
class Holding:
    """What the stakes of one holder in one entity sum to, by one measure."""

    holder: int
    pseudo: str
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class EntityStakes:
    """Where an entity's stakes lie, what its register is said to be, the rule for its rest."""

    entity: int
    entity_id: str
    label: str
    stakes: Sequence[StakeFact]
    first: int
    declared: RegisterFact | None
    rest_rule: str


def votes_of(stake: StakeFact, default: str) -> Interval:
    """The votes of a stake: as stated, else by the default for the entity's kind."""
    if stake.votes is not None:
        return stake.votes
    return stake.capital if default == "capital" else NONE_HELD


def sum_holdings(
    rows: Iterable[tuple[int, str, Interval]], moved: Iterable[tuple[int, int | None]] = ()
) -> list[Holding]:
    """One holding for each holder, tranches summed, ordered by holder.

    `rows` are (holder, pseudo kind, interval). `moved` are (receiver, grantor or None for anyone)
    of rights that move holdings or votes and are not applied: the grantor may keep or lose all of
    its own, the receiver may have all that any grantor has. Both worlds, moved and not moved, lie
    inside; so does every transitive one.
    """
    low: dict[int, int] = {}
    high: dict[int, int] = {}
    kind: dict[int, str] = {}
    for holder, pseudo, share in rows:
        low[holder] = low.get(holder, 0) + share.low
        high[holder] = high.get(holder, 0) + share.high
        kind[holder] = pseudo
    pairs = list(moved)
    if pairs:
        named = {g for _, g in pairs if g is not None}
        grantors = named if len(named) == len({g for _, g in pairs}) else set(low)
        pool = sum(high.get(g, 0) for g in grantors)
        for receiver, _ in pairs:
            low.setdefault(receiver, 0)
            kind.setdefault(receiver, "")
            high[receiver] = high.get(receiver, 0) + pool
        for grantor in grantors & set(low):
            low[grantor] = 0
    return [Holding(h, kind[h], low[h], max(low[h], min(FULL, high[h]))) for h in sorted(low)]


def build_register(
    entity: EntityStakes, holdings: list[Holding], measure: str, stated: Sequence[Interval]
) -> tuple[Register, list[Finding]]:
    """The register of an entity by one measure, and findings about it.

    `stated` are the shares as stated: they alone say whether it is over-full or can't be complete,
    also where rights that are not applied have widened the holdings.
    """
    own = next((h for h in holdings if h.holder == entity.entity), None)
    own_low, own_high = (own.low, own.high) if own else (0, 0)
    floats = [h for h in holdings if h.pseudo == "free_float"]
    lines = [h for h in holdings if h.pseudo and h.pseudo != "free_float"]
    named = [h for h in holdings if not h.pseudo and h.holder != entity.entity]

    sum_low, sum_high = sum(h.low for h in named), sum(h.high for h in named)
    float_low, float_high = sum(h.low for h in floats), sum(h.high for h in floats)
    line_low, line_high = sum(h.low for h in lines), sum(h.high for h in lines)
    pseudo_low, pseudo_high = float_low + line_low, float_high + line_high
    least = sum_low + own_low + pseudo_low
    stated_low, most = sum(s.low for s in stated), sum(s.high for s in stated)
    over_full = stated_low > FULL

    findings: list[Finding] = []
    complete = entity.declared is not None and entity.declared.complete
    if complete and most < FULL:
        complete = False
        findings.append(_contradicted(entity, measure, most))
    if over_full:
        findings.append(_over_full(entity, measure, stated_low))

    undisclosed = 0 if complete or over_full else max(0, FULL - least)
    if over_full:
        rest_low, rest_high = pseudo_low, pseudo_high
    else:
        rest_low = max(pseudo_low, FULL - sum_high - own_high)
        room = FULL - sum_low - own_low
        rest_high = min(pseudo_high, room) if complete else room
    whole = line_high + (undisclosed if entity.rest_rule == "whole" else 0)
    dispersed = float_high + (undisclosed if entity.rest_rule == "dispersed" else 0)
    register = Register(
        holders=tuple(h.holder for h in named),
        low=tuple(h.low for h in named),
        high=tuple(h.high for h in named),
        own_low=own_low,
        own_high=own_high,
        rest_low=rest_low,
        rest_high=rest_high,
        whole_high=max(0, min(whole, rest_high - float_low)),
        dispersed_high=max(0, min(dispersed, rest_high - line_low)),
        over_full=over_full,
        complete=complete,
        first=entity.first,
        last=entity.first + len(entity.stakes),
        pseudo_low=pseudo_low,
        float_low=float_low,
        sum_low=sum_low,
        sum_high=sum_high,
    )
    return register, findings


def _contradicted(entity: EntityStakes, measure: str, most: int) -> Finding:
    facts = tuple(s.fact.fact_id for s in entity.stakes)
    if entity.declared is not None:
        facts = (entity.declared.fact.fact_id, *facts)
    return Finding(
        code="register-not-complete",
        severity="warning",
        subject=entity.entity_id,
        message=(
            f"the register of {entity.label} is declared complete, but its holders have at most "
            f"{percent_short(most)} % of the {measure}; expected 100 %. The declaration is dropped:"
            " the rest counts as held by nobody on file. Ask for the missing holders"
        ),
        facts=facts,
        effect="lower_bound",
    )


def _over_full(entity: EntityStakes, measure: str, least: int) -> Finding:
    return Finding(
        code="register-over-full",
        severity="warning",
        subject=entity.entity_id,
        message=(
            f"the holders of {entity.label} have at least {percent_short(least)} % of the "
            f"{measure} together; expected at most 100 %. Its shares are compared as stated, no "
            "holder's share is tightened by the others'. Ask for the right figures"
        ),
        facts=tuple(s.fact.fact_id for s in entity.stakes),
        effect="lower_bound",
    )


def not_applied(right: RightFact, label: str) -> Finding:
    """The finding about a right that moves a holding or votes and is not applied yet."""
    grantor = f" for {right.from_id}" if right.from_id else ""
    return Finding(
        code="right-not-applied",
        severity="warning",
        subject=right.entity,
        message=(
            f"{right.holder} is {right.kind} of {label}{grantor}; moving holdings and votes by "
            "such a right is not built yet. Both readings, moved and not moved, stay open: what "
            "hangs on it is undetermined"
        ),
        facts=(right.fact.fact_id,),
        effect="lower_bound",
        details={"holder_id": right.holder, "kind": right.kind, "from_id": right.from_id},
    )
