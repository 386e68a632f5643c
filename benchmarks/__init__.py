"""Benchmarks: seeded worlds, and scripts that print time, memory and a ratio to an alternative."""
