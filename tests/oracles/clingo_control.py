"""Control by clingo (``#sum`` over integers), as the last paragraph of SEMANTICS.md section 8.

Two programs on one case: ``certain`` on least votes, limit ``(100 % - own min) / 2``, and
``possible`` on most votes: limit ``sum min - (100 % - own min) / 2`` on what the *others* hold at
least, so ``x and all it controls`` pass where their minimums are more than that below the
others' (the whole rest is theirs). Own shares stand outside the sums. clingo's integers have
32 bits: each register is divided by the greatest common divisor of all its numbers, which is
exact; where the numbers still do not fit, by the smallest numbers that the same sets of holders
pass (checked on every set); where that fails too, ``NotComparableError``.

Over-full registers, section 1: S certainly controls when ``S min > others' max``, that is
``sum over S of (min + max) > sum of all max``; possibly when ``2 S max + own max > 100 %``.

Where "yes equals" and "possible equals" (section 8): ``comparable``.
"""

from __future__ import annotations

from functools import reduce
from itertools import product
from math import gcd

import clingo

from .case import DECISIVE, FULL, VOTES_FOLLOW_CAPITAL, WITHOUT_REGISTER, Case

LIMIT = 2**31 - 1
MOST_RANKED = 8

RULES = """
reached(X, X) :- start(X).
reached(X, Y) :- start(X), right(H, Y), reached(X, H).
reached(X, Y) :- start(X), limit(Y, L), #sum { W, H : weight(H, Y, W), reached(X, H) } > L.
#show reached/2.
"""


class NotComparableError(Exception):
    """The numbers of a register do not fit clingo's integers exactly."""


def _lines(case: Case, y: str) -> dict[str, tuple[int, int]] | None:
    """Return the vote lines of y's register, or None where it has none."""
    rows = [s for s in case.stakes if s.entity == y]
    kind = case.kinds[y]
    if kind in WITHOUT_REGISTER or (kind == "unknown" and not rows):
        return None
    if kind not in VOTES_FOLLOW_CAPITAL and not any(s.votes_min is not None for s in rows):
        return None
    return {s.holder: case.votes(s) for s in rows}


def _complete(case: Case, y: str, lines: dict[str, tuple[int, int]]) -> bool:
    return y in case.complete and sum(hi for _, hi in lines.values()) >= FULL


def comparable(case: Case) -> tuple[bool, bool]:
    """Return whether yes, and whether possible, must equal ours (else: contain, section 8).

    Yes: no complete register has a band. Possible: that, and no rest is dispersed, since part
    of a dispersed rest stays outside; nor a pseudo party's line, which the sums do not know.
    """
    yes = possible = True
    for y in case.parties():
        lines = _lines(case, y)
        if lines is None or sum(lo for lo, _ in lines.values()) > FULL:
            continue
        if _complete(case, y, lines):
            if any(lo < hi for lo, hi in lines.values()):
                yes = possible = False
        elif case.kinds[y] == "listed_company":
            possible = False
        if any(case.kinds[h] == "pseudo" for h in lines):
            possible = False
    return yes, possible


def program(case: Case, certain: bool) -> tuple[str, dict[int, str]]:
    """Return the facts of one case as clingo text, and the party behind each number."""
    ids = {p: i for i, p in enumerate(case.parties())}
    # Omega holds nothing on file; what it possibly controls is what "nobody" reaches.
    omega = len(ids)
    facts = [f"start({i})." for i in [*ids.values(), omega]]
    facts += [
        f"right({ids[r.holder]},{ids[r.entity]})."
        for r in case.rights
        if r.kind in DECISIVE and r.holder != r.entity
    ]
    for y in case.parties():
        lines = _lines(case, y)
        if lines is None:
            continue
        own = lines.pop(y, (0, 0))
        pseudo = [h for h in lines if case.kinds[h] == "pseudo"]
        weights, limit = _sums(lines, own, certain, FULL)
        weights = {h: w for h, w in weights.items() if h not in pseudo}
        scaled, limit = _fit({h: w for h, w in weights.items() if w}, limit)
        facts.append(f"limit({ids[y]},{limit}).")
        facts += [f"weight({ids[h]},{ids[y]},{w})." for h, w in scaled.items()]
    return "\n".join(facts), {i: p for p, i in ids.items()} | {omega: "?"}


def _sums(
    lines: dict[str, tuple[int, int]], own: tuple[int, int], certain: bool, full: int
) -> tuple[dict[str, int], int]:
    """Return the weight of each holder and the limit their sum must pass, both doubled."""
    least = sum(lo for lo, _ in lines.values())
    most = sum(hi for _, hi in lines.values())
    over_full = least + own[0] > full
    if certain and over_full:
        return {h: lo + hi for h, (lo, hi) in lines.items()}, most
    if certain:
        return {h: 2 * lo for h, (lo, _) in lines.items()}, full - own[0]
    if over_full:
        return {h: 2 * hi for h, (_, hi) in lines.items()}, full - own[1]
    return {h: 2 * lo for h, (lo, _) in lines.items()}, 2 * least - (full - own[0])


def _fit(weights: dict[str, int], limit: int) -> tuple[dict[str, int], int]:
    """Return weights and a limit within 32 bits that the same sets pass."""
    divisor = reduce(gcd, weights.values(), abs(limit)) or 1
    if sum(weights.values()) // divisor <= LIMIT and abs(limit) // divisor <= LIMIT:
        return {h: w // divisor for h, w in weights.items()}, limit // divisor
    return _ranked(weights, limit)


def _ranked(weights: dict[str, int], limit: int) -> tuple[dict[str, int], int]:
    """Return the smallest integer weights and limit that exactly the same subsets pass.

    One linear row a subset (so: few holders only), solved as an integer programme and then
    checked on every subset in exact integers.
    """
    import numpy as np
    from scipy.optimize import LinearConstraint, milp

    names = sorted(weights)
    if len(names) > MOST_RANKED:
        raise NotComparableError(f"{len(names)} holders whose shares have no common divisor")
    subsets = list(product((0, 1), repeat=len(names)))
    passes = [sum(weights[h] for h, b in zip(names, s, strict=True) if b) > limit for s in subsets]
    rows = np.array([[*s, -1] for s in subsets])
    at_least = np.where(passes, 1, -np.inf)
    at_most = np.where(passes, np.inf, 0)
    found = milp(
        c=np.ones(len(names) + 1),
        constraints=LinearConstraint(rows, at_least, at_most),
        integrality=np.ones(len(names) + 1),
        bounds=(np.array([0] * len(names) + [-1]), np.full(len(names) + 1, 1000)),
    )
    if found.x is None:
        raise NotComparableError(f"no small weights for {weights}, limit {limit}")
    *small, line = (round(v) for v in found.x)
    again = [sum(w for w, b in zip(small, s, strict=True) if b) > line for s in subsets]
    if again != passes:
        raise NotComparableError(f"the small weights of {weights} are not exact")
    return dict(zip(names, small, strict=True)), line


def control(case: Case, certain: bool) -> dict[str, set[str]]:
    """Return what each party, and omega (``?``), controls: certainly, or possibly with omega.

    >>> from .case import make
    >>> case = make("", {("P", "A"): 60, ("A", "B"): 30, ("P", "B"): 21})
    >>> sorted(control(case, certain=True)["P"]), control(case, certain=True)["A"]
    (['A', 'B'], set())
    """
    text, names = program(case, certain)
    solver = clingo.Control(["--warn=none"])
    solver.add("base", [], text + RULES)
    solver.ground([("base", [])])
    found: dict[str, set[str]] = {p: set() for p in names.values()}

    def keep(model: clingo.Model) -> None:
        for atom in model.symbols(shown=True):
            x, y = (names[a.number] for a in atom.arguments)
            if x != y:
                found[x].add(y)

    solver.solve(on_model=keep)
    return found
