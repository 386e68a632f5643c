"""One load, from paths to a batch."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from operator import attrgetter
from pathlib import Path

from graphkit.ingest import loader as loaders
from graphkit.ingest.choose import choose
from graphkit.ingest.readers import Progress, RawFile, read_file
from graphkit.ingest.validate import Validated, Wrong, validate
from graphkit.ingest.workspace import register, run, unused, workspace
from graphkit.model.batch import Batch
from graphkit.model.errors import InputRefused
from graphkit.model.findings import Fault, Finding

_SHOWN = 10


def read(
    source: str,
    paths: Sequence[Path],
    *,
    known_at: datetime,
    strict: bool = False,
    loader_dirs: Sequence[Path] = (),
    progress: Progress | None = None,
) -> Batch:
    """The accepted rows of some files as canonical tables, and the quarantined ones with reasons.

    Parameters
    ----------
    source
        A loader's name (:func:`graphkit.ingest.sources`).
    paths
        Files, or folders of which every file that the loader knows is read.
    known_at
        When the load is known, for the batch; nothing here reads the clock.
    strict
        Refuse the load as a whole when one row is quarantined.
    loader_dirs
        More folders of loaders.
    progress
        Called with (stage, done, total); total is None where it isn't known.

    Raises
    ------
    UsageError
        When the loader or a path does not exist, or the loader itself is wrong.
    InputRefused
        When a file can't be loaded at all; the message says where and why.

    Notes
    -----
    ``rows_in == accepted + quarantined``, counted in records of the files, and ``faults`` holds one
    fault for each quarantined record, in order of file and line.
    """
    loader = loaders.find(source, loader_dirs)
    chosen, ignored = choose(loader, [Path(p) for p in paths])
    files = [read_file(c.path, c.name, c.spec, progress) for c in chosen]
    with workspace() as connection:
        register(connection, loader, files)
        have = run(connection, loader)
        unread = unused(connection, loader)
        done = validate(connection, loader, have, progress)
    faults = _faults(files, done)
    rows_in = sum(raw.records for raw in files)
    accepted = sum(raw.table.num_rows for raw in files) - len(done.faults)
    if rows_in != accepted + len(faults):
        raise AssertionError(f"{rows_in} rows in, {accepted} accepted, {len(faults)} quarantined")
    if strict and faults:
        raise _strict(faults)
    return Batch(
        source=loader.name,
        loader_version=loader.version,
        supersedes=loader.supersedes,
        files=tuple(dict.fromkeys(raw.stamp for raw in files)),
        known_at=known_at,
        tables={name: table for name, table in done.tables.items() if table.num_rows},
        rows_in=rows_in,
        accepted=accepted,
        quarantined=len(faults),
        faults=tuple(faults),
        findings=(*_ignored(loader.name, ignored), *unread, *done.findings),
    )


def _faults(files: Sequence[RawFile], done: Validated) -> list[Fault]:
    """Every fault, one a record, with the record as it stood."""
    found = [fault for raw in files for fault in raw.faults]
    wrong: dict[str, dict[int, Wrong]] = {}
    for (file, line), one in done.faults.items():
        wrong.setdefault(file, {})[line] = one
    for raw in files:
        if here := wrong.get(raw.name):
            texts = raw.raw(here.keys())
            for line, (code, column, value, wanted, table) in here.items():
                text = texts[line]
                found.append(Fault(code, raw.name, line, column, value, wanted, text, table))
    return sorted(found, key=attrgetter("file", "line"))


def _strict(faults: Sequence[Fault]) -> InputRefused:
    shown = "\n".join(f"  {fault}" for fault in faults[:_SHOWN])
    more = f"\n  and {len(faults) - _SHOWN} more" if len(faults) > _SHOWN else ""
    rows = "row is" if len(faults) == 1 else "rows are"
    return InputRefused(
        f"{len(faults)} {rows} wrong, and --strict refuses the load; nothing was loaded:\n"
        f"{shown}{more}"
    )


def _ignored(source: str, names: Sequence[str]) -> list[Finding]:
    if not names:
        return []
    some = ", ".join(names[:_SHOWN]) + (", ..." if len(names) > _SHOWN else "")
    message = f"files in the folder that the loader doesn't read: {len(names)} ({some})"
    return [Finding("file_ignored", "info", source, message, details={"count": str(len(names))})]
