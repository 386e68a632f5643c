"""Rows of small brokers for tests of margin measures, and how their answers are picked."""

from __future__ import annotations

from typing import Any

from memory_snapshot import MemorySnapshot

from graphkit.clients.group import Group, Member
from graphkit.margin.measures import Measures, measure
from graphkit.rules.book import Rulebook

D = "2026-11-20"  # a Friday
BEFORE = "2026-11-19"
X = "600000.SH"


def measured(groups: tuple[Group, ...] = (), day: str = D, **tables: Any) -> Measures:
    snap = MemorySnapshot(day, **tables)
    return measure(snap, Rulebook.on(snap.as_of), groups)


def credit(*accounts: str) -> list[dict[str, Any]]:
    return [{"account_id": a, "client_id": f"c-{a}", "kind": "credit"} for a in accounts]


def cash(**totals: Any) -> list[dict[str, Any]]:
    return [{"account_id": a, "date": D, "total": t} for a, t in totals.items()]


def financing(account: str, principal: Any, **more: Any) -> dict[str, Any]:
    row = {"contract_id": f"f-{account}", "account_id": account, "side": "financing", "code": X}
    return row | {"date": D, "principal": principal} | more


def short(account: str, quantity: Any, **more: Any) -> dict[str, Any]:
    row = {"contract_id": f"s-{account}", "account_id": account, "side": "short", "code": X}
    return row | {"date": D, "quantity": quantity} | more


def position(account: str, code: str, quantity: Any, **more: Any) -> dict[str, Any]:
    return {"account_id": account, "code": code, "quantity": quantity, "date": D} | more


def price(code: str, close: Any, **more: Any) -> dict[str, Any]:
    return {"code": code, "date": D, "close": close} | more


def one(m: Measures, account: str = "A") -> dict[str, Any]:
    rows: list[dict[str, Any]] = m.account_measures.to_pylist()
    (row,) = [r for r in rows if r["account_id"] == account]
    return row


def codes(m: Measures) -> list[tuple[str, str]]:
    return [(f.code, f.subject) for f in m.findings]


def group(*accounts: str) -> Group:
    members = tuple(Member(f"c-{a}", "member", True, "") for a in accounts)
    return Group("L1:g", "L1", (), members, (), tuple(accounts))
