"""What must hold of maintenance ratios whatever the figures are."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from memory_snapshot import MemorySnapshot

from graphkit.clients.group import Group, Member
from graphkit.margin.measures import Measures, measure
from graphkit.rules.book import Rulebook

D = "2026-11-20"
RULES = Rulebook.on(MemorySnapshot(D).as_of)

cents = st.decimals(min_value=0, max_value=Decimal("1e11"), places=2)
debts = st.decimals(min_value=Decimal("0.01"), max_value=Decimal("1e11"), places=2)
prices = st.decimals(min_value=Decimal("0.0001"), max_value=Decimal(9999), places=4)
quantities = st.decimals(min_value=1, max_value=Decimal("1e9"), places=2)

account = st.fixed_dictionaries(
    {"cash": cents, "quantity": quantities, "principal": debts, "short": quantities}
)


def broker(accounts: dict[str, dict[str, Decimal]], close: Decimal, owed: Decimal) -> Measures:
    tables: dict[str, list[dict[str, Any]]] = {
        "price": [{"code": "600000.SH", "date": D, "close": close}],
        "account": [],
        "cash": [],
        "position": [],
        "contract": [],
    }
    for name, a in accounts.items():
        mine = {"account_id": name, "date": D}
        tables["account"].append({"account_id": name, "client_id": name, "kind": "credit"})
        tables["cash"].append(mine | {"total": a["cash"]})
        position = {"code": "600000.SH", "quantity": a["quantity"]}
        tables["position"].append(mine | position)
        contract = mine | {"code": "600000.SH", "interest": owed}
        tables["contract"] += [
            contract
            | {"contract_id": f"f{name}", "side": "financing", "principal": a["principal"]},
            contract | {"contract_id": f"s{name}", "side": "short", "quantity": a["short"]},
        ]
    group = Group(
        "L1:g",
        "L1",
        (),
        tuple(Member(n, "member", True, "") for n in accounts),
        (),
        tuple(accounts),
    )
    return measure(MemorySnapshot(D, **tables), RULES, [group])


def ratios(m: Measures) -> dict[str, Decimal]:
    return {r["account_id"]: r["maintenance_ratio"] for r in m.account_measures.to_pylist()}


@settings(max_examples=15, deadline=None)
@given(account, prices, debts, debts)
def test_adding_cash_never_lowers_the_ratio(
    a: dict[str, Decimal], close: Decimal, owed: Decimal, more: Decimal
) -> None:
    richer = {"cash": a["cash"] + more}
    m = ratios(broker({"A": a, "B": a | richer}, close, owed))
    assert m["B"] >= m["A"]


@settings(max_examples=15, deadline=None)
@given(account, prices, debts, debts)
def test_more_debt_never_raises_the_ratio(
    a: dict[str, Decimal], close: Decimal, owed: Decimal, more: Decimal
) -> None:
    m = ratios(broker({"A": a, "B": a | {"principal": a["principal"] + more}}, close, owed))
    assert m["B"] <= m["A"]


@settings(max_examples=15, deadline=None)
@given(account, prices, debts)
def test_a_group_of_one_is_its_account(
    a: dict[str, Decimal], close: Decimal, owed: Decimal
) -> None:
    m = broker({"A": a}, close, owed)
    (own,), (pooled,) = m.account_measures.to_pylist(), m.group_measures.to_pylist()
    assert pooled["pooled_ratio"] == pooled["pooled_ratio_indebted"] == own["maintenance_ratio"]
    assert pooled["worst_ratio"] == own["maintenance_ratio"]
    assert pooled["worst_member"] == "A"
    assert pooled["own_shortfall_sum"] == own["shortfall_to_call"]
    assert pooled["line_crossed"] == own["line_crossed"]
    for term in ("assets", "debt", "financed", "short_value"):
        assert pooled[term] == own[term]
    checks = [c for c in m.limit_checks.to_pylist() if c["limit_name"] == "concentration_single"]
    assert len({(c["share"], c["limit_share"], c["over_limit"]) for c in checks}) == 1


@settings(max_examples=15, deadline=None)
@given(st.lists(account, min_size=2, max_size=4), prices, debts)
def test_the_pooled_ratio_lies_between_its_members(
    members: list[dict[str, Decimal]], close: Decimal, owed: Decimal
) -> None:
    m = broker({f"A{i}": a for i, a in enumerate(members)}, close, owed)
    (pooled,) = m.group_measures.to_pylist()
    own = ratios(m)
    assert min(own.values()) <= pooled["pooled_ratio"] <= max(own.values())
    assert pooled["worst_ratio"] == min(own.values())


@settings(max_examples=15, deadline=None)
@given(account, prices, debts)
def test_the_printed_shortfall_is_enough_and_a_cent_less_is_not(
    a: dict[str, Decimal], close: Decimal, owed: Decimal
) -> None:
    (row,) = broker({"A": a}, close, owed).account_measures.to_pylist()
    assets = Fraction(a["cash"]) + Fraction(a["quantity"]) * Fraction(close)
    debt = Fraction(a["principal"]) + Fraction(a["short"]) * Fraction(close) + 2 * Fraction(owed)
    brought = Fraction(row["shortfall_to_call"])
    line = Fraction(row["call_line"])
    assert assets + brought >= line * debt
    if brought:
        assert assets + brought - Fraction(1, 100) < line * debt
    assert (row["line_crossed"] in ("call", "urgent")) == (assets < line * debt)
