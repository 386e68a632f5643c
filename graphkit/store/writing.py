"""What a commit and a withdrawal do, step by step, inside one transaction of the embedded store."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from graphkit.model.batch import Batch, LoadRecord
from graphkit.model.errors import UsageError
from graphkit.model.findings import Finding
from graphkit.store.base import Receipt
from graphkit.store.belief import Belief, Effect, Load, belief_at, load_called, read_loads
from graphkit.store.committing import commit_tables
from graphkit.store.conflicts import conflicting_sources
from graphkit.store.ends import add_unknown_parties
from graphkit.store.identity import judge
from graphkit.store.records import (
    TableEffect,
    load_id_of,
    plain,
    utc,
    write_effect,
    write_faults,
    write_findings,
    write_record,
)
from graphkit.store.withdrawing import close_superseded, restated_later

if TYPE_CHECKING:
    import duckdb


def commit(con: duckdb.DuckDBPyConnection, batch: Batch) -> Receipt:
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


def withdraw(con: duckdb.DuckDBPyConnection, load_id: str, known_at: datetime) -> Receipt:
    loads = read_loads(con)
    target = load_called(loads, load_id)
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
