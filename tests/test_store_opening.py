"""Whose file it is, who holds it, and what the store's file is made of."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest
from store_rows import at, batch, party, seen, stake

from graphkit.model.errors import StoreDamaged, StoreHeld, UsageError
from graphkit.store import open_store
from graphkit.store.layout import SYSTEM

TESTS = Path(__file__).parent


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A store with one load."""
    place = tmp_path / "graphkit.duckdb"
    store = open_store(str(place), create=True)
    store.commit(batch(at(5), party=[party("A"), party("P")], stake=[stake("P", "A", 60)]))
    return place


@contextmanager
def holding(
    place: Path, *, read_only: bool, seconds: float = 60
) -> Iterator[subprocess.Popen[str]]:
    """Another process that has the file open."""
    code = (
        f"import duckdb, time; con = duckdb.connect({str(place)!r}, read_only={read_only})\n"
        f"print('held', flush=True); time.sleep({seconds}); con.close()"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
    finally:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


# Whose file it is


def test_there_is_no_store_until_one_is_made(tmp_path: Path) -> None:
    place = tmp_path / "graphkit.duckdb"
    with pytest.raises(UsageError, match="there is no store; load something first"):
        open_store(str(place))
    assert list(tmp_path.iterdir()) == []
    open_store(str(place), create=True)
    assert list(tmp_path.iterdir()) == [place]
    open_store(str(place), create=True).commit(batch(at(5), party=[party("A")]))
    assert len(open_store(str(place), create=True).loads()) == 1


def test_no_store_is_made_where_none_can_be(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="a store can't be made here"):
        open_store(str(tmp_path / "nowhere" / "graphkit.duckdb"), create=True)
    (tmp_path / "left.duckdb.wal").write_bytes(b"x")
    with pytest.raises(UsageError, match="left over from a store that was removed"):
        open_store(str(tmp_path / "left.duckdb"), create=True)
    with pytest.raises(UsageError, match="no store of kind 'neo4j' yet"):
        open_store("neo4j://localhost")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "an empty file"),
        (b"holder_id,entity_id,percent\nP,A,60\n", "not a graphkit store but something else"),
        (b"SQLite format 3\0" + bytes(4096), "an SQLite database"),
    ],
)
def test_a_file_that_is_no_database_is_refused_and_left_alone(
    tmp_path: Path, content: bytes, said: str
) -> None:
    place = tmp_path / "file"
    place.write_bytes(content)
    for create in (False, True):
        with pytest.raises(UsageError, match=said):
            open_store(str(place), create=create).loads()
    assert place.read_bytes() == content
    with pytest.raises(UsageError, match="can't be read as a store"):
        open_store(str(tmp_path))


def test_a_real_sqlite_file_is_refused(tmp_path: Path) -> None:
    con = sqlite3.connect(tmp_path / "kek.db")
    con.execute("create table t (a)")
    con.close()
    with pytest.raises(UsageError, match="an SQLite database"):
        open_store(str(tmp_path / "kek.db"))


def test_a_database_of_something_else_is_refused(tmp_path: Path) -> None:
    place = tmp_path / "other.duckdb"
    with duckdb.connect(str(place)) as con:
        con.execute("create table meta (name varchar, value varchar)")
    for ask in (lambda s: s.loads(), lambda s: s.commit(batch(at(5), party=[party("A")]))):
        with pytest.raises(UsageError, match="a DuckDB database, but not a graphkit store"):
            ask(open_store(str(place)))


def test_a_store_of_another_format_is_refused(place: Path) -> None:
    with duckdb.connect(str(place)) as con:
        con.execute("update meta set value = '7' where name = 'format'")
    with pytest.raises(UsageError, match=r"a store of format 7 .* reads format 1"):
        open_store(str(place)).loads()


def test_a_file_of_duckdb_2_is_refused(place: Path) -> None:
    # bytes 12 to 19 are DuckDB's storage version (1.5 writes 68), from 52 on the library's version
    head = bytearray(place.read_bytes())
    head[12] = 99
    head[52:58] = b"v2.0.1"
    place.write_bytes(head)
    with pytest.raises(UsageError, match=r"written by DuckDB v2\.0\.1"):
        open_store(str(place))


def test_a_damaged_file_says_so(place: Path) -> None:
    whole = place.read_bytes()
    place.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(StoreDamaged, match="put a copy of the file back"):
        open_store(str(place)).loads()
    scratched = bytearray(whole)
    for i in range(4096 * 3, len(whole), 1000):
        scratched[i] ^= 0x55
    place.write_bytes(scratched)
    with pytest.raises(StoreDamaged, match="put a copy of the file back"):
        seen(open_store(str(place)))
    place.write_bytes(whole)
    assert seen(open_store(str(place))) == [("P", "A", 60)]


def test_a_store_made_before_a_column_was_added_is_brought_up(place: Path) -> None:
    with duckdb.connect(str(place)) as con:
        con.execute("alter table party drop column birth_date")
        con.execute("drop table derivative")
        con.execute("update meta set value = 'older' where name = 'model'")
    store = open_store(str(place))
    with store.snapshot() as snapshot:
        assert snapshot.rows("party", ["party_id", "birth_date"]) == [("A", None), ("P", None)]
        assert snapshot.rows("derivative", ["deal_id"]) == []
    # ids of facts did not change: restating them adds nothing
    again = store.commit(batch(at(6), party=[party("A"), party("P")])).record
    assert (again.facts, again.unchanged) == ({}, 2)
    assert store.verify() == []


def test_a_store_of_changed_columns_is_refused(place: Path) -> None:
    with duckdb.connect(str(place)) as con:
        con.execute("alter table party add column star_sign varchar")
        con.execute("update meta set value = 'other' where name = 'model'")
    with pytest.raises(UsageError, match="column star_sign of table party"):
        open_store(str(place)).loads()


# What it is made of


def test_no_amount_or_verdict_is_stored_as_a_float(place: Path) -> None:
    with duckdb.connect(str(place), read_only=True) as con:
        rows = con.execute(
            "select table_name, column_name, data_type from duckdb_columns() where not internal"
        ).fetchall()
        indexes = con.execute("select * from duckdb_indexes()").fetchall()
    assert len(rows) > 300
    assert [r for r in rows if "DOUBLE" in r[2] or "FLOAT" in r[2]] == []
    assert indexes == []
    assert "DOUBLE" not in SYSTEM.upper()


def test_info_tells_people_what_it_is(place: Path) -> None:
    info = open_store(str(place)).info()
    assert info["place"] == str(place)
    assert info["format"].startswith("1, made by graphkit ")
    assert info["DuckDB"].startswith("v1.5")
    assert (info["loads"], info["facts: party"], info["facts: stake"]) == ("1", "2", "1")
    assert info["latest known-at"] == "2026-01-05 00:00:00Z"
    assert info["latest day"] == "2026-01-05"


def test_verify_finds_what_was_tampered_with(place: Path) -> None:
    tampering = {
        "update stake set capital_min = capital_min + 1": "stake: ids and keys follow",
        "delete from stake": "stake: facts are as many",
        'delete from "stake.holder_id"': "stake: holder_id leads to every row",
        "insert into party from party limit 1": "party: believed keys of a source are unique",
        "insert into closed select 'stake', uuid(), 1, 2, 2, 0": "stake: a closing has its fact",
        "update load set sequence = 2": "sequences run from 1",
        "update load set accepted = 9": "rows in = accepted",
        "update load set quarantined = 1, rows_in = 4": "quarantined rows are as many",
        "update load set withdraws = 1": "a withdrawal names an earlier load",
    }
    for change, broken in tampering.items():
        copy = place.with_name("copy.duckdb")
        shutil.copy(place, copy)
        with duckdb.connect(str(copy)) as con:
            con.execute(change)
        found = open_store(str(copy)).verify()
        assert any(broken in f.message for f in found), (change, found)
        assert all(f.severity == "error" for f in found)


# Who holds it


@pytest.mark.parametrize("read_only", [False, True])
def test_a_held_store_names_its_holder(place: Path, read_only: bool) -> None:
    told: list[str] = []
    store = open_store(str(place), wait=1.6, on_wait=told.append)
    with holding(place, read_only=read_only) as process:
        start = time.monotonic()
        with pytest.raises(StoreHeld) as raised:
            store.commit(batch(at(6), party=[party("B")]))
        assert 1.6 <= time.monotonic() - start < 10
        for text in (str(raised.value), *told):
            assert f"process {process.pid} (" in text
            assert "import duckdb" in text  # its command line
            assert "running since " in text
        assert "waited 1.6 s; try again" in str(raised.value)
        assert len(told) == 1
        assert raised.value.exit_code == 75
        if read_only:  # many may read at once
            assert seen(store) == [("P", "A", 60)]
    assert len(store.loads()) == 1


def test_a_held_store_is_waited_for(place: Path) -> None:
    with holding(place, read_only=False, seconds=1.0):
        assert seen(open_store(str(place), wait=60)) == [("P", "A", 60)]


def test_two_writers_take_turns(place: Path) -> None:
    code = (
        f"import sys; sys.path.insert(0, {str(TESTS)!r})\n"
        "from store_rows import at, batch, party\n"
        "from graphkit.store import open_store\n"
        f"store = open_store({str(place)!r}, wait=60)\n"
        "for i in range(4):\n"
        "    store.commit(batch(at(6), source=sys.argv[1], party=[party(f'{sys.argv[1]}{i}')]))\n"
    )
    writers = [subprocess.Popen([sys.executable, "-c", code, name]) for name in ("x", "y")]
    assert [w.wait(timeout=120) for w in writers] == [0, 0]
    store = open_store(str(place))
    assert [r.sequence for r in store.loads()] == list(range(1, 10))
    with store.snapshot() as snapshot:
        names = [row[0] for row in snapshot.rows("party", ["party_id"])]
    assert names == ["A", "P", *(f"{w}{i}" for w in "xy" for i in range(4))]
    assert store.verify() == []


def test_one_process_reads_then_commits_but_not_inside_its_own_reading(place: Path) -> None:
    store = open_store(str(place), wait=30)
    with store.snapshot() as snapshot:
        with store.snapshot() as inner:  # readings may overlap
            assert inner.sequence == 1
        assert store.loads()[0].sequence == 1
        start = time.monotonic()
        with pytest.raises(UsageError, match="leave its with block before committing"):
            store.commit(batch(at(6), party=[party("B")]))
        assert time.monotonic() - start < 5  # waiting would not help
        # the refused commit dropped no lock: nobody else can write meanwhile
        code = f"import duckdb; duckdb.connect({str(place)!r})"
        other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        assert "Could not set lock" in other.stderr
        assert len(snapshot.rows("party", ["party_id"])) == 2
    store.commit(batch(at(6), party=[party("B")]))
    with store.snapshot() as snapshot:
        assert len(snapshot.rows("party", ["party_id"])) == 3


def test_a_thread_waits_for_another_threads_reading(place: Path) -> None:
    store = open_store(str(place), wait=30)
    entered, leave = threading.Event(), threading.Event()

    def read() -> None:
        with store.snapshot():
            entered.set()
            leave.wait(30)

    reader = threading.Thread(target=read)
    reader.start()
    assert entered.wait(30)
    with pytest.raises(StoreHeld, match=f"another thread of this process .{os.getpid()}"):
        open_store(str(place), wait=0.2).commit(batch(at(6), party=[party("B")]))
    timer = threading.Timer(0.3, leave.set)
    timer.start()
    assert store.commit(batch(at(6), party=[party("B")])).record.sequence == 2
    reader.join()
    timer.join()


def test_a_commit_that_fails_leaves_nothing(place: Path) -> None:
    store = open_store(str(place))
    before = place.read_bytes()
    with pytest.raises(ValueError, match="stands twice in one batch"):
        store.commit(
            batch(at(6), party=[party("B")], stake=[stake("P", "B", 1), stake("P", "B", 2)])
        )
    assert len(store.loads()) == 1
    with store.snapshot() as snapshot:
        assert snapshot.rows("party", ["party_id"]) == [("A",), ("P",)]
    assert store.verify() == []
    assert len(before) == place.stat().st_size
