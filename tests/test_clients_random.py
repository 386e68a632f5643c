"""L1 groups against brute force on random small worlds, and what must hold of every grouping."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from memory_snapshot import MemorySnapshot

from graphkit.clients import Group, group_of, why
from graphkit.clients.inputs import ClientFacts, Relation
from graphkit.clients.one_client import form_groups

from .engine_case import facts_of, rules_with
from .oracle_clients import World, groups
from .oracles.case import FULL, Case, renamed
from .oracles.generate import stream

KINDS = ("spouse", "minor_child", "nominee", "sibling", "key_officer", "concert")


def worlds(seed: int, count: int) -> list[World]:
    """Random cases with clients, guards and relations."""
    found = []
    for number, case in enumerate(stream(seed, count)):
        rng = random.Random(f"clients/{seed}/{number}")
        parties = [p for p in case.parties() if case.kinds[p] != "pseudo"]
        relations = []
        for _ in range(rng.choice((0, 0, 1, 2, 3))):
            a, b = rng.sample(parties, 2)
            relations.append((a, b, rng.choice(KINDS), rng.random() < 0.2))
        licensed = frozenset(p for p in parties if rng.random() < 0.08)
        clients = frozenset(p for p in parties if rng.random() < 0.5)
        case, licensed = _crisp_guards(case, licensed)
        found.append(World(case, clients, licensed, tuple(dict.fromkeys(relations))))
    return found


def _crisp_guards(case: Case, licensed: frozenset[str]) -> tuple[Case, frozenset[str]]:
    """The case with exact holdings of guards, and no guard among holders of over-full registers.

    A guard's holding becomes free float. There the oracle's registers are not the engine's: of a
    float line with a band in a complete register an undisclosed holder gets the band's width, and
    of one in an over-full register nothing, where the engine gives it up to the disclosure line.
    """
    bodies = frozenset(p for p, kind in case.kinds.items() if kind == "state_body")
    over_full = set()
    for entity in case.kinds:
        stakes = [s for s in case.stakes if s.entity == entity]
        votes = sum(case.votes(s)[0] for s in stakes)
        if max(votes, sum(s.capital_min for s in stakes)) > FULL:
            over_full |= {s.holder for s in stakes}
    kinds = {p: "person" if p in bodies & over_full else kind for p, kind in case.kinds.items()}
    guards = (licensed | bodies) - over_full
    stakes = tuple(
        replace(
            s,
            capital_max=s.capital_min,
            votes_max=s.votes_min if s.votes_max is not None else None,
        )
        if s.holder in guards
        else s
        for s in case.stakes
    )
    return replace(case, kinds=kinds, stakes=stakes), licensed - over_full


def client_facts(world: World) -> ClientFacts:
    facts = ClientFacts()
    facts.accounts = {c: [f"a:{c}"] for c in sorted(world.clients)}
    facts.licences = {p: [("broker", f"licence:{p}")] for p in sorted(world.licensed)}
    for a, b, kind, presumed in sorted(world.relations):
        relation = Relation(a, b, kind, presumed, f"relation:{a}>{b}:{kind}")
        facts.relations.setdefault(a, []).append(relation)
        facts.relations.setdefault(b, []).append(relation)
    return facts


def formed(world: World) -> list[Group]:
    rules = rules_with(world.case.disclosure_line)
    nothing = MemorySnapshot("2026-11-20")
    result = form_groups(nothing, rules, facts_of(world.case), client_facts(world))
    return list(result.groups)


def parts(group: Group) -> tuple[frozenset[str], frozenset[str]]:
    sure = frozenset(m.party_id for m in group.members if m.standing == "member")
    return sure, frozenset(m.party_id for m in group.members) - sure


def check(world: World) -> None:
    """Engine and brute force agree, possible-only groups up to the choice of which to show."""
    wanted = groups(world)
    found = formed(world)
    pairs = {parts(g) for g in found}
    assert {p for p in pairs if p[0] & world.clients} == wanted.sure
    only_maybe = {p for p in pairs if not p[0] & world.clients}
    assert only_maybe <= wanted.maybe
    shown = [(sure | maybe) & world.clients for sure, maybe in pairs]
    for _, maybe in wanted.maybe:
        assert any(maybe & world.clients <= clients for clients in shown)
    for _, maybe in only_maybe:
        clients = maybe & world.clients
        assert sum(clients <= other for other in shown) == 1  # its own: nothing else brings them
    for group in found:
        members = {m.party_id for m in group.members}
        assert set(group.unresolved) == members & wanted.unresolved


def sound(world: World, found: list[Group]) -> None:
    """Names, accounts and reasons of a grouping."""
    assert len({g.group_id for g in found}) == len(found)
    assert [g.group_id for g in found] == sorted(g.group_id for g in found)
    covered = {m.party_id for g in found for m in g.members if m.standing == "member"}
    assert world.clients <= covered
    for group in found:
        sure, maybe = parts(group)
        assert set(group.accounts) == {f"a:{c}" for c in sure & world.clients}
        assert set(group.possible_accounts) == {f"a:{c}" for c in maybe & world.clients}
        for link in group.links:
            assert {link.a, link.b} <= sure | maybe
            assert link.facts
        first = min(sure)
        for party in sure | maybe:
            there, back = why([group], first, party), why([group], party, first)
            assert there.joined  # the links span the group
            assert there.links == tuple(reversed(back.links))
            if party in sure:
                assert all(link.standing == "member" for link in there.links)


@pytest.mark.parametrize("seed", range(4))
def test_equals_brute_force(seed: int) -> None:
    for world in worlds(seed, 60):
        check(world)


@pytest.mark.slow
def test_equals_brute_force_on_many() -> None:
    for world in worlds(99, 1500):
        check(world)


def test_names_accounts_and_reasons() -> None:
    for world in worlds(7, 200):
        sound(world, formed(world))


def test_order_and_names_change_nothing() -> None:
    for number, world in enumerate(worlds(11, 120)):
        found = formed(world)
        case, names = renamed(world.case, number)
        other = World(
            case,
            frozenset(names[c] for c in world.clients),
            frozenset(names[p] for p in world.licensed),
            tuple((names[a], names[b], k, p) for a, b, k, p in world.relations),
        )
        again = formed(other)

        def sets(groups: list[Group], names: dict[str, str]) -> set[tuple[frozenset[str], ...]]:
            return {tuple(frozenset(names[p] for p in part) for part in parts(g)) for g in groups}

        clients = {names[c] for c in world.clients}
        same = {p: p for p in case.kinds}
        assert {p for p in sets(found, names) if p[0] & clients} == {
            p for p in sets(again, same) if p[0] & clients
        }
        mixed = facts_of(world.case)
        rng = random.Random(number)
        for rows in (mixed.stakes, mixed.rights, mixed.blocs):
            rng.shuffle(rows)
        rules = rules_with(world.case.disclosure_line)
        nothing = MemorySnapshot("2026-11-20")
        result = form_groups(nothing, rules, mixed, client_facts(world))
        assert list(result.groups) == found


def together(found: list[Group]) -> set[frozenset[str]]:
    """The pairs that some group holds for certain."""
    pairs = set()
    for group in found:
        sure = sorted(parts(group)[0])
        pairs |= {frozenset((a, b)) for a in sure for b in sure if a < b}
    return pairs


def test_removing_a_relation_never_joins() -> None:
    for world in worlds(13, 150):
        before = together(formed(world))
        for gone in world.relations:
            less = replace(world, relations=tuple(r for r in world.relations if r != gone))
            assert together(formed(less)) <= before


def test_removing_a_holding_or_right_never_joins() -> None:
    # Without relations (a party that loses its controller becomes one, with related parties of its
    # own) and blocs (what one member no longer controls alone, the bloc may control), and in
    # registers that are neither complete nor over-full (there a holder that is forgotten leaves its
    # votes to others).
    for world in worlds(17, 100):
        case = world.case
        least: dict[str, int] = {}
        for stake in case.stakes:
            votes = case.votes(stake)[0]
            least[stake.entity] = least.get(stake.entity, 0) + max(votes, stake.capital_min)
        if any(total > FULL for total in least.values()):
            continue
        world = replace(world, relations=(), case=replace(case, complete=frozenset(), blocs=()))
        before = together(formed(world))
        less: list[Case] = [
            replace(world.case, rights=tuple(r for r in case.rights if r != gone))
            for gone in case.rights
        ]
        less += [
            replace(world.case, stakes=tuple(s for s in case.stakes if s != gone))
            for gone in world.case.stakes
            if sum(s.entity == gone.entity for s in case.stakes) > 1
        ]
        for smaller in less:
            assert together(formed(replace(world, case=smaller))) <= before


def snapshot_of(world: World) -> MemorySnapshot:
    """The world as rows of a store."""
    case = world.case
    shares = ("capital_min", "capital_max", "votes_min", "votes_max")
    stakes = []
    for s in case.stakes:
        row = {"holder_id": s.holder, "entity_id": s.entity}
        values = (s.capital_min, s.capital_max, s.votes_min, s.votes_max)
        stakes.append(row | {k: v for k, v in zip(shares, values, strict=True) if v is not None})
    scopes = [{"bloc_id": b.bloc_id, "entity_id": e} for b in case.blocs for e in b.scope]
    return MemorySnapshot(
        "2026-11-20",
        party=[
            {
                "party_id": p,
                "kind": kind,
                "pseudo": ("free_float" if p in case.floats else "nominee")
                if kind == "pseudo"
                else None,
            }
            for p, kind in sorted(case.kinds.items())
        ],
        stake=stakes,
        control_right=[
            {
                "holder_id": r.holder,
                "entity_id": r.entity,
                "kind": r.kind,
                "discretion": True if r.kind == "manager" else None,
            }
            for r in case.rights
        ],
        bloc=[{"bloc_id": b.bloc_id, "member_id": m} for b in case.blocs for m in b.members],
        bloc_scope=scopes,
        register=[{"entity_id": e, "complete": True} for e in sorted(case.complete)],
        licence=[{"party_id": p, "kind": "broker"} for p in sorted(world.licensed)],
        relation=[
            {"a": a, "b": b, "kind": k, "standing": "presumed" if p else None}
            for a, b, k, p in world.relations
        ],
        account=[
            {"account_id": f"a:{c}", "client_id": c, "kind": "credit"}
            for c in sorted(world.clients)
        ],
    )


def test_group_of_equals_groups() -> None:
    from graphkit.clients import groups as every_group

    for world in worlds(19, 60):
        rules = rules_with(world.case.disclosure_line)
        snapshot = snapshot_of(world)
        whole = every_group(snapshot, rules)
        for party in world.case.parties():
            holding = [g for g in whole if any(m.party_id == party for m in g.members)]
            assert group_of(snapshot, rules, party) == holding
