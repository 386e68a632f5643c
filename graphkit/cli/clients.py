"""group, why, exposure: the one client and what it owes."""

from __future__ import annotations

from datetime import date, datetime

import click

from graphkit import api
from graphkit.cli.failon import fail_on
from graphkit.cli.shared import Output, answer_options


@click.command(epilog="\b\nExample:\n  graphkit group 12345 --explain")
@click.argument("party")
@click.option("--explain", is_flag=True, help="Print the links that join it, with their facts.")
@answer_options
def group(
    party: str,
    explain: bool,
    as_of: date | None,
    known_at: datetime | None,
    place: api.Place,
    output: Output,
) -> None:
    """The one client (同一客户) that PARTY belongs to: members, accounts, reasons."""
    output.emit(*api.group(place, party, explain=explain, as_of=as_of, known_at=known_at))


@click.command(epilog="\b\nExample:\n  graphkit why 12345 67890")
@click.argument("a")
@click.argument("b")
@answer_options
def why(
    a: str,
    b: str,
    as_of: date | None,
    known_at: datetime | None,
    place: api.Place,
    output: Output,
) -> None:
    """Why A and B are one client: the shortest chain of links, or what keeps them apart."""
    output.emit(api.why(place, a, b, as_of=as_of, known_at=known_at))


@click.command(
    epilog="\b\nExamples:\n  graphkit exposure 12345\n  graphkit exposure L1:12345\n"
    "  graphkit exposure 12345 --explain -o x.xlsx"
)
@click.argument("subject")
@click.option("--explain", is_flag=True, help="Print each term with its rows and rule.")
@fail_on("breach")
@answer_options
def exposure(
    subject: str,
    explain: bool,
    as_of: date | None,
    known_at: datetime | None,
    place: api.Place,
    output: Output,
) -> bool:
    """What an account, a client or its group owes and holds: ratios, lines, limits."""
    report = api.exposure(place, subject, as_of=as_of, known_at=known_at)
    people = report.for_people if output.is_table else report.answers
    output.emit(*people(explain=explain))
    return report.breached
