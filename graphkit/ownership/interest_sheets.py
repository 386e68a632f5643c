"""The registers that an interest is computed over, ordered so that holders come before entities.

A view holds the registers of some entities and of everything above them (or of the whole graph),
cut into rings: strongly connected components (:mod:`graphkit.ownership.components`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from graphkit.ownership.bounds import Link, Sheet, sheet
from graphkit.ownership.components import components

if TYPE_CHECKING:
    from graphkit.ownership.graph import OwnershipGraph
    from graphkit.ownership.register import Register

Measure = Literal["capital", "votes"]


@dataclass(frozen=True, slots=True)
class View:
    """Registers by entity, and the order in which they are worked through.

    `place` gives each party the number of its ring in that order (holders first); `ring` lists,
    by that number, only rings that must be solved together: several entities, or one that holds
    own shares. `held` lists for each party what it is a holder of.
    """

    sheets: Mapping[int, Sheet]
    held: Mapping[int, list[tuple[int, Link]]]
    place: Mapping[int, int]
    ring: Mapping[int, tuple[int, ...]]

    def parties(self) -> list[int]:
        """Every party of the view, entities and holders."""
        return sorted(self.place)


def view_of(graph: OwnershipGraph, measure: Measure, roots: Iterable[int] | None = None) -> View:
    """The view of everything above `roots`, or of the whole graph when it is None."""
    registers = graph.votes if measure == "votes" else graph.capital
    start = range(len(graph.ids)) if roots is None else roots
    sheets: dict[int, Sheet] = {}
    seen = set(start)
    todo = list(seen)
    while todo:
        entity = todo.pop()
        register = registers[entity]
        if register is None:
            continue
        sheets[entity] = made = _sheet(entity, register)
        for link in made.links:
            if link.holder not in seen:
                seen.add(link.holder)
                todo.append(link.holder)
    return arrange(sheets, seen)


def _sheet(entity: int, register: Register) -> Sheet:
    links = [
        Link(*link) for link in zip(register.holders, register.low, register.high, strict=True)
    ]
    if register.own_high:
        links.append(Link(entity, register.own_low, register.own_high))
    return sheet(
        entity,
        links,
        (register.rest_low, register.rest_high),
        whole=register.whole_high,
        over_full=register.over_full,
    )


def arrange(sheets: Mapping[int, Sheet], parties: Iterable[int]) -> View:
    """The view over some registers; `parties` are all their entities and holders.

    Examples
    --------
    >>> from graphkit.model.shares import FULL
    >>> tenth = FULL // 10
    >>> sheets = {0: sheet(0, [Link(1, tenth, tenth)], (0, 0)),
    ...           1: sheet(1, [Link(0, tenth, tenth), Link(2, tenth, tenth)], (0, 0))}
    >>> view = arrange(sheets, [0, 1, 2])
    >>> view.place, view.ring
    ({2: 0, 0: 1, 1: 1}, {1: (0, 1)})
    """
    above: dict[int, list[int]] = {party: [] for party in parties}
    for entity, register in sheets.items():
        above[entity] = [link.holder for link in register.links]
    place: dict[int, int] = {}
    ring: dict[int, tuple[int, ...]] = {}
    for number, members in enumerate(components(above)):
        for member in members:
            place[member] = number
        first = members[0]
        if len(members) > 1 or first in above[first]:
            ring[number] = tuple(sorted(members))
    held: dict[int, list[tuple[int, Link]]] = {}
    for entity in sorted(sheets):
        for link in sheets[entity].links:
            held.setdefault(link.holder, []).append((entity, link))
    return View(sheets, held, place, ring)
