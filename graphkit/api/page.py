"""view: one self-contained page about a party."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

from graphkit.api.place import Place, party_id
from graphkit.model.write import writing
from graphkit.ownership.graph import read_graph
from graphkit.ownership.owners import beneficial_owners
from graphkit.ownership.owners_relations import relations_of
from graphkit.rules.book import Rulebook
from graphkit.views.chart import chart
from graphkit.views.page import party_page
from graphkit.views.panel import Subject


def view(
    place: Place,
    party: str,
    file: Path | str,
    *,
    profile: str = "cn-margin",
    as_of: date | None = None,
    known_at: datetime | None = None,
    unmask: bool = False,
) -> Path:
    """The place of a page with the penetration chart of a party, its evidence and a table."""
    with place.open().snapshot(as_of, known_at) as snap:
        rules = Rulebook.on(snap.as_of)
        entity = party_id(snap, party)
        graph = read_graph(snap, rules, upstream_of=[entity], downstream_of=[entity])
        relations = relations_of(snap, graph.ids)
        as_of, known_at = snap.as_of, snap.known_at
    found = beneficial_owners(graph, entity, rules, profile, relations)
    subject = Subject(graph, entity, found, as_of, known_at)
    page = Path(file)
    text = party_page(subject, chart(graph, entity, found), unmask=unmask)
    with writing(page):
        page.write_text(text, "utf-8")
    return page
