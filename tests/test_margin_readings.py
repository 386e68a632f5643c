"""Readings of RULES.md section 2.1, one small broker each, by hand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from margin_rows import (
    BEFORE,
    D,
    X,
    cash,
    codes,
    credit,
    financing,
    measured,
    one,
    position,
    price,
    short,
)
from memory_snapshot import MemorySnapshot

from graphkit.margin.measures import Measures, measure, plain
from graphkit.rules.book import Rulebook


def test_a_restore_line_below_the_call_line_is_refused() -> None:
    terms = [
        {"account_id": "A", "date": BEFORE, "call_line": "1.35", "restore_line": "1.20"},
        {"account_id": "B", "date": BEFORE, "call_line": "1.45"},  # the house's 1.40 lies below
    ]
    m = measured(
        account=credit("A", "B"),
        cash=cash(A=140000, B=144000),
        contract=[financing("A", 100000), financing("B", 100000)],
        account_terms=terms,
    )
    a, b = one(m, "A"), one(m, "B")
    assert (a["call_line"], a["restore_line"]) == (Decimal("1.35"), Decimal("1.40"))
    assert (a["call_line_from"], a["restore_line_from"]) == (
        "account_terms",
        "rulebook (terms refused)",
    )
    assert (b["restore_line"], b["line_crossed"]) == (Decimal("1.45"), "call")
    refused = [f for f in m.findings if f.code == "restore_below_call"]
    assert [f.subject for f in refused] == ["A", "B"]
    assert refused[0].facts == ("account_terms:1",)


def suspended(close_on: str, **more: Any) -> Measures:
    """100,000 cash, 1,000 suspended shares whose last close is 10.00, debt 100,000."""
    tables: dict[str, Any] = {
        "account": credit("A"),
        "cash": cash(A=100000),
        "position": [position("A", X, 1000)],
        "price": [{"code": X, "date": close_on, "close": 10}],
        "security_state": [{"code": X, "date": "2026-01-05", "suspended": True}],
        "contract": [financing("A", 100000)],
    }
    return measured(**tables | more)


def test_a_suspended_close_counts_for_thirty_days() -> None:
    # 2026-10-21 is 30 days before 2026-11-20
    m = suspended("2026-10-21")
    assert (one(m)["securities"], one(m)["ratio_standing"]) == (Decimal(10000), "exact")
    (row,) = [r for r in m.terms.to_pylist() if r["term"] == "securities"]
    assert (row["rule"], row["price_age"], row["adjusted"]) == ("last_close", 30, False)
    assert row["price_file"] == "price.csv"
    m = suspended("2026-10-20")
    assert (one(m)["securities"], one(m)["ratio_standing"]) == (Decimal(0), "lower_bound")
    assert ("no_price_long", X) in codes(m)


def test_a_fair_value_needs_an_acceptance_and_then_wins() -> None:
    fair = [{"code": X, "date": BEFORE, "value": 7, "source": "index"}]
    accepted: dict[str, Any] = {
        "decision_id": "D1",
        "kind": "accept_fair_value",
        "subject_a": X,
        "who": "officer",
        "made_on": BEFORE,
        "reason": "long suspension",
    }
    m = suspended(BEFORE, fair_value=fair)
    assert one(m)["securities"] == 10000
    assert ("fair_value_not_accepted", X) in codes(m)
    m = suspended(BEFORE, fair_value=fair, decision=[accepted])
    assert one(m)["securities"] == 7000
    (row,) = [r for r in m.terms.to_pylist() if r["term"] == "securities"]
    assert (row["rule"], row["price_fact_id"]) == ("fair_value", "fair_value:1")
    over = accepted | {"until": BEFORE}
    assert one(suspended(BEFORE, fair_value=fair, decision=[over]))["securities"] == 10000
    # in none of the four cases the close wins
    free = [{"code": X, "date": "2026-01-05", "suspended": False, "eligible_collateral": True}]
    m = suspended(D, fair_value=fair, decision=[accepted], security_state=free)
    assert one(m)["securities"] == 10000


def test_a_stale_close_is_carried_over_an_ex_date() -> None:
    # 3 new shares for 10 and 0.50 a share: (10.00 - 0.50) / 1.3 = 7.307692...; still in transit:
    # 1,000 x 7.3076... + 300 x 7.3076... + 1,000 x 0.50 = 10,000.00 exactly, as before
    rights: dict[str, Any] = {
        "code": X,
        "ex_date": BEFORE,
        "record_date": "2026-11-18",
        "pay_date": "2026-11-24",
    }
    m = suspended(
        "2026-11-18",
        position=[position("A", X, 1000), position("A", X, 1000, date="2026-11-18")],
        entitlement=[
            rights | {"kind": "bonus", "value": "0.3"},
            rights | {"kind": "dividend", "value": "0.5"},
        ],
    )
    row = one(m)
    assert row["assets"] == Decimal(110000)
    assert row["maintenance_ratio"] == Decimal("1.100000")
    assert row["line_crossed"] == "call"  # not urgent: exactly at 1.10
    (held,) = [r for r in m.terms.to_pylist() if r["term"] == "securities"]
    assert held["price"] == Decimal("7.307692307692")
    assert held["adjusted"]


def test_entitlements_count_from_the_ex_date_to_the_day_before_they_arrive() -> None:
    base: dict[str, Any] = {
        "account": credit("A"),
        "cash": cash(A=100000),
        # sold since: what counts is the close of the record date
        "position": [position("A", X, 400), position("A", X, 1000, date="2026-11-18")],
        "price": [price(X, 5)],
        "contract": [financing("A", 100000)],
        "subscription": [{"account_id": "A", "code": X, "ex_date": BEFORE, "paid_on": BEFORE}],
    }
    row: dict[str, Any] = {"code": X, "ex_date": BEFORE, "record_date": "2026-11-18"}
    due = [
        row | {"kind": "bonus", "value": "0.3"},  # 300 x 5.00 = 1,500
        row | {"kind": "dividend", "value": "0.1"},  # 100
        row | {"kind": "rights", "value": "0.2", "subscription_price": 4},  # paid: 200 x 5 = 1,000
    ]
    for pay_date, expected in (("2026-11-21", 2600), (D, 0)):
        m = measured(**base, entitlement=[e | {"pay_date": pay_date} for e in due])
        assert one(m)["entitlements"] == expected
    unpaid = base | {"subscription": []}
    m = measured(**unpaid, entitlement=[e | {"pay_date": "2026-11-21"} for e in due])
    assert one(m)["entitlements"] == 1600


def test_a_short_owes_what_its_lender_would_have_received() -> None:
    # 1,000 short at the record date, 600 now: 600 x 5 + 1,000 x 0.3 x 5 + 1,000 x 0.1 = 4,600
    row: dict[str, Any] = {"code": X, "ex_date": D, "record_date": BEFORE, "pay_date": "2026-11-24"}
    m = measured(
        account=credit("A"),
        cash=cash(A=10000),
        price=[price(X, 5)],
        contract=[short("A", 600), short("A", 1000, date=BEFORE)],
        entitlement=[
            row | {"kind": "bonus", "value": "0.3"},
            row | {"kind": "dividend", "value": "0.1"},
        ],
    )
    assert (one(m)["short_value"], one(m)["short_entitlements"]) == (3000, 1600)
    assert one(m)["debt"] == 4600


@pytest.mark.parametrize(
    ("prices", "sale", "value", "rule", "standing"),
    [
        ([{"code": X, "date": BEFORE, "close": 9}], 8, 900, "stale_close", "exact"),
        ([{"code": X, "date": D, "close": None, "prev_close": 7}], 8, 700, "prev_close", "exact"),
        ([{"code": X, "date": D, "close": 0}], 8, 800, "sale_price", "blocked"),
        ([], None, 0, "no_price", "blocked"),
    ],
)
def test_a_short_never_counts_zero(
    prices: list[dict[str, Any]], sale: Any, value: int, rule: str, standing: str
) -> None:
    m = measured(
        account=credit("A"),
        cash=cash(A=5000),
        price=prices,
        contract=[short("A", 100, sale_price=sale)],
    )
    row = one(m)
    assert (row["short_value"], row["ratio_standing"]) == (value, standing)
    assert [r["rule"] for r in m.terms.to_pylist() if r["term"] == "short_value"] == [rule]
    if value:
        assert row["maintenance_ratio"] is not None  # blocked: figures are still computed
    else:
        assert (row["maintenance_ratio"], row["line_crossed"]) == (None, None)


def test_a_missing_row_of_the_day_blocks() -> None:
    base: dict[str, Any] = {
        "account": credit("A"),
        "cash": cash(A=200000),
        "position": [position("A", X, 10, date=BEFORE)],
        "contract": [financing("A", 100000, date=BEFORE)],
    }
    m = measured(**base)
    assert codes(m) == [("missing_contract", "f-A"), ("missing_position", "A")]
    assert (one(m)["ratio_standing"], one(m)["maintenance_ratio"]) == ("blocked", None)
    sold: dict[str, Any] = {"fill_id": "F", "account_id": "A", "code": X, "date": D, "side": "sell"}
    repaid: dict[str, Any] = {
        "contract_id": "f-A",
        "date": D,
        "seq": 1,
        "kind": "repay_cash",
        "principal": 100000,
    }
    m = measured(**base, fill=[sold | {"price": 5, "quantity": 10}], contract_flow=[repaid])
    assert codes(m) == []
    assert one(m)["ratio_standing"] == "no_debt"
    m = measured(account=credit("A"), contract=[financing("A", 100000)])
    assert ("missing_cash", "A") in codes(m)
    assert one(m)["ratio_standing"] == "blocked"


def test_what_is_bought_and_not_settled_is_not_valued() -> None:
    m = measured(
        account=credit("A"),
        cash=cash(A=100),
        price=[price(X, 10)],
        position=[position("A", X, 5, in_transit=1000, restricted=5, frozen=5)],
    )
    assert one(m)["assets"] == 150


@pytest.mark.parametrize(
    ("more", "state", "debt", "limit", "rule"),
    [
        # 1,000 of X at 10 and 90,000 cash: assets 100,000; by debt the band
        ({}, {"special_list": True}, 80000, "0.10", "guoxin_special_list"),  # 125 %
        ({}, {"special_list": True}, 50000, "0.25", "guoxin_special_list"),  # 200 %
        ({"board": "star"}, {}, 80000, "0.20", "guoxin_star_chinext"),
        ({"board": "bse"}, {}, 80000, "0.20", "guoxin_bse"),
        # listed on Monday: Friday is its fifth trading day; the week before Friday is over
        ({"board": "star", "listing_date": "2026-11-16"}, {}, 80000, "0.05", "guoxin_newly_listed"),
        ({"board": "star", "listing_date": "2026-11-13"}, {}, 80000, "0.20", "guoxin_star_chinext"),
        ({"board": "star"}, {"special_list": True}, 80000, "0.10", "guoxin_special_list"),
        ({"board": "main"}, {}, 80000, "0.50", None),
    ],
)
def test_concentration_classes(
    more: dict[str, Any], state: dict[str, Any], debt: int, limit: str, rule: str | None
) -> None:
    m = measured(
        account=credit("A"),
        cash=cash(A=90000),
        price=[price(X, 10)],
        position=[position("A", X, 1000)],
        security=[{"code": X, **more}],
        security_state=[{"code": X, "date": BEFORE, **state}],
        contract=[financing("A", debt)],
    )
    (row,) = [r for r in m.limit_checks.to_pylist() if r["limit_name"] == "concentration_single"]
    assert row["limit_share"] == Decimal(limit)
    assert row["rule"] == (f"concentration_tier_{rule}" if rule else "concentration_single_default")


def test_without_debt_there_is_no_tier() -> None:
    m = measured(
        account=credit("A"),
        cash=cash(A=1),
        price=[price(X, 10)],
        position=[position("A", X, 1000)],
    )
    (row,) = m.limit_checks.to_pylist()
    assert (row["limit_share"], row["verdict"], row["rule"]) == (None, "ok", None)


def test_no_net_capital_is_said() -> None:
    m = measured(account=credit("A"), cash=cash(A=9), contract=[financing("A", 1)])
    assert ("no_net_capital", "net_capital") in codes(m)
    assert m.limit_checks.num_rows == 0


def test_only_asked_for_accounts_are_explained() -> None:
    tables = {"account": credit("A", "B"), "cash": cash(A=1, B=2)}
    snap = MemorySnapshot(D, **tables)
    m = measure(snap, Rulebook.on(snap.as_of), explain=["B"])
    assert m.terms["account_id"].to_pylist() == ["B"]
    assert m.account_measures.num_rows == 2


def test_an_empty_store_has_empty_measures() -> None:
    m = measured()
    assert (m.account_measures.num_rows, m.group_measures.num_rows, m.findings) == (0, 0, ())


def test_plain_never_rounds() -> None:
    assert plain(Decimal("7.30769230769200")) == "7.307692307692"
    assert plain(Decimal("-0.10")) == "-0.10"
