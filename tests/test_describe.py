"""docs/tables.md says what the model says."""

from __future__ import annotations

from pathlib import Path

from graphkit.model.describe import describe
from graphkit.model.tables import tables

PAGE = Path(__file__).resolve().parents[1] / "docs" / "tables.md"


def test_the_page_is_current() -> None:
    assert PAGE.read_text("utf-8") == describe(), "run: python -m graphkit.model.describe"


def test_every_table_and_column_stands_on_it() -> None:
    sections = dict(part.split("\n", 1) for part in describe().split("\n## ")[1:])
    assert list(sections) == list(tables())
    for name, table in tables().items():
        assert table.doc in sections[name]
        for column in table.columns:
            assert f"| `{column.name}` | {column.type} |" in sections[name]
