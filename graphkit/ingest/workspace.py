"""An in-memory DuckDB that holds a load's raw tables and runs its loader's SQL."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from graphkit.ingest.loader import Loader
from graphkit.ingest.readers import RawFile
from graphkit.ingest.vocabulary import inputs
from graphkit.model.errors import UsageError
from graphkit.model.findings import Finding
from graphkit.model.tables import tables

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa


@contextmanager
def workspace() -> Iterator[duckdb.DuckDBPyConnection]:
    """A private connection: no extension is fetched, no file of the machine can be reached."""
    import duckdb

    with tempfile.TemporaryDirectory(prefix="graphkit-") as place:
        config: dict[str, str | bool | int | float | list[str]] = {
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "temp_directory": place,
            "python_enable_replacements": "false",
        }
        connection = duckdb.connect(":memory:", config=config)
        try:
            connection.execute(
                "SET TimeZone = 'UTC'; SET enable_external_access = false; "
                "SET lock_configuration = true"
            )
            yield connection
        finally:
            connection.close()


def register(
    connection: duckdb.DuckDBPyConnection, loader: Loader, files: Sequence[RawFile]
) -> None:
    """Make each kind of file a raw table; kinds without a file are empty ones."""
    kinds: dict[str, list[RawFile]] = {}
    for raw in files:
        kinds.setdefault(raw.spec.name, []).append(raw)
    for spec in {spec.name: spec for spec in loader.files}.values():
        given = kinds.get(spec.name, [])
        if not given and loader.canonical:
            continue
        columns = spec.known if not loader.canonical else _seen(given)
        connection.register(f"raw {spec.name}", _united(columns, given))
        shown = ", ".join(f"nullif({q(c)}, '') AS {q(c)}" for c in columns)
        connection.execute(
            f"CREATE TEMP VIEW {q(spec.name)} AS "
            f"SELECT {shown}, _file, _line FROM {q('raw ' + spec.name)}"
        )
    if not loader.canonical:
        every = " UNION ALL ".join(
            f"SELECT _file, _line FROM {q('raw ' + spec.name)}" for spec in loader.files
        )
        connection.execute(f"CREATE TEMP VIEW raw_rows AS {every}")


def _seen(given: Sequence[RawFile]) -> tuple[str, ...]:
    """The columns of several files of one kind, each once."""
    return tuple(dict.fromkeys(c for raw in given for c in raw.columns))


def _united(columns: Sequence[str], given: Sequence[RawFile]) -> pa.Table:
    import pyarrow as pa

    kind = pa.dictionary(pa.int32(), pa.string())
    schema = pa.schema(
        [*((c, pa.string()) for c in columns), ("_file", kind), ("_line", pa.int64())]
    )
    names = pa.array([raw.name for raw in given], pa.string())
    parts = []
    for number, raw in enumerate(given):
        count = raw.table.num_rows
        index = pa.repeat(pa.scalar(number, pa.int32()), count)
        arrays = [
            raw.table[c] if c in raw.columns else pa.nulls(count, pa.string()) for c in columns
        ]
        arrays += [pa.DictionaryArray.from_arrays(index, names), raw.table["_line"]]
        parts.append(pa.table(arrays, schema=schema))
    return pa.concat_tables(parts) if parts else schema.empty_table()


def run(connection: duckdb.DuckDBPyConnection, loader: Loader) -> dict[str, tuple[str, ...]]:
    """The canonical tables that the load fills, each with the input columns that it has.

    Each becomes the relation ``text <table>``: text columns, ``_file``, ``_line``.
    """
    import duckdb

    found: dict[str, tuple[str, ...]] = {}
    if loader.canonical:
        views = connection.execute(
            "SELECT view_name FROM duckdb_views() WHERE temporary AND NOT internal"
        )
        for (table,) in views.fetchall():
            connection.execute(f"CREATE TEMP VIEW {q('text ' + table)} AS FROM {q(table)}")
            found[table] = _columns(connection, table)
    for table, sql in loader.sql.items():
        where = f"loader {loader.name!r}, {table}.sql"
        try:
            connection.execute(
                f"CREATE TEMP TABLE {q('text ' + table)} AS {sql.strip().rstrip(';')}"
            )
        except duckdb.Error as error:
            raise UsageError(
                f"{where}: {error}\nThe SQL must work on any text (try_cast, no casts)."
            ) from None
        found[table] = _columns(connection, table)
        if strays := _count(connection, f"{q('text ' + table)} ANTI JOIN raw_rows {_PLACE}"):
            raise UsageError(
                f"{where}: {strays} rows have a _file and _line that no raw row has; pass both on "
                "as the raw tables give them"
            )
        known = {i.name for i in inputs(tables()[table])}
        for column in found[table]:
            if column not in known:
                raise UsageError(
                    f"{where}: column {column!r} is not an input column of {table}; "
                    f"known: {', '.join(sorted(known))}"
                )
    return {table: found[table] for table in tables() if table in found}


def unused(connection: duckdb.DuckDBPyConnection, loader: Loader) -> list[Finding]:
    """A finding on the raw rows that feed no canonical row, for each kind of file with some."""
    if loader.canonical:
        return []
    used = " UNION ALL ".join(f"SELECT _file, _line FROM {q('text ' + t)}" for t in loader.sql)
    found = []
    for spec in loader.files:
        count = _count(connection, f"{q(spec.name)} ANTI JOIN ({used}) {_PLACE}")
        if count:
            message = f"{spec.name}: rows from which the loader takes nothing: {count}"
            details = {"count": str(count)}
            found.append(Finding("unused_row", "info", spec.name, message, details=details))
    return found


_PLACE = "USING (_file, _line)"


def _count(connection: duckdb.DuckDBPyConnection, rows: str) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {rows}").fetchall()[0][0])


def _columns(connection: duckdb.DuckDBPyConnection, table: str) -> tuple[str, ...]:
    described = connection.execute(f"DESCRIBE {q('text ' + table)}").fetchall()
    types = {row[0]: row[1] for row in described}
    for place, kind in (("_file", "VARCHAR"), ("_line", "BIGINT")):
        if types.pop(place, None) != kind:
            raise UsageError(f"{table}.sql must give {place} ({kind}) as the raw tables have it")
    for column, kind in types.items():
        if kind not in ("VARCHAR", '"NULL"'):
            raise UsageError(f"{table}.sql gives {column} as {kind}; expected VARCHAR, as text")
    return tuple(types)


def q(name: str) -> str:
    """The name quoted for SQL."""
    return '"' + name.replace('"', '""') + '"'
