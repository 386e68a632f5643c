"""Control on published worked examples and on real ownership data (skipped where absent).

A published "does not control" means "not yes": where a register does not sum to 100 %, undetermined
is right (SEMANTICS.md section 8).
"""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import clingo
import pytest

from graphkit import ingest
from graphkit.model.shares import FULL, UNKNOWN, Interval
from graphkit.ownership.control import (
    control_all,
    controlled_by,
    ultimate_controllers,
    verdict,
)
from graphkit.ownership.facts import OwnershipFacts, StakeFact
from graphkit.ownership.graph import OwnershipGraph, read_graph
from graphkit.ownership.results import ControlRow
from graphkit.store import open_store

from .engine_case import fact_of, graph_of, rules_with
from .oracles.case import make

HUNDREDTH = FULL // 10_000
"""One hundredth of a percent, the unit of the CSV files."""


@pytest.fixture(scope="module")
def examples(shared_data: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((shared_data / "worked_examples.json").read_text())
    return found


def test_control_answers_of_worked_examples(examples: list[dict[str, Any]]) -> None:
    compared = 0
    for example in examples:
        shares = {(h, e): percent for h, e, percent in example["holdings_percent"]}
        graph = graph_of(make("", shares))
        yes = {(r.controller_id, r.entity_id) for r in control_all(graph) if r.verdict == "yes"}
        if "control_pairs_all" in example:
            compared += 1
            assert yes == {tuple(p) for p in example["control_pairs_all"]}, example["id"]
        for pair in example.get("control_pairs_some", []):
            compared += 1
            assert tuple(pair) in yes, (example["id"], pair)
        for pair in example.get("not_control_pairs", []):
            compared += 1
            assert tuple(pair) not in yes, (example["id"], pair)
        for together in example.get("controls_together", []):
            compared += 1
            assert verdict(graph, together["parties"], together["entity"]) == "yes", example["id"]
    assert compared == 32, "1 + 14 + 10 + 7 answers of W01, W02, W03, W04"


Edges = dict[tuple[str, str], int | None]


@pytest.fixture(scope="module")
def kek(shared_data: Path) -> Edges:
    """KEK's holdings in hundredths of a percent; None where the share is unknown."""
    edges: Edges = {}
    with (shared_data / "kek_edges.csv").open() as lines:
        for row in csv.DictReader(lines):
            edges[row["owner"], row["owned"]] = int(row["percent"])
    with (shared_data / "kek_edges_share_unknown.csv").open() as lines:
        for row in csv.DictReader(lines):
            edges[row["owner"], row["owned"]] = None
    return edges


def test_real_media_ownership_yes_equals_clingo(kek: Edges) -> None:
    yes, _ = engine_answers(kek)
    known = {pair: share or 0 for pair, share in kek.items()}
    assert yes == clingo_control(known, certain=True, unknown=unknown_of(kek))
    assert len(yes) == 2_973


def test_real_media_ownership_possible_contains_clingo_at_most(kek: Edges) -> None:
    # Each unknown at its most: what the other known shares leave of 100 %.
    yes, undetermined = engine_answers(kek)
    known_sum: dict[str, int] = {}
    for (_, owned), share in kek.items():
        known_sum[owned] = known_sum.get(owned, 0) + (share or 0)
    at_most = {
        (owner, owned): max(0, 10_000 - known_sum[owned]) if share is None else share
        for (owner, owned), share in kek.items()
    }
    most = clingo_control(at_most, certain=False, unknown=set())
    assert most > yes, "unknown shares can only add"
    assert most <= yes | undetermined


def unknown_of(edges: Edges) -> set[tuple[str, str]]:
    return {pair for pair, share in edges.items() if share is None}


def engine_answers(edges: Edges) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """The pairs with yes and with undetermined; every party is of unknown kind."""
    facts = OwnershipFacts()
    for (owner, owned), share in edges.items():
        units = UNKNOWN if share is None else Interval(share * HUNDREDTH, share * HUNDREDTH)
        fact = fact_of("stake", f"{owner}>{owned}")
        facts.stakes.append(StakeFact(owner, owned, units, None, None, "", fact))
    found: dict[str, set[tuple[str, str]]] = {"yes": set(), "undetermined": set()}
    for row in control_all(OwnershipGraph.build(facts, rules_with())):
        found[row.verdict].add((row.controller_id, row.entity_id))
    return found["yes"], found["undetermined"]


def test_real_media_ownership_read_from_a_store(
    kek: Edges, shared_data: Path, tmp_path: Path
) -> None:
    """The loader's graph gives the same yes, and a part read for one question the same rows."""
    known_at = datetime(2026, 11, 20, tzinfo=UTC)
    batch = ingest.read("kek", [shared_data / "kek_german_media.sqlite"], known_at=known_at)
    store = open_store(str(tmp_path / "kek.duckdb"), create=True)
    store.commit(batch)
    rules = rules_with()
    with store.snapshot() as snapshot:
        whole = read_graph(snapshot, rules)
        rows = list(control_all(whole))
        yes, _ = engine_answers(kek)
        assert {(r.controller_id, r.entity_id) for r in rows if r.verdict == "yes"} == {
            (f"kek:{x}", f"kek:{y}") for x, y in yes
        }
        by_controller: dict[str, list[ControlRow]] = {}
        for row in rows:
            by_controller.setdefault(row.controller_id, []).append(row)
        busiest = sorted(by_controller, key=lambda c: (-len(by_controller[c]), c))[:5]
        for controller in busiest:
            below = read_graph(snapshot, rules, downstream_of=[controller])
            assert len(below.ids) < len(whole.ids) // 2
            assert controlled_by(below, [controller]) == by_controller[controller]
            entity = by_controller[controller][-1].entity_id
            above = read_graph(snapshot, rules, upstream_of=[entity])
            assert ultimate_controllers(above, entity) == ultimate_controllers(whole, entity)


RULES = """
reached(X, X) :- holds(X, _, _).
near(X, Y) :- reached(X, H), holds(H, Y, _), X != Y.
reached(X, Y) :- near(X, Y), limit(Y, L), #sum { S, H : holds(H, Y, S), reached(X, H) } > L.
#show reached/2.
"""


def clingo_control(
    shares: dict[tuple[str, str], int], *, certain: bool, unknown: set[tuple[str, str]]
) -> set[tuple[str, str]]:
    """Who has more than half of what votes, by clingo, from the numbers of the file alone.

    Doubled hundredths, so that half of what votes is a whole number. Own shares are left out, and
    half is of what is left. Where holders have more than 100 %, certain control asks for more than
    all others have: 2 S > sum of the others and S, an unknown one at 100 %; then the limit is the
    sum itself.
    """
    own = {owned: share for (owner, owned), share in shares.items() if owner == owned}
    total: dict[str, int] = {}
    for (_, owned), share in shares.items():
        total[owned] = total.get(owned, 0) + share
    facts = []
    for (owner, owned), share in shares.items():
        if owner != owned:
            facts.append(f"holds({owner},{owned},{2 * share}).")
    for owned, stated in total.items():
        voting = 10_000 - own.get(owned, 0)
        if certain and stated > 10_000:
            open_ones = sum(1 for pair in unknown if pair[1] == owned)
            voting = stated - own.get(owned, 0) + 10_000 * open_ones
        facts.append(f"limit({owned},{voting}).")
    solver = clingo.Control(["--warn=none"])
    solver.add("base", [], " ".join(facts) + RULES)
    solver.ground([("base", [])])
    found: set[tuple[str, str]] = set()

    def keep(model: clingo.Model) -> None:
        for atom in model.symbols(shown=True):
            controller, entity = (str(a.number) for a in atom.arguments)
            if controller != entity:
                found.add((controller, entity))

    solver.solve(on_model=keep)
    return found
