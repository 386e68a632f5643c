"""Who controls whom: verdicts with three values, for one party or for several together.

Source: SEMANTICS.md section 3. *yes* in every world, *no* in none, else *undetermined*. A party is
never counted as controlling itself, nor a set one of its own members.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from graphkit.ownership.closure import (
    Reached,
    Seed,
    certain,
    hidden,
    possible,
    separate_holders,
)
from graphkit.ownership.graph import OwnershipGraph
from graphkit.ownership.results import Controller, ControlRow, Verdict


def seed_of(graph: OwnershipGraph, start: Sequence[str]) -> Seed:
    """The start set of these parties; UsageError when one isn't on file."""
    members = frozenset(graph.number(party) for party in start)
    return Seed(members, pieces=separate_holders(graph, members))


def controlled_by(graph: OwnershipGraph, start: Sequence[str]) -> list[ControlRow]:
    """What the parties of `start` control together, yes and undetermined, in order of entity.

    An entity that only an undisclosed holder may control, without any stated link from `start`, is
    not listed; :func:`verdict` still says undetermined for it.
    """
    seed = seed_of(graph, start)
    name = ",".join(dict.fromkeys(start))
    return list(_rows(graph, name, certain(graph, seed), possible(graph, seed)))


def control_all(graph: OwnershipGraph) -> Iterator[ControlRow]:
    """What each single party controls, in order of controller and entity; nothing is held."""
    rights_of = graph.rights_of
    for party, held in enumerate(graph.holdings):
        if held or party in rights_of:
            seed = Seed(frozenset((party,)))
            listed = possible(graph, seed)
            if listed.order:
                yield from _rows(graph, graph.ids[party], certain(graph, seed), listed)


def verdict(graph: OwnershipGraph, start: Sequence[str], entity: str) -> Verdict:
    """Whether the parties of `start` control `entity` together.

    A member of `start` is never its own controller: no.
    """
    seed, target = seed_of(graph, start), graph.number(entity)
    if target in seed.members:
        return "no"
    if target in certain(graph, seed).joined:
        return "yes"
    may = possible(graph, seed)
    unseen = may.unseen or hidden(graph)
    if target in unseen.joined or target in may.joined:
        return "undetermined"
    return "no"


def unresolved(graph: OwnershipGraph) -> frozenset[str]:
    """Every entity that an undisclosed holder may control (看不清), by whatever chain."""
    return frozenset(graph.ids[entity] for entity in hidden(graph).joined)


def certainly_controlled(graph: OwnershipGraph, start: Sequence[str]) -> frozenset[str]:
    """What the parties of `start` control together in every world."""
    return frozenset(graph.ids[e] for e in certain(graph, seed_of(graph, start)).order)


def possibly_controlled(graph: OwnershipGraph, start: Sequence[str]) -> frozenset[str]:
    """What `start` may control and reaches by stated votes or rights, certain control included."""
    return frozenset(graph.ids[e] for e in possible(graph, seed_of(graph, start)).order)


def attributed_holding(graph: OwnershipGraph, holder: str, entity: str) -> tuple[int, int]:
    """The capital in `entity` of a party and of all that it controls: (least, most).

    In parts per 10**10; shares that the entity holds in itself are left out. The least counts what
    it certainly controls, the most what it may control; nothing of the undisclosed rest.
    """
    register = graph.capital[graph.number(entity)]
    if register is None:
        return 0, 0
    seed = seed_of(graph, [holder])
    sure = certain(graph, seed).joined | seed.members
    may = possible(graph, seed).joined | seed.members
    rows = list(zip(register.holders, register.low, register.high, strict=True))
    least, _ = register.shown(*_total([r for r in rows if r[0] in sure]))
    _, most = register.shown(*_total([r for r in rows if r[0] in may]))
    return least, most


def ultimate_controllers(graph: OwnershipGraph, entity: str) -> list[Controller]:
    """Who stands at the top of what controls `entity`; see :mod:`graphkit.ownership.ultimate`."""
    from graphkit.ownership.ultimate import controllers

    return controllers(graph, entity)


def _rows(graph: OwnershipGraph, name: str, sure: Reached, listed: Reached) -> Iterator[ControlRow]:
    for entity in sorted(listed.order):
        register = graph.votes[entity]
        least = most = 0
        if register is not None:
            least, _ = register.shown(*sure.sums(entity))
            _, most = register.shown(*listed.sums(entity))
        answer: Verdict = "yes" if entity in sure.joined else "undetermined"
        yield ControlRow(name, graph.ids[entity], answer, least, most)


def _total(rows: list[tuple[int, int, int]]) -> tuple[int, int]:
    return sum(r[1] for r in rows), sum(r[2] for r in rows)
