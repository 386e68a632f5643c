"""Limbs 2 and 3 of 穿透核查: who controls a party, and who has more than the line of its interest.

Each limb answers with persons and with what keeps it open; it is settled when nothing does.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from graphkit.ownership.control import ultimate_controllers, unresolved
from graphkit.ownership.interest import candidates, status, strangers
from graphkit.ownership.interest_flow import Bounds, Flow, Rests
from graphkit.ownership.interest_sheets import view_of
from graphkit.ownership.interest_steps import interest_steps, share_text
from graphkit.ownership.owners_behind import behind, joint_steps
from graphkit.ownership.owners_open import Open
from graphkit.ownership.owners_words import at_most, each_may, few
from graphkit.ownership.profile import Profile
from graphkit.ownership.results import Controller, Person, Step, Verdict

if TYPE_CHECKING:
    from graphkit.ownership.graph import OwnershipGraph


@dataclass(slots=True)
class LimbAnswer:
    """What one limb found: persons, why it is not settled (empty: it is), what would settle it.

    `settle` is what no gap on file above the party says; those are found for all limbs together
    (:mod:`graphkit.ownership.owners_settle`), from `control`, what keeps that limb open, and
    `interest`, the flow with which that limb was judged; `over` are set where companies that are
    certainly over the line are all that keeps it open.
    """

    persons: list[Person] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    settle: list[str] = field(default_factory=list)
    control: Open | None = None
    interest: Flow | None = None
    over: list[int] = field(default_factory=list)


def control_limb(graph: OwnershipGraph, party: str, profile: Profile) -> LimbAnswer:
    """Who ultimately controls the party, alone, as a ring or as a bloc of concert parties.

    A company at the top is reported and doesn't settle the limb: somebody stands behind it who is
    not on file. A company that is only a member of a bloc gives way to those who certainly control
    it. A party that stands alone and in a ring has one row, the stronger.
    """
    from graphkit.ownership.evidence import control_steps

    answer, target = LimbAnswer(), graph.number(party)
    found = Open()
    rows: dict[tuple[str, str], Controller] = {}
    controllers = ultimate_controllers(graph, party)
    for controller in sorted(controllers, key=lambda c: (c.verdict != "yes", len(c.parties))):
        if controller.form == "bloc":
            if controller.verdict != "yes":
                found.controller(graph, controller, target, profile)
            found.add(_joint(graph, controller, party, profile, answer))
            continue
        found.controller(graph, controller, target, profile)
        fresh = [m for m in controller.parties if (m, controller.ground) not in rows]
        rows |= {(member, controller.ground): controller for member in fresh}
        steps = control_steps(graph, controller.parties, party) if fresh else ()
        for member in fresh:
            others = tuple(other for other in controller.parties if other != member)
            answer.persons.append(_controls(member, controller, others, steps))
    if party in unresolved(graph):
        found.unseen.add(target)
    answer.reasons = found.reasons(graph, target)
    answer.control = found if found else None
    return answer


def _joint(
    graph: OwnershipGraph, bloc: Controller, party: str, profile: Profile, answer: LimbAnswer
) -> Open:
    """Add the rows of a bloc: its members, companies replaced by who is certainly behind them.

    What isn't settled about who is behind them.
    """
    members = [graph.number(member) for member in bloc.parties]
    found = {m: behind(graph, m, profile) for m in members}
    rows = {m: found[m].ends or {m} for m in members}
    replaced = {m: b for m, b in found.items() if b.ends and b.ends != {m}}
    steps = joint_steps(graph, bloc, party, replaced)
    for person in sorted(set().union(*rows.values())):
        joint: set[int] = set()
        for member, ends in rows.items():
            if person not in ends or found[member].together:
                joint |= ends
        others = tuple(graph.ids[p] for p in sorted(joint - {person}))
        answer.persons.append(_controls(graph.ids[person], bloc, others, steps))
    left = Open()
    for member in members:
        left.add(found[member].open)
    return left


def _controls(
    party: str, controller: Controller, others: tuple[str, ...], steps: tuple[Step, ...]
) -> Person:
    return Person(
        party_id=party,
        limb="control",
        verdict=controller.verdict,
        ground=controller.ground,
        low=None,
        high=None,
        rest_high=None,
        joint_with=others,
        steps=steps,
    )


def interest_limb(graph: OwnershipGraph, party: str, profile: Profile) -> LimbAnswer:
    """Who has more interest in the party than the profile's line, products along chains summed.

    Figures and verdicts follow the profile's rule for dispersed rests, so `rest_high` may be less
    than the ``rest_percent_max`` of the plain interest, which gives every rest to the holder.
    """
    answer = LimbAnswer()
    target = graph.number(party)
    view = view_of(graph, profile.measure, [target])
    rests = Rests(profile.every_rest, graph.line.hidden_most)
    missing = strangers(graph, view)
    flow = Flow(view, rests, missing, target)
    if target not in view.sheets:
        answer.reasons.append(f"interest: no holder of {graph.label(target)} is on file")
        answer.interest = flow
        return answer
    found = {x: b for x in candidates(graph, view, False) if (b := _of(flow, x, target))}
    order = sorted(found, key=lambda x: (-found[x].high, -found[x].top, x))
    over: list[int] = []
    may: list[int] = []
    for x in order:
        verdict = _over_line(found[x], profile)
        if verdict != "no":
            steps = interest_steps(graph, graph.ids[x], party, profile.measure)
            answer.persons.append(_person(graph.ids[x], found[x], verdict, steps))
        if verdict == "undetermined":
            may.append(x)
        elif verdict == "yes" and graph.kinds[x] not in profile.stops_at:
            over.append(x)
    # Whoever is behind one that is over the line is said to be missing with it.
    unknown = [p for p in order if status(graph, p) == "kind_unknown" and p not in over]
    wider = Flow(view, rests, [*missing, *unknown], target) if unknown else flow
    lifted = [
        x
        for x in order
        if unknown
        and graph.kinds[x] in profile.stops_at
        and _over_line(found[x], profile) == "no"
        and (more := _of(wider, x, target)) is not None
        and profile.passes(more.top)
    ]
    if over:
        names = [f"{graph.label(x)} has {share_text(*found[x][:2])}" for x in over]
        person = "is no natural person; who is behind it is not on file"
        if len(over) > 1:
            person = "none is a natural person; who is behind them is not on file"
        answer.reasons.append(f"interest: {few(names)} and {person}")
    clauses = _may_pass(graph, found, may, profile)
    through = f"through {few([graph.label(p) for p in unknown])}, of unknown kind"
    if lifted:
        names = [f"{graph.label(x)} ({share_text(*found[x][:2])})" for x in lifted]
        clauses.append(f"{each_may(names, _more(profile), 'holders')} {through}")
    narrow, most = flow.stranger(target), wider.stranger(target)
    ways = [f"up to {at_most(narrow)}"] if profile.passes(narrow) else []
    if profile.passes(most) and most > narrow:
        ways.append(f"up to {at_most(most)} {through}")
    if ways:
        clauses.append(f"somebody who is not on file may have {', or '.join(ways)}")
    if clauses:
        answer.reasons.append(f"interest: {'; '.join(clauses)}")
    else:
        answer.over = over
    answer.interest = flow if answer.reasons else None
    return answer


def _may_pass(
    graph: OwnershipGraph, found: dict[int, Bounds], may: list[int], profile: Profile
) -> list[str]:
    """A clause on those of whom it is undetermined, the largest first."""
    if not may:
        return []
    names = [f"{graph.label(x)} ({share_text(found[x].low, found[x].top)})" for x in may]
    text = each_may(names, _more(profile), "holders")
    companies = [x for x in may if graph.kinds[x] not in profile.stops_at]
    if not companies:
        return [text]
    if len(may) == 1:
        return [f"{text}, and is no natural person"]
    none = "none of them is a natural person"
    if len(companies) < len(may):
        is_none = "is no natural person" if len(companies) == 1 else "are no natural persons"
        none = f"{len(companies)} of them {is_none}"
    return [f"{text}; {none}"]


def _more(profile: Profile) -> str:
    return f"have more than {share_text(profile.threshold, profile.threshold)}"


def _of(flow: Flow, source: int, target: int) -> Bounds | None:
    bounds = flow.of(source).get(target) if source != target else None
    return bounds if bounds and bounds.high else None


def _over_line(bounds: Bounds, profile: Profile) -> Verdict:
    if profile.passes(bounds.low):
        return "yes"
    return "undetermined" if profile.passes(bounds.top) else "no"


def _person(party: str, bounds: Bounds, verdict: Verdict, steps: tuple[Step, ...]) -> Person:
    return Person(
        party_id=party,
        limb="interest",
        verdict=verdict,
        ground="",
        low=bounds.low,
        high=bounds.high,
        rest_high=bounds.top - bounds.high,
        joint_with=(),
        steps=steps,
    )
