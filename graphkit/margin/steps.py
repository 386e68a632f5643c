"""The SQL steps of the margin stage: one file a table, run in order in a DuckDB in memory.

A step is named after the table it makes and reads only tables that stand before it. Amounts are
DECIMAL and HUGEINT throughout; ``tests/test_margin_steps.py`` describes every step and every named
part of it and fails on a DOUBLE.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

BEFORE_PRICES = (
    "day_position",
    "day_contract",
    "credit_account",
    "in_transit",
    "entitled",
    "needed_code",
    "absent_row",
)
"""Steps that need no price; they say of which securities one is needed, and what is missing."""

FROM_PRICES = (
    "last_close",
    "adjusted_close",
    "security_price",
    "share_term",
    "terms",
    "account_total",
    "account_line",
    "account_position",
    "account_measures",
    "group_total",
    "group_worst",
    "group_measures",
    "security_class",
    "security_holding",
    "concentration_check",
    "net_capital_check",
    "limit_checks",
    "fault",
)
"""Steps from the prices to the results."""

VIEWS = frozenset(
    {"day_position", "day_contract", "share_term", "concentration_check", "net_capital_check"}
)
"""Steps that are read once, or in few columns: they are not written out."""

THREADS = 2


def step_text(name: str) -> str:
    """The SQL of a step (or of ``macros``), as it stands in its file."""
    return (files("graphkit.margin") / "sql" / f"{name}.sql").read_text("utf-8")


@contextmanager
def workbench() -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty DuckDB in memory with the macros, closed and cleared away at the end.

    Nothing is fetched: extensions are neither installed nor loaded by themselves.
    """
    import duckdb

    with tempfile.TemporaryDirectory(prefix="graphkit-margin-") as spill:
        settings: dict[str, Any] = {
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "threads": str(THREADS),
            "temp_directory": spill,
            "preserve_insertion_order": "false",
        }
        connection = duckdb.connect(":memory:", config=settings)
        try:
            connection.execute(step_text("macros"))
            yield connection
        finally:
            connection.close()


def register(connection: duckdb.DuckDBPyConnection, given: Mapping[str, pa.Table]) -> None:
    """Make Arrow tables readable under their names, exact types kept."""
    for name, table in given.items():
        connection.register(name, table)


def run(connection: duckdb.DuckDBPyConnection, names: tuple[str, ...]) -> None:
    """Run steps in order, each into a table (or view) of its name."""
    for name in names:
        kind = "view" if name in VIEWS else "table"
        connection.execute(f"create {kind} {name} as {step_text(name)}")
