"""A snapshot copied into memory, so that computing a night never holds the store's file."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from graphkit.model.errors import UsageError
from graphkit.model.findings import Finding
from graphkit.model.tables import tables
from graphkit.store.base import Snapshot
from graphkit.store.layout import literals

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa


def detach(snapshot: Snapshot) -> Snapshot:
    """A copy of everything that the snapshot shows, readable after its store is closed.

    History (``since``) goes back as far as the store does.
    """
    return _Detached(snapshot)


class _Detached(Snapshot):
    def __init__(self, snapshot: Snapshot) -> None:
        self.as_of = snapshot.as_of
        self.known_at = snapshot.known_at
        self.sequence = snapshot.sequence
        self._now: dict[str, pa.Table] = {}
        self._history: dict[str, pa.Table] = {}
        for name, table in tables().items():
            self._now[name] = snapshot.arrow(name)
            if table.time == "day":
                self._history[name] = snapshot.arrow(name, since=date.min)
        self._findings = snapshot.findings()
        self._engine: duckdb.DuckDBPyConnection | None = None

    def rows(
        self,
        table: str,
        columns: Sequence[str],
        where: str | None = None,
        among: Collection[str] | None = None,
    ) -> list[tuple[Any, ...]]:
        chosen = ", ".join(f'"{c}"' for c in columns)
        engine = self._connected()
        if where is None:
            return engine.execute(f"select {chosen} from t_{table}").fetchall()
        wanted = literals(sorted(among or ()))
        return engine.execute(
            f'select {chosen} from t_{table} where "{where}" in (select unnest({wanted}))'
        ).fetchall()

    def arrow(
        self, table: str, columns: Sequence[str] | None = None, since: date | None = None
    ) -> pa.Table:
        import pyarrow.compute as pc

        held = self._now[table]
        if since is not None:
            held = self._history[table]
            held = held.filter(pc.greater_equal(held["date"], since))
        return held.select(list(columns)) if columns else held

    def find(self, text: str, limit: int = 20) -> list[tuple[str, str, str]]:
        raise UsageError("a detached snapshot does not search; ask the store")

    def findings(self) -> list[tuple[str, Finding]]:
        return self._findings

    def _connected(self) -> duckdb.DuckDBPyConnection:
        if self._engine is None:
            import duckdb

            self._engine = duckdb.connect(
                config={
                    "autoinstall_known_extensions": "false",
                    "autoload_known_extensions": "false",
                }
            )
            for name, table in self._now.items():
                self._engine.register(f"t_{name}", table)
        return self._engine
