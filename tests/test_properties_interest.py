"""The true properties of SEMANTICS.md section 8 for interest, by hypothesis.

(ii) wider registers never decide what was undetermined; (iii) every world lies inside the bounds;
(iv) order and renaming change nothing; (v) interests, rests and what closed rings keep sum to
exactly 100 % in each world. Registers here are not over-full.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction as Fr

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graphkit.ownership.interest import closed_rings, interest_all
from graphkit.ownership.owners import beneficial_owners

from .engine_case import DAY, graph_of, rules_with
from .oracles import linear
from .oracles.case import FULL, Case, Stake, renamed, shuffled

ENTITIES = ("A", "B", "C", "D")
PERSONS = ("P", "Q")
PERCENT = FULL // 100
Figures = dict[tuple[str, str], tuple[Fr, Fr, Fr]]
HALF = Fr(1, 2)

few = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Up to four entities that may hold one another and themselves, intervals, rests, rings."""
    entities = ENTITIES[: draw(st.integers(1, 4))]
    kinds = dict.fromkeys(PERSONS, "person")
    stakes = []
    complete = set()
    for entity in entities:
        kinds[entity] = draw(st.sampled_from(["company", "company", "listed_company", "unknown"]))
        holders = draw(st.lists(st.sampled_from([*PERSONS, *entities]), max_size=4, unique=True))
        room = 100
        for holder in holders:
            low = draw(st.integers(0, room))
            room -= low
            high = draw(st.one_of(st.just(low), st.integers(low, 100)))
            if high:
                stakes.append(Stake(holder, entity, low * PERCENT, high * PERCENT))
        if draw(st.booleans()):
            complete.add(entity)
    return Case(kinds=kinds, stakes=tuple(stakes), complete=frozenset(complete))


def figures(case: Case) -> Figures:
    return {
        (r.holder_id, r.entity_id): (r.low, r.high, r.high + r.rest_high)
        for r in interest_all(graph_of(case), every_holder=True)
    }


def declared(case: Case, entity: str) -> bool:
    """Whether a declaration of completeness counts: not when the figures contradict it."""
    rows = [s for s in case.stakes if s.entity == entity]
    return entity in case.complete and sum(s.capital_max for s in rows) >= FULL


@st.composite
def worlds(draw: st.DrawFn, case: Case, strangers_only: bool) -> Case:
    """One world of a case: crisp registers of exactly 100 %, every rest given to somebody."""
    kinds = dict(case.kinds) | {"stranger": "person"}
    owners = ["stranger"] if strangers_only else ["stranger", *case.kinds]
    shares: dict[tuple[str, str], int] = {}
    held = {s.entity for s in case.stakes}
    for entity in (e for e in case.kinds if e in ENTITIES):
        if entity not in held and case.kinds[entity] == "unknown":
            continue  # no register: nobody may own it
        rows = [s for s in case.stakes if s.entity == entity]
        values = {s.holder: s.capital_min for s in rows}
        free = FULL - sum(values.values())
        names = draw(st.permutations([*values, ""]))
        if declared(case, entity):
            names = [n for n in names if n]
        for name in names:
            row = next((s for s in rows if s.holder == name), None)
            most = free if row is None else min(free, row.capital_max - row.capital_min)
            last = name == names[-1]
            more = most if last else draw(st.sampled_from([0, most, most // 2]))
            values[name] = values.get(name, 0) + more
            free -= more
        for name in names:  # what is left, wherever there is room
            row = next((s for s in rows if s.holder == name), None)
            most = free if row is None else min(free, row.capital_max - values[name])
            values[name] += most
            free -= most
        assert free == 0
        rest = values.pop("", 0)
        if rest:
            owner = draw(st.sampled_from(owners))
            values[owner] = values.get(owner, 0) + rest
        shares |= {(h, entity): v for h, v in values.items() if v}
    stakes = tuple(Stake(h, e, v, v) for (h, e), v in shares.items())
    return Case(kinds=kinds, stakes=stakes, complete=frozenset(held))


@few
@given(st.data())
def test_every_world_lies_inside(data: st.DataObject) -> None:
    case = data.draw(cases())
    strangers_only = data.draw(st.booleans())
    world = data.draw(worlds(case, strangers_only))
    bounds = figures(case)
    answer = linear.exact(world)
    for entity in linear.clean(world):
        for holder in case.kinds:
            if holder == entity:
                continue
            value = answer.get((holder, entity), Fr(0))
            low, high, top = bounds.get((holder, entity), (Fr(0), Fr(0), Fr(1)))
            assert low <= value <= (high if strangers_only else top)


@few
@given(st.data())
def test_a_world_of_its_own_is_exact_and_sums_to_the_whole(data: st.DataObject) -> None:
    """(v): in each world everything ends with somebody without a register, or in a closed ring."""
    world = data.draw(worlds(data.draw(cases()), strangers_only=False))
    graph = graph_of(world)
    ends: dict[str, Fr] = {}
    for row in interest_all(graph):
        assert row.low == row.high and row.rest_high == 0
        ends[row.entity_id] = ends.get(row.entity_id, Fr(0)) + row.low
    ringed = {f.partition(">")[2] for ring in closed_rings(graph) for f in ring.facts}
    held = {s.entity for s in world.stakes}
    below_ring = linear.below([(s.holder, s.entity) for s in world.stakes], ringed)
    for entity in held - below_ring:
        assert ends[entity] == 1
    for entity in held & ringed:
        assert ends.get(entity, 0) == 0
    for entity in held & below_ring:
        assert 0 <= ends.get(entity, 0) <= 1


@few
@given(cases(), st.randoms(use_true_random=False))
def test_wider_registers_only_widen(case: Case, rng: object) -> None:
    """(ii): lower minimums, higher maximums, completeness forgotten: bounds only move outwards."""
    pick = rng.choice  # type: ignore[attr-defined]
    wider = replace(
        case,
        stakes=tuple(
            replace(
                s,
                capital_min=pick([s.capital_min, s.capital_min // 2, 0]),
                capital_max=pick([s.capital_max, FULL]),
            )
            for s in case.stakes
        ),
        # A declaration that the figures contradict is dropped, and must not come to life.
        complete=frozenset(e for e in case.complete if declared(case, e) and pick([True, False])),
    )
    narrow_figures, wide_figures = figures(case), figures(wider)
    for pair, (low, high, top) in narrow_figures.items():
        wide_low, wide_high, wide_top = wide_figures[pair]
        assert wide_low <= low and high <= wide_high and top <= wide_top
        if wide_low > HALF:
            assert low > HALF  # a yes stays only where it was one
        if wide_top <= HALF:
            assert top <= HALF


@few
@given(cases(), st.integers(0, 1000))
def test_order_and_names_change_nothing(case: Case, seed: int) -> None:
    """(iv): the same rows in another order, under other ids."""
    again = figures(shuffled(case, seed))
    assert again == figures(case)
    other, to = renamed(case, seed)
    assert figures(other) == {(to[h], to[e]): value for (h, e), value in again.items()}


@few
@given(cases(), st.integers(0, 1000))
def test_owners_do_not_depend_on_order(case: Case, seed: int) -> None:
    rules = rules_with()
    assert rules.day == DAY
    first, second = graph_of(case), graph_of(shuffled(case, seed))
    for entity in (e for e in case.kinds if e in ENTITIES):
        assert beneficial_owners(first, entity, rules) == beneficial_owners(second, entity, rules)


@few
@given(cases())
def test_resolved_means_that_a_person_is_certainly_there(case: Case) -> None:
    """Wider registers never settle a party: unresolved stays unresolved."""
    rules = rules_with()
    graph = graph_of(case)
    for entity in (e for e in case.kinds if e in ENTITIES):
        owners = beneficial_owners(graph, entity, rules)
        if owners.status == "resolved":
            assert any(p.verdict == "yes" and p.party_id in PERSONS for p in owners.persons)
            assert not any(p.verdict == "undetermined" for p in owners.persons)
            assert not owners.reasons and not owners.settle
        else:
            assert owners.reasons and owners.settle
