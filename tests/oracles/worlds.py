"""Enumerated worlds of very small graphs: control and interest by brute force.

SEMANTICS.md section 1: the vertices of each register's worlds (all lines but one at a bound,
the last fills up to 100 %), times the owner of each rest. A line is a holding, a pseudo
party's line, or what nobody on file holds (0 to 100 %, unless the register is complete).

Owners enumerated: for a whole rest, every party on file that is not a pseudo party (the
entity itself too: its rest may be own shares), plus one stranger, who may own several rests
at once (the omega reading). One stranger is enough, since control by a party on file depends
on its own set and on how much votes outside it, not on whose that is. For a dispersed rest:
nobody has any of it that matters, or one party (or the stranger) has a piece so large that
with some set of holders it stays one unit under the disclosure line; a world counts only when
that party, and whoever controls it, together with all that they control *in that world*, are
indeed under the line.

"Possible" (section 3): x possibly controls y when it does in some of these worlds; yes in all.
Over-full registers have no worlds: ``NoWorlds``. Rights and blocs are the same in each world.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import combinations, product

from .case import DECISIVE, FULL, VOTES_FOLLOW_CAPITAL, WITHOUT_REGISTER, Bloc, Case

STRANGER = "?"
NOBODY = "-"  # the dispersed remainder: it votes against everybody and controls nothing


class TooManyError(Exception):
    """The case has more worlds than the cap; take a smaller one."""


class NoWorldsError(Exception):
    """A register is over-full: its worlds do not sum to 100 %."""


@dataclass
class Option:
    """One world of one register: what each owner has, and who has a piece of a spread rest."""

    shares: dict[str, int]
    piece_owner: str | None = None
    foreign: bool = True  # no rest, and no piece of one, belongs to a party on file

    def key(self) -> tuple[object, ...]:
        """Return what makes two options the same."""
        return (tuple(sorted(self.shares.items())), self.piece_owner, self.foreign)


def options(case: Case, entity: str, measure: str) -> list[Option] | None:
    """Return every enumerated world of one register, or None where there is no register."""
    kind = case.kinds[entity]
    rows = [s for s in case.stakes if s.entity == entity]
    if kind in WITHOUT_REGISTER or (kind == "unknown" and not rows):
        return None
    bounds: dict[str, tuple[int, int]] = {}
    for s in rows:
        bounds[s.holder] = (s.capital_min, s.capital_max)
        if measure == "votes":
            if s.votes_min is not None and s.votes_max is not None:
                bounds[s.holder] = (s.votes_min, s.votes_max)
            elif kind not in VOTES_FOLLOW_CAPITAL:
                bounds[s.holder] = (0, 0)
    by_rights_alone = kind not in VOTES_FOLLOW_CAPITAL and all(s.votes_min is None for s in rows)
    if measure == "votes" and by_rights_alone:
        return None
    if sum(lo for lo, _ in bounds.values()) > FULL:
        raise NoWorldsError(entity)
    if entity not in case.complete or sum(hi for _, hi in bounds.values()) < FULL:
        bounds[NOBODY] = (0, FULL)
    found: dict[tuple[object, ...], Option] = {}
    for values in vertices(bounds):
        for option in _owned(case, entity, values):
            found[option.key()] = option
    return list(found.values())


def vertices(bounds: dict[str, tuple[int, int]]) -> Iterator[dict[str, int]]:
    """Yield each choice with all lines but one at a bound and the last filling up to 100 %."""
    names = sorted(bounds)
    seen = set()
    for last in names:
        rest = [n for n in names if n != last]
        for ends in product(*(sorted(set(bounds[n])) for n in rest)):
            fill = FULL - sum(ends)
            if bounds[last][0] <= fill <= bounds[last][1]:
                values = dict(zip(rest, ends, strict=True)) | {last: fill}
                key = tuple(sorted(values.items()))
                if key not in seen:
                    seen.add(key)
                    yield values


def _owned(case: Case, entity: str, values: dict[str, int]) -> Iterator[Option]:
    """Yield the world with each owner of each rest (see the module's docstring)."""
    listed = case.kinds[entity] == "listed_company"
    known = {n: v for n, v in values.items() if n != NOBODY and case.kinds[n] != "pseudo"}
    lines = {n: v for n, v in values.items() if n not in known and v > 0}
    spread = {n for n in lines if (listed if n == NOBODY else n in case.floats)}
    whole = [n for n in lines if n not in spread]
    owners = [*(p for p in case.parties() if case.kinds[p] != "pseudo"), STRANGER]
    loose = sum(lines[n] for n in spread)
    for chosen in product(owners, repeat=len(whole)):
        shares = dict(known)
        for line, owner in zip(whole, chosen, strict=True):
            shares[owner] = shares.get(owner, 0) + lines[line]
        foreign = set(chosen) <= {STRANGER}
        yield Option(_plus(shares, NOBODY, loose), None, foreign)
        if not loose:
            continue
        holders = [h for h in shares if h != entity]
        subsets = [c for n in range(len(holders) + 1) for c in combinations(holders, n)]
        for owner in owners:
            if owner == entity:
                continue
            for size in {case.disclosure_line - 1 - sum(shares[h] for h in c) for c in subsets}:
                piece = min(size, loose)
                if piece > 0:
                    taken = _plus(_plus(shares, owner, piece), NOBODY, loose - piece)
                    yield Option(taken, owner, foreign and owner == STRANGER)


def _plus(shares: dict[str, int], owner: str, amount: int) -> dict[str, int]:
    return shares | {owner: shares.get(owner, 0) + amount} if amount else dict(shares)


def worlds(case: Case, measure: str, cap: int = 5000) -> Iterator[dict[str, Option]]:
    """Yield every world of the case in one measure; raise ``TooManyError`` above ``cap``."""
    choices = {e: o for e in case.parties() if (o := options(case, e, measure)) is not None}
    count = 1
    for o in choices.values():
        count *= len(o)
    if count > cap:
        raise TooManyError(f"{count} worlds, cap {cap}")
    for chosen in product(*choices.values()):
        yield dict(zip(choices, chosen, strict=True))


def controls(case: Case, world: dict[str, Option], start: set[str]) -> set[str]:
    """Return what ``start`` controls in one world: more than half of what votes, or a right."""
    inside = set(start)
    changed = True
    while changed:
        changed = False
        for y in case.parties():
            if y not in inside and _beats(case, world, inside, y):
                inside.add(y)
                changed = True
    return inside - start


def _beats(case: Case, world: dict[str, Option], s: set[str], y: str) -> bool:
    if any(
        r.entity == y and r.holder in s and r.holder != y and r.kind in DECISIVE
        for r in case.rights
    ):
        return True
    if y not in world:
        return False
    shares = {h: v for h, v in world[y].shares.items() if h != y}
    return 2 * sum(v for h, v in shares.items() if h in s) > sum(shares.values())


def bloc_controls(case: Case, world: dict[str, Option], bloc: Bloc, but: str = "") -> set[str]:
    """Return what a bloc (without member ``but``) jointly controls in one world."""
    members = {m for m in bloc.members if m != but}
    if not bloc.scope:
        return controls(case, world, members)
    alone = set(members)
    for m in members:
        alone |= controls(case, world, {m})
    companies: set[str] = set()
    while True:
        new = {
            y
            for y in case.parties()
            if y not in members
            and y not in companies
            and _beats(case, world, companies | (alone if y in bloc.scope else set()), y)
        }
        if not new:
            return companies
        companies |= new


def allowed(case: Case, world: dict[str, Option], control: dict[str, set[str]]) -> bool:
    """Say whether every spread piece is under the line, with all that its owner controls.

    The same for whoever controls the owner: a holder is taken "together with all that it
    controls" (section 3), so the piece is his too. Concert parties are one holder where their
    agreement counts.
    """
    for y, option in world.items():
        for x, below in control.items():
            group = below | {x}
            if option.piece_owner in group and _total(option, group - {y}) >= case.disclosure_line:
                return False
        for b in case.blocs:
            if b.scope and y not in b.scope:
                continue
            group = bloc_controls(case, world, b).union(*({m} | control[m] for m in b.members))
            if option.piece_owner in group and _total(option, group - {y}) >= case.disclosure_line:
                return False
    return True


def _total(option: Option, group: set[str]) -> int:
    return sum(v for h, v in option.shares.items() if h in group)


@dataclass
class Control:
    """Verdicts over all worlds: pairs (controller, entity) -> in every / in some world."""

    every: set[tuple[str, str]] = field(default_factory=set)
    some: set[tuple[str, str]] = field(default_factory=set)
    ultimate_every: set[tuple[str, str]] = field(default_factory=set)
    ultimate_some: set[tuple[str, str]] = field(default_factory=set)
    count: int = 0

    def verdict(self, x: str, y: str) -> str:
        """Return yes, no or undetermined for a controller (party, bloc id, ``?``) of ``y``."""
        if (x, y) in self.every:
            return "yes"
        return "undetermined" if (x, y) in self.some else "no"


def control(case: Case, cap: int = 5000) -> Control:
    """Return the control verdicts of every party, the stranger and every bloc.

    >>> from .case import make
    >>> control(make("", {("P", "A"): 40, ("Q", "A"): 25})).verdict("P", "A")
    'undetermined'
    """
    result = Control()
    parties = [*(p for p in case.parties() if case.kinds[p] != "pseudo"), STRANGER]
    for world in worlds(case, "votes", cap):
        by = {x: controls(case, world, {x}) for x in parties}
        if not allowed(case, world, by):
            continue
        pairs = {(x, y) for x in parties for y in by[x]}
        for b in case.blocs:
            found = bloc_controls(case, world, b) - set(b.members)
            for m in b.members:
                found |= {m} & bloc_controls(case, world, b, but=m)
            pairs |= {(b.bloc_id, y) for y in found}
        under = {y for _, y in pairs}
        top = {(x, y) for x, y in pairs if x in parties and x not in under}
        first = result.count == 0
        result.every = pairs if first else result.every & pairs
        result.ultimate_every = top if first else result.ultimate_every & top
        result.some |= pairs
        result.ultimate_some |= top
        result.count += 1
    return result


def interest_in(world: dict[str, Option], x: str) -> dict[str, Fraction]:
    """Return x's interest in each entity of one world: least solution, x as without register."""
    rows = {y: o.shares for y, o in world.items() if y != x}
    reach = {x}
    while new := {
        y for y, shares in rows.items() if y not in reach and any(shares.get(h) for h in reach)
    }:
        reach |= new
    order = sorted(reach - {x})
    at = {y: i for i, y in enumerate(order)}
    matrix = []
    for y in order:
        line = [Fraction(0)] * (len(order) + 1)
        line[at[y]] += 1
        for h, v in rows[y].items():
            if h in at:
                line[at[h]] -= Fraction(v, FULL)
            elif h == x:
                line[-1] += Fraction(v, FULL)
        matrix.append(line)
    return dict(zip(order, solve(matrix), strict=True))


def solve(matrix: list[list[Fraction]]) -> list[Fraction]:
    """Return the solution of a square system given with its right side (Gauss-Jordan)."""
    n = len(matrix)
    for i in range(n):
        pivot = next(r for r in range(i, n) if matrix[r][i] != 0)
        matrix[i], matrix[pivot] = matrix[pivot], matrix[i]
        head = matrix[i][i]
        matrix[i] = [v / head for v in matrix[i]]
        for r in range(n):
            if r != i and matrix[r][i] != 0:
                factor = matrix[r][i]
                matrix[r] = [a - factor * b for a, b in zip(matrix[r], matrix[i], strict=True)]
    return [line[-1] for line in matrix]


Bounds = dict[tuple[str, str], tuple[Fraction, Fraction, Fraction]]


def interest(case: Case, cap: int = 2000) -> Bounds:
    """Return (holder, entity) -> (min, max over worlds with every rest a stranger's, max).

    The middle figure is what "counts stated links" means: the largest interest where the
    owners of the rests are nobody on file. Fractions of 1. All pairs of a non-pseudo party and
    an entity with holders on file; where a party has no register it is absorbing.
    """
    parties = [p for p in case.parties() if case.kinds[p] != "pseudo"]
    entities = sorted({s.entity for s in case.stakes})
    found: Bounds = {}
    for world in worlds(case, "capital", cap):
        foreign = all(o.foreign for o in world.values())
        for x in parties:
            shares = interest_in(world, x)
            for y in entities:
                if y == x:
                    continue
                v = shares.get(y, Fraction(0))
                lo, mid, hi = found.get((x, y), (v, Fraction(0), v))
                found[x, y] = (min(lo, v), max(mid, v) if foreign else mid, max(hi, v))
    return found
