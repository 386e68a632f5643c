"""Interest by linear algebra: crisp registers only, cycles solved by one inverse.

``W[i, j]`` is i's share of j's capital, own shares taken out in proportion (divided by
``1 - own``), and ``N = (I - W)**-1`` sums over all walks. The interest of i in j, i != j, is
``N[i, j] / N[i, i]``: what flows through i itself is left out (SEMANTICS.md section 4; the
consolidation rule of Baldone, Brioschi and Paleari, "Ownership measures among firms connected
by cross-shareholdings", 1997). Closed rings make ``I - W`` singular: their entities and
everything below them are left out, as is all that stands below an over-full register or below
an unknown share or band.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from .case import FULL, Case

Shares = dict[tuple[str, str], Fraction]


def below(shares: Iterable[tuple[str, str]], start: set[str]) -> set[str]:
    """Return ``start`` and every entity that one of them holds something of, through others."""
    links = list(shares)
    found = set(start)
    while new := {y for h, y in links if h in found and y not in found}:
        found |= new
    return found


def clean(case: Case) -> set[str]:
    """Return the entities upstream of which nothing is over-full, unknown or a closed ring."""
    links = [(s.holder, s.entity) for s in case.stakes if s.capital_max > 0]
    entities = {y for _, y in links}
    total = {y: sum(s.capital_min for s in case.stakes if s.entity == y) for y in entities}
    bad = {s.entity for s in case.stakes if s.capital_min < s.capital_max}
    bad |= {y for y in entities if total[y] > FULL}
    return entities - below(links, bad | _closed(case, total))


def _closed(case: Case, total: dict[str, int]) -> set[str]:
    """Return the entities all of whose capital is held among themselves (largest such set)."""
    inside = {y for y, t in total.items() if t == FULL}
    while bad := {
        s.entity
        for s in case.stakes
        if s.entity in inside and s.holder not in inside and s.capital_max > 0
    }:
        inside -= bad
    return inside


def net_shares(case: Case, entities: set[str]) -> Shares:
    """Return the crisp shares held in ``entities``, own shares given to the other holders."""
    own = {s.entity: s.capital_min for s in case.stakes if s.holder == s.entity}
    return {
        (s.holder, s.entity): Fraction(s.capital_min, FULL - own.get(s.entity, 0))
        for s in case.stakes
        if s.entity in entities and s.holder != s.entity and s.capital_min > 0
    }


def exact(case: Case) -> dict[tuple[str, str], Fraction]:
    """Return (holder, entity) -> interest (of 1) for every clean entity, pairs above 0 only.

    >>> from .case import make
    >>> case = make("", {("M", "C1"): 100, ("C1", "M"): 10})
    >>> exact(case)["M", "C1"], exact(case)["C1", "M"]
    (Fraction(1, 1), Fraction(1, 10))
    """
    entities = clean(case)
    shares = net_shares(case, entities)
    names = sorted(entities | {h for h, _ in shares})
    n = _inverse(
        [[Fraction(i == j) - shares.get((i, j), Fraction(0)) for j in names] for i in names]
    )
    return {
        (i, j): n[a][b] / n[a][a]
        for a, i in enumerate(names)
        for b, j in enumerate(names)
        if i != j and n[a][b] != 0 and case.kinds[i] != "pseudo"
    }


def _inverse(matrix: list[list[Fraction]]) -> list[list[Fraction]]:
    """Return the inverse of a regular matrix (Gauss-Jordan on [matrix | identity])."""
    n = len(matrix)
    rows = [[*line, *(Fraction(i == j) for j in range(n))] for i, line in enumerate(matrix)]
    for i in range(n):
        pivot = next(r for r in range(i, n) if rows[r][i])
        rows[i], rows[pivot] = rows[pivot], rows[i]
        head = rows[i][i]
        rows[i] = [v / head for v in rows[i]]
        for r in range(n):
            if r != i and rows[r][i]:
                factor = rows[r][i]
                rows[r] = [a - factor * b for a, b in zip(rows[r], rows[i], strict=True)]
    return [line[n:] for line in rows]


def sparse(case: Case, targets: Iterable[str] | None = None) -> dict[tuple[str, str], float]:
    """Return the same as ``exact`` in float64 by a sparse LU, for large graphs (KEK).

    Only pairs above 1e-15; ``targets`` are the entities asked for (all clean ones). The
    condition number is that of ``I - W``; compare with a tolerance of about 1e-9.
    """
    import numpy as np
    from scipy.sparse import csc_matrix, identity
    from scipy.sparse.linalg import splu

    entities = clean(case)
    shares = net_shares(case, entities)
    names = sorted(entities | {h for h, _ in shares})
    at = {p: i for i, p in enumerate(names)}
    if not shares:
        return {}
    w = csc_matrix(
        (
            [float(v) for v in shares.values()],
            ([at[i] for i, _ in shares], [at[j] for _, j in shares]),
        ),
        shape=(len(names), len(names)),
    )
    lu = splu(identity(len(names), format="csc") - w)

    def column(j: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        unit = np.zeros(len(names))
        unit[j] = 1.0
        return lu.solve(unit)  # type: ignore[no-any-return]

    diagonal = np.ones(len(names))
    for y in entities:
        diagonal[at[y]] = column(at[y])[at[y]]
    found: dict[tuple[str, str], float] = {}
    for y in sorted(entities if targets is None else entities & set(targets)):
        values = column(at[y]) / diagonal
        for i in np.flatnonzero(values > 1e-15):
            if names[i] != y and case.kinds[names[i]] != "pseudo":
                found[names[i], y] = float(values[i])
    return found
