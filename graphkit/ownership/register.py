"""A register (股东名册) of an entity, and when a set of its holders passes the control line.

Source: SEMANTICS.md sections 1 to 3. Every pair of bounds here is tight: one world, that is values
inside the intervals that sum to 100 %, reaches both. In an over-full register no world sums to
100 %, and a rule of its own holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from graphkit.model.shares import FULL


@dataclass(frozen=True, slots=True)
class Line:
    """The lines that the rulebook sets: of votes to control, of a listed company's disclosure.

    Control passes when ``inside * S > outside * O``; both are 1 for "more than half".
    `hidden_most` is the most that an undisclosed holder of a dispersed register has in all.
    """

    inside: int = 1
    outside: int = 1
    hidden_most: int = FULL // 20 - 1

    @classmethod
    def of(cls, control: Fraction, disclosure: Fraction, disclosure_inclusive: bool) -> Line:
        """The lines for a control line and a disclosure line as fractions of the whole.

        Examples
        --------
        >>> Line.of(Fraction(1, 2), Fraction(1, 20), True)
        Line(inside=1, outside=1, hidden_most=499999999)
        """
        line = disclosure * FULL
        most = line.numerator // line.denominator
        if disclosure_inclusive and most == line:
            most -= 1
        return cls(control.denominator - control.numerator, control.numerator, most)

    def passes(self, ours: int, theirs: int) -> bool:
        """Whether a set with `ours` controls against all others with `theirs`."""
        return self.inside * ours > self.outside * theirs


@dataclass(slots=True)
class Register:
    """The holders of one entity by one measure (votes or capital), in parts per 10**10.

    `holders` are party indices in ascending order, without the entity itself (`own_low`,
    `own_high`) and without pseudo parties, whose lines belong to the rest. `rest_low` to
    `rest_high` is what nobody on file holds; of it one undisclosed holder may own `whole_high`
    outright, and of `dispersed_high` less than the disclosure line. `first` and `last` bound the
    entity's stakes in :attr:`OwnershipGraph.stakes` (half open).
    """

    holders: tuple[int, ...]
    low: tuple[int, ...]
    high: tuple[int, ...]
    own_low: int
    own_high: int
    rest_low: int
    rest_high: int
    whole_high: int
    dispersed_high: int
    over_full: bool
    complete: bool
    first: int
    last: int
    pseudo_low: int
    float_low: int
    sum_low: int
    sum_high: int

    def surely(self, low: int, high: int) -> tuple[int, int]:
        """The least that a set S has, and the most that all others have in the same world.

        `low` and `high` are the stated sums of S. Own shares are in neither.
        """
        against = self.sum_high - high + self.rest_high
        if self.over_full:
            return low, against
        least = max(low, FULL - self.own_high - against)
        return least, min(against, FULL - self.own_low - low)

    def maybe(self, low: int, high: int) -> tuple[int, int]:
        """The most that S has, and the least that all others have, nobody of S owning any rest."""
        if self.over_full:
            return self._over_full(high)
        against = self.sum_low - low + self.rest_low
        most = min(high, FULL - self.own_low - against)
        return most, max(against, FULL - self.own_high - high)

    def with_rest(self, low: int, high: int, line: Line, pieces: int = 1) -> tuple[int, int]:
        """The same where S owns what one undisclosed holder may own; the better of two ways.

        Either S has all of the part that one holder may own outright and nothing of the dispersed
        part, or it joins some of that too and stays, with all that it has, below the disclosure
        line. What S can't take of a rest that is surely there stays outside. With several `pieces`
        S is no one holder: see :meth:`_several`.
        """
        if pieces > 1:
            return self._several(low, high, pieces * line.hidden_most)
        owned = high + self.whole_high
        hidden = min(owned + self.dispersed_high, line.hidden_most)
        if self.over_full:
            return self._over_full(max(owned, hidden))
        others = self.sum_low - low
        room = FULL - self.own_low - others
        most = min(owned, room - self.float_low)
        outside = max(others + self.float_low, FULL - self.own_high - owned)
        if self.dispersed_high == 0 or low > line.hidden_most or line.passes(most, outside):
            return most, outside
        hidden = min(hidden, room)
        left = max(0, low + self.pseudo_low - hidden)
        against = max(others + left, FULL - self.own_high - hidden)
        if line.passes(hidden, against) or hidden > most:
            return hidden, against
        return most, outside

    def _several(self, low: int, high: int, hidden: int) -> tuple[int, int]:
        """The same where several separate holders stand in S, each below the line by itself.

        The line is one holder's: nothing bounds what unrelated parties have together but the sum
        of their undisclosed pieces, `hidden`, on top of all that they have on file. That each
        stays below the line with its own holdings isn't tested, so this is an upper bound.
        """
        taken = min(self.dispersed_high, hidden)
        owned = high + min(self.rest_high, self.whole_high + taken)
        if self.over_full:
            return self._over_full(owned)
        others = self.sum_low - low + max(0, self.float_low - taken)
        most = min(owned, FULL - self.own_low - others)
        return most, max(others, FULL - self.own_high - owned)

    def least(self, low: int, high: int) -> int:
        """The least votes of S."""
        return self.surely(low, high)[0]

    def most(self, low: int, high: int) -> int:
        """The most votes of S, without any part of the rest."""
        return self.maybe(low, high)[0]

    def certain(self, low: int, high: int, line: Line) -> bool:
        """Whether S passes the line in every world."""
        return line.passes(*self.surely(low, high))

    def possible(self, low: int, high: int, line: Line) -> bool:
        """Whether S passes the line in some world in which nobody of S owns any of the rest."""
        return line.passes(*self.maybe(low, high))

    def possible_with_rest(self, low: int, high: int, line: Line, pieces: int = 1) -> bool:
        """Whether S passes in some world in which it owns what undisclosed holders may own.

        One of them, or as many as there are `pieces`.
        """
        return line.passes(*self.with_rest(low, high, line, pieces))

    def shown(self, low: int, high: int) -> tuple[int, int]:
        """The least and most votes of S as printed; scaled down where the register is over-full."""
        if not self.over_full:
            return self.least(low, high), self.most(low, high)
        others = self.sum_high - high + self.rest_high + self.own_high
        return (FULL * low // (low + others) if low else 0), min(FULL, high)

    def _over_full(self, high: int) -> tuple[int, int]:
        """At most, as stated: "2 S max + own max > 100 %" of section 1, as two sides."""
        most = min(FULL, high)
        return most, FULL - self.own_high - most
