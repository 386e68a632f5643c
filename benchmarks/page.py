"""The figures of a run as lines for a terminal and as ``docs/performance.md``."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterator, Sequence
from datetime import date
from importlib.metadata import version

from benchmarks.case import Result
from benchmarks.measure import Measured

_INTRO = """\
# Performance

Written by `python -m benchmarks --write docs/performance.md`; don't edit figures by hand.

Every figure is a whole process through the command line, from start to exit, on a world made by
the seeded generator in `benchmarks/` (`python -m benchmarks.worldfiles FOLDER PARTIES` makes one
and describes it). Beside each stands a named alternative, run directly behind it on the same data.
*Ratio* is our time to its time: below 1 we are faster. *CPU* is processor time of all threads,
which says more than the clock where other work runs on the machine. Memory is the peak of resident
memory. Short runs are the fastest of three.
"""


NOTES = {
    "startup": "Python, click and the files of the commands are all that is imported; on a machine "
    "with other work that takes several times as long as on a quiet one.",
    "owners": "A cold process imports DuckDB and opens the store (0.2 s); a hub's closure is "
    "then read frontier by frontier, and each of thousands of holders gets bounds of its own in "
    "plain Python. Arrays and compiled kernels are not built yet.",
}
"""Why an aim is not reached, by the name of the case: what profiles showed."""


def row(result: Result) -> Iterator[str]:
    """Lines for a terminal: ours, then each alternative with the ratio."""
    case, ours = result.case, result.ours
    aim = "" if case.aim is None else f"   aim {case.aim} s: {_reached(result)}"
    yield f"{case.what}{aim}"
    yield f"    {_figures(ours):<58} load {ours.load:.1f}   {result.found}"
    for alternative, theirs in result.others:
        ratio = _ratio(ours, theirs)
        who = f"{alternative.name} ({alternative.lacks}): {theirs.said[:60]}"
        yield f"    {_figures(theirs):<58} ratio {ratio:<8} {who}"


def _figures(run: Measured) -> str:
    figures = f"{run.seconds:8.2f} s {run.processor:8.2f} s CPU {run.peak:8.0f} MiB"
    return f"{figures}  {run.ended}" if run.ended else figures


def _ratio(ours: Measured, theirs: Measured) -> str:
    if ours.ended or theirs.ended:
        at_least = theirs.ended.startswith("stopped") and not ours.ended
        return f"< {ours.seconds / theirs.seconds:.2f}" if at_least else "-"
    return f"{ours.seconds / theirs.seconds:.2f}"


def _reached(result: Result) -> str:
    aim, ours = result.case.aim, result.ours
    if aim is None:
        return ""
    return "reached" if not ours.ended and ours.seconds <= aim else "not reached"


def page(results: Sequence[Result], names: Sequence[str], parties: int) -> str:
    """The whole page."""
    lines = [_INTRO, *_machine(names, parties), "## Figures", ""]
    lines += [
        "| what | seconds | CPU | MiB | load | aim | alternative | seconds | CPU | MiB | ratio |",
        "|---|--:|--:|--:|--:|---|---|--:|--:|--:|--:|",
    ]
    for result in results:
        lines += _rows(result)
    lines += ["", "## What the alternatives don't do", ""]
    lacks = {f"- {a.name}: {a.lacks}." for r in results for a, _ in r.others}
    lines += [*sorted(lacks), ""]
    if missed := [r for r in results if r.ours.ended or _reached(r) == "not reached"]:
        lines += ["## What was not reached, and why", ""]
        for result in missed:
            said = result.ours.ended or f"{result.ours.seconds:.2f} s, aim {result.case.aim} s"
            lines.append(
                f"- {result.case.what}: {said}. {NOTES.get(result.case.name, '')}".rstrip()
            )
        lines.append("")
    return "\n".join(lines)


def _rows(result: Result) -> Iterator[str]:
    case, ours = result.case, result.ours
    seconds = ours.ended or f"{ours.seconds:.2f}"
    aim = "" if case.aim is None else f"{case.aim} s, {_reached(result)}"
    what = f"{case.what}: {result.found}" if result.found else case.what
    mine = f"| {what} | {seconds} | {ours.processor:.2f} | {ours.peak:.0f} | {ours.load:.1f} "
    if not result.others:
        yield f"{mine}| {aim} | | | | | |"
    for alternative, theirs in result.others:
        taken = theirs.ended or f"{theirs.seconds:.2f}"
        ratio = _ratio(ours, theirs)
        its = f"{taken} | {theirs.processor:.2f} | {theirs.peak:.0f} | {ratio}"
        yield f"{mine}| {aim} | {alternative.name}{_said(theirs)} | {its} |"
        mine, aim = "| | | | | ", ""


def _said(theirs: Measured) -> str:
    said = theirs.said[:60]
    return f": {int(said):,}" if said.isdecimal() else ""


def _machine(names: Sequence[str], parties: int) -> list[str]:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    which = " ".join(["python -m benchmarks", *names, f"--parties {parties}"])
    packages = ", ".join(f"{p} {version(p)}" for p in ("duckdb", "pyarrow", "networkx", "clingo"))
    return [
        f"- Run: `{which}` on {date.today()}",
        f"- Machine: {os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} "
        f"{platform.machine()}; Python {sys.version.split()[0]}, {packages}",
        "- *Load* is the load average of the minute when a measurement began: above the number of "
        "cores, others were at work and the clock is pessimistic",
        "",
    ]
