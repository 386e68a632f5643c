"""One group before its name: a controller, what it controls, its related parties with theirs.

Source: SEMANTICS.md section 10. One hop, of the controller only: a relation of a relation never
joins, and neither does the controller of a jointly controlled entity.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from graphkit.clients.group import Link, Standing, Stop
from graphkit.clients.inputs import ClientFacts, Relation
from graphkit.clients.l1 import L1
from graphkit.clients.links import LinkMaker
from graphkit.clients.tops import Tops
from graphkit.ownership.above import Above
from graphkit.ownership.closure import Seed, certain, possible
from graphkit.ownership.graph import Bloc
from graphkit.rules.book import Rulebook


@dataclass(slots=True)
class Draft:
    """A group in the making: its tops, and each member's standing with the link that joins it.

    `partners` are the related parties that joined; `shared` says that a decision merged
    one of several groups of a party, so that its smallest client may stand in several.
    """

    tops: tuple[int, ...]
    controllers: set[int]
    standing: dict[int, Standing] = field(default_factory=dict)
    reason: dict[int, str] = field(default_factory=dict)
    links: dict[tuple[str, str, str], Link] = field(default_factory=dict)
    stops: list[Stop] = field(default_factory=list)
    partners: set[int] = field(default_factory=set)
    shared: bool = False

    def add(self, party: int, standing: Standing, link: Link) -> None:
        """Take a party in; one that is a member already stays as it is."""
        if party not in self.standing:
            self.standing[party] = standing
            self.reason[party] = link.text
            self.links[link.a, link.b, link.kind] = link


class Former:
    """Forms the drafts of one snapshot."""

    def __init__(
        self, l1: L1, clients: ClientFacts, rules: Rulebook, tops: Tops, maker: LinkMaker
    ) -> None:
        self.graph = l1.graph
        self.tops = tops
        self.l1 = l1
        self._clients = clients
        self.maker = maker
        self._joining = frozenset(rules["joining_relations"].value)
        self._possible = frozenset(rules["possible_relations"].value)
        if rules["presumed_relation_standing"].value != "possible":
            raise ValueError("rule presumed_relation_standing: only 'possible' is supported")
        self._apart = {frozenset((d.a, d.b)): d for d in clients.decisions if d.kind == "apart"}
        self.own: set[int] = set()
        self._above = Above(l1.graph)
        self._joint = self._find_joint()
        self._joint_homes: dict[int, set[int]] = {}
        for _, members, order in self._joint:
            for party in order:
                found = self._joint_homes.setdefault(party, set())
                found.update(t for m in members for t in tops.above.get(m, (m,)))

    def homes(self, party: int) -> set[int]:
        """The tops whose groups hold a party by certain control, alone or as members of a bloc.

        A party that only a bloc controls stands in its members' groups and is no top itself.
        """
        if party in self.own:  # split off by decision
            return {party}
        joint = self._joint_homes
        found: set[int] = set(joint.get(party, ()))
        for top in self.tops.above.get(party, (party,)):
            found |= joint.get(top, {top})
        return found

    def is_top(self, party: int) -> bool:
        """Whether a group may be formed around a party."""
        return self.homes(party) == {party}

    def reach(self, party: int) -> set[int]:
        """What a party controls or may control."""
        return {*self._sure(party), *self._may(party)}

    def form(self, top: int) -> Draft:
        """The draft around a top."""
        ring = self.tops.ring(top)
        draft = Draft((top,), set(ring))
        ids = self.graph.ids
        draft.standing[top] = "member"
        draft.reason[top] = "controller" if len(ring) == 1 else "controller, in a ring"
        order = self.tops.order.get(top, []) if self.tops.above.get(top) == [top] else None
        if order is None:  # made a top by decision
            order = certain(self.graph, Seed(frozenset((top,)))).order
        self._take(draft, top, order, "member")
        for bloc, members, jointly in self._joint:
            mine = [m for m in members if top in self.tops.above.get(m, (m,))]
            if mine:
                inside = set(bloc.members) | set(jointly) | set(order)
                left = [p for p in jointly if p not in draft.standing]
                for party, link in self.maker.concert(bloc, mine[0], left, inside).items():
                    draft.add(party, "member", link)
        related = [r for party in ring for r in self._clients.relations.get(ids[party], ())]
        for relation in sorted(set(related)):
            self._relate(draft, relation, set(ring), certainly=True)
        # what may be controlled comes last, so that whatever is certain is said to be so
        for party in (top, *sorted(draft.partners)):
            self._take(draft, party, self._may(party), "possible")
        for relation in sorted(set(related)):
            self._relate(draft, relation, set(ring), certainly=False)
        return draft

    def _relate(self, draft: Draft, relation: Relation, ring: set[int], *, certainly: bool) -> None:
        """Take in a related party of the controller with what it controls, or note the stop."""
        index = self.graph.index
        inner, outer = relation.a, relation.b
        if index[inner] not in ring:
            inner, outer = outer, inner
        joins = relation.kind in self._joining and not relation.presumed
        if not joins and relation.kind not in self._joining | self._possible:
            return
        if joins != certainly:
            return
        standing: Standing = "member" if joins else "possible"
        link = self.maker.relation(relation, standing)
        guard = self.l1.guarded.get(outer) or self.l1.guarded.get(inner)
        decision = self._apart.get(frozenset((inner, outer)))
        if guard or decision:
            why = guard or "kept apart by decision"
            text = f"{link.text}, but {decision.text() if decision else f'guarded: {guard}'}"
            facts = (*link.facts, decision.fact) if decision else link.facts
            draft.stops.append(Stop(inner, outer, why, text, facts))
            return
        party = index[outer]
        draft.add(party, standing, link)
        self._take(draft, party, self._sure(party), standing)
        if joins:
            draft.partners.add(party)
        else:
            self._take(draft, party, self._may(party), standing)

    def _take(self, draft: Draft, start: int, order: Iterable[int], standing: Standing) -> None:
        """Take in what `start` controls, each with its link."""
        order = list(order)
        if all(party in draft.standing for party in order):
            return
        links = self.maker.control([start], self._sure(start), "member")
        if standing == "possible":
            known = [start, *self._sure(start)]
            links = links | self.maker.control(known, order, "possible")
        for party in order:
            if party in links:
                draft.add(party, standing, links[party])

    def _sure(self, party: int) -> list[int]:
        if self.tops.above.get(party) == [party]:
            return self.tops.order.get(party, [])
        return certain(self.graph, Seed(frozenset((party,)))).order

    def _may(self, party: int) -> list[int]:
        if not self.graph.holdings[party] and party not in self.graph.rights_of:
            return []
        return possible(self.graph, Seed(frozenset((party,)))).order

    def _find_joint(self) -> list[tuple[Bloc, list[int], list[int]]]:
        """For each bloc its members without the guarded, and what they control only jointly."""
        found = []
        for bloc in self.graph.blocs:
            alone = {p for m in bloc.members for p in self._above.sure(m)} | set(bloc.members)
            reached = certain(self.graph, self._above.bloc_seed(bloc, sure=True)).order
            jointly = [p for p in reached if p not in alone]
            members = [m for m in bloc.members if self.graph.ids[m] not in self.l1.guarded]
            if jointly and members:
                found.append((bloc, members, jointly))
        return found
