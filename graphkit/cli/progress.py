"""Progress of long work, on stderr and on a terminal only."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Report = Callable[[str, int, "int | None"], None]


@contextmanager
def progress_bar(quiet: bool) -> Iterator[Report]:
    """A function (stage, done, total or None) that shows how far long work is."""
    if quiet or not sys.stderr.isatty():
        yield lambda stage, done, total: None
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        TextColumn("{task.fields[count]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting", count="")

        def report(stage: str, done: int, total: int | None) -> None:
            count = f"{done:,} of {total:,}" if total else (f"{done:,}" if done else "")
            bar.update(task, description=stage, count=count)

        yield report
