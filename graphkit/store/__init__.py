"""Stores of facts: one small abstract class, the embedded DuckDB store behind it."""

from graphkit.store.opening import DEFAULT_PLACE, open_store

__all__ = ["DEFAULT_PLACE", "open_store"]
