"""Who is behind a company that acts in concert: the persons of joint control.

Persons often sign a concert agreement (一致行动协议) through their holding companies. The member
company then certainly has somebody behind it, and that person is the one to name: who controls a
member has the member's part in the joint control. Source: RULES.md section 3, limb 2;
SEMANTICS.md section 3, blocs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from graphkit.ownership.above import above_of
from graphkit.ownership.closure import hidden
from graphkit.ownership.control import ultimate_controllers
from graphkit.ownership.interest import status
from graphkit.ownership.notes import join
from graphkit.ownership.profile import Profile
from graphkit.ownership.results import Controller, Step

if TYPE_CHECKING:
    from graphkit.ownership.graph import OwnershipGraph


@dataclass(slots=True)
class Behind:
    """Who is behind one member: `ends`, by `links` (a company and who controls it ultimately).

    `ends` is empty where nobody is found, `reasons` say why it isn't settled (empty: it is) and
    `settle` what would settle it. `together` is set where some link is a bloc, whose members
    control only with one another.
    """

    ends: set[int] = field(default_factory=set)
    links: list[tuple[int, Controller]] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    settle: list[str] = field(default_factory=list)
    together: bool = False


def behind(graph: OwnershipGraph, member: int, profile: Profile) -> Behind:
    """The persons and state bodies that certainly, ultimately control a party, or itself.

    Companies at the top are followed through rings and blocs; each once, so it ends.
    """
    found = Behind()
    seen, queue = {member}, [member]
    while queue:
        party = queue.pop(0)
        if graph.kinds[party] in profile.stops_at:
            found.ends.add(party)
            continue
        controllers = ultimate_controllers(graph, graph.ids[party])
        sure = [c for c in controllers if c.verdict == "yes"]
        for controller in sure:
            found.links.append((party, controller))
            found.together |= controller.form == "bloc"
            fresh = [n for n in map(graph.number, controller.parties) if n not in seen]
            seen.update(fresh)
            queue += fresh
        _open(graph, party, controllers, profile, found)
    if not found.ends and not found.reasons:
        # Companies that hold one another, of which the bloc is itself above one.
        label = graph.label(member)
        found.reasons.append(f"control: no person is found behind {label}, which acts in concert")
        found.settle.append(f"who is behind {label}: its kind, holders, rights")
    return found


def _open(
    graph: OwnershipGraph,
    party: int,
    controllers: Sequence[Controller],
    profile: Profile,
    found: Behind,
) -> None:
    """What isn't settled about who controls one company."""
    above, label = above_of(graph), graph.label(party)
    before = len(found.reasons)
    tops: list[int] = []
    for controller in controllers:
        if controller.verdict != "yes":
            names = join([graph.label(graph.number(p)) for p in controller.parties])
            verb = "controls" if len(controller.parties) == 1 else "together control"
            found.reasons.append(
                f"control: whether {names} {verb} {label} and nobody stands above is undetermined"
            )
            tops += [
                n
                for n in map(graph.number, controller.parties)
                if controller.form == "sole"
                and party in above.sure(n)
                and graph.kinds[n] not in profile.stops_at
            ]
        elif controller.form == "ring":
            found.reasons.append(f"control: {ring_text(graph, controller)}")
    if not above.over(frozenset((party,)))[0]:
        tops.append(party)
    elif party in hidden(graph).joined:
        found.reasons.append(f"control: somebody who is not on file may control {label} (看不清)")
    for top in tops:
        found.reasons.append(f"control: {nobody_behind(graph, top)}")
    if len(found.reasons) > before:
        found.settle += [
            f"who is behind {graph.label(n)}: its kind, holders, rights" for n in tops or [party]
        ]


def nobody_behind(graph: OwnershipGraph, party: int) -> str:
    """A sentence about a company that nobody certainly controls."""
    said = {
        "kind_unknown": "it is not on file what it is, nor who holds it",
        "no_register": "no holder of it is on file",
        "ultimate": "who is behind it is not on file",
        "intermediate": "nobody on file certainly controls it",
    }
    label = graph.label(party)
    return f"{label} stands at the top and is no natural person; {said[status(graph, party)]}"


def ring_text(graph: OwnershipGraph, ring: Controller) -> str:
    """A sentence about companies that control one another and that nobody else certainly does."""
    names = join([graph.label(graph.number(p)) for p in ring.parties])
    may = "" if ring.verdict == "yes" else "may "
    return (
        f"{names} {may}control one another and none is a natural person; nobody outside certainly "
        "controls them"
    )


def joint_steps(
    graph: OwnershipGraph, bloc: Controller, party: str, members: dict[int, Behind]
) -> tuple[Step, ...]:
    """The steps that show joint control, then who is behind the members, then what follows.

    `members` are the members that somebody else is certainly behind.
    """
    from graphkit.ownership.evidence import control_steps

    steps = list(control_steps(graph, bloc.parties, party, bloc_id=bloc.bloc_id))
    if not members:
        return tuple(steps)
    rests_on = [len(steps)]
    shown: dict[tuple[int, tuple[str, ...], str], int] = {}
    said = []
    for member, found in members.items():
        for company, by in found.links:
            key = company, by.parties, by.bloc_id
            if key not in shown:
                more = control_steps(graph, by.parties, graph.ids[company], bloc_id=by.bloc_id)
                steps += _renumbered(more, len(steps))
                shown[key] = len(steps)
            rests_on.append(shown[key])
        verb = "is" if len(found.ends) == 1 else "are"
        names = join([graph.label(end) for end in sorted(found.ends)])
        said.append(f"{names} {verb} behind {graph.label(member)}")
    parties = {graph.number(p) for p in bloc.parties}
    everybody = (parties - set(members)).union(*(found.ends for found in members.values()))
    verb = "together control" if len(everybody) > 1 else "controls"
    if bloc.verdict != "yes":
        verb = f"may {verb.removesuffix('s')}"
    text = (
        f"{'; '.join(said)}, acting in concert under {bloc.bloc_id}; so "
        f"{join([graph.label(p) for p in sorted(everybody)])} {verb} "
        f"{graph.label(graph.number(party))}"
    )
    steps.append(Step(len(steps) + 1, text, (), tuple(sorted(set(rests_on)))))
    return tuple(steps)


def _renumbered(steps: Sequence[Step], after: int) -> list[Step]:
    """The steps with numbers that go on after others."""
    return [
        replace(s, number=s.number + after, earlier=tuple(n + after for n in s.earlier))
        for s in steps
    ]
