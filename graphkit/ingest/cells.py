"""What is wrong with one cell, in Python: the reference for the SQL that checks whole columns.

The SQL of :mod:`graphkit.ingest.checks` says which rows are bad; this says why. The two are written
apart and tested against each other.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal

from graphkit.ingest.faults import expected
from graphkit.ingest.vocabulary import Input
from graphkit.model.shares import ShareError, parse_percent
from graphkit.model.tables import SQL_TYPES

Problem = tuple[str, str]
"""Code of a fault and what was expected."""

_INVISIBLE = (
    (0x01, 0x1F),
    (0x7F, 0xA0),
    (0xAD, 0xAD),
    (0x34F, 0x34F),
    (0x61C, 0x61C),
    (0x115F, 0x1160),
    (0x1680, 0x1680),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x2000, 0x200F),
    (0x2028, 0x202F),
    (0x205F, 0x206F),
    (0x2800, 0x2800),
    (0x3000, 0x3000),
    (0x3164, 0x3164),
    (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0),
    (0xFFF9, 0xFFFB),
    (0xE0000, 0xE007F),
)
"""Control and format characters, fillers, and every space but the plain one (Unicode 16)."""

UNSEEN = "^ | $|[" + "".join(f"{chr(a)}-{chr(b)}" for a, b in _INVISIBLE) + "]"
"""A pattern, for Python and RE2 alike, that an id may not contain."""

CODE = r"[0-9A-Za-z]+\.[A-Z]{2,4}"
NUMBER = r"-?[0-9]+(\.[0-9]+)?"
DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
TIME = DATE + r"[ T]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?"
BOOLS = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
"""How a yes or no is written."""

_UNSEEN = re.compile(UNSEEN.replace(" $", r" \Z"))


def digits(kind: str, unit: str = "fraction") -> tuple[int, int]:
    """How many digits a number may have before and behind the point.

    Examples
    --------
    >>> digits("money"), digits("rate", "percent"), digits("integer")
    ((18, 2), (6, 6), (18, 0))
    """
    if kind == "integer":
        return 18, 0
    width, scale = map(int, re.findall(r"[0-9]+", SQL_TYPES[kind]))
    shift = 2 if unit == "percent" else 0
    return width - scale + shift, scale - shift


def problem(given: Input, text: str | None, key: bool, unit: str = "fraction") -> Problem | None:
    """What is wrong with a cell of a file, None when nothing is; blank is None or ""."""
    if not text:
        if not given.required:
            return None
        code = "empty_key" if key else "empty_value"
        return code, expected(code)
    match given.type:
        case "id":
            return _unseen(text)
        case "code":
            return _unseen(text) or _unless(re.fullmatch(CODE, text), "code_form")
        case "choice":
            choices = given.column.choices if given.column else ()
            return _unless(text in choices, "bad_choice", ", ".join(choices))
        case "bool":
            return _unless(text in BOOLS, "bad_bool")
        case "date":
            return _unless(re.fullmatch(DATE, text), "date_form") or _unless(
                _exists(date, text), "no_such_date"
            )
        case "timestamp":
            return _unless(re.fullmatch(TIME, text) and _exists(datetime, text), "time_form")
        case "percent":
            return _percent(given, text)
        case "text":
            return None
    return _number(given, text, unit)


def _unless(fits: object, code: str, *parts: object) -> Problem | None:
    return None if fits else (code, expected(code, *parts))


def _unseen(text: str) -> Problem | None:
    return _unless(not _UNSEEN.search(text), "invisible_character")


def _exists(kind: type[date], text: str) -> bool:
    try:
        kind.fromisoformat(text)
    except ValueError:
        return False
    return True


def _number(given: Input, text: str, unit: str) -> Problem | None:
    if text.endswith(("%", "％")) and re.fullmatch(NUMBER, text[:-1].rstrip()):
        return "percent_sign", expected("percent_sign")
    whole_digits, decimals = digits(given.type, unit)
    if not re.fullmatch(NUMBER, text) or (given.type == "integer" and "." in text):
        if given.type == "integer":
            return "number_form", expected("number_form", "whole number", "12")
        return "number_form", expected("number_form", "decimal", "1234.5")
    whole, _, part = text.removeprefix("-").partition(".")
    if len(part) > decimals:
        return "too_many_decimals", expected("too_many_decimals", decimals)
    if len(whole) > whole_digits:
        return "number_too_large", expected("number_too_large", whole_digits)
    return _plausible(given, text, unit)


def _plausible(given: Input, text: str, unit: str) -> Problem | None:
    if given.column is None or given.column.plausible is None:
        return None
    low, high = given.column.plausible
    scale = 100 if unit == "percent" else 1
    if low * scale <= Decimal(text) <= high * scale:
        return None
    other, factor = ("fraction", 1) if unit == "percent" else ("percent", 100)
    if low * factor <= Decimal(text) <= high * factor:
        return "ambiguous_unit", expected("ambiguous_unit", unit, low * scale, high * scale, other)
    return "out_of_range", expected("out_of_range", unit, low * scale, high * scale)


def _percent(given: Input, text: str) -> Problem | None:
    mark = text[0] if text[0] in "<>" else ""
    number = text.removeprefix(mark)
    if number.endswith(("%", "％")):
        return "percent_sign", expected("percent_sign")
    if re.fullmatch(NUMBER, number) and number.startswith("-"):
        return "negative_share", expected("negative_share")
    if not re.fullmatch(r"[0-9]+(\.[0-9]+)?", number):
        return "number_form", expected("number_form", "decimal", "51 or 33.33333333")
    if len(number.partition(".")[2]) > 8:
        return "too_many_decimals", expected("too_many_decimals", 8)
    if Decimal(number) > 100:
        return "share_over_100", expected("share_over_100")
    if given.end == "min" and mark == "<":
        return "share_mark", expected("share_mark", "no '<' before the least share")
    if given.end == "max" and mark == ">":
        return "share_mark", expected("share_mark", "no '>' before the most share")
    try:
        parse_percent(text)
    except ShareError as error:
        return "empty_share", str(error)
    return None
