"""How an answer is written: a table on a terminal, or csv, json, jsonl, xlsx."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Sequence
from decimal import Decimal
from io import StringIO
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from graphkit.model.answer import Answer
from graphkit.model.errors import UsageError
from graphkit.model.write import (
    csv_bytes,
    json_rows,
    masked,
    plain,
    visible,
    write_csv,
    write_workbook,
    writing,
)

if TYPE_CHECKING:
    from rich.text import Text

_ENDINGS = {".csv": "csv", ".json": "json", ".jsonl": "jsonl", ".xlsx": "xlsx", ".txt": "table"}
_TABLE_ROWS = 10_000


def emit(
    answers: Sequence[Answer],
    fmt: str | None,
    place: Path | None,
    *,
    unmask: bool,
    notes: TextIO | None,
) -> None:
    """Write the answers to `place` or stdout; times and notes go to `notes` unless it is None."""
    fmt = fmt or (_ENDINGS.get(place.suffix.lower()) if place else "table")
    if fmt is None:
        raise UsageError(
            f"can't tell a format from {place.name if place else ''!r}; expected an ending of "
            f"{sorted(_ENDINGS)} or --format"
        )
    shown = list(answers) if unmask else [masked(answer) for answer in answers]
    if notes is not None:
        _notes(shown, notes)
    if place is None:
        if fmt == "xlsx":
            raise UsageError("a workbook can't be printed; name a file with -o FILE.xlsx")
        _print(shown, fmt, sys.stdout)
        return
    with writing(place):
        if fmt == "xlsx":
            write_workbook(place, shown)
        elif fmt == "csv":
            for answer, file in _files(shown, place):
                file.write_bytes(csv_bytes(answer.columns, answer.rows))
                if notes is not None and file != place:
                    notes.write(f"note: {answer.name} is in {file}\n")
        else:
            with place.open("w", encoding="utf-8", newline="\n") as out:
                _print(shown, fmt, out)


def _files(answers: Sequence[Answer], place: Path) -> Iterator[tuple[Answer, Path]]:
    """The file of each answer: a CSV file holds one table, so the second's name is added."""
    yield answers[0], place
    for answer in answers[1:]:
        yield answer, place.with_name(f"{place.stem}-{answer.name}{place.suffix}")


def _notes(answers: Sequence[Answer], notes: TextIO) -> None:
    first = answers[0]
    if first.as_of is not None:
        known = f", known at {plain(first.known_at)}Z" if first.known_at else ""
        notes.write(f"as of {first.as_of}{known}\n")
    for answer in answers:
        for note in answer.notes:
            notes.write(f"note: {visible(note)}\n")
    notes.flush()


def _print(answers: Sequence[Answer], fmt: str, out: TextIO) -> None:
    """One table as it is; of several, JSON makes a list and JSONL names the table in each row."""
    several = len(answers) > 1
    for number, answer in enumerate(answers):
        if fmt == "jsonl":
            head = f'{{"table": {json.dumps(answer.name)}, ' if several else "{"
            for row in json_rows(answer):
                out.write(head + row[1:] + "\n")
        elif fmt == "json":
            out.write((", " if number else "[") if several else "")
            _document(answer, out)
            out.write("]" if number and number == len(answers) - 1 else "")
            out.write("\n" if number == len(answers) - 1 else "")
        else:
            out.write("\n" if number else "")
            if fmt == "csv":
                write_csv(out, answer.columns, answer.rows, guard=False)
            else:
                _table(answer, out)


def _document(answer: Answer, out: TextIO) -> None:
    head = {
        "name": answer.name,
        "as_of": plain(answer.as_of),
        "known_at": plain(answer.known_at),
    }
    out.write(json.dumps(head, ensure_ascii=False)[:-1] + ', "rows": [')
    for number, row in enumerate(json_rows(answer)):
        out.write((",\n " if number else "\n ") + row)
    out.write("\n]}")


def _table(answer: Answer, out: TextIO) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    rows = iter(answer.rows)
    held = list(islice(rows, _TABLE_ROWS))
    more = sum(1 for _ in rows)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    shown = [
        i
        for i, column in enumerate(answer.columns)
        if column not in answer.detail and any(plain(row[i]) for row in held)
    ]
    for i in shown:
        column = answer.columns[i]
        right = any(_number(row[i]) for row in held)
        head = Text(visible(column))  # not read as markup
        table.add_column(head, justify="right" if right else "left", overflow="fold")
    for row in held:
        table.add_row(*(_cell(plain(row[i])) for i in shown))
    terminal = out.isatty()
    console = Console(
        file=out, width=None if terminal else 200, highlight=False, legacy_windows=False
    )
    if held:
        console.print(table)
    else:
        console.print(Text(f"{answer.name}: none"))
    if more:
        console.print(Text(f"... and {more} more rows; write them with -o FILE.csv"))


_AMOUNT = re.compile(r"-?[0-9][0-9,]*(\.[0-9]+|(\.[0-9]+)? %)\Z")


def _number(value: object) -> bool:
    if isinstance(value, str):
        return bool(_AMOUNT.match(value))
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


_VERDICTS = {"yes": "green", "undetermined": "yellow", "breach": "red", "warning": "yellow"}


def _cell(text: str) -> Text:
    from rich.text import Text

    return Text(visible(text), style=_VERDICTS.get(text, ""))


def render_text(answer: Answer) -> str:
    """The answer as a table in text, for a summary.

    Examples
    --------
    >>> answer = Answer("x", ("party", "n"), [("甲", 1)])
    >>> render_text(answer).strip().splitlines()[-1].split()
    ['甲', '1']
    """
    out = StringIO()
    _table(answer, out)
    return out.getvalue()
