"""Professional rights that join after all: the majority stands beside the right, or a decision.

A manager's, general partner's or trustee's right joins L1 when its side (its holder, with a party
at the top of certain control over it and all that this party certainly controls) certainly holds
more than half of the interest, or of the most junior tranche (劣后). Where the side may hold that
much, the right may decide, and the product becomes a possible member. What joins can make another
side larger, so the rule is applied until nothing changes; it only ever adds.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction

from graphkit.clients.inputs import ClientFacts
from graphkit.clients.l1 import L1, surely_decides
from graphkit.clients.tops import Tops, ancestors, find_tops
from graphkit.model.errors import UsageError
from graphkit.model.shares import FULL
from graphkit.ownership.above import Above
from graphkit.ownership.facts import RightFact
from graphkit.ownership.graph import OwnershipGraph, Right
from graphkit.rules.book import Rulebook


@dataclass(frozen=True, slots=True)
class Beside:
    """What lets a professional right join: in words, and its facts."""

    text: str
    facts: tuple[str, ...]


def settle(
    l1: L1, clients: ClientFacts, rules: Rulebook
) -> tuple[Tops, dict[tuple[str, str], Beside]]:
    """The tops once every professional right that joins has joined, and what stands beside each.

    Rights that join, or may, move from ``l1.waiting`` into the graph.
    """
    line = rules["professional_right_majority"]
    if line.inclusive or Fraction(line.value) != Fraction(1, 2):
        raise UsageError(
            f"{line.book}: rule {line.name} is {line.value}{', inclusive' * bool(line.inclusive)}; "
            "only more than half is supported"
        )
    everybody = range(len(l1.graph.ids))
    beside: dict[tuple[str, str], Beside] = {}
    promoted = {frozenset((d.a, d.b)): d for d in clients.decisions if d.kind == "promote"}
    chosen = {}
    for right in l1.waiting:
        decision = promoted.get(frozenset((right.holder, right.entity)))
        if decision is not None:
            chosen[right.fact.fact_id] = True
            beside[right.holder, right.entity] = Beside("and it was so decided", (decision.fact,))
    _restore(l1, chosen)
    tops = find_tops(l1.graph, everybody)
    while l1.waiting:
        chosen = {}
        for right in l1.waiting:
            facts = _surely(l1, clients, tops, right)
            if facts is not None:
                chosen[right.fact.fact_id] = surely_decides(right, rules)
                beside[right.holder, right.entity] = Beside(
                    "and its side holds more than half of the interest", facts
                )
        if not chosen:
            break
        _restore(l1, chosen)
        tops = find_tops(l1.graph, everybody)
    while l1.waiting:
        above = Above(l1.graph)
        chosen = {
            right.fact.fact_id: False
            for right in l1.waiting
            if _possibly(l1, clients, tops, above, right)
        }
        if not chosen:
            break
        _restore(l1, chosen)
    return tops, beside


def _restore(l1: L1, chosen: dict[str, bool]) -> None:
    """Let the rights of these facts count in the graph, certainly (True) or possibly (False)."""
    graph = l1.graph
    for fact in l1.waiting:
        certain = chosen.get(fact.fact.fact_id)
        if certain is None:
            continue
        holder, entity = graph.index[fact.holder], graph.index[fact.entity]
        right = Right(holder, entity, fact.kind, certain, fact)
        graph.rights_over.setdefault(entity, []).append(right)
        graph.rights_of.setdefault(holder, []).append(right)
    graph.hidden = None
    l1.waiting = [fact for fact in l1.waiting if fact.fact.fact_id not in chosen]


def _surely(l1: L1, clients: ClientFacts, tops: Tops, right: RightFact) -> tuple[str, ...] | None:
    """The facts by which the side of a right holds the majority; None when it does not."""
    graph = l1.graph
    holder, entity = graph.index[right.holder], graph.index[right.entity]
    for top in tops.above.get(holder, [holder]):
        side = {party for party in _holders(graph, entity) if top in tops.above.get(party, [party])}
        if side and _passes(graph, clients, entity, side, sure=True):
            return _facts(graph, clients, entity, side)
    return None


def _possibly(l1: L1, clients: ClientFacts, tops: Tops, above: Above, right: RightFact) -> bool:
    """Whether the side of a right, as large as it may be, may hold the majority."""
    graph = l1.graph
    holder, entity = graph.index[right.holder], graph.index[right.entity]
    holders = _holders(graph, entity)
    if not holders:
        return False
    for top in sorted({t for p in ancestors(graph, [holder]) for t in tops.above.get(p, [p])}):
        reach = above.may(top) | {top}
        if holder in reach:
            side = holders & reach
            if side and _passes(graph, clients, entity, side, sure=False):
                return True
    return False


def _holders(graph: OwnershipGraph, entity: int) -> set[int]:
    register = graph.capital[entity]
    return set(register.holders) if register is not None else set()


def _passes(
    graph: OwnershipGraph, clients: ClientFacts, entity: int, side: set[int], *, sure: bool
) -> bool:
    """Whether the side's capital is, or may be, more than half of all or of the junior tranche."""
    register = graph.capital[entity]
    if register is None:
        return False
    low = high = 0
    for holder, least, most in zip(register.holders, register.low, register.high, strict=True):
        if holder in side:
            low, high = low + least, high + most
    if sure and register.certain(low, high, graph.line):
        return True
    if not sure and high and register.possible_with_rest(low, high, graph.line):
        return True
    junior = clients.juniors.get(graph.ids[entity])
    if junior is None:
        return False
    held: dict[bool, list[int]] = defaultdict(lambda: [0, 0])
    for stake in graph.stakes[register.first : register.last]:
        if stake.tranche in junior.names:
            ours = held[graph.index[stake.holder] in side]
            ours[0] += stake.capital.low
            ours[1] += stake.capital.high
    our_low, our_high = held[True]
    other_low, other_high = held[False]
    if junior.part is not None:
        whole = Fraction(junior.part[0]) / Fraction(junior.part[1]) * FULL
        return 2 * (our_low if sure else our_high) > whole
    # without units the tranche's size is not known: the rest may all lie in it
    if sure:
        return our_low > other_high + register.rest_high
    return our_high > 0 and our_high + register.whole_high > other_low


def _facts(
    graph: OwnershipGraph, clients: ClientFacts, entity: int, side: set[int]
) -> tuple[str, ...]:
    register = graph.capital[entity]
    assert register is not None
    facts = [
        stake.fact.fact_id
        for stake in graph.stakes[register.first : register.last]
        if graph.index[stake.holder] in side
    ]
    declared = graph.registers.get(entity)
    facts += [declared.fact.fact_id] if declared else []
    junior = clients.juniors.get(graph.ids[entity])
    return (*facts, *(junior.facts if junior else ()))
