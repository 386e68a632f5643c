"""The worlds and stores that benchmarks run on, made once under ``benchmarks/out``."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import ROOT
from benchmarks.plan import Plan

OUT = ROOT / "benchmarks" / "out"
SEED = 7
GRAPHKIT = (sys.executable, "-m", "graphkit")
LOADED = "2026-11-20T20:00:00"


def other(name: str, *arguments: object) -> list[str]:
    """The command of an alternative."""
    return [sys.executable, "-m", f"benchmarks.other.{name}", *map(str, arguments)]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a world lies: its files, its stores, and the parties worth asking about."""

    parties: int
    clients: int = 0

    @property
    def folder(self) -> Path:
        """The world's own folder."""
        return OUT / f"{self.parties}-{self.clients}-{SEED}"

    @property
    def stakes(self) -> int:
        """Holdings on file."""
        return Plan(self.parties).stakes

    @property
    def owners(self) -> Path:
        """The canonical files of ownership."""
        return self.folder / "owners"

    @property
    def credit(self) -> Path:
        """The canonical files of the broker's side."""
        return self.folder / "credit"

    @property
    def store(self) -> Path:
        """The graphkit store."""
        return self.folder / "store.duckdb"

    @property
    def plain(self) -> Path:
        """The DuckDB file that an alternative makes of the same rows."""
        return self.folder / "plain.duckdb"

    def made(self) -> Place:
        """The place, with its files written (in a process of its own, which forgets them)."""
        if not (self.folder / "about.json").is_file():
            sizes = [str(self.parties), str(SEED), str(self.clients)]
            command = [sys.executable, "-m", "benchmarks.worldfiles", str(self.folder), *sizes]
            _quietly(command)
        return self

    def about(self) -> dict[str, str]:
        """Parties worth asking about, by why."""
        found: dict[str, str] = json.loads(self.made().folder.joinpath("about.json").read_text())
        return found

    @property
    def new(self) -> Path:
        """The store that the benchmark of loading makes; the others then take it over."""
        return self.folder / "new.duckdb"

    def load(self, store: Path) -> list[str]:
        """The command that loads the ownership files."""
        return _load(self.owners, store)

    def loaded(self) -> Place:
        """The place, with both stores made."""
        self.made()
        if not self.store.is_file():
            building = self.folder / "building.duckdb"
            building.unlink(missing_ok=True)
            if self.new.is_file():
                self.new.rename(building)
            else:
                _quietly(self.load(building))
            if self.clients:
                _quietly(_load(self.credit, building))
            building.rename(self.store)
        if not self.plain.is_file():
            _quietly(other("duckdb_load", self.owners, self.plain))
        return self


def _load(folder: Path, store: Path) -> list[str]:
    known = ["--known-at", LOADED, "--store", str(store), "-q"]
    return [*GRAPHKIT, "load", "canonical", str(folder), *known]


def _quietly(command: Sequence[str]) -> None:
    subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
