"""How many parties of each sort a world of a given size has, and in which order they stand.

The proportions are a broker's view of a country: mostly persons and private companies, few holders
each, a handful of listed companies with a free float, partnerships and private funds between.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

HOLDINGS_A_PARTY = 1.2
DEPTH = 12
"""Most links of a chain of entities."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Sizes of a world, derived from the number of its parties alone."""

    parties: int

    @property
    def stakes(self) -> int:
        return round(self.parties * HOLDINGS_A_PARTY)

    @property
    def states(self) -> int:
        return max(2, self.parties // 2_000)

    @property
    def listed(self) -> int:
        return max(4, self.parties * 3 // 1_000)

    @property
    def partnerships(self) -> int:
        return max(4, self.parties * 15 // 1_000)

    @property
    def funds(self) -> int:
        return max(4, self.parties // 100)

    @property
    def companies(self) -> int:
        """Private companies."""
        return self.parties * 44 // 100

    @property
    def crossed(self) -> int:
        """Companies in the one large component of cross-holdings: 0.1 % of the companies."""
        return max(5, self.companies // 1_000)

    @property
    def rings(self) -> int:
        """Pairs of companies of which each holds more than half of the other."""
        return max(1, self.companies // 20_000)

    @property
    def entities(self) -> int:
        return self.companies + self.listed + self.partnerships + self.funds

    @property
    def persons(self) -> int:
        return self.parties - self.entities - self.states - self.listed - 1

    @property
    def first(self) -> int:
        """Index of the first entity; persons and state bodies stand before."""
        return self.persons + self.states

    @property
    def nominee(self) -> int:
        """Index of the one nominee line; the free float lines stand behind it."""
        return self.first + self.entities

    @property
    def block(self) -> int:
        """Index of the first of the cross-held companies, in the middle of the entities.

        Behind them stand the pairs, then one chain of ``DEPTH`` companies.
        """
        return self.first + self.entities // 2

    @property
    def block_size(self) -> int:
        return self.crossed + 2 * self.rings + DEPTH


def entity_kinds(plan: Plan, random: Callable[[], float]) -> list[str]:
    """The kind of each entity in order of index; owners stand before what they own."""
    loose = plan.companies - plan.block_size
    kinds = ["company"] * loose
    kinds += ["listed_company"] * plan.listed
    kinds += ["partnership"] * plan.partnerships
    kinds += ["private_fund"] * plan.funds
    for i in range(len(kinds) - 1, 0, -1):
        j = int(random() * (i + 1))
        kinds[i], kinds[j] = kinds[j], kinds[i]
    middle = plan.block - plan.first
    kinds[middle:middle] = ["company"] * plan.block_size
    return kinds


STYLES = (
    ("joint", 0.022),
    ("band", 0.04),
    ("unknown", 0.02),
    ("own", 0.01),
    ("over_full", 0.001),
    ("incomplete", 0.20),
)
"""How the register of a private company is stated, and the part of companies that have it so."""

LEAST = {"joint": 4, "band": 1, "unknown": 1, "own": 2, "over_full": 2, "incomplete": 1}
"""Least holders that a style needs."""


def styles(plan: Plan, kinds: list[str], random: Callable[[], float]) -> list[str]:
    """How the register of each entity is made."""
    found: list[str] = []
    block = ["crossed"] * plan.crossed + ["ring"] * (2 * plan.rings) + ["chain"] * DEPTH
    middle = plan.block - plan.first
    for number, kind in enumerate(kinds):
        if middle <= number < middle + plan.block_size:
            found.append(block[number - middle])
        else:
            found.append(_drawn(random()) if kind == "company" else kind)
    # A small world has each of the rare ones all the same, behind the block where owners abound.
    plain = [i for i in range(middle + plan.block_size, len(found)) if found[i] == "plain"]
    for style, _ in STYLES:
        if style not in found:
            found[plain.pop()] = style
    return found


def _drawn(chance: float) -> str:
    for style, part in STYLES:
        if chance < part:
            return style
        chance -= part
    return "plain"


def holder_counts(plan: Plan, all_styles: list[str], random: Callable[[], float]) -> list[int]:
    """How many holders each entity has; they sum to exactly the holdings that the plan wants."""
    counts: list[int] = []
    for style in all_styles:
        chance = random()
        if style == "listed_company":
            counts.append(11)
        elif style in ("partnership", "private_fund"):
            counts.append(3 + int(chance * 5))
        elif style == "crossed":
            counts.append(4 + int(chance * 3))
        elif style in ("ring", "chain"):
            counts.append(2)
        else:
            few = 1 if chance < 0.3 else 2 if chance < 0.6 else 3 if chance < 0.82 else 4
            many = few if chance < 0.95 else 5 + int((chance - 0.95) * 100)
            counts.append(max(many, LEAST.get(style, 1)))
    loose = [i for i, style in enumerate(all_styles) if style in ("plain", "incomplete")]
    missing = plan.stakes - sum(counts)
    while missing:
        i = loose[int(random() * len(loose))]
        step = 1 if missing > 0 else -1
        if counts[i] + step >= 1:
            counts[i] += step
            missing -= step
    return counts
