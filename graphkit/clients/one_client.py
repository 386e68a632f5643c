"""The one client (同一客户), level L1: every client's groups, their members and their reasons.

Source: SEMANTICS.md section 10; RULES.md section 3. A group is a controller, all that it certainly
controls (in L1's sense, :mod:`graphkit.clients.l1`), and the controller's own related parties with
what they control. Groups are not a partition: an entity with two controllers is shown in each.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from graphkit.clients.decisions import contradicted, join, keep_apart, known
from graphkit.clients.forming import Draft, Former
from graphkit.clients.group import Group
from graphkit.clients.inputs import ClientFacts, read_client_facts
from graphkit.clients.l1 import build_l1
from graphkit.clients.links import LinkMaker
from graphkit.clients.majority import settle
from graphkit.clients.naming import Namer
from graphkit.clients.tops import ancestors
from graphkit.model.findings import Finding
from graphkit.ownership.above import above_of
from graphkit.ownership.control import unresolved
from graphkit.ownership.facts import OwnershipFacts, read_facts
from graphkit.ownership.graph import OwnershipGraph
from graphkit.ownership.interest import closed_rings
from graphkit.rules.book import Rulebook

if TYPE_CHECKING:
    from graphkit.store.base import Snapshot


@dataclass(frozen=True, slots=True)
class Grouping:
    """The groups in order of their ids, and what was found while forming them."""

    groups: tuple[Group, ...]
    findings: tuple[Finding, ...]


def groups(
    snapshot: Snapshot, rules: Rulebook, clients: Collection[str] | None = None
) -> list[Group]:
    """The L1 groups of every client (a party with an account), or of those named, by group id.

    Every client stands in at least one group, alone if nothing joins it. Measures that need the
    possible members take them from `possible_accounts`.
    """
    return list(grouping(snapshot, rules, clients).groups)


def grouping(
    snapshot: Snapshot, rules: Rulebook, clients: Collection[str] | None = None
) -> Grouping:
    """The L1 groups with findings about decisions and registers; reads the whole graph."""
    return form_groups(snapshot, rules, read_facts(snapshot), read_client_facts(snapshot), clients)


def group_of(snapshot: Snapshot, rules: Rulebook, x: str) -> list[Group]:
    """The groups that a party stands in, equal to those of :func:`groups`.

    Reads no more than what stands above the party, and what those above and their related parties
    reach. Empty when nobody in such a group is a client.
    """
    from graphkit.clients.closure import read_closure

    facts, clients = read_closure(snapshot, rules, {x})
    found = form_groups(snapshot, rules, facts, clients, [x]).groups
    # Whether a group without a certain client is shown hangs on the other groups of its clients.
    others = {min(m.party_id for m in g.members if m.client) for g in found if not g.accounts}
    if others - {x}:
        facts, clients = read_closure(snapshot, rules, {x} | others)
        found = form_groups(snapshot, rules, facts, clients, [x, *others]).groups
    return [g for g in found if any(m.party_id == x for m in g.members)]


def form_groups(
    snapshot: Snapshot,
    rules: Rulebook,
    facts: OwnershipFacts,
    clients: ClientFacts,
    wanted: Collection[str] | None = None,
) -> Grouping:
    """The groups out of facts that were read; `wanted` keeps those that hold one of these parties.

    `snapshot` is asked only for the age of facts behind decisions.
    """
    l1 = build_l1(facts, clients, rules)
    tops, beside = settle(l1, clients, rules)
    former = Former(l1, clients, rules, tops, LinkMaker(l1.graph, rules, beside))
    graph = l1.graph
    decisions, findings = known(clients.decisions, former)
    subjects = [graph.index[p] for d in decisions for p in (d.a, d.b)]
    names = set(clients.accounts if wanted is None else wanted)
    start = {graph.index[name] for name in names if name in graph.index}
    drafts = [former.form(top) for top in sorted(candidates(former, clients, start, subjects))]
    for decision in decisions:
        finding = contradicted(snapshot, decision, drafts, former)
        if finding is not None:
            findings.append(finding)
    # first who is kept apart, then who is joined: a join may not undo a parting
    apart = [d for d in decisions if d.kind == "apart"]
    for decision in apart:
        for party in keep_apart(drafts, decision, former):
            if not any(d.standing.get(party) == "member" for d in drafts):
                former.own.add(party)
                drafts.append(former.form(party))
    drafts = _one_each(drafts)
    for decision in decisions:
        if decision.kind == "join":
            drafts, refused = join(drafts, decision, former, apart)
            findings += refused
    client_numbers = {graph.index[c] for c in clients.accounts}
    kept = _worth_showing(_one_each(drafts), client_numbers)
    whole = OwnershipGraph.build(facts, rules)
    namer = Namer(l1, clients, former, unresolved(whole))
    named = sorted((namer.group(d) for d in kept), key=lambda g: g.group_id)
    chosen = [g for g in named if wanted is None or any(m.party_id in names for m in g.members)]
    findings += _about_registers(whole, chosen)
    return Grouping(tuple(chosen), tuple(findings))


def _about_registers(graph: OwnershipGraph, groups: Iterable[Group]) -> list[Finding]:
    """What is wrong with the registers and rights that the groups rest on."""
    members = {graph.index[m.party_id] for g in groups for m in g.members}
    above = {graph.ids[n] for n in above_of(graph).ancestors(members)}
    return [f for f in [*graph.findings, *closed_rings(graph)] if f.subject in above]


def candidates(
    former: Former, clients: ClientFacts, start: Collection[int], subjects: Iterable[int]
) -> set[int]:
    """The tops whose groups may hold a party of `start`: above it, or related to what is above."""
    graph = former.graph
    from_start = {*start, *subjects}
    found: set[int] = set()
    reach = ancestors(graph, from_start)
    for party in list(reach):
        for relation in clients.relations.get(graph.ids[party], ()):
            reach.update((graph.index[relation.a], graph.index[relation.b]))
    for party in reach:
        if party in from_start:
            found |= former.homes(party)
        for top in former.tops.above.get(party, (party,)):
            if party in former.tops.ring(top) and former.is_top(top):
                found.add(top)
    return found


def _one_each(drafts: list[Draft]) -> list[Draft]:
    """The drafts with those of the same members merged: a couple's two groups are one."""
    merged: dict[tuple[tuple[int, str], ...], Draft] = {}
    for draft in sorted(drafts, key=lambda d: d.tops):
        key = tuple(sorted(draft.standing.items()))
        held = merged.get(key)
        if held is None:
            merged[key] = draft
            continue
        held.tops = tuple(sorted({*held.tops, *draft.tops}))
        held.controllers |= draft.controllers
        held.stops += draft.stops
    return list(merged.values())


def _worth_showing(drafts: list[Draft], clients: set[int]) -> list[Draft]:
    """The drafts with a certain client, and of the others those that bring clients together.

    A draft whose clients are all only possible says something new when no other draft holds all of
    them: each of many small holders of one unresolved company would make a group otherwise.
    """
    kept: list[Draft] = []
    maybe: list[Draft] = []
    holding: dict[int, set[int]] = defaultdict(set)
    for draft in drafts:
        sure = [p for p, s in draft.standing.items() if s == "member" and p in clients]
        (kept if sure else maybe).append(draft)
    for number, draft in enumerate(kept):
        for party in draft.standing.keys() & clients:
            holding[party].add(number)
    maybe.sort(key=lambda d: (-len(d.standing.keys() & clients), d.tops))
    for draft in maybe:
        held = draft.standing.keys() & clients
        if len(held) < 2 or set.intersection(*(holding[p] for p in held)):
            continue
        for party in held:
            holding[party].add(len(kept))
        kept.append(draft)
    return kept
