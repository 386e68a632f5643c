"""Shares as exact intervals of integers, in parts per 10**10 of the whole.

One hundredth of a percent in eight decimals is one unit, so every share that a file may state is
an integer here, and a line (more than half, 5 %) is compared without rounding.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import NamedTuple

FULL = 10_000_000_000
"""The whole: 100 %."""

PERCENT = FULL // 100
"""One percent."""

_DECIMAL = re.compile(r"[0-9]+(\.[0-9]+)?\Z")


class Interval(NamedTuple):
    """A share known to lie between two integers, both included, in parts per 10**10."""

    low: int
    high: int

    @property
    def exact(self) -> bool:
        """Whether only one value is possible."""
        return self.low == self.high


UNKNOWN = Interval(0, FULL)
"""A share of which nothing is known."""


class ShareError(ValueError):
    """A percent that can't be read; its message says what was expected."""


def parse_percent(text: str) -> Interval:
    """The interval that a percent in a file states, in parts per 10**10.

    Plain decimals from 0 to 100 with up to eight decimals; ``>`` or ``<`` before the number marks
    an end that is not included, moved inward by one unit.

    Raises
    ------
    ShareError
        When the text is not such a number.

    Examples
    --------
    >>> parse_percent("50.01")
    Interval(low=5001000000, high=5001000000)
    >>> parse_percent(">25")
    Interval(low=2500000001, high=10000000000)
    >>> parse_percent("<50")
    Interval(low=0, high=4999999999)
    """
    mark = text[:1] if text[:1] in "<>" else ""
    number = text[len(mark) :]
    if number.endswith(("%", "％")):
        raise ShareError("a number without a percent sign")
    if number.startswith("-"):
        raise ShareError("a share of 0 or more")
    if not _DECIMAL.match(number):
        raise ShareError("a plain decimal such as 51 or 33.33333333")
    whole, _, decimals = number.partition(".")
    if len(decimals) > 8:
        raise ShareError("up to eight decimals")
    value = int(whole) * PERCENT + int(decimals.ljust(8, "0"))
    if value > FULL:
        raise ShareError("a share of at most 100")
    if mark == ">":
        if value == FULL:
            raise ShareError("a share below 100 behind '>'")
        return Interval(value + 1, FULL)
    if mark == "<":
        if value == 0:
            raise ShareError("a share above 0 behind '<'")
        return Interval(0, value - 1)
    return Interval(value, value)


def percent_down(share: int | Fraction, decimals: int = 8) -> str:
    """The share as a percent with `decimals` decimals, rounded down.

    `share` is in parts per 10**10 (an int) or a fraction of the whole (a Fraction).

    Examples
    --------
    >>> percent_down(3333333333)
    '33.33333333'
    >>> percent_down(Fraction(1, 3), 2), percent_up(Fraction(1, 3), 2)
    ('33.33', '33.34')
    """
    return _percent(share, decimals, up=False)


def percent_up(share: int | Fraction, decimals: int = 8) -> str:
    """The share as a percent with `decimals` decimals, rounded up."""
    return _percent(share, decimals, up=True)


def _percent(share: int | Fraction, decimals: int, *, up: bool) -> str:
    # Whole numbers throughout: a Fraction made for each of millions of rows costs more than all
    # the rest of writing them.
    above, below = _parts(share)
    units, left = divmod(above * 100 * 10**decimals, below)
    if up and left:
        units += 1
    sign = "-" if units < 0 else ""
    whole, part = divmod(abs(units), 10**decimals)
    return f"{sign}{whole}.{part:0{decimals}d}" if decimals else f"{sign}{whole}"


def _parts(share: int | Fraction) -> tuple[int, int]:
    """Numerator and denominator of a share as a fraction of the whole."""
    return (share, FULL) if isinstance(share, int) else (share.numerator, share.denominator)


def percent_short(share: int | Fraction) -> str:
    """The share as a percent for reading: as many decimals as it needs, at most two, cut off.

    A share that is cut shows ``…`` so that 50.0000001 never reads as exactly half.

    Examples
    --------
    >>> percent_short(5_000_000_000), percent_short(1667000000), percent_short(5_000_000_001)
    ('50', '16.67', '50.00…')
    """
    text = percent_down(share, 2)
    above, below = _parts(share)
    if above * 10_000 % below:
        return text + "…"
    return text.rstrip("0").rstrip(".")
