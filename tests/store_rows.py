"""Batches and rows for tests of stores, built with pyarrow from a few words."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa

from graphkit.model.batch import Batch, FileStamp, Supersedes
from graphkit.model.findings import Fault, Finding
from graphkit.model.shares import PERCENT
from graphkit.model.tables import Column, tables
from graphkit.store.base import GraphStore, Snapshot

_ARROW = {
    "bool": pa.bool_(),
    "integer": pa.int64(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
    "money": pa.decimal128(20, 2),
    "price": pa.decimal128(18, 4),
    "quantity": pa.decimal128(20, 2),
    "rate": pa.decimal128(12, 8),
    "amount": pa.decimal128(28, 8),
    "share": pa.int64(),
}

Row = dict[str, Any]


def at(day: int, hour: int = 0) -> datetime:
    """A known-at in January 2026."""
    return datetime(2026, 1, day, hour, tzinfo=UTC)


def party(party_id: str, kind: str = "company", **more: Any) -> Row:
    return {"party_id": party_id, "kind": kind, **more}


def stake(holder: str, entity: str, percent: int, **more: Any) -> Row:
    share = percent * PERCENT
    return {
        "holder_id": holder,
        "entity_id": entity,
        "capital_min": share,
        "capital_max": share,
        **more,
    }


def number(party_id: str, scheme: str, value: str) -> Row:
    return {"party_id": party_id, "scheme": scheme, "value": value}


def batch(
    known_at: datetime,
    *,
    source: str = "canonical",
    supersedes: Supersedes = "changes",
    faults: tuple[Fault, ...] = (),
    findings: tuple[Finding, ...] = (),
    files: tuple[FileStamp, ...] | None = None,
    **rows: list[Row],
) -> Batch:
    """A batch of the tables given as lists of dicts; files are stamped from their content."""
    text = repr(sorted(rows.items()))
    stamp = FileStamp("rows.csv", hashlib.sha256(text.encode()).hexdigest(), len(text))
    accepted = sum(len(r) for r in rows.values())
    return Batch(
        source=source,
        loader_version="1",
        supersedes=supersedes,
        files=(stamp,) if files is None else files,
        known_at=known_at,
        tables={name: arrow(name, given) for name, given in rows.items()},
        rows_in=accepted + len(faults),
        accepted=accepted,
        quarantined=len(faults),
        faults=faults,
        findings=findings,
    )


def arrow(name: str, rows: list[Row]) -> pa.Table:
    """Rows of a canonical table in its own types, with ``file`` and ``line`` (from 2)."""
    table = tables()[name]
    unknown = {c for row in rows for c in row} - {c.name for c in table.columns}
    assert not unknown, f"{name} has no column {unknown}"
    data = {
        c.name: pa.array(
            [_value(c, row.get(c.name)) for row in rows], _ARROW.get(c.type, pa.string())
        )
        for c in table.columns
    }
    data["file"] = pa.array([f"{name}.csv"] * len(rows), pa.string())
    data["line"] = pa.array([i + 2 for i in range(len(rows))], pa.int64())
    return pa.table(data)


def _value(column: Column, value: Any) -> Any:
    if column.type == "date" and isinstance(value, str):
        return date.fromisoformat(value)
    if column.type in ("money", "price", "quantity", "rate", "amount") and value is not None:
        digits = {"money": 2, "price": 4, "quantity": 2, "rate": 8, "amount": 8}[column.type]
        return Decimal(str(value)).quantize(Decimal(1).scaleb(-digits))
    return value


def stakes(snapshot: Snapshot) -> list[tuple[str, str, int]]:
    """Holder, entity and least capital in percent, in the snapshot's order."""
    rows = snapshot.rows("stake", ["holder_id", "entity_id", "capital_min"])
    return [(holder, entity, share // PERCENT) for holder, entity, share in rows]


def seen(
    store: GraphStore, known_at: datetime | None = None, as_of: date | None = None
) -> list[tuple[str, str, int]]:
    with store.snapshot(as_of, known_at) as snapshot:
        return stakes(snapshot)


def everything(snapshot: Snapshot) -> bytes:
    """Every table of the snapshot with its types and values, as text."""
    read = {name: snapshot.arrow(name) for name in tables()}
    return repr([(n, t.schema.types, t.to_pylist()) for n, t in read.items()]).encode()


def codes(findings: tuple[Finding, ...]) -> list[str]:
    return [f.code for f in findings]


def sound(self: object, store: GraphStore) -> Iterator[None]:
    """A fixture: whatever a test did, the store holds its invariants afterwards."""
    yield
    assert store.verify() == []
