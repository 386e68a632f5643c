"""The rulebook: dated, cited data; see :mod:`graphkit.rules.book`."""
