"""SQLite by Python's own module: read-only, in order of rowid, every value as exact text.

A REAL arrives as the shortest text that gives the same number back (``repr``), written without an
exponent; so 38.85 is 38.85, where ``int(share * 10**8)`` would be wrong for many.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Collection
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote

from graphkit.ingest.faults import FileRefused, expected
from graphkit.ingest.loader import FileSpec
from graphkit.ingest.readers import Progress, RawFile
from graphkit.ingest.readers.header import check_columns
from graphkit.model.batch import FileStamp
from graphkit.model.findings import Fault

_ROWS = 50_000


def read(path: Path, name: str, spec: FileSpec, progress: Progress | None = None) -> RawFile:
    """The rows of one table of a SQLite file as text columns; ``_line`` is the row's number.

    Raises
    ------
    FileRefused
        When the file can't be read, or the table or its columns are not those of `spec`.
    """
    import pyarrow as pa

    base_name, name = name, f"{name}#{spec.table}"
    faults: list[Fault] = []
    parts = []
    records = 0
    try:
        with closing(_open(path, name, spec)) as base:
            names = _columns(base, name, spec)
            schema = pa.schema({**{n: pa.string() for n in names}, "_line": pa.int64()})
            cursor = base.execute(f"SELECT * FROM {_id(spec.table)} ORDER BY rowid")
            while rows := cursor.fetchmany(_ROWS):
                good = []
                for row in rows:
                    records += 1
                    cells, wrong = _texts(row)
                    if wrong is None:
                        good.append((*cells, records))
                    else:
                        faults.append(_fault((name, records), spec, names, row, wrong))
                columns = list(zip(*good, strict=True)) or [()] * len(schema)
                arrays = [pa.array(c, f.type) for c, f in zip(columns, schema, strict=True)]
                parts.append(pa.record_batch(arrays, schema=schema))
                if progress:
                    progress(f"read {name}", records, None)
    except sqlite3.Error as error:
        wanted = expected("unreadable_file", error)
        fault = Fault("unreadable_file", name, 1, "", "", wanted, "", spec.name)
        raise FileRefused(fault, "Is it a SQLite file, and whole?") from None
    table = pa.Table.from_batches(parts, schema=schema)
    return RawFile(
        spec=spec,
        name=name,
        stamp=stamp(path, base_name),
        columns=tuple(names),
        table=table,
        records=records,
        raw=lambda lines: rows_as_text(table, lines),
        faults=faults,
    )


def _open(path: Path, name: str, spec: FileSpec) -> sqlite3.Connection:
    """The file, opened so that nothing of it or beside it is written; texts come as bytes."""
    log = path.with_name(path.name + "-wal")
    if log.is_file() and log.stat().st_size:
        wanted = "a file without a write-ahead log beside it, whose changes would be missed"
        fault = Fault("unreadable_file", name, 1, "", log.name, wanted, "", spec.name)
        raise FileRefused(fault, "Close what writes it, or run PRAGMA wal_checkpoint(TRUNCATE).")
    uri = f"file:{quote(str(path.resolve()))}?mode=ro&immutable=1"
    base = sqlite3.connect(uri, uri=True)
    base.text_factory = bytes
    return base


def _columns(base: sqlite3.Connection, name: str, spec: FileSpec) -> list[str]:
    found = base.execute(f"PRAGMA table_info({_id(spec.table)})").fetchall()
    names = [row[1].decode("utf-8", "backslashreplace") for row in found]
    if not names:
        wanted = f"a table {spec.table!r}"
        fault = Fault("unreadable_file", name, 1, "", "", wanted, "", spec.name)
        raise FileRefused(fault, "Is it the right file?")
    check_columns(names, name, spec, ", ".join(names))
    return names


def stamp(path: Path, name: str) -> FileStamp:
    """The name (as facts have it), SHA-256 and size of a file."""
    with path.open("rb") as handle:
        digest = hashlib.file_digest(handle, "sha256").hexdigest()
    return FileStamp(name, digest, path.stat().st_size)


def rows_as_text(table: Any, lines: Collection[int]) -> dict[int, str]:
    """Rows of a raw table by their ``_line``, each as JSON text."""
    import pyarrow as pa
    import pyarrow.compute as pc

    wanted = table.filter(pc.is_in(table["_line"], pa.array(sorted(lines), pa.int64())))
    return {row.pop("_line"): json.dumps(row, ensure_ascii=False) for row in wanted.to_pylist()}


def plain_text(number: str) -> str:
    """A number's text without an exponent; other text as it is.

    Examples
    --------
    >>> plain_text(repr(38.85)), plain_text(repr(1e-05)), plain_text("nan")
    ('38.85', '0.00001', 'nan')
    """
    return format(Decimal(number), "f") if "e" in number.casefold() else number


def _texts(row: tuple[Any, ...]) -> tuple[list[str | None], tuple[int, str] | None]:
    """The cells as text, and (index, code) of the first that isn't."""
    cells: list[str | None] = []
    for index, value in enumerate(row):
        if value is None:
            cells.append(None)
        elif isinstance(value, float):
            cells.append(plain_text(repr(value)))
        elif isinstance(value, int):
            cells.append(str(value))
        else:
            try:
                text = value.decode("utf-8")
            except UnicodeDecodeError:
                return [], (index, "undecodable")
            if "\0" in text:
                return [], (index, "control_character")
            cells.append(text)
    return cells, None


def _fault(
    place: tuple[str, int],
    spec: FileSpec,
    names: list[str],
    row: tuple[Any, ...],
    wrong: tuple[int, str],
) -> Fault:
    shown = [v.decode("utf-8", "backslashreplace") if isinstance(v, bytes) else v for v in row]
    index, code = wrong
    raw = json.dumps(dict(zip(names, shown, strict=True)), ensure_ascii=False)
    wanted = expected(code, "UTF-8")
    return Fault(code, *place, names[index], str(shown[index])[:200], wanted, raw, spec.name)


def _id(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
