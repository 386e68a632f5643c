"""store: what the store holds and whether it is sound."""

from __future__ import annotations

import click

from graphkit import api
from graphkit.cli.shared import Output, output_options, store_options


@click.group()
def store() -> None:
    """About the store itself."""


@store.command(epilog="\b\nExample:\n  graphkit store info --format json")
@output_options
@store_options
def info(place: api.Place, output: Output) -> None:
    """Where the store is, its format, size and counts."""
    output.emit(api.store_info(place))


@store.command(epilog="\b\nExample:\n  graphkit store verify --store team.duckdb")
@output_options
@store_options
@click.pass_context
def verify(ctx: click.Context, place: api.Place, output: Output) -> None:
    """Check every count and reference; exit 4 when something contradicts itself."""
    answer, sound = api.store_verify(place)
    output.emit(answer)
    if not sound:
        ctx.exit(4)
