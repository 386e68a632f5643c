"""Links with their evidence: by what each member of a group is controlled, or may be.

Members are taken in the order in which the fixpoint derived them, so a link rests on earlier ones
only, and no two companies prove each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from graphkit.clients.group import Link, Standing
from graphkit.clients.inputs import Relation
from graphkit.clients.majority import Beside
from graphkit.model.shares import percent_short
from graphkit.ownership.graph import Bloc, OwnershipGraph, Right
from graphkit.ownership.register import Register
from graphkit.rules.book import Rulebook


@dataclass(frozen=True, slots=True)
class Ranks:
    """How links rank, from strongest (0) to weakest, and which kinds of party are products."""

    by_kind: Mapping[str, int]
    other: int
    possible: int
    products: frozenset[str]

    @classmethod
    def of(cls, rules: Rulebook) -> Ranks:
        """The ranks of a rulebook."""
        return cls(
            rules["link_ranks"].value,
            rules["link_rank_other"].value,
            rules["link_rank_possible"].value,
            frozenset(rules["product_kinds"].value),
        )

    def rank(self, kind: str, standing: Standing) -> int:
        """The rank of a link."""
        added = self.possible if standing == "possible" else 0
        return self.by_kind.get(kind, self.other) + added


class LinkMaker:
    """Links of one graph; `beside` is what lets a professional right join."""

    def __init__(
        self,
        graph: OwnershipGraph,
        rules: Rulebook,
        beside: Mapping[tuple[str, str], Beside],
    ) -> None:
        self.graph = graph
        self.ranks = Ranks.of(rules)
        self._beside = beside

    def control(
        self, start: Sequence[int], order: Iterable[int], standing: Standing = "member"
    ) -> dict[int, Link]:
        """A link to each party of `order` (an order of derivation) from `start` or an earlier one.

        The nearest to the start is the link's other end, then the one with most votes, then the
        smaller id; the facts are all that the step rests on.
        """
        depth = dict.fromkeys(start, 0)
        links: dict[int, Link] = {}
        for party in order:
            if party in depth:
                continue
            found = self._step(party, depth, standing)
            if found is not None:
                parent, links[party] = found
                depth[party] = depth[parent] + 1
        return links

    def concert(
        self, bloc: Bloc, member: int, order: Iterable[int], inside: set[int]
    ) -> dict[int, Link]:
        """A link from a member of a bloc to each party that the bloc controls jointly."""
        graph, links = self.graph, {}
        for party in order:
            facts = [fact.fact_id for fact in bloc.fact.facts]
            facts += self._stake_facts(graph.votes[party], inside)
            facts += [r.fact.fact.fact_id for r in self._rights(party, inside, certain=True)]
            names = ", ".join(graph.label(m) for m in bloc.members)
            text = (
                f"{names} control {graph.label(party)} jointly, acting in concert under "
                f"{bloc.bloc_id}; for {graph.label(party)} only"
            )
            links[party] = self._link(member, party, "concert", text, facts, "member")
        return links

    def relation(self, relation: Relation, standing: Standing) -> Link:
        """The link of a relation."""
        label = self._label
        word = relation.kind.replace("_", " ")
        how = " (presumed, 收购管理办法 art. 83)" if standing == "possible" else ""
        return Link(
            relation.a,
            relation.b,
            relation.kind,
            f"{label(relation.a)} and {label(relation.b)}: {word}{how}",
            (relation.fact,),
            self.ranks.rank(relation.kind, standing),
            standing,
        )

    def _label(self, party_id: str) -> str:
        number = self.graph.index.get(party_id)
        return party_id if number is None else self.graph.label(number)

    def _step(
        self, party: int, depth: Mapping[int, int], standing: Standing
    ) -> tuple[int, Link] | None:
        graph = self.graph
        register = graph.votes[party]
        held = self._held(register, depth)
        low, high = sum(h[1] for h in held), sum(h[2] for h in held)
        certain = standing == "member"
        rights = self._rights(party, depth, certain=certain)
        by_votes = bool(held) and (not certain or _passes(register, low, high, graph))
        choices = [(depth[h], -least, h) for h, least, _ in held] if by_votes else []
        if choices:
            parent = min(choices)[2]
            text = self._votes_text(parent, party, held, certain=certain)
            facts = self._stake_facts(register, {h for h, _, _ in held})
            if not certain:
                facts = self._stake_facts(register, {parent})
            by_right = min(rights, key=lambda r: (depth[r.holder], r.holder), default=None)
            if by_right is None or depth[parent] <= depth[by_right.holder]:
                return parent, self._link(parent, party, "control", text, facts, standing)
        if not rights:
            return None
        right = min(rights, key=lambda r: (depth[r.holder], r.holder, r.kind))
        text = f"{graph.label(right.holder)} is {right.kind.replace('_', ' ')} of "
        text += graph.label(party)
        facts = [right.fact.fact.fact_id]
        beside = self._beside.get((graph.ids[right.holder], graph.ids[party]))
        if beside is not None:
            text += f", {beside.text}"
            facts += beside.facts
        return right.holder, self._link(right.holder, party, "control", text, facts, standing)

    def _link(  # noqa: PLR0917
        self, a: int, b: int, kind: str, text: str, facts: Iterable[str], standing: Standing
    ) -> Link:
        graph = self.graph
        if kind == "control" and graph.kinds[b] in self.ranks.products:
            kind = "product"
        rank = self.ranks.rank(kind, standing)
        unique = tuple(dict.fromkeys(facts))
        return Link(graph.ids[a], graph.ids[b], kind, text, unique, rank, standing)

    def _held(
        self, register: Register | None, inside: Mapping[int, int]
    ) -> list[tuple[int, int, int]]:
        if register is None:
            return []
        rows = zip(register.holders, register.low, register.high, strict=True)
        return [(h, low, high) for h, low, high in rows if h in inside and high > 0]

    def _rights(
        self, party: int, inside: Iterable[int] | Mapping[int, int], *, certain: bool
    ) -> list[Right]:
        known = inside if isinstance(inside, dict | set) else set(inside)
        rights = self.graph.rights_over.get(party, ())
        return [r for r in rights if r.holder in known and (r.certain or not certain)]

    def _stake_facts(self, register: Register | None, holders: set[int]) -> list[str]:
        if register is None:
            return []
        graph = self.graph
        stakes = graph.stakes[register.first : register.last]
        facts = [s.fact.fact_id for s in stakes if graph.index[s.holder] in holders]
        if register.complete and facts:
            declared = graph.registers.get(graph.index[stakes[0].entity])
            facts += [declared.fact.fact_id] if declared else []
        return facts

    def _votes_text(
        self, parent: int, party: int, held: list[tuple[int, int, int]], *, certain: bool
    ) -> str:
        graph = self.graph
        shares = {h: _share(low, high) for h, low, high in held}
        if not certain:
            return (
                f"{graph.label(parent)} holds {shares[parent]} of the votes of "
                f"{graph.label(party)}: whether that is control is undetermined"
            )
        if len(held) == 1:
            return f"{graph.label(parent)} holds {shares[parent]} of the votes of " + graph.label(
                party
            )
        parts = ", ".join(f"{graph.label(h)} {shares[h]}" for h, _, _ in held)
        return f"one side controls {graph.label(party)} by its votes together: {parts}"


def _passes(register: Register | None, low: int, high: int, graph: OwnershipGraph) -> bool:
    return register is not None and register.certain(low, high, graph.line)


@lru_cache(maxsize=65_536)
def _share(low: int, high: int) -> str:
    if low == high:
        return f"{percent_short(low)} %"
    return f"{percent_short(low)} to {percent_short(high)} %"
