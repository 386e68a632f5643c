"""Slow, independent oracles for ownership and control; they import nothing of graphkit."""
