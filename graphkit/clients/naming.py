"""Drafts turned into groups: ids, accounts, what is unresolved, what was stopped.

A group is called after its smallest client. A client that stands in several groups names the one
around its own (smallest) controller; the others carry their controller behind ``@``. So a name
depends on the group's own parties alone, never on which other groups were formed beside it.
"""

from __future__ import annotations

from collections import defaultdict

from graphkit.clients.forming import Draft, Former
from graphkit.clients.group import Group, Member, Stop
from graphkit.clients.inputs import ClientFacts
from graphkit.clients.l1 import L1


class Namer:
    """Turns drafts into groups: names, accounts, what is unresolved, what was stopped."""

    def __init__(
        self, l1: L1, clients: ClientFacts, former: Former, open_owner: frozenset[str]
    ) -> None:
        self._ids = l1.graph.ids
        self._accounts = clients.accounts
        self._former = former
        self._open = open_owner
        self._stops: dict[str, list[Stop]] = defaultdict(list)
        for entity, stops in l1.stops.items():
            self._stops[entity] += stops
        for right in l1.waiting:
            guard = f"{right.kind.replace('_', ' ')}'s right alone"
            text = f"{right.fact.text}: the right alone does not join (L2)"
            stop = Stop(right.holder, right.entity, guard, text, (right.fact.fact_id,))
            self._stops[right.entity].append(stop)

    def group(self, draft: Draft) -> Group:
        """The group of a draft."""
        ids = self._ids
        members = sorted(
            (
                Member(ids[p], standing, ids[p] in self._accounts, draft.reason[p])
                for p, standing in draft.standing.items()
            ),
            key=lambda m: m.party_id,
        )
        sure = [m.party_id for m in members if m.client and m.standing == "member"]
        maybe = [m.party_id for m in members if m.client and m.standing == "possible"]
        smallest = (sure or maybe or [members[0].party_id])[0]
        name = f"L1:{smallest}"
        home = min(self._former.homes(self._former.graph.index[smallest]))
        if not sure or draft.shared or home not in draft.tops:
            name += "@" + "+".join(ids[t] for t in draft.tops)
        stops = {stop for m in members for stop in self._stops.get(m.party_id, ())}
        return Group(
            group_id=name,
            level="L1",
            controllers=tuple(sorted(ids[c] for c in draft.controllers)),
            members=tuple(members),
            links=tuple(
                sorted(draft.links.values(), key=lambda k: (k.rank, k.a, k.b, k.kind, k.text))
            ),
            accounts=tuple(sorted(a for c in sure for a in self._accounts[c])),
            possible_accounts=tuple(sorted(a for c in maybe for a in self._accounts[c])),
            unresolved=tuple(m.party_id for m in members if m.party_id in self._open),
            stopped=tuple(
                sorted(stops | set(draft.stops), key=lambda s: (s.a, s.b, s.guard, s.text, s.facts))
            ),
        )
