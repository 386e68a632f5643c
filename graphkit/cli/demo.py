"""demo: the main job, on a small invented world."""

from __future__ import annotations

from pathlib import Path

import click

from graphkit import api


@click.command(epilog="\b\nExample:\n  graphkit demo -o demo-out")
@click.option(
    "-o",
    "--output",
    "folder",
    default="demo-out",
    show_default=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Where the demo's store, run and page go; an earlier demo there is replaced.",
)
def demo(folder: Path) -> None:
    """Load the demo world, run its night, draw a page, and say what was found."""
    for line in api.demo(folder):
        click.echo(line)
