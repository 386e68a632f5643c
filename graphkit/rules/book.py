"""The rulebook in force on a day, read from the dated TOML files beside this module.

A rule looks like this; a name may stand several times with spans that do not overlap::

    [[rule]]
    name = "call_line"                 # the field's own term
    term = "平仓线"                     # the Chinese term, where the rule is Chinese
    value = 1.30                       # number (exact decimal), text, list or table
    inclusive = false                  # for a line: whether the number itself is on the bad side
    from = 2019-08-19                  # first day; absent: since ever
    to = 2026-01-19                    # first day on which it is over; absent: open
    source = "contract practice; RULES.md section 2, house defaults"
    status = "house"                   # confirmed, unconfirmed or house

Nothing of the kind is written in code. An unconfirmed value says so wherever it is printed
(:meth:`Rule.label`).
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from graphkit.model.errors import UsageError

Status = Literal["confirmed", "unconfirmed", "house"]
_KEYS = {"name", "term", "value", "inclusive", "from", "to", "source", "status"}
_STATUS = ("confirmed", "unconfirmed", "house")


@dataclass(frozen=True, slots=True)
class Rule:
    """One dated value with its source."""

    name: str
    value: Any
    source: str
    status: Status
    book: str
    term: str = ""
    inclusive: bool | None = None
    start: date | None = None
    end: date | None = None

    def label(self) -> str:
        """The rule's name for people, marked where nobody confirmed it."""
        term = f" ({self.term})" if self.term else ""
        return f"{self.name}{term}{' [unconfirmed]' if self.status == 'unconfirmed' else ''}"


class Rulebook:
    """The rules in force on one day, by name.

    Examples
    --------
    >>> from datetime import date
    >>> book = Rulebook.on(date(2026, 11, 20))
    >>> book["disclosure_line"].value
    Decimal('0.05')
    """

    def __init__(self, day: date, rules: dict[str, Rule], version: str) -> None:
        self.day = day
        self.version = version
        self._rules = rules

    @classmethod
    def on(cls, day: date) -> Rulebook:
        """The rulebook in force on `day`."""
        every, version = _every_rule()
        rules: dict[str, Rule] = {}
        for rule in every:
            if (rule.start is None or rule.start <= day) and (rule.end is None or day < rule.end):
                if rule.name in rules:
                    raise UsageError(
                        f"rule {rule.name} stands twice on {day} (in {rules[rule.name].book} and "
                        f"{rule.book}); let one end where the other begins"
                    )
                rules[rule.name] = rule
        return cls(day, rules, version)

    def __getitem__(self, name: str) -> Rule:
        """The rule called `name`; UsageError when none is in force on the day."""
        try:
            return self._rules[name]
        except KeyError:
            raise UsageError(
                f"no rule {name!r} is in force on {self.day}; "
                "`graphkit rules show` lists those that are"
            ) from None

    def __contains__(self, name: str) -> bool:
        return name in self._rules

    def __iter__(self) -> Iterator[Rule]:
        return iter(sorted(self._rules.values(), key=lambda r: (r.book, r.name)))


@cache
def _every_rule() -> tuple[tuple[Rule, ...], str]:
    """Every rule of every file, and a hash of the files' content, profiles included."""
    found: list[Rule] = []
    digest = hashlib.sha256()
    folder = files("graphkit.rules")
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        if entry.name.endswith(".toml"):
            text = entry.read_text("utf-8")
            digest.update(text.encode())
            found += read_rules(text, entry.name)
    for profile in sorted((folder / "profiles").iterdir(), key=lambda e: e.name):
        digest.update(profile.read_bytes())
    return tuple(found), digest.hexdigest()


def read_rules(text: str, book: str) -> list[Rule]:
    """The rules in the text of one file; UsageError names the file and what is wrong.

    Examples
    --------
    >>> text = '[[rule]]\\nname = "x"\\nvalue = 0.05\\nsource = "s"\\nstatus = "house"'
    >>> read_rules(text, "a.toml")[0].value
    Decimal('0.05')
    """
    try:
        data = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{book}: not TOML: {error}") from None
    rules = []
    for number, given in enumerate(data.get("rule", []), 1):
        where = f"{book}, rule {number} ({given.get('name', 'without a name')})"
        if unknown := sorted(set(given) - _KEYS):
            raise UsageError(f"{where}: unknown key {unknown[0]!r}; known: {sorted(_KEYS)}")
        if missing := sorted({"name", "value", "source", "status"} - set(given)):
            raise UsageError(f"{where}: {missing[0]!r} is missing")
        if given["status"] not in _STATUS:
            raise UsageError(f"{where}: status {given['status']!r}; expected one of {_STATUS}")
        rules.append(
            Rule(
                name=given["name"],
                value=given["value"],
                source=given["source"],
                status=given["status"],
                book=book,
                term=given.get("term", ""),
                inclusive=given.get("inclusive"),
                start=given.get("from"),
                end=given.get("to"),
            )
        )
    return rules
