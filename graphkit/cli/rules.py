"""rules: the rulebook in force."""

from __future__ import annotations

from datetime import date

import click

from graphkit import api
from graphkit.cli.shared import Day, Output, output_options


@click.group()
def rules() -> None:
    """The rulebook: every value with its source and standing."""


@rules.command(epilog="\b\nExample:\n  graphkit rules show --as-of 2026-11-20")
@click.option("--as-of", type=Day(), required=True, help="The day.")
@output_options
def show(as_of: date, output: Output) -> None:
    """List the rules in force on a day."""
    output.emit(api.rules_show(as_of))
