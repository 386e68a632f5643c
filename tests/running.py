"""Running the command line as users do: a process of its own, in a folder of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DEMO = ROOT / "fixtures" / "demo"


def graphkit(
    *arguments: str | Path, cwd: Path, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """A finished `graphkit` command; its exit code is for the caller to judge."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith("GRAPHKIT_")}
    return subprocess.run(
        [sys.executable, "-m", "graphkit", *map(str, arguments)],
        cwd=cwd,
        env=clean | {"PYTHONPATH": str(ROOT), "NO_COLOR": "1"} | (env or {}),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def load_demo(folder: Path, *, correction: bool = True) -> Path:
    """The demo world in a store under `folder`, loaded through the command line."""
    plan = tomllib.loads((DEMO / "demo.toml").read_text("utf-8"))
    store = folder / "demo.duckdb"
    for step in plan["loads"]:
        if step["paths"] == ["correction"] and not correction:
            continue
        known_at = step["known_at"].isoformat()
        paths = [DEMO / path for path in step["paths"]]
        done = graphkit(
            "load", step["source"], *paths, "--known-at", known_at, "--store", store, cwd=folder
        )
        assert done.returncode == 0, done.stderr
    return store
