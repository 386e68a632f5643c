"""Officers' decisions on drafts: join, keep apart; and what new facts say against them.

A decision overrides visibly: what it joins carries its link, what it keeps apart a stop. `promote`
works earlier, on the professional right that it names (:mod:`graphkit.clients.majority`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from graphkit.clients.forming import Draft, Former
from graphkit.clients.group import Link, Stop
from graphkit.clients.inputs import Decision
from graphkit.model.findings import Finding

if TYPE_CHECKING:
    from graphkit.store.base import Snapshot

_TABLES = (("stake", "entity_id"), ("control_right", "entity_id"), ("relation", "a"))


def known(decisions: Iterable[Decision], former: Former) -> tuple[list[Decision], list[Finding]]:
    """The decisions that can be applied, and findings about those that can't.

    Of two that contradict one another about the same parties, the later holds.
    """
    findings: list[Finding] = []
    latest: dict[frozenset[str], Decision] = {}
    applied: list[Decision] = []
    for decision in decisions:
        missing = [p for p in (decision.a, decision.b) if p not in former.graph.index]
        if missing or decision.a == decision.b:
            what = f"party {missing[0]!r} is not on file" if missing else "both parties are one"
            findings.append(
                _finding("decision_not_applied", decision, f"{decision.text()}: {what}")
            )
            continue
        held = latest.get(frozenset((decision.a, decision.b)))
        if held and (held.kind == "apart") != (decision.kind == "apart"):
            text = f"{decision.text()} replaces {held.text()}"
            findings.append(_finding("decision_replaced", decision, text, (held.fact,)))
            applied.remove(held)
        latest[frozenset((decision.a, decision.b))] = decision
        applied.append(decision)
    return applied, findings


def join(
    drafts: list[Draft], decision: Decision, former: Former, apart: Iterable[Decision]
) -> tuple[list[Draft], list[Finding]]:
    """The drafts with each that holds one subject merged with each that holds the other.

    Where a subject stands in two groups (a fund with two controllers), each is merged by itself:
    a decision about a fund does not make its controllers one client. Two drafts that would bring
    together whom another decision keeps apart stay as they are, with a finding.
    """
    index = former.graph.index
    a, b = index[decision.a], index[decision.b]
    with_a = [d for d in drafts if d.standing.get(a) == "member"]
    with_b = [d for d in drafts if d.standing.get(b) == "member"]
    if any(d is e for d in with_a for e in with_b):
        return drafts, []
    rank = former.maker.ranks.rank("decision", "member")
    link = Link(decision.a, decision.b, "decision", decision.text(), (decision.fact,), rank)
    merged: list[Draft] = []
    findings: list[Finding] = []
    used: set[int] = set()
    several = len(with_a) > 1 or len(with_b) > 1
    for one in with_a:
        for other in with_b:
            draft = _merged(one, other)
            against = [d for d in apart if {index[d.a], index[d.b]} <= draft.standing.keys()]
            if against:
                text = f"{decision.text()} is not applied: {against[0].text()}"
                fact = (against[0].fact,)
                findings.append(_finding("decision_not_applied", decision, text, fact))
                continue
            draft.links[link.a, link.b, link.kind] = link
            draft.shared = several or one.shared or other.shared
            merged.append(draft)
            used |= {id(one), id(other)}
    return [d for d in drafts if id(d) not in used] + merged, findings


def _merged(one: Draft, other: Draft) -> Draft:
    draft = Draft(tuple(sorted({*one.tops, *other.tops})), one.controllers | other.controllers)
    for part in (one, other):
        for party, standing in part.standing.items():
            if standing == "member" or party not in draft.standing:
                draft.standing[party] = standing
                draft.reason[party] = part.reason[party]
        draft.links |= part.links
        draft.stops += part.stops
    return draft


def keep_apart(drafts: list[Draft], decision: Decision, former: Former) -> list[int]:
    """Split each draft that holds both subjects; the parties that now need a group of their own.

    The one that is not the controller leaves with what it controls; where neither is, the second
    subject of the decision.
    """
    index = former.graph.index
    a, b = index[decision.a], index[decision.b]
    left: list[int] = []
    for draft in drafts:
        if a not in draft.standing or b not in draft.standing:
            continue
        leaver = a if b in draft.tops and a not in draft.tops else b
        if leaver in draft.tops:
            continue
        gone = {leaver} | former.reach(leaver)
        if not former.homes(leaver) & set(draft.tops):
            # a related party leaves with its own; what the controller holds besides stays
            gone = {p for p in gone if p == leaver or not former.homes(p) & set(draft.tops)}
        gone -= set(draft.tops)
        for party in gone & draft.standing.keys():
            del draft.standing[party], draft.reason[party]
        ids = {former.graph.ids[p] for p in gone}
        draft.links = {k: v for k, v in draft.links.items() if v.a not in ids and v.b not in ids}
        text = f"{decision.a} and {decision.b} are kept apart by {decision.text()}"
        draft.stops.append(
            Stop(decision.a, decision.b, "kept apart by decision", text, (decision.fact,))
        )
        left.append(leaver)
    return left


def contradicted(
    snapshot: Snapshot, decision: Decision, before: list[Draft], former: Former
) -> Finding | None:
    """The finding that facts newer than a decision speak against it, if they do.

    Against `apart`: new facts that the control of one subject by the other's controller rests on.
    Against `join` and `promote`: new facts that put one subject under a controller whose group,
    without the decision, does not hold the other.
    """
    index = former.graph.index
    a, b = index[decision.a], index[decision.b]
    chains = (
        _common(before, a, b, former)
        if decision.kind == "apart"
        else [*_foreign(before, a, b, former), *_foreign(before, b, a, former)]
    )
    links = [link for chain in chains for link in chain]
    facts = {fact for link in links for fact in link.facts}
    new = sorted(facts & _newer(snapshot, links, decision))
    if not new:
        return None
    texts = sorted({link.text for link in links if set(link.facts) & set(new)})
    message = f"{decision.text()}; newer facts speak against it: {'; '.join(texts)}"
    return _finding("decision_contradicted", decision, message, tuple(new))


def _common(drafts: list[Draft], a: int, b: int, former: Former) -> Iterator[list[Link]]:
    """The chains from the controller to each of two parties, where one draft controls both."""
    for draft in drafts:
        tops = set(draft.tops)
        if draft.standing.get(a) == draft.standing.get(b) == "member" and all(
            former.homes(p) & tops for p in (a, b)
        ):
            yield _chain(draft, a, former) + _chain(draft, b, former)


def _foreign(drafts: list[Draft], party: int, other: int, former: Former) -> Iterator[list[Link]]:
    for draft in drafts:
        if draft.standing.get(party) == "member" and other not in draft.standing:
            yield _chain(draft, party, former)


def _chain(draft: Draft, party: int, former: Former) -> list[Link]:
    """The links from the top of a draft down to a party."""
    ids = former.graph.ids
    into = {link.b: link for link in draft.links.values() if link.kind in ("control", "product")}
    found: list[Link] = []
    place = ids[party]
    while place in into and into[place] not in found:
        found.append(into[place])
        place = into[place].a
    return found


def _newer(snapshot: Snapshot, links: list[Link], decision: Decision) -> set[str]:
    """The facts behind some links that began after a decision was made.

    A fact without a beginning counts when it became known after the decision was.
    """
    parties = {link.b for link in links} | {link.a for link in links}
    found: set[str] = set()
    for table, column in _TABLES:
        columns = ["fact_id", "valid_from", "known_from"]
        for fact, begins, known_from in snapshot.rows(table, columns, column, parties):
            if begins > decision.made_on if begins else known_from > decision.known_from:
                found.add(fact)
    return found


def _finding(code: str, decision: Decision, message: str, facts: tuple[str, ...] = ()) -> Finding:
    return Finding(code, "warning", decision.decision_id, message, (decision.fact, *facts))
