"""Parquet: every value as exact text; ``_line`` is the row's number.

Decimals lose their trailing zeros (they are the type's, not the writer's); a DOUBLE becomes the
shortest text that gives it back, without an exponent; moments are in UTC.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from graphkit.ingest.faults import FileRefused, expected
from graphkit.ingest.loader import FileSpec
from graphkit.ingest.readers import Progress, RawFile
from graphkit.ingest.readers.header import check_columns
from graphkit.ingest.readers.sqlite import plain_text, rows_as_text, stamp
from graphkit.model.findings import Fault

if TYPE_CHECKING:
    import pyarrow as pa

_ROWS = 1 << 17


def read(path: Path, name: str, spec: FileSpec, progress: Progress | None = None) -> RawFile:
    """The rows of a Parquet file as text columns.

    Raises
    ------
    FileRefused
        When the file can't be read, its columns are not those of `spec`, or one is nested.
    """
    import pyarrow as pa
    from pyarrow import parquet

    faults: list[Fault] = []
    parts: list[pa.RecordBatch] = []
    records = 0
    try:
        with parquet.ParquetFile(path) as file:
            names = file.schema_arrow.names
            check_columns(names, name, spec, ", ".join(names))
            _check_types(file.schema_arrow, name, spec)
            schema = pa.schema({**{n: pa.string() for n in names}, "_line": pa.int64()})
            for batch in file.iter_batches(_ROWS):
                arrays, wrong = _texts(batch)
                line = pa.array(range(records + 1, records + len(batch) + 1), pa.int64())
                part = pa.record_batch([*arrays, line], schema=schema)
                records += len(batch)
                if wrong:
                    faults += _faults(part, wrong, name, spec)
                    part = part.filter(pa.array([i not in wrong for i in range(len(batch))]))
                parts.append(part)
                if progress:
                    progress(f"read {name}", records, file.metadata.num_rows)
            total = file.metadata.num_rows
    except (pa.ArrowException, OSError) as error:
        wanted = expected("unreadable_file", error)
        fault = Fault("unreadable_file", name, 1, "", "", wanted, "", spec.name)
        raise FileRefused(fault, "Is it a Parquet file, and whole?") from None
    if total != records:
        raise AssertionError(f"{name}: {total} rows by its own count, {records} read")
    table = pa.Table.from_batches(parts, schema=schema)
    return RawFile(
        spec=spec,
        name=name,
        stamp=stamp(path, name),
        columns=tuple(names),
        table=table,
        records=records,
        raw=lambda lines: rows_as_text(table, lines),
        faults=faults,
    )


def _check_types(schema: pa.Schema, name: str, spec: FileSpec) -> None:
    import pyarrow as pa

    for field in schema:
        if pa.types.is_nested(field.type) or pa.types.is_fixed_size_binary(field.type):
            wanted = "a column of text, numbers, dates or yes/no"
            kind = str(field.type)
            fault = Fault("unreadable_file", name, 1, field.name, kind, wanted, "", spec.name)
            raise FileRefused(fault, "Write the column as text.")


def _texts(batch: pa.RecordBatch) -> tuple[list[pa.Array], dict[int, tuple[int, str]]]:
    """The columns as text, and for rows that aren't text: (column, code) by row."""
    arrays = []
    wrong: dict[int, tuple[int, str]] = {}
    for index, column in enumerate(batch.columns):
        text, bad = _text(column)
        arrays.append(text)
        for row, code in bad.items():
            wrong.setdefault(row, (index, code))
    return arrays, wrong


def _text(column: pa.Array) -> tuple[pa.Array, dict[int, str]]:
    """A column as text, and the codes of the rows whose value isn't."""
    import pyarrow as pa
    import pyarrow.compute as pc

    is_a, kind = pa.types, column.type
    if is_a.is_dictionary(kind):
        return _text(column.dictionary_decode())
    if is_a.is_string(kind) or is_a.is_large_string(kind) or is_a.is_string_view(kind):
        return _checked(column)
    if is_a.is_binary(kind) or is_a.is_large_binary(kind):
        return _checked(column)
    if is_a.is_float64(kind):
        return _plain([None if v is None else repr(v) for v in column.to_pylist()]), {}
    if is_a.is_floating(kind):  # the shortest text for the narrower type
        return _plain(pc.cast(column, pa.string()).to_pylist()), {}
    if is_a.is_decimal(kind):
        zeros = r"(\.[0-9]*[1-9])0+$|\.0+$"
        texts = _plain(pc.cast(column, pa.string()).to_pylist())
        return pc.replace_substring_regex(texts, zeros, r"\1"), {}
    if is_a.is_timestamp(kind):
        moments = pc.cast(column.cast(pa.timestamp("us")), pa.string())
        return pc.replace_substring_regex(moments, r"\.0+$", ""), {}
    return pc.cast(column, pa.string()), {}


def _plain(texts: list[str | None]) -> pa.Array:
    import pyarrow as pa

    return pa.array([None if t is None else plain_text(t) for t in texts], pa.string())


def _checked(column: pa.Array) -> tuple[pa.Array, dict[int, str]]:
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        text = column.cast(pa.string())
        text.validate(full=True)
        if not pc.any(pc.match_substring(text, "\0")).as_py():
            return text, {}
    except pa.ArrowInvalid:
        pass
    bad: dict[int, str] = {}
    values: list[str | None] = []
    for row, value in enumerate(column.cast(pa.binary()).to_pylist()):
        try:
            values.append(None if value is None else value.decode("utf-8"))
            if value is not None and b"\0" in value:
                bad[row] = "control_character"
        except UnicodeDecodeError:
            bad[row] = "undecodable"
            values.append(value.decode("utf-8", "backslashreplace"))
    return pa.array(values, pa.string()), bad


def _faults(
    part: pa.RecordBatch, wrong: dict[int, tuple[int, str]], name: str, spec: FileSpec
) -> list[Fault]:
    import pyarrow as pa

    table = pa.Table.from_batches([part])
    found = []
    for row, (column, code) in wrong.items():
        line = part["_line"][row].as_py()
        value = part.column(column)[row].as_py()
        raw = rows_as_text(table.slice(row, 1), [line])[line]
        wanted = expected(code, "UTF-8")
        title = part.schema.names[column]
        found.append(Fault(code, name, line, title, value[:200], wanted, raw, spec.name))
    return found
