"""The SQL that reads a table as of a day, out of the facts believed (Snapshot's docstring)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from graphkit.model.tables import Table
from graphkit.store.layout import literals, placeholder, quoted

ADDED_UP = frozenset({"stake", "holder_list"})
"""Tables whose rows of one holder add up: where one source lists two ids of one party, both of its
rows are given, under the one id; elsewhere one row a key is read."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What is asked of one table.

    `believed` and `prefilter` are SQL conditions on the stored row ``t``; `aliased` says that the
    temp table ``alias (id, one)`` must be applied, `several` that a key may have several rows;
    `only` limits the values of a column.
    """

    table: Table
    columns: tuple[str, ...]
    believed: str
    as_of: date
    since: date | None
    prefilter: str
    only: tuple[str, Collection[str]] | None
    aliased: bool
    several: bool
    ordered: bool


def select(wanted: Selection) -> str:
    """The SQL query that gives the columns wanted, rows in their fixed order."""
    table = wanted.table
    day = f"DATE '{wanted.as_of.isoformat()}'"
    conditions = [wanted.believed]
    if wanted.prefilter:
        conditions.insert(0, wanted.prefilter)
    if table.time == "fact":
        conditions.append(f"(t.valid_from IS NULL OR t.valid_from <= {day})")
    elif table.time == "day" and wanted.since is not None:
        conditions.append(f"t.date BETWEEN DATE '{wanted.since.isoformat()}' AND {day}")
    elif table.time == "day":
        conditions.append(f"t.date {'=' if table.in_force == 'day' else '<='} {day}")
    picked = _pick(wanted)
    valid = f"(valid_to IS NULL OR valid_to > {day})" if table.time == "fact" else ""
    only = ""
    if wanted.only:
        column, values = wanted.only
        only = f"{_one(wanted, column)} IN (SELECT unnest({literals(sorted(values))}))"
    outer = " AND ".join(c for c in (picked.condition, valid, only) if c)
    output = ", ".join(_output(wanted, c) for c in wanted.columns)
    order = [f"{_one(wanted, k)} NULLS FIRST" for k in table.key]
    order += ["l.source", "b.file", "b.line", *(f"b.{quoted(k)}" for k in table.own_key)]
    return (
        f"WITH believed AS (SELECT t.* FROM {quoted(table.name)} AS t"
        f" WHERE {' AND '.join(conditions)}){picked.steps}"
        f" SELECT {output} FROM {picked.last} AS b JOIN load AS l ON l.sequence = b.load_seq"
        + _alias_joins(wanted, "b")
        + (f" WHERE {outer}" if outer else "")
        + (f" ORDER BY {', '.join(order)}" if wanted.ordered else "")
    )


@dataclass(frozen=True, slots=True)
class _Picked:
    steps: str
    last: str
    condition: str


def _pick(wanted: Selection) -> _Picked:
    """Steps that leave one row a key: the latest, of several the one stated last."""
    table = wanted.table
    latest = table.in_force == "until_next" and wanted.since is None
    if not wanted.several and not latest:
        return _Picked("", "believed", "")
    key = list(table.own_key)
    order = ["b.load_seq DESC", *(f"b.{quoted(k)}" for k in table.own_key), "b.fact_id"]
    if table.name == "party":
        order.insert(0, placeholder("b"))
        order.insert(1, "b.valid_from DESC NULLS LAST")
    elif table.time == "fact":
        order.insert(0, "b.valid_from DESC NULLS LAST")
    elif latest:
        order.insert(0, "b.date DESC")
    elif table.time == "day":
        key.append("date")
    ones = ", ".join(_one(wanted, k) for k in key)
    ranking = f"PARTITION BY {ones} ORDER BY {', '.join(order)}"
    if not (wanted.aliased and table.name in ADDED_UP):
        return _Picked(
            f", ranked AS (SELECT b.*, row_number() OVER ({ranking}) AS place FROM believed AS b"
            f"{_alias_joins(wanted, 'b')})",
            "ranked",
            "b.place = 1",
        )
    own = ", ".join(f"b.{quoted(k)}" for k in key)
    return _Picked(
        f", ranked AS (SELECT b.*, l.source, first_value(l.source) OVER ({ranking}) AS spoken,"
        f" row_number() OVER (PARTITION BY {own}, l.source ORDER BY {', '.join(order)}) AS place"
        " FROM believed AS b JOIN load AS l ON l.sequence = b.load_seq"
        f"{_alias_joins(wanted, 'b')})",
        "ranked",
        "b.place = 1 AND b.source = b.spoken",
    )


def _alias_joins(wanted: Selection, row: str) -> str:
    if not wanted.aliased:
        return ""
    return "".join(
        f" LEFT JOIN alias AS a{i} ON a{i}.id = {row}.{quoted(column)}"
        for i, column in enumerate(wanted.table.parties)
    )


def _one(wanted: Selection, column: str) -> str:
    """SQL of a column of row ``b``, a party shown under its one id."""
    own = f"b.{quoted(column)}"
    if not wanted.aliased or column not in wanted.table.parties:
        return own
    return f"coalesce(a{wanted.table.parties.index(column)}.one, {own})"


def _output(wanted: Selection, column: str) -> str:
    name = quoted(column)
    # Own columns come first: fair_value has a column called source, decision one called until.
    if any(c.name == column for c in wanted.table.columns):
        return f"{_one(wanted, column)} AS {name}"
    return {
        "fact_id": "replace(CAST(b.fact_id AS VARCHAR), '-', '')",
        "source": "l.source",
        "load_id": "l.load_id",
        "file": "b.file",
        "line": "b.line",
        "known_from": "l.known_at",
    }[column] + f" AS {name}"
