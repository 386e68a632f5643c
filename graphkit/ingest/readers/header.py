"""The columns of a file against those that its loader knows."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Sequence

from graphkit.ingest.faults import FileRefused, expected
from graphkit.ingest.loader import FileSpec
from graphkit.model.findings import Fault

_SHOWN = 200


def check_columns(names: Sequence[str], file: str, spec: FileSpec, raw: str, line: int = 1) -> None:
    """Nothing, when the file has the columns that it must have and no unknown one.

    Raises
    ------
    FileRefused
        Naming the first column that is unknown, missing or there twice.
    """
    known = set(spec.known)

    def refuse(code: str, column: str, value: str, wanted: str, advice: str) -> FileRefused:
        shown = (column[:_SHOWN], value[:_SHOWN])
        return FileRefused(Fault(code, file, line, *shown, wanted, raw, spec.name), advice)

    for place, name in enumerate(names, 1):
        if name not in known:
            near = _nearest(name, [k for k in spec.known if k not in names])
            advice = f"Did you mean {near!r}?" if near else "Rename or remove the column."
            wanted = expected("unknown_column", ", ".join(spec.known))
            shown = name or f"number {place}, without a name"
            raise refuse("unknown_column", shown, name, wanted, advice)
    for name in names:
        if names.count(name) > 1:
            wanted = expected("repeated_column")
            raise refuse("repeated_column", name, name, wanted, "Remove one of them.")
    for name in spec.columns:
        if name not in names:
            wanted = expected("missing_column", name)
            advice = f"Add the column {name!r} and its values."
            raise refuse("missing_column", name, ", ".join(names), wanted, advice)


def _nearest(name: str, known: Sequence[str]) -> str:
    plain = {_plain(k): k for k in known}
    near = difflib.get_close_matches(_plain(name[:_SHOWN]), plain, 1)
    return plain[near[0]] if near else ""


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKC", name).strip().casefold().replace(" ", "_")
