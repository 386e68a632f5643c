"""A load as a whole: what is chosen, run, validated and handed on."""

from __future__ import annotations

import random
import tempfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ingest_files import KNOWN_AT, load, rows, write
from pyarrow import parquet

from graphkit import ingest
from graphkit.model.errors import InputRefused, UsageError
from graphkit.model.tables import tables

# ---- canonical ---------------------------------------------------------------------------------


def test_three_columns_are_enough(tmp_path: Path) -> None:
    write(tmp_path, "stake.csv", "holder_id,entity_id,percent\n王,甲公司,50.01\n王,乙公司,\n")
    batch = load(tmp_path, "stake.csv")
    assert (batch.rows_in, batch.accepted, batch.quarantined) == (2, 2, 0)
    assert rows(batch, "stake", "holder_id", "entity_id", "capital_min", "capital_max") == [
        ("王", "甲公司", 5_001_000_000, 5_001_000_000, "stake.csv", 2),
        ("王", "乙公司", 0, 10_000_000_000, "stake.csv", 3),
    ]
    assert batch.supersedes == "changes"
    assert batch.known_at == KNOWN_AT


def test_a_table_has_exactly_the_model_s_columns_and_types(tmp_path: Path) -> None:
    """Header only of every table but one row of the key: names and types are the model's."""
    kinds = {
        "BOOLEAN": pa.bool_(),
        "BIGINT": pa.int64(),
        "DATE": pa.date32(),
        "TIMESTAMP": pa.timestamp("us"),
        "VARCHAR": pa.string(),
        "DECIMAL(20,2)": pa.decimal128(20, 2),
        "DECIMAL(18,4)": pa.decimal128(18, 4),
        "DECIMAL(12,8)": pa.decimal128(12, 8),
        "DECIMAL(28,8)": pa.decimal128(28, 8),
    }
    values = {
        "code": "600000.SH",
        "bool": "yes",
        "date": "2026-11-20",
        "timestamp": "2026-11-20 09:30:00",
        "rate": "1",
    }
    for table in tables().values():
        cells = {
            c.name: c.choices[0] if c.choices else values.get(c.type, "1")
            for c in table.columns
            if c.required and c.type != "share"
        }
        if table.name == "identifier":
            cells["scheme"] = "other"
        write(tmp_path, f"{table.name}.csv", f"{','.join(cells)}\n{','.join(cells.values())}\n")
    batch = load(tmp_path)
    assert [str(f) for f in batch.faults] == []
    assert set(batch.tables) == set(tables())
    for name, got in batch.tables.items():
        expected = [(c.name, kinds[c.sql_type]) for c in tables()[name].columns]
        expected += [("file", pa.string()), ("line", pa.int64())]
        assert [(f.name, f.type) for f in got.schema] == expected
        assert got.num_rows == 1


def test_csv_and_parquet_of_one_table_are_one(tmp_path: Path) -> None:
    write(tmp_path, "price.csv", "code,date,close\n600000.SH,2026-11-20,10.5\n")
    data = {
        "code": ["600001.SH", "600002.SH"],
        "date": [date(2026, 11, 20), date(2026, 11, 19)],
        "close": pa.array([Decimal("7.2500"), None], pa.decimal128(18, 4)),
        "volume": pa.array([100, 200]),
    }
    parquet.write_table(pa.table(data), tmp_path / "price.parquet")
    batch = load(tmp_path)
    assert rows(batch, "price", "code", "date", "close", "volume") == [
        ("600000.SH", date(2026, 11, 20), Decimal("10.5000"), None, "price.csv", 2),
        ("600001.SH", date(2026, 11, 20), Decimal("7.2500"), Decimal(100), "price.parquet", 1),
        ("600002.SH", date(2026, 11, 19), None, Decimal(200), "price.parquet", 2),
    ]
    assert [f.name for f in batch.files] == ["price.csv", "price.parquet"]


def test_a_key_with_other_content_in_another_file(tmp_path: Path) -> None:
    head = "holder_id,entity_id,percent,valid_from\n"
    write(tmp_path, "one/stake.csv", head + "a,b,50,\na,c,50,2024-01-01\na,d,1,\n")
    write(tmp_path, "two/stake.csv", head + "a,b,51,\na,c,50.0,2024-01-01\na,c,50,2025-01-01\n")
    batch = load(tmp_path, "one", "two")
    assert [(f.file, f.line, f.code) for f in batch.faults] == [
        ("one/stake.csv", 2, "conflicting_key"),
        ("two/stake.csv", 2, "conflicting_key"),
    ]
    assert "two/stake.csv:2 says otherwise" in str(batch.faults[0])
    assert rows(batch, "stake", "entity_id") == [
        ("c", "one/stake.csv", 3),
        ("d", "one/stake.csv", 4),
        ("c", "two/stake.csv", 4),
    ]
    assert (batch.rows_in, batch.accepted, batch.quarantined) == (6, 4, 2)
    assert [f.details["count"] for f in batch.findings] == ["1"]


def test_a_row_that_fails_by_itself_conflicts_with_nobody(tmp_path: Path) -> None:
    write(tmp_path, "stake.csv", "holder_id,entity_id,percent\na,b,50\na,b,150\n")
    batch = load(tmp_path)
    assert [(f.line, f.code) for f in batch.faults] == [(3, "share_over_100")]
    assert batch.tables["stake"].num_rows == 1


def test_blank_and_missing_valid_from_are_one_key(tmp_path: Path) -> None:
    write(tmp_path, "one/party.csv", "party_id,kind\nx,person\n")
    write(tmp_path, "two/party.csv", "party_id,kind,name,valid_from\nx,company,,\n")
    batch = load(tmp_path, "one", "two")
    assert [f.code for f in batch.faults] == ["conflicting_key", "conflicting_key"]
    assert batch.tables == {}


@pytest.mark.parametrize(
    ("table", "text", "says"),
    [
        # a fact that is over on the day it begins is never in force
        ("party", "party_id,kind,valid_from,valid_to\nx,person,2024-01-01,2024-01-01\n", "after"),
        (
            "derivative",
            "deal_id,underlying,quantity,open_date,close_date\nd,600000.SH,1,2024-01-02,2024-01-01\n",
            "not before open_date",
        ),
    ],
)
def test_an_end_before_its_start(tmp_path: Path, table: str, text: str, says: str) -> None:
    write(tmp_path, f"{table}.csv", text)
    (fault,) = load(tmp_path).faults
    assert fault.code == "end_before_start"
    assert says in fault.expected


def test_open_spans_are_fine(tmp_path: Path) -> None:
    head = "party_id,kind,valid_from,valid_to\n"
    write(tmp_path, "party.csv", head + "x,person,,2024-01-01\ny,person,2024-01-01,\n")
    assert load(tmp_path).faults == ()


# Which rows stand, and what is said of the others, does not depend on their order.
def test_order_does_not_matter(tmp_path: Path) -> None:
    lines = [f"h{i % 7},e{i % 5},{i % 3 * 25}" for i in range(60)] + ["h,e,x", "h,e,5", ",e,5"]
    seen = set()
    for seed in range(4):
        random.Random(seed).shuffle(lines)
        write(tmp_path, "stake.csv", "holder_id,entity_id,percent\n" + "\n".join(lines))
        batch = load(tmp_path)
        kept = rows(batch, "stake", "holder_id", "entity_id", "capital_min")
        raws = sorted((f.raw, f.code) for f in batch.faults)
        seen.add((str(sorted(row[:3] for row in kept)), str(raws)))
    assert len(seen) == 1


# ---- files -------------------------------------------------------------------------------------


def test_files_in_a_folder_that_fit_nothing_are_said(tmp_path: Path) -> None:
    write(tmp_path, "party.csv", "party_id,kind\nx,person\n")
    write(tmp_path, "notes.txt", "hello")
    (finding,) = load(tmp_path).findings
    assert finding.code == "file_ignored"
    assert "notes.txt" in finding.message
    with pytest.raises(UsageError, match=r"notes\.txt: loader 'canonical' reads no file of this"):
        load(tmp_path, "notes.txt")
    with pytest.raises(UsageError, match=r"absent\.csv: no such file"):
        load(tmp_path, "absent.csv")
    (tmp_path / "party.csv").unlink()
    with pytest.raises(UsageError, match="no file for loader"):
        load(tmp_path)


def test_a_file_given_twice_is_read_once(tmp_path: Path) -> None:
    write(tmp_path, "party.csv", "party_id,kind\nx,person\n")
    batch = ingest.read(
        "canonical", [tmp_path / "party.csv", tmp_path, tmp_path / "party.csv"], known_at=KNOWN_AT
    )
    assert (batch.rows_in, len(batch.files)) == (1, 1)


def test_no_path_of_the_machine_is_in_a_batch(tmp_path: Path) -> None:
    write(tmp_path, "party.csv", "party_id,kind\nx,person\ny,nobody\n")
    batch = load(tmp_path)
    assert {f.file for f in batch.faults} | set(batch.tables["party"]["file"].to_pylist()) == {
        "party.csv"
    }
    assert batch.files[0].name == "party.csv"


def test_unknown_source_names_the_nearest() -> None:
    with pytest.raises(UsageError, match="did you mean 'canonical'"):
        ingest.read("canonnical", [], known_at=KNOWN_AT)


def test_progress_is_told(tmp_path: Path) -> None:
    write(tmp_path, "party.csv", "party_id,kind\nx,person\n")
    seen: list[str] = []
    load(tmp_path, progress=lambda stage, done, total: seen.append(stage))
    assert seen == ["read party.csv", "check party", "cast party"]


# ---- properties --------------------------------------------------------------------------------

CELL = st.sampled_from(
    ["a", "b", "", "50", "51.0", "51", ">25", "1e3", '"', '"x"', "é", " ", "%", "2024-01-01"]
)


@settings(max_examples=60, deadline=None)
@given(
    table=st.lists(st.lists(CELL, min_size=3, max_size=5), max_size=25),
    garbage=st.binary(max_size=40),
)
def test_every_row_is_accepted_or_quarantined(table: list[list[str]], garbage: bytes) -> None:
    text = "holder_id,entity_id,percent,valid_from\n"
    text += "".join(",".join(row) + "\n" for row in table)
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "stake.csv"
        path.write_bytes(text.encode() + garbage)
        try:
            batch = load(path)
        except InputRefused:
            return
    assert batch.rows_in == batch.accepted + batch.quarantined
    assert batch.quarantined == len(batch.faults) == len({(f.file, f.line) for f in batch.faults})
    kept = batch.tables["stake"].num_rows if batch.tables else 0
    assert kept + sum(int(f.details["count"]) for f in batch.findings) == batch.accepted
