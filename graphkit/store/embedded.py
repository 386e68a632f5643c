"""The embedded store: one DuckDB file, append only, held only while it is read or committed to."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from graphkit.model.batch import Batch, LoadRecord
from graphkit.model.errors import UsageError
from graphkit.model.findings import Fault, Finding
from graphkit.store.base import GraphStore, Receipt
from graphkit.store.belief import belief_at, load_called, read_loads
from graphkit.store.opening import OnWait, check_place, held
from graphkit.store.records import (
    read_faults,
    read_records,
    utc,
)
from graphkit.store.snapshot import EmbeddedSnapshot
from graphkit.store.upkeep import bring_up, check_ours, info, latest_day, make

if TYPE_CHECKING:
    import duckdb

T = TypeVar("T")


class EmbeddedStore(GraphStore):
    """A store in one DuckDB file; see :func:`graphkit.store.opening.open_store`."""

    def __init__(self, place: Path, *, wait: float, create: bool, on_wait: OnWait | None) -> None:
        self.place = place
        self._wait = wait
        self._on_wait = on_wait
        if create:
            make(place)
        else:
            check_place(place)

    @contextlib.contextmanager
    def _reading(self) -> Iterator[duckdb.DuckDBPyConnection]:
        with held(self.place, write=False, wait=self._wait, on_wait=self._on_wait) as con:
            if check_ours(con, self.place):
                yield con
                return
        self._transaction(lambda _: None)  # brings it up to the model
        with held(self.place, write=False, wait=self._wait, on_wait=self._on_wait) as con:
            yield con

    def _transaction(self, work: Callable[[duckdb.DuckDBPyConnection], T]) -> T:
        with held(self.place, write=True, wait=self._wait, on_wait=self._on_wait) as con:
            current = check_ours(con, self.place)
            con.execute("BEGIN")
            try:
                if not current:
                    bring_up(con, self.place)
                done = work(con)
                con.execute("COMMIT")
            except BaseException:
                with contextlib.suppress(Exception):
                    con.execute("ROLLBACK")
                raise
            con.execute("CHECKPOINT")
            return done

    def commit(self, batch: Batch) -> Receipt:
        from graphkit.store.writing import commit

        return self._transaction(lambda con: commit(con, batch))

    def withdraw(self, load_id: str, known_at: datetime) -> Receipt:
        from graphkit.store.writing import withdraw

        return self._transaction(lambda con: withdraw(con, load_id, known_at))

    def loads(self) -> list[LoadRecord]:
        with self._reading() as con:
            return read_records(con)

    def quarantine(self, load_id: str) -> list[Fault]:
        with self._reading() as con:
            return read_faults(con, load_called(read_loads(con), load_id).sequence)

    @contextlib.contextmanager
    def snapshot(
        self, as_of: date | None = None, known_at: datetime | None = None
    ) -> Iterator[EmbeddedSnapshot]:
        with self._reading() as con:
            loads = read_loads(con)
            moment = utc(known_at) if known_at else loads[-1].known_at if loads else None
            seen = [load for load in loads if moment and load.known_at <= moment]
            belief = belief_at(con, loads, seen[-1].sequence if seen else 0)
            day = as_of or latest_day(con, belief)
            if day is None or moment is None:
                raise UsageError(
                    f"{self.place}: the store knows nothing at {moment or 'any time'}; load "
                    "something first, or give --as-of and --known-at"
                )
            yield EmbeddedSnapshot(con, belief, day, moment)

    def info(self) -> dict[str, str]:
        with self._reading() as con:
            return info(con, self.place)

    def verify(self) -> list[Finding]:
        from graphkit.store.verifying import verify

        with self._reading() as con:
            return verify(con)
