"""load, sources, loads: what comes in, and what became of it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from graphkit import api
from graphkit.cli.progress import progress_bar
from graphkit.cli.shared import Moment, Output, output_options, store_options

_loaders = click.option(
    "--loaders",
    "loader_dirs",
    envvar="GRAPHKIT_LOADERS",
    multiple=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder of your own loaders.",
)


@click.command(
    epilog="\b\nExamples:\n  graphkit load canonical mydata/\n"
    "  graphkit load rzrq 0001_RZRQ_FUND.20261120.csv --known-at 2026-11-20T19:00:00"
)
@click.argument("source")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--known-at",
    type=Moment(start=True),
    help="When this became known. [default: now]",
)
@click.option("--strict", is_flag=True, help="Refuse the load when any row is quarantined.")
@_loaders
@output_options
@store_options
@click.pass_context
def load(
    ctx: click.Context,
    source: str,
    paths: tuple[Path, ...],
    known_at: datetime | None,
    strict: bool,
    loader_dirs: tuple[Path, ...],
    place: api.Place,
    output: Output,
) -> None:
    """Load files of SOURCE (see `graphkit sources`) into the store."""
    with progress_bar(output.quiet) as progress:
        result = api.load(
            place,
            source,
            paths,
            known_at=known_at,
            strict=strict,
            loader_dirs=loader_dirs,
            progress=progress,
        )
    output.emit(result.summary())
    for fault in result.faults[:10]:
        output.say(f"quarantined [{fault.code}] {fault}")
    for finding in result.findings:
        output.say(f"{finding.severity}: {finding.message}")
    if result.record.quarantined:
        others = "the others are in the store" if result.record.accepted else "none was accepted"
        output.say(
            f"{result.record.quarantined} of {result.record.rows_in} rows were quarantined; "
            f"{others}. `graphkit loads quarantine {result.record.load_id}` lists them."
        )
        ctx.exit(4)


@click.command(epilog="\b\nExamples:\n  graphkit sources\n  graphkit sources --loaders myloaders/")
@_loaders
@output_options
@store_options
def sources(loader_dirs: tuple[Path, ...], place: api.Place, output: Output) -> None:
    """List the sources that can be loaded."""
    output.emit(api.sources(loader_dirs))


@click.group()
def loads() -> None:
    """What was loaded, row counts, and what was quarantined."""


@loads.command("list", epilog="\b\nExample:\n  graphkit loads list -o loads.csv")
@output_options
@store_options
def loads_list(place: api.Place, output: Output) -> None:
    """List every load in order."""
    output.emit(api.loads(place))


@loads.command("show", epilog="\b\nExample:\n  graphkit loads show 831d3b87eb4b")
@click.argument("load_id")
@output_options
@store_options
def loads_show(load_id: str, place: api.Place, output: Output) -> None:
    """Show one load: counts, files and their hashes."""
    output.emit(*api.load_details(place, load_id))


@loads.command(
    "quarantine", epilog="\b\nExample:\n  graphkit loads quarantine 831d3b -o quarantine.xlsx"
)
@click.argument("load_id")
@output_options
@store_options
def loads_quarantine(load_id: str, place: api.Place, output: Output) -> None:
    """List the quarantined rows of a load, with the reason for each."""
    output.emit(api.quarantine(place, load_id))


@loads.command(
    "withdraw",
    epilog="\b\nExample:\n  graphkit loads withdraw 831d3b --known-at 2026-11-21T09:00:00",
)
@click.argument("load_id")
@click.option("--known-at", type=Moment(start=True), help="From when on. [default: now]")
@output_options
@store_options
def loads_withdraw(
    load_id: str, known_at: datetime | None, place: api.Place, output: Output
) -> None:
    """Stop believing a load; earlier --known-at still shows it."""
    for text in api.withdraw(place, load_id, known_at=known_at):
        output.say(text)
