"""find, control, interest, owners."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from graphkit.api.place import Place, party_id
from graphkit.model.answer import Answer
from graphkit.model.errors import UsageError
from graphkit.model.findings import Finding
from graphkit.model.shares import percent_down, percent_up
from graphkit.ownership import control as controls
from graphkit.ownership import interest as interests
from graphkit.ownership.graph import read_graph
from graphkit.ownership.owners import beneficial_owners
from graphkit.ownership.owners_relations import relations_of
from graphkit.ownership.results import InterestRow, Owners
from graphkit.rules.book import Rulebook
from graphkit.store.base import Snapshot

CONTROL = ("controller_id", "entity_id", "verdict", "votes_percent_min", "votes_percent_max")
_MOST_TOLD = 10
INTEREST = (
    "holder_id",
    "entity_id",
    "percent_min",
    "percent_max",
    "rest_percent_max",
    "holder_status",
)


def find(
    place: Place, text: str, *, as_of: date | None = None, known_at: datetime | None = None
) -> Answer:
    """Parties that match a text by id, identifier or name, nearest first."""
    with place.open().snapshot(as_of, known_at) as snap:
        rows = snap.find(text)
        return Answer("find", ("party_id", "kind", "name"), rows, snap.as_of, snap.known_at)


def control(
    place: Place,
    parties: str | None,
    *,
    as_of: date | None = None,
    known_at: datetime | None = None,
) -> Answer:
    """What a party controls, or several together (joined by commas), or everyone (None).

    Yes and undetermined pairs; ``votes_percent_min`` is the least that the certain set holds,
    rounded down, ``votes_percent_max`` the most of the listed set without the rest, rounded up.
    """
    with place.open().snapshot(as_of, known_at) as snap:
        rules = Rulebook.on(snap.as_of)
        if parties is None:
            graph = read_graph(snap, rules)
            rows = controls.control_all(graph)
        else:
            start = _parties(snap, parties)
            graph = read_graph(snap, rules, downstream_of=start)
            rows = iter(controls.controlled_by(graph, start))
        as_of, known_at = snap.as_of, snap.known_at
    notes = _told(graph.findings)
    shown = (
        (
            row.controller_id,
            row.entity_id,
            row.verdict,
            percent_down(row.votes_min),
            percent_up(row.votes_max),
        )
        for row in rows
    )
    return Answer("control", CONTROL, shown, as_of, known_at, notes)


def _told(findings: Sequence[Finding]) -> tuple[str, ...]:
    """What is wrong with the data that an answer rests on: the first ten, and how many more."""
    told = tuple(f"{f.code}: {f.message}" for f in findings[:_MOST_TOLD])
    more = len(findings) - len(told)
    return (*told, f"{more} more findings in the data; ask about one party to see its own")[
        : len(told) + bool(more)
    ]


def _parties(snapshot: Snapshot, text: str) -> list[str]:
    """The parties that a text names: one (whose name may hold a comma), or several."""
    try:
        return [party_id(snapshot, text)]
    except UsageError:
        if "," not in text:
            raise
        return [party_id(snapshot, part.strip()) for part in text.split(",")]


def interest(
    place: Place,
    party: str | None,
    *,
    every_holder: bool = False,
    as_of: date | None = None,
    known_at: datetime | None = None,
) -> Answer:
    """The holders of a party after look-through, or of everyone (None).

    Percents with eight decimals, the minimum rounded down, the maximum up; ``rest_percent_max`` is
    what every undisclosed rest could add.
    """
    with place.open().snapshot(as_of, known_at) as snap:
        rules = Rulebook.on(snap.as_of)
        rows: Iterable[InterestRow]
        if party is None:
            graph = read_graph(snap, rules)
            rows = interests.interest_all(graph, every_holder)
        else:
            entity = party_id(snap, party)
            graph = read_graph(snap, rules, upstream_of=[entity])
            rows = interests.holders(graph, entity, every_holder)
        as_of, known_at = snap.as_of, snap.known_at
    shown = (
        (
            row.holder_id,
            row.entity_id,
            percent_down(row.low),
            percent_up(row.high),
            percent_up(row.rest_high),
            row.holder_status,
        )
        for row in rows
    )
    notes = _told([*graph.findings, *interests.closed_rings(graph)])
    return Answer("interest", INTEREST, shown, as_of, known_at, notes)


@dataclass(frozen=True, slots=True)
class OwnersReport:
    """Who is behind a party, with names and the two times."""

    owners: Owners
    names: dict[str, str]
    as_of: date
    known_at: datetime
    notes: tuple[str, ...] = ()

    def persons(self) -> Answer:
        """The persons by limb: figures, verdict, ground, and whom they act with."""

        def percent(value: Fraction | None, *, up: bool) -> str | None:
            if value is None:
                return None
            return percent_up(value) if up else percent_down(value)

        rows = [
            (
                p.party_id,
                self.names.get(p.party_id, ""),
                p.limb,
                p.verdict,
                percent(p.low, up=False),
                percent(p.high, up=True),
                percent(p.rest_high, up=True),
                *self._attributed(p.party_id),
                p.ground,
                ", ".join(p.joint_with),
            )
            for p in self.owners.persons
        ]
        columns = (
            "person_id",
            "name",
            "limb",
            "verdict",
            "percent_min",
            "percent_max",
            "rest_percent_max",
            "attributed_min",
            "attributed_max",
            "ground",
            "joint_with",
        )
        notes = (*self.owners.notes, *self.notes)
        return Answer("owners", columns, rows, self.as_of, self.known_at, notes)

    def _attributed(self, person: str) -> tuple[str | None, str | None]:
        if person not in self.owners.attributed:
            return None, None
        low, high = self.owners.attributed[person]
        return percent_down(low), percent_up(high)

    def evidence(self) -> Answer:
        """The steps behind each person, with the facts they cite (file, line, dates)."""
        return Answer("evidence", EVIDENCE, list(self._steps()), self.as_of, self.known_at)

    def evidence_text(self) -> list[str]:
        """The same for people: each person, the steps, and below each step its facts."""
        lines: list[str] = []
        for p in self.owners.persons:
            name = self.names.get(p.party_id) or p.party_id
            lines.append(f"{name} ({p.party_id}), limb {p.limb}: {p.verdict}")
            for step in p.steps:
                rests = f" [{', '.join(map(str, step.earlier))}]" if step.earlier else ""
                lines.append(f"  {step.number}.{rests} {step.text}")
                for f in step.facts:
                    span = f", {f.valid_from or '…'} to {f.valid_to or '…'}"
                    dates = span if f.valid_from or f.valid_to else ""
                    lines.append(f"     - {f.text} ({f.source} {f.file}:{f.line}{dates})")
        return lines

    def _steps(self) -> Iterator[tuple[object, ...]]:
        for p in self.owners.persons:
            for step in p.steps:
                facts = step.facts or (None,)
                for number, fact in enumerate(facts):
                    yield (
                        p.party_id,
                        p.limb,
                        step.number,
                        step.text if not number else "",
                        ", ".join(map(str, step.earlier)) if not number else "",
                        fact.text if fact else "",
                        f"{fact.file}:{fact.line}" if fact else "",
                        fact.valid_from if fact else "",
                        fact.valid_to if fact else "",
                        fact.fact_id if fact else "",
                    )

    def status_lines(self) -> list[str]:
        """The party's own status in sentences: resolved or not, why, and what would settle it."""
        owners = self.owners
        name = self.names.get(owners.party_id, "")
        lines = [f"{owners.party_id} {name}: {owners.status} by profile {owners.profile}".strip()]
        lines += [f"  because {reason}" for reason in owners.reasons]
        lines += [f"  to settle: {step}" for step in owners.settle]
        return lines


EVIDENCE = (
    "person_id",
    "limb",
    "step",
    "text",
    "rests_on_steps",
    "fact",
    "where",
    "valid_from",
    "valid_to",
    "fact_id",
)


def owners(
    place: Place,
    party: str,
    *,
    profile: str = "cn-margin",
    as_of: date | None = None,
    known_at: datetime | None = None,
) -> OwnersReport:
    """Who is behind a party by a profile: persons by limb with evidence, and its status."""
    with place.open().snapshot(as_of, known_at) as snap:
        rules = Rulebook.on(snap.as_of)
        entity = party_id(snap, party)
        graph = read_graph(snap, rules, upstream_of=[entity])
        relations = relations_of(snap, graph.ids)
        as_of, known_at = snap.as_of, snap.known_at
    found = beneficial_owners(graph, entity, rules, profile, relations)
    names = dict(zip(graph.ids, graph.names, strict=True))
    notes = _told([*graph.findings, *interests.closed_rings(graph)])
    return OwnersReport(found, names, as_of, known_at, notes)
