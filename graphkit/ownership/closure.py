"""The fixpoints of control: certain, possible, and what an undisclosed holder may control.

Invariants
----------
1. A fixpoint is least: an entity joins only on the strength of what joined before it, so the order
   in which entities joined is a derivation, and a ring never proves itself.
2. Sums are kept for each entity that the set holds something of; a member's holdings are added
   once, when it is taken from the worklist. Work is linear in the holdings of what joins.
3. What ω (an undisclosed holder, :class:`Hidden`) possibly controls lies in every possible
   fixpoint: it is computed once for a graph and extended for each start.
4. A *no* is true in every world, for several parties that are not one holder too: see
   :func:`separate_holders` and :func:`possible`.

Source: SEMANTICS.md section 3. The worklist is that of unit propagation over Horn clauses (Dowling
and Gallier, J. Logic Programming 1 (1984) 267-284, doi:10.1016/0743-1066(84)90014-1), with a sum
constraint in place of a clause; a set passes more easily the larger it is, so the order of the
worklist has no effect on the result.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from graphkit.model.shares import FULL
from graphkit.ownership.graph import OwnershipGraph, Right

_NOBODY: frozenset[int] = frozenset()
_NO_KIND: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Seed:
    """Where a fixpoint starts.

    `scope` is for a bloc whose agreement names entities: `members`, and `hands` (what members
    control, each alone), count in these entities only; what the bloc itself comes to control counts
    everywhere. `pieces` is how many separate holders the members are (:func:`separate_holders`).
    """

    members: frozenset[int]
    hands: frozenset[int] = _NOBODY
    scope: frozenset[int] | None = None
    pieces: int = 1

    def start(self) -> list[int]:
        """The worklist to begin with."""
        return sorted(self.members | self.hands)


@dataclass(slots=True)
class Reached:
    """A fixpoint: what joined, in order, and the stated votes of the whole set in each entity.

    A possible one also says what it was extended from (`unseen`, what undisclosed holders control),
    and how many separate holders may own an undisclosed piece of a dispersed rest (`pieces`).
    """

    order: list[int] = field(default_factory=list)
    joined: set[int] = field(default_factory=set)
    low: dict[int, int] = field(default_factory=dict)
    high: dict[int, int] = field(default_factory=dict)
    unseen: Reached | None = None
    pieces: int = 1

    def sums(self, entity: int) -> tuple[int, int]:
        """The sums of stated minimums and maximums that the set holds of an entity."""
        return self.low.get(entity, 0), self.high.get(entity, 0)


@dataclass(slots=True)
class Hidden(Reached):
    """What an undisclosed holder may control: each has an unresolved owner (看不清)."""


def certain(
    graph: OwnershipGraph, seed: Seed, without_rights: frozenset[str] | None = _NO_KIND
) -> Reached:
    """What a set controls in every world.

    `without_rights` are kinds of rights to leave out; None leaves out all of them.
    """
    line, votes = graph.line, graph.votes
    reached = Reached()
    joined, low, high = reached.joined, reached.low, reached.high
    members = seed.members
    queue = seed.start()
    starters = len(queue)
    position = 0
    while position < len(queue):
        node = queue[position]
        held, rights = _links(graph, seed, node, position < starters)
        position += 1
        for entity, least, most in held:
            low[entity] = low.get(entity, 0) + least
            high[entity] = high.get(entity, 0) + most
            if entity in joined or entity in members:
                continue
            register = votes[entity]
            if register is not None and register.certain(low[entity], high[entity], line):
                joined.add(entity)
                queue.append(entity)
        if rights and without_rights is not None:
            for right in rights:
                entity = right.entity
                if entity in joined or entity in members or not right.certain:
                    continue
                if right.kind not in without_rights:
                    joined.add(entity)
                    queue.append(entity)
    reached.order = queue[starters:]
    return reached


def possible(
    graph: OwnershipGraph,
    seed: Seed,
    without_rights: frozenset[str] | None = _NO_KIND,
    *,
    with_rest: bool = True,
    until: int = -1,
) -> Reached:
    """What a set controls in some world and reaches through stated votes or rights: what is listed.

    With what :func:`hidden` reaches (`unseen`), that is the whole possible fixpoint of the set and
    ω. With `with_rest` False nobody owns any rest: the possible fixpoint by stated holdings alone.

    A single party and a bloc are one holder for the disclosure line of a dispersed rest: with all
    that they control they stay below it (the holdings of concert parties are added up). Parties
    that are no bloc are not: each may own a piece below the line, and so may every company that
    they control only together. Taking them as one holder says no where a world says yes (Q has 50 %
    of a listed company and P may have 4 %). So a set of k owns up to k pieces outright, and one
    more for each company found that none of them certainly controls alone, until no more are found;
    or, where only that is asked, until the entity `until` is.
    """
    if seed.pieces == 1 or not with_rest:
        return _possible(graph, seed, without_rights, 1, with_rest)
    alone: set[int] = set()
    for member in seed.members:
        alone |= certain(graph, Seed(frozenset((member,)))).joined
    pieces = seed.pieces
    while True:
        reached = _possible(graph, seed, without_rights, pieces, with_rest)
        more = seed.pieces + len(reached.joined - alone)
        if more <= pieces or pieces * graph.line.hidden_most >= FULL:
            return reached
        if until in reached.joined or (reached.unseen and until in reached.unseen.joined):
            return reached
        pieces = more


def separate_holders(graph: OwnershipGraph, members: frozenset[int]) -> int:
    """How many holders a set of parties is for the disclosure line: one, or as many as it has.

    One where an agreement without a scope binds them all, or one of them certainly controls the
    others: then their holdings are added up.
    """
    if len(members) < 2:
        return 1
    if any(bloc.scope is None and members.issubset(bloc.members) for bloc in graph.blocs):
        return 1
    for member in members:
        if members <= certain(graph, Seed(frozenset((member,)))).joined | {member}:
            return 1
    return len(members)


def _possible(
    graph: OwnershipGraph,
    seed: Seed,
    without_rights: frozenset[str] | None,
    pieces: int,
    with_rest: bool,
) -> Reached:
    """The possible fixpoint of a set that may own so many pieces of each dispersed rest."""
    line, votes = graph.line, graph.votes
    unseen: Reached = hidden(graph, pieces) if with_rest else Reached()
    reached = Reached(unseen=unseen, pieces=pieces)
    joined, low, high = reached.joined, reached.low, reached.high
    extra_low: dict[int, int] = {}
    extra_high: dict[int, int] = {}
    members = seed.members
    queue = seed.start()
    starters = len(queue)
    position = 0
    while position < len(queue):
        node = queue[position]
        held, rights = _links(graph, seed, node, position < starters)
        position += 1
        counted = node in unseen.joined
        for entity, least, most in held:
            low[entity] = low.get(entity, 0) + least
            high[entity] = high.get(entity, 0) + most
            if not counted:
                extra_low[entity] = extra_low.get(entity, 0) + least
                extra_high[entity] = extra_high.get(entity, 0) + most
            if entity in joined or entity in members:
                continue
            if entity not in unseen.joined:
                register = votes[entity]
                if counted or register is None:
                    continue
                all_low = extra_low[entity] + unseen.low.get(entity, 0)
                all_high = extra_high[entity] + unseen.high.get(entity, 0)
                if not (
                    register.possible_with_rest(all_low, all_high, line, pieces)
                    if with_rest
                    else register.possible(all_low, all_high, line)
                ):
                    continue
            joined.add(entity)
            queue.append(entity)
        if rights and without_rights is not None:
            for right in rights:
                entity = right.entity
                if entity in joined or entity in members:
                    continue
                if right.kind not in without_rights:
                    joined.add(entity)
                    queue.append(entity)
    reached.order = queue[starters:]
    return reached


def hidden(graph: OwnershipGraph, pieces: int = 1) -> Hidden:
    """What ω possibly controls (U), computed once for a graph; or so many ω together."""
    if pieces == 1 and graph.hidden is not None:
        return graph.hidden
    line, votes = graph.line, graph.votes
    reached = Hidden()
    joined, low, high = reached.joined, reached.low, reached.high
    queue = reached.order
    for entity, register in enumerate(votes):
        if register is not None and register.possible_with_rest(0, 0, line, pieces):
            joined.add(entity)
            queue.append(entity)
    position = 0
    while position < len(queue):
        node = queue[position]
        position += 1
        for entity, least, most in graph.holdings[node]:
            low[entity] = low.get(entity, 0) + least
            high[entity] = high.get(entity, 0) + most
            if entity in joined:
                continue
            register = votes[entity]
            if register is not None and register.possible_with_rest(
                low[entity], high[entity], line, pieces
            ):
                joined.add(entity)
                queue.append(entity)
        for right in graph.rights_of.get(node, ()):
            if right.entity not in joined:
                joined.add(right.entity)
                queue.append(right.entity)
    if pieces == 1:
        graph.hidden = reached
    return reached


def _links(
    graph: OwnershipGraph, seed: Seed, node: int, starter: bool
) -> tuple[Iterable[tuple[int, int, int]], list[Right] | tuple[()]]:
    """The holdings and rights of a member of the set that count."""
    held = graph.holdings[node]
    rights = graph.rights_of.get(node, ())
    scope = seed.scope
    if scope is None:
        return held, rights
    if starter:
        return [h for h in held if h[0] in scope], [r for r in rights if r.entity in scope]
    if node in seed.hands:
        # Inside the scope it counted from the start, as a hand of one member.
        return [h for h in held if h[0] not in scope], [r for r in rights if r.entity not in scope]
    return held, rights
