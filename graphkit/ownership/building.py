"""Registers out of stakes: votes by the rule for the kind, the rest, and what is wrong with them.

Source: SEMANTICS.md section 1.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from graphkit.model.findings import Finding
from graphkit.model.shares import FULL, Interval, percent_short
from graphkit.ownership.facts import BlocFact, RegisterFact, RightFact, StakeFact
from graphkit.ownership.register import Register

NONE_HELD = Interval(0, 0)


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


def build_register(
    entity: EntityStakes, rows: Sequence[tuple[int, str, Interval]], measure: str
) -> tuple[Register, list[Finding]]:
    """The register of an entity by one measure, tranches summed, and findings about it.

    `rows` are the stakes as (holder, kind of pseudo party or empty, share).
    """
    low: dict[int, int] = {}
    high: dict[int, int] = {}
    own_low = own_high = 0
    line_low = line_high = float_low = float_high = 0
    for holder, pseudo, share in rows:
        if pseudo == "free_float":
            float_low, float_high = float_low + share.low, float_high + share.high
        elif pseudo:
            line_low, line_high = line_low + share.low, line_high + share.high
        elif holder == entity.entity:
            own_low, own_high = own_low + share.low, own_high + share.high
        else:
            low[holder] = low.get(holder, 0) + share.low
            high[holder] = high.get(holder, 0) + share.high
    holders = tuple(sorted(low))
    lows = tuple([low[h] for h in holders])
    # Tranches of unknown size may sum to more than the whole; more than all nobody has.
    highs = tuple([max(low[h], min(FULL, high[h])) for h in holders])
    own_high = max(own_low, min(FULL, own_high))
    sum_low, sum_high = sum(lows), sum(highs)
    pseudo_low, pseudo_high = float_low + line_low, float_high + line_high
    least = sum_low + own_low + pseudo_low
    most = sum_high + own_high + pseudo_high
    over_full = least > FULL

    findings: list[Finding] = []
    complete = entity.declared is not None and entity.declared.complete
    if complete and most < FULL:
        complete = False
        findings.append(_contradicted(entity, measure, most))
    if over_full:
        findings.append(_over_full(entity, measure, least))
        undisclosed, rest_low, rest_high = 0, pseudo_low, pseudo_high
    else:
        undisclosed = 0 if complete else FULL - least
        room = FULL - sum_low - own_low
        rest_low = max(pseudo_low, FULL - sum_high - own_high)
        rest_high = min(pseudo_high, room) if complete else room
    whole = line_high + (undisclosed if entity.rest_rule == "whole" else 0)
    dispersed = float_high + (undisclosed if entity.rest_rule == "dispersed" else 0)
    register = Register(
        holders=holders,
        low=lows,
        high=highs,
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


def widen(
    register: Register, moved: Collection[tuple[int, int | None]], pseudo: Sequence[str]
) -> Register:
    """The register with both readings of rights that move holdings or votes and aren't applied.

    `moved` are (receiver, grantor, or None for anyone). A grantor may keep or lose all of its own;
    a receiver may have, beside its own, all that any grantor has. Moved, not moved, moved in part
    and on through others: each such register lies inside.
    """
    if not moved:
        return register
    low = dict(zip(register.holders, register.low, strict=True))
    high = dict(zip(register.holders, register.high, strict=True))
    grantors = {g for _, g in moved if g is not None}
    from_rest = any(g is None or pseudo[g] for _, g in moved)
    if any(g is None for _, g in moved):
        grantors |= set(low)
    pool = sum(high.get(g, 0) for g in grantors) + (register.rest_high if from_rest else 0)
    for grantor in grantors & set(low):
        low[grantor] = 0
    for receiver in {r for r, _ in moved if not pseudo[r]}:
        low.setdefault(receiver, 0)
        high[receiver] = min(FULL, high.get(receiver, 0) + pool)
    holders = tuple(sorted(low))
    return replace(
        register,
        holders=holders,
        low=tuple([low[h] for h in holders]),
        high=tuple([max(low[h], high[h]) for h in holders]),
        sum_low=sum(low.values()),
        sum_high=sum(max(low[h], high[h]) for h in holders),
        rest_low=0 if from_rest else register.rest_low,
        pseudo_low=0 if from_rest else register.pseudo_low,
        float_low=0 if from_rest else register.float_low,
    )


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


def ignored(entity: str, label: str, kind: str, stakes: Sequence[StakeFact]) -> Finding:
    """The finding about holdings in a party that has no register by its kind."""
    return Finding(
        code="holders-ignored",
        severity="warning",
        subject=entity,
        message=(
            f"{label} is on file as {kind}, which has no holders, yet {len(stakes)} holdings in it "
            "are on file; they are left out. Correct its kind or the holdings"
        ),
        facts=tuple(s.fact.fact_id for s in stakes),
        effect="excluded",
    )


def bloc_of_one(bloc: BlocFact) -> Finding:
    """The finding about an agreement of which only one member is on file."""
    return Finding(
        code="bloc-of-one",
        severity="warning",
        subject=bloc.bloc_id,
        message=(
            f"the concert agreement {bloc.bloc_id} has only {', '.join(bloc.members)} on file; "
            "expected two members or more. It is left out. Ask for the other members"
        ),
        facts=tuple(f.fact_id for f in bloc.facts),
        effect="excluded",
    )
