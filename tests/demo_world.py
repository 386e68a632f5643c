"""The demo world in a store, and how each question of expected.toml is put to the stages.

Answers are rows of text with the demo's own ids, also where the world was loaded under other ids
(:mod:`tests.demo_renamed`): the two must then be the same.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_DOWN, ROUND_UP, Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

from graphkit import ingest
from graphkit.clients import groups, why
from graphkit.clients.group import Group
from graphkit.margin.measures import Measures, measure
from graphkit.model.shares import percent_down, percent_up
from graphkit.ownership import control, interest
from graphkit.ownership.graph import OwnershipGraph, read_graph
from graphkit.ownership.owners import beneficial_owners
from graphkit.rules.book import Rulebook
from graphkit.store import open_store
from graphkit.store.base import GraphStore, Snapshot
from graphkit.surveillance.short_then_reduce import short_then_reduce

DEMO = Path(__file__).resolve().parents[1] / "fixtures" / "demo"
Rows = list[list[str]]


def load(folder: Path, place: Path, upto: int | None = None) -> GraphStore:
    """A new store with the loads of the demo in `folder`, the first `upto` of them."""
    store = open_store(str(place), create=True)
    for step in tomllib.loads((folder / "demo.toml").read_text("utf-8"))["loads"][:upto]:
        paths = [folder / p for p in step["paths"]]
        batch = ingest.read(step["source"], paths, known_at=step["known_at"])
        assert not batch.faults, [str(f) for f in batch.faults]
        assert batch.rows_in == batch.accepted
        store.commit(batch)
    return store


@dataclass
class World:
    """A loaded demo; `renamed` maps the demo's ids to those it was loaded under."""

    store: GraphStore
    renamed: dict[str, str] = field(default_factory=dict)
    _moments: dict[tuple[date | None, datetime | None], Moment] = field(default_factory=dict)

    @cached_property
    def former(self) -> dict[str, str]:
        """The demo's id for each id of the store."""
        return {new: old for old, new in self.renamed.items()}

    def ask(self, question: dict[str, Any]) -> Rows:
        """The answer of the stages to a question of expected.toml."""
        word, *arguments = str(question["ask"]).split()
        return ASK[word](self.moment(question), *arguments)

    def moment(self, question: dict[str, Any]) -> Moment:
        """The world as of the question's day, as known when it says."""
        key = (question.get("as_of"), question.get("known_at"))
        if key not in self._moments:
            self._moments[key] = Moment(self, *key)
        return self._moments[key]


@dataclass
class Moment:
    """A world on a day as known at a time; what is asked of it is computed once."""

    world: World
    as_of: date | None
    known_at: datetime | None

    @contextmanager
    def snapshot(self) -> Iterator[tuple[Snapshot, Rulebook]]:
        with self.world.store.snapshot(self.as_of, self.known_at) as snap:
            yield snap, Rulebook.on(snap.as_of)

    def new(self, old: str) -> str:
        """The store's id for the demo's."""
        return self.world.renamed.get(old, old)

    def old(self, new: str) -> str:
        """The demo's id for the store's; a group is named by its smallest client as the demo's."""
        if new.startswith("L1:"):
            return self.group_names[new]
        return self.world.former.get(new, new)

    @cached_property
    def graph(self) -> OwnershipGraph:
        with self.snapshot() as (snap, rules):
            return read_graph(snap, rules)

    @cached_property
    def groups(self) -> list[Group]:
        with self.snapshot() as (snap, rules):
            return groups(snap, rules)

    @cached_property
    def group_names(self) -> dict[str, str]:
        return {
            g.group_id: "L1:"
            + min(self.old(m.party_id) for m in g.members if m.client and m.standing == "member")
            for g in self.groups
        }

    @cached_property
    def measures(self) -> Measures:
        with self.snapshot() as (snap, rules):
            return measure(snap, rules, self.groups)

    def group(self, name: str) -> Group:
        """The group that the demo calls so."""
        return next(g for g in self.groups if self.group_names[g.group_id] == name)

    def groups_of(self, party: str) -> list[Group]:
        """The groups of which the party is a member (not only possibly)."""
        wanted = self.new(party)
        return [
            g
            for g in self.groups
            if any(m.party_id == wanted and m.standing == "member" for m in g.members)
        ]


def _control(at: Moment, parties: str) -> Rows:
    rows = control.controlled_by(at.graph, [at.new(p) for p in parties.split(",")])
    return sorted(
        [at.old(r.entity_id), r.verdict, percent_down(r.votes_min), percent_up(r.votes_max)]
        for r in rows
    )


def _interest(at: Moment, entity: str) -> Rows:
    return sorted(
        [
            at.old(r.holder_id),
            percent_down(r.low),
            percent_up(r.high),
            percent_up(r.rest_high),
            r.holder_status,
        ]
        for r in interest.holders(at.graph, at.new(entity))
    )


def _controllers(at: Moment, entity: str) -> Rows:
    return sorted(
        [",".join(sorted(at.old(p) for p in c.parties)), c.form, c.verdict]
        for c in control.ultimate_controllers(at.graph, at.new(entity))
    )


def _unresolved(at: Moment) -> Rows:
    return sorted([at.old(e)] for e in control.unresolved(at.graph))


def _attributed(at: Moment, holder: str, entity: str) -> Rows:
    low, high = control.attributed_holding(at.graph, at.new(holder), at.new(entity))
    return [[percent_down(low), percent_up(high)]]


def _owners(at: Moment, party: str) -> Rows:
    with at.snapshot() as (snap, rules):
        graph = read_graph(snap, rules, upstream_of=[at.new(party)])
        found = beneficial_owners(graph, at.new(party), rules)
    rows = sorted(
        [
            at.old(p.party_id),
            p.limb,
            p.verdict,
            p.ground if p.limb == "control" else "",
            percent_down(p.low) if p.limb == "interest" and p.low is not None else "",
            percent_up(p.high) if p.limb == "interest" and p.high is not None else "",
        ]
        for p in found.persons
    )
    return [[found.status], *rows]


def _group(at: Moment, client: str) -> Rows:
    found = at.groups_of(client)
    assert len(found) == 1, [g.group_id for g in found]
    unresolved = sorted([at.old(p), "unresolved"] for p in found[0].unresolved)
    return (
        sorted([at.old(m.party_id), m.standing] for m in found[0].members if m.client) + unresolved
    )


def _why(at: Moment, a: str, b: str) -> Rows:
    # apart only means something where each stands in a group
    assert at.groups_of(a)
    assert at.groups_of(b)
    return sorted([k.kind] for k in why(at.groups, at.new(a), at.new(b)).links)


def _trading_days(figures: dict[str, str]) -> str:
    """Trading days from the short sale to the transfer's day in the window; negative before it."""
    (days,) = [v for k, v in figures.items() if k.endswith("_trading_days_after_short")]
    return days


def _flags(at: Moment) -> Rows:
    with at.snapshot() as (snap, rules):
        flags = short_then_reduce(snap, rules, at.groups)
    rows = []
    for flag in flags:
        figures = {f.name: f.value for f in flag.arithmetic}
        rows.append(
            [
                at.old(flag.group_id),
                flag.code,
                "+".join(at.old(c) for c in flag.contracts),
                at.old(flag.transfer_id),
                _trading_days(figures),
                figures["overlap_percent"],
                figures["locked_spread"],
                figures["discount_percent"],
                figures["short_percent_of_total"],
                figures["transfer_percent_of_total"],
                flag.severity,
            ]
        )
    return sorted(rows)


def _exposure(at: Moment, subject: str) -> Rows:
    measures = at.measures
    if subject.startswith("L1:"):
        table, key = measures.group_measures.to_pylist(), at.group(subject).group_id
        return _figures(at, next(r for r in table if r["group_id"] == key), GROUP)
    accounts = measures.account_measures.to_pylist()
    for row in accounts:
        if row["account_id"] == at.new(subject):
            return _figures(at, row, ACCOUNT)
    client = at.new(subject)
    checks = measures.limit_checks.to_pylist()
    (check,) = [c for c in checks if c["subject"] == client and "financing" in c["limit_name"]]
    rows = [(r["account_id"], r["financed"]) for r in accounts if r["client_id"] == client]
    return sorted(
        [at.old(name), str(money(value)), percent(value / check["base"], ROUND_UP)]
        for name, value in [*rows, (client, check["value"])]
    )


def _figures(at: Moment, row: dict[str, Any], names: tuple[str, ...]) -> Rows:
    found = []
    for name in names:
        value = row[name]
        if "ratio" in name:
            value = "" if value is None else percent(value, ROUND_DOWN)
        elif isinstance(value, Decimal):
            value = str(money(value))
        found.append([name, at.old(value)])
    return found


def _limits(at: Moment) -> Rows:
    return sorted(
        [
            at.old(c["subject"]),
            c["limit_name"],
            c["code"] or "",
            percent(c["share"], ROUND_UP),
            c["verdict"],
        ]
        for c in at.measures.limit_checks.to_pylist()
        if c["verdict"] != "ok"
    )


def _lines(at: Moment) -> Rows:
    return sorted(
        [at.old(r["account_id"]), percent(r["maintenance_ratio"], ROUND_DOWN), r["line_crossed"]]
        for r in at.measures.account_measures.to_pylist()
        if r["line_crossed"] != "none"
    )


def percent(value: Decimal, rounding: str) -> str:
    """A fraction as a percent with four decimals."""
    return str((value * 100).quantize(Decimal("0.0001"), rounding=rounding))


def money(value: Decimal) -> Decimal:
    """An amount to the cent, which it must not exceed in precision."""
    cents = value.quantize(Decimal("0.01"))
    assert cents == value
    return cents


ACCOUNT = (
    "cash",
    "securities",
    "other_collateral",
    "assets",
    "financed",
    "short_value",
    "interest_fees",
    "debt",
    "maintenance_ratio",
    "line_crossed",
    "shortfall_to_call",
)
GROUP = (
    "assets",
    "debt",
    "pooled_ratio",
    "pooled_ratio_indebted",
    "worst_member",
    "worst_ratio",
    "own_shortfall_sum",
    "financed",
)
"""The figures that an exposure answers with; a question may state some of them."""

ASK: dict[str, Callable[..., Rows]] = {
    "control": _control,
    "interest": _interest,
    "controllers": _controllers,
    "unresolved": _unresolved,
    "attributed": _attributed,
    "owners": _owners,
    "group": _group,
    "why": _why,
    "flags": _flags,
    "exposure": _exposure,
    "limits": _limits,
    "lines": _lines,
}
