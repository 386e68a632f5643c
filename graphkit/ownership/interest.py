"""The interest (最终权益) of holders in an entity: sums over all walks of the products of shares.

Every figure is a pair of exact bounds over all worlds that the registers allow (SEMANTICS.md
section 4), with a third for the case that every rest belongs to the holder. How they are found:
:mod:`graphkit.ownership.bounds` (one register), :mod:`~graphkit.ownership.bounds_ring` (rings) and
:mod:`~graphkit.ownership.interest_flow` (the whole).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from graphkit.model.findings import Finding
from graphkit.ownership.interest_flow import Flow
from graphkit.ownership.interest_sheets import Measure, View, view_of
from graphkit.ownership.results import HolderStatus, InterestRow

if TYPE_CHECKING:
    from graphkit.ownership.graph import OwnershipGraph

SHOWN_MEMBERS = 10


def holders(
    graph: OwnershipGraph, entity: str, every_holder: bool = False, measure: Measure = "capital"
) -> list[InterestRow]:
    """The holders of an entity, direct or through others, with their interest; sorted by id.

    Holders without a register (persons, state bodies, companies of whom no holder is on file); with
    `every_holder` also those in between. Only rows whose `high` is above 0: somebody who may hold
    something only through a rest is not listed.

    Raises
    ------
    UsageError
        When the entity is not on file.

    Examples
    --------
    P 60 % of H; of the fund's units P 20 %, H 35 % (RULES.md section 7, example 10):

    >>> from datetime import date
    >>> from graphkit.model.shares import FULL, Interval, percent_down
    >>> from graphkit.ownership.facts import OwnershipFacts, StakeFact
    >>> from graphkit.ownership.graph import OwnershipGraph
    >>> from graphkit.ownership.results import Fact
    >>> from graphkit.rules.book import Rulebook
    >>> def stake(holder, entity, percent):
    ...     share = Interval(percent * FULL // 100, percent * FULL // 100)
    ...     fact = Fact(holder + entity, "stake", "", "doc", "doc.csv", 1, "", "")
    ...     return StakeFact(holder, entity, share, None, None, "", fact)
    >>> stakes = [stake("P", "H", 60), stake("P", "F", 20), stake("H", "F", 35)]
    >>> facts = OwnershipFacts(stakes=stakes)
    >>> graph = OwnershipGraph.build(facts, Rulebook.on(date(2026, 11, 20)))
    >>> [(r.holder_id, percent_down(r.low, 2), percent_down(r.rest_high, 2))
    ...  for r in holders(graph, "F")]
    [('P', '41.00', '59.00')]
    """
    target = graph.number(entity)
    view = view_of(graph, measure, [target])
    flow = Flow(view, strangers=strangers(graph, view), target=target)
    return [
        InterestRow(graph.ids[x], entity, b.low, b.high, b.top - b.high, status(graph, x))
        for x in candidates(graph, view, every_holder)
        if x != target and (b := flow.of(x).get(target)) is not None and b.high > 0
    ]


def interest_all(
    graph: OwnershipGraph, every_holder: bool = False, measure: Measure = "capital"
) -> Iterator[InterestRow]:
    """Every row of every entity, sorted by holder and entity, one holder at a time.

    The number of rows may be large (a chain of n companies has n rows for its one owner, and
    n * n / 2 with `every_holder`): they are made as they are read.
    """
    view = view_of(graph, measure)
    flow = Flow(view, strangers=strangers(graph, view))
    for x in candidates(graph, view, every_holder):
        kind = status(graph, x)
        for y, b in sorted(flow.of(x).items()):
            if b.high > 0:
                yield InterestRow(graph.ids[x], graph.ids[y], b.low, b.high, b.top - b.high, kind)


def status(graph: OwnershipGraph, party: int) -> HolderStatus:
    """What kind of holder a party is (SEMANTICS.md section 4).

    ``ultimate``: no register and no duty to have one; ``intermediate``: its holders are on file;
    ``no_register`` and ``kind_unknown``: they are not, and what it passes on isn't known.
    """
    if graph.capital[party] is not None:
        return "intermediate"
    if graph.kinds[party] in graph.without_register:
        return "ultimate"
    return "kind_unknown" if graph.kinds[party] == "unknown" else "no_register"


def candidates(graph: OwnershipGraph, view: View, every_holder: bool) -> Iterable[int]:
    """The holders of a view that rows are made for, in order."""
    for party in sorted(view.held):
        if every_holder or graph.capital[party] is None:
            yield party


def strangers(graph: OwnershipGraph, view: View) -> list[int]:
    """Companies whose whole register is a rest, because no holder of theirs is on file.

    A party of unknown kind without holders has no register at all and isn't one of them
    (SEMANTICS.md section 3, the undisclosed rest).
    """
    return [p for p in sorted(view.held) if status(graph, p) == "no_register"]


def closed_rings(graph: OwnershipGraph, measure: Measure = "capital") -> list[Finding]:
    """A finding for each ring of entities that wholly own themselves: nobody's interest.

    Such a ring passes on nothing to anyone outside, in any world, and what it holds elsewhere is
    unattributed.
    """
    view = view_of(graph, measure)
    owned = _owned_from_outside(view)
    found = []
    for members in view.ring.values():
        closed = [m for m in members if m not in owned]
        if closed:
            found.append(_closed_ring(graph, closed))
    return sorted(found, key=lambda f: f.subject)


def _owned_from_outside(view: View) -> set[int]:
    """The entities of which somebody without a register, or of a rest, has something in a world.

    A link is in the view only where it holds something in some world, so being reached is enough:
    no figure is needed.
    """
    found = {e for e, register in view.sheets.items() if register.rest_high}
    todo = [*found, *(p for p in view.held if p not in view.sheets)]
    while todo:
        for entity, _ in view.held.get(todo.pop(), ()):
            if entity not in found:
                found.add(entity)
                todo.append(entity)
    return found


def _closed_ring(graph: OwnershipGraph, members: list[int]) -> Finding:
    names = ", ".join(graph.label(m) for m in members[:SHOWN_MEMBERS])
    more = f" and {len(members) - SHOWN_MEMBERS} more" if len(members) > SHOWN_MEMBERS else ""
    facts = []
    for member in members:
        register = graph.capital[member]
        if register is not None:
            facts += [s.fact.fact_id for s in graph.stakes[register.first : register.last]]
    return Finding(
        code="closed-ring",
        severity="warning",
        subject=graph.ids[members[0]],
        message=(
            f"{names}{more} wholly own {'one another' if len(members) > 1 else 'itself'}; nobody "
            "outside has an interest in them, and what they hold stays unattributed. Ask for the "
            "missing holders"
        ),
        facts=tuple(facts),
        effect="lower_bound",
    )
