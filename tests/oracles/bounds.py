"""Interest bounds, SEMANTICS.md section 4, exact: least fixpoints found by policy iteration.

For one target x the value of an entity is x's interest in it. x itself is absorbing with value
1, "as if it had no register itself"; every other party without a register has value 0 (a
company without a register has, for the figure with every rest given to x, the value 1: its
whole register is rest). Each other entity y gives its free part greedily:

    F(y) = max (min) of sum w_h v_h + w_rest v_rest + w_own v_y,  w in y's register, sum 100 %

and the bound is the least fixpoint of F, "iterated up from 0". A greedy choice is a vertex of
the register, so there are finitely many policies (one vertex for each register), and:

* value of a policy = its least nonnegative solution: 0 where the target is not reachable,
  elsewhere one linear system, regular because from each such state mass leaks to the target.
* upper: switch where strictly better, until F(v) = v. v is then a fixpoint, so v >= lfp F; and
  v is the value of one policy, whose operator is <= F, so v <= lfp F. Hence v = lfp F exactly.
* lower: first the greatest set Z of entities that can keep all their mass among themselves and
  the parties of value 0: their least fixpoint is 0. Outside Z no policy can avoid the target
  for ever, so each policy's system is regular and F has one fixpoint there: any stable policy
  is it.

The worlds of the registers are independent of one another and each policy is a world, so these
are the minimum and maximum over worlds (Puterman, Markov Decision Processes, 1994, section
7.2: positive bounded models; the tests compare with enumerated worlds).

Over-full registers (section 1): lower is the minimum over scaled worlds ``sum w v / sum w``
(for a set S: ``S min / (S min + others' max)``); upper is the stated maximum
``min(1, sum max_h v_h / (1 - own max))``. That operator is not a probability, its weights pass
1, so the least fixpoint is found from below: entities proven (by rounded-down iteration) to
reach the cap are fixed at 1, the rest is solved as above.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import count

from .case import FULL, WITHOUT_REGISTER, Case
from .registers import Register, register

ONE, ZERO = Fraction(1), Fraction(0)
REST = ""
Values = dict[str, Fraction]
Weights = dict[str, Fraction]
GRID = 10**60
PATIENCE = 20000


class NotSolvedError(Exception):
    """The exact least fixpoint was not reached; never seen, but never guessed either."""


@dataclass(frozen=True)
class InterestRow:
    """One line of ``interest P --every-holder``; percents exact, of 100."""

    holder: str
    entity: str
    percent_min: Fraction
    percent_max: Fraction
    rest_percent_max: Fraction
    holder_status: str


def holder_status(case: Case, holder: str) -> str:
    """Return ultimate, no_register, kind_unknown or intermediate (SEMANTICS.md section 4)."""
    kind = case.kinds[holder]
    if kind in WITHOUT_REGISTER:
        return "ultimate"
    if any(s.entity == holder for s in case.stakes):
        return "intermediate"
    return "kind_unknown" if kind == "unknown" else "no_register"


def interest(case: Case) -> list[InterestRow]:
    """Return a row for every holder and entity with ``percent_max > 0``, intermediates included.

    >>> from .case import make
    >>> case = make("", {("P", "A"): 80, ("A", "B"): 30, ("B", "A"): 20})
    >>> [(r.holder, r.entity, round(float(r.percent_min), 4)) for r in interest(case)][:2]
    [('A', 'B', 30.0), ('B', 'A', 20.0)]
    >>> {r.entity: round(float(r.percent_min), 4) for r in interest(case) if r.holder == "P"}
    {'A': 85.1064, 'B': 25.5319}
    """
    rows = []
    for x in case.parties():
        if case.kinds[x] == "pseudo":
            continue
        for y, (lo, hi, every) in bounds(case, x).items():
            if hi > 0:
                figures = (100 * lo, 100 * hi, 100 * (every - hi))
                rows.append(InterestRow(x, y, *figures, holder_status(case, x)))
    return rows


def bounds(case: Case, x: str) -> dict[str, tuple[Fraction, Fraction, Fraction]]:
    """Return entity -> (lower, upper on stated links, upper with every rest x's), of 1."""
    registers = {}
    unknowable = {}
    for e in case.parties():
        reg = register(case, e, "capital")
        if e == x or reg is None:
            continue
        if reg.stated:
            registers[e] = reg
        else:
            unknowable[e] = reg
    fixed = {p: ZERO for p in case.parties() if p not in registers} | {x: ONE}
    low = _lower(registers, fixed | {REST: ZERO})
    high = _upper(registers, fixed | {REST: ZERO})
    every = _upper(registers, fixed | dict.fromkeys(unknowable, ONE) | {REST: ONE})
    return {e: (low[e], high[e], every[e]) for e in registers}


def _lines(reg: Register) -> dict[str, tuple[int, int]]:
    """Return the lines among which y's 100 % is divided; own shares point at y itself."""
    return reg.holders | {REST: reg.rest} | ({} if reg.over_full else {reg.entity: reg.own})


def _greedy(reg: Register, v: Values, highest: bool) -> Weights:
    """Return the vertex of a register that gives the free part to the highest (lowest) values."""
    lines = _lines(reg)
    weights = {h: lo for h, (lo, _) in lines.items()}
    free = FULL - sum(weights.values())
    for h in sorted(lines, key=lambda h: (-v[h] if highest else v[h], h)):
        more = min(free, lines[h][1] - lines[h][0])
        weights[h] += more
        free -= more
    assert free == 0, reg
    return {h: Fraction(w, FULL) for h, w in weights.items() if w}


def _scaled(reg: Register, v: Values) -> Weights:
    """Return the scaled world of an over-full register with the lowest value, own shares out."""
    lines = _lines(reg)
    order = sorted(lines, key=lambda h: (v[h], h))
    best: tuple[Fraction, Weights] | None = None
    for k in range(len(order) + 1):
        raw = {h: lines[h][1 if i < k else 0] for i, h in enumerate(order)}
        total = sum(raw.values())
        if total:
            weights = {h: Fraction(w, total) for h, w in raw.items() if w}
            value = _dot(weights, v)
            if best is None or value < best[0]:
                best = value, weights
    assert best is not None, reg
    return best[1]


def _stated(reg: Register) -> Weights:
    """Return the stated maximums of an over-full register, own shares out (sum may pass 1)."""
    net = FULL - reg.own[1]
    lines = _lines(reg)
    # A company that may own itself wholly: no finite factor; _step treats it by itself.
    return {h: Fraction(hi, net) for h, (_, hi) in lines.items() if hi} if net else {}


def _dot(weights: Weights, v: Values) -> Fraction:
    return sum((w * v[h] for h, w in weights.items()), ZERO)


def _least_solution(policy: dict[str, Weights], fixed: Values) -> Values | None:
    """Return the least nonnegative solution of v = W v, ``fixed`` given, or None if infinite."""
    live = {h for h, value in fixed.items() if value > 0}
    while new := {y for y, w in policy.items() if y not in live and live & set(w)}:
        live |= new
    order = sorted(live & set(policy))
    at = {y: i for i, y in enumerate(order)}
    matrix = []
    for y in order:
        line = [ZERO] * (len(order) + 1)
        line[at[y]] += ONE
        for h, w in policy[y].items():
            if h in at:
                line[at[h]] -= w
            elif h in fixed:
                line[-1] += w * fixed[h]
        matrix.append(line)
    answer = eliminate(matrix)
    if answer is None or any(value < 0 for value in answer):
        return None
    return fixed | dict.fromkeys(policy, ZERO) | dict(zip(order, answer, strict=True))


def eliminate(matrix: list[list[Fraction]]) -> list[Fraction] | None:
    """Return the solution of a square system with its right side, or None if singular."""
    n = len(matrix)
    for i in range(n):
        pivot = next((r for r in range(i, n) if matrix[r][i]), None)
        if pivot is None:
            return None
        matrix[i], matrix[pivot] = matrix[pivot], matrix[i]
        matrix[i] = [value / matrix[i][i] for value in matrix[i]]
        for r in range(n):
            if r != i and matrix[r][i]:
                factor = matrix[r][i]
                matrix[r] = [a - factor * b for a, b in zip(matrix[r], matrix[i], strict=True)]
    return [line[-1] for line in matrix]


def _lower(registers: dict[str, Register], fixed: Values) -> Values:
    avoid = set(registers)
    while bad := {y for y in avoid if not _can_avoid(registers[y], avoid, fixed)}:
        avoid -= bad
    fixed = fixed | dict.fromkeys(avoid, ZERO)
    open_ = {y: reg for y, reg in registers.items() if y not in avoid}

    def choose(reg: Register, v: Values) -> Weights:
        return _scaled(reg, v) if reg.over_full else _greedy(reg, v, highest=False)

    policy = {y: choose(reg, fixed | dict.fromkeys(open_, ZERO)) for y, reg in open_.items()}
    for _ in range(PATIENCE):
        v = _least_solution(policy, fixed)
        if v is None:
            raise NotSolvedError("lower bound: a policy without a solution")
        better = {y: w for y, reg in open_.items() if _dot(w := choose(reg, v), v) < v[y]}
        if not better:
            return v
        policy |= better
    raise NotSolvedError("lower bound: policies do not settle")


def _can_avoid(reg: Register, avoid: set[str], fixed: Values) -> bool:
    """Say whether y can give all its mass to ``avoid`` and to parties of value 0."""
    lines = _lines(reg)
    good = {h for h in lines if h in avoid or fixed.get(h) == 0}
    if any(lo > 0 for h, (lo, _) in lines.items() if h not in good):
        return False
    return sum(lines[h][1] for h in good) >= (1 if reg.over_full else FULL)


def _upper(registers: dict[str, Register], fixed: Values) -> Values:
    capped: set[str] = set()
    v = fixed | dict.fromkeys(registers, ZERO)
    for _ in range(len(registers) + 1):
        found = _best_policy(registers, fixed | dict.fromkeys(capped, ONE))
        if found is not None and _step(registers, found) == found:
            return found
        v = _climb(registers, v, capped)
    raise NotSolvedError("upper bound: caps do not settle")


def _step(registers: dict[str, Register], v: Values) -> Values:
    """Return F(v) for the upper bound, caps included."""
    after = dict(v)
    for y, reg in registers.items():
        if not reg.over_full:
            after[y] = _dot(_greedy(reg, v, highest=True), v)
        elif reg.own[1] == FULL:
            lines = _lines(reg)
            after[y] = ONE if any(v[h] > 0 and hi > 0 for h, (_, hi) in lines.items()) else ZERO
        else:
            after[y] = min(ONE, _dot(_stated(reg), v))
    return after


def _best_policy(registers: dict[str, Register], fixed: Values) -> Values | None:
    """Return the best policy's value, over-full entities uncapped; None when it is infinite."""
    open_ = {y: reg for y, reg in registers.items() if y not in fixed}
    zero = fixed | dict.fromkeys(open_, ZERO)
    policy = {
        y: _stated(reg) if reg.over_full else _greedy(reg, zero, highest=True)
        for y, reg in open_.items()
    }
    v = zero
    for _ in range(PATIENCE):
        before, v_new = v, _least_solution(policy, fixed)
        # A better policy that is worth less feeds an over-full ring on itself: no finite value.
        if v_new is None or any(v_new[y] < before[y] for y in open_):
            return None
        v = v_new
        better = {
            y: w
            for y, reg in open_.items()
            if not reg.over_full and _dot(w := _greedy(reg, v, highest=True), v) > v[y]
        }
        if not better:
            return v
        policy |= better
    raise NotSolvedError("upper bound: policies do not settle")


def _climb(registers: dict[str, Register], v: Values, capped: set[str]) -> Values:
    """Iterate F up from ``v``, rounded down, until one more over-full entity reaches the cap.

    Rounding down keeps every iterate below the least fixpoint, so reaching 1 is a proof.
    """
    for n in count():
        if n > PATIENCE:
            raise NotSolvedError("upper bound: no cap is reached")
        v = {h: Fraction(int(value * GRID), GRID) for h, value in _step(registers, v).items()}
        new = {y for y, reg in registers.items() if reg.over_full and v[y] == 1} - capped
        if new:
            capped |= new
            return v
    raise AssertionError
