"""find, owners, control, interest: who is behind whom."""

from __future__ import annotations

from datetime import date, datetime

import click

from graphkit import api
from graphkit.cli.failon import fail_on
from graphkit.cli.shared import Output, answer_options
from graphkit.model.errors import UsageError


@click.command(epilog="\b\nExample:\n  graphkit find 华东")
@click.argument("text")
@answer_options
def find(
    text: str, as_of: date | None, known_at: datetime | None, place: api.Place, output: Output
) -> None:
    """Find parties by id, identifier or name."""
    output.emit(api.find(place, text, as_of=as_of, known_at=known_at))


@click.command(
    epilog="\b\nExamples:\n  graphkit owners 12345\n"
    "  graphkit owners 虚构科技 --explain --as-of 2026-11-20"
)
@click.argument("party")
@click.option("--profile", default="cn-margin", show_default=True, help="Rules of ownership.")
@click.option("--explain", is_flag=True, help="Print the evidence, step by step.")
@fail_on("unresolved")
@answer_options
def owners(
    party: str,
    profile: str,
    explain: bool,
    as_of: date | None,
    known_at: datetime | None,
    place: api.Place,
    output: Output,
) -> bool:
    """Who is behind PARTY: persons by limb, figures, verdict, and whether it is settled."""
    report = api.owners(place, party, profile=profile, as_of=as_of, known_at=known_at)
    if explain and output.is_table:
        output.emit(report.persons())
        output.write_lines(report.evidence_text())
    else:
        output.emit(report.persons(), *([report.evidence()] if explain else []))
    for line in report.status_lines():
        output.say(line)
    return report.owners.status == "unresolved"


@click.command(
    epilog="\b\nExamples:\n  graphkit control 12345\n  graphkit control P1,E3\n"
    "  graphkit control --all -o control.csv"
)
@click.argument("parties", required=False)
@click.option("--all", "everyone", is_flag=True, help="What every party controls.")
@answer_options
def control(
    parties: str | None,
    everyone: bool,
    as_of: date | None,
    known_at: datetime | None,
    place: api.Place,
    output: Output,
) -> None:
    """What a party controls; several, joined by commas, control together."""
    if (parties is None) == (not everyone):
        raise UsageError("name a party (or several, joined by commas), or give --all")
    output.emit(api.control(place, parties, as_of=as_of, known_at=known_at))


@click.command(
    epilog="\b\nExamples:\n  graphkit interest 12345 --every-holder\n"
    "  graphkit interest --all -o interest.csv"
)
@click.argument("party", required=False)
@click.option("--all", "everyone", is_flag=True, help="The holders of every party.")
@click.option("--every-holder", is_flag=True, help="Also holders in between.")
@answer_options
def interest(
    party: str | None,
    everyone: bool,
    every_holder: bool,
    as_of: date | None,
    known_at: datetime | None,
    place: api.Place,
    output: Output,
) -> None:
    """The holders of PARTY after look-through, in percent of its capital."""
    if (party is None) == (not everyone):
        raise UsageError("name a party, or give --all")
    output.emit(
        api.interest(place, party, every_holder=every_holder, as_of=as_of, known_at=known_at)
    )
