"""Options that many commands take, and how an answer leaves."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, TypeVar

import click

from graphkit import api
from graphkit.cli.output import emit
from graphkit.model.answer import Answer
from graphkit.model.errors import UsageError
from graphkit.model.identifiers import mask
from graphkit.model.write import spoken, visible

F = TypeVar("F", bound=Callable[..., Any])

FORMATS = ("table", "csv", "json", "jsonl", "xlsx")


class Day(click.ParamType):  # type: ignore[type-arg, unused-ignore]
    """A day as YYYY-MM-DD."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not a day; expected YYYY-MM-DD", param, ctx)


class Moment(click.ParamType):  # type: ignore[type-arg, unused-ignore]
    """A moment in UTC: a day stands for its end, or its start where something is loaded."""

    name = "moment"

    def __init__(self, *, start: bool = False) -> None:
        self.start = start

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if isinstance(value, datetime):
            return value
        try:
            if len(str(value)) == len("2026-11-20"):
                day = date.fromisoformat(str(value))
                return datetime.combine(day, time.min if self.start else time.max, UTC)
            moment = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(
                f"{value!r} is not a moment; expected YYYY-MM-DD or YYYY-MM-DDTHH:MM:SS in UTC",
                param,
                ctx,
            )
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def store_options(command: F) -> F:
    """--store and --wait, handed on as one `place`."""

    @click.option(
        "--store",
        "place",
        envvar="GRAPHKIT_STORE",
        default="graphkit.duckdb",
        show_default=True,
        metavar="FILE",
        help="The store to use.",
    )
    @click.option(
        "--wait",
        envvar="GRAPHKIT_WAIT",
        default=30.0,
        show_default=True,
        metavar="SECONDS",
        help="How long to wait for a store that another process holds.",
    )
    @functools.wraps(command)
    def wrapped(*args: Any, place: str, wait: float, **options: Any) -> Any:
        opened = api.Place(place, wait, on_wait=lambda text: click.echo(spoken(text), err=True))
        return command(*args, place=opened, **options)

    return wrapped  # type: ignore[return-value]


def time_options(command: F) -> F:
    """--as-of and --known-at."""
    command = click.option(
        "--as-of",
        envvar="GRAPHKIT_AS_OF",
        type=Day(),
        help="The day the answer is about. [default: the store's latest business date]",
    )(command)
    return click.option(
        "--known-at",
        envvar="GRAPHKIT_KNOWN_AT",
        type=Moment(),
        help="Answer with what was known then. [default: the latest load]",
    )(command)


@dataclass(frozen=True, slots=True)
class Output:
    """Where an answer goes, and how."""

    format: str | None
    place: Path | None
    unmask: bool
    reason: str | None
    quiet: bool

    def emit(self, *answers: Answer) -> None:
        """Write the answers: data alone to stdout or the file, times and notes to stderr."""
        emit(
            answers,
            self.format,
            self.place,
            unmask=self.unmask,
            notes=None if self.quiet else sys.stderr,
        )

    @property
    def is_table(self) -> bool:
        """Whether people read it on a terminal."""
        return self.place is None and self.format in (None, "table")

    def write_lines(self, lines: Iterable[str]) -> None:
        """Text for people, on stdout, masked like a table."""
        for line in lines:
            click.echo(visible(line if self.unmask else mask(line)))

    def say(self, text: str) -> None:
        """Say something beside the data, on stderr."""
        if not self.quiet:
            click.echo(visible(text if self.unmask else mask(text)), err=True)


def output_options(command: F) -> F:
    """--format, -o, --unmask with --reason, -q; handed on as one `output`."""

    @click.option(
        "--format",
        "fmt",
        envvar="GRAPHKIT_FORMAT",
        type=click.Choice(FORMATS),
        help="How to write it. [default: by the file's ending, else a table]",
    )
    @click.option(
        "-o",
        "--output",
        "file",
        type=click.Path(dir_okay=False, path_type=Path),
        help="Write to this file (.csv, .xlsx, .json, .jsonl, .txt); of several tables, "
        "each further one has a .csv file of its own beside it.",
    )
    @click.option("--unmask", is_flag=True, help="Show identifiers whole; needs --reason.")
    @click.option("--reason", help="Why identifiers are shown; kept beside the store.")
    @click.option("-q", "--quiet", is_flag=True, help="Print the data alone.")
    @functools.wraps(command)
    def wrapped(
        *args: Any,
        fmt: str | None,
        file: Path | None,
        unmask: bool,
        reason: str | None,
        quiet: bool,
        **options: Any,
    ) -> Any:
        if unmask and not (reason or "").strip():
            raise UsageError("--unmask needs --reason TEXT: it is kept with who asked and when")
        if unmask:
            api.log_unmask(options["place"], reason or "", sys.argv[1:])
        output = Output(fmt, file, unmask, reason, quiet)
        return command(*args, output=output, **options)

    return wrapped  # type: ignore[return-value]


def answer_options(command: F) -> F:
    """Everything that a question to the store takes."""
    return store_options(time_options(output_options(command)))
