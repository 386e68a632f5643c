"""Which few facts to look at when rows with certain values are asked for.

Invariant: what is kept holds every row wanted and, with each, every other row of the same key, so
that picking the row in force among those kept gives what picking among all would give.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from graphkit.model.tables import Table
from graphkit.store.belief import integers
from graphkit.store.layout import (
    key_column,
    key_of,
    keyed,
    lead,
    literals,
    quoted,
    turned,
    turned_name,
)

if TYPE_CHECKING:
    import duckdb

MANY = 4096
"""Above so many values or lead keys, reading the column whole is faster than a list."""


@dataclass(frozen=True, slots=True)
class Nearby:
    """`condition` on a stored row ``t``; `leads`, an SQL list of the lead keys it is limited to."""

    condition: str
    leads: str = ""


def nearby(
    con: duckdb.DuckDBPyConnection,
    table: Table,
    where: str,
    values: Collection[str],
    every_id: Callable[[Collection[str]], set[str]],
) -> Nearby | None:
    """Where to look for rows whose column `where` has one of the values; None: everywhere.

    `every_id` gives all ids of the parties that some ids mean.
    """
    if len(values) > MANY:
        return None
    first = key_column(lead(table))
    wanted = every_id(values) if where in table.parties else set(values)
    keys = integers({key_of(v) for v in wanted})
    if where == lead(table):
        return Nearby(f"t.{first} IN {keys}", keys)
    name = quoted(table.name)
    if where in turned(table):
        query = f"SELECT DISTINCT lead FROM {turned_name(table, where)} WHERE key IN {keys}"
    elif where in keyed(table):
        query = f"SELECT DISTINCT {first} FROM {name} WHERE {key_column(where)} IN {keys}"
    else:
        column, own = quoted(where), quoted(lead(table))
        query = (
            f"SELECT DISTINCT {own} FROM {name}"
            f" WHERE {column} IN (SELECT unnest({literals(sorted(wanted))}))"
        )
    found = [row[0] for row in con.execute(f"{query} LIMIT {MANY + 1}").fetchall()]
    if len(found) > MANY:
        return None
    if where in keyed(table):
        leads = integers(found)
        return Nearby(f"t.{first} IN {leads} AND t.{key_column(where)} IN {keys}", leads)
    ids = every_id(found) if lead(table) in table.parties else found
    leads = integers({key_of(i) for i in ids})
    return Nearby(f"t.{first} IN {leads}", leads)
