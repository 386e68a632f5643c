"""Large rings whose registers leave nothing open: one linear system, in whole numbers.

Where every register of a ring is settled (each share one number, the rest one number, together
100 %), there is one world, so what a source has of the ring is linear in what flows into it. Exact
fractions of a ring of hundreds have tens of thousands of digits; here every number is an integer
in parts of ``2**BITS``, rounded in one direction only. Elimination adds, multiplies and divides by
``1 - w``, all of which grow with their inputs, so rounding every step down gives a proven least
bound, rounding every step up a proven most bound; the two differ by about ``2**-BITS``. Rings up to
``EXACT`` entities stay exact (:mod:`graphkit.ownership.bounds_ring`).

States are eliminated with the fewest links first, chosen anew at each step (H. M. Markowitz,
Management Science 3 (1957) 255-269, doi:10.1287/mnsc.3.3.255); the rest as there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from heapq import heapify, heappop, heappush

from graphkit.model.shares import FULL
from graphkit.ownership.bounds import ZERO, Link, Sheet, Valued

BITS = 512
UNIT = 1 << BITS
EXACT = 24


def settled(sheets: Iterable[Sheet]) -> bool:
    """Whether each of the registers has exactly one world and sums to 100 % in it."""
    return all(not s.over_full and s.slack == 0 and s.free == 0 for s in sheets)


def fixed_point(value: Fraction, up: bool) -> int:
    """The fraction in parts of ``2**BITS``, rounded up or down."""
    scaled = value.numerator << BITS
    return -(-scaled // value.denominator) if up else scaled // value.denominator


def fixed_point_share(share: int, up: bool) -> int:
    """A share in parts per 10**10 in parts of ``2**BITS``, rounded up or down."""
    scaled = share << BITS
    return -(-scaled // FULL) if up else scaled // FULL


def eliminate(
    rows: Mapping[int, Mapping[int, int]], fixed: Mapping[int, int], up: bool
) -> dict[int, int] | None:
    """A bound on the least solution of ``x[i] = fixed[i] + sum(w * x[j] for j, w in rows[i])``.

    All numbers are in parts of ``2**BITS`` and not negative. With `up` no value is below the true
    one, else none above. None when rounding up leaves a state that seems to feed itself wholly, of
    which nothing can then be said.

    Examples
    --------
    A 30 % of B, B 20 % of A, P 80 % of A (RULES.md section 7, example 10):

    >>> def part(tenths, up): return fixed_point(Fraction(tenths, 10), up)
    >>> values = {}
    >>> for up in (False, True):
    ...     rows = {0: {1: part(2, up)}, 1: {0: part(3, up)}}
    ...     values[up] = eliminate(rows, {0: part(8, up), 1: 0}, up)
    >>> exact = Fraction(40, 47)
    >>> values[False][0] < exact * UNIT < values[True][0], values[True][0] - values[False][0] < 10
    (True, True)
    """
    inner = {i: dict(row) for i, row in rows.items()}
    value = {i: fixed[i] for i in rows}
    used: dict[int, set[int]] = {i: set() for i in rows}
    for i, row in inner.items():
        for j in row:
            used[j].add(i)
    half = UNIT - 1 if up else 0
    queue = [(len(inner[i]) * len(used[i]), i) for i in rows]
    heapify(queue)
    order: list[int] = []
    done: set[int] = set()
    while queue:
        cost, k = heappop(queue)
        if k in done:
            continue
        now = len(inner[k]) * len(used[k])
        if now > cost:
            heappush(queue, (now, k))
            continue
        done.add(k)
        order.append(k)
        row = inner[k]
        own = row.pop(k, 0)
        used[k].discard(k)
        if own >= UNIT:
            if up:
                return None
            row.clear()
            value[k] = 0
        elif own:
            left = UNIT - own
            more = left - 1 if up else 0
            for j, w in row.items():
                row[j] = ((w << BITS) + more) // left
            value[k] = ((value[k] << BITS) + more) // left
        add = value[k]
        for j in row:
            used[j].discard(k)
        for i in used[k]:
            target = inner[i]
            share = target.pop(k)
            for j, w in row.items():
                made = (share * w + half) >> BITS
                if j in target:
                    target[j] += made
                elif made:
                    target[j] = made
                    used[j].add(i)
            if add:
                value[i] += (share * add + half) >> BITS
        for j in row:
            heappush(queue, (len(inner[j]) * len(used[j]), j))
    for k in reversed(order):
        value[k] += sum((w * value[j] + half) >> BITS for j, w in inner[k].items())
    return value


def bound_in_ring(
    sheets: Mapping[int, Sheet],
    outer: Mapping[int, list[Valued]],
    inner: Mapping[int, list[Link]],
    rest: Mapping[int, int],
    up: bool,
) -> dict[int, Fraction] | None:
    """What a source has of each entity of a settled ring, at least or (`up`) at most.

    The arguments are those of :class:`graphkit.ownership.bounds_ring.Inside`. None where
    :func:`eliminate` gives none.
    """
    rows: dict[int, dict[int, int]] = {}
    fixed: dict[int, int] = {}
    for i in sheets:
        rows[i] = {n.holder: fixed_point_share(n.low, up) for n in inner[i] if n.low}
        flows = sum((v.value * v.low for v in outer[i]), ZERO) + rest[i]
        fixed[i] = fixed_point(flows / FULL, up)
    found = eliminate(rows, fixed, up)
    if found is None:
        return None
    return {i: Fraction(min(value, UNIT), UNIT) for i, value in found.items()}
