"""Seeded random small graphs; ``features`` (re-exported) says what each really contains.

``stream(seed, n)`` yields ``n`` cases of 3 to 7 entities and a few persons; ``tiny(seed, n)``
yields cases small enough for enumerated worlds. Shares come mostly from a small lattice
(5 % and 10 % steps, 16.66.., 50, 51, 49.9999999999) so that lines are hit exactly.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

from .case import DECISIVE, FULL, HALF, Bloc, Case, Right, Stake
from .features import features

__all__ = ["KNOBS", "features", "generate", "stream", "tiny"]

PERCENT = FULL // 100
LATTICE = (
    *(5 * k * PERCENT for k in range(1, 20)),
    *(10 * k * PERCENT for k in range(1, 10)),
    HALF,
    HALF,
    51 * PERCENT,
    HALF - 1,
    HALF + 1,
    FULL // 6,
    FULL // 3,
    FULL,
)
#: What a case may be asked to contain; probabilities make each of the seven that the first
#: whole run counts occur in well over a tenth of the cases.
KNOBS = {
    "cycle": 0.4,
    "over_full": 0.25,
    "incomplete": 0.5,
    "unknown_share": 0.3,
    "own_shares": 0.35,
    "right": 0.35,
    "bloc": 0.3,
    "band": 0.3,
    "dispersed": 0.3,
    "closed_ring": 0.08,
    "complete": 0.5,
    "joint": 0.25,
    "half": 0.2,
    "no_register": 0.2,
    "partnership": 0.25,
    "votes_differ": 0.15,
    "pseudo": 0.08,
}
ENTITY_KINDS = ("company", "company", "company", "company", "unknown", "private_fund", "trust")


def stream(seed: int, n: int) -> Iterator[Case]:
    """Yield ``n`` cases; in 2,000 each of the seven counted features occurs at least 200 times.

    >>> from collections import Counter
    >>> count = Counter(f for case in stream(1, 400) for f in features(case))
    >>> all(count[f] >= 40 for f in ("cycle", "over_full", "incomplete", "unknown_share"))
    True
    """
    for i in range(n):
        rng = random.Random(f"{seed}/{i}")
        asked = {k for k, p in KNOBS.items() if rng.random() < p}
        yield generate(rng, asked, rng.randint(3, 7), rng.randint(2, 4))


def tiny(seed: int, n: int) -> Iterator[Case]:
    """Yield ``n`` cases of two or three entities and two persons, for enumerated worlds."""
    for i in range(n):
        rng = random.Random(f"tiny/{seed}/{i}")
        asked = {k for k, p in KNOBS.items() if rng.random() < p}
        yield generate(rng, asked, rng.randint(2, 3), 2, most_holders=3)


def generate(
    rng: random.Random, asked: set[str], n_entities: int, n_persons: int, most_holders: int = 4
) -> Case:
    """Return one random case that tries to contain what is ``asked`` (keys of ``KNOBS``)."""
    entities = [f"E{i}" for i in range(n_entities)]
    persons = [f"P{i}" for i in range(n_persons)]
    kinds = dict.fromkeys(persons, "person")
    for e in entities:
        kinds[e] = rng.choice(ENTITY_KINDS) if rng.random() < 0.25 else "company"
    if rng.random() < 0.1:
        kinds[rng.choice(persons)] = "state_body"
    if "partnership" in asked:
        kinds[rng.choice(entities)] = "partnership"
    if "dispersed" in asked:
        kinds[rng.choice(entities)] = "listed_company"

    listed = {e for e in entities if kinds[e] == "listed_company"}
    columns = {e: _column(rng, asked, e, entities, persons, most_holders) for e in entities}
    if "no_register" in asked:
        columns[rng.choice(entities)] = {}
    if "cycle" in asked and n_entities > 1:
        _close_cycle(rng, columns, entities)
    if "joint" in asked and n_entities > 1:
        _joint(rng, columns, entities, persons)
    if "half" in asked:
        a, b = rng.sample([*persons, *entities], 2)
        target = rng.choice([e for e in entities if e not in (a, b)] or [entities[-1]])
        columns[target] = {h: (HALF, HALF) for h in (a, b) if h != target}
    if "closed_ring" in asked and n_entities > 1:
        a, b = rng.sample(entities, 2)
        columns[a], columns[b] = {b: (FULL, FULL)}, {a: (FULL, FULL)}
    for e in entities:
        more = {"incomplete"} if e in listed else set()
        columns[e] = _finish(rng, asked | more, e, columns[e])
    floats: set[str] = set()
    if "pseudo" in asked:
        target = rng.choice(entities)
        room = FULL - sum(lo for lo, _ in columns[target].values())
        if room > 0:
            kinds["N0"] = "pseudo"
            share = min(room, rng.choice(LATTICE))
            columns[target]["N0"] = (share, share)
            if rng.random() < 0.5:
                floats.add("N0")

    stakes = tuple(
        Stake(h, e, lo, hi, *_votes(rng, asked, kinds[e], lo, hi))
        for e in entities
        for h, (lo, hi) in sorted(columns[e].items())
    )
    complete = frozenset(e for e in entities if "complete" in asked and rng.random() < 0.5)
    return Case(
        kinds=kinds,
        stakes=stakes,
        complete=complete,
        rights=_rights(rng, asked, kinds, entities, persons),
        blocs=_blocs(rng, asked, entities, persons),
        disclosure_line=FULL // 20
        if rng.random() < 0.6
        else rng.choice((FULL // 10, FULL * 3 // 10)),
        floats=frozenset(floats),
    )


Column = dict[str, tuple[int, int]]


def _column(
    rng: random.Random,
    asked: set[str],
    entity: str,
    entities: list[str],
    persons: list[str],
    most_holders: int,
) -> Column:
    """Return a first list of holders; without the knob ``cycle`` only earlier entities hold."""
    later = entities if "cycle" in asked else entities[: entities.index(entity)]
    pool = [h for h in [*persons, *later, *later] if h != entity]
    holders = list(dict.fromkeys(rng.sample(pool, min(len(pool), rng.randint(1, most_holders)))))
    column: Column = {}
    room = FULL
    for h in holders:
        # Half the draws are small, so that registers have several holders and some stay open.
        top = room if rng.random() < 0.5 else min(room, 40 * PERCENT)
        share = rng.choice([s for s in LATTICE if s <= top] or [room])
        if share > 0:
            column[h] = (share, share)
            room -= share
    return column


def _close_cycle(rng: random.Random, columns: dict[str, Column], entities: list[str]) -> None:
    ring = rng.sample(entities, rng.randint(2, min(3, len(entities))))
    for a, b in zip(ring, ring[1:] + ring[:1], strict=True):
        room = FULL - sum(lo for h, (lo, _) in columns[b].items() if h != a)
        share = min(room, rng.choice(LATTICE))
        if share > 0:
            columns[b][a] = (share, share)


def _joint(
    rng: random.Random, columns: dict[str, Column], entities: list[str], persons: list[str]
) -> None:
    """Let one person hold most of a company and, with it, more than half of another."""
    a, b = rng.sample(entities, 2)
    p = rng.choice(persons)
    most = rng.choice((51, 60, 100)) * PERCENT
    first, second = rng.choice(((30, 25), (25, 25), (30, 30), (26, 25), (40, 10)))
    columns[a] = {p: (most, most)}
    columns[b] = {p: (first * PERCENT,) * 2, a: (second * PERCENT,) * 2}


def _finish(rng: random.Random, asked: set[str], entity: str, column: Column) -> Column:
    """Fill a column to 100 % or leave it open, then blur, hide, over-fill, add own shares."""
    if not column:
        return column
    if "own_shares" in asked and rng.random() < 0.5:
        own = rng.choice((5, 10, 20, 40, 60)) * PERCENT
        room = FULL - sum(lo for lo, _ in column.values())
        if own > room and "over_full" not in asked:
            own = room
        if own > 0:
            column[entity] = (own, own)
            if "band" in asked and rng.random() < 0.4:
                column[entity] = (own // 2, own)
    room = FULL - sum(lo for lo, _ in column.values())
    holders = sorted(column)
    open_ended = "incomplete" in asked and rng.random() < 0.5
    if room > 0 and not open_ended:
        last = rng.choice(holders)
        lo, hi = column[last]
        column[last] = (lo + room, max(hi, lo + room))
    if "over_full" in asked and rng.random() < 0.5:
        h = rng.choice(holders)
        room = FULL - sum(lo for lo, _ in column.values())
        share = min(FULL, column[h][0] + max(room, 0) + rng.choice((1, *LATTICE[:8])))
        column[h] = (share, share)
    for h in holders:
        lo, hi = column[h]
        if "unknown_share" in asked and rng.random() < 0.2:
            column[h] = (0, FULL)
        elif "band" in asked and rng.random() < 0.25 and h != entity:
            ends = (min(lo, rng.choice(LATTICE)), max(hi, rng.choice(LATTICE)))
            column[h] = rng.choice((ends, (lo, ends[1]), (ends[0], hi), (HALF + 1, FULL)))
    return column


def _votes(
    rng: random.Random, asked: set[str], kind: str, lo: int, hi: int
) -> tuple[int, int] | tuple[()]:
    """Return stated votes for some stakes; mostly blank, so that the default rule is used."""
    stated = 0.5 if kind in ("partnership", "private_fund", "trust") else 0.3
    if "votes_differ" not in asked or rng.random() > stated:
        return ()
    return rng.choice(((lo, hi), (0, 0), (lo // 2, hi), (lo // 2, hi // 2)))


def _rights(
    rng: random.Random,
    asked: set[str],
    kinds: dict[str, str],
    entities: list[str],
    persons: list[str],
) -> tuple[Right, ...]:
    rights: dict[tuple[str, str], Right] = {}
    for e in entities:
        holders = [h for h in [*persons, *entities] if h != e]
        if kinds[e] == "partnership" and rng.random() < 0.8:
            h = rng.choice(holders)
            rights[h, e] = Right(h, e, "general_partner")
    if "right" in asked:
        for _ in range(rng.randint(1, 2)):
            e = rng.choice(entities)
            h = rng.choice([x for x in [*persons, *entities] if x != e])
            kind = rng.choice((*sorted(DECISIVE), "adviser", "legal_representative"))
            rights[h, e] = Right(h, e, kind)
    return tuple(rights[k] for k in sorted(rights))


def _blocs(
    rng: random.Random, asked: set[str], entities: list[str], persons: list[str]
) -> tuple[Bloc, ...]:
    if "bloc" not in asked:
        return ()
    blocs = []
    for i in range(rng.randint(1, 2)):
        pool = [*persons, *persons, *entities]
        members = tuple(sorted(set(rng.sample(pool, rng.randint(2, 3)))))
        if len(members) < 2:
            members = tuple(persons[:2])
        scope = tuple(sorted(rng.sample(entities, 1))) if rng.random() < 0.4 else ()
        blocs.append(Bloc(f"B{i}", members, scope))
    return tuple(blocs)
