"""Why control is undetermined (both sides, and what is not known) or absent (what blocks it).

These steps explain; they are no derivation. Source: SEMANTICS.md section 7.
"""

from __future__ import annotations

from graphkit.model.shares import Interval, percent_short
from graphkit.ownership.above import Above
from graphkit.ownership.closure import Reached, Seed, hidden, possible
from graphkit.ownership.evidence import register_facts
from graphkit.ownership.facts import interval_text
from graphkit.ownership.graph import OwnershipGraph, Right
from graphkit.ownership.notes import Notes, join, right_text, sums
from graphkit.ownership.register import Register
from graphkit.ownership.results import Fact


def open_steps(notes: Notes, seed: Seed, sure: Reached, target: int) -> None:
    """Why the set may control `target`, why it need not, and what is not known."""
    graph = notes.graph
    listed = possible(graph, seed, until=target)
    stated = possible(graph, seed, with_rest=False)
    used: list[int] = []
    if target in stated.joined:
        used = _chain(notes, seed, stated, target, with_rest=False)
    elif target in (listed.unseen or hidden(graph)).joined:
        used = _stranger(notes, listed, target)
        _link(notes, seed, listed, target)
    else:
        used = _chain(notes, seed, listed, target, with_rest=True)
    _need_not(notes, seed, sure, target)
    unknowns, facts = _unknowns(graph, used)
    if unknowns:
        notes.add(f"What is not known and decides: {'; '.join(unknowns)}", facts)


def _chain(
    notes: Notes, seed: Seed, reached: Reached, target: int, *, with_rest: bool
) -> list[int]:
    """Steps from the start set to `target` in a world that favours it; the entities used."""
    graph = notes.graph
    unseen = (reached.unseen if with_rest else None) or Reached()
    order = [*unseen.order, *(e for e in reached.order if e not in unseen.joined)]
    place = {entity: n for n, entity in enumerate(order)}
    needed: dict[int, Right | list[int]] = {}
    waiting = [target]
    while waiting:
        entity = waiting.pop()
        if entity in needed:
            continue
        reason = _may_reason(graph, seed, place, entity)
        needed[entity] = reason
        parties = [reason.holder] if isinstance(reason, Right) else reason
        waiting += [p for p in parties if p in place and p not in seed.members]
    for entity in sorted(needed, key=lambda e: place[e]):
        who = "" if entity in unseen.joined else notes.subject(seed)
        _may_step(notes, entity, needed[entity], who, reached.pieces if with_rest else 0)
    return sorted(needed, key=lambda e: place[e])


def _may_reason(
    graph: OwnershipGraph, seed: Seed, place: dict[int, int], entity: int
) -> Right | list[int]:
    """A right, or all holders that may vote with the set when `entity` is reached."""

    def before(party: int) -> bool:
        if party in place and place[party] < place[entity]:
            return True
        inside = seed.scope is None or entity in seed.scope
        return inside and (party in seed.members or party in seed.hands)

    for right in graph.rights_over.get(entity, ()):
        if before(right.holder):
            return right
    register = graph.votes[entity]
    return [h for h in register.holders if before(h)] if register is not None else []


def _stranger(notes: Notes, listed: Reached, target: int) -> list[int]:
    """Steps that show how a holder (or several) that nobody knows may control `target`."""
    nobody = Reached(unseen=listed.unseen, pieces=listed.pieces)
    return _chain(notes, Seed(frozenset()), nobody, target, with_rest=True)


def _may_step(notes: Notes, entity: int, reason: Right | list[int], who: str, pieces: int) -> None:
    """A step that may be; with `pieces` 0 nobody owns any rest."""
    graph = notes.graph
    subject = who or _undisclosed(pieces)
    so = f"so {subject} may control {graph.label(entity)}"
    if isinstance(reason, Right):
        said = "" if reason.certain else " (whether it decides by itself is not on file)"
        earlier = _numbers(notes, [reason.holder])
        text = f"{right_text(graph, reason)}{said}; {so}"
        notes.add(text, [reason.fact.fact], earlier, entity)
        return
    register = graph.votes[entity]
    if register is None:
        return
    low, high = sums(register, reason)
    most, against = (
        register.with_rest(low, high, graph.line, pieces) if pieces else register.maybe(low, high)
    )
    names = [graph.label(p) for p in reason]
    if pieces and register.rest_high > 0:
        names.append(_whoever(register, pieces))
    text = (
        f"Of the votes of {graph.label(entity)}, {join(names)} may have up to "
        f"{percent_short(most)} %, all others as little as {percent_short(against)} %; {so}"
    )
    facts = register_facts(graph, entity, register)
    notes.add(text, facts, _numbers(notes, reason), entity)


def _link(notes: Notes, seed: Seed, listed: Reached, target: int) -> None:
    graph = notes.graph
    if target in listed.joined:
        same = "holder may be the same party"
        if listed.pieces > 1:
            same = "holders may be the same parties"
        said = (
            f"Holdings or rights on file lead from {notes.subject(seed)} to {graph.label(target)}, "
            f"and the undisclosed {same}"
        )
    else:
        said = (
            f"Nothing on file leads from {notes.subject(seed)} to {graph.label(target)}, but who "
            f"{'the undisclosed holder is' if listed.pieces < 2 else 'they are'}, is not known"
        )
    step = notes.step_of(target)
    notes.add(said, earlier=[step] if step is not None else [])


def _need_not(notes: Notes, seed: Seed, sure: Reached, target: int) -> None:
    """What the set and all that it certainly controls hold at least: not enough."""
    graph = notes.graph
    register = graph.votes[target]
    subject = notes.subject(seed)
    label = graph.label(target)
    if register is None:
        notes.add(f"{subject} need not control {label}: no right over it is certain to decide")
        return
    inside = sure.joined | seed.members
    if seed.scope is not None:
        inside = inside | seed.hands if target in seed.scope else sure.joined
    sides = register.surely(*sums(register, inside))
    text = (
        f"{subject} need not control {label}: certain, with all that is certainly controlled, are "
        f"only {percent_short(sides[0])} % of the votes; all others may have "
        f"{percent_short(sides[1])} %"
    )
    notes.add(text, register_facts(graph, target, register))


def _unknowns(graph: OwnershipGraph, entities: list[int]) -> tuple[list[str], list[Fact]]:
    """What is not known of these entities' registers and rights, and the facts that say so."""
    said: list[str] = []
    facts: list[Fact] = []
    for entity in entities:
        label = graph.label(entity)
        for right in graph.rights_over.get(entity, ()):
            if not right.certain:
                said.append(f"whether {right_text(graph, right)} with discretion")
                facts.append(right.fact.fact)
        register = graph.votes[entity]
        if register is None:
            continue
        stakes = graph.stakes[register.first : register.last]
        by_holder = {s.holder: s.fact for s in stakes}
        open_holders = [
            (graph.ids[h], h, Interval(low, high))
            for h, low, high in zip(register.holders, register.low, register.high, strict=True)
            if low < high
        ]
        if register.own_low < register.own_high:
            own = Interval(register.own_low, register.own_high)
            open_holders.append((graph.ids[entity], entity, own))
        for holder_id, holder, share in open_holders:
            said.append(f"what {graph.label(holder)} holds of {label} ({interval_text(share)})")
            if holder_id in by_holder:
                facts.append(by_holder[holder_id])
        if register.rest_high > 0:
            said.append(
                f"who holds the rest of {label} ({_rest(register)}, held by nobody on file)"
            )
    return said, facts


def blocking_steps(notes: Notes, seed: Seed, target: int) -> None:
    """The set around `target` that the start set, an undisclosed holder with it, can't enter."""
    graph = notes.graph
    # Outside the scope of a bloc only what it controls itself counts, not its members.
    may = possible(graph, seed)
    outside = may.joined | (may.unseen or hidden(graph)).joined
    reach = outside | seed.members | seed.hands
    blocked = sorted(Above(graph).ancestors([target]) - outside - seed.members)
    subject = notes.subject(seed)
    numbers = []
    untouched: list[int] = []
    for entity in blocked:
        register = graph.votes[entity]
        if register is None:
            continue
        counted = outside if seed.scope is not None and entity not in seed.scope else reach
        holders = [h for h in register.holders if h in counted]
        if not holders and register.whole_high == 0 and register.dispersed_high == 0:
            untouched.append(entity)
            continue
        most, against = register.with_rest(*sums(register, holders), graph.line, may.pieces)
        names = [graph.label(h) for h in holders]
        if register.rest_high > 0:
            names.append(_whoever(register, may.pieces))
        text = (
            f"Of the votes of {graph.label(entity)}, {join(names)} can't have more than "
            f"{percent_short(most)} % against {percent_short(against)} % of all others: "
            "not enough to control it"
        )
        numbers.append(notes.add(text, register_facts(graph, entity, register)))
    if untouched:
        facts: list[Fact] = []
        for entity in untouched:
            register = graph.votes[entity]
            if register is not None:
                facts += register_facts(graph, entity, register)
        numbers.append(
            notes.add(
                f"Neither {subject} nor what it or {_undisclosed(may.pieces)} may control holds "
                f"votes of {join([graph.label(e) for e in untouched])}",
                facts,
            )
        )
    around = [graph.label(e) for e in blocked if e != target]
    with_these = f", nor {join(around)} above it" if around else ""
    verb = notes.does(seed)
    notes.add(
        f"No right on file gives {subject}, or anybody it may control, a decision over "
        f"{graph.label(target)}{with_these}; so {subject} {verb} not control {graph.label(target)}",
        earlier=numbers,
    )


def _numbers(notes: Notes, parties: list[int]) -> list[int]:
    found = (notes.step_of(p) for p in parties)
    return [number for number in found if number is not None]


def _undisclosed(pieces: int) -> str:
    return "an undisclosed holder" if pieces < 2 else "undisclosed holders"


def _whoever(register: Register, pieces: int) -> str:
    """Who may stand behind the rest: one holder, or of its dispersed part several small ones."""
    several = ""
    if pieces > 1 and register.dispersed_high > 0:
        several = (
            f"; of what is dispersed, up to {pieces} holders, each below the disclosure line, as "
            "these parties are not one holder"
        )
    return f"whoever holds the rest ({_rest(register)}, held by nobody on file{several})"


def _rest(register: Register) -> str:
    if register.rest_low == register.rest_high:
        return f"{percent_short(register.rest_high)} %"
    return f"up to {percent_short(register.rest_high)} %"
