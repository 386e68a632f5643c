"""What keeps the control limb open, collected first, then said in at most two sentences.

The first says who may control the party, the second who stands at the top and is no person. Each
names the most important and counts the others, so nothing that keeps the limb open goes unsaid.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from graphkit.ownership.above import above_of
from graphkit.ownership.interest import status
from graphkit.ownership.interest_sheets import view_of
from graphkit.ownership.notes import join
from graphkit.ownership.owners_reach import links_of, reach, votes_through
from graphkit.ownership.owners_words import ALL_NAMED, NAMED, each_may, few
from graphkit.ownership.results import Controller

if TYPE_CHECKING:
    from graphkit.ownership.graph import OwnershipGraph
    from graphkit.ownership.profile import Profile

# Of a party at the top: why nobody is found behind it, of one and of several.
_SAID = {
    "kind_unknown": "it is not on file what {} {}, nor who holds {}",
    "no_register": "no holder of {} is on file",
    "ultimate": "who is behind {} is not on file",
    "no_votes": "neither votes in {} nor a right to decide over {} are on file",
    "closed": "by {} nobody, on file or not, can control {}",
    "open": "nobody on file certainly controls {}",
}


@dataclass(frozen=True, slots=True)
class Top:
    """A party at the top that is no person.

    `sure`: it certainly controls; else it may. `closed`: nobody, on file or not, can control it.
    """

    sure: bool
    closed: bool


@dataclass(slots=True)
class Open:
    """What keeps the control limb open.

    `may` are, by the company that it is about, those of whom it is undetermined whether they
    control it ultimately; `unseen` are companies that somebody who is not on file may control;
    `rings` are companies at the top that certainly control one another; behind `lost` members of a
    bloc nobody is found.
    """

    may: dict[int, list[Controller]] = field(default_factory=dict)
    unseen: set[int] = field(default_factory=set)
    tops: dict[int, Top] = field(default_factory=dict)
    rings: list[Controller] = field(default_factory=list)
    lost: list[int] = field(default_factory=list)

    def __bool__(self) -> bool:
        """Whether anything keeps it open."""
        return bool(self.undetermined or self.tops or self.rings or self.lost)

    @property
    def undetermined(self) -> bool:
        """Whether more of what is missing above might say who controls."""
        return bool(self.may or self.unseen)

    def add(self, other: Open) -> None:
        """Add what keeps the control of one member of a bloc open."""
        for about, found in other.may.items():
            self.may.setdefault(about, []).extend(c for c in found if c not in self.may[about])
        self.unseen |= other.unseen
        for party, top in other.tops.items():
            before = self.tops.get(party)
            self.tops[party] = Top(top.sure or (before is not None and before.sure), top.closed)
        self.rings += [ring for ring in other.rings if ring not in self.rings]
        self.lost += other.lost

    def controller(
        self, graph: OwnershipGraph, controller: Controller, about: int, profile: Profile
    ) -> None:
        """Take in one ultimate controller of a company: what of it isn't settled."""
        above = above_of(graph)
        members = [graph.number(p) for p in controller.parties]
        reaches = surely_reaches(graph, controller, about)
        if controller.form == "sole" and graph.kinds[members[0]] not in profile.stops_at:
            closed = controller.verdict == "yes"
            closed = closed or not (reaches or above.over(frozenset(members))[1])
            self.tops[members[0]] = Top(reaches, closed)
            if reaches:
                return
        elif controller.form == "ring" and _is_ring(graph, members):
            self.rings.append(controller)
            if reaches:
                return
        if controller.verdict != "yes":
            self.may.setdefault(about, []).append(controller)

    def reasons(self, graph: OwnershipGraph, target: int) -> list[str]:
        """At most two sentences: who may control, and who stands at the top undisclosed."""
        said = (self._who_may(graph, target), self._undisclosed(graph, target))
        return [f"control: {'; '.join(clauses)}" for clauses in map(dict.fromkeys, said) if clauses]

    def _who_may(self, graph: OwnershipGraph, target: int) -> list[str]:
        subjects = sorted({*self.may, *self.unseen}, key=lambda e: (e != target, e))
        shown = subjects[: 1 + NAMED]
        clauses = [c for e in shown for c in _may_control(graph, e, target, self)]
        if len(subjects) > len(shown):
            more = len(subjects) - len(shown)
            clauses.append(f"who controls {more} more behind the bloc is open too")
        return clauses

    def _undisclosed(self, graph: OwnershipGraph, target: int) -> list[str]:
        clauses = [ring_text(graph, ring) for ring in self.rings[:NAMED]]
        if len(self.rings) > NAMED:
            clauses.append(f"so do {len(self.rings) - NAMED} more groups of companies")
        order = by_votes(graph, target, self.tops)
        for sure in (True, False):
            tops = {p: self.tops[p].closed for p in order if self.tops[p].sure == sure}
            if tops:
                clauses.append(_tops(graph, tops, "stand" if sure else "would stand"))
        if self.lost:
            names = few([graph.label(member) for member in self.lost])
            acts = "acts" if len(self.lost) == 1 else "act"
            clauses.append(f"no person is found behind {names}, which {acts} in concert")
        return clauses


def surely_reaches(graph: OwnershipGraph, controller: Controller, about: int) -> bool:
    """Whether these certainly control it, whoever may stand above them."""
    above = above_of(graph)
    if controller.form == "bloc":
        bloc = next(b for b in graph.blocs if b.bloc_id == controller.bloc_id)
        return about in above.bloc_reach(bloc, sure=True)
    members = [graph.number(p) for p in controller.parties]
    if about in members:
        return _is_ring(graph, members)
    return any(about in above.sure(m) for m in members)


def ring_text(graph: OwnershipGraph, ring: Controller) -> str:
    """A sentence about companies that control one another and that nobody else certainly does."""
    names = join([graph.label(graph.number(p)) for p in ring.parties])
    nobody = "nobody outside certainly controls them"
    if (
        ring.verdict == "yes"
        or not above_of(graph).over(frozenset(map(graph.number, ring.parties)))[1]
    ):
        nobody = "by their registers nobody outside, on file or not, can control them"
    return f"{names} control one another and none is a natural person; {nobody}"


def _is_ring(graph: OwnershipGraph, members: list[int]) -> bool:
    """Whether each certainly controls the others, itself through them."""
    above, inside = above_of(graph), set(members)
    return all(inside <= above.sure(m) | {m} for m in members)


def _may_control(graph: OwnershipGraph, about: int, target: int, found: Open) -> list[str]:
    """Clauses on who may control one company, the most votes in it first."""
    label = graph.label(about)
    names: dict[int, list[str]] = {}
    clauses = []
    for controller in found.may.get(about, ()):
        members = [graph.number(p) for p in controller.parties]
        if controller.form == "ring" and not _is_ring(graph, members):
            who = join([graph.label(m) for m in members])
            clauses.append(f"{who} may control one another")
            continue
        # A bloc may control one of its members: the others do.
        members = [m for m in members if m != about]
        who = join([graph.label(m) for m in members])
        if surely_reaches(graph, controller, about):
            verb = "together control" if len(members) > 1 else "controls"
            clauses.append(f"whether somebody controls {who}, who {verb} {label}, is undetermined")
            continue
        if len(members) > 1:
            how = "in concert" if controller.form == "bloc" else "who control one another"
            others = join([graph.label(m) for m in members[1:]])
            who = f"{graph.label(members[0])} with {others} ({how})"
        names.setdefault(members[0], []).append(who)
    said = []
    if names:
        ordered = [who for first in by_votes(graph, about, names) for who in names[first]]
        said.append(each_may(ordered, f"control {label}"))
    if about in found.unseen:
        if names:
            said.append("so may somebody who is not on file (看不清)")
        else:
            said.append(f"somebody who is not on file may control {label} (看不清)")
    return said + clauses


def by_votes(graph: OwnershipGraph, target: int, parties: Iterable[int]) -> list[int]:
    """The parties ordered for reading: by the votes in the target that go with them.

    First all votes of what they may control, then their own along the largest chain.
    """
    found = list(parties)
    if len(found) < 2:
        return found
    view = view_of(graph, "votes", [target])
    own = reach(lambda entity: links_of(view, entity), target)
    return sorted(found, key=lambda p: (-votes_through(graph, p, target), -own.get(p, 0), p))


def _tops(graph: OwnershipGraph, tops: dict[int, bool], stand: str) -> str:
    """A clause about those at the top, given with whether nobody can control them."""
    if len(tops) == 1:
        ((party, closed),) = tops.items()
        stands = stand if stand.startswith("would") else f"{stand}s"
        said = _said(_why(graph, party, closed), 1)
        return f"{graph.label(party)} {stands} at the top and is no natural person; {said}"
    groups: dict[str, list[str]] = {}
    for party, closed in tops.items():
        groups.setdefault(_why(graph, party, closed), []).append(graph.label(party))
    most = max(1, NAMED // len(groups)) if len(tops) > ALL_NAMED else ALL_NAMED
    parts = [f"{join(names, most)} ({_said(why, len(names))})" for why, names in groups.items()]
    return (
        f"{len(tops)} parties {stand} at the top and none is a natural person: {', '.join(parts)}"
    )


def _why(graph: OwnershipGraph, party: int, closed: bool) -> str:
    kind = status(graph, party)
    if kind != "intermediate":
        return kind
    if not closed:
        return "open"
    return "closed" if graph.votes[party] is not None else "no_votes"


def _said(why: str, many: int) -> str:
    text = _SAID[why]
    it, verb, its = (
        ("it", "is", "its register") if many == 1 else ("they", "are", "their registers")
    )
    them = "it" if many == 1 else "them"
    if why == "kind_unknown":
        return text.format(it, verb, them)
    return text.format(its, them) if why == "closed" else text.format(them, them)
