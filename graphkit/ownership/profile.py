"""Profiles of beneficial ownership: which limbs, which line, where looking stops. Data, not code.

A profile is ``graphkit/rules/profiles/<name>.toml``: dated spans with their sources. Keys:

limbs            which of benefit, control, interest are computed (each by itself)
stops_at         kinds of party that are an answer: nobody is looked for behind them
fallback         who is named when no limb finds anybody; ``none``: nobody, the party is unresolved
benefit          relations: kind and the end (a or b) that may enjoy the benefit; rights: kinds
control.prong    ``parallel``: computed whatever the other limbs find
interest         threshold (a fraction), inclusive, measure (capital or votes), combine
                 (``multiply``: products along chains), aggregate (persons together),
                 dispersed_rest (``below_line`` or ``every``: what of a dispersed rest one may own)
source, status   of the span and of each limb, as in :mod:`graphkit.rules.book`
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache
from importlib.resources import files
from typing import Any, Literal, cast

from graphkit.model.errors import UsageError
from graphkit.ownership.interest_sheets import Measure
from graphkit.ownership.results import Limb

End = Literal["a", "b"]


@dataclass(frozen=True, slots=True)
class Profile:
    """One span of a profile, as in force on a day."""

    name: str
    term: str
    source: str
    unconfirmed: tuple[str, ...]
    limbs: tuple[Limb, ...]
    stops_at: frozenset[str]
    relations: dict[str, End]
    rights: frozenset[str]
    threshold: Fraction
    inclusive: bool
    measure: Measure
    every_rest: bool
    start: date | None = None
    end: date | None = None

    def passes(self, interest: Fraction) -> bool:
        """Whether an interest is over the line."""
        return interest >= self.threshold if self.inclusive else interest > self.threshold

    def notes(self) -> tuple[str, ...]:
        """What of the profile nobody has confirmed, for printing beside an answer."""
        if not self.unconfirmed:
            return ()
        return (f"profile {self.name}: {', '.join(self.unconfirmed)} [unconfirmed]",)


# What each key may hold: a type, or the values that this version can compute.
_STATUS = ("confirmed", "unconfirmed", "house")
_SPAN: dict[str, Any] = {
    "term": str,
    "from": date,
    "to": date,
    "source": str,
    "status": _STATUS,
    "limbs": list,
    "stops_at": list,
    "fallback": ("none",),
    "benefit": dict,
    "control": dict,
    "interest": dict,
}
_LIMBS: dict[str, dict[str, Any]] = {
    "benefit": {"relations": dict, "rights": list},
    "control": {"prong": ("parallel",)},
    "interest": {
        "threshold": Decimal,
        "inclusive": bool,
        "measure": ("capital", "votes"),
        "combine": ("multiply",),
        "aggregate": (False,),
        "dispersed_rest": ("below_line", "every"),
    },
}
_OPTIONAL = frozenset({"term", "from", "to"})


def profile_on(name: str, day: date) -> Profile:
    """The profile `name` as in force on a day.

    Raises
    ------
    UsageError
        When there is no such profile, none of its spans covers the day, or its file has an unknown
        key or value (the message names file and line).

    Examples
    --------
    >>> p = profile_on("cn-margin", date(2026, 11, 20))
    >>> p.threshold, p.inclusive, p.limbs
    (Fraction(1, 2), False, ('benefit', 'control', 'interest'))
    """
    spans = [
        p
        for p in _spans(name)
        if (p.start is None or p.start <= day) and (p.end is None or day < p.end)
    ]
    if not spans:
        raise UsageError(f"profile {name}: no span is in force on {day}")
    if len(spans) > 1:
        raise UsageError(
            f"profile {name}: {len(spans)} spans are in force on {day}; "
            "let one end where the other begins"
        )
    return spans[0]


def profile_names() -> list[str]:
    """The names of the profiles there are, sorted."""
    folder = files("graphkit.rules") / "profiles"
    return sorted(
        e.name.removesuffix(".toml") for e in folder.iterdir() if e.name.endswith(".toml")
    )


@cache
def _spans(name: str) -> tuple[Profile, ...]:
    if name not in profile_names():
        known = ", ".join(profile_names())
        raise UsageError(f"no profile {name!r}; known: {known}")
    text = (files("graphkit.rules") / "profiles" / f"{name}.toml").read_text("utf-8")
    return tuple(read_profile(text, name))


def read_profile(text: str, name: str, file: str | None = None) -> list[Profile]:
    """The spans in the text of a profile's file; UsageError names file and line.

    Examples
    --------
    >>> try:
    ...     read_profile("[[span]]\\nsource = 's'\\nlmbs = []", "x")
    ... except UsageError as error:
    ...     print(error)
    profiles/x.toml:3: unknown key 'lmbs'; known: ['benefit', 'control', 'fallback', 'from', \
'interest', 'limbs', 'source', 'status', 'stops_at', 'term', 'to']
    """
    book = file or f"profiles/{name}.toml"
    try:
        data = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{book}: not TOML: {error}") from None
    reader = _Reader(book, text.splitlines())
    reader.keys(data, {"span": list}, 0, "")
    return [reader.span(name, number, given) for number, given in enumerate(data["span"])]


class _Reader:
    """Checks keys and values, and finds the line on which one stands."""

    def __init__(self, book: str, lines: list[str]) -> None:
        self.book, self.lines = book, lines
        self.heads = [n for n, line in enumerate(lines) if line.strip() == "[[span]]"]

    def span(self, name: str, number: int, given: dict[str, Any]) -> Profile:
        """One span as a profile."""
        start = self.heads[number] if number < len(self.heads) else 0
        self.keys(given, _SPAN, start, "")
        unconfirmed = ["its wording"] if given["status"] == "unconfirmed" else []
        for limb, known in _LIMBS.items():
            here = self._line(f"[span.{limb}]", start) - 1
            self.keys(given[limb], {**known, "source": str, "status": _STATUS}, here, f"{limb}.")
            if given[limb]["status"] == "unconfirmed":
                unconfirmed.append(f"limb {limb}")
        for limb in given["limbs"]:
            if limb not in _LIMBS:
                self._refuse("limbs", start, f"limb {limb!r}; expected some of {sorted(_LIMBS)}")
        benefit, interest = given["benefit"], given["interest"]
        for kind, end in benefit["relations"].items():
            if end not in ("a", "b"):
                self._refuse("relations", start, f"{kind} = {end!r}; expected the end 'a' or 'b'")
        threshold = Fraction(interest["threshold"])
        if not 0 < threshold <= 1:
            self._refuse("threshold", start, f"{threshold}; expected a fraction above 0, at most 1")
        return Profile(
            name=name,
            term=given.get("term", ""),
            source=given["source"],
            unconfirmed=tuple(unconfirmed),
            limbs=tuple(given["limbs"]),
            stops_at=frozenset(given["stops_at"]),
            relations=benefit["relations"],
            rights=frozenset(benefit["rights"]),
            threshold=threshold,
            inclusive=interest["inclusive"],
            measure=cast("Measure", interest["measure"]),
            every_rest=interest["dispersed_rest"] == "every",
            start=given.get("from"),
            end=given.get("to"),
        )

    def keys(self, given: dict[str, Any], known: dict[str, Any], start: int, prefix: str) -> None:
        """Refuse unknown keys, missing ones, and values that are not allowed."""
        for key in given:
            if key not in known:
                self._refuse(key, start, f"unknown key {prefix + key!r}; known: {sorted(known)}")
        for key, allowed in known.items():
            if key not in given:
                if key in _OPTIONAL:
                    continue
                raise UsageError(f"{self.book}:{start + 1}: {prefix + key!r} is missing")
            value = given[key]
            if isinstance(allowed, tuple):
                if not any(value is a or value == a for a in allowed):
                    choices = ", ".join(repr(a) for a in allowed)
                    self._refuse(
                        key, start, f"{prefix}{key} = {value!r}; this version knows {choices}"
                    )
            elif not isinstance(value, allowed):
                kind = "fraction such as 0.50" if allowed is Decimal else allowed.__name__
                self._refuse(key, start, f"{prefix}{key} = {value!r}; expected a {kind}")

    def _refuse(self, key: str, start: int, message: str) -> None:
        raise UsageError(f"{self.book}:{self._line(key, start)}: {message}")

    def _line(self, text: str, start: int) -> int:
        """The number of the first line from `start` on that begins with a key or a table's head."""
        pattern = re.compile(rf'\s*(\[+span\.)?"?{re.escape(text)}"?\s*(=|\]|$)')
        for number, line in enumerate(self.lines[start:], start + 1):
            if pattern.match(line) or line.strip() == text:
                return number
        return start + 1
