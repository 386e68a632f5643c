"""Why two parties are one client, or what kept them apart: read from the groups alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graphkit.clients.group import Group, Link, Stop


@dataclass(frozen=True, slots=True)
class Why:
    """The answer to "why are a and b one client?".

    `links` is the shortest chain from `a` to `b` in one group (empty when they are in none, or one
    party), `weakest` the place of its weakest link. `text` says it in a sentence; when there is no
    chain, `looked_at` names the groups of each and `stopped` the links that a guard stopped there.
    """

    a: str
    b: str
    group_id: str
    links: tuple[Link, ...]
    weakest: int | None
    text: str
    looked_at: tuple[str, ...] = ()
    stopped: tuple[Stop, ...] = ()

    @property
    def joined(self) -> bool:
        """Whether a group holds both."""
        return bool(self.group_id)


def why(groups: Sequence[Group], a: str, b: str) -> Why:
    """The shortest chain of links between two parties, with its weakest link, or why there is none.

    Of several shortest chains the one whose weakest link is strongest, then the smaller ids; the
    chain from `b` to `a` is the same one backwards.

    Examples
    --------
    >>> link = Link("P", "A", "control", "P holds 60 % of the votes of A", ("f1",), 0)
    >>> group = Group("L1:A", "L1", ("P",), (), (link,), ("100",))
    >>> answer = why([group], "A", "P")
    >>> answer.links == (link,), answer.weakest
    (True, 0)
    >>> why([group], "A", "Z").text
    'A and Z are in no common group: A stands in L1:A, Z in none'
    """
    best: tuple[tuple[int, int, str], Group, tuple[Link, ...]] | None = None
    for group in groups:
        links = chain(group, a, b)
        if links is not None:
            cost = (len(links), max((link.rank for link in links), default=-1), group.group_id)
            if best is None or cost < best[0]:
                best = (cost, group, links)
    if best is None:
        return _apart(groups, a, b)
    _, group, links = best
    if not links:
        return Why(a, b, group.group_id, (), None, f"{a} is one party, in {group.group_id}")
    ranks = [link.rank for link in links]
    weakest = ranks.index(max(ranks))
    possible = any(link.standing == "possible" for link in links)
    text = (
        f"{a} and {b} are {'possibly ' if possible else ''}one client ({group.group_id}), by "
        f"{len(links)} link{'s' if len(links) > 1 else ''}; weakest: {links[weakest].text}"
    )
    return Why(a, b, group.group_id, links, weakest, text)


def chain(group: Group, a: str, b: str) -> tuple[Link, ...] | None:
    """The shortest chain of the group's links from `a` to `b`; None when it does not hold both."""
    near: dict[str, list[tuple[str, Link]]] = {m.party_id: [] for m in group.members}
    for link in group.links:
        near.setdefault(link.a, []).append((link.b, link))
        near.setdefault(link.b, []).append((link.a, link))
    if a not in near or b not in near:
        return None
    first, last = min(a, b), max(a, b)
    # each layer keeps, for each party, the way whose weakest link is strongest
    reached: dict[str, tuple[int, str, Link | None]] = {first: (-1, "", None)}
    layer = [first]
    while layer and last not in reached:
        following: dict[str, tuple[int, str, Link | None]] = {}
        for party in sorted(layer):
            for other, link in near[party]:
                if other in reached:
                    continue
                way = (max(reached[party][0], link.rank), party, link)
                held = following.get(other)
                if held is None or (way[0], way[1], link.kind) < (
                    held[0],
                    held[1],
                    held[2].kind if held[2] else "",
                ):
                    following[other] = way
        reached |= following
        layer = list(following)
    if last not in reached:
        return None
    links: list[Link] = []
    party = last
    while party != first:
        _, before, link_to = reached[party]
        assert link_to is not None
        links.append(link_to)
        party = before
    return tuple(links if a == last else reversed(links))


def _apart(groups: Sequence[Group], a: str, b: str) -> Why:
    """What was looked at, and which guard stopped it."""
    of_a = _groups_with(groups, a)
    of_b = _groups_with(groups, b)
    stopped = tuple(dict.fromkeys(stop for group in (*of_a, *of_b) for stop in group.stopped))
    ids_a = ", ".join(g.group_id for g in of_a) or "none"
    ids_b = ", ".join(g.group_id for g in of_b) or "none"
    text = f"{a} and {b} are in no common group: {a} stands in {ids_a}, {b} in {ids_b}"
    if stopped:
        text += "; stopped: " + "; ".join(stop.text for stop in stopped)
    looked_at = tuple(dict.fromkeys(g.group_id for g in (*of_a, *of_b)))
    return Why(a, b, "", (), None, text, looked_at, stopped)


def _groups_with(groups: Sequence[Group], party: str) -> list[Group]:
    return [
        group
        for group in groups
        if any(m.party_id == party for m in group.members)
        or any(party in (link.a, link.b) for link in group.links)
    ]
