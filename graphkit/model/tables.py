"""The canonical tables, read from ``graphkit/model/schema/*.toml``.

Validation, stores and ``docs/tables.md`` derive from what stands there; nothing about a table is
written twice. Keys and time rules are settled and do not change between versions.

Column types
------------
id, text, code   text; ``code`` is a security code with its exchange suffix (``600000.SH``)
choice           text out of ``choices``
bool             yes or no
integer          64-bit
date, timestamp  a day; a moment in UTC
money            DECIMAL(20,2)
price            DECIMAL(18,4)
quantity         DECIMAL(20,2)
rate             DECIMAL(12,8), a fraction; ``plausible`` bounds it and tells a percent from one
amount           DECIMAL(28,8), a figure whose unit its name tells
share            64-bit, parts per 10**10 (:data:`graphkit.model.shares.FULL`)

Time kinds
----------
fact   has ``valid_from`` and ``valid_to`` (half open, blank is unbounded); ``valid_from`` is in
       the key
day    has ``date``, part of the key; ``in_force`` is ``day`` (that day only) or ``until_next``
event  its own dates; the key alone
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

TimeKind = Literal["fact", "day", "event"]

SQL_TYPES = {
    "id": "VARCHAR",
    "text": "VARCHAR",
    "code": "VARCHAR",
    "choice": "VARCHAR",
    "bool": "BOOLEAN",
    "integer": "BIGINT",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
    "money": "DECIMAL(20,2)",
    "price": "DECIMAL(18,4)",
    "quantity": "DECIMAL(20,2)",
    "rate": "DECIMAL(12,8)",
    "amount": "DECIMAL(28,8)",
    "share": "BIGINT",
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a canonical table."""

    name: str
    type: str
    doc: str = ""
    required: bool = False
    secret: bool = False
    refers: str | None = None
    choices: tuple[str, ...] = ()
    plausible: tuple[int, int] | None = None

    @property
    def sql_type(self) -> str:
        """DuckDB type of the column."""
        return SQL_TYPES[self.type]


@dataclass(frozen=True, slots=True)
class Percents:
    """How a pair of share columns (``<name>_min``, ``<name>_max``) is written in a file.

    ``input`` stands for both ends, ``<input>_min`` and ``<input>_max`` for each; a blank one is
    unknown (0 to 100 %) or, with ``blank = "null"``, left to a rule.
    """

    name: str
    input: str
    blank: Literal["unknown", "null"]


@dataclass(frozen=True, slots=True)
class Table:
    """A canonical table."""

    name: str
    doc: str
    time: TimeKind
    in_force: Literal["day", "until_next"] | None
    own_key: tuple[str, ...]
    columns: tuple[Column, ...]
    percents: tuple[Percents, ...]

    @property
    def key(self) -> tuple[str, ...]:
        """Key columns, the one of time included."""
        return self.own_key + _TIME_KEY[self.time]

    @property
    def parties(self) -> tuple[str, ...]:
        """Columns that name a party."""
        return tuple(c.name for c in self.columns if c.refers == "party" or self._is_party(c))

    def _is_party(self, column: Column) -> bool:
        return self.name == "party" and column.name == "party_id"

    def column(self, name: str) -> Column:
        """The column called `name`; KeyError when there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)


_TIME_KEY: dict[str, tuple[str, ...]] = {"fact": ("valid_from",), "day": ("date",), "event": ()}

_TIME_COLUMNS: dict[str, tuple[Column, ...]] = {
    "fact": (
        Column("valid_from", "date", "first day; blank: since ever"),
        Column("valid_to", "date", "first day on which it is over; blank: open"),
    ),
    "day": (Column("date", "date", "business date", required=True),),
    "event": (),
}


@cache
def tables() -> dict[str, Table]:
    """Every canonical table by name, in the order of the files.

    Examples
    --------
    >>> tables()["stake"].key
    ('holder_id', 'entity_id', 'tranche', 'valid_from')
    >>> tables()["price"].column("close").sql_type
    'DECIMAL(18,4)'
    """
    found: dict[str, Table] = {}
    folder = files("graphkit.model") / "schema"
    for name in ("who.toml", "have.toml", "do.toml"):
        for table, spec in tomllib.loads((folder / name).read_text("utf-8")).items():
            found[table] = _table(table, spec)
    return found


def _table(name: str, spec: dict[str, Any]) -> Table:
    def column(name: str, given: dict[str, Any]) -> Column:
        options: Any = {k: tuple(v) if isinstance(v, list) else v for k, v in given.items()}
        return Column(name, **options)

    columns = tuple(column(k, v) for k, v in spec["columns"].items())
    return Table(
        name=name,
        doc=spec["doc"],
        time=spec["time"],
        in_force=spec.get("in_force"),
        own_key=tuple(spec["key"]),
        columns=columns + _TIME_COLUMNS[spec["time"]],
        percents=tuple(Percents(k, **v) for k, v in spec.get("percents", {}).items()),
    )
