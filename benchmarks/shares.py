"""Shares of made registers: integers of 0.0001 %, split exactly, and the bands they are told in."""

from __future__ import annotations

from collections.abc import Callable

WHOLE = 1_000_000
"""100 % in the unit of made shares, 0.0001 %."""

BANDS = (
    ("", "25", 250_000),
    (">25", "50", 500_000),
    (">50", "<75", 749_999),
    ("75", "100", WHOLE),
)
"""Lower and upper end as a file states them, and the largest share of the band."""


def text(share: int) -> str:
    """The share as a percent with four decimals.

    >>> text(505_000)
    '50.5000'
    """
    return f"{share // 10_000}.{share % 10_000:04d}"


def parts(weights: list[float], total: int) -> list[int]:
    """`total` split by weights into positive integers that sum to it.

    >>> parts([1.0, 1.0, 1.0], 100)
    [34, 33, 33]
    """
    scale = (total - len(weights)) / sum(weights)
    found = [1 + int(w * scale) for w in weights]
    found[0] += total - sum(found)
    return found


def even(random: Callable[[], float], n: int, total: int) -> list[int]:
    """`n` shares of similar size; from three on, none is half of the total."""
    return parts([0.75 + random() * 0.5 for _ in range(n)], total)


def majority(random: Callable[[], float], n: int, total: int) -> list[int]:
    """`n` shares of which the first is more than half of the whole where `total` allows it."""
    if n == 1:
        return [total]
    least = min(WHOLE // 2 + 1, total - n)
    first = least + int(random() * (total - n - least))
    return [first, *parts([0.05 + random() for _ in range(n - 1)], total - first)]
