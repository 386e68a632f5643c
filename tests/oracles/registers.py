"""Registers and the votes of a set: SEMANTICS.md sections 1 and 2, literally.

Everything is an int in parts per 10**10. ``measure`` is ``"votes"`` or ``"capital"``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .case import FULL, VOTES_FOLLOW_CAPITAL, WITHOUT_REGISTER, Case

Interval = tuple[int, int]


@dataclass(frozen=True)
class Register:
    """One entity's register in one measure.

    ``holders`` leaves out the entity itself (``own``) and pseudo parties (in the rest). The rest
    is cut in two: ``whole`` may have one owner, ``spread`` is dispersed. ``stated`` is False for
    a company without a single holder on file: its rest is everything.
    """

    entity: str
    holders: dict[str, Interval]
    own: Interval
    rest: Interval
    whole: Interval
    spread: Interval
    over_full: bool
    stated: bool
    line: int

    def least_sum(self, parties: Iterable[str]) -> int:
        """Return the sum of the minimums of those of ``parties`` that hold here."""
        return sum(self.holders[h][0] for h in set(parties) & set(self.holders))

    def most_sum(self, parties: Iterable[str]) -> int:
        """Return the sum of the maximums of those of ``parties`` that hold here."""
        return sum(self.holders[h][1] for h in set(parties) & set(self.holders))

    def others(self, parties: Iterable[str]) -> set[str]:
        """Return O: all other holders."""
        return set(self.holders) - set(parties)


def register(case: Case, entity: str, measure: str) -> Register | None:
    """Return the register of ``entity``, or None where it has none in this measure.

    None: persons, state bodies and pseudo parties; a party of unknown kind without holders on
    file; votes of a partnership, fund, plan or trust with no votes stated (section 1).
    """
    kind = case.kinds[entity]
    stakes = [s for s in case.stakes if s.entity == entity]
    if kind in WITHOUT_REGISTER or (kind == "unknown" and not stakes):
        return None
    if measure == "votes" and kind not in VOTES_FOLLOW_CAPITAL and not case.votes_stated(entity):
        return None
    lines = {
        s.holder: case.votes(s) if measure == "votes" else (s.capital_min, s.capital_max)
        for s in stakes
    }
    least, most = sum(lo for lo, _ in lines.values()), sum(hi for _, hi in lines.values())
    pseudo = {h for h in lines if case.kinds[h] == "pseudo"}
    holders = {h: v for h, v in lines.items() if h != entity and h not in pseudo}
    own = lines.get(entity, (0, 0))
    over_full = least > FULL
    # Declared complete with sum of maximums below 100 %: the declaration is dropped.
    complete = entity in case.complete and most >= FULL

    pseudo_line = _sum(lines[h] for h in pseudo)
    real = _sum(v for h, v in lines.items() if h not in pseudo)
    if over_full:
        rest = pseudo_line
    elif complete:
        rest = (
            max(pseudo_line[0], FULL - real[1]),
            min(pseudo_line[1], FULL - real[0]),
        )
    else:
        rest = (max(pseudo_line[0], FULL - real[1]), FULL - real[0])
    # Free float is dispersed and a nominee line whole, whatever the entity; what nobody on file
    # holds follows the entity's kind.
    part = _sum(lines[h] for h in pseudo if (h in case.floats) == (kind != "listed_company"))
    part = (part[0], min(part[1], rest[1]))
    remainder = (max(0, rest[0] - part[1]), max(0, rest[1] - part[0]))
    whole, spread = (part, remainder) if kind == "listed_company" else (remainder, part)
    return Register(
        entity, holders, own, rest, whole, spread, over_full, bool(stakes), case.disclosure_line
    )


def _sum(lines: Iterable[Interval]) -> Interval:
    pairs = list(lines)
    return sum(lo for lo, _ in pairs), sum(hi for _, hi in pairs)


def least(reg: Register, s: Iterable[str]) -> int:
    """Return ``least(S)`` of section 2 (registers that are not over-full)."""
    s = set(s)
    return max(
        reg.least_sum(s),
        FULL - reg.own[1] - reg.most_sum(reg.others(s)) - reg.rest[1],
    )


def most(reg: Register, s: Iterable[str]) -> int:
    """Return ``most(S)`` of section 2, no rest with S (registers that are not over-full)."""
    s = set(s)
    return min(
        reg.most_sum(s),
        FULL - reg.own[0] - reg.least_sum(reg.others(s)) - reg.rest[0],
    )


def certainly_passes(reg: Register, s: Iterable[str]) -> bool:
    """Say whether S certainly controls by votes: ``least(S) > most(O)``; over-full, section 1."""
    s = set(s)
    o = reg.others(s)
    if reg.over_full:
        return reg.least_sum(s) > reg.most_sum(o) + reg.rest[1]
    most_o = min(
        reg.most_sum(o) + reg.rest[1],
        FULL - reg.own[0] - reg.least_sum(s),
    )
    return least(reg, s) > most_o


def possibly_passes(reg: Register, s: Iterable[str], pieces: int = 1) -> bool:
    """Say whether S together with omega possibly controls by votes (sections 1, 2, 3).

    Two ways, where a part of the rest is dispersed: S has none of that part, or S, with what it
    has of it, stays under the disclosure line. Both are the formula of section 2 with the part
    of the rest that joins S taken out of what stays outside.

    With several ``pieces`` (a deviation from the text, see README.md) S is no one holder: that
    many holders each own a piece of the dispersed part below the line, whatever S has beside it.
    """
    s = set(s)
    o = reg.others(s)
    taken = min(reg.spread[1], pieces * (reg.line - 1)) if pieces > 1 else 0
    if pieces > 1 and reg.over_full:
        raw = reg.most_sum(s) + min(reg.rest[1], reg.whole[1] + taken)
        return 2 * min(FULL, raw) + reg.own[1] > FULL
    if reg.over_full:
        return 2 * min(FULL, reg.most_sum(s) + reg.whole[1]) + reg.own[1] > FULL

    def passes(raw: int, outside: int) -> bool:
        most_s = min(raw, FULL - reg.own[0] - reg.least_sum(o) - outside)
        least_o = max(reg.least_sum(o) + outside, FULL - reg.own[1] - raw)
        return most_s > least_o

    if pieces > 1:
        raw = reg.most_sum(s) + min(reg.rest[1], reg.whole[1] + taken)
        return passes(raw, max(0, reg.spread[0] - taken))
    if passes(reg.most_sum(s) + reg.whole[1], reg.spread[0]):
        return True
    below_line = reg.line - 1
    room = below_line - reg.least_sum(s)
    if reg.spread[1] == 0 or room < 0:
        return False
    raw = min(reg.most_sum(s) + reg.rest[1], below_line)
    return passes(raw, max(0, reg.spread[0] - room))
