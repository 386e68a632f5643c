"""Readers: a file in, its records as text columns with their place, and the records that aren't.

A reader counts its records itself: ``records == table.num_rows + len(faults)``, always.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from graphkit.ingest.loader import FileSpec
from graphkit.model.batch import FileStamp
from graphkit.model.findings import Fault

if TYPE_CHECKING:
    import pyarrow as pa

Progress = Callable[[str, int, "int | None"], None]
"""Told (stage, done, total); total is None where it isn't known."""


@dataclass(frozen=True, slots=True)
class RawFile:
    """What a reader made of a file (or of one table in it).

    `table` has the file's columns as text (nothing is NULL) and ``_line`` (int64); `raw` gives the
    records at some lines as they stood.
    """

    spec: FileSpec
    name: str
    stamp: FileStamp
    columns: tuple[str, ...]
    table: pa.Table
    records: int
    raw: Callable[[Collection[int]], dict[int, str]]
    faults: list[Fault] = field(default_factory=list)


def read_file(path: Path, name: str, spec: FileSpec, progress: Progress | None) -> RawFile:
    """The file read by the reader that `spec` names.

    Raises
    ------
    FileRefused
        When the file as a whole can't be loaded.
    """
    from graphkit.ingest.readers import csv, parquet, sqlite

    reader = {"csv": csv.read, "sqlite": sqlite.read, "parquet": parquet.read}[spec.reader]
    raw = reader(path, name, spec, progress)
    if raw.records != raw.table.num_rows + len(raw.faults):
        raise AssertionError(
            f"{name}: {raw.records} records, {raw.table.num_rows} read, {len(raw.faults)} faults"
        )
    return raw
