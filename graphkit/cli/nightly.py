"""nightly: one command after settlement."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import click

from graphkit import api
from graphkit.cli.failon import fail_on
from graphkit.cli.progress import progress_bar
from graphkit.cli.shared import store_options, time_options


@click.command(
    epilog="\b\nExample:\n  graphkit nightly --as-of 2026-11-20 -o runs --fail-on breach\n\n"
    "The run folder is runs/<as-of>-<run id>. The same night on the same inputs is the same run. "
    "Resident IDs and phone numbers are masked in every file; those that would look alike are "
    "numbered."
)
@click.option(
    "-o",
    "--output",
    "folder",
    envvar="GRAPHKIT_RUNS",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder that holds the runs.",
)
@click.option("-q", "--quiet", is_flag=True, help="Print the run folder alone.")
@fail_on("finding", "breach", "unresolved", "blocked")
@time_options
@store_options
def nightly(
    folder: Path,
    quiet: bool,
    as_of: date | None,
    known_at: datetime | None,
    place: api.Place,
) -> set[str]:
    """Groups, measures and findings of a day, written as one run folder under DIR."""
    with progress_bar(quiet) as progress:
        result = api.nightly(place, folder, as_of=as_of, known_at=known_at, progress=progress)
    click.echo(str(result.folder))
    if not quiet:
        for line in result.lines():
            click.echo(line, err=True)
    return result.met()
