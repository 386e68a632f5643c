"""What the page tells of each box of a chart, in words and figures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from graphkit.model.shares import percent_down, percent_up
from graphkit.ownership.graph import OwnershipGraph
from graphkit.ownership.results import Owners, Person
from graphkit.views.chart import Box
from graphkit.views.drawing import Show
from graphkit.views.text import KINDS, RIGHTS, share_text, span_text


@dataclass(frozen=True, slots=True)
class Subject:
    """What a page is about: the graph, the answer on it, and the two times."""

    graph: OwnershipGraph
    party: str
    owners: Owners
    as_of: date
    known_at: datetime


def panel(subject: Subject, box: Box, show: Show) -> dict[str, Any]:
    """What the page tells of a box: figures, holders, rights, evidence, and its table row."""
    graph, number = subject.graph, box.number
    persons = [p for p in subject.owners.persons if p.party_id == graph.ids[number]]
    kind = KINDS.get(graph.kinds[number], graph.kinds[number])
    owner = "unresolved 看不清" if box.unresolved else ""
    control = box.verdict or ""
    row = box.interest
    figures = [["id", show(graph.ids[number])], ["kind", kind]]
    if row is not None:
        figures += [
            ["interest", f"{percent_down(row.low)} to {percent_up(row.high)} %"],
            ["with every rest", f"{percent_up(row.high + row.rest_high)} %"],
        ]
    if control:
        said = {"owner": "controls the party", "holding": "controlled by the party"}
        figures.append([said.get(box.place, "control"), control])
    if number in _attributed(subject):
        low, high = _attributed(subject)[number]
        figures.append(["attributed holding", f"{percent_down(low)} to {percent_up(high)} %"])
    if box.unresolved:
        figures.append(["owner", owner])
    return {
        "id": number,
        "party": show(graph.ids[number]),
        "name": show(graph.names[number]),
        "figures": figures,
        "holders": [
            {
                "text": show(_holding(graph, s.holder, share_text(s.capital))),
                "facts": [_where(s, show)],
            }
            for s in _stakes(graph, number)
        ],
        "rights": [
            {
                "text": show(_holding(graph, r.holder, RIGHTS.get(r.kind, r.kind))),
                "facts": [_where(r, show)],
            }
            for r in graph.all_rights.get(number, ())
        ],
        "found": _found(subject, show) if box.place == "focus" else [],
        "evidence": [step for p in persons for step in _evidence(p, show)],
        "row": [
            show(graph.ids[number]),
            show(graph.names[number]),
            kind,
            box.place,
            percent_down(row.low) if row else "",
            percent_up(row.high) if row else "",
            percent_up(row.high + row.rest_high) if row else "",
            control,
            owner,
        ],
    }


def _found(subject: Subject, show: Show) -> list[dict[str, Any]]:
    """One line a person: what each limb says of it."""
    graph = subject.graph
    said: dict[str, list[str]] = {}
    for p in subject.owners.persons:
        text = f"{p.limb} {p.verdict}"
        if p.low is not None and p.high is not None:
            text += f" {span_text(p.low, p.high)}"
        said.setdefault(p.party_id, []).append(text)
    return [
        {"text": show(f"{graph.label(graph.index[party])}: {'; '.join(limbs)}"), "facts": []}
        for party, limbs in said.items()
        if party in graph.index
    ]


def _attributed(subject: Subject) -> dict[int, tuple[int, int]]:
    return {subject.graph.index[i]: v for i, v in subject.owners.attributed.items()}


def _stakes(graph: OwnershipGraph, number: int) -> list[Any]:
    register = graph.capital[number]
    return graph.stakes[register.first : register.last] if register is not None else []


def _holding(graph: OwnershipGraph, holder: str, what: str) -> str:
    return f"{graph.label(graph.index[holder])}: {what}"


def _where(held: Any, show: Show) -> str:
    fact = held.fact
    dated = fact.valid_from or fact.valid_to
    span = f", {fact.valid_from or '…'} to {fact.valid_to or '…'}" if dated else ""
    return show(f"{fact.source} {fact.file}:{fact.line}{span}")


def _evidence(person: Person, show: Show) -> list[dict[str, Any]]:
    head = {"text": f"limb {person.limb}: {person.verdict} ({show(person.ground)})", "facts": []}
    return [
        head,
        *(
            {
                "text": show(f"{step.number}. {step.text}"),
                "facts": [show(f"{f.text} [{f.file}:{f.line}]") for f in step.facts],
            }
            for step in person.steps
        ),
    ]
