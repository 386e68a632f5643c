"""What is wrong with the data, as values: quarantined rows and findings."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Severity = Literal["info", "warning", "error"]
Effect = Literal["none", "excluded", "lower_bound", "blocked"]


@dataclass(frozen=True, slots=True)
class Fault:
    """Why one row of a file was quarantined.

    `code` is one of the faults of ``graphkit/ingest/faults.py``; `column` is the column as the file
    calls it; `raw` is the row as it stood, as text.
    """

    code: str
    file: str
    line: int
    column: str
    value: str
    expected: str
    raw: str
    table: str = ""

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}"
        column = f", column {self.column}" if self.column else ""
        return f"{where}{column}: {self.value!r}; expected {self.expected}"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that a reader of figures must know.

    `subject` is the id it is about, `facts` the fact ids it rests on, `effect` what it did to
    figures.
    """

    code: str
    severity: Severity
    subject: str
    message: str
    facts: tuple[str, ...] = ()
    effect: Effect = "none"
    details: dict[str, str] = field(default_factory=dict)
