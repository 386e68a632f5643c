"""Loading files into a store."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from graphkit import ingest
from graphkit.api.place import Place
from graphkit.model.answer import Answer
from graphkit.model.batch import LoadRecord
from graphkit.model.findings import Fault, Finding

Progress = Callable[[str, int, "int | None"], None]


@dataclass(frozen=True, slots=True)
class LoadResult:
    """What a load did: its record, the quarantined rows and the findings it raised."""

    record: LoadRecord
    faults: tuple[Fault, ...]
    findings: tuple[Finding, ...]

    def summary(self) -> Answer:
        """Rows in, accepted, quarantined, and new facts by table."""
        record = self.record
        rows: list[tuple[str, int]] = [
            ("rows in", record.rows_in),
            ("rows accepted", record.accepted),
            ("rows quarantined", record.quarantined),
            *((f"new {table}", count) for table, count in sorted(record.facts.items()) if count),
            ("facts unchanged", record.unchanged),
            ("facts closed", record.closed),
        ]
        return Answer(
            f"load {record.load_id}",
            ("what", "rows"),
            rows,
            known_at=record.known_at,
            notes=(f"load {record.load_id} of {record.source} is in the store",),
        )


def load(
    place: Place,
    source: str,
    paths: Sequence[Path | str],
    *,
    known_at: datetime | None = None,
    strict: bool = False,
    loader_dirs: Sequence[Path] = (),
    progress: Progress | None = None,
) -> LoadResult:
    """The outcome of loading files of `source` into the store, which is made when it is not there.

    `known_at` is when this became known (default: now; the one place where a clock is read).

    Raises
    ------
    InputRefused
        When a file can't be read as what it is declared to be, or `strict` and a row is
        quarantined: nothing was committed.
    """
    batch = ingest.read(
        source,
        [Path(p) for p in paths],
        known_at=known_at or datetime.now(UTC),
        strict=strict,
        loader_dirs=loader_dirs,
        progress=progress,
    )
    if progress:
        progress("committing", 0, None)
    receipt = place.open(create=True).commit(batch)
    return LoadResult(receipt.record, batch.faults, batch.findings + receipt.findings)


def sources(loader_dirs: Sequence[Path] = ()) -> Answer:
    """The sources that can be loaded."""
    rows = [
        (s.name, s.title, s.reader, s.supersedes, s.licence, s.example)
        for s in ingest.sources(loader_dirs)
    ]
    return Answer("sources", ("source", "what", "reader", "supersedes", "licence", "example"), rows)
