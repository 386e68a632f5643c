"""Who stands above whom: what single parties and blocs reach, remembered.

The work is kept small by one fact: who certainly controls h, controls (and possibly controls)
whatever h does. So of all parties that a question could be about, only the *tops* need a fixpoint:
those that no other one controls at once, alone or by a right.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from graphkit.ownership.closure import Seed, certain, hidden, possible
from graphkit.ownership.components import components
from graphkit.ownership.graph import Bloc, OwnershipGraph

_MOST_REMEMBERED = 5_000_000


def above_of(graph: OwnershipGraph) -> Above:
    """What is remembered of a graph; begun anew when it has grown too large for memory."""
    if graph.above is None or graph.above.size > _MOST_REMEMBERED:
        graph.above = Above(graph)
    return graph.above


class Above:
    """What parties and blocs reach in one graph, computed once each.

    `size` counts the entities remembered.
    """

    def __init__(self, graph: OwnershipGraph) -> None:
        self.graph = graph
        self.size = 0
        self._sure: dict[int, set[int]] = {}
        self._may: dict[int, set[int]] = {}
        self._bloc: dict[tuple[str, int, bool], set[int]] = {}
        self._circle: dict[int, frozenset[int]] | None = None

    def sure(self, party: int) -> set[int]:
        """What a party certainly controls."""
        if party not in self._sure:
            self._sure[party] = certain(self.graph, Seed(frozenset((party,)))).joined
            self.size += len(self._sure[party])
        return self._sure[party]

    def may(self, party: int) -> set[int]:
        """What a party may control and reaches by stated links."""
        if party not in self._may:
            self._may[party] = possible(self.graph, Seed(frozenset((party,)))).joined
            self.size += len(self._may[party])
        return self._may[party]

    def bloc_seed(self, bloc: Bloc, *, sure: bool, but: int = -1) -> Seed:
        """Where the fixpoint of a bloc, without the member `but`, starts."""
        members = frozenset(m for m in bloc.members if m != but)
        if bloc.scope is None:
            return Seed(members)
        below = self.sure if sure else self.may
        hands: set[int] = set().union(*(below(m) for m in members)) - members
        return Seed(members, frozenset(hands), bloc.scope)

    def bloc_reach(self, bloc: Bloc, *, sure: bool) -> set[int]:
        """What a bloc jointly controls (or may); a member only where the *others* do."""
        found = set(self._bloc_without(bloc, -1, sure))
        for member in bloc.members:
            if member in self._bloc_without(bloc, member, sure):
                found.add(member)
        return found

    def _bloc_without(self, bloc: Bloc, but: int, sure: bool) -> set[int]:
        key = (bloc.bloc_id, but, sure)
        if key not in self._bloc:
            seed = self.bloc_seed(bloc, sure=sure, but=but)
            grow = certain if sure else possible
            self._bloc[key] = grow(self.graph, seed).joined
            self.size += len(self._bloc[key])
        return self._bloc[key]

    def ancestors(self, start: Iterable[int], *, blocs: bool = False) -> set[int]:
        """`start` and all above it by votes and rights; with `blocs` also fellow members."""
        seen = set(start)
        queue = list(seen)
        while queue:
            node = queue.pop()
            over = [*self._holders(node), *(r.holder for r in self.graph.rights_over.get(node, ()))]
            if blocs:
                over += [m for b in self.graph.blocs_of.get(node, ()) for m in b.members]
            for party in over:
                if party not in seen:
                    seen.add(party)
                    queue.append(party)
        return seen

    def circle(self, party: int) -> frozenset[int]:
        """The parties both above and below a party by votes and rights, itself included.

        What stands above x and is reached by x lies in the same strongly connected component, so
        this answers for every party at once what :meth:`ancestors` would find for each.
        """
        if self._circle is None:
            links = {
                e: [*self._holders(e), *(r.holder for r in self.graph.rights_over.get(e, ()))]
                for e in range(len(self.graph.ids))
            }
            self._circle = {
                member: circle
                for group in components(links)
                if len(group) > 1
                for circle in (frozenset(group),)
                for member in group
            }
        return self._circle.get(party, frozenset((party,)))

    def direct(self, entity: int) -> list[int]:
        """Those who certainly control an entity at once: alone by votes, or by a right."""
        graph = self.graph
        found = [r.holder for r in graph.rights_over.get(entity, ()) if r.certain]
        register = graph.votes[entity]
        if register is not None:
            found += [
                holder
                for holder, low, high in zip(
                    register.holders, register.low, register.high, strict=True
                )
                if register.certain(low, high, graph.line)
            ]
        return found

    def tops(self, among: Collection[int]) -> list[int]:
        """One party for each group of `among` that no other of `among` controls at once."""
        links = {e: [h for h in self.direct(e) if h in among] for e in among}
        found = []
        for group in components(links):
            inside = set(group)
            if all(h in inside for e in group for h in links[e]):
                found.append(group[0])
        return sorted(found)

    def over(self, ring: frozenset[int]) -> tuple[bool, bool]:
        """Whether somebody outside certainly, and possibly, controls one of these parties.

        A bloc is somebody, unless all its members stand in the ring; so is an undisclosed holder.
        """
        upstream = self.ancestors(ring)
        outside = upstream - ring
        tops = self.tops(outside)
        sure = any(self.sure(z) & ring for z in tops)
        may = sure or bool(ring & hidden(self.graph).joined)
        may = may or any(self.may(z) & ring for z in tops)
        for bloc in self._blocs_among(upstream):
            if ring.issuperset(bloc.members):
                continue
            sure = sure or bool(self.bloc_reach(bloc, sure=True) & ring)
            may = may or sure or bool(self.bloc_reach(bloc, sure=False) & ring)
        return sure, may

    def over_bloc(self, bloc: Bloc) -> tuple[bool, bool]:
        """Whether somebody certainly, and possibly, controls every member of a bloc.

        A member that controls all the others stands above its own bloc. Another bloc stands above
        when each member is one of its own or controlled by it, and one at least is controlled.
        """
        members = frozenset(bloc.members)
        upstream = self.ancestors(members)
        outside = self.tops(upstream - members)
        unseen = hidden(self.graph).joined
        sure = any(members <= self.sure(z) | {z} for z in [*outside, *members])
        may = sure or members <= unseen
        may = may or any(members <= self.may(z) | unseen | {z} for z in [*outside, *members])
        for other in self._blocs_among(upstream):
            if other.bloc_id == bloc.bloc_id:
                continue
            own = frozenset(other.members)
            certainly = self.bloc_reach(other, sure=True)
            sure = sure or (bool(members & certainly) and members <= certainly | own)
            maybe = self.bloc_reach(other, sure=False) | unseen
            may = may or sure or (bool(members & maybe) and members <= maybe | own)
        return sure, may

    def _blocs_among(self, parties: set[int]) -> list[Bloc]:
        return [b for b in self.graph.blocs if not parties.isdisjoint(b.members)]

    def _holders(self, entity: int) -> tuple[int, ...]:
        register = self.graph.votes[entity]
        return register.holders if register is not None else ()
