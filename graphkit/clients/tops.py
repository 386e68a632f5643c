"""Who stands at the top of certain control, for every party at once.

A party is a top when no party outside its ring certainly controls it. Parties are taken upstream
first, so whoever certainly controls a party was taken before it, and one fixpoint a top is enough:
the work is the sum of what the tops control, not a fixpoint a party.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from graphkit.ownership.closure import Seed, certain
from graphkit.ownership.components import components
from graphkit.ownership.graph import OwnershipGraph


@dataclass(slots=True)
class Tops:
    """For each party the tops above it (itself for a top); rings by their smallest member.

    `order` is what a top certainly controls, in an order of derivation.
    """

    above: dict[int, list[int]]
    rings: dict[int, tuple[int, ...]]
    order: dict[int, list[int]]

    def ring(self, top: int) -> tuple[int, ...]:
        """The parties that a top stands for: itself, or its ring."""
        return self.rings.get(top, (top,))


def find_tops(graph: OwnershipGraph, among: Collection[int]) -> Tops:
    """The tops above each party of `among`, which must hold everything upstream of its parties.

    Examples
    --------
    P holds 60 % of A, and A and B hold 60 % and 40 % of C:

    >>> from datetime import date
    >>> from graphkit.model.shares import PERCENT, Interval
    >>> from graphkit.ownership.facts import OwnershipFacts, PartyFact, StakeFact
    >>> from graphkit.ownership.results import Fact
    >>> from graphkit.rules.book import Rulebook
    >>> facts = OwnershipFacts({p: PartyFact(p, "company", p) for p in "ABC"})
    >>> for holder, entity, percent in (("P", "A", 60), ("A", "C", 60), ("B", "C", 40)):
    ...     fact = Fact(holder + entity, "stake", "", "", "", 1, "", "")
    ...     share = Interval(percent * PERCENT, percent * PERCENT)
    ...     facts.stakes.append(StakeFact(holder, entity, share, None, None, "", fact))
    >>> graph = OwnershipGraph.build(facts, Rulebook.on(date(2026, 11, 20)))
    >>> tops = find_tops(graph, range(len(graph.ids)))
    >>> {graph.ids[p]: [graph.ids[t] for t in above] for p, above in sorted(tops.above.items())}
    {'A': ['P'], 'B': ['B'], 'C': ['P'], 'P': ['P']}
    """
    tops = Tops({}, {}, {})
    links = {party: _upstream(graph, party) for party in among}
    for component in components(links):
        free = [party for party in component if party not in tops.above]
        if len(component) == 1:
            if free:
                _add(graph, tops, free)
        elif free:
            for ring in _top_rings(graph, free):
                _add(graph, tops, ring)
    return tops


def ancestors(graph: OwnershipGraph, start: Collection[int]) -> set[int]:
    """`start`, everything that holds votes or rights above it, and fellow members of blocs."""
    seen = set(start)
    queue = list(seen)
    while queue:
        node = queue.pop()
        over = _upstream(graph, node)
        over += [m for bloc in graph.blocs_of.get(node, ()) for m in bloc.members]
        for party in over:
            if party not in seen:
                seen.add(party)
                queue.append(party)
    return seen


def _upstream(graph: OwnershipGraph, party: int) -> list[int]:
    register = graph.votes[party]
    found = list(register.holders) if register is not None else []
    rights = graph.rights_over.get(party)
    return found + [right.holder for right in rights] if rights else found


def _add(graph: OwnershipGraph, tops: Tops, ring: list[int]) -> None:
    top = ring[0]
    if len(ring) > 1:
        tops.rings[top] = tuple(ring)
    tops.above[top] = [top]
    if not graph.holdings[top] and top not in graph.rights_of:
        return
    reached = certain(graph, Seed(frozenset((top,)))).order
    if reached:
        tops.order[top] = reached
        for party in reached:
            tops.above.setdefault(party, []).append(top)


def _top_rings(graph: OwnershipGraph, free: list[int]) -> list[list[int]]:
    """The rings of a component that nobody else in it certainly controls.

    `free` are the members that no top outside the component certainly controls.
    """
    inside = set(free)
    reach = {
        party: inside.intersection(certain(graph, Seed(frozenset((party,)))).order)
        for party in free
    }
    found: list[list[int]] = []
    done: set[int] = set()
    for party in free:
        if party in done:
            continue
        ring = {party} | {other for other in reach[party] if party in reach[other]}
        done |= ring
        if all(party not in reach[other] for other in inside - ring):
            found.append(sorted(ring))
    return found
