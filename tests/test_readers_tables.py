"""The SQLite and Parquet readers: exact text, counted rows, bad rows named."""

from __future__ import annotations

import datetime as dt
import sqlite3
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from graphkit.ingest.faults import FileRefused
from graphkit.ingest.loader import FileSpec
from graphkit.ingest.readers import RawFile, read_file
from graphkit.ingest.readers.sqlite import plain_text


def database(path: Path, *statements: str) -> Path:
    with sqlite3.connect(path) as base:
        for statement in statements:
            base.execute(statement)
    base.close()
    return path


def read_sqlite(path: Path, *columns: str, table: str = "t") -> RawFile:
    spec = FileSpec("kind", "sqlite", ("*",), columns, table=table)
    return read_file(path, path.name, spec, None)


def read_parquet(path: Path, table: Any) -> RawFile:
    parquet.write_table(table, path)
    spec = FileSpec("kind", "parquet", ("*",), tuple(table.column_names))
    return read_file(path, path.name, spec, None)


def texts(raw: RawFile, column: str) -> list[Any]:
    return list(raw.table[column].to_pylist())


def test_sqlite_values_are_exact_text(tmp_path: Path) -> None:
    path = database(
        tmp_path / "a.sqlite",
        "CREATE TABLE t (v)",
        "INSERT INTO t VALUES (38.85), (1e-5), (1e22), (100.0), (0.1 + 0.2), (9007199254740993),"
        " (NULL), ('007'), ('')",
    )
    raw = read_sqlite(path, "v")
    assert texts(raw, "v") == [
        "38.85",
        "0.00001",
        "1" + "0" * 22,
        "100.0",
        "0.30000000000000004",  # what the file holds, not what somebody meant
        "9007199254740993",
        None,
        "007",
        "",
    ]
    assert texts(raw, "_line") == [*range(1, 10)]
    assert (raw.name, raw.records) == ("a.sqlite#t", 9)


def test_sqlite_rows_that_are_not_text(tmp_path: Path) -> None:
    path = database(
        tmp_path / "a.db",
        "CREATE TABLE t (id INTEGER, v)",
        "INSERT INTO t VALUES (1, 'ok'), (2, CAST(x'ff41' AS TEXT)), (3, x'410042'), (4, '张')",
    )
    raw = read_sqlite(path, "id", "v")
    assert texts(raw, "v") == ["ok", "张"]
    assert [(f.line, f.code, f.column) for f in raw.faults] == [
        (2, "undecodable", "v"),
        (3, "control_character", "v"),
    ]
    assert raw.faults[0].raw == '{"id": 2, "v": "\\\\xffA"}'
    assert (raw.records, raw.raw([4])[4]) == (4, '{"id": "4", "v": "张"}')


def test_sqlite_refusals(tmp_path: Path) -> None:
    path = database(tmp_path / "a.db", "CREATE TABLE t (id, v, extra)")
    for columns, table, says in [
        (("id", "v"), "t", "column extra"),
        (("id", "v", "extra", "w"), "t", "column w"),
        (("id",), "nothing", "a table 'nothing'"),
    ]:
        with pytest.raises(FileRefused, match=says):
            read_sqlite(path, *columns, table=table)
    (tmp_path / "b.db").write_bytes(b"no database at all" * 100)
    with pytest.raises(FileRefused, match="Is it a SQLite file") as refusal:
        read_sqlite(tmp_path / "b.db", "id")
    assert refusal.value.fault.code == "unreadable_file"


def test_sqlite_with_an_open_log_is_refused(tmp_path: Path) -> None:
    base = sqlite3.connect(tmp_path / "a.db")
    base.execute("PRAGMA journal_mode = WAL")
    base.execute("CREATE TABLE t (id)")
    base.commit()
    with pytest.raises(FileRefused, match="write-ahead log"):
        read_sqlite(tmp_path / "a.db", "id")
    base.close()


def test_sqlite_is_not_written(tmp_path: Path) -> None:
    path = database(tmp_path / "a.db", "CREATE TABLE t (id)")
    before = path.read_bytes()
    read_sqlite(path, "id")
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["a.db"]


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_float_s_text_gives_it_back(number: float) -> None:
    text = plain_text(repr(number))
    assert float(text) == number
    assert "e" not in text


def test_parquet_values_are_exact_text(tmp_path: Path) -> None:
    raw = read_parquet(
        tmp_path / "a.parquet",
        pa.table(
            {
                "text": pa.array(["a", "", None]),
                "category": pa.array(["x", "y", "x"]).dictionary_encode(),
                "whole": pa.array([9007199254740993, -1, None], pa.int64()),
                "decimal": pa.array(
                    [Decimal("12.3400"), Decimal("5.0000"), Decimal(-70)], pa.decimal128(20, 4)
                ),
                "tiny": pa.array(
                    [Decimal("0.000000010"), Decimal(0), Decimal("100")], pa.decimal128(20, 9)
                ),
                "double": pa.array([38.85, 1e-05, 1e22], pa.float64()),
                "single": pa.array([0.1, 16777216.0, 50.5], pa.float32()),
                "day": pa.array([dt.date(2024, 2, 29), None, dt.date(1970, 1, 1)]),
                "moment": pa.array(
                    [dt.datetime(2026, 11, 20, 9, 30), None, dt.datetime(2026, 11, 20, 9, 30, 0, 5)]
                ),
                "yes": pa.array([True, False, None]),
            }
        ),
    )
    assert texts(raw, "text") == ["a", "", None]
    assert texts(raw, "category") == ["x", "y", "x"]
    assert texts(raw, "whole") == ["9007199254740993", "-1", None]
    assert texts(raw, "decimal") == ["12.34", "5", "-70"]
    assert texts(raw, "tiny") == ["0.00000001", "0", "100"]
    assert texts(raw, "double") == ["38.85", "0.00001", "1" + "0" * 22]
    assert texts(raw, "single") == ["0.1", "16777216", "50.5"]
    assert texts(raw, "day") == ["2024-02-29", None, "1970-01-01"]
    assert texts(raw, "moment") == ["2026-11-20 09:30:00", None, "2026-11-20 09:30:00.000005"]
    assert texts(raw, "yes") == ["true", "false", None]


def test_parquet_rows_that_are_not_text(tmp_path: Path) -> None:
    values = pa.array([b"ok", b"\xff", None, b"a\0b"], pa.binary())
    raw = read_parquet(
        tmp_path / "a.parquet", pa.table({"id": pa.array([1, 2, 3, 4]), "v": values})
    )
    assert texts(raw, "v") == ["ok", None]
    assert texts(raw, "_line") == [1, 3]
    assert [(f.line, f.code, f.column) for f in raw.faults] == [
        (2, "undecodable", "v"),
        (4, "control_character", "v"),
    ]
    assert raw.records == 4


def test_parquet_refusals(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="column v: 'list"):
        read_parquet(tmp_path / "a.parquet", pa.table({"v": pa.array([[1]])}))
    path = tmp_path / "b.parquet"
    path.write_bytes(b"PAR1 but no more")
    with pytest.raises(FileRefused, match="Is it a Parquet file"):
        read_file(path, path.name, FileSpec("kind", "parquet", ("*",), ("v",)), None)
