"""Files written for tests of ingest, and what became of them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from graphkit import ingest
from graphkit.model.batch import Batch

KNOWN_AT = datetime(2026, 11, 20, 18)


def load(place: Path, *names: str, source: str = "canonical", **more: Any) -> Batch:
    paths = [place / n for n in names] or [place]
    return ingest.read(source, paths, known_at=KNOWN_AT, **more)


def write(place: Path, name: str, text: str) -> Path:
    path = place / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8", newline="")
    return path


def rows(batch: Batch, table: str, *columns: str) -> list[tuple[Any, ...]]:
    got = batch.tables[table]
    lists = [got[c].to_pylist() for c in (*columns, "file", "line")]
    return sorted(zip(*lists, strict=True), key=lambda row: row[-2:])
