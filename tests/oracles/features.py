"""What a case really contains, read from its data and not from what was asked for."""

from __future__ import annotations

from .case import DECISIVE, FULL, HALF, WITHOUT_REGISTER, Case, Stake


def features(case: Case) -> set[str]:
    """Return what a case really contains, read from its data.

    Counted by the first whole run: cycle, over_full, incomplete, unknown_share, own_shares,
    right (a decisive one), bloc. Also: band, dispersed, complete (declared, and the figures
    allow it), joint, half, no_register, partnership_gp, closed_ring, pseudo, scoped_bloc.
    """
    found: set[str] = set()
    by_entity: dict[str, list[Stake]] = {}
    for s in case.stakes:
        by_entity.setdefault(s.entity, []).append(s)
        lo, hi = s.capital_min, s.capital_max
        if (lo, hi) == (0, FULL):
            found.add("unknown_share")
        elif lo < hi:
            found.add("band")
        if s.holder == s.entity and hi > 0:
            found.add("own_shares")
        if case.kinds[s.holder] == "pseudo":
            found.add("pseudo")
    for e, stakes in by_entity.items():
        least = sum(s.capital_min for s in stakes)
        most = sum(s.capital_max for s in stakes)
        if least > FULL or sum(case.votes(s)[0] for s in stakes) > FULL:
            found.add("over_full")
        if most < FULL:
            found.add("incomplete")
        if e in case.complete and least <= FULL <= most:
            found.add("complete")
        elif least < FULL and case.kinds[e] == "listed_company":
            found.add("dispersed")
        if any(case.votes(s) == (HALF, HALF) for s in stakes):
            found.add("half")
        if _jointly_held(case, stakes):
            found.add("joint")
    if any(
        case.kinds[s.holder] not in WITHOUT_REGISTER and s.holder not in by_entity
        for s in case.stakes
    ):
        found.add("no_register")
    if any(r.kind in DECISIVE for r in case.rights):
        found.add("right")
    if any(r.kind == "general_partner" for r in case.rights):
        found.add("partnership_gp")
    if any(len(set(b.members)) > 1 for b in case.blocs):
        found.add("bloc")
    if any(b.scope for b in case.blocs):
        found.add("scoped_bloc")
    return found | _cycle_features(case)


def _jointly_held(case: Case, stakes: list[Stake]) -> bool:
    """Say whether a holder and the companies where it directly has a majority pass half here,
    while none of them does so alone."""
    votes = {s.holder: case.votes(s)[0] for s in stakes if s.holder != s.entity}
    if any(v > HALF for v in votes.values()):
        return False
    heads: dict[str, int] = {}
    for h, v in votes.items():
        heads[h] = heads.get(h, 0) + v
        for s in case.stakes:
            if s.entity == h and s.holder != h and case.votes(s)[0] > HALF:
                heads[s.holder] = heads.get(s.holder, 0) + v
    return any(v > HALF for v in heads.values())


def _cycle_features(case: Case) -> set[str]:
    """Return ``cycle`` (two or more entities may hold one another) and ``closed_ring``."""
    reach: dict[str, set[str]] = {p: set() for p in case.kinds}
    for s in case.stakes:
        if s.holder != s.entity and s.capital_max > 0:
            reach[s.holder].add(s.entity)
    for k in case.kinds:
        for i in case.kinds:
            if k in reach[i]:
                reach[i] |= reach[k]
    found: set[str] = set()
    for p in case.kinds:
        if p in reach[p]:
            found.add("cycle")
            ring = {q for q in reach[p] if p in reach[q]}
            inside = dict.fromkeys(ring, 0)
            for s in case.stakes:
                if s.entity in ring and s.holder in ring:
                    inside[s.entity] += s.capital_min
            if all(v >= FULL for v in inside.values()):
                found.add("closed_ring")
    return found
