"""Making a store, telling whether a file is one, bringing it up to the model, describing it."""

from __future__ import annotations

import contextlib
import os
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from graphkit.model.errors import UsageError
from graphkit.model.tables import tables
from graphkit.store import layout
from graphkit.store.belief import Belief, belief_at, read_loads
from graphkit.store.records import plain

if TYPE_CHECKING:
    import duckdb


def make(place: Path) -> None:
    """Make an empty store at `place` unless there is a file; it appears there whole or not at all.

    Raises
    ------
    UsageError
        When the folder can't be written to, or what a removed store has left lies there.
    """
    import duckdb

    from graphkit.store.opening import SETTINGS

    if place.exists():
        return
    left = place.with_name(place.name + ".wal")
    if left.exists():
        raise UsageError(
            f"{left}: left over from a store that was removed; move it away or put {place} back"
        )
    draft = place.with_name(f".{place.name}.{os.getpid()}.new")
    try:
        draft.unlink(missing_ok=True)
        with duckdb.connect(config=SETTINGS) as con:
            name = str(draft).replace("'", "''")
            con.execute(f"ATTACH '{name}' AS store (STORAGE_VERSION 'v1.5.0')")
            con.execute("USE store")
            con.execute("BEGIN")
            layout.create(con)
            con.execute("COMMIT")
            con.execute("CHECKPOINT")
        with contextlib.suppress(FileExistsError):  # another process made it first: it is used
            os.link(draft, place)
    except (OSError, duckdb.IOException) as error:
        raise UsageError(f"{place}: a store can't be made here: {error}") from error
    finally:
        draft.unlink(missing_ok=True)


def check_ours(con: duckdb.DuckDBPyConnection, place: Path) -> bool:
    """Whether the store is of this model; refuses a database that is no store, or of other layout.

    Raises
    ------
    UsageError
        With what it is and what to do.
    """
    import duckdb

    try:
        meta = dict(con.execute("SELECT name, value FROM meta").fetchall())
    except duckdb.CatalogException:
        meta = {}
    if meta.get("product") != "graphkit":
        raise UsageError(
            f"{place}: a DuckDB database, but not a graphkit store; name another file (--store)"
        )
    if meta.get("format") != layout.FORMAT:
        raise UsageError(
            f"{place}: a store of format {meta.get('format')} (graphkit {meta.get('made')}), but "
            f"this graphkit reads format {layout.FORMAT}; use the graphkit that wrote it, or load "
            "the source files into a new store"
        )
    return meta.get("model") == layout.model_hash()


def bring_up(con: duckdb.DuckDBPyConnection, place: Path) -> None:
    """Add the tables and columns that the model has gained since the store was made.

    Nothing else may differ; facts keep their ids, since a blank column adds nothing to them.

    Raises
    ------
    UsageError
        When a column that the store has is gone from the model, or is of another type.
    """
    rows = con.execute(
        "SELECT table_name, column_name, data_type FROM duckdb_columns()"
        " WHERE database_name = current_database() AND NOT internal"
    ).fetchall()
    held: dict[str, dict[str, str]] = {}
    for table, column, kind in rows:
        held.setdefault(table, {})[column] = kind
    for name, model in tables().items():
        if name not in held:
            layout.create_facts(con, model)
            continue
        own = layout.own_columns(model)
        changed = {c for c, kind in held[name].items() if own.get(c) != kind}
        if changed:
            raise UsageError(
                f"{place}: column {sorted(changed)[0]} of table {name} is not, or not so, in this "
                "graphkit's tables; use the graphkit that wrote the store, or load the source "
                "files into a new one"
            )
        for column in own.keys() - held[name].keys():
            added = f"{layout.quoted(column)} {own[column]}"
            con.execute(f"ALTER TABLE {layout.quoted(name)} ADD COLUMN {added}")
    con.execute(f"UPDATE meta SET value = '{layout.model_hash()}' WHERE name = 'model'")


def info(con: duckdb.DuckDBPyConnection, place: Path) -> dict[str, str]:
    """Facts about the store for people, by name."""
    meta = dict(con.execute("SELECT name, value FROM meta").fetchall())
    library = con.execute("SELECT version()").fetchall()[0][0]
    storage = con.execute(
        "SELECT tags['storage_version'] FROM duckdb_databases()"
        " WHERE database_name = current_database()"
    ).fetchall()[0][0]
    loads = read_loads(con)
    belief = belief_at(con, loads)
    counts = dict(
        con.execute(
            "SELECT table_name, sum(facts)::BIGINT FROM load_table GROUP BY ALL ORDER BY ALL"
        ).fetchall()
    )
    quarantined, closed, judged = con.execute(
        "SELECT (SELECT sum(quarantined)::BIGINT FROM load), (SELECT count(*) FROM closed),"
        " (SELECT count(*) FROM judgement)"
    ).fetchall()[0]
    found = {
        "place": str(place.absolute()),
        "kind": "embedded (DuckDB)",
        "format": f"{meta['format']}, made by graphkit {meta['made']}",
        "DuckDB": f"{library}, file format {storage}",
        "bytes": str(place.stat().st_size),
        "loads": str(len(loads)),
        "withdrawn loads": str(len(belief.withdrawn)),
    }
    if loads:
        last = loads[-1]
        found["latest load"] = f"{last.load_id} ({last.source})"
        found["latest known-at"] = plain(last.known_at).isoformat(sep=" ") + "Z"
    day = latest_day(con, belief)
    if day:
        found["latest day"] = day.isoformat()
    found |= {f"facts: {name}": str(n) for name, n in counts.items() if n}
    return found | {
        "closings": str(closed),
        "quarantined rows": str(quarantined or 0),
        "pairs of ids judged one party": str(judged),
    }


def latest_day(con: duckdb.DuckDBPyConnection, belief: Belief) -> date | None:
    """The default of ``--as-of``: latest business date, else ``valid_from``, else day of a load."""
    for time, column in (("day", "date"), ("fact", "valid_from")):
        names = {name: column for name, table in tables().items() if table.time == time}
        day = belief.last_day(con, names)
        if day:
            return day
    last = belief.loads.get(belief.sequence)
    return last.known_at.date() if last else None
