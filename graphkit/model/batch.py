"""What a load hands to a store, and what a store tells about loads."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from graphkit.model.findings import Fault, Finding

if TYPE_CHECKING:
    import pyarrow as pa

Supersedes = Literal["changes", "feed", "day"]
"""How a feed supersedes: single changes by key; the whole feed (a table's facts of this source that
are not restated are closed); the table's rows of the business dates in the load."""


@dataclass(frozen=True, slots=True)
class FileStamp:
    """A file that was read: its name without folders, SHA-256 in hex and size."""

    name: str
    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Batch:
    """The accepted rows of one load as canonical tables, with everything that goes beside them.

    `tables` maps a canonical table to an Arrow table with exactly that table's columns in its own
    types, then ``file`` (string) and ``line`` (int64). Rows are distinct by key within the batch.
    `rows_in == accepted + quarantined` counts the records of the files.
    """

    source: str
    loader_version: str
    supersedes: Supersedes
    files: tuple[FileStamp, ...]
    known_at: datetime
    tables: dict[str, pa.Table]
    rows_in: int
    accepted: int
    quarantined: int
    faults: tuple[Fault, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class LoadRecord:
    """One committed load (or withdrawal) as the store remembers it.

    `facts` counts new facts by table, `unchanged` those that stood already, `closed` those that
    this load closed.
    """

    load_id: str
    sequence: int
    source: str
    loader_version: str
    files: tuple[FileStamp, ...]
    known_at: datetime
    rows_in: int
    accepted: int
    quarantined: int
    facts: dict[str, int] = field(default_factory=dict)
    unchanged: int = 0
    closed: int = 0
    withdraws: str | None = None
    withdrawn_by: str | None = None
