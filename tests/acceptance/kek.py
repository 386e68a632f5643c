"""KEK's holdings as the oracles read them: from the published CSV files, and from a store."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from tests.oracles.case import FULL, Case, Stake
from tests.oracles.clingo_control import RULES as CLINGO_RULES
from tests.oracles.clingo_control import program

if TYPE_CHECKING:
    from graphkit.store.base import Snapshot

Pair = tuple[str, str]


def from_files(folder: Path, kinds: dict[str, str]) -> Case:
    """Return the case that the two CSV files state; hundredths of a percent, or no share at all.

    No loader is asked for a number: `kinds` alone, which the files do not state, comes from it.
    """
    stakes = []
    with (folder / "kek_edges.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            share = int(row["percent"]) * (FULL // 10_000)
            stakes.append(Stake(f"kek:{row['owner']}", f"kek:{row['owned']}", share, share))
    with (folder / "kek_edges_share_unknown.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            stakes.append(Stake(f"kek:{row['owner']}", f"kek:{row['owned']}", 0, FULL))
    return Case(kinds=kinds, stakes=tuple(stakes))


def from_store(snapshot: Snapshot) -> Case:
    """Return the case that a store holds."""
    kinds: dict[str, str] = dict(snapshot.rows("party", ["party_id", "kind"]))
    columns = ["holder_id", "entity_id", "capital_min", "capital_max", "votes_min", "votes_max"]
    return Case(kinds=kinds, stakes=tuple(Stake(*row) for row in snapshot.rows("stake", columns)))


def registers(case: Case) -> dict[str, list[Stake]]:
    """Return the stakes of each entity that has any."""
    found: dict[str, list[Stake]] = defaultdict(list)
    for stake in case.stakes:
        found[stake.entity].append(stake)
    return dict(found)


def at_most(case: Case) -> dict[Pair, int]:
    """Return every share, each unknown one at its most: what the others leave of 100 %."""
    return {
        (s.holder, s.entity): s.capital_min
        if s.capital_min == s.capital_max
        else max(0, FULL - sum(o.capital_min for o in stakes if o is not s))
        for stakes in registers(case).values()
        for s in stakes
    }


def clingo_by_stated(shares: dict[Pair, int]) -> set[Pair]:
    """Return who has more than half of what votes, by clingo, the rest being nobody's.

    Units of a hundredth of a percent, doubled, so that half is a whole number.
    """
    unit = FULL // 10_000
    ids = {name: i for i, name in enumerate(sorted({n for pair in shares for n in pair}))}
    facts = [f"start({i})." for i in ids.values()]
    for y in {entity for _, entity in shares}:
        facts.append(f"limit({ids[y]},{10_000 - shares.get((y, y), 0) // unit}).")
    facts += [
        f"weight({ids[h]},{ids[y]},{2 * (share // unit)})."
        for (h, y), share in shares.items()
        if h != y
    ]
    names = {i: name for name, i in ids.items()}
    return {(names[x], names[y]) for x, y in _solve("\n".join(facts) + CLINGO_RULES)}


NEAR_RULES = """
reached(X, X) :- start(X).
near(X, Y) :- reached(X, H), weight(H, Y, _), not unseen(Y), limit(Y, _).
reached(X, Y) :- near(X, Y), limit(Y, L), #sum {
    W, H : weight(H, Y, W), reached(X, H); W, H : weight(H, Y, W), unseen(H) } > L.
#show reached/2.
"""


def clingo_possible(case: Case) -> tuple[dict[str, set[str]], set[str]]:
    """Return what each party may control beside U, and U: what an undisclosed owner may control.

    The facts of section 8 of SEMANTICS.md, as the oracle writes them; U is found first and then
    belongs to everybody, which keeps three thousand starts within reach.
    """
    text, names = program(case, certain=False)
    ids = {name: i for i, name in names.items()}
    nobody = ids["?"]
    lines = [line for line in text.splitlines() if not line.startswith("start(")]
    unseen = {y for _, y in _solve("\n".join([f"start({nobody}).", *lines]) + CLINGO_RULES)} - {
        nobody
    }
    starts = [f"start({i})." for i in names if i != nobody]
    marks = [f"unseen({i})." for i in unseen]
    found: dict[str, set[str]] = {name: set() for name in ids if name != "?"}
    for x, y in _solve("\n".join([*starts, *marks, *lines]) + NEAR_RULES):
        found[names[x]].add(names[y])
    return found, {names[i] for i in unseen}


def _solve(text: str) -> set[tuple[int, int]]:
    import clingo

    solver = clingo.Control(["--warn=none"])
    solver.add("base", [], text)
    solver.ground([("base", [])])
    found: set[tuple[int, int]] = set()

    def keep(model: clingo.Model) -> None:
        for atom in model.symbols(shown=True):
            x, y = (argument.number for argument in atom.arguments)
            if x != y:
                found.add((x, y))

    solver.solve(on_model=keep)
    return found


def listed(case: Case, possible: dict[str, set[str]], unseen: set[str]) -> set[Pair]:
    """Return the pairs that section 3 lists: reached through stated votes inside the possible set.

    A link counts where its most, tightened by what the others hold at least, is above 0.
    """
    links: dict[str, list[str]] = defaultdict(list)
    for y, stakes in registers(case).items():
        over_full = sum(s.capital_min for s in stakes) > FULL
        rest = max(0, FULL - sum(s.capital_max for s in stakes))
        for s in stakes:
            others = sum(o.capital_min for o in stakes if o is not s)
            most = s.capital_max if over_full else min(s.capital_max, FULL - others - rest)
            if most > 0 and s.holder != y:
                links[s.holder].append(y)
    found: set[Pair] = set()
    for x, may in possible.items():
        seen, fresh = {x}, [x]
        while fresh:
            for y in links.get(fresh.pop(), ()):
                if y not in seen and (y in may or y in unseen):
                    seen.add(y)
                    fresh.append(y)
        found |= {(x, y) for y in seen - {x}}
    return found


def over_full(case: Case) -> set[str]:
    """Return the entities whose known shares sum to more than 100 %."""
    return {y for y, stakes in registers(case).items() if sum(s.capital_min for s in stakes) > FULL}


def world(case: Case, *, scaled: bool, unknown_most: bool) -> dict[Pair, Fraction]:
    """Return the shares of one world: unknown ones 0, or filling what the known ones leave.

    `scaled` brings over-full registers down to 100 %; else they stay as stated. Own shares are
    given to the other holders in proportion.
    """
    shares: dict[Pair, Fraction] = {}
    for y, stakes in registers(case).items():
        known = {s.holder: s.capital_min for s in stakes if s.capital_min == s.capital_max}
        open_ones = [s.holder for s in stakes if s.capital_min < s.capital_max]
        left = max(0, FULL - sum(known.values()))
        whole = max(FULL, sum(known.values())) if scaled else FULL
        held = {h: Fraction(v, whole) for h, v in known.items()}
        if unknown_most:
            held |= {h: Fraction(left, FULL * len(open_ones)) for h in open_ones}
        own = held.pop(y, Fraction(0))
        shares |= {(h, y): v / (1 - own) for h, v in held.items() if v}
    return shares


def rests(case: Case, shares: dict[Pair, Fraction], entities: Iterable[str]) -> dict[str, Fraction]:
    """Return what nobody on file holds of each entity; all of a company without a holder."""
    total: dict[str, Fraction] = defaultdict(Fraction)
    for (_, y), share in shares.items():
        total[y] += share
    return {y: 1 - total[y] for y in entities if case.kinds[y] == "company" and total[y] < 1}
