"""Why a line of a CSV file is not a record, in words."""

from __future__ import annotations

from graphkit.ingest.faults import expected
from graphkit.ingest.loader import FileSpec
from graphkit.ingest.readers import lines
from graphkit.model.findings import Fault

_SHOWN = 200


def row_fault(
    state: int, text: str, place: tuple[str, int], columns: tuple[str, ...], spec: FileSpec
) -> Fault:
    """The fault of the line `text` that was judged to be in `state`; `place` is file and line."""
    column, value, parts = "", text, ("",)
    code = _CODES[state]
    cells = text.split(spec.delimiter)
    if state in (lines.UNDECODABLE, lines.CONTROL):
        marks = ("\\x",) if state == lines.UNDECODABLE else ("\0", "\r")
        at = next((i for i, c in enumerate(cells) if any(m in c for m in marks)), 0)
        column, value, parts = _name(columns, at), cells[at], (spec.encoding.upper(),)
    elif state in (lines.UNCLOSED, lines.STRAY):
        at, value = wrong_quote(text, spec.delimiter, spec.quote)
        column = _name(columns, at)
        most = spec.max_lines_per_record
        parts = ("its line" if most == 1 else f"{most} lines",)
    else:
        given = len(lines.fields(text, spec.delimiter, spec.quote) or cells)
        column = _name(columns, given)
        value, parts = f"{given} field{'' if given == 1 else 's'}", (str(len(columns)),)
    wanted = expected(code, *parts)
    return Fault(code, *place, column, value[:_SHOWN], wanted, text, spec.name)


_CODES = {
    lines.UNDECODABLE: "undecodable",
    lines.CONTROL: "control_character",
    lines.UNCLOSED: "unclosed_quote",
    lines.STRAY: "stray_quote",
    lines.FEW: "too_few_fields",
    lines.MANY: "too_many_fields",
}


def _name(columns: tuple[str, ...], at: int) -> str:
    return columns[at] if at < len(columns) else columns[-1]


def wrong_quote(text: str, delimiter: str, quote: str) -> tuple[int, str]:
    """The number of the field whose quote is wrong, and the text from where it starts.

    Examples
    --------
    >>> wrong_quote('a,"b,c', ",", '"'), wrong_quote('"a","b"c', ",", '"')
    ((1, '"b,c'), (1, '"b"c'))
    """
    number = at = 0
    while at < len(text):
        if text[at] == quote:
            close = at + 1
            while (close := text.find(quote, close)) >= 0 and text[close + 1 : close + 2] == quote:
                close += 2
            if close < 0 or (close + 1 < len(text) and text[close + 1] != delimiter):
                return number, text[at:]
            end = close + 1
        else:
            end = text.find(delimiter, at)
            end = len(text) if end < 0 else end
            if quote in text[at:end]:
                return number, text[at:]
        at, number = end + 1, number + 1
    return 0, text
