"""The questions that are timed, at a size: loads, owners, control, interest, a night, start-up."""

from __future__ import annotations

import json
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from benchmarks.case import Alternative, Case
from benchmarks.measure import Measured
from benchmarks.worlds import GRAPHKIT, OUT, Place, other

CLIENTS_A_PARTY = 50
"""One client for so many parties of the world: 20,000 of a million."""


def world(parties: int) -> Place:
    """The world of a size, with a broker's clients in it."""
    return Place(parties, max(40, parties // CLIENTS_A_PARTY))


def startup(_: int) -> Iterator[Case]:
    """What every command pays before it does anything."""
    click = [sys.executable, "-c", "import click"]
    yield Case(
        "startup",
        "`graphkit --help`",
        [*GRAPHKIT, "--help"],
        [Alternative("Python importing click", click, "does nothing", times=3)],
        times=3,
        aim=0.2,
    )


def load(parties: int) -> Iterator[Case]:
    """A canonical folder into a new store."""
    place = world(parties)
    place.made()

    def fresh() -> None:
        for leftover in (*place.folder.glob("store.*"), *place.folder.glob("new.*")):
            leftover.unlink()

    yield Case(
        "load",
        f"`load canonical`, {parties:,} parties, {place.stakes:,} holdings, a new store",
        place.load(place.new),
        [
            Alternative(
                "Python csv into SQLite",
                other("sqlite_load", place.owners, OUT / "load.sqlite"),
                "no check, no types, no source, no time",
            ),
            Alternative(
                "DuckDB read_csv",
                other("duckdb_load", place.owners, place.plain),
                "sniffs; no check, no types, no source, no time",
            ),
        ],
        limit=1800,
        before=fresh,
    )


def owners(parties: int) -> Iterator[Case]:
    """Who is behind one party, in a process that has read nothing yet."""
    place = world(parties).loaded()
    about = place.about()
    for which, aim in (("typical", 0.7), ("hub", 0.7)):
        party, holdings = about[which], about[f"{which} holdings"]
        yield Case(
            "owners",
            f"`owners`, a cold process, {which}: {holdings} holdings above, of {place.stakes:,}",
            [*GRAPHKIT, "owners", party, "--store", str(place.store), "--format", "csv"],
            [
                Alternative(
                    "recursive query on an unordered DuckDB table",
                    other("duckdb_owners", place.plain, party),
                    "names of the parties above, no figures, no control",
                    times=3,
                ),
                Alternative(
                    "networkx, load and simple paths",
                    other("networkx_owners", place.owners, party),
                    "midpoints in floats, cycles cut, no control",
                ),
            ],
            times=3,
            limit=180,
            aim=aim,
            answer=lambda run: f"{run.lines - 1} answers",
        )


def interest(parties: int) -> Iterator[Case]:
    """The holders of one party after look-through."""
    place = world(parties).loaded()
    about = place.about()
    for which in ("typical", "crossed"):
        party, holdings = about[which], about[f"{which} holdings"]
        yield Case(
            "interest",
            f"`interest`, a cold process, {which}: {holdings} holdings above, of {place.stakes:,}",
            [*GRAPHKIT, "interest", party, "--store", str(place.store), "--format", "csv"],
            [
                Alternative(
                    "networkx, load and simple paths",
                    other("networkx_owners", place.owners, party),
                    "midpoints in floats, cycles cut",
                )
            ],
            times=3,
            limit=180,
            answer=lambda run: f"{run.lines - 1} holders",
        )


def control(parties: int) -> Iterator[Case]:
    """Every controlled pair of a world, at three sizes; clingo at those it can do."""
    for size in sorted({min(parties, 10_000), min(parties, 100_000), parties}):
        place = world(size).loaded()
        others = [
            Alternative(
                "networkx, majority links walked",
                other("networkx_control", place.owners),
                "no joint control, no bounds, no undetermined",
            )
        ]
        if size <= 100_000:
            clingo = Alternative(
                "clingo, `#sum` over integers",
                other("clingo_control", place.owners),
                "certain control only",
            )
            others.insert(0, clingo)
        pairs = place.folder / "control.csv"
        store = str(place.store)
        yield Case(
            "control",
            f"`control --all`, {size:,} parties",
            [*GRAPHKIT, "control", "--all", "--store", store, "-q", "-o", str(pairs)],
            others,
            limit=900,
            answer=partial(_pairs, pairs),
        )


def _pairs(file: Path, _: Measured) -> str:
    said = Counter(line.split(",")[2] for line in file.open(encoding="utf-8"))
    return f"{said['yes']:,} yes, {said['undetermined']:,} undetermined"


def nightly(parties: int) -> Iterator[Case]:
    """A whole night on the broker's side of the world."""
    place = world(parties).loaded()
    runs = place.folder / "runs"

    def fresh() -> None:
        shutil.rmtree(runs, ignore_errors=True)

    yield Case(
        "nightly",
        f"`nightly`, {place.clients:,} clients in a world of {parties:,} parties",
        [*GRAPHKIT, "nightly", "--store", str(place.store), "-o", str(runs), "-q"],
        [
            Alternative(
                "pandas, ratios in float64",
                other("pandas_night", place.credit),
                "no groups, limits, rules, flags or report",
            )
        ],
        limit=1800,
        before=fresh,
        answer=lambda _: _night(runs),
    )


def _night(runs: Path) -> str:
    manifest = json.loads(next(runs.glob("*/manifest.json")).read_text("utf-8"))
    return ", ".join(f"{count:,} {what}" for what, count in manifest["counts"].items() if count)


CASES: dict[str, Callable[[int], Iterator[Case]]] = {
    "startup": startup,
    "load": load,
    "owners": owners,
    "interest": interest,
    "control": control,
    "nightly": nightly,
}
