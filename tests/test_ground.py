"""What holds the house up: stages in one direction, light imports, a wheel that runs elsewhere."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "graphkit"

STAGES = (
    "model rules ingest store ownership clients margin surveillance nightly views api cli".split()
)
HEAVY = "duckdb pyarrow pandas numpy scipy networkx pyvis neo4j jinja2 xlsxwriter rich".split()
LONGEST = 400


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def imported(tree: ast.AST) -> set[str]:
    """Modules of ours that a file imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.add(node.module)
            found |= {f"{node.module}.{name.name}" for name in node.names}
        elif isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
    return {name for name in found if name.startswith("graphkit.")}


@pytest.mark.parametrize("stage", STAGES)
def test_no_stage_imports_a_later_one(stage: str) -> None:
    later = set(STAGES[STAGES.index(stage) + 1 :])
    wrong = [
        f"{file.relative_to(ROOT)} imports {name}"
        for file in modules()
        if file.relative_to(PACKAGE).parts[0].removesuffix(".py") == stage
        for name in imported(ast.parse(file.read_text("utf-8")))
        if name.split(".")[1] in later
    ]
    assert wrong == []


def test_every_folder_is_a_stage() -> None:
    folders = {p.name for p in PACKAGE.iterdir() if p.is_dir() and p.name != "__pycache__"}
    assert folders == set(STAGES)


@pytest.mark.parametrize("command", [["--help"], ["owners", "--help"], ["--version"]])
def test_help_imports_no_heavy_library(command: list[str]) -> None:
    script = (
        "import sys, json\n"
        "from graphkit.cli.root import run\n"
        f"code = run({command!r})\n"
        "print(json.dumps([code, sorted(m for m in sys.modules if '.' not in m)]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT
    )
    code, loaded = json.loads(done.stdout.splitlines()[-1])
    assert code == 0
    assert set(loaded) & set(HEAVY) == set()


def test_files_are_short() -> None:
    """A file is a thought; one over the line says at its top why."""
    long = [
        f"{file.relative_to(ROOT)}: {len(lines)} lines"
        for file in modules()
        if len(lines := file.read_text("utf-8").splitlines()) > LONGEST
        and "Long because" not in "\n".join(lines[:30])
    ]
    assert long == []


@pytest.mark.slow
def test_the_wheel_runs_outside_the_clone(tmp_path: Path) -> None:
    """The wheel, unpacked elsewhere, carries loaders, templates and the demo, and runs it."""
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    inside = tmp_path / "inside"
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(inside)
    done = subprocess.run(
        [sys.executable, "-m", "graphkit", "demo", "-o", str(tmp_path / "out")],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(inside)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out/page.html").is_file()
    where = subprocess.run(
        [sys.executable, "-c", "import graphkit; print(graphkit.__file__)"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(inside)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert str(inside) in where.stdout
