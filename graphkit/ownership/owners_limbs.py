"""Limbs 2 and 3 of 穿透核查: who controls a party, and who has more than the line of its interest.

Each limb answers with persons and with what keeps it open; it is settled when nothing does.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

from graphkit.model.shares import FULL
from graphkit.ownership.control import ultimate_controllers, unresolved
from graphkit.ownership.interest import candidates, status, strangers
from graphkit.ownership.interest_flow import Bounds, Flow, Rests
from graphkit.ownership.interest_sheets import View, view_of
from graphkit.ownership.interest_steps import interest_steps, share_text
from graphkit.ownership.owners_behind import behind, joint_steps, nobody_behind, ring_text
from graphkit.ownership.profile import Profile
from graphkit.ownership.results import Controller, Person, Step, Verdict

if TYPE_CHECKING:
    from graphkit.ownership.graph import OwnershipGraph

SHOWN = 10


@dataclass(slots=True)
class LimbAnswer:
    """What one limb found: persons, why it is not settled (empty: it is), what would settle it."""

    persons: list[Person] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    settle: list[str] = field(default_factory=list)


def control_limb(graph: OwnershipGraph, party: str, profile: Profile) -> LimbAnswer:
    """Who ultimately controls the party, alone, as a ring or as a bloc of concert parties.

    A company at the top is reported and doesn't settle the limb: somebody stands behind it who is
    not on file. A company that is only a member of a bloc gives way to those who certainly control
    it.
    """
    from graphkit.ownership.evidence import control_steps

    answer = LimbAnswer()
    label = graph.label(graph.number(party))
    for controller in ultimate_controllers(graph, party):
        _undetermined(graph, controller, label, answer)
        if controller.form == "bloc":
            _joint(graph, controller, party, profile, answer)
            continue
        steps = control_steps(graph, controller.parties, party)
        for member in controller.parties:
            others = tuple(other for other in controller.parties if other != member)
            answer.persons.append(_controls(member, controller, others, steps))
        _no_person(graph, controller, profile, answer)
    if party in unresolved(graph):
        answer.reasons.append(f"control: somebody who is not on file may control {label} (看不清)")
    if answer.reasons:
        answer.settle += open_points(graph, view_of(graph, "votes", [graph.number(party)]), True)
    return answer


def _joint(
    graph: OwnershipGraph, bloc: Controller, party: str, profile: Profile, answer: LimbAnswer
) -> None:
    """The rows of a bloc: its members, companies replaced by who is certainly behind them."""
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
    for member in members:
        answer.reasons += found[member].reasons
        answer.settle += found[member].settle


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


def _undetermined(
    graph: OwnershipGraph, controller: Controller, label: str, answer: LimbAnswer
) -> None:
    if controller.verdict != "yes":
        names = " and ".join(graph.label(graph.number(p)) for p in controller.parties)
        verb = "together control" if len(controller.parties) > 1 else "controls"
        answer.reasons.append(f"control: whether {names} {verb} {label} is undetermined")


def _no_person(
    graph: OwnershipGraph, controller: Controller, profile: Profile, answer: LimbAnswer
) -> None:
    """What keeps the limb open about a company or a ring at the top."""
    numbers = [graph.number(member) for member in controller.parties]
    companies = [n for n in numbers if graph.kinds[n] not in profile.stops_at]
    if controller.form == "ring":
        answer.reasons.append(f"control: {ring_text(graph, controller)}")
    else:
        answer.reasons += [f"control: {nobody_behind(graph, n)}" for n in companies]
    answer.settle += [
        f"who is behind {graph.label(n)}: its kind, holders, rights" for n in companies
    ]


def interest_limb(graph: OwnershipGraph, party: str, profile: Profile) -> LimbAnswer:
    """Who has more interest in the party than the profile's line, products along chains summed.

    Figures and verdicts follow the profile's rule for dispersed rests, so `rest_high` may be less
    than the ``rest_percent_max`` of the plain interest, which gives every rest to the holder.
    """
    answer = LimbAnswer()
    target = graph.number(party)
    view = view_of(graph, profile.measure, [target])
    if target not in view.sheets:
        label = graph.label(target)
        answer.reasons.append(f"interest: no holder of {label} is on file")
        answer.settle.append(f"the holders of {label}")
        return answer
    rests = Rests(profile.every_rest, graph.line.hidden_most)
    missing = strangers(graph, view)
    unknown = [p for p in view.held if status(graph, p) == "kind_unknown"]
    flow = Flow(view, rests, missing, target)
    wider = Flow(view, rests, [*missing, *unknown], target) if unknown else flow
    found = {x: b for x in candidates(graph, view, False) if (b := _of(flow, x, target))}
    open_holders = []
    for x, b in sorted(found.items(), key=lambda item: graph.ids[item[0]]):
        verdict = _over_line(b, profile)
        natural = graph.kinds[x] in profile.stops_at
        label = graph.label(x)
        if verdict != "no":
            steps = interest_steps(graph, graph.ids[x], party, profile.measure)
            answer.persons.append(_person(graph.ids[x], b, verdict, steps))
            if not natural:
                answer.reasons.append(
                    f"interest: {label} has {share_text(b.low, b.high)} and is no natural person; "
                    "who is behind it is not on file"
                )
                answer.settle.append(f"who is behind {label}: its kind and holders")
        if verdict == "undetermined":
            open_holders.append(label)
        elif verdict == "no" and natural and wider is not flow:
            more = _of(wider, x, target)
            if more and profile.passes(more.top):
                open_holders.append(label)
    if open_holders:
        answer.reasons.append(
            f"interest: undetermined for {_listed(open_holders)}, who may have more than "
            f"{_line(profile)}"
        )
    stranger = wider.stranger(target)
    if profile.passes(stranger):
        answer.reasons.append(
            f"interest: somebody who is not on file may have up to {share_text(stranger, stranger)}"
        )
    if answer.reasons:
        answer.settle += open_points(graph, view, not profile.every_rest)
    return answer


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


def open_points(graph: OwnershipGraph, view: View, dispersed_aside: bool) -> list[str]:
    """What isn't known above a party, largest gaps first: rests, and shares without a number."""
    points: list[tuple[int, str]] = []
    for entity, register in view.sheets.items():
        label = graph.label(entity)
        rest = register.whole if dispersed_aside else register.rest_high
        if rest:
            most = share_text(Fraction(rest, FULL), Fraction(rest, FULL))
            points.append((rest, f"the holders of {label}: up to {most} is nobody's on file"))
        if register.over_full:
            points.append((FULL, f"the right shares in {label}: they sum to more than 100 %"))
        for link in register.links:
            if link.low < link.high:
                known = share_text(Fraction(link.low, FULL), Fraction(link.high, FULL))
                text = f"the share of {graph.label(link.holder)} in {label}: {known}"
                points.append((link.high - link.low, text))
    for party in sorted(view.held):
        if status(graph, party) == "no_register":
            points.append((FULL, f"the holders of {graph.label(party)}: none is on file"))
        elif status(graph, party) == "kind_unknown":
            points.append((FULL, f"what {graph.label(party)} is, and who holds it"))
    points.sort(key=lambda point: (-point[0], point[1]))
    shown = [text for _, text in points[:SHOWN]]
    if len(points) > SHOWN:
        shown.append(f"{len(points) - SHOWN} smaller gaps above it")
    return shown


def _line(profile: Profile) -> str:
    return share_text(profile.threshold, profile.threshold)


def _listed(labels: list[str]) -> str:
    more = f" and {len(labels) - SHOWN} more" if len(labels) > SHOWN else ""
    return ", ".join(labels[:SHOWN]) + more
