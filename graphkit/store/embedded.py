"""The embedded store: one DuckDB file, append only, held only while it is read or committed to."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from graphkit.model.batch import Batch, LoadRecord
from graphkit.model.errors import UsageError
from graphkit.model.findings import Fault, Finding
from graphkit.store.base import GraphStore, Receipt
from graphkit.store.belief import Belief, Effect, Load, belief_at, read_loads
from graphkit.store.committing import commit_tables
from graphkit.store.conflicts import conflicting_sources
from graphkit.store.ends import add_unknown_parties
from graphkit.store.identity import judge
from graphkit.store.opening import OnWait, check_place, held
from graphkit.store.records import (
    TableEffect,
    load_id_of,
    plain,
    read_faults,
    read_records,
    utc,
    write_effect,
    write_faults,
    write_findings,
    write_record,
)
from graphkit.store.snapshot import EmbeddedSnapshot
from graphkit.store.upkeep import bring_up, check_ours, info, latest_day, make
from graphkit.store.verifying import verify
from graphkit.store.withdrawing import close_superseded, restated_later

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
        return self._transaction(lambda con: _commit(con, batch))

    def withdraw(self, load_id: str, known_at: datetime) -> Receipt:
        return self._transaction(lambda con: _withdraw(con, load_id, known_at))

    def loads(self) -> list[LoadRecord]:
        with self._reading() as con:
            return read_records(con)

    def quarantine(self, load_id: str) -> list[Fault]:
        with self._reading() as con:
            return read_faults(con, _load_called(read_loads(con), load_id).sequence)

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
        with self._reading() as con:
            return verify(con)


def _commit(con: duckdb.DuckDBPyConnection, batch: Batch) -> Receipt:
    if batch.rows_in != batch.accepted + batch.quarantined:
        raise ValueError(
            f"batch of {batch.source}: {batch.rows_in} rows in, but {batch.accepted} accepted and "
            f"{batch.quarantined} quarantined"
        )
    loads = read_loads(con)
    before = belief_at(con, loads)
    sequence = before.sequence + 1
    known_at = _not_before(loads, batch.known_at)
    load_id = load_id_of(con, batch.source, batch.files, known_at)
    effects = commit_tables(con, batch, before, sequence)
    load = Load(sequence, load_id, batch.source, known_at, None)
    after = _after(before, loads, load, effects)
    raised = conflicting_sources(con, before, batch.source, batch.tables)
    if "identifier" in batch.tables:
        raised += judge(con, after)
    lost_parties = any(e.table == "party" and e.closed for e in effects)
    added, unknown = add_unknown_parties(con, after, batch.source, batch.tables, all_=lost_parties)
    raised += unknown
    record = LoadRecord(
        load_id=load_id,
        sequence=sequence,
        source=batch.source,
        loader_version=batch.loader_version,
        files=batch.files,
        known_at=known_at,
        rows_in=batch.rows_in,
        accepted=batch.accepted,
        quarantined=batch.quarantined,
    )
    write_faults(con, sequence, batch.faults)
    write_findings(con, sequence, [*batch.findings, *raised])
    return _finish(con, record, batch.supersedes, _with_parties(effects, added), raised)


def _withdraw(con: duckdb.DuckDBPyConnection, load_id: str, known_at: datetime) -> Receipt:
    loads = read_loads(con)
    target = _load_called(loads, load_id)
    before = belief_at(con, loads)
    if target.withdraws is not None:
        raise UsageError(f"load {load_id} is a withdrawal itself; load the files again instead")
    if target.sequence in before.withdrawn:
        raise UsageError(f"load {load_id} is withdrawn already")
    known_at = _not_before(loads, known_at)
    sequence = before.sequence + 1
    own_id = load_id_of(con, f"withdraw {load_id}", (), known_at)
    load = Load(sequence, own_id, target.source, known_at, target.sequence)
    after = _after(before, loads, load, [])
    raised = restated_later(con, after, target)
    effects = close_superseded(con, after, target)
    after = _after(before, loads, load, effects)
    raised += judge(con, after)
    added, unknown = add_unknown_parties(con, after, target.source, (), all_=True)
    raised += unknown
    write_findings(con, sequence, raised)
    record = LoadRecord(
        load_id=own_id,
        sequence=sequence,
        source=target.source,
        loader_version="",
        files=(),
        known_at=known_at,
        rows_in=0,
        accepted=0,
        quarantined=0,
        withdraws=load_id,
    )
    return _finish(con, record, "changes", _with_parties(effects, added), raised)


def _finish(
    con: duckdb.DuckDBPyConnection,
    record: LoadRecord,
    supersedes: str,
    effects: list[TableEffect],
    raised: list[Finding],
) -> Receipt:
    for effect in effects:
        write_effect(con, record.sequence, effect)
    write_record(con, record, supersedes)
    done = replace(
        record,
        facts={e.table: e.facts for e in sorted(effects, key=lambda e: e.table) if e.facts},
        unchanged=sum(e.unchanged for e in effects),
        closed=sum(e.closed for e in effects),
    )
    return Receipt(done, tuple(raised))


def _with_parties(effects: list[TableEffect], added: int) -> list[TableEffect]:
    """The effects with the party rows that were added for ends of links."""
    if not added:
        return effects
    party = next((e for e in effects if e.table == "party"), TableEffect("party"))
    rest = [e for e in effects if e.table != "party"]
    return [*rest, replace(party, facts=party.facts + added)]


def _after(before: Belief, loads: list[Load], load: Load, effects: list[TableEffect]) -> Belief:
    """What is believed once `load` is committed; every table is taken to be stated in it."""
    new = [
        Effect(load.sequence, e.table, max(e.facts, 1), e.closed, e.last_day, e.versions)
        for e in effects
    ]
    return Belief([*loads, load], [*before.effects, *new], load.sequence)


def _not_before(loads: list[Load], known_at: datetime) -> datetime:
    moment = utc(known_at)
    if loads and moment < loads[-1].known_at:
        raise UsageError(
            f"known-at {plain(moment).isoformat()}Z lies before that of the latest load "
            f"({plain(loads[-1].known_at).isoformat()}Z); loads are known in the order in which "
            "they are made, so give a later one"
        )
    return moment


def _load_called(loads: list[Load], load_id: str) -> Load:
    for load in loads:
        if load.load_id == load_id:
            return load
    last = ", ".join(load.load_id for load in loads[-5:]) or "none"
    raise UsageError(f"no load is called {load_id!r}; the latest are: {last} (loads list)")
