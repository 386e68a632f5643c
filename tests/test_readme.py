"""What the README prints runs as printed."""

from __future__ import annotations

import csv
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_the_tour_runs_and_finds_wang(tmp_path: Path) -> None:
    """wang holds 60 % of alpha: its 45 % and wang's 10 % of beta are 55 %, whatever chen has."""
    (tour,) = [block for block in blocks("sh") if "graphkit load" in block]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    clean = {k: v for k, v in os.environ.items() if not k.startswith("GRAPHKIT_")}
    done = subprocess.run(
        ["bash", "-euc", tour],
        cwd=tmp_path,
        env=clean | {"PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    with (tmp_path / "control.csv").open(encoding="utf-8-sig", newline="") as written:
        rows = [row[:3] for row in csv.reader(written)][1:]
    assert ["wang", "alpha", "yes"] in rows
    assert ["wang", "beta", "yes"] in rows
    assert (tmp_path / "beta.html").is_file()
    (notebook,) = blocks("python")
    result = subprocess.run(
        [sys.executable, "-c", notebook], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr


def test_pictures_and_documents_that_it_names_exist() -> None:
    for name in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / name).exists(), name
