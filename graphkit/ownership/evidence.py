"""Why a control verdict is what it is: numbered steps that cite facts and earlier steps only.

Invariant: the steps of a *yes* are a derivation. Each names the parties that together hold votes
(or one right), and each of those parties is of the start set or stands in an earlier step that is
cited; so two companies that hold 60 % of each other never prove their own control. Steps that the
verdict does not need are left out.

Source: SEMANTICS.md section 7. *No* shows a set that nothing passes into, *undetermined* both
sides and what is not known; see :mod:`graphkit.ownership.evidence_open`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from graphkit.model.errors import UsageError
from graphkit.model.shares import FULL
from graphkit.ownership.above import Above
from graphkit.ownership.closure import Reached, Seed, certain, hidden, possible
from graphkit.ownership.control import seed_of
from graphkit.ownership.graph import OwnershipGraph, Right
from graphkit.ownership.notes import Notes, right_text, sums
from graphkit.ownership.register import Register
from graphkit.ownership.results import Fact, Step


def control_steps(
    graph: OwnershipGraph, start: Sequence[str], entity: str, *, bloc_id: str = ""
) -> tuple[Step, ...]:
    """The steps that show the verdict of `start` on `entity`, in order.

    Where the entity is itself one of several in `start`, as in a ring, the question is about the
    others. With `bloc_id` it is about that bloc: its fixpoint, with the scope that its agreement
    names, started from its members.

    Raises
    ------
    UsageError
        When a party or the bloc is not in the graph.
    """
    from graphkit.ownership.evidence_open import blocking_steps, open_steps

    target = graph.number(entity)
    others = [party for party in start if party != entity]
    seed = (
        _bloc_seed(graph, bloc_id, target, sure=True)
        if bloc_id
        else seed_of(graph, others or start)
    )
    notes = Notes(graph, seed)
    if bloc_id:
        notes.add_bloc(next(b for b in graph.blocs if b.bloc_id == bloc_id))
    if target in seed.members:
        notes.add(f"{graph.label(target)} is asked about itself; nobody controls itself")
        return notes.steps()
    sure = certain(graph, seed)
    if target in sure.joined:
        derive(notes, seed, sure, target)
        return notes.steps()
    may_seed = _bloc_seed(graph, bloc_id, target, sure=False) if bloc_id else seed
    may = possible(graph, may_seed)
    if target in may.joined or target in (may.unseen or hidden(graph)).joined:
        open_steps(notes, may_seed, sure, target)
    else:
        blocking_steps(notes, may_seed, target)
    return notes.steps()


def derive(notes: Notes, seed: Seed, sure: Reached, target: int) -> int:
    """Add the steps that show certain control of `target`; the number of the last one."""
    place = {entity: n for n, entity in enumerate(sure.order)}
    reasons: dict[int, Right | list[int]] = {}
    waiting = [target]
    while waiting:
        entity = waiting.pop()
        if entity in reasons:
            continue
        reason = _reason(notes.graph, seed, place, entity)
        reasons[entity] = reason
        parties = [reason.holder] if isinstance(reason, Right) else reason
        waiting += [p for p in parties if p in place and _counts_as_joined(seed, p, entity)]
    number = 0
    for entity in sorted(reasons, key=lambda e: place[e]):
        number = _explain(notes, seed, entity, reasons[entity])
    return number


def _counts_as_joined(seed: Seed, party: int, entity: int) -> bool:
    """Whether a party counts in an entity because it joined, not because the seed has it there."""
    if seed.scope is not None and entity in seed.scope:
        return party not in seed.hands and party not in seed.members
    return party not in seed.members


def _counts(seed: Seed, place: dict[int, int], party: int, entity: int) -> bool:
    """Whether a party is of the set that carried `entity` into the fixpoint."""
    if party in place and place[party] < place[entity]:
        return True
    inside = seed.scope is None or entity in seed.scope
    return inside and (party in seed.members or party in seed.hands)


def _reason(
    graph: OwnershipGraph, seed: Seed, place: dict[int, int], entity: int
) -> Right | list[int]:
    """What carried an entity: a right, or the few holders that pass together."""
    rights = [
        r
        for r in graph.rights_over.get(entity, ())
        if r.certain and _counts(seed, place, r.holder, entity)
    ]
    of_start = [r for r in rights if r.holder in seed.members]
    if of_start:
        return of_start[0]
    register = graph.votes[entity]
    if register is not None:
        rows = [
            row
            for row in zip(register.holders, register.low, register.high, strict=True)
            if _counts(seed, place, row[0], entity)
        ]
        if chosen := _fewest(graph, register, rows, seed):
            return chosen
    return rights[0]


def _fewest(
    graph: OwnershipGraph, register: Register, rows: list[tuple[int, int, int]], seed: Seed
) -> list[int]:
    """Holders that pass together and of which none can be left out; empty where they don't pass."""

    def passes(of: Collection[tuple[int, int, int]]) -> bool:
        return register.certain(sum(r[1] for r in of), sum(r[2] for r in of), graph.line)

    if not passes(rows):
        return []
    ordered = sorted(rows, key=lambda r: (-r[1], r[0] not in seed.members, r[0]))
    few: list[tuple[int, int, int]] = []
    for row in ordered:
        few.append(row)
        if passes(few):
            break
    for row in list(reversed(few)):
        without = [r for r in few if r != row]
        if without and passes(without):
            few = without
    return sorted(r[0] for r in few)


def _explain(notes: Notes, seed: Seed, entity: int, reason: Right | list[int]) -> int:
    graph = notes.graph
    parties = [reason.holder] if isinstance(reason, Right) else reason
    earlier = [number for p in parties if (number := notes.step_of(p, entity)) is not None]
    for party in parties:
        inside = seed.scope is not None and entity in seed.scope
        if inside and party in seed.hands and party not in seed.members:
            earlier.append(_hand(notes, seed, party))
    conclusion = f"so {notes.subject(seed)} {notes.verb(seed)} {graph.label(entity)}"
    if isinstance(reason, Right):
        text = f"{right_text(graph, reason)}, which decides by itself; {conclusion}"
        return notes.add(text, [reason.fact.fact], earlier, entity)
    register = graph.votes[entity]
    assert register is not None
    text = f"{notes.hold(entity, register, parties)}; {conclusion}"
    return notes.add(text, facts_for(graph, entity, register, parties), earlier, entity)


def _hand(notes: Notes, seed: Seed, party: int) -> int:
    """The step that shows that one member alone controls a company which counts in the scope."""
    known = notes.alone.get(party)
    if known is not None:
        return known
    for member in sorted(seed.members):
        alone = Seed(frozenset((member,)))
        sure = certain(notes.graph, alone)
        if party in sure.joined:
            inner = Notes(notes.graph, alone, first=notes.next_number)
            derive(inner, alone, sure, party)
            notes.alone[party] = notes.include(inner)
            return notes.alone[party]
    raise AssertionError(f"no member controls {notes.graph.ids[party]}")


def facts_for(
    graph: OwnershipGraph, entity: int, register: Register, parties: Collection[int]
) -> list[Fact]:
    """The facts that certain control by these holders rests on, and no more of the register.

    Where their own least shares pass against all the rest of 100 %, these alone; then with the
    entity's own shares; else the whole register, with its declaration of completeness.
    """
    low, _ = sums(register, parties)
    names = {graph.ids[p] for p in parties}
    if not register.over_full:
        if graph.line.passes(low, FULL - low):
            return stake_facts(graph, register, names)
        if graph.line.passes(low, FULL - register.own_low - low):
            return stake_facts(graph, register, names | {graph.ids[entity]})
    return register_facts(graph, entity, register)


def stake_facts(
    graph: OwnershipGraph, register: Register, holders: Collection[str] | None = None
) -> list[Fact]:
    """The facts of these holders' stakes in a register, or of all of them."""
    stakes = graph.stakes[register.first : register.last]
    return [s.fact for s in stakes if holders is None or s.holder in holders]


def register_facts(graph: OwnershipGraph, entity: int, register: Register) -> list[Fact]:
    """The facts of a whole register."""
    declared = graph.registers.get(entity)
    facts = stake_facts(graph, register)
    if declared is not None and (register.complete or declared.rest_rule):
        facts.append(declared.fact)
    return facts


def _bloc_seed(graph: OwnershipGraph, bloc_id: str, target: int, *, sure: bool) -> Seed:
    for bloc in graph.blocs:
        if bloc.bloc_id == bloc_id:
            but = target if target in bloc.members else -1
            return Above(graph).bloc_seed(bloc, sure=sure, but=but)
    raise UsageError(f"bloc {bloc_id!r} is not on file, or has fewer than two members")
