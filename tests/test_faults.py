"""One row of each fault (``fixtures/faults``): what is said about it, and that no row is lost."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from graphkit import ingest
from graphkit.ingest.faults import EXPECTED, FileRefused
from graphkit.model.errors import InputRefused

FAULTS = Path(__file__).resolve().parents[1] / "fixtures" / "faults"
SPEC = tomllib.loads((FAULTS / "expected.toml").read_text("utf-8"))
KNOWN_AT = datetime(2026, 11, 20, 18)

# Faults that need another reader or loader; each has its test elsewhere.
ELSEWHERE = {"unreadable_file"}


@pytest.fixture(scope="module")
def rows() -> Any:
    return ingest.read("canonical", [FAULTS / "rows"], known_at=KNOWN_AT)


@pytest.mark.parametrize("given", SPEC["fault"], ids=lambda g: g["what"])
def test_a_row_is_quarantined_and_named(rows: Any, given: dict[str, Any]) -> None:
    name = Path(given["file"]).name
    (fault,) = [f for f in rows.faults if (f.file, f.line) == (name, given["line"])]
    assert (fault.code, fault.column) == (given["code"], given["column"])
    assert given["value"] in fault.value
    assert bool(given["value"]) == bool(fault.value)
    message = str(fault)
    for part in (f"{name}:{given['line']}", given["column"], given["says"]):
        assert part in message
    line = (FAULTS / given["file"]).read_bytes().split(b"\n")[given["line"] - 1]
    assert fault.raw == line.decode("utf-8", "backslashreplace")


def test_every_row_is_accounted_for(rows: Any) -> None:
    assert (rows.rows_in, rows.accepted, rows.quarantined) == (54, 13, 41)
    assert {k: SPEC["rows"][k] for k in ("rows_in", "accepted", "quarantined")} == {
        "rows_in": rows.rows_in,
        "accepted": rows.accepted,
        "quarantined": rows.quarantined,
    }
    expected = {(Path(g["file"]).name, g["line"]) for g in SPEC["fault"]}
    assert {(f.file, f.line) for f in rows.faults} == expected
    assert max(Counter((f.file, f.line) for f in rows.faults).values()) == 1
    kept = {(f, n) for t in rows.tables.values() for f, n in zip(*_place(t), strict=True)}
    assert not kept & expected
    assert len(kept) == rows.accepted - SPEC["rows"]["repeated"]


def _place(table: Any) -> tuple[list[str], list[int]]:
    return table["file"].to_pylist(), table["line"].to_pylist()


def test_a_repeated_row_is_one_fact_and_said(rows: Any) -> None:
    (finding,) = [f for f in rows.findings if f.code == "repeated_row"]
    assert finding.severity == "info"
    assert "stake.csv:17 as stake.csv:16" in finding.message


@pytest.mark.parametrize("given", SPEC["refused"], ids=lambda g: g["what"])
def test_a_file_is_refused_and_named(given: dict[str, Any]) -> None:
    path = FAULTS / given["file"]
    with pytest.raises(FileRefused) as refusal:
        ingest.read("canonical", [path], known_at=KNOWN_AT)
    fault, message = refusal.value.fault, str(refusal.value)
    assert refusal.value.exit_code == 4
    assert (fault.code, fault.file, fault.line, fault.column) == (
        given["code"],
        path.name,
        given["line"],
        given["column"],
    )
    assert given["value"] in fault.value
    assert given["says"] in message
    assert "nothing was loaded" in message


def test_every_fault_has_a_row() -> None:
    shown = {g["code"] for g in SPEC["fault"] + SPEC["refused"]}
    assert shown == set(EXPECTED) - ELSEWHERE


def graphkit(place: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command line, in a process of its own, with a store in `place`."""
    return subprocess.run(
        [sys.executable, "-m", "graphkit", *arguments, "--store", str(place / "s.duckdb")],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=place,
        check=False,
    )


def test_the_command_line_exits_with_4_and_keeps_the_good_rows(tmp_path: Path) -> None:
    done = graphkit(tmp_path, "load", "canonical", str(FAULTS / "rows"))
    assert done.returncode == 4
    assert "Traceback" not in done.stderr
    assert "41 of 54 rows" in done.stderr
    assert "cash.csv:3, column total: '12.345'; expected at most 2 decimals" in done.stderr
    assert (tmp_path / "s.duckdb").exists()


@pytest.mark.parametrize("given", SPEC["refused"], ids=lambda g: g["what"])
def test_the_command_line_refuses_a_file(tmp_path: Path, given: dict[str, Any]) -> None:
    done = graphkit(tmp_path, "load", "canonical", str(FAULTS / given["file"]))
    assert done.returncode == 4
    assert "Traceback" not in done.stderr
    assert f"{Path(given['file']).name}:{given['line']}" in done.stderr
    assert given["says"] in done.stderr
    assert not (tmp_path / "s.duckdb").exists()


def test_strict_refuses_the_load() -> None:
    with pytest.raises(InputRefused, match=r"(?s)41 rows are wrong.*cash.csv:3, column total"):
        ingest.read("canonical", [FAULTS / "rows"], known_at=KNOWN_AT, strict=True)


def test_one_stray_quote_in_300_000_lines_costs_one_row(tmp_path: Path) -> None:
    lines = [f"H{i},E{i},{i % 100}" for i in range(300_000)]
    lines[10] = 'H10,"E10,10'
    path = tmp_path / "stake.csv"
    path.write_text("holder_id,entity_id,percent\n" + "\n".join(lines) + "\n", "utf-8")
    batch = ingest.read("canonical", [path], known_at=KNOWN_AT)
    assert (batch.rows_in, batch.accepted, batch.quarantined) == (300_000, 299_999, 1)
    assert batch.tables["stake"].num_rows == 299_999
    (fault,) = batch.faults
    assert (fault.line, fault.code, fault.column) == (12, "unclosed_quote", "entity_id")
