"""``docs/tables.md`` out of the model: every canonical table, its key, its time and its columns.

``python -m graphkit.model.describe`` writes it; a test holds that the file is current.
"""

from __future__ import annotations

import sys
from pathlib import Path

from graphkit.model.tables import Column, Table, tables

_HEAD = """# The canonical tables

Generated from `graphkit/model/schema/*.toml` by `python -m graphkit.model.describe`; don't edit.

The loader `canonical` takes any of them as `<table>.csv` or `<table>.parquet` with these headers;
only columns marked **required** must be there. Dates are written 2026-01-05, numbers as plain
decimals, yes/no as `yes` and `no`. Where a table lists *headers of shares*, those stand in a file
in place of its columns `_min` and `_max`: a percent from 0 to 100 with up to eight decimals, `>25`
or `<50` for an end that is not included. Secret columns are masked unless asked for.

Every row carries, beside its own columns, `fact_id` (hash of table, source and content), `source`,
`load_id`, `file`, `line` and `known_from`. (Where a table has a column `source` of its own, that
one is meant.)

| type | stored as | in a file |
|---|---|---|
| id, text, code, choice | VARCHAR | text; a code with its exchange suffix (`600000.SH`) |
| bool | BOOLEAN | `yes`, `no` |
| integer | BIGINT | digits |
| date, timestamp | DATE, TIMESTAMP (UTC) | `2026-01-05`, `2026-01-05 09:30:00` |
| money | DECIMAL(20,2) | plain decimal, two places |
| price | DECIMAL(18,4) | plain decimal, four places |
| quantity | DECIMAL(20,2) | plain decimal, two places |
| rate | DECIMAL(12,8) | a fraction: `0.65`, not 65 |
| amount | DECIMAL(28,8) | plain decimal, eight places |
| share | BIGINT, parts per 10¹⁰ | a percent, see above |
"""

_TIME = {
    ("fact", None): (
        "Facts: a row holds from `valid_from` until before `valid_to`; for each key without "
        "`valid_from` the latest row that has begun is read."
    ),
    ("day", "day"): "Day data: read on its own date only.",
    ("day", "until_next"): "Day data: in force until the next row of its key.",
    ("event", None): "Events: every row is read, whatever the day.",
}


def describe() -> str:
    """The text of ``docs/tables.md``.

    Examples
    --------
    >>> "| `holder_id` | id | **required**; a party | who holds |" in describe()
    True
    """
    names = ", ".join(f"[{name}](#{name})" for name in tables())
    parts = [_HEAD, names + "\n", *(_table(table) for table in tables().values())]
    return "\n".join(parts)


def _table(table: Table) -> str:
    lines = [
        f"## {table.name}",
        "",
        table.doc,
        "",
        f"Key: {', '.join(f'`{k}`' for k in table.key)}. {_TIME[table.time, table.in_force]}",
    ]
    if table.percents:
        headers = (
            f"`{p.input}` (or `{p.input}_min`, `{p.input}_max`) for `{p.name}_min` and "
            f"`{p.name}_max`; blank: {'unknown, 0 to 100' if p.blank == 'unknown' else 'blank'}"
            for p in table.percents
        )
        lines += ["", f"Headers of shares: {'. '.join(headers)}."]
    lines += ["", "| column | type | | what |", "|---|---|---|---|"]
    lines += [f"| `{c.name}` | {c.type} | {_marks(table, c)} | {_cell(c)} |" for c in table.columns]
    return "\n".join(lines) + "\n"


def _marks(table: Table, column: Column) -> str:
    marks = []
    if column.required and not any(
        column.name in (f"{p.name}_min", f"{p.name}_max") for p in table.percents
    ):
        marks.append("**required**")
    if column.refers:
        marks.append(f"a {column.refers}")
    if column.secret:
        marks.append("secret")
    if column.plausible:
        marks.append(f"{column.plausible[0]} to {column.plausible[1]}")
    return "; ".join(marks)


def _cell(column: Column) -> str:
    choices = "one of " + ", ".join(f"`{c}`" for c in column.choices) if column.choices else ""
    return ". ".join(filter(None, (column.doc, choices))).replace("|", "\\|")


if __name__ == "__main__":
    place = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/tables.md")
    place.write_text(describe(), encoding="utf-8")
