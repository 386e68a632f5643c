"""The demo world under other ids and with its rows shuffled: every answer must be the same.

Parties, accounts, contracts, transfers and fills get new ids in an order of their own, so that
nothing that sorts or breaks a tie by id can hide; names, numbers and security codes stay.
"""

from __future__ import annotations

import csv
import io
import random
import shutil
from collections.abc import Iterable
from pathlib import Path

from graphkit.model.tables import tables

IDS = {
    "account_id": "00{:05d}",
    "contract_id": "2026{:012d}",
    "transfer_id": "T{:05d}",
    "fill_id": "D{:05d}",
    "party": "N{:05d}",
}
"""How new ids look, by the kind of what they name."""

COUNTER = {"client_id": "party", "fund_account": "account_id", "compact_id": "contract_id"}
"""The broker's counter files' columns that hold an id, and of what."""

Table = list[dict[str, str]]


def renamed(demo: Path, out: Path, seed: int) -> dict[str, str]:
    """Write the demo of folder `demo` to `out` under new ids, rows shuffled; old id to new."""
    chance = random.Random(seed)
    shutil.copytree(demo, out)
    files = {path: _read(path) for path in sorted(out.rglob("*.csv"))}
    named: dict[str, set[str]] = {kind: set() for kind in IDS}
    for path, (_, rows) in files.items():
        for row in rows:
            for column, kind in _kinds(path, row).items():
                named[kind] |= {row[column]} - {""}
    new: dict[str, str] = {}
    for kind, ids in named.items():
        numbers = chance.sample(range(1, 10_000), len(ids))
        new |= {old: IDS[kind].format(n) for old, n in zip(sorted(ids), numbers, strict=True)}
    for path, (comments, rows) in files.items():
        for row in rows:
            for column in _kinds(path, row):
                row[column] = new.get(row[column], row[column])
        chance.shuffle(rows)
        _write(path, comments, rows)
    return new


def _kinds(path: Path, columns: Iterable[str]) -> dict[str, str]:
    """The columns of a file that hold an id, and the kind of what it names."""
    if "RZRQ" in path.name:
        return {c: COUNTER[c] for c in columns if c in COUNTER}
    table = tables()[path.stem]
    found = {c: "party" for c in columns if c in table.parties}
    return found | {c: c for c in columns if c in IDS}


def _read(path: Path) -> tuple[list[str], Table]:
    lines = path.read_bytes().decode(_encoding(path)).splitlines()
    comments = [line for line in lines if line.startswith("#")]
    rest = csv.reader(line for line in lines if not line.startswith("#"))
    header = next(rest)
    return comments, [dict(zip(header, row, strict=False)) for row in rest]


def _write(path: Path, comments: list[str], rows: Table) -> None:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    path.write_bytes("".join(f"{c}\n" for c in comments).encode(_encoding(path)))
    with path.open("ab") as file:
        file.write(text.getvalue().encode(_encoding(path)))


def _encoding(path: Path) -> str:
    return "gb18030" if "RZRQ" in path.name else "utf-8"
