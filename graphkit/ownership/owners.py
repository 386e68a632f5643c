"""Who is behind a party (受益所有人, 穿透核查): a profile's limbs, each by itself, and the whole.

A party is **resolved** when every limb is settled in every world that the facts allow and somebody
is found: a natural person or a state body. Otherwise it is **unresolved** (看不清): nobody found,
holders missing, or somebody may or may not be over a line. Unresolved is an answer, not an error,
and says what would settle it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from graphkit.model.shares import FULL
from graphkit.ownership.control import attributed_holding
from graphkit.ownership.interest import holders
from graphkit.ownership.interest_sheets import view_of
from graphkit.ownership.interest_steps import share_text
from graphkit.ownership.owners_limbs import LimbAnswer, control_limb, interest_limb
from graphkit.ownership.owners_relations import RelationFact, benefit_limb
from graphkit.ownership.owners_settle import to_settle
from graphkit.ownership.owners_words import few
from graphkit.ownership.profile import Profile, profile_on
from graphkit.ownership.results import Owners, Person

if TYPE_CHECKING:
    from graphkit.ownership.graph import OwnershipGraph
    from graphkit.rules.book import Rulebook

ATTRIBUTED_MOST = 50
"""For how many of the largest holders the attributed holding is computed, beside those found."""

_LIMB_ORDER = ("benefit", "control", "interest")


def beneficial_owners(
    graph: OwnershipGraph,
    party: str,
    rules: Rulebook,
    profile: str = "cn-margin",
    relations: Sequence[RelationFact] = (),
) -> Owners:
    """The persons behind a party by a profile, with evidence, and whether that is settled.

    Parameters
    ----------
    graph
        At least all that stands above the party.
    rules
        Their day says which span of the profile is in force.
    relations
        Relations on file of the party and its holders
        (:func:`graphkit.ownership.owners_relations.relations_of`).

    Returns
    -------
    Owners
        Persons with verdict yes or undetermined, sorted by id and limb; those with a no in a limb
        are not listed in it.

    Raises
    ------
    UsageError
        When the party is not on file, or the profile is unknown or can't be computed.

    See Also
    --------
    graphkit.ownership.interest.holders, graphkit.ownership.control.ultimate_controllers
    """
    rule = profile_on(profile, rules.day)
    target = graph.number(party)
    if graph.kinds[target] in rule.stops_at:
        return _itself(graph, party, rule)
    kinds = dict(zip(graph.ids, graph.kinds, strict=True))
    for relation in relations:
        for end, kind in zip((relation.a, relation.b), relation.kinds, strict=True):
            kinds.setdefault(end, kind)
    natural = frozenset(p for p, kind in kinds.items() if kind in rule.stops_at)
    # The order of the reasons too: who controls comes first.
    limbs: list[LimbAnswer] = []
    notes: list[str] = []
    if "control" in rule.limbs:
        limbs.append(control_limb(graph, party, rule))
    if "benefit" in rule.limbs:
        limbs.append(_benefit(graph, target, rule, relations, natural))
        if not limbs[-1].persons:
            notes.append("benefit: no arrangement on file about it or its holders")
    if "interest" in rule.limbs:
        limbs.append(interest_limb(graph, party, rule))
    persons = sorted(
        (p for limb in limbs for p in limb.persons),
        key=lambda p: (p.party_id, _LIMB_ORDER.index(p.limb), p.ground, p.joint_with),
    )
    reasons = [reason for limb in limbs for reason in limb.reasons]
    settle = [text for limb in limbs for text in limb.settle]
    settle += to_settle(
        graph,
        target,
        rule,
        next((limb.control for limb in limbs if limb.control is not None), None),
        next((limb.interest for limb in limbs if limb.interest is not None), None),
        over=[party for limb in limbs for party in limb.over],
    )
    if not any(p.verdict == "yes" and p.party_id in natural for p in persons):
        reasons.append("no limb certainly finds a person: no result is not the same as nobody")
        if not settle:
            settle.append("a finding or a document about who decides and who benefits")
    attributed = _attributed(graph, party, rule, persons)
    notes += _alerts(graph, attributed, rule, persons)
    notes += rule.notes()
    return Owners(
        party_id=party,
        profile=profile,
        status="unresolved" if reasons else "resolved",
        reasons=tuple(dict.fromkeys(reasons)),
        settle=tuple(dict.fromkeys(settle)) if reasons else (),
        persons=tuple(persons),
        attributed={p: held for p, (held, _) in attributed.items()},
        notes=tuple(notes),
    )


def _itself(graph: OwnershipGraph, party: str, rule: Profile) -> Owners:
    """The answer for a person or a state body: nobody is looked for behind it."""
    kind = graph.kinds[graph.number(party)]
    note = f"{party} is a {kind.replace('_', ' ')}: nobody is looked for behind it"
    return Owners(party, rule.name, "resolved", (), (), (), {}, (note,))


def _benefit(
    graph: OwnershipGraph,
    target: int,
    rule: Profile,
    relations: Iterable[RelationFact],
    natural: frozenset[str],
) -> LimbAnswer:
    """The benefit limb over the party and everybody who may hold it by capital or votes."""
    circle = set(view_of(graph, "capital", [target]).place)
    circle |= set(view_of(graph, "votes", [target]).place)
    answer = LimbAnswer(persons=benefit_limb(graph, circle, rule, relations))
    presumed: list[str] = []
    confirm: list[str] = []
    companies: dict[str, str] = {}
    for person in answer.persons:
        arrangement = person.ground.partition(":")[2]
        label = graph.label(graph.index[person.party_id]) if person.party_id in graph.index else ""
        label = label or person.party_id
        if person.verdict != "yes":
            presumed.append(f"{arrangement} of {label}")
            confirm.append(person.steps[0].facts[0].text)
        elif person.party_id not in natural:
            companies[label] = f"{label} ({arrangement})"
    said = []
    if presumed:
        is_are = "is" if len(presumed) == 1 else "are"
        said.append(f"{few(presumed)} {is_are} presumed, not confirmed")
        answer.settle.append(f"confirm or refute: {few(confirm)}")
    if companies:
        one = len(companies) == 1
        who = "is no natural person; look at who is behind it"
        who = who if one else "are no natural persons; look at who is behind them"
        said.append(f"{few(list(companies.values()))} {who}")
        answer.settle.append(f"the owners of {few(list(companies))}")
    if said:
        answer.reasons.append(f"benefit: {'; '.join(said)}")
    return answer


_Attributed = dict[str, tuple[tuple[int, int], Fraction]]


def _attributed(
    graph: OwnershipGraph, party: str, rule: Profile, persons: Iterable[Person]
) -> _Attributed:
    """Per person the attributed holding and its interest: those found and the largest holders."""
    high = {
        row.holder_id: row.high
        for row in holders(graph, party)
        if graph.kinds[graph.index[row.holder_id]] in rule.stops_at
    }
    largest = sorted(high, key=lambda p: (-high[p], p))[:ATTRIBUTED_MOST]
    on_graph = (p.party_id for p in persons if p.party_id in graph.index)
    wanted = {*largest, *(p for p in on_graph if graph.kinds[graph.index[p]] in rule.stops_at)}
    return {
        p: (attributed_holding(graph, p, party), high.get(p, Fraction(0))) for p in sorted(wanted)
    }


def _alerts(
    graph: OwnershipGraph, attributed: _Attributed, rule: Profile, persons: Iterable[Person]
) -> list[str]:
    """Whose attributed holding passes the line though the interest doesn't (41 % and 55 %)."""
    found = {p.party_id for p in persons if p.limb == "interest"}
    alerts = []
    for person, ((_, most), interest) in attributed.items():
        held = Fraction(most, FULL)
        if person not in found and rule.passes(held):
            alerts.append(
                f"{graph.label(graph.index[person])} has {share_text(interest, interest)} of the "
                f"interest, but {share_text(held, held)} with all that it controls or may control"
            )
    return alerts
