"""What one source has of everything below it: bounds pushed down register by register.

The source may be a party, the undisclosed holders of every rest, or both. Holders come before
entities, so each register is read once, and a ring is solved as a whole
(:mod:`graphkit.ownership.bounds_ring`; large ones that leave nothing open in
:mod:`graphkit.ownership.rings_settled`). A party that is the source counts as if it had no register
itself (SEMANTICS.md section 4, a holder on a cycle).

Numbers are exact fractions until one of them needs more than ``DIGITS`` binary digits (about 30
links with ten decimals each); from there on least bounds are rounded down and most bounds up, by
at most ``2**-DIGITS`` each time. Every operation on them only grows with its inputs, so they stay
proven bounds, and a chain of 100,000 links doesn't carry numbers of a million digits.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from graphkit.model.shares import FULL
from graphkit.ownership.bounds import ONE, ZERO, Link, Sheet, Valued, least, most
from graphkit.ownership.bounds_ring import Inside, least_in_ring, most_in_ring
from graphkit.ownership.interest_sheets import View
from graphkit.ownership.rings_condensed import Passed, condensed
from graphkit.ownership.rings_settled import EXACT, UNIT, bound_in_ring, settled

DIGITS = 1024


class Bounds(NamedTuple):
    """What a source has of an entity: least, most by stated links, most with rests given to it."""

    low: Fraction
    high: Fraction
    top: Fraction


NOTHING = Bounds(ZERO, ZERO, ZERO)
WHOLE = Bounds(ONE, ONE, ONE)


@dataclass(frozen=True, slots=True)
class Rests:
    """How much of a register's rest one source may own, by the rule in use.

    ``every``: all of it (the figure ``rest_percent_max``). Otherwise a dispersed rest (分散持股)
    gives a source at most what keeps its own holding at or below `hidden_most`.
    """

    every: bool = True
    hidden_most: int = 0

    def part(self, register: Sheet, source: Link | None) -> int:
        """The most of the rest that a source with this link of its own may have on top."""
        if self.every:
            return register.rest_high
        room = max(0, self.hidden_most - (source.low if source else 0))
        return register.whole + min(register.dispersed, room)


class Flow:
    """Bounds of any source over one view; what the rests alone may reach is computed once."""

    def __init__(
        self,
        view: View,
        rests: Rests | None = None,
        strangers: Collection[int] = (),
        target: int | None = None,
    ) -> None:
        """`strangers` are parties that count as if they belonged to the rest.

        With a `target`, which everything in the view must stand above, large settled rings are
        condensed to what they pass on; what is found of their members is then not given.
        """
        self._given = (view, rests, tuple(strangers))
        self._passed: dict[int, Passed] = {}
        self._gone: frozenset[int] = frozenset()
        if target is not None:
            view, self._passed, self._gone = condensed(view, target)
        self.view = view
        self.rests = rests or Rests()
        self._stranger: dict[int, Fraction] = dict.fromkeys(strangers, ONE)
        self._open: dict[int, list[Link]] = {}
        start = [e for e, s in view.sheets.items() if self._has_rest(e, s)]
        start += [e for party in strangers for e, _ in view.held.get(party, ())]
        self._stranger.update(
            {e: bounds.top for e, bounds in self._push(_below(view, start, None), None).items()}
        )
        for holder, value in self._stranger.items():
            if value:
                for entity, link in view.held.get(holder, ()):
                    self._open.setdefault(entity, []).append(link)

    def stranger(self, entity: int) -> Fraction:
        """The most that one undisclosed holder of every rest may have of the entity."""
        return self._stranger.get(entity, ZERO)

    def of(self, source: int, among: Collection[int] | None = None) -> dict[int, Bounds]:
        """The bounds of the source in everything it holds by stated links, direct or not.

        With `among`, only entities of it are worked through; it must hold everything above each of
        its members that the view holds.
        """
        if source in self._gone:
            return Flow(*self._given).of(source, among)
        start = [entity for entity, _ in self.view.held.get(source, ()) if entity != source]
        region = _below(self.view, start, source)
        if among is not None:
            region &= set(among)
        return self._push(region, source)

    def _has_rest(self, entity: int, register: Sheet) -> bool:
        passed = self._passed.get(entity)
        sheets = [register] if passed is None else [sheet for _, sheet in passed.rests]
        return any(self.rests.part(sheet, None) for sheet in sheets)

    def _push(self, region: set[int], source: int | None) -> dict[int, Bounds]:
        """Bounds of the region, in order; `source` None is the undisclosed holder alone."""
        place, ring = self.view.place, self.view.ring
        found: dict[int, Bounds] = {}
        into: dict[int, list[tuple[Bounds, Link]]] = {}
        if source is None:
            for stranger, top in self._stranger.items():
                self._pass_on(stranger, Bounds(ZERO, ZERO, top), region, into)
        else:
            self._pass_on(source, WHOLE, region, into)
        done: set[int] = set()
        for entity in sorted(region, key=place.__getitem__):
            if entity in done:
                continue
            members = [m for m in ring.get(place[entity], (entity,)) if m in region]
            if place[entity] in ring:
                solved = self._ring(members, source, into)
            else:
                single = self._condensed if entity in self._passed else self._single
                solved = {entity: single(entity, source, into.get(entity, []))}
            done.update(members)
            for member, bounds in solved.items():
                found[member] = bounds
                into.pop(member, None)
                self._pass_on(member, bounds, region, into)
        return found

    def _pass_on(
        self,
        holder: int,
        bounds: Bounds,
        region: set[int],
        into: dict[int, list[tuple[Bounds, Link]]],
    ) -> None:
        for entity, link in self.view.held.get(holder, ()):
            if entity in region:
                into.setdefault(entity, []).append((bounds, link))

    def _opened(
        self, entity: int, source: int | None, known: Collection[int]
    ) -> list[tuple[Bounds, Link]]:
        """Holders that only strangers stand behind, with what they may pass on."""
        if source is None:
            return []
        return [
            (Bounds(ZERO, ZERO, self._stranger[link.holder]), link)
            for link in self._open.get(entity, ())
            if link.holder not in known and link.holder != source
        ]

    def _single(self, entity: int, source: int | None, into: list[tuple[Bounds, Link]]) -> Bounds:
        register = self.view.sheets[entity]
        direct = next((link for _, link in into if link.holder == source), None)
        into = into + self._opened(entity, source, {link.holder for _, link in into})
        low = high = ZERO
        stated = [(b, link) for b, link in into if b.high]
        lows = [Valued(b.low, *link) for b, link in stated if b.low]
        if lows:
            low = least(register, lows).value(lows)
        highs = [Valued(b.high, *link) for b, link in stated]
        if highs:
            high = low if _settled(register, stated) else _most(register, highs, 0)
        rest = self.rests.part(register, direct)
        if not rest and all(b.top == b.high for b, _ in into):
            top = high
        else:
            top = _most(register, [Valued(b.top, *link) for b, link in into], rest)
        return _outward(low, high, top)

    def _condensed(
        self, entity: int, source: int | None, into: list[tuple[Bounds, Link]]
    ) -> Bounds:
        """What the exit of a condensed ring has: weights times what flows into the ring."""
        passed = self._passed[entity]
        low = high = top = 0
        for b, link in into + self._opened(entity, source, {link.holder for _, link in into}):
            least_weight, most_weight = passed.weights[link.holder]
            low += least_weight * b.low.numerator // b.low.denominator
            high -= -most_weight * b.high.numerator // b.high.denominator
            top -= -most_weight * b.top.numerator // b.top.denominator
        rest = sum(weight * self.rests.part(sheet, None) for weight, sheet in passed.rests)
        for weight, sheet, link in passed.direct.get(source, ()) if source is not None else ():
            rest += weight * (self.rests.part(sheet, link) - self.rests.part(sheet, None))
        top -= -rest // FULL
        return _outward(*(Fraction(min(x, UNIT), UNIT) for x in (low, high, top)))

    def _ring(
        self, members: list[int], source: int | None, into: dict[int, list[tuple[Bounds, Link]]]
    ) -> dict[int, Bounds]:
        sheets = {m: self.view.sheets[m] for m in members}
        inner = {m: [ln for ln in s.links if ln.holder in sheets] for m, s in sheets.items()}
        outer = {
            m: [(b, link) for b, link in into.get(m, []) if link.holder not in sheets]
            for m in members
        }
        for m in members:
            known = {link.holder for _, link in outer[m]} | set(sheets)
            outer[m] += self._opened(m, source, known)

        def solved(
            how: Callable[[Inside], dict[int, Fraction]],
            value: Callable[[Bounds], Fraction],
            rest: dict[int, int],
            up: bool,
        ) -> dict[int, Fraction]:
            valued = {
                m: [Valued(value(b), *link) for b, link in outer[m] if value(b)] for m in members
            }
            if not any(valued.values()) and not any(rest.values()):
                return dict.fromkeys(members, ZERO)
            found = bound_in_ring(sheets, valued, inner, rest, up) if large else None
            return how(Inside(sheets, valued, inner, rest)) if found is None else found

        large = len(members) > EXACT and settled(sheets.values())

        none = dict.fromkeys(members, 0)
        rest: dict[int, int] = {}
        for m in members:
            direct = next((link for _, link in outer[m] if link.holder == source), None)
            rest[m] = self.rests.part(sheets[m], direct)
        low = solved(least_in_ring, lambda b: b.low, none, False)
        high = solved(most_in_ring, lambda b: b.high, none, True)
        same = not any(rest.values()) and all(b.top == b.high for m in members for b, _ in outer[m])
        top = high if same else solved(most_in_ring, lambda b: b.top, rest, True)
        return {m: _outward(low[m], high[m], top[m]) for m in members}


def _most(register: Sheet, items: list[Valued], rest: int) -> Fraction:
    return min(ONE, most(register, items, rest).value(items))


def _settled(register: Sheet, into: list[tuple[Bounds, Link]]) -> bool:
    """Whether the least is the most: the links that count, and what flows in, are settled."""
    return not register.over_full and all(
        b.low == b.high and link.low == link.high for b, link in into
    )


def _below(view: View, start: Collection[int], source: int | None) -> set[int]:
    """Entities reached downwards from `start`, itself included; the source's register is out."""
    region = {entity for entity in start if entity != source}
    todo = list(region)
    while todo:
        for entity, _ in view.held.get(todo.pop(), ()):
            if entity not in region and entity != source:
                region.add(entity)
                todo.append(entity)
    return region


def _outward(low: Fraction, high: Fraction, top: Fraction) -> Bounds:
    """The bounds, rounded outwards where they have too many digits."""
    if low is high and high is top and low.denominator.bit_length() <= DIGITS:
        return Bounds(low, high, top)
    return Bounds(_down(low), up := _up(high), up if top is high else _up(top))


def _down(value: Fraction) -> Fraction:
    if value.denominator.bit_length() <= DIGITS:
        return value
    return Fraction((value.numerator << DIGITS) // value.denominator, 1 << DIGITS)


def _up(value: Fraction) -> Fraction:
    if value.denominator.bit_length() <= DIGITS:
        return value
    return Fraction(-((-value.numerator << DIGITS) // value.denominator), 1 << DIGITS)
