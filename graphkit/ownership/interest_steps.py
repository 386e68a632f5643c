"""How an interest comes about, in numbered sentences: what a holder has of each entity on the way.

Each step states what the holder has of one entity (of all entities of a ring together), from the
links into it and from *earlier* steps about its holders, so the steps can be checked in order.
Where shares are known exactly a step is a sum of products; where they are not, it states bounds and
cites the whole register, since then every other holder's share matters too.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import TYPE_CHECKING

from graphkit.model.shares import FULL, percent_down, percent_up
from graphkit.ownership.bounds import Link
from graphkit.ownership.interest import strangers
from graphkit.ownership.interest_flow import Bounds, Flow
from graphkit.ownership.interest_sheets import Measure, View, view_of
from graphkit.ownership.results import Fact, Step

if TYPE_CHECKING:
    from graphkit.ownership.graph import OwnershipGraph

DECIMALS = 4
SHOWN = 5


def interest_steps(
    graph: OwnershipGraph, holder: str, entity: str, measure: Measure = "capital"
) -> tuple[Step, ...]:
    """The steps that lead to what `holder` has of `entity`; empty when it has nothing there.

    The last step, where anything upstream isn't known to be held by anyone on file, says how much
    more there would be if all of that were the holder's.

    Raises
    ------
    UsageError
        When one of the two is not on file.
    """
    source, target = graph.number(holder), graph.number(entity)
    view = view_of(graph, measure, [target])
    found = Flow(view, strangers=strangers(graph, view)).of(source)
    if source == target or target not in found or not found[target].high:
        return ()
    way = _Way(graph, view, source, found, measure)
    way.walk(target)
    way.say_rest(target)
    return tuple(way.steps)


def share_text(low: Fraction, high: Fraction) -> str:
    """An interest as people read it: one number where it is exact, else least and most.

    Examples
    --------
    >>> share_text(Fraction(41, 100), Fraction(41, 100)), share_text(Fraction(0), Fraction(1, 3))
    ('41 %', '0 to 33.3334 %')
    >>> share_text(Fraction(40, 47), Fraction(40, 47))
    '85.1063… %'
    """
    if low == high:
        text = percent_down(low, DECIMALS)
        return f"{_trimmed(text)} %" if text == percent_up(low, DECIMALS) else f"{text}… %"
    return f"{_trimmed(percent_down(low, DECIMALS))} to {_trimmed(percent_up(high, DECIMALS))} %"


def _trimmed(number: str) -> str:
    return number.rstrip("0").rstrip(".")


class _Way:
    """Writes the steps; `number` remembers which step is about which entity."""

    def __init__(
        self,
        graph: OwnershipGraph,
        view: View,
        source: int,
        found: dict[int, Bounds],
        measure: Measure,
    ) -> None:
        self.graph, self.view, self.source, self.found = graph, view, source, found
        self.registers = graph.votes if measure == "votes" else graph.capital
        self.steps: list[Step] = []
        self.number: dict[int, int] = {}

    def walk(self, target: int) -> None:
        """A step for each entity between the source and the target, holders first."""
        needed = {target}
        todo = [target]
        while todo:
            for link in self._links(todo.pop()):
                if link.holder != self.source and link.holder not in needed:
                    needed.add(link.holder)
                    todo.append(link.holder)
        for entity in sorted(needed, key=lambda e: (self.view.place[e], e)):
            if entity not in self.number:
                ring = self.view.ring.get(self.view.place[entity], (entity,))
                self._step([e for e in ring if e in needed])

    def say_rest(self, target: int) -> None:
        """What would be on top if everything that nobody on file holds were the source's."""
        more = self.found[target].top - self.found[target].high
        if not more:
            return
        graph = self.graph
        above = self.view.sheets
        open_rests = [e for e in sorted(above) if above[e].rest_high and e != self.source]
        unknown = [p for p in strangers(graph, self.view) if p != self.source]
        parts = []
        if open_rests:
            texts = [
                f"{graph.label(e)} (up to {_units(above[e].rest_high)})" for e in open_rests[:SHOWN]
            ]
            parts.append("what nobody on file holds of " + _listed(texts, len(open_rests)))
        if unknown:
            labels = [graph.label(p) for p in unknown[:SHOWN]]
            parts.append(
                "all of " + _listed(labels, len(unknown)) + ", of whom no holder is on file"
            )
        text = (
            f"If {graph.label(self.source)} also held {' and '.join(parts)}, it would have up to "
            f"{_trimmed(percent_up(more, DECIMALS))} % of {graph.label(target)} more."
        )
        facts = [f for e in open_rests[:SHOWN] for f in self._register_facts(e)]
        self.steps.append(Step(len(self.steps) + 1, text, _unique(facts), (self.number[target],)))

    def _links(self, entity: int) -> list[Link]:
        """The links of an entity through which anything of the source may come."""
        if entity == self.source or entity not in self.view.sheets:
            return []
        return [
            link
            for link in self.view.sheets[entity].links
            if link.holder != entity
            and (link.holder == self.source or ((b := self.found.get(link.holder)) and b.high))
        ]

    def _step(self, members: list[int]) -> None:
        graph = self.graph
        facts: list[Fact] = []
        earlier: set[int] = set()
        parts = []
        for entity in members:
            links = self._links(entity)
            exact = self._exact(entity, links)
            terms = []
            for link in sorted(links, key=lambda ln: (ln.holder != self.source, ln.holder)):
                terms.append(self._term(entity, link, exact, link.holder in members))
                if link.holder in self.number:
                    earlier.add(self.number[link.holder])
            facts += self._cited(entity, links if exact else None)
            bounds = self.found[entity]
            parts.append(
                f"{share_text(bounds.low, bounds.high)} of {graph.label(entity)}: "
                + "; ".join(terms)
                + self._remark(entity, exact)
            )
        ring = " (they hold one another, solved together)" if len(members) > 1 else ""
        text = f"{graph.label(self.source)} has {'. And '.join(parts)}{ring}."
        number = len(self.steps) + 1
        self.steps.append(Step(number, text, _unique(facts), tuple(sorted(earlier))))
        for entity in members:
            self.number[entity] = number

    def _term(self, entity: int, link: Link, exact: bool, inside: bool) -> str:
        share = _share(link)
        if link.holder == self.source:
            return f"directly {share}"
        label = self.graph.label(link.holder)
        if inside:
            return f"through {label} its {share}"
        of_holder = self.found[link.holder]
        text = (
            f"through {label}, of which it has {share_text(of_holder.low, of_holder.high)}, {share}"
        )
        if not exact or of_holder.low != of_holder.high:
            return text
        own = self.view.sheets[entity].own_low
        part = of_holder.low * link.low / (FULL - own)
        return f"{text}: {share_text(part, part)}"

    def _exact(self, entity: int, links: list[Link]) -> bool:
        """Whether the entity's figure is the sum of its stated links, whoever holds the rest."""
        register = self.view.sheets[entity]
        return (
            not register.over_full
            and register.own_low == register.own_high < FULL
            and all(link.low == link.high for link in links)
        )

    def _remark(self, entity: int, exact: bool) -> str:
        register = self.view.sheets[entity]
        if register.over_full:
            return " (its holders' shares sum to more than 100 %: least scaled, most as stated)"
        if register.own_high:
            own = _share(Link(entity, register.own_low, register.own_high))
            return f" (its own shares, {own}, belong to its other holders in proportion)"
        return "" if exact else " (as far as the other holders' shares allow)"

    def _cited(self, entity: int, links: Iterable[Link] | None) -> list[Fact]:
        """Facts of these links and of own shares, or of the whole register."""
        facts = self._register_facts(entity)
        register = self.registers[entity]
        if links is None or register is None:
            return facts
        wanted = {self.graph.ids[link.holder] for link in links} | {self.graph.ids[entity]}
        stakes = self.graph.stakes[register.first : register.last]
        return [s.fact for s in stakes if s.holder in wanted]

    def _register_facts(self, entity: int) -> list[Fact]:
        register = self.registers[entity]
        facts: list[Fact] = []
        if register is not None:
            facts = [s.fact for s in self.graph.stakes[register.first : register.last]]
        if (declared := self.graph.registers.get(entity)) is not None:
            facts.append(declared.fact)
        label = self.graph.ids[entity]
        moved = [f for f in self.graph.findings if f.subject == label]
        ids = {fact for f in moved if f.code == "right-not-applied" for fact in f.facts}
        return facts + [
            r.fact for r in self.graph.all_rights.get(entity, ()) if r.fact.fact_id in ids
        ]


def _share(link: Link) -> str:
    return share_text(Fraction(link.low, FULL), Fraction(link.high, FULL))


def _units(share: int) -> str:
    return share_text(Fraction(share, FULL), Fraction(share, FULL))


def _listed(labels: list[str], total: int) -> str:
    more = f" and {total - len(labels)} more" if total > len(labels) else ""
    return ", ".join(labels) + more


def _unique(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    return tuple({fact.fact_id: fact for fact in facts}.values())
