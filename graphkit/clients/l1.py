"""The ownership graph as L1 sees it: guards stop chains, a professional's right alone waits.

Invariants
----------
1. A guarded party (state asset body, custodian, licensed asset manager, ...) is only ever the end
   of a chain: what it holds counts as free float, its rights count for nothing.
2. A manager's, general partner's or trustee's right decides here only once something else stands
   beside it (:mod:`graphkit.clients.majority`), or by the policy ``manager_right_joins``.
3. Everything else is the engine's: votes, other rights, cycles, intervals, blocs.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace

from graphkit.clients.group import Stop
from graphkit.clients.inputs import ClientFacts
from graphkit.model.shares import FULL
from graphkit.ownership.facts import OwnershipFacts, PartyFact, RightFact, StakeFact
from graphkit.ownership.graph import OwnershipGraph
from graphkit.rules.book import Rulebook

_FLOAT = "\x00float:"
"""Prefix of the free float that stands for a guarded holder; no party id begins so."""


@dataclass(slots=True)
class L1:
    """The graph, the professional rights that wait, and the links that were stopped, by entity."""

    graph: OwnershipGraph
    waiting: list[RightFact]
    stops: dict[str, list[Stop]]
    guarded: dict[str, str]


def guarded_parties(facts: OwnershipFacts, clients: ClientFacts, rules: Rulebook) -> dict[str, str]:
    """The parties that no chain passes through, each with the guard's name."""
    kinds, licences = rules["guard_kinds"].value, rules["guard_licences"].value
    found = {p.party_id: kinds[p.kind] for p in facts.parties.values() if p.kind in kinds}
    for party, held in clients.licences.items():
        for kind, _ in held:
            if kind in licences:
                found.setdefault(party, licences[kind])
    return found


def build_l1(facts: OwnershipFacts, clients: ClientFacts, rules: Rulebook) -> L1:
    """The graph of L1 under the guards and the policy in force."""
    guarded = guarded_parties(facts, clients, rules)
    stops: dict[str, list[Stop]] = defaultdict(list)
    kinds = {p.party_id: p.kind for p in facts.parties.values()}
    pseudo = {party for party in guarded if kinds.get(party) == "pseudo"}
    parties = dict(facts.parties)
    stakes: list[StakeFact] = []
    for stake in facts.stakes:
        if stake.holder not in guarded or stake.holder in pseudo:
            stakes.append(stake)
            continue
        stand_in = _FLOAT + stake.holder
        parties[stand_in] = PartyFact(stand_in, "pseudo", stand_in, "free_float")
        stakes.append(replace(stake, holder=stand_in))
        if 2 * max(stake.capital.high, stake.votes.high if stake.votes else 0) > FULL:
            stops[stake.entity].append(_stop(stake, guarded[stake.holder]))
    alone_joins = rules["manager_right_joins"].value == "l1"
    professional = frozenset(rules["professional_rights"].value)
    rights: list[RightFact] = []
    waiting: list[RightFact] = []
    for right in facts.rights:
        if right.holder in guarded:
            if _may_decide(right, rules):
                stops[right.entity].append(_stop(right, guarded[right.holder]))
        elif right.kind in professional and not alone_joins and _may_decide(right, rules):
            waiting.append(right)
        else:
            rights.append(right)
    known = OwnershipFacts(parties, stakes, rights, facts.blocs, facts.registers)
    for client in clients.accounts:
        parties.setdefault(client, PartyFact(client, "unknown", client))
    for relations in clients.relations.values():
        for relation in relations:
            for end in (relation.a, relation.b):
                parties.setdefault(end, PartyFact(end, "unknown", end))
    for right in waiting:
        for end in (right.holder, right.entity):
            parties.setdefault(end, PartyFact(end, "unknown", end))
    waiting.sort(key=lambda r: (r.entity, r.holder, r.kind, r.fact.fact_id))
    return L1(OwnershipGraph.build(known, rules), waiting, stops, guarded)


def _may_decide(right: RightFact, rules: Rulebook) -> bool:
    """Whether a right decides, or may: as the engine reads the rule ``decisive_rights``."""
    if right.decisive is not None:
        return right.decisive
    rule = rules["decisive_rights"].value.get(right.kind)
    return rule == "always" or (rule == "with_discretion" and right.discretion is not False)


def surely_decides(right: RightFact, rules: Rulebook) -> bool:
    """Whether a right that may decide surely does: a manager's discretion may be unknown."""
    if right.decisive is not None:
        return right.decisive
    return rules["decisive_rights"].value.get(right.kind) == "always" or bool(right.discretion)


def _stop(link: StakeFact | RightFact, guard: str) -> Stop:
    text = f"{link.fact.text}, but {link.holder} is guarded: {guard}"
    return Stop(link.holder, link.entity, guard, text, (link.fact.fact_id,))
