"""Control, literally as SEMANTICS.md sections 1 to 3 say; slow, exact, independent of graphkit.

Interest (section 4) is in ``bounds.py``; both use ``registers.py``. The choices made where the
text leaves one are listed in README.md beside this file.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from .case import DECISIVE, FULL, Bloc, Case
from .registers import Register, certainly_passes, least, most, possibly_passes, register

YES, UNDETERMINED, NO = "yes", "undetermined", "no"
Set = frozenset[str]


@dataclass(frozen=True)
class ControlRow:
    """One line of ``control P[,Q]``; the percents are fractions of 100 (0 to 100)."""

    entity: str
    verdict: str
    votes_percent_min: Fraction
    votes_percent_max: Fraction


class Reference:
    """The control relation of one case, with everything that section 3 defines on it.

    >>> from .case import make
    >>> ref = Reference(make("", {("P", "A"): 51, ("Q", "A"): 49}))
    >>> ref.verdict({"P"}, "A"), ref.verdict({"Q"}, "A"), ref.ultimate()["P", "A"]
    ('yes', 'no', 'yes')
    """

    def __init__(self, case: Case) -> None:
        self.case = case
        self.registers: dict[str, Register | None] = {
            e: register(case, e, "votes") for e in case.parties()
        }
        self._cache: dict[tuple[object, ...], Set] = {}

    # -- section 3: the two fixpoints ------------------------------------------------------

    def _holds_right(self, s: Set, y: str) -> bool:
        return any(
            r.entity == y and r.holder in s and r.holder != y and r.kind in DECISIVE
            for r in self.case.rights
        )

    def _passes(self, s: Set, y: str, certain: bool, pieces: int = 1) -> bool:
        """Section 3: a decisive right, or section 2 for the set. A right is certain."""
        if self._holds_right(s, y):
            return True
        reg = self.registers[y]
        if reg is None:
            return False
        return certainly_passes(reg, s) if certain else possibly_passes(reg, s, pieces)

    def _fixpoint(self, start: Set, certain: bool, pieces: int = 1) -> Set:
        key = (start, certain, pieces)
        if key not in self._cache:
            inside = set(start)
            while new := {
                y
                for y in self.case.kinds
                if y not in inside and self._passes(frozenset(inside), y, certain, pieces)
            }:
                inside |= new
            self._cache[key] = frozenset(inside - start)
        return self._cache[key]

    def certain(self, start: Set | set[str]) -> Set:
        """Return what ``start`` (one party, or several acting together) certainly controls."""
        return self._fixpoint(frozenset(start), True)

    def possible(self, start: Set | set[str]) -> Set:
        """Return the possible fixpoint of ``start`` with omega, without ``start`` itself.

        DEVIATION from the text, for several parties that are not one holder (README.md, "Where
        the text and the worlds disagree"): see ``pieces``.
        """
        return self._fixpoint(frozenset(start), False, self.pieces(start))

    def pieces(self, start: Set | set[str]) -> int:
        """Return how many holders below the disclosure line may stand in ``start``'s set.

        One for a single party, for members of a bloc without a scope and for a party with what it
        controls: section 3 to the letter. Else each of ``start`` is one, and so is each listed
        company that none of them certainly controls alone.
        """
        start = frozenset(start)
        blocs = (set(b.members) for b in self.case.blocs if not b.scope)
        alone = {m: self.certain({m}) for m in start}
        if len(start) < 2 or any(start <= members for members in blocs):
            return 1
        if any(start - {m} <= alone[m] for m in start):
            return 1
        pieces = 0
        more = len(start)
        while more > pieces:
            pieces = more
            found = self._reached(start, self._fixpoint(start, False, pieces))
            more = len(start) + len(found - set().union(*alone.values()))
        return pieces

    @cached_property
    def unresolved(self) -> Set:
        """Return U: every entity that omega possibly controls (看不清)."""
        return self._fixpoint(frozenset(), False)

    # -- section 3: what is listed, verdicts -----------------------------------------------

    def listed(self, start: Set | set[str]) -> Set:
        """Return the entities listed for ``start``: yes, or reachable inside the fixpoint.

        A step leads from a reached party to an entity of the possible fixpoint of {start,
        omega} in which it holds votes (tightened maximum above 0) or a decisive right.
        """
        return self._reached(frozenset(start), self.possible(start)) | self.certain(start)

    def _reached(self, start: Set, inside: Set) -> Set:
        reached = set(start)
        while new := {
            y for y in inside - reached if any(self._linked(h, y) for h in reached if h != y)
        }:
            reached |= new
        return frozenset(reached - start)

    def _linked(self, h: str, y: str) -> bool:
        if self._holds_right(frozenset({h}), y):
            return True
        reg = self.registers[y]
        if reg is None or h not in reg.holders:
            return False
        # No tightening applies in an over-full register (section 1).
        return (reg.holders[h][1] if reg.over_full else most(reg, {h})) > 0

    def verdict(self, start: Set | set[str], y: str) -> str:
        """Return the verdict for one pair, listed or not ("an unlisted pair is ...")."""
        if y in self.certain(start):
            return YES
        # Listed or in U; for a set that is not one holder, U of several undisclosed ones.
        if y in self.listed(start) or y in self.possible(start) | self.unresolved:
            return UNDETERMINED
        return NO

    def control(self, start: Set | set[str]) -> list[ControlRow]:
        """Return the lines of ``control P[,Q]``, sorted by entity: yes and undetermined."""
        yes, listed = self.certain(start), self.listed(start)
        return [
            ControlRow(
                y,
                YES if y in yes else UNDETERMINED,
                *held(self.registers[y], yes | set(start), listed | set(start)),
            )
            for y in sorted(listed)
        ]

    def attributed(self, start: Set | set[str], y: str) -> tuple[Fraction, Fraction]:
        """Return the attributed holding in percent: capital of ``start`` and all it controls."""
        yes = self.certain(start) | set(start)
        return held(register(self.case, y, "capital"), yes, self.listed(start) | set(start))

    # -- section 3: blocs ------------------------------------------------------------------

    def bloc(self, bloc: Bloc, certain: bool) -> Set:
        """Return what a bloc jointly controls; a member only when the *other* members do so."""
        found = self._bloc_fixpoint(frozenset(bloc.members), bloc.scope, certain)
        found -= set(bloc.members)
        for m in bloc.members:
            others = frozenset(bloc.members) - {m}
            if m in self._bloc_fixpoint(others, bloc.scope, certain):
                found |= {m}
        return found

    def _bloc_fixpoint(self, members: Set, scope: tuple[str, ...], certain: bool) -> Set:
        """Return what ``members`` acting in concert control in and through ``scope``.

        In an entity of the scope all count: members, what each controls by itself, the bloc's
        companies. Outside only the bloc's own companies (and, for possible, omega) do.
        """
        if not scope:
            return self._fixpoint(members, certain)
        alone = members.union(*(self._fixpoint(frozenset({m}), certain) for m in members))
        companies: set[str] = set()
        while new := {
            y
            for y in set(self.case.kinds) - members - companies
            if self._passes(frozenset(companies) | (alone if y in scope else set()), y, certain)
        }:
            companies |= new
        return frozenset(companies)

    # -- section 3: ultimate controllers and rings -----------------------------------------

    @cached_property
    def _above(self) -> dict[str, tuple[set[str], set[str]]]:
        """Return for each party who certainly / possibly controls it; omega is ``""``."""
        above: dict[str, tuple[set[str], set[str]]] = {}
        for x in self.case.kinds:
            sure = {z for z in self.case.kinds if x in self.certain({z})}
            may = {z for z in self.case.kinds if x in self.possible({z})}
            for b in self.case.blocs:
                sure |= {b.bloc_id} if x in self.bloc(b, True) else set()
                may |= {b.bloc_id} if x in self.bloc(b, False) else set()
            above[x] = (sure, may | ({""} if x in self.unresolved else set()))
        return above

    def ultimate(self) -> dict[tuple[str, str], str]:
        """Return (controller, entity) -> yes or undetermined; every other pair is no.

        A controller is a party or a bloc (by its id). Parties stand in the undetermined part
        also where they are unlisted: their verdict comes from the entity being in U.
        """
        found: dict[tuple[str, str], str] = {}
        for x in self.case.kinds:
            sure, may = self._above[x]
            if sure:
                continue
            for y in self.possible({x}):
                yes = y in self.certain({x}) and not may
                found[x, y] = YES if yes else UNDETERMINED
        for b in self.case.blocs:
            if self._bloc_under(b, 0):
                continue
            under = self._bloc_under(b, 1)
            for y in self.bloc(b, False):
                yes = y in self.bloc(b, True) and not under
                found[b.bloc_id, y] = YES if yes else UNDETERMINED
        return found

    def _bloc_under(self, bloc: Bloc, which: int) -> bool:
        """Say whether somebody certainly (0) or possibly (1) controls every member of a bloc.

        A member that controls all the others is above its own bloc. Another bloc is above when
        each member is one of its own or controlled by it, at least one of them controlled.
        """
        above = [self._above[m][which] | {m} for m in bloc.members]
        if set.intersection(*above) - {bloc.bloc_id}:
            return True
        for other in self.case.blocs:
            if other.bloc_id == bloc.bloc_id:
                continue
            by = [m for m in bloc.members if other.bloc_id in self._above[m][which]]
            if by and all(m in by or m in other.members for m in bloc.members):
                return True
        return False

    def rings(self) -> dict[Set, str]:
        """Return the rings of certain mutual control -> yes or undetermined ("none": absent)."""
        rings: dict[Set, str] = {}
        for x in self.case.kinds:
            ring = frozenset(y for y in self.certain({x}) if x in self.certain({y})) | {x}
            if len(ring) < 2:
                continue
            inner = {b.bloc_id for b in self.case.blocs if set(b.members) <= ring} | ring
            sure = set().union(*(self._above[m][0] for m in ring)) - inner
            may = set().union(*(self._above[m][1] for m in ring)) - inner
            if not sure:
                rings[ring] = UNDETERMINED if may else YES
        return rings


def held(
    reg: Register | None, certain: Set | set[str], listed: Set | set[str]
) -> tuple[Fraction, Fraction]:
    """Return least of the certain set and most of the listed set, in percent (0, 0 if none)."""
    if reg is None:
        return Fraction(0), Fraction(0)
    if not reg.over_full:
        return _percent(least(reg, certain)), _percent(most(reg, listed))
    low = reg.least_sum(certain)
    rest = reg.most_sum(reg.others(certain)) + reg.own[1] + reg.rest[1]
    scaled = Fraction(100 * low, low + rest) if low else Fraction(0)
    return scaled, _percent(min(FULL, reg.most_sum(listed)))


def _percent(units: int) -> Fraction:
    return Fraction(units * 100, FULL)
