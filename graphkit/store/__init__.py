"""Stores of facts: one small abstract class, the embedded DuckDB store behind it."""
