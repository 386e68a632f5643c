"""Where the facts of a group's links come from: file and line."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from graphkit.clients import Group
from graphkit.store.base import Snapshot

_BY_PARTY = (
    ("stake", "entity_id"),
    ("control_right", "entity_id"),
    ("register", "entity_id"),
    ("relation", "a"),
    ("relation", "b"),
    ("bloc", "member_id"),
    ("product", "party_id"),
    ("licence", "party_id"),
    ("party", "party_id"),
)
"""Tables that a link may rest on, and a column that names an end of it."""


def origins(snapshot: Snapshot, groups: Iterable[Group]) -> dict[str, str]:
    """Source, file and line by fact id, of what the links of some groups rest on."""
    links = [link for group in groups for link in group.links]
    wanted = {fact for link in links for fact in link.facts}
    ends = {party for link in links for party in (link.a, link.b)}
    ends |= {m.party_id for group in groups for m in group.members}
    found: dict[str, str] = {}
    for table, column in _BY_PARTY:
        found |= _located(snapshot, table, wanted, column, ends)
    if wanted - found.keys():
        found |= _located(snapshot, "decision", wanted)
    return found


def _located(
    snapshot: Snapshot,
    table: str,
    wanted: set[str],
    column: str | None = None,
    among: Collection[str] | None = None,
) -> dict[str, str]:
    rows = snapshot.rows(table, ["fact_id", "source", "file", "line"], column, among)
    return {fact: f"{source} {file}:{line}" for fact, source, file, line in rows if fact in wanted}


def located(facts: Iterable[str], where: dict[str, str]) -> str:
    """The places of some facts in a line of text.

    Examples
    --------
    >>> located(["f1", "f2"], {"f1": "canonical stake.csv:2"})
    'canonical stake.csv:2'
    """
    return "; ".join(dict.fromkeys(where[fact] for fact in facts if fact in where))
