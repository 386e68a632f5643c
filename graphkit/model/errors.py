"""Errors that end a command, each with its exit code; a fault in the data is a Finding instead.

A message says what is wrong, where, what was expected and what to do.
"""

from __future__ import annotations


class GraphkitError(Exception):
    """Something the user can put right; printed without a traceback."""

    exit_code = 2


class UsageError(GraphkitError):
    """A command or call that can't be carried out as given."""

    exit_code = 2


class InputRefused(GraphkitError):
    """An input file was refused as a whole; nothing of it was committed."""

    exit_code = 4


class StoreHeld(GraphkitError):
    """The store is held by another process or can't be reached; trying again may help."""

    exit_code = 75


class StoreDamaged(GraphkitError):
    """The store's content contradicts itself; `store verify` says where."""

    exit_code = 4
