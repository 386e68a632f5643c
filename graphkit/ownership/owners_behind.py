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
from graphkit.ownership.notes import join
from graphkit.ownership.owners_open import Open, Top
from graphkit.ownership.profile import Profile
from graphkit.ownership.results import Controller, Step

if TYPE_CHECKING:
    from graphkit.ownership.graph import OwnershipGraph


@dataclass(slots=True)
class Behind:
    """Who is behind one member: `ends`, by `links` (a company and who controls it ultimately).

    `ends` is empty where nobody is found; `open` says what isn't settled. `together` is set where
    some link is a bloc, whose members control only with one another.
    """

    ends: set[int] = field(default_factory=set)
    links: list[tuple[int, Controller]] = field(default_factory=list)
    open: Open = field(default_factory=Open)
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
    if not found.ends and not found.open:
        # Companies that hold one another, of which the bloc is itself above one.
        found.open.lost.append(member)
    return found


def _open(
    graph: OwnershipGraph,
    party: int,
    controllers: Sequence[Controller],
    profile: Profile,
    found: Behind,
) -> None:
    """What isn't settled about who controls one company; who certainly does is followed on."""
    for controller in controllers:
        if controller.verdict != "yes" or controller.form == "ring":
            found.open.controller(graph, controller, party, profile)
    sure, may = above_of(graph).over(frozenset((party,)))
    if not sure:
        found.open.tops[party] = Top(sure=True, closed=not may)
    if party in hidden(graph).joined:
        found.open.unseen.add(party)


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
