"""Ultimate controllers (实际控制人): parties, rings and blocs at the top of control.

Source: SEMANTICS.md section 3. A party is one with *yes* when it certainly controls the entity and
nobody, an undisclosed holder included, possibly controls the party; it is none when somebody
certainly does. A ring is judged by its members, a bloc by all of its members together. Several may
stand side by side, each with its ground; nothing here assumes that there is one.
"""

from __future__ import annotations

from graphkit.ownership.above import Above, above_of
from graphkit.ownership.closure import Seed, certain, possible
from graphkit.ownership.graph import Bloc, OwnershipGraph
from graphkit.ownership.results import Controller, Verdict


def controllers(graph: OwnershipGraph, entity: str) -> list[Controller]:
    """Every ultimate controller of `entity`, yes and undetermined, in order of parties."""
    target = graph.number(entity)
    above = above_of(graph)
    upstream = above.ancestors([target], blocs=True)
    found: dict[tuple[str, tuple[str, ...], str], Controller] = {}
    for top in above.tops(upstream):
        for controller in _at_top(above, top, target):
            found[controller.form, controller.parties, ""] = controller
    for bloc in graph.blocs:
        if not upstream.isdisjoint(bloc.members):
            controller_or_none = _bloc(above, bloc, target)
            if controller_or_none is not None:
                found["bloc", controller_or_none.parties, bloc.bloc_id] = controller_or_none
    return sorted(found.values(), key=lambda c: (c.parties, c.form, c.bloc_id))


def _at_top(above: Above, top: int, target: int) -> list[Controller]:
    """The party at a top as a sole controller, or the ring that it stands in."""
    found: list[Controller] = []
    ring = _ring(above, top)
    reaches = target in ring or target in above.sure(top)
    may_reach = reaches or target in above.may(top)
    if may_reach and (len(ring) > 1 or top != target):
        surely_under, maybe_under = above.over(ring)
        if surely_under:
            return []
        answer: Verdict = "yes" if reaches and not maybe_under else "undetermined"
        found.append(_controller(above, ring, target, reaches, answer))
    wider = _possible_ring(above, top, ring)
    if wider != ring and (target in wider or may_reach) and not above.over(wider)[0]:
        found.append(_controller(above, wider, target, False, "undetermined"))
    return found


def _controller(
    above: Above, ring: frozenset[int], target: int, reaches: bool, answer: Verdict
) -> Controller:
    graph = above.graph
    # The ring as a whole: what one member alone would use depends on where it stands in the ring.
    ground = ground_of(graph, Seed(ring - {target}), target, sure=reaches)
    parties = tuple(graph.ids[p] for p in sorted(ring))
    return Controller(parties, "ring" if len(ring) > 1 else "sole", ground, answer)


def _bloc(above: Above, bloc: Bloc, target: int) -> Controller | None:
    """A bloc as controller of an entity, or None."""
    if target not in above.bloc_reach(bloc, sure=False):
        return None
    surely_under, maybe_under = above.over_bloc(bloc)
    if surely_under:
        return None
    reaches = target in above.bloc_reach(bloc, sure=True)
    answer: Verdict = "yes" if reaches and not maybe_under else "undetermined"
    but = target if target in bloc.members else -1
    ground = ground_of(
        above.graph, above.bloc_seed(bloc, sure=reaches, but=but), target, sure=reaches
    )
    parties = tuple(above.graph.ids[m] for m in bloc.members)
    return Controller(parties, "bloc", ground, answer, bloc.bloc_id)


def ground_of(graph: OwnershipGraph, seed: Seed, target: int, *, sure: bool) -> str:
    """What control rests on: ``votes``, or the kinds of rights without which it is not there.

    Where any of several kinds would do, all of them are named.
    """
    grow = certain if sure else possible
    if target in grow(graph, seed, None).joined:
        return "votes"
    reached = grow(graph, seed).joined | seed.members | seed.hands
    upstream = above_of(graph).ancestors([target])
    kinds = sorted(
        {
            right.kind
            for entity in (reached & upstream) | {target}
            for right in graph.rights_over.get(entity, ())
            if right.holder in reached and (right.certain or not sure)
        }
    )
    needed = [k for k in kinds if target not in grow(graph, seed, frozenset((k,))).joined]
    return "right:" + "+".join(needed or kinds) if kinds else "votes"


def _ring(above: Above, top: int) -> frozenset[int]:
    """The parties that certainly control `top` and are controlled by it, itself included."""
    ring = {top}
    left = (above.sure(top) & above.circle(top)) - ring
    fresh = [top]
    while left:
        while fresh:
            for party in above.direct(fresh.pop()):
                if party in left:
                    left.discard(party)
                    ring.add(party)
                    fresh.append(party)
        if left:
            party = min(left)
            left.discard(party)
            if top in above.sure(party):
                ring.add(party)
                fresh.append(party)
    return frozenset(ring)


def _possible_ring(above: Above, top: int, ring: frozenset[int]) -> frozenset[int]:
    """`ring` with the parties that `top` may control and that may control it."""
    left = (above.may(top) & above.circle(top)) - ring
    if not left:
        return ring
    up = {party: [h for h in above.direct(party) if h in left] for party in left}
    down: dict[int, list[int]] = {party: [] for party in left}
    for party, over in up.items():
        for holder in over:
            down[holder].append(party)
    register = above.graph.votes[top]
    near = set(register.holders) if register is not None else set()
    wider = set(ring)
    for party in [*sorted(left & near), *sorted(left - near)]:
        if party not in left:
            continue
        yes = top in above.may(party)
        # Who controls a party may do all that it may; what it controls can do no more than it.
        spread = [party]
        while spread:
            node = spread.pop()
            if node in left:
                left.discard(node)
                spread += up[node] if yes else down[node]
                if yes:
                    wider.add(node)
    return frozenset(wider)
