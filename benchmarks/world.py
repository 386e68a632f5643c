"""A seeded world of owners of any size: who holds what, who decides, as canonical CSV files.

Invariants
----------
1. One seed and one size give the same bytes on every machine and Python version: only
   ``random.Random(seed).random`` is drawn from, whose sequence Python promises to keep, and every
   share is an integer of 0.0001 % until it is printed.
2. Owners stand before what they own, so there is no cycle but those made on purpose: one component
   of cross-held companies, pairs that hold more than half of one another, and own shares.
3. Exactly `Plan.stakes` holdings.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from random import Random

from benchmarks.plan import DEPTH, Plan, entity_kinds, holder_counts, styles
from benchmarks.shares import BANDS, WHOLE, even, majority, text

_PREFIX = {"person": "P", "state_body": "S", "partnership": "L", "private_fund": "F", "pseudo": "X"}


@dataclass(slots=True)
class World:
    """What was made: counts by feature, and parties worth asking about."""

    plan: Plan
    ids: list[str]
    kinds: list[str]
    counts: Counter[str] = field(default_factory=Counter)
    holders: list[tuple[int, ...]] = field(default_factory=list)
    controllers: dict[int, list[int]] = field(default_factory=dict)
    lines: dict[str, list[str]] = field(default_factory=dict)

    def closure(self, entity: int) -> tuple[int, int]:
        """Parties and holdings upstream of an entity, itself included."""
        seen, queue, links = {entity}, [entity], 0
        first, last = self.plan.first, self.plan.nominee
        while queue:
            x = queue.pop()
            if first <= x < last:
                links += len(self.holders[x - first])
                for h in self.holders[x - first]:
                    if h not in seen:
                        seen.add(h)
                        queue.append(h)
        return len(seen), links


class _Maker:
    def __init__(self, parties: int, seed: int) -> None:
        self.random = Random(seed).random
        self.plan = plan = Plan(parties)
        self.entity_kinds = entity_kinds(plan, self.random)
        self.styles = styles(plan, self.entity_kinds, self.random)
        self.sizes = holder_counts(plan, self.styles, self.random)
        kinds = ["person"] * plan.persons + ["state_body"] * plan.states + self.entity_kinds
        kinds += ["pseudo"] * (1 + plan.listed)
        # Spread like the numbers of a register: neighbours in time are not neighbours in order.
        spread = ((i * 68_718_952_447_387 + seed) % 10**17 for i in range(parties))
        ids = [f"{_PREFIX.get(k, 'C')}{n:017d}" for k, n in zip(kinds, spread, strict=True)]
        self.world = World(plan, ids, kinds)
        self.depth = [0] * parties
        self.top = list(range(parties))
        self.families: dict[int, list[int]] = {}
        self.wide: list[int] = []
        self.popular: list[int] = []
        self.floats = plan.nominee + 1
        self.stakes = ["holder_id,entity_id,percent,percent_min,percent_max,valid_from\n"]
        self.registers = ["entity_id,complete,extract_date\n"]
        self.rights = ["holder_id,entity_id,kind,from_id,discretion\n"]
        self.blocs = ["bloc_id,member_id\n"]
        self.scopes = ["bloc_id,entity_id\n"]

    def below(self, n: int) -> int:
        return int(self.random() * n)

    def holder(self, entity: int) -> int:
        """A party that may hold an entity: mostly persons; the rich get richer."""
        plan, chance = self.plan, self.random()
        if chance < 0.72:
            if chance < 0.05 and self.popular:
                return self.popular[self.below(len(self.popular))]
            return self.below(plan.persons)
        if chance < 0.98 and entity > plan.first:
            for _ in range(4):
                if self.popular and self.random() < 0.4:
                    found = self.popular[self.below(len(self.popular))]
                else:
                    found = plan.first + self.below(entity - plan.first)
                if self.depth[found] < DEPTH:
                    return found
            return self.below(plan.persons)
        return plan.persons + int(plan.states * self.random() ** 3)

    def add_holders(self, found: list[int], wanted: int, entity: int) -> list[int]:
        while len(found) < wanted:
            h = self.holder(entity)
            if h not in found and h != entity:
                found.append(h)
        return found

    def entity(self, number: int) -> None:
        e, n = self.plan.first + number, self.sizes[number]
        style = self.styles[number]
        holders, shares = getattr(self, f"_{style}", self._plain)(e, n)
        outside = [h for h in holders if self.plan.first <= h < self.plan.nominee and h != e]
        deepest = max((self.depth[h] for h in outside), default=0)
        self.depth[e] = DEPTH // 2 if style == "crossed" else min(DEPTH, 1 + deepest)
        biggest = max(range(len(shares)), key=shares.__getitem__)
        if style in ("plain", "incomplete") and shares[biggest] * 2 > WHOLE:
            self.join(e, self.top[holders[biggest]])
        self.popular += [h for h in holders if h < self.plan.nominee][:2]
        self.world.counts[f"registers: {style}"] += 1
        self.world.holders.append(tuple(holders))
        self.state(e, style, holders, shares)

    def join(self, entity: int, top: int) -> None:
        """Remember that `top` certainly controls the entity by crisp majorities alone."""
        self.top[entity] = top
        if self.depth[entity] < DEPTH:
            family = self.families.setdefault(top, [])
            family.append(entity)
            if len(family) == 2:
                self.wide.append(top)

    def state(self, e: int, style: str, holders: list[int], shares: list[int]) -> None:
        """Write the holdings, and what is known of the register as a whole."""
        ids, band, since = self.world.ids, style == "band", ""
        if self.random() < 0.2:
            since = f"{2012 + self.below(13)}-{1 + self.below(12):02d}-{1 + self.below(28):02d}"
        hidden = self.below(len(holders)) if style == "unknown" else -1
        for at, (h, share) in enumerate(zip(holders, shares, strict=True)):
            if at == hidden:
                stated = ",,"
            elif band:
                low, high = next(b for b in BANDS if share <= b[2])[:2]
                stated = f",{low},{high}"
            else:
                stated = f"{text(share)},,"
            self.stakes.append(f"{ids[h]},{ids[e]},{stated},{since}\n")
        full = style in ("plain", "own", "joint", "partnership") and sum(shares) == WHOLE
        if full and self.random() < 0.7:
            self.registers.append(f"{ids[e]},yes,2026-0{1 + self.below(9)}-15\n")
            self.world.counts["registers declared complete"] += 1

    def _plain(self, e: int, n: int) -> tuple[list[int], list[int]]:
        return self.add_holders([], n, e), self.spread(n, WHOLE)

    def spread(self, n: int, total: int) -> list[int]:
        if n == 1 or (self.random() < 0.6 and total > WHOLE // 2 + n):
            return majority(self.random, n, total)
        return even(self.random, n, total)

    def _band(self, e: int, n: int) -> tuple[list[int], list[int]]:
        return self._plain(e, n)

    _unknown = _band

    def _incomplete(self, e: int, n: int) -> tuple[list[int], list[int]]:
        total = WHOLE * 4 // 10 + self.below(WHOLE * 6 // 10)
        return self.add_holders([], n, e), self.spread(n, total)

    def _over_full(self, e: int, n: int) -> tuple[list[int], list[int]]:
        holders, shares = self._plain(e, n)
        least = min(range(n), key=shares.__getitem__)
        shares[least] += WHOLE * 3 // 100
        return holders, shares

    def _own(self, e: int, n: int) -> tuple[list[int], list[int]]:
        own = WHOLE // 100 * (1 + self.below(10))
        return [*self.add_holders([], n - 1, e), e], [*self.spread(n - 1, WHOLE - own), own]

    def _joint(self, e: int, n: int) -> tuple[list[int], list[int]]:
        """Two or three companies of one controller, none with a majority, together with one."""
        if not self.wide:
            return self._plain(e, n)
        top = self.wide[self.below(len(self.wide))]
        family = self.families[top]
        wanted = min(2 + self.below(2), len(family))
        holders: list[int] = []
        while len(holders) < wanted:
            member = family[self.below(len(family))]
            if member not in holders:
                holders.append(member)
        together = WHOLE * 501 // 1000 + self.below(WHOLE // 4)
        shares = even(self.random, wanted, together)
        shares += even(self.random, n - wanted, WHOLE - together)
        self.join(e, top)
        self.world.counts["companies that a family controls jointly"] += 1
        return self.add_holders(holders, n, e), shares

    def _crossed(self, e: int, n: int) -> tuple[list[int], list[int]]:
        """The one before in the circle with a quarter to a half, another one, and outsiders."""
        first, size = self.plan.block, self.plan.crossed
        at = e - first
        holders = [first + (at - 1) % size]
        other = first + (at + 2 + self.below(size - 3)) % size
        if other not in holders and other != e:
            holders.append(other)
        ring = WHOLE * 20 // 100 + self.below(WHOLE * 28 // 100)
        cross = WHOLE // 100 + self.below(WHOLE * 9 // 100)
        inside = [ring, cross][: len(holders)]
        rest = even(self.random, n - len(holders), WHOLE - sum(inside))
        return self.add_holders(holders, n, e), inside + rest

    def _ring(self, e: int, n: int) -> tuple[list[int], list[int]]:
        at = e - self.plan.block - self.plan.crossed
        partner = e + 1 - 2 * (at % 2)
        share = WHOLE * 51 // 100 + self.below(WHOLE * 40 // 100)
        return self.add_holders([partner], n, e), [share, WHOLE - share]

    def _chain(self, e: int, n: int) -> tuple[list[int], list[int]]:
        """A majority of the one before, the rest with a person."""
        first = self.plan.block + self.plan.block_size - DEPTH
        above = e - 1 if e > first else self.below(self.plan.persons)
        holders = [above]
        while len(holders) < n:
            person = self.below(self.plan.persons)
            if person != above:
                holders.append(person)
        return holders, majority(self.random, n, WHOLE)

    def _listed_company(self, e: int, n: int) -> tuple[list[int], list[int]]:
        named = WHOLE * 35 // 100 + self.below(WHOLE * 40 // 100)
        shares = self.spread(n - 1, named)
        holders = self.add_holders([], n - 2, e)
        line, self.floats = self.floats, self.floats + 1
        return [*holders, self.plan.nominee, line], [*shares, WHOLE - named]

    def _partnership(self, e: int, n: int) -> tuple[list[int], list[int]]:
        partner = self.manager(e)
        self.right(partner, e, "general_partner")
        return self.add_holders([partner], n, e), [
            WHOLE // 100,
            *self.spread(n - 1, WHOLE * 99 // 100),
        ]

    def _private_fund(self, e: int, n: int) -> tuple[list[int], list[int]]:
        manager = self.manager(e)
        free = self.random() < 0.9
        self.right(manager, e, "manager", "yes" if free else "no")
        if not free:
            self.right(self.below(self.plan.persons), e, "instruction")
        return self._plain(e, n)

    def manager(self, e: int) -> int:
        """One of the first companies, the fund managers of this world; few have many products."""
        span = min(e - self.plan.first, max(20, self.plan.companies // 200))
        found = self.plan.first + int(span * self.random() ** 2)
        while found < e and self.world.kinds[found] != "company":
            found += 1
        return found if found < e else self.below(self.plan.persons)

    def right(self, holder: int, entity: int, kind: str, discretion: str = "") -> None:
        ids = self.world.ids
        self.rights.append(f"{ids[holder]},{ids[entity]},{kind},,{discretion}\n")
        self.world.counts[f"rights: {kind}"] += 1

    def bloc(self, number: int) -> None:
        """The two first holders of an entity act in concert over it alone (一致行动人)."""
        e, (a, b) = self.plan.first + number, self.world.holders[number][:2]
        ids, name = self.world.ids, f"B{number}"
        self.blocs += [f"{name},{ids[a]}\n", f"{name},{ids[b]}\n"]
        self.scopes.append(f"{name},{ids[e]}\n")
        self.world.counts["blocs"] += 1


def make(parties: int, seed: int) -> World:
    """A world of `parties` parties (2,000 or more) and 1.2 holdings a party."""
    maker = _Maker(parties, seed)
    for number in range(maker.plan.entities):
        maker.entity(number)
    every = max(1, maker.plan.entities // max(2, maker.plan.entities // 2_000))
    for number in range(every // 2, maker.plan.entities, every):
        if len(maker.world.holders[number]) > 2:
            maker.bloc(number)
    world = maker.world
    world.controllers = maker.families
    world.counts[f"entities {DEPTH} links deep"] = maker.depth.count(DEPTH)
    world.lines = {
        "stake": maker.stakes,
        "register": maker.registers,
        "control_right": maker.rights,
        "bloc": maker.blocs,
        "bloc_scope": maker.scopes,
    }
    return world
