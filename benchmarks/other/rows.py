"""What the alternatives read of a canonical folder, with the csv module and nothing checked."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from benchmarks.shares import WHOLE


def table(folder: Path, name: str) -> Iterator[dict[str, str]]:
    """The rows of one file."""
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


def units(text: str, *, up: bool = False) -> int:
    """A percent of a made world in units of 0.0001 %, an excluded end moved inward by one."""
    number = text.lstrip("<>")
    whole, _, part = number.partition(".")
    value = int(whole) * (WHOLE // 100) + int((part + "0000")[:4])
    return value + (1 if text[0] == ">" else -1 if text[0] == "<" else 0)


def stakes(folder: Path) -> Iterator[tuple[str, str, int, int]]:
    """Holder, entity, least and most of every holding."""
    for row in table(folder, "stake"):
        if row["percent"]:
            low = high = units(row["percent"])
        else:
            low = units(row["percent_min"]) if row["percent_min"] else 0
            high = units(row["percent_max"]) if row["percent_max"] else WHOLE
        yield row["holder_id"], row["entity_id"], low, high


DECISIVE = ("general_partner", "instruction")


def decisive(folder: Path) -> Iterator[tuple[str, str]]:
    """Holder and entity of every right that decides by itself."""
    for row in table(folder, "control_right"):
        if row["kind"] in DECISIVE or row["discretion"] == "yes":
            yield row["holder_id"], row["entity_id"]


def of_kind(folder: Path, *kinds: str) -> set[str]:
    """The parties of some kinds."""
    return {row["party_id"] for row in table(folder, "party") if row["kind"] in kinds}


def votes(folder: Path) -> Iterator[tuple[str, str, int, int]]:
    """The stakes that carry votes: none in partnerships and funds; a pseudo party is no holder."""
    silent = of_kind(folder, "partnership", "private_fund")
    lines = of_kind(folder, "pseudo")
    for stake in stakes(folder):
        if stake[1] not in silent and stake[0] not in lines:
            yield stake
