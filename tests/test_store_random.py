"""Random histories of loads and withdrawals, replayed by a model that knows no SQL.

The model says what is believed by replaying, from an empty table, the loads that are not withdrawn:
as if the withdrawn ones had never been. The store gets there by closings alone.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest
from memory_snapshot import MemorySnapshot
from store_rows import Row, at, batch, stake

from graphkit.model.batch import Supersedes
from graphkit.model.tables import tables
from graphkit.store import open_store

FIRST = date(2026, 1, 1)


@dataclass(frozen=True)
class Told:
    """A load of the model: cash by (account, day), in whole units; or a withdrawal."""

    source: str
    supersedes: Supersedes
    cash: dict[tuple[str, str], int]
    withdraws: int | None = None


def replay(history: list[Told], upto: int) -> dict[tuple[str, str, str], int]:
    """(source, account, day) to total, as believed after `upto` loads."""
    withdrawn = {t.withdraws for t in history[:upto]}
    believed: dict[tuple[str, str, str], int] = {}
    for place, told in enumerate(history[:upto], 1):
        if place in withdrawn or told.withdraws is not None:
            continue
        days = {day for _, day in told.cash}
        believed = {
            key: total
            for key, total in believed.items()
            if key[0] != told.source
            or told.supersedes == "changes"
            or (told.supersedes == "day" and key[2] not in days)
        }
        believed |= {(told.source, *key): total for key, total in told.cash.items()}
    return believed


def invent(draw: random.Random, length: int) -> list[Told]:
    """A history in which every load says something new, so that nothing rests on a restatement."""
    history: list[Told] = []
    for n in range(1, length + 1):
        loads = [i for i, told in enumerate(history, 1) if told.withdraws is None]
        withdrawn = {told.withdraws for told in history}
        left = [i for i in loads if i not in withdrawn]
        if left and draw.random() < 0.35:
            victim = draw.choice(left)
            history.append(Told(history[victim - 1].source, "changes", {}, victim))
            continue
        keys = [(a, f"2026-01-0{d}") for a in "12" for d in (1, 2)]
        chosen = draw.sample(keys, draw.randint(1, 3))
        history.append(
            Told(
                draw.choice("ab"),
                draw.choice(("changes", "changes", "feed", "day")),
                {key: 100 * n + i for i, key in enumerate(chosen)},
            )
        )
    return history


@pytest.mark.parametrize("seed", range(6))
def test_any_history_is_believed_as_if_the_withdrawn_had_never_been(
    tmp_path: Path, seed: int
) -> None:
    history = invent(random.Random(seed), 14)
    store = open_store(str(tmp_path / "graphkit.duckdb"), create=True)
    ids: list[str] = []
    for place, told in enumerate(history, 1):
        if told.withdraws is not None:
            record = store.withdraw(ids[told.withdraws - 1], at(place)).record
        else:
            rows: list[Row] = [
                {"account_id": a, "date": day, "total": total}
                for (a, day), total in told.cash.items()
            ]
            record = store.commit(
                batch(at(place), source=told.source, supersedes=told.supersedes, cash=rows)
            ).record
        ids.append(record.load_id)
    for upto in range(1, len(history) + 1):
        believed = replay(history, upto)
        read: dict[tuple[str, str], int] = {}
        last = {key: s for s, told in enumerate(history[:upto], 1) for key in told.cash}
        assert last
        for (source, account, day), total in believed.items():
            # of two sources the one stated last: totals grow with the load
            read[account, day] = max(total, read.get((account, day), 0))
            assert source in "ab"
        with store.snapshot(date(2026, 1, 9), at(upto)) as snapshot:
            table = snapshot.arrow("cash", ["account_id", "date", "total"], since=FIRST)
        shown = {
            (r["account_id"], r["date"].isoformat()): int(r["total"]) for r in table.to_pylist()
        }
        assert shown == read, (seed, upto)
    assert store.verify() == []


@pytest.mark.parametrize("seed", range(3))
def test_rows_as_of_any_day_equal_those_of_the_plain_python_snapshot(
    tmp_path: Path, seed: int
) -> None:
    draw = random.Random(seed)

    def day(chance_of_none: float = 0.0) -> str | None:
        if draw.random() < chance_of_none:
            return None
        return (FIRST + timedelta(days=draw.randrange(10))).isoformat()

    facts: dict[tuple[str | None, ...], Row] = {}
    for _ in range(60):
        row = stake(draw.choice("PQR"), draw.choice("ABC"), draw.randrange(100))
        row |= {"tranche": draw.choice([None, "x"]), "valid_from": day(0.2), "valid_to": day(0.6)}
        facts[row["holder_id"], row["entity_id"], row["tranche"], row["valid_from"]] = row
    days: dict[tuple[str | None, ...], Row] = {}
    for _ in range(40):
        given: Row = {"code": draw.choice("XY"), "date": day(), "industry": draw.choice("abc")}
        days[given["code"], given["date"]] = given
    states = list(days.values())
    prices: list[Row] = list(
        {(r["code"], r["date"]): {"code": r["code"], "date": r["date"]} for r in states}.values()
    )
    store = open_store(str(tmp_path / "graphkit.duckdb"), create=True)
    rows = list(facts.values())
    draw.shuffle(rows)
    store.commit(batch(at(5), stake=rows[:30], security_state=states[:20]))
    store.commit(batch(at(6), stake=rows[30:], security_state=states[20:], price=prices))
    for n in range(-1, 11):
        today = FIRST + timedelta(days=n)
        plain = MemorySnapshot(today.isoformat(), stake=rows, security_state=states, price=prices)
        with store.snapshot(today) as snapshot:
            for name in ("stake", "security_state", "price"):
                own = [c.name for c in tables()[name].columns]
                assert snapshot.rows(name, own) == plain.rows(name, own), (name, today)
                key = own[0]
                for value in "PXA":
                    ask = (name, own, key, [value])
                    assert snapshot.rows(*ask) == plain.rows(*ask)
