"""One night from store to run folder, written beside and renamed into place.

Invariants
----------
1. A folder ``DIR/<as-of>-<run id>`` exists only whole: it is written as ``.<name>.<pid>.part`` and
   renamed; ``manifest.json`` is its last file.
2. The run id is a hash of what the answer depends on: as-of, the loads believed, rulebook and
   version. The same night on the same inputs is the same run, and nothing is done.
3. Nothing in the folder but ``manifest.json`` carries a clock: equal inputs give equal bytes.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import graphkit
from graphkit.model.batch import LoadRecord
from graphkit.model.errors import InputRefused, UsageError
from graphkit.model.tables import tables
from graphkit.model.write import arrow_rows, csv_bytes, writing
from graphkit.nightly.night import Night, Progress, compute
from graphkit.rules.book import Rulebook
from graphkit.store.base import GraphStore, Snapshot
from graphkit.store.detached import detach

Renderer = Callable[[Night], str]

_DAILY = ("cash", "position", "contract")


@dataclass(frozen=True, slots=True)
class Run:
    """Where a night lies; `night` is None when the same run stood already."""

    folder: Path
    run_id: str
    night: Night | None
    manifest: dict[str, object]


def run(
    store: GraphStore,
    out: Path,
    *,
    as_of: date | None,
    known_at: datetime | None,
    renderers: Mapping[str, Renderer],
    progress: Progress = lambda _: None,
) -> Run:
    """The run folder of one night, computed unless the same run stands already.

    `renderers` maps a file name to what writes it from the night.

    Raises
    ------
    InputRefused
        When no cash, position or contract is on file for the day: a feed is late or failed, and
        yesterday's is never used instead.
    """
    with writing(out):
        out.mkdir(parents=True, exist_ok=True)
    _sweep(out)
    progress("reading the store")
    with store.snapshot(as_of, known_at) as snapshot:
        believed = _believed(store.loads(), snapshot.sequence)
        rules = Rulebook.on(snapshot.as_of)
        run_id = _run_id(snapshot.as_of, believed, rules)
        folder = out / f"{snapshot.as_of}-{run_id}"
        if (folder / "manifest.json").is_file():
            manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
            return Run(folder, run_id, None, manifest)
        _require_day(snapshot)
        held = detach(snapshot)
    # What was believed is since when, not what moment was asked for: equal runs have equal bytes.
    held.known_at = max((r.known_at for r in believed), default=held.known_at)
    night = compute(run_id, held, rules, progress)
    progress("writing")
    with writing(folder):
        manifest = _write(folder, night, believed, renderers)
    return Run(folder, run_id, night, manifest)


def _believed(loads: list[LoadRecord], sequence: int) -> list[LoadRecord]:
    seen = [record for record in loads if record.sequence <= sequence]
    withdrawn = {record.withdraws for record in seen if record.withdraws}
    return [r for r in seen if r.load_id not in withdrawn and not r.withdraws]


def _run_id(as_of: date, believed: list[LoadRecord], rules: Rulebook) -> str:
    parts = [graphkit.__version__, str(as_of), rules.version, *(r.load_id for r in believed)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


def _require_day(snapshot: Snapshot) -> None:
    if snapshot.rows("account", ["account_id"]) and not any(
        snapshot.rows(table, [tables()[table].key[0]]) for table in _DAILY
    ):
        raise InputRefused(
            f"no cash, position or contract is on file for {snapshot.as_of}: the day's feed is "
            "late or failed. Load it and run again, or name another day with --as-of."
        )


def _write(
    folder: Path, night: Night, believed: list[LoadRecord], renderers: Mapping[str, Renderer]
) -> dict[str, object]:
    import pyarrow.parquet as pq

    part = folder.with_name(f".{folder.name}.{os.getpid()}.part")
    shutil.rmtree(part, ignore_errors=True)  # of a killed run that had our process id
    part.mkdir()
    for name, table in night.tables.items():
        pq.write_table(table, part / f"{name}.parquet")
        (part / f"{name}.csv").write_bytes(csv_bytes(table.column_names, arrow_rows(table)))
    for name, renderer in renderers.items():
        (part / name).write_text(renderer(night), "utf-8")
    manifest = _manifest(part, night, believed)
    (part / "manifest.json").write_text(
        json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", "utf-8"
    )
    for file in part.iterdir():
        with file.open("rb") as handle:
            os.fsync(handle.fileno())
    try:
        part.rename(folder)
    except OSError:  # another process finished the same run first; its bytes are the same
        shutil.rmtree(part, ignore_errors=True)
        if not (folder / "manifest.json").is_file():
            raise UsageError(
                f"{folder} stands there without a manifest.json, so it is no finished run; "
                "look at it, move it away and run again"
            ) from None
    return manifest


def _manifest(part: Path, night: Night, believed: list[LoadRecord]) -> dict[str, object]:
    unconfirmed = [f"{r.book}: {r.name}" for r in night.rules if r.status == "unconfirmed"]
    return {
        "run_id": night.run_id,
        "as_of": night.as_of.isoformat(),
        "known_at": night.known_at.isoformat(),
        "written_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "graphkit": graphkit.__version__,
        "rulebook": night.rules.version,
        "unconfirmed_rules": unconfirmed,
        "inputs": [
            {
                "load_id": record.load_id,
                "source": record.source,
                "known_at": record.known_at.isoformat(),
                "rows_in": record.rows_in,
                "accepted": record.accepted,
                "quarantined": record.quarantined,
                "files": [
                    {"name": f.name, "sha256": f.sha256, "bytes": f.bytes} for f in record.files
                ],
            }
            for record in believed
        ],
        "counts": {name: table.num_rows for name, table in night.tables.items()},
        "summary": night.summary(),
        "files": {
            file.name: hashlib.sha256(file.read_bytes()).hexdigest()
            for file in sorted(part.iterdir())
        },
    }


def _sweep(out: Path) -> None:
    """Remove what a killed run left behind."""
    import psutil

    for part in out.glob(".*.part"):
        pid = part.name.removesuffix(".part").rpartition(".")[2]
        if pid.isdigit() and not psutil.pid_exists(int(pid)):
            shutil.rmtree(part, ignore_errors=True)
