"""What grouping reads beside ownership: accounts, relations, licences, tranches, decisions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from graphkit.store.base import Snapshot

DecisionKind = Literal["join", "apart", "promote"]


@dataclass(frozen=True, slots=True, order=True)
class Relation:
    """A relation between two parties; `presumed` where it is not confirmed."""

    a: str
    b: str
    kind: str
    presumed: bool
    fact: str


@dataclass(frozen=True, slots=True)
class Decision:
    """An officer's decision about two parties, in force on the as-of day."""

    decision_id: str
    kind: DecisionKind
    a: str
    b: str
    who: str
    made_on: date
    reason: str
    until: date | None
    fact: str
    known_from: datetime

    def text(self) -> str:
        """The decision as a sentence for people."""
        end = f", until {self.until}" if self.until else ""
        return (
            f"decision {self.decision_id} ({self.kind} {self.a}, {self.b}) by {self.who} on "
            f"{self.made_on}{end}: {self.reason}"
        )


@dataclass(frozen=True, slots=True)
class Junior:
    """The most junior tranches (劣后) of a product; `part` is their share of it, None unknown."""

    names: frozenset[str]
    part: tuple[Decimal, Decimal] | None
    facts: tuple[str, ...]


@dataclass(slots=True)
class ClientFacts:
    """Accounts by client, relations by each end, licences by party, juniors by product."""

    accounts: dict[str, list[str]] = field(default_factory=dict)
    relations: dict[str, list[Relation]] = field(default_factory=dict)
    licences: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    juniors: dict[str, Junior] = field(default_factory=dict)
    decisions: list[Decision] = field(default_factory=list)


def read_client_facts(snapshot: Snapshot, among: Collection[str] | None = None) -> ClientFacts:
    """The facts about all parties, or (decisions aside, which are few) about those `among`."""
    return ClientFacts(
        accounts=_accounts(snapshot, among),
        relations=read_relations(snapshot, among),
        licences=_licences(snapshot, among),
        juniors=_juniors(snapshot, among),
        decisions=read_decisions(snapshot),
    )


def read_relations(
    snapshot: Snapshot, among: Collection[str] | None = None
) -> dict[str, list[Relation]]:
    """The relations of parties, by each of the two ends."""
    columns = ["a", "b", "kind", "standing", "fact_id"]
    if among is None:
        rows = snapshot.rows("relation", columns)
    else:
        rows = [r for end in ("a", "b") for r in snapshot.rows("relation", columns, end, among)]
    relations = {Relation(a, b, k, s == "presumed", f) for a, b, k, s, f in rows if a != b}
    found: dict[str, list[Relation]] = defaultdict(list)
    for relation in sorted(relations):
        found[relation.a].append(relation)
        found[relation.b].append(relation)
    return dict(found)


def read_decisions(snapshot: Snapshot) -> list[Decision]:
    """The decisions about clients in force on the as-of day, in the order they were made."""
    columns = ["decision_id", "kind", "subject_a", "subject_b", "who", "made_on", "reason"]
    columns += ["until", "fact_id", "known_from"]
    kinds = ("join", "apart", "promote")
    found = []
    for row in snapshot.rows("decision", columns, where="kind", among=kinds):
        decision = Decision(row[0], row[1], row[2] or "", row[3] or "", *row[4:])
        over = decision.until is not None and decision.until < snapshot.as_of
        if decision.made_on <= snapshot.as_of and not over:
            found.append(decision)
    return sorted(found, key=lambda d: (d.made_on, d.decision_id))


def _accounts(snapshot: Snapshot, among: Collection[str] | None) -> dict[str, list[str]]:
    columns = ["client_id", "account_id"]
    rows = (
        snapshot.rows("account", columns)
        if among is None
        else snapshot.rows("account", columns, "client_id", among)
    )
    found: dict[str, list[str]] = defaultdict(list)
    for client, account in rows:
        if client:
            found[client].append(account)
    return {client: sorted(accounts) for client, accounts in found.items()}


def _licences(
    snapshot: Snapshot, among: Collection[str] | None
) -> dict[str, list[tuple[str, str]]]:
    columns = ["party_id", "kind", "fact_id"]
    rows = (
        snapshot.rows("licence", columns)
        if among is None
        else snapshot.rows("licence", columns, "party_id", among)
    )
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for party, kind, fact in sorted(rows):
        found[party].append((kind, fact))
    return dict(found)


def _juniors(snapshot: Snapshot, among: Collection[str] | None) -> dict[str, Junior]:
    """The most junior tranches; with a single tranche, or no seniority, there is none."""
    columns = ["party_id", "tranche", "seniority", "units", "fact_id"]
    rows = (
        snapshot.rows("tranche", columns)
        if among is None
        else snapshot.rows("tranche", columns, "party_id", among)
    )
    products: dict[str, list[tuple[str, int, Decimal | None, str]]] = defaultdict(list)
    for party, tranche, seniority, units, fact in rows:
        if seniority is not None:
            products[party].append((tranche, seniority, units, fact))
    found = {}
    for party, tranches in products.items():
        last = max(t[1] for t in tranches)
        junior = sorted(t for t in tranches if t[1] == last)
        if len(junior) == len(tranches):
            continue
        units = [t[2] for t in tranches]
        part = None
        if all(u is not None and u > 0 for u in units):
            part = (
                sum((t[2] or Decimal(0) for t in junior), Decimal(0)),
                sum((u or Decimal(0) for u in units), Decimal(0)),
            )
        found[party] = Junior(
            frozenset(t[0] for t in junior), part, tuple(sorted(t[3] for t in tranches))
        )
    return found
