"""The KEK media database: every holding arrives, each share exactly."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest

from graphkit import ingest
from graphkit.model.batch import Batch
from graphkit.model.shares import FULL, PERCENT


@pytest.fixture(scope="module")
def kek(shared_data: Path) -> Batch:
    place = shared_data / "kek_german_media.sqlite"
    return ingest.read("kek", [place], known_at=datetime(2026, 11, 20))


# 3,065 companies and persons, 2,857 holdings with a share and 47 without: 5,969 rows, none of them
# under a key that another has.
def test_every_row_is_accepted(kek: Batch) -> None:
    assert (kek.rows_in, kek.accepted, kek.quarantined) == (5969, 5969, 0)
    assert {name: table.num_rows for name, table in kek.tables.items()} == {
        "party": 3065,
        "stake": 2904,
    }
    assert kek.findings == ()
    assert set(kek.tables["stake"]["file"].to_pylist()) == {"kek_german_media.sqlite#shares"}


# kek_edges.csv gives hundredths of a percent: 3885 is 38.85 %, 3885 * 10**6 parts per 10**10.
def test_shares_equal_the_published_edges(kek: Batch, shared_data: Path) -> None:
    stake = kek.tables["stake"]
    columns = ("holder_id", "entity_id", "capital_min", "capital_max")
    got = sorted(zip(*(stake[c].to_pylist() for c in columns), strict=True))
    with (shared_data / "kek_edges.csv").open(encoding="utf-8") as file:
        edges = [
            (
                f"kek:{row['owner']}",
                f"kek:{row['owned']}",
                *[int(row["percent"]) * PERCENT // 100] * 2,
            )
            for row in csv.DictReader(file)
        ]
    with (shared_data / "kek_edges_share_unknown.csv").open(encoding="utf-8") as file:
        edges += [
            (f"kek:{row['owner']}", f"kek:{row['owned']}", 0, FULL) for row in csv.DictReader(file)
        ]
    assert len(edges) == 2857 + 47
    assert got == sorted(edges)


def test_names_are_kept_as_they_stand(kek: Batch, shared_data: Path) -> None:
    party = kek.tables["party"]
    got = dict(zip(party["party_id"].to_pylist(), party["name"].to_pylist(), strict=True))
    with (shared_data / "kek_names.csv").open(encoding="utf-8", newline="") as file:
        assert got == {f"kek:{row['id']}": row["name"] for row in csv.DictReader(file)}


# Whoever is held is a company (nobody holds shares in a person); "surname, given names" without a
# legal form is a person; the rest isn't told.
def test_kinds_as_far_as_the_data_tells(kek: Batch) -> None:
    party, stake = kek.tables["party"], kek.tables["stake"]
    kinds = dict(zip(party["party_id"].to_pylist(), party["kind"].to_pylist(), strict=True))
    names = dict(zip(party["name"].to_pylist(), party["kind"].to_pylist(), strict=True))
    assert {kinds[entity] for entity in stake["entity_id"].to_pylist()} == {"company"}
    assert names["Malone, Dr. John C."] == "person"
    assert names["Liberty Media Corporation"] == "company"
    assert names["Mohn, Familie"] == "unknown"
    assert names["Kreutzberger, Manfred/Kreutzberger, Doris"] == "unknown"
    assert names["Weitere Aktionäre"] == "unknown"
    assert set(Counter(kinds.values())) == {"company", "person", "unknown"}
