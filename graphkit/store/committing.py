"""Committing the tables of a load: what is new, what stood already, what is closed.

Per table, a row whose fact id is already believed adds nothing; the others are inserted. Closed
are believed facts of the same source that the load replaces: the same key with other content, and,
where the feed supersedes more than single keys, what it left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from graphkit.model.batch import Batch
from graphkit.model.tables import Table, tables
from graphkit.store.belief import Belief, integers
from graphkit.store.layout import (
    fact_id_sql,
    key_column,
    key_sql,
    keyed,
    lead,
    literal,
    own_columns,
    placeholder,
    quoted,
    same_key,
    turned,
    turned_name,
)
from graphkit.store.records import TableEffect

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa


def commit_tables(
    con: duckdb.DuckDBPyConnection, batch: Batch, belief: Belief, sequence: int
) -> list[TableEffect]:
    """What committing each table of the batch did; new rows stay in temp tables ``new_<table>``.

    Raises
    ------
    ValueError
        When a table is not as :class:`Batch` promises: a fault of the loader's program.
    """
    unknown = set(batch.tables) - set(tables())
    if unknown:
        raise ValueError(f"batch of {batch.source}: no canonical table is called {sorted(unknown)}")
    return [
        _commit_table(con, batch, table, belief, sequence)
        for name, table in tables().items()
        if name in batch.tables
    ]


def _commit_table(
    con: duckdb.DuckDBPyConnection,
    batch: Batch,
    table: Table,
    belief: Belief,
    sequence: int,
) -> TableEffect:
    stage(con, table, batch.tables[table.name], batch.source)
    stated = _count(con, "SELECT count(*) FROM incoming")
    whole = batch.supersedes == "feed"
    by_day = batch.supersedes == "day" and superseded_by_day(table)
    days: list[tuple[date, ...]] = []
    if by_day:
        days = con.execute("SELECT DISTINCT date FROM incoming ORDER BY date").fetchall()
    closed = unchanged = 0
    earlier = belief.stating(table.name, source=batch.source)
    new = f"new_{table.name}"
    if earlier:
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE standing AS SELECT t.* FROM {quoted(table.name)} AS t"
            f" WHERE t.load_seq IN {integers(earlier)} AND {belief.believed(table.name, 't')}"
        )
        scope = "whole" if whole else "day" if by_day else "key"
        closed = _close_replaced(con, table, scope, sequence)
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE {new} AS SELECT i.* FROM incoming AS i"
            " ANTI JOIN standing AS s ON s.fact_id = i.fact_id"
        )
        con.execute("DROP TABLE incoming; DROP TABLE standing")
    else:
        con.execute(f"DROP TABLE IF EXISTS {new}; ALTER TABLE incoming RENAME TO {new}")
    facts = _count(con, f"SELECT count(*) FROM {new}")
    unchanged = stated - facts
    insert(con, table, new, sequence)
    last_day, versions = _shape(con, table, new)
    return TableEffect(
        table.name,
        stated,
        facts,
        unchanged,
        closed,
        last_day,
        versions,
        whole,
        tuple(d[0] for d in days),
    )


def superseded_by_day(table: Table) -> bool:
    """Whether a day's feed replaces the table's rows of that day: it has a ``date`` of its own."""
    return table.time != "fact" and any(c.name == "date" for c in table.columns)


def stage(con: duckdb.DuckDBPyConnection, table: Table, rows: pa.Table, source: str) -> None:
    """Put the rows of a batch into the temp table ``incoming``, with their fact ids."""
    expected = [c.name for c in table.columns] + ["file", "line"]
    if list(rows.column_names) != expected:
        raise ValueError(f"{table.name}: columns {rows.column_names} instead of {expected}")
    con.register("incoming_rows", rows)
    types = {r[0]: r[1] for r in con.execute("DESCRIBE incoming_rows").fetchall()}
    wrong = {c.name: types[c.name] for c in table.columns if types[c.name] != c.sql_type}
    if wrong:
        raise ValueError(f"{table.name}: columns of another type than the model's: {wrong}")
    keys = ", ".join(f"{key_sql(quoted(c))} AS {key_column(c)}" for c in keyed(table))
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE incoming AS SELECT *, {fact_id_sql(table, literal(source))}"
        f" AS fact_id, {keys} FROM incoming_rows"
    )
    con.unregister("incoming_rows")
    key = ", ".join(quoted(k) for k in table.key)
    twice = con.execute(
        f"SELECT {key} FROM incoming GROUP BY ALL HAVING count(*) > 1 LIMIT 1"
    ).fetchone()
    if twice:
        raise ValueError(f"{table.name}: the key {twice} stands twice in one batch")


def insert(con: duckdb.DuckDBPyConnection, table: Table, new: str, sequence: int) -> None:
    """Insert the rows of the temp table `new` as facts of load `sequence`, sorted by lead key."""
    first = key_column(lead(table))
    columns = [quoted(c) for c in own_columns(table)]
    given = ", ".join(str(sequence) if c == '"load_seq"' else f"n.{c}" for c in columns)
    order = "n.date, " if table.time == "day" else ""
    con.execute(
        f"INSERT INTO {quoted(table.name)} ({', '.join(columns)}) SELECT {given}"
        f" FROM {new} AS n ORDER BY {order}n.{first}, n.fact_id"
    )
    for column in turned(table):
        con.execute(
            f"INSERT INTO {turned_name(table, column)} SELECT {key_column(column)}, {first}"
            f" FROM {new} WHERE {key_column(column)} IS NOT NULL ORDER BY ALL"
        )


def _close_replaced(con: duckdb.DuckDBPyConnection, table: Table, scope: str, sequence: int) -> int:
    by_key = f"EXISTS (SELECT 1 FROM incoming AS k WHERE {same_key(table, 'k', 's')})"
    replaced = {
        "key": by_key,
        "day": "s.date IN (SELECT date FROM incoming)",
        "whole": f"({by_key} OR NOT {placeholder('s')})" if table.name == "party" else "true",
    }[scope]
    con.execute(
        f"INSERT INTO closed SELECT '{table.name}', s.fact_id, s.load_seq, {sequence}, {sequence},"
        f" s.{key_column(lead(table))} AS lead FROM standing AS s"
        f" ANTI JOIN incoming AS i ON i.fact_id = s.fact_id WHERE {replaced}"
        " ORDER BY lead, s.fact_id"
    )
    return _count(
        con,
        f"SELECT count(*) FROM closed WHERE load_seq = {sequence} AND table_name = '{table.name}'",
    )


def _shape(con: duckdb.DuckDBPyConnection, table: Table, new: str) -> tuple[date | None, bool]:
    """The latest day among the rows of `new`, and whether any key has several ``valid_from``."""
    if table.time == "event":
        return None, False
    column = "valid_from" if table.time == "fact" else "date"
    day = con.execute(f"SELECT max({column}) FROM {new}").fetchone()
    if table.time == "day":
        return (day[0] if day else None), False
    key = ", ".join(quoted(k) for k in table.own_key)
    several = con.execute(
        f"SELECT 1 FROM {new} GROUP BY {key} HAVING count(*) > 1 LIMIT 1"
    ).fetchone()
    return (day[0] if day else None), several is not None


def _count(con: duckdb.DuckDBPyConnection, query: str, given: Sequence[object] = ()) -> int:
    row = con.execute(query, list(given)).fetchone()
    return int(row[0]) if row else 0
