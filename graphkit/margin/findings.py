"""The words of the margin stage's findings.

The step ``fault`` says what was found; ``findings.toml`` has severity, effect on figures and the
sentence. A feed that is missing as a whole makes one finding, not one an account.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from itertools import groupby
from typing import Any

from graphkit.model.findings import Effect, Finding, Severity

_MANY = 100
"""Findings of one code beyond which they are given as one with a count and the first ten."""
_FIRST = 10


@dataclass(frozen=True, slots=True)
class _Words:
    severity: Severity
    effect: Effect
    text: str
    account: str = ""


@cache
def _words() -> dict[str, _Words]:
    text = (files("graphkit.margin") / "findings.toml").read_text("utf-8")
    return {code: _Words(**given) for code, given in tomllib.loads(text).items()}


def findings(
    rows: Sequence[tuple[Any, ...]], day: date, previous_day: date | None
) -> tuple[Finding, ...]:
    """The findings of the rows of step ``fault``, in order of code and subject."""
    found: list[Finding] = []
    for _, same in groupby(rows, key=lambda r: r[0]):
        each = [_finding(row, day, previous_day) for row in same]
        found += each if len(each) <= _MANY else [_summary(each)]
    if previous_day is None:
        found.append(
            Finding(
                "calendar_unknown",
                "warning",
                "calendar",
                f"the trading calendar does not know the day before {day}: whether positions or "
                "contracts are missing is not tested",
            )
        )
    return tuple(found)


def _finding(row: tuple[Any, ...], day: date, previous_day: date | None) -> Finding:
    code, subject, accounts, d1, d2, d3, facts = row
    words = _words()[code]
    newer = ""
    if code == "fair_value_used" and d3 is not None:
        newer = f"; it is newer than its acceptance of {d3}: look at it again"
    text = words.text.format(
        subject=subject,
        accounts=accounts,
        d1=d1 if d1 is not None else "none",
        d2=d2,
        d3=d3,
        day=day,
        before=previous_day,
        newer=newer,
    )
    return Finding(
        code,
        words.severity,
        subject,
        text,
        tuple(f for f in facts if f),
        words.effect,
        {"accounts": str(accounts), "account": d1 if words.account == "d1" else subject},
    )


def _summary(each: list[Finding]) -> Finding:
    first = each[0]
    others = ", ".join(f.subject for f in each[1:_FIRST])
    return Finding(
        first.code,
        first.severity,
        "many",
        f"{len(each)} findings of this kind; the first: {first.message}; then {others}, ...",
        tuple(fact for f in each[:_FIRST] for fact in f.facts),
        first.effect,
        {"count": str(len(each))},
    )
