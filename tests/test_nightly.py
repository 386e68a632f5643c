"""The night: one run folder, whole or not there, the same on the same inputs."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import re
import shutil
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from running import graphkit, load_demo

from graphkit.api import Place, nightly


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("night")
    store = load_demo(folder)
    done = graphkit("nightly", "--as-of", "2026-11-20", "-o", "runs", "--store", store, cwd=folder)
    assert done.returncode == 0, done.stderr
    return store, folder / done.stdout.strip()


def digests(run: Path) -> dict[str, str]:
    return {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest()
        for file in run.iterdir()
        if file.name != "manifest.json"
    }


def test_the_folder_is_named_by_day_and_run(night: tuple[Path, Path]) -> None:
    assert re.fullmatch(r"2026-11-20-[0-9a-f]{12}", night[1].name)


def test_every_table_is_there_twice_and_the_manifest_names_it(night: tuple[Path, Path]) -> None:
    run = night[1]
    manifest = json.loads((run / "manifest.json").read_text("utf-8"))
    assert manifest["files"] == digests(run)
    for name, count in manifest["counts"].items():
        table = pq.read_table(run / f"{name}.parquet")
        assert table.num_rows == count
        with (run / f"{name}.csv").open(encoding="utf-8-sig", newline="") as text:
            rows = list(csv.reader(text))
        assert rows[0] == table.column_names
        assert len(rows) == count + 1
    assert all(
        "float" not in str(f.type) and str(f.type) != "double"
        for name in manifest["counts"]
        for f in pq.read_schema(run / f"{name}.parquet")
    )
    assert sum(i["rows_in"] for i in manifest["inputs"]) == sum(
        i["accepted"] + i["quarantined"] for i in manifest["inputs"]
    )


def test_the_same_night_is_the_same_run(night: tuple[Path, Path]) -> None:
    store, run = night
    before = (run / "manifest.json").stat().st_mtime_ns
    done = graphkit("nightly", "-o", "runs", "--store", store, cwd=store.parent)
    assert done.stdout.strip() == f"runs/{run.name}"
    assert "run before; nothing done" in done.stderr
    assert (run / "manifest.json").stat().st_mtime_ns == before


def test_equal_inputs_give_equal_bytes(night: tuple[Path, Path]) -> None:
    store, run = night
    done = graphkit("nightly", "-o", "again", "--store", store, cwd=store.parent)
    assert digests(store.parent / done.stdout.strip()) == digests(run)


def test_the_moment_asked_for_does_not_change_a_byte(night: tuple[Path, Path]) -> None:
    """Nothing was loaded after the correction: asking a month later is asking for the same."""
    store, run = night
    ask = ("nightly", "--as-of", "2026-11-20", "--known-at", "2026-12-31")
    done = graphkit(*ask, "-o", "later", "--store", store, cwd=store.parent)
    later = store.parent / done.stdout.strip()
    assert later.name == run.name
    assert digests(later) == digests(run)


def test_what_a_killed_process_of_the_same_id_left_is_no_hindrance(
    night: tuple[Path, Path], tmp_path: Path
) -> None:
    """In a container every night may have the same process id."""
    store, run = night
    began = tmp_path / f".{run.name}.{os.getpid()}.part"
    began.mkdir()
    (began / "flags.csv").write_text("half", "utf-8")
    done = nightly(Place(str(store)), tmp_path, as_of=date(2026, 11, 20))
    assert digests(done.folder) == digests(run)
    assert not began.exists()


def test_a_folder_that_is_no_finished_run_is_not_overwritten(
    night: tuple[Path, Path], tmp_path: Path
) -> None:
    store, run = night
    (tmp_path / "runs" / run.name).mkdir(parents=True)
    (tmp_path / "runs" / run.name / "mine.txt").write_text("keep", "utf-8")
    done = graphkit("nightly", "-o", "runs", "--store", store, cwd=tmp_path)
    assert done.returncode == 2
    assert "without a manifest.json" in done.stderr
    assert [p.name for p in (tmp_path / "runs").iterdir()] == [run.name]
    assert (tmp_path / "runs" / run.name / "mine.txt").read_text("utf-8") == "keep"


def test_before_the_correction_is_another_run_and_stays_the_same(
    night: tuple[Path, Path], tmp_path: Path
) -> None:
    """What was believed on the 20th does not change by what was learnt on the 21st."""
    store, run = night
    ask = ("nightly", "--as-of", "2026-11-20", "--known-at", "2026-11-20T14:00:00")
    later = graphkit(*ask, "-o", "then", "--store", store, cwd=store.parent)
    first = load_demo(tmp_path, correction=False)
    then = graphkit(*ask, "-o", "then", "--store", first, cwd=tmp_path)
    one, other = store.parent / later.stdout.strip(), tmp_path / then.stdout.strip()
    assert one.name == other.name != run.name
    assert digests(one) == digests(other)


def test_a_day_without_its_feed_is_refused(night: tuple[Path, Path]) -> None:
    store, _ = night
    done = graphkit(
        "nightly", "--as-of", "2026-11-21", "-o", "runs", "--store", store, cwd=store.parent
    )
    assert done.returncode == 4
    assert "no cash, position or contract is on file for 2026-11-21" in done.stderr
    assert not list((store.parent / "runs").glob("2026-11-21*"))


def test_a_killed_run_leaves_nothing_that_counts(night: tuple[Path, Path]) -> None:
    """What a dead process began is swept away by the next night; a finished run stays."""
    store, run = night
    began = run.parent / f".{run.name}.999999999.part"
    shutil.copytree(run, began)
    graphkit("nightly", "-o", "runs", "--store", store, cwd=store.parent)
    assert not began.exists()
    assert (run / "manifest.json").is_file()


def test_a_party_whose_id_is_a_resident_id_is_masked_everywhere(tmp_path: Path) -> None:
    """Two clients, each named by a resident ID, alike once masked: two masks, one in every file."""
    ids = ["11010519491231002X", "11010519800101002X"]
    data = tmp_path / "data"
    data.mkdir()
    text = {
        "party": "party_id,kind,name\n" + "".join(f"{i},person,张 {i}\n" for i in ids),
        "account": "account_id,client_id,kind\n" + f"A1,{ids[0]},credit\nA2,{ids[1]},credit\n",
        "cash": "account_id,date,total\nA1,2026-11-20,5.00\nA2,2026-11-20,6.00\n",
    }
    for name, rows in text.items():
        (data / f"{name}.csv").write_text(rows, "utf-8")
    assert graphkit("load", "canonical", "data", cwd=tmp_path).returncode == 0
    done = graphkit("nightly", "-o", "runs", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    run = tmp_path / done.stdout.strip()
    for file in run.iterdir():
        content = file.read_bytes()
        assert not [i for i in ids if i.encode() in content], file.name
    owners = pq.read_table(run / "account_measures.parquet")["client_id"].to_pylist()
    assert owners == ["110105********002X#1", "110105********002X#2"]
    members = pq.read_table(run / "group_members.parquet")["party_id"].to_pylist()
    assert sorted(members) == owners
