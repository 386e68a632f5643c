"""Making a store, telling whether a file is one, bringing it up to the model, describing it."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

from graphkit.model.errors import StoreDamaged, UsageError
from graphkit.store import layout

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


def check_ours(con: duckdb.DuckDBPyConnection, place: Path) -> None:
    """Refuse a database that is no graphkit store, or one of another layout or model.

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
    except duckdb.Error as error:
        raise StoreDamaged(f"{place}: {error}; put a copy of the file back") from error
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
    if meta.get("model") != layout.model_hash():
        raise UsageError(
            f"{place}: a store of other canonical tables (graphkit {meta.get('made')}); load the "
            "source files into a new store"
        )


def info(con: duckdb.DuckDBPyConnection, place: Path) -> dict[str, str]:
    """Facts about the store for people, by name."""
    return {"place": str(place)}
