"""Which loads count at a sequence, and the SQL condition under which a fact is believed there.

Invariant: belief is a pure function of the rows of ``load`` and ``closed`` up to the sequence; what
comes later never changes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from graphkit.model.errors import UsageError
from graphkit.store.layout import quoted

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True, slots=True)
class Load:
    """The head of a load; `withdraws` is the sequence of the load that it withdraws."""

    sequence: int
    load_id: str
    source: str
    known_at: datetime
    withdraws: int | None


@dataclass(frozen=True, slots=True)
class Effect:
    """What a load did to one table, as ``load_table`` says (:mod:`graphkit.store.layout`)."""

    sequence: int
    table: str
    facts: int
    closed: int
    last_day: date | None
    versions: bool


class Belief:
    """The loads that count at `sequence`, out of all loads and their effects.

    Examples
    --------
    >>> day = datetime(2026, 1, 5, tzinfo=UTC)
    >>> loads = [Load(1, "a", "x", day, None), Load(2, "b", "x", day, None),
    ...          Load(3, "c", "x", day, 1)]
    >>> sorted(Belief(loads, [], 2).counting), sorted(Belief(loads, [], 3).counting)
    ([1, 2], [2, 3])
    """

    def __init__(self, loads: Iterable[Load], effects: Iterable[Effect], sequence: int) -> None:
        self.sequence = sequence
        self.loads = {load.sequence: load for load in loads if load.sequence <= sequence}
        self.withdrawn = frozenset(
            load.withdraws for load in self.loads.values() if load.withdraws is not None
        )
        self.counting = frozenset(self.loads) - self.withdrawn
        self.effects = [e for e in effects if e.sequence in self.counting]

    def stating(self, table: str, *, source: str | None = None) -> list[int]:
        """Sequences of the counting loads that added facts to the table (of one source or all)."""
        return [
            e.sequence
            for e in self.effects
            if e.table == table
            and e.facts
            and (source is None or self.loads[e.sequence].source == source)
        ]

    def has_closings(self, table: str) -> bool:
        """Whether any counting load closed facts of the table."""
        return any(e.closed for e in self.effects if e.table == table)

    def counts(self, column: str) -> str:
        """SQL: the load whose sequence stands in `column` counts."""
        condition = f"{column} <= {self.sequence}"
        if self.withdrawn:
            condition += f" AND {column} NOT IN {integers(self.withdrawn)}"
        return condition

    def believed(self, table: str, alias: str, leads: str = "") -> str:
        """SQL: the fact of the table in the row called `alias` is believed.

        `leads` is an SQL list of lead keys when only facts of those are asked about.
        """
        condition = self.counts(f"{alias}.load_seq")
        if self.has_closings(table):
            near = f" AND c.lead IN {leads}" if leads else ""
            condition += (
                f" AND NOT EXISTS (SELECT 1 FROM closed AS c WHERE c.table_name = '{table}'"
                f" AND c.fact_id = {alias}.fact_id AND c.of_seq = {alias}.load_seq"
                f" AND {self.counts('c.load_seq')} AND {self.counts('c.because')}{near})"
            )
        return condition

    def last_day(self, con: duckdb.DuckDBPyConnection, columns: Mapping[str, str]) -> date | None:
        """The latest believed day in the tables; `columns` names the column of each.

        Loads keep the latest day of what they added, which bounds it. Only a table in which facts
        were closed is asked, the most promising first.
        """
        bounds: dict[str, date] = {}
        for effect in self.effects:
            if effect.table in columns and effect.last_day:
                known = bounds.get(effect.table, effect.last_day)
                bounds[effect.table] = max(known, effect.last_day)
        best: date | None = None
        for table, bound in sorted(bounds.items(), key=lambda item: item[1], reverse=True):
            if best and bound <= best:
                break
            found = self._latest(con, table, columns[table], bound)
            best = max(filter(None, (best, found)), default=None)
        return best

    def _latest(
        self, con: duckdb.DuckDBPyConnection, table: str, column: str, bound: date
    ) -> date | None:
        """The latest believed day of one table, which is not after `bound`, most often `bound`."""
        if not self.has_closings(table):
            return bound
        believed = f"FROM {quoted(table)} AS t WHERE {self.believed(table, 't')}"
        day = f"t.{quoted(column)}"
        if con.execute(f"SELECT 1 {believed} AND {day} = DATE '{bound}' LIMIT 1").fetchone():
            return bound
        row = con.execute(f"SELECT max({day}) {believed}").fetchone()
        return row[0] if row else None


def integers(values: Iterable[int]) -> str:
    """The integers as an SQL list: ``(1, 2)``; of none, a list that nothing is in.

    Examples
    --------
    >>> integers([2, 1]), integers([])
    ('(1, 2)', '(NULL)')
    """
    return f"({', '.join(map(str, sorted(values))) or 'NULL'})"


def read_loads(con: duckdb.DuckDBPyConnection) -> list[Load]:
    """The head of every load in order of its sequence."""
    rows = con.execute(
        "SELECT sequence, load_id, source, known_at, withdraws FROM load ORDER BY sequence"
    ).fetchall()
    return [Load(s, i, o, known.replace(tzinfo=UTC), w) for s, i, o, known, w in rows]


def belief_at(
    con: duckdb.DuckDBPyConnection, loads: Sequence[Load], sequence: int | None = None
) -> Belief:
    """What is believed at `sequence` (the latest load's when None)."""
    if sequence is None:
        sequence = loads[-1].sequence if loads else 0
    rows = con.execute(
        "SELECT load_seq, table_name, facts, closed, last_day, versions FROM load_table"
        f" WHERE load_seq <= {sequence} ORDER BY load_seq"
    ).fetchall()
    return Belief(loads, [Effect(*row) for row in rows], sequence)


def load_called(loads: list[Load], load_id: str) -> Load:
    """The load of that id; UsageError when there is none."""
    for load in loads:
        if load.load_id == load_id:
            return load
    last = ", ".join(load.load_id for load in loads[-5:]) or "none"
    raise UsageError(f"no load is called {load_id!r}; the latest are: {last} (loads list)")
