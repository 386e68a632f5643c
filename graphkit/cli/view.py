"""view: one self-contained page about a party."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import click

from graphkit import api
from graphkit.cli.shared import store_options, time_options


@click.command(epilog="\b\nExample:\n  graphkit view 12345 -o page.html")
@click.argument("party")
@click.option(
    "-o",
    "--output",
    "file",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="The page to write.",
)
@click.option("--unmask", is_flag=True, help="Show identifiers whole; needs --reason.")
@click.option("--reason", help="Why identifiers are shown; kept beside the store.")
@time_options
@store_options
def view(
    party: str,
    file: Path,
    unmask: bool,
    reason: str | None,
    as_of: date | None,
    known_at: datetime | None,
    place: api.Place,
) -> None:
    """The penetration chart of PARTY: owners above, holdings below, evidence beside."""
    if unmask:
        api.log_unmask(place, reason or "", ["view", party])
    page = api.view(place, party, file, as_of=as_of, known_at=known_at, unmask=unmask)
    click.echo(str(page))
