"""graphkit: who is behind a client, which clients are one, and what that one owes.

The workflows are in :mod:`graphkit.api`.
"""

__version__ = "0.1.0"
