"""The command line: one file a family of commands; it calls only :mod:`graphkit.api`."""

from __future__ import annotations

import sys
from typing import NoReturn


def main() -> NoReturn:
    """Run the command line; every way out has its exit code (see ``graphkit --help``)."""
    from graphkit.cli.root import run

    sys.exit(run(sys.argv[1:]))
