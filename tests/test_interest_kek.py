"""Interest on real input: German media ownership (KEK), against linear algebra.

Acceptance: equal to linear algebra where nothing upstream is over-full or unknown; elsewhere the
scaled answer lies inside the bounds, and the stated one (capped at 100 %) unless an over-full
register lies in a cycle.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from graphkit.ownership.graph import OwnershipGraph
from graphkit.ownership.interest import closed_rings, holders, interest_all
from graphkit.ownership.interest_sheets import view_of
from graphkit.ownership.results import InterestRow

from .engine_case import graph_of
from .oracles import linear
from .oracles.case import FULL, Case, Stake

NEAR = 1e-9


@pytest.fixture(scope="module")
def kek(shared_data: Path) -> Case:
    """All holdings; those with no share are unknown. Whoever holds and is not held is a person."""
    stakes = []
    with (shared_data / "kek_edges.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            share = int(row["percent"]) * (FULL // 10_000)
            stakes.append(Stake(row["owner"], row["owned"], share, share))
    with (shared_data / "kek_edges_share_unknown.csv").open(encoding="utf-8", newline="") as file:
        stakes += [Stake(r["owner"], r["owned"], 0, FULL) for r in csv.DictReader(file)]
    held = {s.entity for s in stakes}
    names = {name for s in stakes for name in (s.holder, s.entity)}
    kinds = {name: "company" if name in held else "person" for name in names}
    return Case(kinds=kinds, stakes=tuple(stakes))


@pytest.fixture(scope="module")
def graph(kek: Case) -> OwnershipGraph:
    return graph_of(kek)


@pytest.fixture(scope="module")
def rows(graph: OwnershipGraph) -> dict[tuple[str, str], InterestRow]:
    return {(r.holder_id, r.entity_id): r for r in interest_all(graph, every_holder=True)}


def test_size(kek: Case) -> None:
    assert len(kek.stakes) == 2857 + 47


def test_equal_to_linear_algebra_where_all_is_known(
    kek: Case, rows: dict[tuple[str, str], InterestRow]
) -> None:
    clean = linear.clean(kek)
    answer = linear.sparse(kek)
    assert len(clean) > 1000 and len(answer) > 10_000
    assert {pair for pair in rows if pair[1] in clean} == set(answer)
    for pair, value in answer.items():
        assert rows[pair].low == rows[pair].high
        assert float(rows[pair].low) == pytest.approx(value, abs=NEAR)


def solved(kek: Case, scaled: bool) -> dict[tuple[str, str], float]:
    """The walk sums on known shares (unknown ones count 0), over-full columns scaled or not.

    A party counts as if it had no register itself: N[i, j] / N[i, i] of one dense inverse.
    """
    import numpy as np

    names = sorted(kek.kinds)
    at = {name: i for i, name in enumerate(names)}
    w = np.zeros((len(names), len(names)))
    for s in kek.stakes:
        if s.capital_min == s.capital_max:
            w[at[s.holder], at[s.entity]] += s.capital_min / FULL
    if scaled:
        w /= np.maximum(w.sum(axis=0), 1.0)
    n = np.linalg.inv(np.eye(len(names)) - w)
    n /= n.diagonal()[:, None]
    return {
        (names[i], names[j]): float(n[i, j])
        for i, j in zip(*np.nonzero(n > 1e-15), strict=True)
        if i != j
    }


def test_elsewhere_scaled_and_stated_lie_inside(
    kek: Case, graph: OwnershipGraph, rows: dict[tuple[str, str], InterestRow]
) -> None:
    over_full = {r.subject for r in graph.findings if r.code == "register-over-full"}
    assert over_full
    view = view_of(graph, "capital")
    in_cycle = {graph.ids[m] for ring in view.ring.values() for m in ring}
    assert in_cycle
    for scaled in (True, False):
        if not scaled:
            assert not over_full & in_cycle, "the stated answer means nothing in such a cycle"
        outside = {
            pair: value
            for pair, value in solved(kek, scaled).items()
            if pair not in rows
            or not float(rows[pair].low) - NEAR <= min(1.0, value) <= float(rows[pair].high) + NEAR
        }
        assert not outside


def test_a_closure_equals_the_whole_graph(
    graph: OwnershipGraph, rows: dict[tuple[str, str], InterestRow]
) -> None:
    for entity in sorted({pair[1] for pair in rows})[::40]:
        for row in holders(graph, entity, every_holder=True):
            assert row == rows[row.holder_id, entity]


def test_no_ring_is_closed(graph: OwnershipGraph) -> None:
    assert closed_rings(graph) == []
