"""SIGKILL at random moments of loads and nightlies: nothing lost, doubled or half done.

``GRAPHKIT_KILLS`` sets how many kills of each (default 3), ``GRAPHKIT_KILL_PARTIES`` how large the
world is (default 40,000 parties; 300,000 make loads and nightlies of more than 5 s on two cores).
"""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from running import ROOT, graphkit

from benchmarks import worldfiles

pytestmark = pytest.mark.slow

KILLS = int(os.environ.get("GRAPHKIT_KILLS", "3"))
PARTIES = int(os.environ.get("GRAPHKIT_KILL_PARTIES", "40000"))
DAY = "2026-11-20"
FIRST = ("load", "canonical", "credit", "--known-at", "2026-11-20T10:00:00")
SECOND = ("load", "canonical", "owners", "--known-at", "2026-11-20T11:00:00")
NIGHT = ("nightly", "--as-of", DAY, "-o", "runs", "-q")


@dataclass(frozen=True)
class Scene:
    """A folder with data and a store that holds the first load, and what should come of it."""

    folder: Path
    load_seconds: float
    night_seconds: float
    counts: str
    tables: dict[str, str]


def credit(folder: Path, clients: int) -> None:
    """Accounts of the first persons of the world, each with cash, a position and a debt."""
    folder.mkdir()
    codes = [f"{600000 + i}.SH" for i in range(50)]
    files = {
        "account": ["account_id,client_id,kind"],
        "cash": ["account_id,date,total"],
        "position": ["account_id,code,date,quantity"],
        "contract": ["contract_id,account_id,side,code,date,principal,quantity"],
        "price": ["code,date,close", *(f"{c},{DAY},{10 + i}.50" for i, c in enumerate(codes))],
        "security": ["code,name,kind", *(f"{c},S{c},stock" for c in codes)],
    }
    owners = (folder.parent / "owners" / "party.csv").read_text("utf-8").splitlines()[1:]
    for i, line in enumerate(owners[:clients]):
        code = codes[i % len(codes)]
        files["account"].append(f"A{i},{line.split(',')[0]},credit")
        files["cash"].append(f"A{i},{DAY},{i % 977}.00")
        files["position"].append(f"A{i},{code},{DAY},{100 + i % 1000}")
        files["contract"].append(f"K{i},A{i},financing,{code},{DAY},{500 + i % 500}.00,10")
    for name, lines in files.items():
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", "utf-8")


def done(*command: str, cwd: Path) -> str:
    result = graphkit(*command, cwd=cwd)
    assert result.returncode == 0, result.stderr
    return result.stdout


def loads(folder: Path) -> str:
    """The loads with their counts, as text."""
    return done("loads", "list", "--format", "csv", "-q", cwd=folder)


def tables(folder: Path) -> dict[str, str]:
    """Digests of every file of the one run but its manifest."""
    (run,) = [p for p in (folder / "runs").iterdir() if not p.name.startswith(".")]
    return {
        p.name: hashlib.sha256(p.read_bytes()).hexdigest()
        for p in run.iterdir()
        if p.name != "manifest.json"
    }


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    folder = tmp_path_factory.mktemp("kills")
    worldfiles.write(folder / "owners", PARTIES)
    credit(folder / "credit", PARTIES // 40)
    done(*FIRST, cwd=folder)
    shutil.copy(folder / "graphkit.duckdb", folder / "before.duckdb")
    began = time.monotonic()
    done(*SECOND, cwd=folder)
    loaded = time.monotonic()
    done(*NIGHT, cwd=folder)
    ended = time.monotonic()
    shutil.copy(folder / "graphkit.duckdb", folder / "after.duckdb")
    made = Scene(folder, loaded - began, ended - loaded, loads(folder), tables(folder))
    print(f"a load takes {made.load_seconds:.1f} s, a night {made.night_seconds:.1f} s")  # noqa: T201
    return made


def killed(folder: Path, command: tuple[str, ...], after: float) -> None:
    """Start a command and kill it outright after some seconds, if it still runs."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("GRAPHKIT_")}
    process = subprocess.Popen(
        [sys.executable, "-m", "graphkit", *command],
        cwd=folder,
        env=env | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        process.wait(after)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()


def fresh(scene: Scene, store: str) -> None:
    shutil.rmtree(scene.folder / "runs", ignore_errors=True)
    for old in scene.folder.glob("graphkit.duckdb*"):
        old.unlink()
    shutil.copy(scene.folder / store, scene.folder / "graphkit.duckdb")


@pytest.mark.parametrize("kill", range(KILLS))
def test_a_killed_load_is_there_whole_or_not_at_all(scene: Scene, kill: int) -> None:
    moment = random.Random(kill).uniform(0.02, 1.1) * scene.load_seconds
    fresh(scene, "before.duckdb")
    killed(scene.folder, SECOND, moment)
    done("store", "verify", cwd=scene.folder)
    held = loads(scene.folder).splitlines()
    assert held in (scene.counts.splitlines()[:2], scene.counts.splitlines())
    if len(held) == 2:
        done(*SECOND, cwd=scene.folder)
    assert loads(scene.folder) == scene.counts
    if kill % 3 == 0:
        done(*NIGHT, cwd=scene.folder)
        assert tables(scene.folder) == scene.tables


@pytest.mark.parametrize("kill", range(KILLS))
def test_a_killed_night_is_run_again_to_the_same_bytes(scene: Scene, kill: int) -> None:
    moment = random.Random(1000 + kill).uniform(0.02, 1.1) * scene.night_seconds
    fresh(scene, "after.duckdb")
    killed(scene.folder, NIGHT, moment)
    finished = [p for p in scene.folder.glob("runs/*") if not p.name.startswith(".")]
    assert all((p / "manifest.json").is_file() for p in finished)
    done("store", "verify", cwd=scene.folder)
    done(*NIGHT, cwd=scene.folder)
    assert tables(scene.folder) == scene.tables
    assert not list((scene.folder / "runs").glob(".*.part"))
