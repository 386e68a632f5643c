"""Limb 1 of 穿透核查: who enjoys the benefit by an arrangement on file.

Nominees (代持), funding sources, guaranteed returns: what is recorded about the party or those who
hold it. Nothing on file is said as just that; no data can say that there is no side letter.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graphkit.ownership.profile import Profile
from graphkit.ownership.results import Fact, Person, Step, Verdict

if TYPE_CHECKING:
    from graphkit.ownership.graph import OwnershipGraph
    from graphkit.store.base import Snapshot

_COLUMNS = ["a", "b", "kind", "scope_id", "standing"]
_EVIDENCE = ["fact_id", "source", "file", "line", "valid_from", "valid_to"]


@dataclass(frozen=True, slots=True)
class RelationFact:
    """A relation between two parties, `a` of `b`; `scope` is what it is about (blank: all).

    `kinds` says what a and b are; a party at the other end need not be in the graph of a question.
    """

    a: str
    b: str
    kind: str
    scope: str
    confirmed: bool
    fact: Fact
    kinds: tuple[str, str] = ("unknown", "unknown")


def relations_of(snapshot: Snapshot, parties: Collection[str]) -> list[RelationFact]:
    """The relations that name one of the parties at either end, each once, in order."""
    rows = []
    for end in ("a", "b"):
        rows += snapshot.rows("relation", [*_COLUMNS, *_EVIDENCE], where=end, among=parties)
    ends = {party for row in rows for party in row[:2]}
    kinds = dict(snapshot.rows("party", ["party_id", "kind"], "party_id", ends)) if ends else {}
    found = {}
    for row in rows:
        relation = _relation(row, kinds)
        found[relation.fact.fact_id] = relation
    return sorted(found.values(), key=lambda r: (r.a, r.b, r.kind, r.scope, r.fact.fact_id))


def _relation(row: tuple[Any, ...], kind_of: dict[str, str]) -> RelationFact:
    a, b, kind, scope, standing, fact_id, source, file, line, start, end = row
    text = f"{a} is {kind} of {b}" + (f" in {scope}" if scope else "")
    if standing == "presumed":
        text += " (presumed)"
    days = [day.isoformat() if day else "" for day in (start, end)]
    fact = Fact(fact_id, "relation", text, source, file, line, days[0], days[1])
    kinds = kind_of.get(a, "unknown"), kind_of.get(b, "unknown")
    return RelationFact(a, b, kind, scope or "", standing != "presumed", fact, kinds)


def benefit_limb(
    graph: OwnershipGraph,
    circle: Collection[int],
    profile: Profile,
    relations: Iterable[RelationFact],
) -> list[Person]:
    """Those who may enjoy the benefit by an arrangement on file, sorted by id.

    `circle` are the party and those who hold it, directly or through others. A confirmed
    arrangement is a yes, a presumed one undetermined.
    """
    ids = {graph.ids[n] for n in circle}
    found: dict[tuple[str, str], Person] = {}
    for relation in relations:
        end = profile.relations.get(relation.kind)
        if end is None or (relation.scope and relation.scope not in ids):
            continue
        behind, front = (relation.a, relation.b) if end == "a" else (relation.b, relation.a)
        if front in ids and behind != front:
            verdict: Verdict = "yes" if relation.confirmed else "undetermined"
            _add(found, behind, f"relation:{relation.kind}", verdict, relation.fact)
    for entity in sorted(circle):
        for right in graph.all_rights.get(entity, ()):
            if right.kind in profile.rights and right.holder != graph.ids[entity]:
                _add(found, right.holder, f"right:{right.kind}", "yes", right.fact)
    return [found[key] for key in sorted(found)]


def _add(
    found: dict[tuple[str, str], Person], party: str, ground: str, verdict: Verdict, fact: Fact
) -> None:
    """Add an arrangement; several of one kind are steps of one row, yes when one is confirmed."""
    before = found.get((party, ground))
    steps = before.steps if before else ()
    if before and before.verdict == "yes":
        verdict = "yes"
    found[party, ground] = Person(
        party_id=party,
        limb="benefit",
        verdict=verdict,
        ground=ground,
        low=None,
        high=None,
        rest_high=None,
        joint_with=(),
        steps=(*steps, Step(len(steps) + 1, f"On file: {fact.text}.", (fact,))),
    )
