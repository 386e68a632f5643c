"""What a night computes, as tables, before anything is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from graphkit.clients import Group, grouping
from graphkit.margin.measures import BREACHED_LINES, Measures, measure
from graphkit.model.findings import Finding
from graphkit.nightly.masks import masked_tables
from graphkit.rules.book import Rulebook
from graphkit.store.base import Snapshot
from graphkit.surveillance.flag import Figure, Flag
from graphkit.surveillance.short_then_reduce import scan

if TYPE_CHECKING:
    import pyarrow as pa

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Night:
    """Everything that one night found; `tables` are what is written, by name.

    `names` maps party ids to names for people. Nothing here carries a clock but `known_at`.
    """

    run_id: str
    as_of: date
    known_at: datetime
    groups: list[Group]
    measures: Measures
    flags: list[Flag]
    findings: list[Finding]
    names: dict[str, str]
    rules: Rulebook
    tables: dict[str, pa.Table]

    def summary(self) -> dict[str, int]:
        """Counts of flags, lines or limits crossed, unresolved groups and blocked accounts."""
        checks = self.measures.limit_checks.column("verdict").to_pylist()
        lines = self.measures.account_measures.column("line_crossed").to_pylist()
        standing = self.measures.account_measures.column("ratio_standing").to_pylist()
        return {
            "finding": len(self.flags),
            "breach": checks.count("breach") + sum(x in BREACHED_LINES for x in lines),
            "unresolved": sum(1 for g in self.groups if g.unresolved),
            "blocked": standing.count("blocked"),
        }


def compute(run_id: str, snapshot: Snapshot, rules: Rulebook, progress: Progress) -> Night:
    """The night's groups, measures and findings on one snapshot."""
    progress("same-client groups")
    grouped = grouping(snapshot, rules)
    groups = list(grouped.groups)
    progress("maintenance ratios and limits")
    measures = measure(snapshot, rules, groups)
    progress("short sales against transfers")
    found = scan(snapshot, rules, groups)
    flags = list(found.flags)
    every = [
        *(f for _, f in snapshot.findings()),
        *grouped.findings,
        *measures.findings,
        *found.findings,
    ]
    by_content = {(f.code, f.subject, f.message, f.facts): f for f in every}
    findings = [by_content[key] for key in sorted(by_content)]
    named = {m.party_id for g in groups for m in g.members}
    names = {
        party: name or ""
        for party, name in snapshot.rows("party", ["party_id", "name"], "party_id", named)
    }
    night = Night(
        run_id,
        snapshot.as_of,
        snapshot.known_at,
        groups,
        measures,
        flags,
        findings,
        names,
        rules,
        {},
    )
    night.tables.update(masked_tables(_tables(night)))
    return night


def _tables(night: Night) -> dict[str, pa.Table]:
    measures = night.measures
    return {
        "groups": _text_table(
            "group_id level controllers clients client_names accounts possible_accounts unresolved",
            (
                (
                    g.group_id,
                    g.level,
                    _joined(g.controllers),
                    _joined(m.party_id for m in g.members if m.client and m.standing == "member"),
                    ", ".join(
                        night.names.get(m.party_id) or m.party_id
                        for m in g.members
                        if m.client and m.standing == "member"
                    ),
                    _joined(g.accounts),
                    _joined(g.possible_accounts),
                    _joined(g.unresolved),
                )
                for g in night.groups
            ),
        ),
        "group_members": _text_table(
            "group_id party_id name standing client reason",
            (
                (
                    g.group_id,
                    m.party_id,
                    night.names.get(m.party_id, ""),
                    m.standing,
                    "yes" if m.client else "no",
                    m.reason,
                )
                for g in night.groups
                for m in g.members
            ),
        ),
        "group_links": _text_table(
            "group_id a b kind standing text facts",
            (
                (g.group_id, k.a, k.b, k.kind, k.standing, k.text, _joined(k.facts))
                for g in night.groups
                for k in g.links
            ),
        ),
        "unresolved": _text_table(
            "group_id party_id name",
            (
                (g.group_id, party, night.names.get(party, ""))
                for g in night.groups
                for party in g.unresolved
            ),
        ),
        "account_measures": measures.account_measures,
        "group_measures": measures.group_measures,
        "limit_checks": measures.limit_checks,
        "terms": measures.terms,
        "flags": _text_table(
            "flag_id typology sequence severity standing group_id code transfer_id contracts fills "
            "text link arithmetic labels facts",
            (
                (
                    f.flag_id,
                    f.typology,
                    f.sequence,
                    f.severity,
                    f.standing,
                    f.group_id,
                    f.code,
                    f.transfer_id,
                    _joined(f.contracts),
                    _joined(f.fills),
                    f.text,
                    "; ".join(link.text for link in f.link),
                    "; ".join(_figure(figure) for figure in f.arithmetic),
                    "; ".join(f.labels),
                    _joined(f.facts),
                )
                for f in night.flags
            ),
        ),
        "findings": _text_table(
            "code severity subject effect message facts",
            (
                (f.code, f.severity, f.subject, f.effect, f.message, _joined(f.facts))
                for f in night.findings
            ),
        ),
    }


def _joined(values: Iterable[str]) -> str:
    return " ".join(values)


def _figure(figure: Figure) -> str:
    held = f" ({figure.rule})" if figure.rule else ""
    return f"{figure.name} = {figure.value}{held}"


def _text_table(columns: str, rows: Iterable[Sequence[Any]]) -> pa.Table:
    import pyarrow as pa

    names = columns.split()
    held = list(rows)
    return pa.table(
        {name: pa.array([row[i] for row in held], pa.string()) for i, name in enumerate(names)}
    )
