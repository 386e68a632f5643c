"""How much of a party somebody above it may have, roughly: what orders parties for reading.

Nothing here decides a verdict.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from graphkit.model.shares import FULL
from graphkit.ownership.above import above_of
from graphkit.ownership.interest_sheets import View

if TYPE_CHECKING:
    from graphkit.ownership.graph import OwnershipGraph


def votes_through(graph: OwnershipGraph, party: int, target: int) -> int:
    """The most votes in the target of a party and of all that it may control."""
    register = graph.votes[target]
    if register is None:
        return 0
    may = above_of(graph).may(party) | {party}
    rows = zip(register.holders, register.low, register.high, strict=True)
    held = [(low, high) for holder, low, high in rows if holder in may]
    return register.shown(sum(h[0] for h in held), sum(h[1] for h in held))[1]


def links_of(view: View, entity: int) -> Iterable[tuple[int, int]]:
    """The holders of an entity, each with the most that it has."""
    sheet = view.sheets.get(entity)
    return () if sheet is None else [(link.holder, link.high) for link in sheet.links]


def reach(over: Callable[[int], Iterable[tuple[int, int]]], target: int) -> dict[int, int]:
    """For everybody above the target the largest product along a path to it, in parts of FULL.

    It only chooses what is looked at more closely. Dijkstra's algorithm (Numerische Mathematik 1
    (1959) 269-271, doi:10.1007/BF01386390); no factor is above the whole.
    """
    found: dict[int, int] = {}
    queue = [(-FULL, target)]
    while queue:
        weight, party = heapq.heappop(queue)
        if party not in found:
            found[party] = -weight
            for holder, factor in over(party):
                if holder not in found:
                    heapq.heappush(queue, (weight * factor // FULL, holder))
    return found
