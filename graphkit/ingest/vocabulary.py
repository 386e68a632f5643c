"""The columns that a file of a canonical table may have, derived from the model."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

from graphkit.model.tables import Column, Percents, Table, tables

End = Literal["both", "min", "max"]


@dataclass(frozen=True, slots=True)
class Input:
    """A column of a file: a column of the model, or one end (or both) of a pair of shares."""

    name: str
    type: str
    column: Column | None = None
    percents: Percents | None = None
    end: End | None = None

    @property
    def required(self) -> bool:
        """Whether a file must have the column, and every row a value in it."""
        return self.column is not None and self.column.required


_NUMBER = ("identifier", "value")
"""A text that makes one party of two: what can't be seen in an id can't be in it either."""


@cache
def inputs(table: Table) -> tuple[Input, ...]:
    """Every column that a file of `table` may have; a pair of shares is written as percents.

    Examples
    --------
    >>> [i.name for i in inputs(tables()["stake"])][:6]
    ['holder_id', 'entity_id', 'tranche', 'percent', 'percent_min', 'percent_max']
    """
    found: list[Input] = []
    pairs = {f"{p.name}_min": p for p in table.percents}
    seconds = {f"{p.name}_max" for p in table.percents}
    for column in table.columns:
        if pair := pairs.get(column.name):
            ends: tuple[tuple[str, End], ...] = (("", "both"), ("_min", "min"), ("_max", "max"))
            found += [
                Input(pair.input + tail, "percent", percents=pair, end=end) for tail, end in ends
            ]
        elif column.name not in seconds:
            kind = "id" if (table.name, column.name) == _NUMBER else column.type
            found.append(Input(column.name, kind, column=column))
    return tuple(found)


SPANS = (
    ("valid_from", "valid_to"),
    ("from_date", "until_date"),
    ("open_date", "due_date"),
    ("open_date", "close_date"),
)
"""Pairs of columns of which the second may not lie before the first.

``valid_to`` is the first day on which a fact is over, so it lies after ``valid_from``.
"""


def spans(table: Table) -> list[tuple[str, str]]:
    """The pairs of :data:`SPANS` that `table` has."""
    names = {c.name for c in table.columns}
    return [(start, end) for start, end in SPANS if start in names and end in names]


__all__ = ["Input", "inputs", "spans", "tables"]
