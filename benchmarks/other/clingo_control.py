"""Certain control of every single party by clingo, ``#sum`` over integers: prints the pairs."""

from __future__ import annotations

import sys
from pathlib import Path

import clingo

from benchmarks.other.rows import decisive, votes
from benchmarks.shares import WHOLE

RULES = """
holder(X) :- weight(X, _, _).
holder(X) :- right(X, _).
reached(X, X) :- holder(X).
reached(X, Y) :- right(H, Y), reached(X, H).
reached(X, Y) :- holder(X), limit(Y, L), near(X, Y),
                 #sum { W, H : weight(H, Y, W), reached(X, H) } > L.
near(X, Y) :- reached(X, H), weight(H, Y, _).
#show.
"""


def program(folder: Path) -> str:
    """The facts: weights doubled, so that half is a whole number; over-full registers apart."""
    lines: dict[str, list[tuple[str, int, int]]] = {}
    own: dict[str, int] = {}
    for holder, entity, low, high in votes(folder):
        if holder == entity:
            own[entity] = low
        else:
            lines.setdefault(entity, []).append((holder, low, high))
    number: dict[str, int] = {}
    facts: list[str] = []
    for entity, held in lines.items():
        over_full = sum(low for _, low, _ in held) + own.get(entity, 0) > WHOLE
        limit = sum(high for *_, high in held) if over_full else WHOLE - own.get(entity, 0)
        y = number.setdefault(entity, len(number))
        facts.append(f"limit({y},{limit}).")
        for holder, low, high in held:
            x = number.setdefault(holder, len(number))
            weight = low + high if over_full else 2 * low
            facts.append(f"weight({x},{y},{weight}).")
    for holder, entity in decisive(folder):
        x = number.setdefault(holder, len(number))
        facts.append(f"right({x},{number.setdefault(entity, len(number))}).")
    return "\n".join(facts)


def main() -> None:
    """`python -m benchmarks.other.clingo_control FOLDER`."""
    control = clingo.Control(["--warn=none"])
    control.add("base", [], program(Path(sys.argv[1])) + RULES)
    control.ground([("base", [])])
    pairs = 0
    with control.solve(yield_=True) as models:
        for model in models:
            pairs = sum(
                symbol.name == "reached" and symbol.arguments[0] != symbol.arguments[1]
                for symbol in model.symbols(atoms=True)
            )
    print(pairs)


if __name__ == "__main__":
    main()
