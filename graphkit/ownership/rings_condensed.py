"""Large settled rings seen from one entity below them: replaced by what flows through them.

Who asks for the holders of one target needs of a ring only what it passes on, at its exits. There a
settled ring is linear: an exit has of each holder outside the ring a fixed weight, one row of
``(I - W)**-1`` applied to the holder's shares, found once by elimination in whole numbers rounded
down and up (:mod:`graphkit.ownership.rings_settled`). Then the ring is a register with those
weights, and each of thousands of holders costs a sum instead of a system of equations.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graphkit.model.shares import FULL
from graphkit.ownership.bounds import Link, Sheet
from graphkit.ownership.interest_sheets import View
from graphkit.ownership.rings_settled import EXACT, UNIT, eliminate, fixed_point_share, settled


@dataclass(frozen=True, slots=True)
class Passed:
    """What an exit of a ring has of each holder outside, in parts of ``2**BITS``.

    `weights` gives the least and most weight by holder; `rests` the most weight with which the
    rest of each register of the ring counts; `direct` the links of a holder outside into the ring,
    each with the weight and the register it stands in.
    """

    weights: dict[int, tuple[int, int]]
    rests: list[tuple[int, Sheet]]
    direct: dict[int, list[tuple[int, Sheet, Link]]]


def condensed(view: View, target: int) -> tuple[View, dict[int, Passed], frozenset[int]]:
    """The view with its large settled rings condensed, their exits, and all their members.

    Exits are the target, where it is a member, and the members that hold something outside; the
    other members are gone. Rings that are small, not settled, or that seem to feed themselves
    wholly stay as they are.
    """
    passed: dict[int, Passed] = {}
    gone: dict[int, int] = {}
    for number, members in view.ring.items():
        if len(members) <= EXACT or not settled(view.sheets[m] for m in members):
            continue
        inside = frozenset(members)
        exits = [
            m
            for m in members
            if m == target or any(e not in inside for e, _ in view.held.get(m, ()))
        ]
        found = {e: made for e in exits if (made := _passed(view, members, e)) is not None}
        if len(found) == len(exits):
            passed.update(found)
            gone.update(dict.fromkeys(members, number))
    if not gone:
        return view, {}, frozenset()
    sheets = {e: s for e, s in view.sheets.items() if e not in gone or e in passed}
    held: dict[int, list[tuple[int, Link]]] = {}
    for holder, links in view.held.items():
        if kept := [(e, link) for e, link in links if e not in gone]:
            held[holder] = kept
    for entity, made in passed.items():
        for holder in made.weights:
            held.setdefault(holder, []).append((entity, Link(holder, 0, FULL)))
    rings = set(gone.values())
    ring = {number: members for number, members in view.ring.items() if number not in rings}
    return View(sheets, held, view.place, ring), passed, frozenset(gone)


def _passed(view: View, members: Sequence[int], entity: int) -> Passed | None:
    """What one exit has of each holder outside; None where nothing can be said."""
    inside = frozenset(members)
    rows: dict[bool, dict[int, int]] = {}
    for up in (False, True):
        columns: dict[int, dict[int, int]] = {m: {} for m in members}
        for m in members:
            for link in view.sheets[m].links:
                if link.holder in inside and link.low:
                    columns[link.holder][m] = fixed_point_share(link.low, up)
        row = eliminate(columns, {m: UNIT if m == entity else 0 for m in members}, up)
        if row is None:
            return None
        rows[up] = row
    low: dict[int, int] = {}
    high: dict[int, int] = {}
    made = Passed({}, [], {})
    for m in members:
        sheet = view.sheets[m]
        if sheet.rest_high:
            made.rests.append((rows[True][m], sheet))
        for link in sheet.links:
            if link.holder not in inside:
                low[link.holder] = low.get(link.holder, 0) + rows[False][m] * link.low
                high[link.holder] = high.get(link.holder, 0) + rows[True][m] * link.high
                made.direct.setdefault(link.holder, []).append((rows[True][m], sheet, link))
    for holder, weight in low.items():
        made.weights[holder] = (weight // FULL, -(-high[holder] // FULL))
    return made
