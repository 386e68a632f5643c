"""What a penetration chart (穿透图) shows of a graph: boxes, lines and verdicts.

Owners stand above the party, what it holds stands below. Boxes are taken nearest first until there
are enough; what is left out is counted and said.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from graphkit.model.shares import Interval
from graphkit.ownership.control import (
    certainly_controlled,
    controlled_by,
    possibly_controlled,
    ultimate_controllers,
    unresolved,
)
from graphkit.ownership.graph import OwnershipGraph
from graphkit.ownership.interest import holders
from graphkit.ownership.results import InterestRow, Owners, Verdict

MOST_BOXES = 200


@dataclass(slots=True)
class Box:
    """A party on the chart; `place` is owner, focus or holding.

    `verdict` is its control over the focus (an owner) or the focus's control over it (a holding);
    `found` says that it was found behind the focus by some limb.
    """

    number: int
    place: str
    verdict: Verdict | None = None
    interest: InterestRow | None = None
    unresolved: bool = False
    found: bool = False
    rest: Interval | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A holding or right between two boxes; `chain` is set where control runs through it."""

    holder: int
    entity: int
    share: Interval | None
    kind: str
    chain: Verdict | None


@dataclass(slots=True)
class Chart:
    """The boxes by party number, the lines, and how many parties were left out."""

    focus: int
    boxes: dict[int, Box]
    lines: list[Line] = field(default_factory=list)
    left_out: int = 0


def chart(graph: OwnershipGraph, party: str, owners: Owners, most: int = MOST_BOXES) -> Chart:
    """The penetration chart of a party on a graph that holds all above and below it."""
    focus = graph.number(party)
    above, below = _neighbours(graph)
    up = _nearest(focus, above)
    down = _nearest(focus, below)
    owners_first = up[: max(most * 2 // 3, most + 1 - len(down))]  # the focus is in both
    holdings = [n for n in down if n not in set(up)][: most - len(owners_first)]
    boxes = {focus: Box(focus, "focus")}
    boxes |= {n: Box(n, "owner") for n in owners_first if n != focus}
    boxes |= {n: Box(n, "holding") for n in holdings if n != focus}
    drawn = Chart(focus, boxes, left_out=len(set(up) | set(down)) - len(boxes))
    _judge(graph, party, owners, drawn)
    _draw(graph, party, drawn)
    return drawn


def _neighbours(graph: OwnershipGraph) -> tuple[dict[int, list[int]], dict[int, list[int]]]:
    above: dict[int, list[int]] = {}
    below: dict[int, list[int]] = {}
    for holder, entity in _pairs(graph):
        above.setdefault(entity, []).append(holder)
        below.setdefault(holder, []).append(entity)
    return above, below


def _pairs(graph: OwnershipGraph) -> Iterable[tuple[int, int]]:
    """Holder and entity of every holding and right, larger holdings first."""
    for stake in sorted(graph.stakes, key=lambda s: (-s.capital.high, s.holder, s.entity)):
        yield graph.index[stake.holder], graph.index[stake.entity]
    for rights in graph.all_rights.values():
        for right in rights:
            yield graph.index[right.holder], graph.index[right.entity]


def _nearest(start: int, near: dict[int, list[int]]) -> list[int]:
    found, seen = [start], {start}
    for node in found:
        for other in near.get(node, ()):
            if other not in seen:
                seen.add(other)
                found.append(other)
    return found


def _judge(graph: OwnershipGraph, party: str, owners: Owners, drawn: Chart) -> None:
    for row in holders(graph, party, every_holder=True):
        box = drawn.boxes.get(graph.index[row.holder_id])
        if box is not None:
            box.interest = row
    for person in owners.persons:
        box = drawn.boxes.get(graph.index.get(person.party_id, -1))
        if box is not None:
            box.found = True
            if person.limb == "control":
                box.verdict = person.verdict
    for held in controlled_by(graph, [party]):
        box = drawn.boxes.get(graph.index[held.entity_id])
        if box is not None and box.place == "holding":
            box.verdict = held.verdict
    blind = unresolved(graph)
    for number, box in drawn.boxes.items():
        box.unresolved = graph.ids[number] in blind
        register = graph.capital[number]
        if register is not None and register.rest_high > 0 and box.place != "holding":
            box.rest = Interval(register.rest_low, register.rest_high)


def _draw(graph: OwnershipGraph, party: str, drawn: Chart) -> None:
    chains = _chains(graph, party)
    below = {graph.index[i] for i in certainly_controlled(graph, [party])}
    for pair in _pairs(graph):
        if pair[1] in below and (pair[0] == drawn.focus or pair[0] in below):
            chains.setdefault(pair, "yes")
    for stake in graph.stakes:
        pair = (graph.index[stake.holder], graph.index[stake.entity])
        if pair[0] in drawn.boxes and pair[1] in drawn.boxes:
            chain = chains.get(pair) if _votes(graph, *pair) else None
            drawn.lines.append(Line(*pair, stake.capital, "stake", chain))
    for entity, rights in sorted(graph.all_rights.items()):
        for right in rights:
            pair = (graph.index[right.holder], entity)
            decides = any(r.fact is right for r in graph.rights_over.get(entity, ()))
            if pair[0] in drawn.boxes and pair[1] in drawn.boxes:
                chain = chains.get(pair) if decides else None
                drawn.lines.append(Line(*pair, right.share, right.kind, chain))


def _votes(graph: OwnershipGraph, holder: int, entity: int) -> bool:
    """Whether the holder may have votes in the entity: own shares and most fund units have none."""
    register = graph.votes[entity]
    if register is None or holder not in register.holders:
        return False
    return register.high[register.holders.index(holder)] > 0


def _chains(graph: OwnershipGraph, party: str) -> dict[tuple[int, int], Verdict]:
    """The links that control runs through, from each ultimate controller down to the party."""
    focus = graph.number(party)
    above = set(_nearest(focus, _neighbours(graph)[0]))
    found: dict[tuple[int, int], Verdict] = {}
    for controller in ultimate_controllers(graph, party):
        yes = controller.verdict == "yes"
        reach = certainly_controlled if yes else possibly_controlled
        inside = {graph.index[i] for i in reach(graph, controller.parties)}
        tops = {graph.index[i] for i in controller.parties}
        if controller.form == "ring":
            inside |= tops  # its members control one another
        for pair in _pairs(graph):
            inner = pair[0] in inside | tops and pair[1] in inside and pair[1] in above
            if inner and found.get(pair) != "yes":
                found[pair] = controller.verdict
    return found
