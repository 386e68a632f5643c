"""A table of an answer, in exact types, ready for a terminal, a file or a DataFrame."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Answer:
    """Rows under named columns, and the two times that they hold for.

    Cells are str, int, bool, Decimal, date, datetime or None, never float. `rows` may be a
    generator where an answer is large: it is then read once.
    `secret` names the columns that are masked unless asked for, `detail` those that a table for
    people leaves out (fact ids). `notes` are lines printed beside the table (on stderr).
    """

    name: str
    columns: tuple[str, ...]
    rows: Iterable[Sequence[Any]]
    as_of: date | None = None
    known_at: datetime | None = None
    notes: tuple[str, ...] = ()
    secret: frozenset[str] = field(default_factory=frozenset)
    detail: frozenset[str] = field(default_factory=frozenset)

    def to_pandas(self) -> pd.DataFrame:
        """The answer as a DataFrame; decimals and whole numbers stay exact (Arrow types)."""
        import pandas as pd
        import pyarrow as pa

        rows = list(self.rows)
        data = {c: pa.array([row[i] for row in rows]) for i, c in enumerate(self.columns)}
        frame: pd.DataFrame = pa.table(data).to_pandas(types_mapper=pd.ArrowDtype)
        return frame
