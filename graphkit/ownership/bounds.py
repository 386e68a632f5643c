"""One register's say in an interest: how little or how much of an entity reaches a holder.

A register is a set of worlds: every holder between its least and its most, a rest that nobody on
file holds, together 100 %. Given what a source has of each holder, what it has of the entity is
least (most) when the free part goes first to the holders of which it has least (most): a greedy
allocation is the optimum of a linear programme with one equation and bounds (a fractional
knapsack; G. B. Dantzig, Operations Research 5 (1957) 266-288, doi:10.1287/opre.5.2.266).

SEMANTICS.md sections 1 and 4 are the source of the rules. No float is used.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from graphkit.model.shares import FULL

ZERO = Fraction(0)
ONE = Fraction(1)


class Link(NamedTuple):
    """A holder of an entity with its least and most share, in parts per 10**10."""

    holder: int
    low: int
    high: int


class Valued(NamedTuple):
    """A link, and what the source has of its holder (a fraction of the whole)."""

    value: Fraction
    holder: int
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """One entity's register as this stage reads it.

    `links` are the holders on file that may hold anything, the entity itself among them where it
    holds own shares (`own_low`, `own_high`); `others_*` are sums over the links without it.
    Unless the register is `over_full`, a link's `high` is tightened to what the others leave.
    `whole` and `dispersed` are the parts of the rest that one holder may own outright, and that
    are dispersed (together with all that it controls below the disclosure line).
    """

    entity: int
    links: tuple[Link, ...]
    own_low: int
    own_high: int
    others_low: int
    others_high: int
    rest_low: int
    rest_high: int
    whole: int
    dispersed: int
    over_full: bool

    @property
    def free(self) -> int:
        """What is left of 100 % when everybody, the rest included, has its least."""
        return FULL - self.others_low - self.own_low - self.rest_low

    @property
    def slack(self) -> int:
        """How much everybody, the rest included, can take beyond its least."""
        own = self.own_high - self.own_low
        return self.others_high - self.others_low + own + self.rest_high - self.rest_low


class Row(NamedTuple):
    """A choice of weights: per holder, the source's own part of the rest, and their whole."""

    weights: dict[int, int]
    rest: int
    whole: int

    def value(self, items: Iterable[Valued]) -> Fraction:
        """What the source has of the entity under these weights."""
        total: Fraction | int = self.rest
        for item in items:
            if item.value and (weight := self.weights.get(item.holder, 0)):
                total += weight * item.value
        return Fraction(total) / self.whole


def sheet(
    entity: int,
    links: Iterable[Link],
    rest: tuple[int, int],
    *,
    whole: int | None = None,
    over_full: bool = False,
) -> Sheet:
    """The sheet of a register: `links` with own shares, the interval of its rest.

    Examples
    --------
    >>> sheet(0, [Link(1, 0, FULL), Link(2, 6 * FULL // 10, 6 * FULL // 10)], (0, 0)).links
    (Link(holder=1, low=0, high=4000000000), Link(holder=2, low=6000000000, high=6000000000))
    """
    given = list(links)
    room = FULL - sum(link.low for link in given) - rest[0]
    kept = []
    own = (0, 0)
    low = high = 0
    for link in given:
        most = link.high if over_full else min(link.high, link.low + max(0, room))
        if most == 0:
            continue
        kept.append(Link(link.holder, link.low, most))
        if link.holder == entity:
            own = (link.low, most)
        else:
            low += link.low
            high += most
    outright = rest[1] if whole is None else min(whole, rest[1])
    return Sheet(
        entity=entity,
        links=tuple(kept),
        own_low=own[0],
        own_high=own[1],
        others_low=low,
        others_high=high,
        rest_low=rest[0],
        rest_high=rest[1],
        whole=outright,
        dispersed=rest[1] - outright,
        over_full=over_full,
    )


def most(register: Sheet, items: list[Valued], rest: int = 0) -> Row:
    """The weights under which the source has most of the entity.

    Parameters
    ----------
    items
        The holders that count, with what the source has of each; the others count nothing.
    rest
        How much of the rest the source itself may own.

    In an over-full register these are the stated maxima; the caller caps their sum at 100 %
    (tightening would lose the stated 60 of 60 + 55).

    Examples
    --------
    P has 80 % of A and nothing of B; A holds 10 to 60 % of the entity, B 30 to 90 %:

    >>> register = sheet(0, [Link(1, FULL // 10, FULL * 6 // 10), Link(2, FULL * 3 // 10, FULL)],
    ...                  (0, 0))
    >>> items = [Valued(Fraction(4, 5), 1, *register.links[0][1:])]
    >>> most(register, items).value(items), least(register, items).value(items)
    (Fraction(12, 25), Fraction(2, 25))
    """
    if register.over_full:
        weights = {item.holder: item.high for item in items}
        return Row(weights, min(rest, register.rest_high), FULL)
    free = register.free
    forced = min(rest, register.rest_low)
    extra = min(rest - forced, register.rest_high - register.rest_low, free)
    free -= extra
    weights = {}
    for item in sorted(items, key=lambda i: i.value, reverse=True):
        more = min(item.high - item.low, free)
        free -= more
        weights[item.holder] = item.low + more
    return Row(weights, forced + extra, FULL)


def least(register: Sheet, items: list[Valued]) -> Row:
    """The weights under which the source has least of the entity.

    `items` are the holders that count; everybody else, the rest included, counts nothing and takes
    the free part first. In an over-full register the least is
    ``sum min / (sum min + sum of the others' max)``, with those at their least of whom the source
    has most; own shares belong to the others in proportion and drop out.
    """
    if register.over_full:
        return _least_over_full(register, items)
    spare = register.slack - sum(item.high - item.low for item in items)
    free = max(0, register.free - spare)
    weights = {}
    for item in sorted(items, key=lambda i: i.value):
        more = min(item.high - item.low, free)
        free -= more
        weights[item.holder] = item.low + more
    return Row(weights, 0, FULL)


def _least_over_full(register: Sheet, items: list[Valued]) -> Row:
    """The least of a weighted mean over boxes: the highest values at their min, the rest at max.

    The mean falls when a value above it gets less weight or one below it more, so the optimum is a
    threshold in the order of values; each is tried.
    """
    ranked = sorted(
        (item for item in items if item.holder != register.entity),
        key=lambda i: i.value,
        reverse=True,
    )
    whole = register.others_high + register.rest_high
    total = sum((item.high * item.value for item in ranked), ZERO)
    best = (total / whole, 0) if whole else (ZERO, 0)
    for count, item in enumerate(ranked, 1):
        spread = item.high - item.low
        if not spread:
            continue
        total -= spread * item.value
        whole -= spread
        if whole and total / whole < best[0]:
            best = (total / whole, count)
    weights = {
        item.holder: item.low if place < best[1] else item.high for place, item in enumerate(ranked)
    }
    spread = sum(item.high - item.low for item in ranked[: best[1]])
    return Row(weights, 0, register.others_high + register.rest_high - spread)
