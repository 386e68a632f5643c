"""Interests of a large crisp graph by linear algebra over the rationals, exact.

For one holder x, its interest v in every entity solves ``v = W v`` with ``v(x) = 1``: x counts as
if it had no register itself. Entities are solved in the order of ownership; the members of a cycle
are solved together, as one linear system. Nothing here imports graphkit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

Shares = Mapping[tuple[str, str], Fraction]
"""(holder, entity) -> share of the whole; own shares given to the other holders before."""
Values = dict[str, Fraction]

ZERO, ONE = Fraction(0), Fraction(1)


class Walks:
    """A graph of shares, ready to be asked for one holder after another.

    >>> half, tenth = Fraction(1, 2), Fraction(1, 10)
    >>> walks = Walks({("P", "A"): half, ("A", "B"): ONE, ("B", "A"): tenth})
    >>> walks.of("P")["B"], walks.of("B")
    (Fraction(5, 9), {'B': Fraction(1, 1), 'A': Fraction(1, 10)})
    """

    def __init__(self, shares: Shares) -> None:
        import networkx as nx

        graph: nx.DiGraph[str] = nx.DiGraph(list(shares))
        self.register: dict[str, dict[str, Fraction]] = {}
        for (holder, entity), share in shares.items():
            self.register.setdefault(entity, {})[holder] = share
        packed = nx.condensation(graph)
        self.parts = [sorted(packed.nodes[p]["members"]) for p in nx.topological_sort(packed)]
        self.part_of = {name: p for p, names in enumerate(self.parts) for name in names}
        self.held = {name: sorted(graph.successors(name)) for name in graph}
        self.cycles = [set(names) for names in self.parts if len(names) > 1]

    def of(self, holder: str, given: Mapping[str, Fraction] | None = None) -> Values:
        """Return what `holder` has of every entity, itself included with 1; nothing where 0.

        `given` adds to each entity's right-hand side what comes from elsewhere (its rest).
        """
        return self.solve({holder: ONE}, given or {})

    def solve(self, fixed: Mapping[str, Fraction], given: Mapping[str, Fraction]) -> Values:
        """Return the least solution of ``v = W v + given`` outside `fixed`, where v is as fixed."""
        found: Values = dict(fixed)
        queue = {self.part_of[n] for n in (*fixed, *given) if n in self.part_of}
        queue |= {self.part_of[e] for n in fixed for e in self.held.get(n, ())}
        while queue:
            part = min(queue)
            queue.discard(part)
            new = self._part([n for n in self.parts[part] if n not in fixed], found, given)
            found |= new
            queue |= {self.part_of[e] for n in new for e in self.held[n]} - {part}
        return found

    def _part(self, names: list[str], found: Values, given: Mapping[str, Fraction]) -> Values:
        """Return the values of the members of one cycle (mostly: of one entity)."""
        inside = set(names)
        right = {
            n: given.get(n, ZERO)
            + sum(s * found.get(h, ZERO) for h, s in self._holders(n) if h not in inside)
            for n in names
        }
        if len(names) > 1:
            right = self._together(names, right)
        return {n: v for n, v in right.items() if v}

    def _together(self, names: list[str], right: Values) -> Values:
        """Solve ``(I - W) v = right`` inside one cycle by Gauss-Jordan elimination."""
        rows = [
            [(ONE if h == n else ZERO) - self.register[n].get(h, ZERO) for h in names] + [right[n]]
            for n in names
        ]
        for i in range(len(names)):
            pivot = next(r for r in range(i, len(rows)) if rows[r][i])
            rows[i], rows[pivot] = rows[pivot], rows[i]
            rows[i] = [v / rows[i][i] for v in rows[i]]
            for r, row in enumerate(rows):
                if r != i and row[i]:
                    rows[r] = [a - row[i] * b for a, b in zip(row, rows[i], strict=True)]
        return {n: row[-1] for n, row in zip(names, rows, strict=True)}

    def _holders(self, entity: str) -> Iterable[tuple[str, Fraction]]:
        return self.register.get(entity, {}).items()
