"""The benchmarks' seeded world: the same bytes for one seed, and each feature really in it."""

from __future__ import annotations

import csv
import hashlib
from collections import Counter, defaultdict
from datetime import UTC, datetime
from pathlib import Path

import pytest

from benchmarks import credit, shares, worldfiles
from benchmarks.cases import CASES
from benchmarks.other.rows import decisive, stakes, units, votes
from benchmarks.shares import WHOLE
from benchmarks.world import World
from graphkit import ingest

PARTIES = 2_000
CLIENTS = 60


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, World]:
    """A small world with a broker's side."""
    folder = tmp_path_factory.mktemp("world")
    world = worldfiles.write(folder / "owners", PARTIES, seed=7)
    credit.write(folder / "credit", world, CLIENTS, seed=7)
    return folder, world


def rows(folder: Path, table: str) -> list[dict[str, str]]:
    with (folder / "owners" / f"{table}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def hashes(folder: Path) -> dict[str, str]:
    return {
        f"{file.parent.name}/{file.name}": hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*.csv"))
    }


def test_one_seed_gives_the_same_bytes_and_another_one_others(
    made: tuple[Path, World], tmp_path: Path
) -> None:
    folder, _ = made
    for name, seed in (("same", 7), ("other", 8)):
        world = worldfiles.write(tmp_path / name / "owners", PARTIES, seed=seed)
        credit.write(tmp_path / name / "credit", world, CLIENTS, seed=seed)
    assert hashes(tmp_path / "same") == hashes(folder)
    assert hashes(tmp_path / "other")["owners/stake.csv"] != hashes(folder)["owners/stake.csv"]


def test_bytes_are_those_of_the_published_figures(made: tuple[Path, World]) -> None:
    # A change of the generator changes every figure of docs/performance.md: measure anew, then
    # put the new hash here.
    folder, _ = made
    assert hashes(folder)["owners/stake.csv"][:16] == "c379bdf08daafe19"


def test_sizes_are_as_planned(made: tuple[Path, World]) -> None:
    folder, _ = made
    parties = rows(folder, "party")
    assert len(parties) == len({row["party_id"] for row in parties}) == PARTIES
    assert {len(row["party_id"]) for row in parties} == {18}
    assert len(rows(folder, "stake")) == 2_400  # 1.2 holdings a party
    keys = Counter((row["holder_id"], row["entity_id"]) for row in rows(folder, "stake"))
    assert max(keys.values()) == 1


Held = dict[str, dict[str, int]]


def controlled(folder: Path) -> tuple[dict[str, set[str]], Held, dict[str, int]]:
    """Whom each party controls by least votes, naively; voting holders and own shares of each."""
    held: Held = defaultdict(dict)
    for holder, entity, low, _ in votes(folder / "owners"):
        if holder != entity:
            held[entity][holder] = low
    own = {entity: low for holder, entity, low, _ in stakes(folder / "owners") if holder == entity}
    rights = defaultdict(set)
    for holder, entity in decisive(folder / "owners"):
        rights[holder].add(entity)
    below: dict[str, set[str]] = defaultdict(set)
    for entity, holders in held.items():
        for holder in holders:
            below[holder].add(entity)
    found: dict[str, set[str]] = {}
    for start in {*below, *rights}:
        has, grown = {start}, True
        while grown:
            near = {e for x in has for e in below[x]} | {e for x in has for e in rights[x]}
            new = {
                e
                for e in near - has
                if any(e in rights[x] for x in has)
                or 2 * sum(held[e].get(x, 0) for x in has) > WHOLE - own.get(e, 0)
            }
            has, grown = has | new, bool(new)
        found[start] = has - {start}
    return found, held, own


def test_one_company_in_a_hundred_is_controlled_jointly(made: tuple[Path, World]) -> None:
    # Jointly: somebody controls it, and no single holder passes by itself.
    folder, _ = made
    reach, held, own = controlled(folder)
    by_votes = {e for has in reach.values() for e in has if held[e]}
    joint = {e for e in by_votes if 2 * max(held[e].values()) <= WHOLE - own.get(e, 0)}
    companies = sum(row["kind"] == "company" for row in rows(folder, "party"))
    assert companies == 880  # 44 % of 2,000
    assert len(joint) >= companies * 0.01
    # All of them through several holdings of one family, none of which is a majority.
    assert all(
        any(len(held[e].keys() & {x, *has}) > 1 for x, has in reach.items() if e in has)
        for e in joint
    )


def components(folder: Path) -> list[set[str]]:
    import networkx as nx

    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_edges_from((h, e) for h, e, *_ in stakes(folder / "owners") if h != e)
    return [c for c in nx.strongly_connected_components(graph) if len(c) > 1]


def test_one_component_of_cross_held_companies_and_one_pair(made: tuple[Path, World]) -> None:
    # 0.1 % of 880 companies, and at least 5; one pair of which each holds more than half of the
    # other.
    folder, _ = made
    assert sorted(len(c) for c in components(folder)) == [2, 5]
    (pair,) = (c for c in components(folder) if len(c) == 2)
    lows = {(h, e): low for h, e, low, _ in stakes(folder / "owners")}
    a, b = sorted(pair)
    assert lows[a, b] * 2 > WHOLE
    assert lows[b, a] * 2 > WHOLE


def test_each_feature_of_registers_is_there(made: tuple[Path, World]) -> None:
    folder, _ = made
    stated = rows(folder, "stake")
    assert sum(row["holder_id"] == row["entity_id"] for row in stated) >= 5  # own shares
    assert sum(bool(row["percent_max"]) for row in stated) >= 50  # bands
    unknown = [r for r in stated if not (r["percent"] or r["percent_min"] or r["percent_max"])]
    assert len(unknown) >= 5
    least: Counter[str] = Counter()
    most: Counter[str] = Counter()
    for _, entity, low, high in stakes(folder / "owners"):
        least[entity] += low
        most[entity] += high
    assert sum(total > WHOLE for total in least.values()) >= 1  # over-full
    assert sum(total < WHOLE for total in most.values()) >= 100  # incomplete
    complete = [row["entity_id"] for row in rows(folder, "register") if row["complete"] == "yes"]
    assert len(complete) >= 300
    assert all(least[entity] == most[entity] == WHOLE for entity in complete)
    kinds = Counter(row["kind"] for row in rows(folder, "control_right"))
    assert kinds["general_partner"] == 30  # 1.5 % of 2,000: one a partnership
    assert kinds["manager"] == 20  # 1 %: one a fund
    pseudo = Counter(row["pseudo"] for row in rows(folder, "party") if row["pseudo"])
    assert pseudo == {"nominee": 1, "free_float": 6}  # one line a listed company


def test_a_chain_of_twelve_majorities(made: tuple[Path, World]) -> None:
    folder, _ = made
    above = {e: h for h, e, low, _ in stakes(folder / "owners") if low * 2 > WHOLE}

    def depth(entity: str) -> int:
        seen = [entity]
        while (holder := above.get(seen[-1])) is not None and holder not in seen:
            seen.append(holder)
        return len(seen) - 1

    assert max(depth(entity) for entity in above) == 12


def test_it_loads_without_a_quarantined_row(made: tuple[Path, World]) -> None:
    folder, _ = made
    for part in ("owners", "credit"):
        known = datetime(2026, 11, 20, 20, tzinfo=UTC)
        batch = ingest.read("canonical", [folder / part], known_at=known)
        assert not batch.faults, batch.faults[:3]


def test_shares_are_split_exactly() -> None:
    # 10 in three parts, one each at least: 1 + 1 + 1, and 7 more by weight 0.5, 0.25, 0.25 rounded
    # down 3, 1, 1; what rounding left over, 2, goes to the first.
    assert shares.parts([2.0, 1.0, 1.0], 10) == [6, 2, 2]
    # An excluded end moves inward by one unit of 0.0001 %.
    assert [units("50.0000"), units(">25"), units("<50")] == [500_000, 250_001, 499_999]


def test_every_benchmark_is_one_of_the_names_of_the_readme() -> None:
    assert list(CASES) == ["startup", "load", "owners", "interest", "control", "nightly"]
