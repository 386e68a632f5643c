"""What a store remembers about its loads: records, files, effects, quarantine and findings."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from graphkit.model.batch import FileStamp, LoadRecord
from graphkit.model.findings import Fault, Finding
from graphkit.store.belief import integers
from graphkit.store.layout import literal

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True, slots=True)
class TableEffect:
    """What committing one table of a load did; the columns of ``load_table``."""

    table: str
    stated: int = 0
    facts: int = 0
    unchanged: int = 0
    closed: int = 0
    last_day: date | None = None
    versions: bool = False
    whole: bool = False
    days: tuple[date, ...] = ()


def utc(moment: datetime) -> datetime:
    """The moment in UTC; one without a zone is taken to be in UTC already.

    Examples
    --------
    >>> from datetime import timedelta, timezone
    >>> utc(datetime(2026, 1, 5, 8, tzinfo=timezone(timedelta(hours=8)))).isoformat()
    '2026-01-05T00:00:00+00:00'
    """
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def plain(moment: datetime) -> datetime:
    """The moment as a TIMESTAMP column holds it: in UTC, without a zone."""
    return utc(moment).replace(tzinfo=None)


def load_id_of(
    con: duckdb.DuckDBPyConnection, source: str, files: Sequence[FileStamp], known_at: datetime
) -> str:
    """The id of a load: 12 hex characters of a hash of source, file hashes and known-at.

    The same files at the same known-at a second time get an id of their own.
    """
    words = [source, *sorted(f.sha256 for f in files), plain(known_at).isoformat()]
    for repeat in range(1_000_000):
        text = json.dumps([*words, repeat] if repeat else words)
        load_id = hashlib.sha256(text.encode()).hexdigest()[:12]
        if con.execute(f"SELECT 1 FROM load WHERE load_id = '{load_id}'").fetchone() is None:
            return load_id
    raise AssertionError("a million loads with one id")


def write_record(con: duckdb.DuckDBPyConnection, record: LoadRecord, supersedes: str) -> None:
    """Store a load's head and its files, once its findings are written (they are counted)."""
    sequence = record.sequence
    values = (
        sequence,
        record.load_id,
        record.source,
        record.loader_version,
        supersedes,
        plain(record.known_at),
        record.rows_in,
        record.accepted,
        record.quarantined,
    )
    con.execute(
        f"INSERT INTO load SELECT {', '.join(literal(v) for v in values)},"
        f" (SELECT count(*) FROM finding WHERE load_seq = {sequence}),"
        f" (SELECT sequence FROM load WHERE load_id = {literal(record.withdraws)})"
    )
    for i, file in enumerate(record.files):
        given = ", ".join(literal(v) for v in (sequence, i, file.name, file.sha256, file.bytes))
        con.execute(f"INSERT INTO load_file VALUES ({given})")


def write_effect(con: duckdb.DuckDBPyConnection, sequence: int, effect: TableEffect) -> None:
    """Store what a load did to one table."""
    counts = ", ".join(map(str, (effect.stated, effect.facts, effect.unchanged, effect.closed)))
    days = ", ".join(map(literal, effect.days))
    con.execute(
        f"INSERT INTO load_table VALUES ({sequence}, '{effect.table}', {counts},"
        f" {literal(effect.last_day)}, {effect.versions}, {effect.whole}, [{days}])"
    )


def write_faults(con: duckdb.DuckDBPyConnection, sequence: int, faults: Sequence[Fault]) -> None:
    """Store the quarantined rows of a load."""
    names = ("table", "code", "file", "line", "column", "value", "expected", "raw")
    _insert(
        con,
        "quarantine",
        sequence,
        {n: [getattr(f, n) for f in faults] for n in names},
        len(faults),
    )


def write_findings(
    con: duckdb.DuckDBPyConnection, sequence: int, findings: Sequence[Finding]
) -> None:
    """Store the findings of a load."""
    columns: dict[str, list[Any]] = {
        n: [getattr(f, n) for f in findings] for n in ("code", "severity", "subject", "message")
    }
    columns["facts"] = [list(f.facts) for f in findings]
    columns["effect"] = [f.effect for f in findings]
    columns["details"] = [json.dumps(f.details, ensure_ascii=False) for f in findings]
    _insert(con, "finding", sequence, columns, len(findings))


def _insert(
    con: duckdb.DuckDBPyConnection,
    table: str,
    sequence: int,
    columns: Mapping[str, list[Any]],
    rows: int,
) -> None:
    if not rows:
        return
    import pyarrow as pa

    types = {"facts": pa.list_(pa.string()), "line": pa.int64()}
    data = {n: pa.array(v, types.get(n, pa.string())) for n, v in columns.items()}
    first = {
        "load_seq": pa.array([sequence] * rows, pa.int32()),
        "position": pa.array(range(rows), pa.int32()),
    }
    con.register("incoming_rows", pa.table(first | data))
    con.execute(f"INSERT INTO {table} SELECT * FROM incoming_rows")
    con.unregister("incoming_rows")


def read_records(con: duckdb.DuckDBPyConnection) -> list[LoadRecord]:
    """Every load in order of its sequence."""
    files: dict[int, list[FileStamp]] = {}
    for seq, name, sha256, size in con.execute(
        "SELECT load_seq, name, sha256, bytes FROM load_file ORDER BY load_seq, position"
    ).fetchall():
        files.setdefault(seq, []).append(FileStamp(name, sha256, size))
    effects: dict[int, list[tuple[str, int, int, int]]] = {}
    for seq, *effect in con.execute(
        "SELECT load_seq, table_name, facts, unchanged, closed FROM load_table"
        " ORDER BY load_seq, table_name"
    ).fetchall():
        effects.setdefault(seq, []).append((effect[0], effect[1], effect[2], effect[3]))
    rows = con.execute(
        "SELECT sequence, load_id, source, loader_version, known_at, rows_in, accepted,"
        " quarantined, withdraws FROM load ORDER BY sequence"
    ).fetchall()
    ids = {row[0]: row[1] for row in rows}
    withdrawn_by = {row[8]: row[1] for row in rows if row[8] is not None}
    return [
        LoadRecord(
            load_id=load_id,
            sequence=seq,
            source=source,
            loader_version=version,
            files=tuple(files.get(seq, ())),
            known_at=known_at.replace(tzinfo=UTC),
            rows_in=rows_in,
            accepted=accepted,
            quarantined=quarantined,
            facts={t: n for t, n, _, _ in effects.get(seq, ()) if n},
            unchanged=sum(e[2] for e in effects.get(seq, ())),
            closed=sum(e[3] for e in effects.get(seq, ())),
            withdraws=ids.get(withdraws),
            withdrawn_by=withdrawn_by.get(seq),
        )
        for (
            seq,
            load_id,
            source,
            version,
            known_at,
            rows_in,
            accepted,
            quarantined,
            withdraws,
        ) in rows
    ]


def read_faults(con: duckdb.DuckDBPyConnection, sequence: int) -> list[Fault]:
    """The quarantined rows of a load, in order of file and line."""
    rows = con.execute(
        "SELECT code, file, line, column_name, value, expected, raw, table_name FROM quarantine"
        f" WHERE load_seq = {sequence} ORDER BY file, line, position"
    ).fetchall()
    return [Fault(*row) for row in rows]


def read_findings(
    con: duckdb.DuckDBPyConnection, sequences: Sequence[int]
) -> list[tuple[str, Finding]]:
    """Findings of the loads, as (load_id, finding), in the order they were raised."""
    rows = con.execute(
        "SELECT l.load_id, f.code, f.severity, f.subject, f.message, f.facts, f.effect, f.details"
        " FROM finding AS f JOIN load AS l ON l.sequence = f.load_seq"
        f" WHERE f.load_seq IN {integers(sequences)} ORDER BY f.load_seq, f.position"
    ).fetchall()
    return [
        (row[0], Finding(row[1], row[2], row[3], row[4], tuple(row[5]), row[6], json.loads(row[7])))
        for row in rows
    ]
