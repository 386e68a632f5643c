"""Every fault that a row or a file can have, by code: what was expected, in words.

A row with a fault is quarantined, alone; a file with one of :data:`REFUSES` is refused whole.
"""

from __future__ import annotations

from graphkit.model.errors import InputRefused
from graphkit.model.findings import Fault

EXPECTED = {
    # the file
    "unreadable_file": "a file that can be read: {}",
    "empty_file": "a header line with the columns {}",
    "wrong_encoding": "text in {}",
    "unknown_column": "one of the columns {}",
    "missing_column": "the column {} in the header",
    "repeated_column": "each column once in the header",
    # the row
    "undecodable": "text in {}",
    "control_character": "no NUL and no carriage return inside a row",
    "unclosed_quote": "a quote that closes within {}",
    "stray_quote": 'quotes around a whole field, and "" for a quote in it',
    "too_few_fields": "{} fields as in the header",
    "too_many_fields": "{} fields as in the header",
    # the cell
    "empty_key": "a value, since it is part of the row's key",
    "empty_value": "a value",
    "invisible_character": "no space at either end and no invisible character inside an id",
    "code_form": "a security code with its exchange, such as 600000.SH",
    "bad_choice": "one of {}",
    "bad_bool": "yes, no, true, false, 1 or 0",
    "number_form": "a plain {} such as {}",
    "too_many_decimals": "at most {} decimals",
    "number_too_large": "at most {} digits before the point",
    "percent_sign": "a number without a percent sign",
    "negative_share": "a share of 0 or more",
    "share_over_100": "a share of at most 100",
    "empty_share": "{}",
    "share_mark": "{}",
    "two_share_forms": "either {} or the pair {} and {}",
    "min_over_max": "a least share that is not above the most, {}",
    "ambiguous_unit": "a {} between {} and {}; the value fits only as a {}: is the unit right?",
    "out_of_range": "a {} between {} and {}",
    "date_form": "a date as YYYY-MM-DD",
    "no_such_date": "a date that exists",
    "time_form": "a time as YYYY-MM-DD HH:MM:SS that exists, without a zone",
    "end_before_start": "a day {} {}, {}",
    "bad_uscc": "a unified social credit code (18 characters) with the right check character",
    "bad_cn_id": "a resident identity number (18 characters, X as a capital), right check digit",
    "bad_lei": "a legal entity identifier (20 characters) with the right check digits",
    # rows together
    "conflicting_key": "one content for one key; {} says otherwise",
}

REFUSES = frozenset(
    {
        "unreadable_file",
        "empty_file",
        "wrong_encoding",
        "unknown_column",
        "missing_column",
        "repeated_column",
    }
)
"""Faults that refuse the whole file."""


def expected(code: str, *parts: object) -> str:
    """What was expected where the fault `code` stands, its gaps filled with `parts`.

    Examples
    --------
    >>> expected("too_many_decimals", 2)
    'at most 2 decimals'
    """
    return EXPECTED[code].format(*parts)


class FileRefused(InputRefused):
    """A file that can't be loaded at all; `fault` says where and why."""

    def __init__(self, fault: Fault, advice: str) -> None:
        super().__init__(f"{fault}; the file is refused, nothing was loaded. {advice}")
        self.fault = fault
