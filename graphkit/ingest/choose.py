"""Which of the given files are of which kind, and what they are called in facts."""

from __future__ import annotations

import fnmatch
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from graphkit.ingest.loader import FileSpec, Loader
from graphkit.model.errors import InputRefused, UsageError


class Chosen(NamedTuple):
    """A file to read as one kind."""

    path: Path
    name: str
    spec: FileSpec


def choose(loader: Loader, paths: Sequence[Path]) -> tuple[list[Chosen], list[str]]:
    """The files to read, in order of name, and the names of files in folders that fit no kind.

    A file is named relative to the folder given, or by its own name; where two would share a name,
    by its folder's name too.

    Raises
    ------
    UsageError
        When a path doesn't exist, a given file fits no kind, or nothing is left to read.
    InputRefused
        When a kind that the loader requires has no file.
    """
    found: dict[Path, tuple[str, list[FileSpec]]] = {}
    ignored: list[str] = []
    for path in paths:
        if path.is_dir():
            for entry in sorted(p for p in path.iterdir() if p.is_file()):
                kinds = _kinds(loader, entry.name)
                if kinds:
                    found.setdefault(entry.resolve(), (entry.name, kinds))
                else:
                    ignored.append(entry.name)
        elif path.is_file():
            kinds = _kinds(loader, path.name)
            if not kinds:
                raise UsageError(
                    f"{path}: loader {loader.name!r} reads no file of this name; "
                    f"it reads {_patterns(loader)}"
                )
            found.setdefault(path.resolve(), (path.name, kinds))
        else:
            raise UsageError(f"{path}: no such file or folder")
    if not found:
        places = ", ".join(str(p) for p in paths) or "nothing given"
        raise UsageError(
            f"{places}: no file for loader {loader.name!r}; it reads {_patterns(loader)}"
        )
    chosen = [
        Chosen(path, name, kind)
        for path, name in _names({p: n for p, (n, _) in found.items()}).items()
        for kind in found[path][1]
    ]
    for spec in loader.files:
        if spec.required and not any(c.spec.name == spec.name for c in chosen):
            raise InputRefused(
                f"no file {' or '.join(spec.patterns)} is given, and loader {loader.name!r} needs "
                "one; nothing was loaded. Give it together with the others."
            )
    return sorted(chosen, key=lambda c: (c.name, c.spec.name)), ignored


def _kinds(loader: Loader, name: str) -> list[FileSpec]:
    kinds = [
        spec
        for spec in loader.files
        if any(fnmatch.fnmatchcase(name.casefold(), p.casefold()) for p in spec.patterns)
    ]
    if len(kinds) > 1 and any(spec.reader != "sqlite" for spec in kinds):
        raise UsageError(
            f"{name}: loader {loader.name!r} takes it for {kinds[0].name} and for {kinds[1].name}; "
            "make the patterns in its loader.toml narrower"
        )
    return kinds


def _names(files: dict[Path, str]) -> dict[Path, str]:
    """Names that differ: with the folder's name in front where needed."""
    names = dict(files)
    for depth in range(1, 50):
        twice = {n for n in names.values() if list(names.values()).count(n) > 1}
        if not twice:
            return names
        for path, name in names.items():
            if name in twice:
                names[path] = "/".join(path.parts[-1 - depth :])
    raise UsageError(f"two files can't be told apart by name: {sorted(map(str, files))}")


def _patterns(loader: Loader) -> str:
    return ", ".join(dict.fromkeys(p for spec in loader.files for p in spec.patterns))
