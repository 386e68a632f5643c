"""A flag: what surveillance found, with everything that it rests on."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from graphkit.clients.group import Link, Standing

FlagSeverity = Literal["breach", "high", "medium"]
"""``breach`` is a hard rule; no label lowers it."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of the arithmetic: its name, its value as text, the rule it is held against."""

    name: str
    value: str
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Flag:
    """Something to look into.

    `code` is the security, `sequence` the order of events, `contracts` and `fills` the short sales,
    `link` the chain from the client that sold short to the party of the transfer (empty: the same
    party). `standing` is ``possible`` where the group link or an account is only possible. `labels`
    are benign reasons to check; a label never removes a flag.
    """

    flag_id: str
    typology: str
    sequence: str
    severity: FlagSeverity
    standing: Standing
    group_id: str
    code: str
    text: str
    contracts: tuple[str, ...]
    fills: tuple[str, ...]
    transfer_id: str
    link: tuple[Link, ...]
    arithmetic: tuple[Figure, ...]
    facts: tuple[str, ...]
    labels: tuple[str, ...] = ()


def flag_id(*content: str) -> str:
    """A stable id out of what the flag is about.

    Examples
    --------
    >>> flag_id("short_then_reduce", "L1:a", "t1") == flag_id("short_then_reduce", "L1:a", "t1")
    True
    >>> flag_id("ab", "c") == flag_id("a", "bc")
    False
    """
    text = "".join(f"{len(part)}:{part}" for part in content)
    return "F" + hashlib.sha256(text.encode()).hexdigest()[:16]


def number(value: Decimal) -> str:
    """A quantity or price as plain text without needless zeros.

    Examples
    --------
    >>> number(Decimal("3000000.00")), number(Decimal("22.3200"))
    ('3000000', '22.32')
    """
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def rounded(value: Fraction, places: int = 2, *, down: bool = False) -> str:
    """An exact value as a decimal, half away from zero (or cut off, `down`).

    Examples
    --------
    >>> rounded(Fraction(7, 100) * 100), rounded(Fraction(2, 3)), rounded(Fraction(2, 3), down=True)
    ('7.00', '0.67', '0.66')
    >>> rounded(Fraction(-1, 200))
    '-0.01'
    """
    scaled = abs(value) * 10**places
    units, rest = divmod(scaled.numerator, scaled.denominator)
    if not down and 2 * rest >= scaled.denominator:
        units += 1
    return f"{'-' if value < 0 and units else ''}{Decimal(units).scaleb(-places):f}"
