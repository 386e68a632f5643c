"""Resident IDs and phone numbers masked in the tables of a night, ids kept apart.

A party's id may itself be a resident ID. Two that look alike once masked would become one party, so
each gets a number behind the mask, counted in the order of the ids: the same in every table.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from graphkit.model.identifiers import mask, revealing

if TYPE_CHECKING:
    import pyarrow as pa


def masked_tables(tables: dict[str, pa.Table]) -> dict[str, pa.Table]:
    """The tables with every resident ID and mobile number in their text masked.

    Examples
    --------
    >>> import pyarrow as pa
    >>> ids = ["11010519491231002X", "11010519800101002X", "P1"]
    >>> masked_tables({"t": pa.table({"id": ids})})["t"]["id"].to_pylist()
    ['110105********002X#1', '110105********002X#2', 'P1']
    """
    found: set[str] = set()
    for _, column in _texts(tables):
        for text in column.unique().to_pylist():
            found.update(revealing(text or ""))
    if not found:
        return tables
    shown = _apart(found)
    return {name: _with(table, shown) for name, table in tables.items()}


def _apart(numbers: Iterable[str]) -> dict[str, str]:
    alike: dict[str, list[str]] = defaultdict(list)
    for number in sorted(numbers):
        alike[mask(number)].append(number)
    return {
        number: masked if len(same) == 1 else f"{masked}#{place}"
        for masked, same in alike.items()
        for place, number in enumerate(same, 1)
    }


def _texts(tables: dict[str, pa.Table]) -> Iterator[tuple[str, pa.ChunkedArray]]:
    import pyarrow as pa

    for table in tables.values():
        for name in table.column_names:
            if pa.types.is_string(table.schema.field(name).type):
                yield name, table[name]


def _with(table: pa.Table, shown: dict[str, str]) -> pa.Table:
    import pyarrow as pa

    def said(text: str | None) -> str | None:
        if text is None:
            return None
        for number in revealing(text):
            text = text.replace(number, shown[number])
        return text

    for place, name in enumerate(table.column_names):
        column = table[name]
        if not pa.types.is_string(table.schema.field(name).type):
            continue
        distinct = {text: said(text) for text in column.unique().to_pylist()}
        if any(text != masked for text, masked in distinct.items()):
            masked = pa.array([distinct[text] for text in column.to_pylist()], pa.string())
            table = table.set_column(place, name, masked)
    return table
