"""L1 groups by brute force over a small case: sets of parties, SEMANTICS.md section 10.

Control comes from the literal reference (``oracles/reference.py``), which shares no code with the
engine; every party is tried as a top, every pair is compared, nothing is computed upstream first.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from .oracles.case import Case, Right
from .oracles.reference import Reference
from .oracles.registers import certainly_passes, possibly_passes, register

PROFESSIONAL = {"manager", "general_partner", "trustee"}
JOINING = {"spouse", "minor_child", "nominee"}
GUARD_KINDS = {"state_body", "pseudo"}


@dataclass(frozen=True)
class World:
    """A case with its clients, its licensed guards and relations (a, b, kind, presumed)."""

    case: Case
    clients: frozenset[str]
    licensed: frozenset[str] = frozenset()
    relations: tuple[tuple[str, str, str, bool], ...] = ()


@dataclass(frozen=True)
class Answer:
    """Groups as (members, possible members); `maybe` are those that hold no client for certain."""

    sure: frozenset[tuple[frozenset[str], frozenset[str]]]
    maybe: frozenset[tuple[frozenset[str], frozenset[str]]]
    unresolved: frozenset[str]


def groups(world: World) -> Answer:
    """Every group of a world."""
    return _Brute(world).answer()


class _Brute:
    def __init__(self, world: World) -> None:
        self.world = world
        kinds = world.case.kinds
        self.guarded = {p for p in kinds if kinds[p] in GUARD_KINDS} | world.licensed
        certain, possible = self._cases()
        self.sure = Reference(certain)
        self.may = Reference(possible)
        self.parties = sorted(kinds)

    def _cases(self) -> tuple[Case, Case]:
        """The case as L1 sees it, with the rights that join, and with those that may."""
        case = self.world.case
        stand_in = {p: f"float:{p}" for p in self.guarded if case.kinds[p] != "pseudo"}
        bare = replace(
            case,
            kinds=dict(case.kinds) | dict.fromkeys(stand_in.values(), "pseudo"),
            stakes=tuple(replace(s, holder=stand_in.get(s.holder, s.holder)) for s in case.stakes),
            rights=tuple(
                r
                for r in case.rights
                if r.holder not in self.guarded and r.kind not in PROFESSIONAL
            ),
            floats=case.floats | set(stand_in.values()),
        )
        waiting = [
            r for r in case.rights if r.holder not in self.guarded and r.kind in PROFESSIONAL
        ]
        certain = bare
        while new := [r for r in waiting if self._sides(certain, r)]:
            certain = replace(certain, rights=(*certain.rights, *new))
            waiting = [r for r in waiting if r not in new]
        possible = certain
        tops = [t for t in certain.kinds if self._is_top(Reference(certain), t)]
        while new := [r for r in waiting if self._may_side(possible, tops, r)]:
            possible = replace(possible, rights=(*possible.rights, *new))
            waiting = [r for r in waiting if r not in new]
        return certain, possible

    def _is_top(self, ref: Reference, party: str) -> bool:
        below = ref.certain({party})
        return all(
            party not in ref.certain({z}) or z in below for z in ref.case.kinds if z != party
        )

    def _sides(self, case: Case, right: Right) -> bool:
        ref = Reference(case)
        reg = register(case, right.entity, "capital")
        if reg is None:
            return False
        sides = [{t} | ref.certain({t}) for t in case.kinds if self._is_top(ref, t)]
        return any(
            right.holder in side and side & set(reg.holders) and certainly_passes(reg, side)
            for side in sides
        )

    def _may_side(self, case: Case, tops: list[str], right: Right) -> bool:
        ref = Reference(case)
        reg = register(case, right.entity, "capital")
        if reg is None:
            return False
        for top in tops:
            side = {top} | ref.listed({top})
            if right.holder in side and reg.most_sum(side) > 0 and possibly_passes(reg, side):
                return True
        return False

    def tops_of(self, party: str) -> set[str]:
        """The tops at or above a party, rings by their smallest member."""
        found = set()
        for top in self.parties:
            above = party == top or party in self.sure.certain({top})
            if above and self._is_top(self.sure, top):
                found.add(min(self.ring(top)))
        return found

    def ring(self, top: str) -> set[str]:
        """The parties that a top mutually controls, itself included."""
        below = self.sure.certain({top})
        return {top} | {y for y in below if top in self.sure.certain({y})}

    def joint(self) -> list[tuple[set[str], set[str]]]:
        """For each bloc: the tops of its members, and what only the bloc controls."""
        found = []
        for bloc in self.world.case.blocs:
            if len(set(bloc.members)) < 2:
                continue
            members = frozenset(bloc.members)
            reached = self.sure._bloc_fixpoint(members, bloc.scope, True)
            alone = members.union(*(self.sure.certain({m}) for m in members))
            tops = {t for m in members - self.guarded for t in self.tops_of(m)}
            if reached - alone and members - self.guarded:
                found.append((tops, set(reached - alone)))
        return found

    def answer(self) -> Answer:
        """The groups around every top."""
        joint = self.joint()
        homes_of_joint: dict[str, set[str]] = {}
        for tops, reached in joint:
            for party in reached:
                homes_of_joint.setdefault(party, set()).update(tops)

        def homes(party: str) -> set[str]:
            found = set(homes_of_joint.get(party, ()))
            for top in self.tops_of(party):
                found |= homes_of_joint.get(top, {top})
            return found

        around = {p for p in self.parties if homes(p) == {p}}
        around |= {h for c in self.world.clients for h in homes(c)}
        sure_groups, maybe_groups = set(), set()
        for top in around:
            members, possible = self._around(top, joint)
            pair = frozenset(members), frozenset(possible - members)
            if members & self.world.clients:
                sure_groups.add(pair)
            elif len(possible & self.world.clients) > 1:
                maybe_groups.add(pair)
        unresolved = Reference(self.world.case).unresolved
        return Answer(frozenset(sure_groups), frozenset(maybe_groups), frozenset(unresolved))

    def _around(
        self, top: str, joint: list[tuple[set[str], set[str]]]
    ) -> tuple[set[str], set[str]]:
        ring = self.ring(top)
        members = ring | self.sure.certain({top})
        for tops, reached in joint:
            if top in tops:
                members |= reached
        possible = set(self.may.listed({top}))
        for a, b, kind, presumed in self.world.relations:
            for inner, outer in ((a, b), (b, a)):
                if inner not in ring or {inner, outer} & self.guarded:
                    continue
                below = {outer} | self.sure.certain({outer})
                if kind in JOINING and not presumed:
                    members |= below
                elif kind != "concert":
                    possible |= below
                else:
                    continue
                possible |= self.may.listed({outer})
        return members, possible - members
