"""What one party's groups need of the store: what stands above it, then what that reaches.

The tops above a party depend on what lies upstream of it alone, so they are found first; only then
is read what these tops and their related parties reach. State asset bodies and the like are no tops
(guards), so a question about one subsidiary never reads the whole state sector.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from graphkit.clients.forming import Former
from graphkit.clients.inputs import ClientFacts, read_client_facts, read_decisions, read_relations
from graphkit.clients.l1 import build_l1
from graphkit.clients.links import LinkMaker
from graphkit.clients.majority import settle
from graphkit.clients.one_client import candidates
from graphkit.ownership.facts import OwnershipFacts, read_facts
from graphkit.rules.book import Rulebook

if TYPE_CHECKING:
    from graphkit.store.base import Snapshot


def read_closure(
    snapshot: Snapshot, rules: Rulebook, start: Collection[str]
) -> tuple[OwnershipFacts, ClientFacts]:
    """The facts that the groups of the parties in `start` rest on, each register whole."""
    wanted = set(start)
    decisions = read_decisions(snapshot)
    while True:
        downstream = _tops_and_related(snapshot, rules, wanted)
        facts = read_facts(snapshot, downstream_of=downstream | wanted)
        parties = every_party(facts) | downstream | wanted
        touched = {
            p for d in decisions if {d.a, d.b} & parties for p in (d.a, d.b) if p not in wanted
        }
        if not touched:
            return facts, read_client_facts(snapshot, parties)
        wanted |= touched


def every_party(facts: OwnershipFacts) -> set[str]:
    """Every party that some facts name."""
    found = set(facts.parties)
    found.update(p for s in facts.stakes for p in (s.holder, s.entity))
    found.update(p for r in facts.rights for p in (r.holder, r.entity))
    found.update(p for b in facts.blocs for p in b.members)
    return found


def _tops_and_related(snapshot: Snapshot, rules: Rulebook, start: set[str]) -> set[str]:
    """The tops whose groups may hold a party of `start`, and the related parties of these tops."""
    above = every_party(read_facts(snapshot, upstream_of=start)) | start
    partners = {
        end
        for relations in read_relations(snapshot, above).values()
        for relation in relations
        for end in (relation.a, relation.b)
    }
    facts = read_facts(snapshot, upstream_of=above | partners)
    clients = read_client_facts(snapshot, every_party(facts) | above | partners)
    l1 = build_l1(facts, clients, rules)
    tops, beside = settle(l1, clients, rules)
    former = Former(l1, clients, rules, tops, LinkMaker(l1.graph, rules, beside))
    graph = l1.graph
    found = set(start)
    for top in candidates(former, clients, {graph.index[p] for p in start if p in graph.index}, ()):
        found.update(graph.ids[party] for party in tops.ring(top))
    for party in sorted(found):
        for relation in clients.relations.get(party, ()):
            found.update((relation.a, relation.b))
    return found
