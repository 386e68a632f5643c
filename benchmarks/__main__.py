"""`python -m benchmarks [NAME...] [--parties N] [--write FILE]`: run, and print one table."""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks.case import Result, measured
from benchmarks.cases import CASES
from benchmarks.page import page, row


def main() -> None:
    """Run the named benchmarks, or all."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(CASES)}")
    parser.add_argument("--parties", type=int, default=1_000_000, help="size of the world")
    parser.add_argument("--write", type=Path, metavar="FILE", help="write the figures as a page")
    given = parser.parse_args()
    if unknown := sorted(set(given.names) - set(CASES)):
        parser.error(f"no benchmark is called {unknown[0]!r}; there are {', '.join(CASES)}")
    results: list[Result] = []
    for name in given.names or CASES:
        for case in CASES[name](given.parties):
            results.append(measured(case))
            for line in row(results[-1]):
                print(line, flush=True)
    if given.write:
        given.write.write_text(page(results, given.names, given.parties), "utf-8")


if __name__ == "__main__":
    main()
