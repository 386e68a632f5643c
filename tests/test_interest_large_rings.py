"""Large settled rings in whole numbers, and condensed, against the exact way on the same ring."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest

from graphkit.model.shares import FULL
from graphkit.ownership import interest_flow, rings_condensed
from graphkit.ownership.bounds import Link, Sheet, sheet
from graphkit.ownership.interest_flow import NOTHING, Bounds, Flow, Rests
from graphkit.ownership.interest_sheets import View, arrange
from graphkit.ownership.rings_settled import BITS, UNIT, eliminate, fixed_point, settled

PERCENT = FULL // 100


def ring_world(seed: int) -> tuple[View, int]:
    """Four to nine companies in a circle with chords, persons, own shares, rests; and a target.

    Company i holds 20 to 45 % of the next; the target below is held by two of them and a person.
    Persons are numbers from 100 on, the target is 50.
    """
    draw = random.Random(seed)
    size = draw.randint(4, 9)
    sheets: dict[int, Sheet] = {}
    for i in range(size):
        shares = {(i - 1) % size: draw.randint(20, 45), 100 + draw.randint(0, 5): 10}
        other = draw.randrange(size)
        if other not in shares:
            shares[other] = draw.randint(1, 9)  # perhaps its own shares
        shares[110 + i] = draw.randint(1, 99 - sum(shares.values()))
        rest = (100 - sum(shares.values())) * PERCENT
        links = [Link(h, s * PERCENT, s * PERCENT) for h, s in shares.items()]
        whole = rest if draw.random() < 0.7 else rest // 3
        sheets[i] = sheet(i, links, (rest, rest), whole=whole)
    held = {0: 30, size // 2: 25, 100: 20}
    links = [Link(h, s * PERCENT, s * PERCENT) for h, s in held.items()]
    sheets[50] = sheet(50, links, (25 * PERCENT, 25 * PERCENT))
    parties = {h for s in sheets.values() for h in (s.entity, *(link.holder for link in s.links))}
    return arrange(sheets, parties), size


def contains(wide: Bounds, exact: Bounds) -> bool:
    narrow = Fraction(1, 2 ** (BITS - 60))
    gaps = (exact.low - wide.low, wide.high - exact.high, wide.top - exact.top)
    return all(0 <= gap < narrow for gap in gaps)


@pytest.mark.parametrize("seed", range(60))
def test_whole_numbers_hold_the_exact_value_between_them(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    view, size = ring_world(seed)
    assert settled(view.sheets.values())
    rests = Rests() if seed % 2 else Rests(every=False, hidden_most=5 * PERCENT - 1)
    strangers = [110] if seed % 3 == 0 else []
    sources = [x for x in view.held if x not in view.sheets] + [0, size - 1]
    targets = (50, 1)
    exact = {x: Flow(view, rests, strangers).of(x) for x in sources}
    unknown = Flow(view, rests, strangers)
    monkeypatch.setattr(interest_flow, "EXACT", 2)
    monkeypatch.setattr(rings_condensed, "EXACT", 2)
    whole = Flow(view, rests, strangers)
    for target in targets:
        short = Flow(view, rests, strangers, target)
        assert short.view is not view  # the ring is condensed
        assert 0 <= short.stranger(target) - unknown.stranger(target) < Fraction(1, 2**400)
        for x in sources:
            if x != target:
                there = exact[x].get(target, NOTHING)
                assert contains(whole.of(x).get(target, NOTHING), there)
                assert contains(short.of(x).get(target, NOTHING), there)


def test_a_ring_that_is_not_settled_stays_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    # A 40 to 50 % of B, B 10 % of A, P the rest of each; P has all of both in every world.
    monkeypatch.setattr(rings_condensed, "EXACT", 1)
    low, high = 40 * PERCENT, 50 * PERCENT
    sheets = {
        0: sheet(0, [Link(1, FULL // 10, FULL // 10), Link(2, FULL * 9 // 10, FULL)], (0, 0)),
        1: sheet(1, [Link(0, low, high), Link(2, FULL - high, FULL - low)], (0, 0)),
    }
    view = arrange(sheets, [0, 1, 2])
    assert rings_condensed.condensed(view, 1) == (view, {}, frozenset())
    assert Flow(view, target=1).of(2)[1] == Bounds(Fraction(1), Fraction(1), Fraction(1))


def test_a_closed_ring_says_nothing_above() -> None:
    # A owns B wholly and B owns A wholly: rounded up, each feeds itself with everything.
    rows = {0: {1: UNIT}, 1: {0: UNIT}}
    assert eliminate(rows, {0: 0, 1: 0}, up=True) is None
    assert eliminate(rows, {0: 0, 1: 0}, up=False) == {0: 0, 1: 0}


def test_a_ring_of_four_hundred_adds_up_to_the_whole() -> None:
    # Everybody holds 40 % of the next, 5 % of the one after seven, and a person of its own 55 %:
    # the persons' interests in company 0 are all there is, 100 %, and by symmetry company 0's own
    # person has 0.55 * N with N = (I - W)^-1 at (0, 0).
    size = 400
    sheets = {}
    for i in range(size):
        shares = {(i - 1) % size: 40, (i - 7) % size: 5, 1000 + i: 55}
        links = [Link(h, s * PERCENT, s * PERCENT) for h, s in shares.items()]
        sheets[i] = sheet(i, links, (0, 0))
    view = arrange(sheets, [*range(size), *range(1000, 1000 + size)])
    flow = Flow(view, target=0)
    found = [flow.of(1000 + i)[0] for i in range(size)]
    assert sum(b.low for b in found) <= 1 <= sum(b.high for b in found)
    assert sum(b.high - b.low for b in found) < Fraction(1, 2 ** (BITS - 60))


def test_fixed_point_rounds_outwards() -> None:
    third = Fraction(1, 3)
    assert Fraction(fixed_point(third, up=False), UNIT) < third
    assert Fraction(fixed_point(third, up=True), UNIT) > third
    assert (
        fixed_point(Fraction(1, 2), up=True) == fixed_point(Fraction(1, 2), up=False) == UNIT // 2
    )
