"""A snapshot of rows written by hand, for tests of stages that read one.

Rows are dicts in canonical columns; what is left out is None. Values of share columns are given as
percents in text ("30", ">25") under their input name, numbers as text: everything is cast to the
column's own type, as a store would hand it out. As-of rules are the real ones of
:class:`graphkit.store.base.Snapshot`, written a second time on purpose: tests of the store compare.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa

from graphkit.model.findings import Finding
from graphkit.model.shares import FULL, parse_percent
from graphkit.model.tables import Column, Table, tables
from graphkit.store.base import EVIDENCE, Snapshot

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


class MemorySnapshot(Snapshot):
    """A snapshot over rows given as dicts, `MemorySnapshot("2026-11-20", stake=[{...}], ...)`."""

    def __init__(self, as_of: str, **given: list[dict[str, Any]]) -> None:
        self.as_of = date.fromisoformat(as_of)
        self.known_at = datetime(2026, 11, 21, tzinfo=UTC)
        self.sequence = 1
        self._tables = {
            name: [_typed(tables()[name], row, i) for i, row in enumerate(rows, 1)]
            for name, rows in given.items()
        }

    def _in_force(self, name: str, since: date | None) -> list[dict[str, Any]]:
        table = tables()[name]
        rows = self._tables.get(name, [])
        if table.time == "event":
            return rows
        if table.time == "day":
            rows = [r for r in rows if r["date"] <= self.as_of]
            if since is not None:
                return [r for r in rows if r["date"] >= since]
            if table.in_force == "day":
                return [r for r in rows if r["date"] == self.as_of]
            return _last(rows, table, "date")
        rows = [r for r in rows if r["valid_from"] is None or r["valid_from"] <= self.as_of]
        rows = _last(rows, table, "valid_from")
        return [r for r in rows if r["valid_to"] is None or r["valid_to"] > self.as_of]

    def rows(
        self,
        table: str,
        columns: Sequence[str],
        where: str | None = None,
        among: Collection[str] | None = None,
    ) -> list[tuple[Any, ...]]:
        found = self._sorted(table, None)
        if where is not None:
            found = [r for r in found if r[where] in set(among or ())]
        return [tuple(r[c] for c in columns) for r in found]

    def arrow(
        self, table: str, columns: Sequence[str] | None = None, since: date | None = None
    ) -> pa.Table:
        own = tables()[table].columns
        chosen = list(columns) if columns else [c.name for c in own] + list(EVIDENCE)
        types = {c.name: _ARROW.get(c.type, pa.string()) for c in own}
        types |= {"line": pa.int64(), "known_from": pa.timestamp("us")}
        found = self._sorted(table, since)
        return pa.table(
            {c: pa.array([r[c] for r in found], types.get(c, pa.string())) for c in chosen}
        )

    def find(self, text: str, limit: int = 20) -> list[tuple[str, str, str]]:
        rows = self._sorted("party", None)
        return [
            (r["party_id"], r["kind"], r["name"] or "")
            for r in rows
            if text in (r["party_id"], r["name"])
        ][:limit]

    def findings(self) -> list[tuple[str, Finding]]:
        return []

    def _sorted(self, name: str, since: date | None) -> list[dict[str, Any]]:
        key = tables()[name].key
        return sorted(
            self._in_force(name, since), key=lambda r: [(r[k] is not None, r[k]) for k in key]
        )


def _last(rows: list[dict[str, Any]], table: Table, by: str) -> list[dict[str, Any]]:
    best: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in rows:
        key = tuple(row[k] for k in table.own_key)
        held = best.get(key)
        if held is None or (row[by] or date.min) >= (held[by] or date.min):
            best[key] = row
    return list(best.values())


def _typed(table: Table, given: dict[str, Any], line: int) -> dict[str, Any]:
    given = dict(given)
    for pair in table.percents:
        exact = given.pop(pair.input, None)
        low = given.pop(f"{pair.input}_min", exact)
        high = given.pop(f"{pair.input}_max", exact)
        if low is None and high is None and pair.blank == "null":
            ends: tuple[int | None, int | None] = (None, None)
        else:
            ends = (
                parse_percent(str(low)).low if low is not None else 0,
                parse_percent(str(high)).high if high is not None else FULL,
            )
        given.setdefault(f"{pair.name}_min", ends[0])
        given.setdefault(f"{pair.name}_max", ends[1])
    unknown = set(given) - {c.name for c in table.columns}
    assert not unknown, f"{table.name} has no column {unknown}"
    row = {c.name: _value(c, given.get(c.name)) for c in table.columns}
    return row | {
        "fact_id": f"{table.name}:{line}",
        "source": "test",
        "load_id": "L1",
        "file": f"{table.name}.csv",
        "line": line + 1,
        "known_from": datetime(2026, 11, 21),
    }


def _value(column: Column, value: Any) -> Any:
    if value is None:
        assert not column.required, f"{column.name} is required"
        return None
    if column.type == "date" and isinstance(value, str):
        return date.fromisoformat(value)
    if column.type == "timestamp" and isinstance(value, str):
        return datetime.fromisoformat(value)
    if column.type in ("money", "price", "quantity", "rate", "amount"):
        return Decimal(str(value))
    if column.type in ("integer", "share"):
        return int(value)
    if column.choices:
        assert value in column.choices, f"{column.name}: {value!r} not in {column.choices}"
    return value
