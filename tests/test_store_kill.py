"""A store killed at any moment opens again with the last finished load.

Run as a script for more: ``python tests/test_store_kill.py 30`` kills thirty times and reports.
"""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from store_rows import at, batch, party, stake

from graphkit.store import open_store

TESTS = Path(__file__).parent
STAKES = 4000
"""Holdings of a load: enough for a load to spend most of its time in writing."""


def load_forever(place: str) -> None:
    """Commit loads that restate, correct and add holdings; each prints its sequence when done."""
    store = open_store(place, wait=60)
    while True:
        n = len(store.loads()) + 1
        rows = [stake(f"P{i}", "A", n % 90 + 1) for i in range(STAKES // 2)]
        rows += [stake(f"P{n}-{i}", "A", 1) for i in range(STAKES // 2)]
        record = store.commit(batch(at(1), party=[party("A")], stake=rows)).record
        sys.stdout.write(f"{record.sequence}\n")
        sys.stdout.flush()


def kill_once(place: Path, after: float) -> int:
    """Start loading, kill it `after` seconds past its first load; the last sequence it told of."""
    process = subprocess.Popen(
        [sys.executable, __file__, "load", str(place)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    told = [process.stdout.readline()]
    time.sleep(after)
    process.send_signal(signal.SIGKILL)
    told += process.stdout.readlines()
    process.wait()
    process.stdout.close()
    return max(int(line) for line in told if line.endswith("\n"))


def check(place: Path, told: int) -> None:
    """The store holds what it told of, perhaps the load after it, and nothing by half."""
    store = open_store(str(place), wait=30)
    records = store.loads()  # the first to open it after the kill reads only
    assert told <= len(records) <= told + 1
    assert [r.sequence for r in records] == list(range(1, len(records) + 1))
    assert store.verify() == []
    with store.snapshot() as snapshot:
        # every load adds 2000 new holdings to the 2000 that it corrects
        assert len(snapshot.rows("stake", ["holder_id"])) == STAKES // 2 * (len(records) + 1)
        assert len(snapshot.rows("party", ["party_id"])) == STAKES // 2 * (len(records) + 1) + 1


def run(place: Path, times: int, seed: int) -> list[int]:
    """Kill so many times at moments drawn from `seed`; the last sequence told of at each."""
    open_store(str(place), create=True)
    draw = random.Random(seed)
    ends = []
    for _ in range(times):
        told = kill_once(place, draw.uniform(0, 2))
        check(place, told)
        ends.append(told)
    return ends


@pytest.mark.slow
def test_killed_at_random_moments_it_opens_with_the_last_finished_load(tmp_path: Path) -> None:
    ends = run(tmp_path / "graphkit.duckdb", times=4, seed=20260105)
    assert ends == sorted(ends)
    assert ends[-1] >= 4


if __name__ == "__main__":
    if sys.argv[1] == "load":
        load_forever(sys.argv[2])
    with tempfile.TemporaryDirectory() as folder:
        ends = run(Path(folder) / "graphkit.duckdb", int(sys.argv[1]), 1)
        sys.stdout.write(f"killed {len(ends)} times, sound each time: {ends}\n")
