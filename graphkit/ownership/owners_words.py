"""Words for many parties at once: the most important by name, the others as a count."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from graphkit.model.shares import percent_up
from graphkit.ownership.interest_steps import DECIMALS
from graphkit.ownership.notes import join

ALL_NAMED = 5
"""So many parties are all named."""
NAMED = 3
"""Of more than that, the first so many."""


def few(names: Sequence[str]) -> str:
    """The names for reading; of many the first three, and a count that stands for the others.

    Examples
    --------
    >>> few(["a", "b", "c"]), few(["a", "b", "c", "d", "e", "f"])
    ('a, b and c', 'a, b, c and 3 more')
    """
    return join(list(names), NAMED if len(names) > ALL_NAMED else ALL_NAMED)


def each_may(names: Sequence[str], what: str, kind: str = "parties") -> str:
    """A sentence that each of these may do something, by itself.

    Examples
    --------
    >>> each_may(["a"], "control E"), each_may(["a", "b"], "control E")
    ('a may control E', 'each of a and b may control E')
    >>> each_may(list("abcdef"), "control E")
    'each of 6 parties may control E: a, b, c and 3 more'
    """
    if len(names) > ALL_NAMED:
        return f"each of {len(names)} {kind} may {what}: {few(names)}"
    return f"{'each of ' if len(names) > 1 else ''}{few(names)} may {what}"


def at_most(share: Fraction) -> str:
    """An upper bound as a percent, rounded up.

    Examples
    --------
    >>> at_most(Fraction(1, 3)), at_most(Fraction(1))
    ('33.3334 %', '100 %')
    """
    return f"{percent_up(share, DECIMALS).rstrip('0').rstrip('.')} %"
