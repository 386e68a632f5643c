"""What every store of facts does; the embedded store and a Neo4j server both fit.

Invariants
----------
1. A load is committed whole or not at all; loads carry an increasing sequence and a non-decreasing
   known-at.
2. A reader fixes one sequence S (the last load with known-at at or before the one asked for) and
   sees exactly the loads up to it.
3. Nothing is updated or deleted: a fact that is no longer believed is closed by a row of its own.
4. A fact of load L is believed at S when L <= S, L is not withdrawn at S, and no closing of it by a
   load that is itself believed at S exists.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from graphkit.model.batch import Batch, LoadRecord
from graphkit.model.findings import Fault, Finding

if TYPE_CHECKING:
    import pyarrow as pa

EVIDENCE = ("fact_id", "source", "load_id", "file", "line", "known_from")
"""Columns that every row of a snapshot carries behind its own."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a commit did: the load's record, and the findings that committing raised."""

    record: LoadRecord
    findings: tuple[Finding, ...] = ()


class Snapshot(ABC):
    """The facts believed at `known_at` as of the day `as_of`; open only inside its ``with``.

    Party columns (``refers = "party"`` and ``party.party_id``) hold canonical ids: where equal
    strong identifiers make several ids one party, every row shows the same one.
    Row order is fixed: by key (blanks first), then source, then file and line.
    Where an own column is called as one of EVIDENCE (``haircut.source``), the own one is given.
    A source that states a key a second time with the same content has not stated it later.

    As of a day, per table:

    - fact tables: for each key without ``valid_from``, the row with the latest ``valid_from`` at or
      before the day (of several, the one stated last), if its ``valid_to`` is blank or later;
    - day tables in force ``day``: rows of that date; ``until_next``: for each key the latest date
      at or before the day;
    - event tables: every row.
    """

    as_of: date
    known_at: datetime
    sequence: int

    @abstractmethod
    def rows(
        self,
        table: str,
        columns: Sequence[str],
        where: str | None = None,
        among: Collection[str] | None = None,
    ) -> list[tuple[Any, ...]]:
        """Rows of a table as tuples in the order of `columns` (own columns or EVIDENCE).

        `where` names one own column; only rows whose value is in `among` are given. In a party
        column any of a party's ids may be asked for. ``known_from`` is in UTC, without a zone.
        """

    @abstractmethod
    def arrow(
        self, table: str, columns: Sequence[str] | None = None, since: date | None = None
    ) -> pa.Table:
        """The same as Arrow, exact types kept; `columns` None gives own columns and EVIDENCE.

        `since`, for day tables: every row dated from that day up to ``as_of`` instead of those in
        force.
        """

    @abstractmethod
    def find(self, text: str, limit: int = 20) -> list[tuple[str, str, str]]:
        """Parties that match the text by id, identifier or name: (party_id, kind, name).

        Exact matches come first, then by closeness of the name; at most `limit`.
        """

    @abstractmethod
    def findings(self) -> list[tuple[str, Finding]]:
        """Findings of the loads seen that are not withdrawn, as (load_id, finding), in order."""


class GraphStore(ABC):
    """A place that facts are loaded into and read from."""

    @abstractmethod
    def commit(self, batch: Batch) -> Receipt:
        """Commit one load whole; refused (UsageError) when its known-at lies before the last one's.

        The same files by the same loader with the same content add nothing but the load's record.
        """

    @abstractmethod
    def withdraw(self, load_id: str, known_at: datetime) -> Receipt:
        """Stop believing a load: its facts, and the closings that it made."""

    @abstractmethod
    def loads(self) -> list[LoadRecord]:
        """Every load in order of its sequence."""

    @abstractmethod
    def quarantine(self, load_id: str) -> list[Fault]:
        """The quarantined rows of a load, in order of file and line."""

    @abstractmethod
    def snapshot(
        self, as_of: date | None = None, known_at: datetime | None = None
    ) -> AbstractContextManager[Snapshot]:
        """A consistent reading; the store is held (shared with other readers) only inside it.

        `as_of` defaults to the latest business date, without day data to the latest ``valid_from``,
        without that to the day of the latest load; `known_at` to the latest load. Times are as seen
        at `known_at`.
        """

    @abstractmethod
    def info(self) -> dict[str, str]:
        """Facts about the store for people: place, format, sizes, counts, latest load."""

    @abstractmethod
    def verify(self) -> list[Finding]:
        """Every contradiction in the store; empty when it is sound."""
