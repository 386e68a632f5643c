"""One small ownership graph as plain data: what every oracle, and the engine's tests, read.

Shares are ints in parts per 10**10 (``FULL`` is 100 %). Nothing here decides anything; the only
rules written here are the ones that say what a blank means (SEMANTICS.md section 1: votes
default to capital in companies and in parties of unknown kind, to none elsewhere).
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

FULL = 10**10
HALF = FULL // 2

PARTY_KINDS = (
    "person",
    "company",
    "listed_company",
    "partnership",
    "private_fund",
    "private_securities_fund",
    "plan",
    "trust",
    "state_body",
    "pseudo",
    "unknown",
)
#: Kinds in which blank votes mean "as the capital" (SEMANTICS.md section 1).
VOTES_FOLLOW_CAPITAL = frozenset({"company", "listed_company", "unknown"})
#: Kinds that have no register and no duty to have one (SEMANTICS.md section 4).
WITHOUT_REGISTER = frozenset({"person", "state_body", "pseudo"})
#: Kinds of right that decide by themselves (SEMANTICS.md section 3); a manager is one with
#: discretion, which the case does not spell out.
DECISIVE = frozenset(
    {"general_partner", "manager", "trustee", "vie_contract", "instruction", "appoints_majority"}
)
NOT_DECISIVE = frozenset({"adviser", "legal_representative"})


@dataclass(frozen=True)
class Stake:
    """What one holder holds in one entity, as closed intervals; blank votes follow the kind."""

    holder: str
    entity: str
    capital_min: int
    capital_max: int
    votes_min: int | None = None
    votes_max: int | None = None


@dataclass(frozen=True)
class Right:
    """A control right of a holder over an entity (``control_right.kind`` of TABLES.md)."""

    holder: str
    entity: str
    kind: str


@dataclass(frozen=True)
class Bloc:
    """Concert parties as recorded; an empty ``scope`` means all entities."""

    bloc_id: str
    members: tuple[str, ...]
    scope: tuple[str, ...] = ()


@dataclass(frozen=True)
class Case:
    """A whole small graph. Every id in stakes, rights and blocs is a key of ``kinds``.

    ``complete`` holds the entities whose register is *declared* complete (an oracle drops a
    declaration that the figures contradict). ``floats`` names the pseudo parties that are free
    float; every other pseudo party is a nominee line.
    """

    kinds: Mapping[str, str]
    stakes: tuple[Stake, ...] = ()
    complete: frozenset[str] = frozenset()
    rights: tuple[Right, ...] = ()
    blocs: tuple[Bloc, ...] = ()
    disclosure_line: int = FULL // 20
    floats: frozenset[str] = field(default=frozenset())

    def __post_init__(self) -> None:
        """Refuse what no oracle could read: unknown ids or kinds, bad intervals, a key twice."""
        seen: set[tuple[str, str]] = set()
        for kind in self.kinds.values():
            if kind not in PARTY_KINDS:
                raise ValueError(f"party kind {kind!r}: expected one of {PARTY_KINDS}")
        for s in self.stakes:
            if s.holder not in self.kinds or s.entity not in self.kinds:
                raise ValueError(f"{s}: holder and entity must be in kinds")
            if not 0 <= s.capital_min <= s.capital_max <= FULL:
                raise ValueError(f"{s}: expected 0 <= capital_min <= capital_max <= {FULL}")
            if (s.votes_min is None) != (s.votes_max is None):
                raise ValueError(f"{s}: give both ends of the votes or neither")
            lo, hi = s.votes_min or 0, FULL if s.votes_max is None else s.votes_max
            if not 0 <= lo <= hi <= FULL:
                raise ValueError(f"{s}: expected 0 <= votes_min <= votes_max <= {FULL}")
            if (s.holder, s.entity) in seen:
                raise ValueError(f"{s}: one row for each holder and entity")
            seen.add((s.holder, s.entity))
        for r in self.rights:
            if r.holder not in self.kinds or r.entity not in self.kinds:
                raise ValueError(f"{r}: holder and entity must be in kinds")
            if r.kind not in DECISIVE | NOT_DECISIVE:
                raise ValueError(f"{r}: kind of right not known to the oracles")
        for b in self.blocs:
            if not set(b.members) | set(b.scope) <= set(self.kinds):
                raise ValueError(f"{b}: members and scope must be in kinds")

    def parties(self) -> tuple[str, ...]:
        """Return every party id, sorted."""
        return tuple(sorted(self.kinds))

    def votes(self, stake: Stake) -> tuple[int, int]:
        """Return the votes of one stake as ``(min, max)``, blanks filled by the entity's kind."""
        if stake.votes_min is not None and stake.votes_max is not None:
            return stake.votes_min, stake.votes_max
        if self.kinds[stake.entity] in VOTES_FOLLOW_CAPITAL:
            return stake.capital_min, stake.capital_max
        return 0, 0

    def votes_stated(self, entity: str) -> bool:
        """Say whether any votes are stated in ``entity``: given, or by default from capital."""
        return any(
            s.votes_min is not None or self.kinds[entity] in VOTES_FOLLOW_CAPITAL
            for s in self.stakes
            if s.entity == entity
        )


def to_json(case: Case) -> str:
    """Return ``case`` as small JSON text that ``from_json`` reads back."""

    def stake(s: Stake) -> list[object]:
        row: list[object] = [s.holder, s.entity, s.capital_min, s.capital_max]
        return row if s.votes_min is None else [*row, s.votes_min, s.votes_max]

    data: dict[str, object] = {
        "kinds": dict(case.kinds),
        "stakes": [stake(s) for s in case.stakes],
        "complete": sorted(case.complete),
        "rights": [[r.holder, r.entity, r.kind] for r in case.rights],
        "blocs": [[b.bloc_id, list(b.members), list(b.scope)] for b in case.blocs],
        "disclosure_line": case.disclosure_line,
        "floats": sorted(case.floats),
    }
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def from_json(text: str) -> Case:
    """Return the case that ``to_json`` wrote.

    >>> case = make("A=company", {("P", "A"): 60}, rights=[("P", "A", "adviser")])
    >>> from_json(to_json(case)) == case
    True
    """
    data = json.loads(text)
    return Case(
        kinds=data["kinds"],
        stakes=tuple(Stake(*row) for row in data["stakes"]),
        complete=frozenset(data["complete"]),
        rights=tuple(Right(*row) for row in data["rights"]),
        blocs=tuple(Bloc(b, tuple(m), tuple(s)) for b, m, s in data["blocs"]),
        disclosure_line=data["disclosure_line"],
        floats=frozenset(data["floats"]),
    )


def save(case: Case, path: Path) -> None:
    """Keep a case, for example one that fails, as a JSON file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(to_json(case) + "\n", encoding="utf-8")


def make(
    kinds: str,
    percents: Mapping[tuple[str, str], object],
    complete: Iterable[str] = (),
    rights: Iterable[tuple[str, str, str]] = (),
    blocs: Iterable[tuple[str, tuple[str, ...], tuple[str, ...]]] = (),
    **more: object,
) -> Case:
    """Return a case written by hand: percents as int, str (``"16.67"``), None or a pair.

    ``kinds`` is ``"A=company B=fund"``; parties not named there are companies when they are an
    entity of some holding and persons when not. ``None`` is an unknown share (0 to 100 %).

    >>> make("", {("P", "A"): 60, ("Q", "A"): ("10", "20")}).stakes[1].capital_max
    2000000000
    """
    given = dict(pair.split("=") for pair in kinds.split())
    names = {n for key in percents for n in key} | {n for r in rights for n in r[:2]}
    entities = {e for _, e in percents} | {r[1] for r in rights}
    for name in sorted(names - set(given)):
        given[name] = "company" if name in entities else "person"
    stakes = tuple(Stake(h, e, *_ends(p)) for (h, e), p in percents.items())
    return Case(
        kinds=given,
        stakes=stakes,
        complete=frozenset(complete),
        rights=tuple(Right(*r) for r in rights),
        blocs=tuple(Bloc(*b) for b in blocs),
        **more,  # type: ignore[arg-type]
    )


def _ends(percent: object) -> tuple[int, int]:
    if percent is None:
        return 0, FULL
    if isinstance(percent, tuple):
        return _units(percent[0]), _units(percent[1])
    return _units(percent), _units(percent)


def _units(percent: object) -> int:
    """Return a percent given as int or decimal text in parts per 10**10, exactly."""
    whole, _, part = str(percent).partition(".")
    if len(part) > 8:
        raise ValueError(f"{percent!r}: at most eight decimals")
    return int(whole) * 10**8 + int(part.ljust(8, "0"))


def renamed(case: Case, seed: int) -> tuple[Case, dict[str, str]]:
    """Return the case under other ids, and the map old id -> new id (order differs too)."""
    rng = random.Random(seed)
    numbers = rng.sample(range(1000), len(case.kinds))
    to = {old: f"n{number:03d}" for old, number in zip(sorted(case.kinds), numbers, strict=True)}
    other = Case(
        kinds={to[p]: kind for p, kind in case.kinds.items()},
        stakes=tuple(replace(s, holder=to[s.holder], entity=to[s.entity]) for s in case.stakes),
        complete=frozenset(to[e] for e in case.complete),
        rights=tuple(Right(to[r.holder], to[r.entity], r.kind) for r in case.rights),
        blocs=tuple(
            Bloc(b.bloc_id, tuple(to[m] for m in b.members), tuple(to[e] for e in b.scope))
            for b in case.blocs
        ),
        disclosure_line=case.disclosure_line,
        floats=frozenset(to[p] for p in case.floats),
    )
    return other, to


def shuffled(case: Case, seed: int) -> Case:
    """Return the same case with parties, stakes, rights, blocs and members in another order."""
    rng = random.Random(seed)
    kinds = list(case.kinds.items())
    stakes, rights = list(case.stakes), list(case.rights)
    blocs = [replace(b, members=tuple(rng.sample(b.members, len(b.members)))) for b in case.blocs]
    for rows in (kinds, stakes, rights, blocs):
        rng.shuffle(rows)
    return replace(
        case, kinds=dict(kinds), stakes=tuple(stakes), rights=tuple(rights), blocs=tuple(blocs)
    )
