"""A reading of the embedded store: the facts believed at one sequence as of one day.

Every answer is fetched whole before it is given, so that it outlives the open file. Money leaves
by Arrow or ``fetchall``, exact.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from graphkit.model.findings import Finding
from graphkit.model.tables import Table, tables
from graphkit.store.asof import Selection, select
from graphkit.store.base import EVIDENCE, Snapshot
from graphkit.store.belief import Belief
from graphkit.store.identity import aliases
from graphkit.store.layout import literals
from graphkit.store.nearby import Nearby, nearby
from graphkit.store.records import read_findings
from graphkit.store.search import find

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa


class EmbeddedSnapshot(Snapshot):
    """Facts of an open DuckDB store; made by ``EmbeddedStore.snapshot``."""

    def __init__(
        self, con: duckdb.DuckDBPyConnection, belief: Belief, as_of: date, known_at: datetime
    ) -> None:
        self.as_of = as_of
        self.known_at = known_at
        self.sequence = belief.sequence
        self._con = con
        self._belief = belief

    @cached_property
    def _aliases(self) -> dict[str, str]:
        """The canonical id of each alias; also kept in the temp table ``alias`` for joins."""
        found = aliases(self._con, self._belief)
        if found:
            ids, ones = literals(found), literals(found.values())
            self._con.execute(
                f"CREATE OR REPLACE TEMP TABLE alias AS SELECT unnest({ids}) AS id,"
                f" unnest({ones}) AS one"
            )
        return found

    @cached_property
    def _members(self) -> dict[str, list[str]]:
        members: dict[str, list[str]] = {}
        for alias, canonical in self._aliases.items():
            members.setdefault(canonical, [canonical]).append(alias)
        return members

    def rows(
        self,
        table: str,
        columns: Sequence[str],
        where: str | None = None,
        among: Collection[str] | None = None,
    ) -> list[tuple[Any, ...]]:
        spec = _table(table)
        wanted = _columns(spec, columns)
        if where is None:
            query = self._query(spec, wanted)
            return self._con.execute(query).fetchall()
        spec.column(where)
        values = set(among or ())
        if where in spec.parties:
            values = {self._aliases.get(v, v) for v in values}
        if not values or not self._belief.stating(table):
            return []
        near = nearby(self._con, spec, where, values, self._every_id)
        if near is None:
            query = self._query(spec, wanted, only=(where, values))
            return self._con.execute(query).fetchall()
        found = self._con.execute(self._query(spec, [*wanted, where], near=near)).fetchall()
        return [row[:-1] for row in found if row[-1] in values]

    def _every_id(self, ids: Collection[str]) -> set[str]:
        ones = {self._aliases.get(i, i) for i in ids}
        return {member for one in ones for member in self._members.get(one, [one])}

    def arrow(
        self, table: str, columns: Sequence[str] | None = None, since: date | None = None
    ) -> pa.Table:
        spec = _table(table)
        if since is not None and spec.time != "day":
            raise ValueError(f"{table}: only day tables can be read since a day")
        own = [c.name for c in spec.columns]
        wanted = list(columns or [*own, *(e for e in EVIDENCE if e not in own)])
        _columns(spec, wanted)
        return self._con.execute(self._query(spec, wanted, since=since)).to_arrow_table()

    def find(self, text: str, limit: int = 20) -> list[tuple[str, str, str]]:
        # Names are looked up under every id that a source uses, then shown under the canonical one.
        party, identifier = tables()["party"], tables()["identifier"]
        return find(
            self._con,
            text,
            limit,
            parties=self._query(party, ["party_id", "kind", "name"], given_ids=True, ordered=False),
            identifiers=self._query(
                identifier, ["party_id", "value"], given_ids=True, ordered=False
            ),
            aliases="FROM alias" if self._aliases else "SELECT '' AS id, '' AS one LIMIT 0",
        )

    def findings(self) -> list[tuple[str, Finding]]:
        return read_findings(self._con, sorted(self._belief.counting))

    def _query(
        self,
        table: Table,
        columns: Sequence[str],
        *,
        near: Nearby | None = None,
        only: tuple[str, Collection[str]] | None = None,
        since: date | None = None,
        given_ids: bool = False,
        ordered: bool = True,
    ) -> str:
        stating = self._belief.stating(table.name)
        several = len(stating) > 1 or any(
            e.versions for e in self._belief.effects if e.table == table.name
        )
        aliased = bool(not given_ids and table.parties and stating and self._aliases)
        return select(
            Selection(
                table=table,
                columns=tuple(columns),
                believed=self._belief.believed(table.name, "t", near.leads if near else ""),
                as_of=self.as_of,
                since=since,
                prefilter=near.condition if near else "",
                only=only,
                aliased=aliased,
                several=several or aliased,
                ordered=ordered,
            )
        )


def _table(name: str) -> Table:
    try:
        return tables()[name]
    except KeyError:
        raise ValueError(f"no canonical table is called {name!r}") from None


def _columns(table: Table, columns: Sequence[str]) -> list[str]:
    known = {c.name for c in table.columns} | set(EVIDENCE)
    unknown = [c for c in columns if c not in known]
    if unknown:
        raise ValueError(f"{table.name} has no column {unknown[0]!r}")
    return list(columns)
