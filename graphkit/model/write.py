"""Tables written to files: CSV that a spreadsheet opens safely, JSON, and workbooks.

Text that a spreadsheet would run as a formula is guarded with a leading apostrophe wherever the
file is meant for one (CSV files, workbooks); standard output gets the text as it is.
Source of the guard: OWASP, CSV Injection (cells that begin with ``= + - @``, tab or return).
"""

from __future__ import annotations

import csv
import json
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from graphkit.model.answer import Answer
from graphkit.model.errors import UsageError
from graphkit.model.identifiers import mask, mask_secret

if TYPE_CHECKING:
    import pyarrow as pa

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def guarded(text: str) -> str:
    """The text, with an apostrophe before it where a spreadsheet would run it.

    Examples
    --------
    >>> guarded("=cmd()"), guarded("虚构科技"), guarded(" =1")
    ("'=cmd()", '虚构科技', "' =1")
    """
    return "'" + text if text.lstrip(" \u3000").startswith(_FORMULA) else text


def masked(answer: Answer) -> Answer:
    """The answer with secret columns and every resident ID and mobile number in it masked."""
    secret = [c in answer.secret for c in answer.columns]

    def cells(row: Sequence[Any]) -> tuple[Any, ...]:
        return tuple(
            (mask_secret(v) if s else mask(v)) if isinstance(v, str) else v
            for v, s in zip(row, secret, strict=True)
        )

    return Answer(
        answer.name,
        tuple(mask(column) for column in answer.columns),  # some tables head columns with ids
        (cells(row) for row in answer.rows),
        answer.as_of,
        answer.known_at,
        tuple(mask(note) for note in answer.notes),
        detail=answer.detail,
    )


def visible(text: str) -> str:
    """The text with every control and format character shown as a replacement character.

    Marks that turn the direction of text around, and line ends, would let a name pose as another.

    Examples
    --------
    >>> visible("abc\u202egpj"), visible("虚构　科技")
    ('abc\ufffdgpj', '虚构　科技')
    """
    return "".join("\ufffd" if unicodedata.category(c) in ("Cc", "Cf") else c for c in text)


def spoken(text: str) -> str:
    """A message for people: every line masked, and its control and format characters replaced.

    Examples
    --------
    >>> spoken("no 11010519491231002X\\n  a\\u202eb")
    'no 110105********002X\\n  a\ufffdb'
    """
    return "\n".join(visible(mask(line)) for line in text.split("\n"))


@contextmanager
def writing(place: Path) -> Iterator[None]:
    """Turn a file that can't be written into an error that says so and what to do.

    Raises
    ------
    UsageError
        When the operating system refuses.
    """
    try:
        yield
    except OSError as error:
        raise UsageError(
            f"{error.filename or place} can't be written: {error.strerror or error}; "
            "make its folder or name another place with -o"
        ) from None


def plain(value: Any) -> str:
    """A cell as text: dates in ISO form, decimals without exponent, yes and no, nothing for None.

    Examples
    --------
    >>> plain(Decimal("1E+3")), plain(True), plain(None), plain(date(2026, 11, 20))
    ('1000', 'yes', '', '2026-11-20')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%S.%f").rstrip("0").rstrip(".")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        raise TypeError("a float reached an answer; amounts and shares are exact")
    return str(value)


def percent(value: Decimal) -> str:
    """A fraction of at most eight decimals as a percent for people, no digit lost.

    Examples
    --------
    >>> percent(Decimal("1.655629")), percent(Decimal("0.05000000")), percent(Decimal("1.400000"))
    ('165.5629 %', '5 %', '140 %')
    """
    text = f"{value.scaleb(2):f}"
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text} %"


def money(value: Decimal) -> str:
    """An amount or quantity for people: thousands apart, two decimals at least, no digit lost.

    Examples
    --------
    >>> money(Decimal("2320450.3700")), money(Decimal("15.2034"))
    ('2,320,450.37', '15.2034')
    """
    text = f"{value:,f}"
    whole, dot, part = text.partition(".")
    return f"{whole}.{part.rstrip('0').ljust(2, '0')}" if dot else f"{text}.00"


def write_csv(
    out: TextIO, columns: Sequence[str], rows: Iterable[Sequence[Any]], *, guard: bool
) -> None:
    """Write rows as CSV with a header, lines ended by a newline alone."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([guarded(v) if guard and isinstance(v, str) else plain(v) for v in row])


def csv_bytes(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """Rows as a CSV file for a spreadsheet: UTF-8 with a byte-order mark, formulas guarded."""
    out = StringIO()
    write_csv(out, columns, rows, guard=True)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def json_rows(answer: Answer) -> Iterator[str]:
    """Each row as one line of JSON; exact numbers as text, as JSON has only floats for them."""
    for row in answer.rows:
        yield json.dumps(
            {c: _json(v) for c, v in zip(answer.columns, row, strict=True)}, ensure_ascii=False
        )


def _json(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int | str) else plain(value)


def write_workbook(place: Path, answers: Sequence[Answer]) -> None:
    """Write one sheet an answer; text stays text, and `created` is the as-of date.

    Decimals that a spreadsheet's binary numbers can't hold exactly (more than 15 digits) are
    written as text.
    """
    import xlsxwriter
    from xlsxwriter.exceptions import FileCreateError

    book = xlsxwriter.Workbook(str(place), {"strings_to_formulas": False, "strings_to_urls": False})
    head = book.add_format({"bold": True, "bottom": 1})
    for answer in answers:
        if answer.as_of is not None:
            day = answer.as_of
            book.set_properties({"created": datetime(day.year, day.month, day.day)})  # noqa: DTZ001
        sheet = book.add_worksheet(answer.name[:31])
        sheet.freeze_panes(1, 0)
        widths = [len(c) for c in answer.columns]
        for i, column in enumerate(answer.columns):
            sheet.write_string(0, i, column, head)
        for r, row in enumerate(answer.rows, 1):
            for i, value in enumerate(row):
                text = plain(value)
                widths[i] = max(widths[i], _width(text))
                if isinstance(value, Decimal | int) and not isinstance(value, bool):
                    digits = len(text.replace("-", "").replace(".", "").lstrip("0"))
                    if digits <= 15:
                        sheet.write_number(r, i, value)
                        continue
                sheet.write_string(r, i, text)
        for i, width in enumerate(widths):
            sheet.set_column(i, i, min(width + 2, 60))
    try:
        book.close()
    except FileCreateError as error:
        raise OSError(*getattr(error.args[0], "args", error.args)) from None


def _width(text: str) -> int:
    return sum(2 if ord(c) > 0x2E7F else 1 for c in text)


def arrow_rows(table: pa.Table) -> Iterator[tuple[Any, ...]]:
    """The rows of an Arrow table as tuples of exact Python values, a batch at a time."""
    for batch in table.to_batches(max_chunksize=10_000):
        yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)
