"""Worked examples of RULES.md section 7 and 2.1, by hand; ratios rounded down."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from memory_snapshot import MemorySnapshot

from graphkit.clients.group import Group, Member
from graphkit.margin.measures import Measures, measure, plain
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
    (row,) = [r for r in m.account_measures.to_pylist() if r["account_id"] == account]
    return row


def codes(m: Measures) -> list[tuple[str, str]]:
    return [(f.code, f.subject) for f in m.findings]


def group(*accounts: str) -> Group:
    members = tuple(Member(f"c-{a}", "member", True, "") for a in accounts)
    return Group("L1:g", "L1", (), members, (), tuple(accounts))


def test_example_2() -> None:
    # (50,000 + 45,000 x 10.00) / (300,000 + 2,000) = 500,000 / 302,000 = 1.6556291...
    m = measured(
        account=credit("A"),
        cash=cash(A=50000),
        position=[position("A", X, 45000)],
        price=[price(X, 10)],
        contract=[financing("A", 300000, interest=2000)],
        broker_figure=[{"name": "net_capital", "value": 10**10, "date": D}],
    )
    assert one(m)["maintenance_ratio"] == Decimal("1.655629")
    assert (one(m)["ratio_standing"], one(m)["line_crossed"]) == ("exact", "none")
    assert codes(m) == []


def test_example_3() -> None:
    # assets 1,280,000 + 3,500,000 + 200,000 = 4,980,000
    # debt 2,000,000 + 20,000 x 15.20 + 16,450.37 = 2,320,450.37; quotient 2.1461351...
    y = "600001.SH"
    m = measured(
        account=credit("A"),
        cash=cash(A=1280000),
        position=[position("A", y, 350000)],
        price=[price(X, "15.20"), price(y, 10)],
        contract=[financing("A", 2000000, code=y), short("A", 20000, fee="16450.37")],
        other_collateral=[{"account_id": "A", "kind": "fund", "date": BEFORE, "value": 200000}],
    )
    row = one(m)
    assert (row["assets"], row["debt"]) == (Decimal(4980000), Decimal("2320450.37"))
    assert row["maintenance_ratio"] == Decimal("2.146135")
    assert row["other_collateral"] == 200000
    assert row["short_value"] == Decimal(304000)


def test_example_9_group_beside_its_worst_member() -> None:
    # all 17.4m / 11.7m = 1.487179...; indebted (P, F1, C) 16.5m / 11.7m = 1.410256...
    # worst F1 8.0m / 6.2m = 1.290322...; its shortfall to 130 %: 8,060,000 - 8,000,000 = 60,000
    # pooled: 1.30 x 11.7m = 15.21m < 16.5m, so 0
    m = measured(
        (group("C", "F1", "P", "S"),),
        account=credit("P", "F1", "C", "S"),
        cash=cash(P=3000000, F1=8000000, C=5500000, S=900000),
        contract=[financing("P", 1500000), financing("F1", 6200000), financing("C", 4000000)],
    )
    (row,) = m.group_measures.to_pylist()
    assert row["pooled_ratio"] == Decimal("1.487179")
    assert row["pooled_ratio_indebted"] == Decimal("1.410256")
    assert (row["worst_member"], row["worst_ratio"]) == ("F1", Decimal("1.290322"))
    assert (row["own_shortfall_sum"], row["pooled_shortfall"]) == (Decimal(60000), Decimal(0))
    assert (row["line_crossed"], row["members"], row["accounts"]) == ("warning", 4, 4)
    assert one(m, "F1")["line_crossed"] == "call"
    assert one(m, "C")["line_crossed"] == "warning"  # 137.5 %
    assert one(m, "S")["ratio_standing"] == "no_debt"
    assert one(m, "S")["maintenance_ratio"] is None


def test_group_example_of_reading_12() -> None:
    # P 10m/3m = 333 %: band from 300 %, 3.9m of 10m = 39 % <= 40 %
    # Q 6m/4m = 150 %: band from 150 % (lower edge inclusive), 1.2m of 6m = 20 % <= 20 %
    # together 16m/7m = 2.2857142..., band from 180 %: 5.1m of 16m = 31.875 % > 25 %
    # financing 7m of 120m = 5.83333... % > 5 %, printed up; alone 2.5 % and 3.33... % (< 4 %)
    m = measured(
        (group("P", "Q"),),
        account=credit("P", "Q"),
        cash=cash(P=6100000, Q=4800000),
        position=[position("P", X, 390000), position("Q", X, 120000)],
        price=[price(X, 10)],
        security_state=[{"code": X, "date": BEFORE, "special_list": True}],
        contract=[financing("P", 3000000), financing("Q", 4000000)],
        broker_figure=[{"name": "net_capital", "value": 120000000, "date": BEFORE}],
    )
    (row,) = m.group_measures.to_pylist()
    assert row["pooled_ratio"] == Decimal("2.285714")
    found = {
        (r["subject"], r["limit_name"]): (
            r["share"],
            r["limit_share"],
            r["over_limit"],
            r["verdict"],
        )
        for r in m.limit_checks.to_pylist()
    }
    single, money = "concentration_single", "client_financing_limit"
    assert found == {
        ("P", single): (Decimal("0.39"), Decimal("0.40"), False, "ok"),
        ("Q", single): (Decimal("0.20"), Decimal("0.20"), False, "ok"),
        ("L1:g", single): (Decimal("0.31875"), Decimal("0.25"), True, "warning"),
        ("c-P", money): (Decimal("0.025"), Decimal("0.05"), False, "ok"),
        ("c-Q", money): (Decimal("0.033334"), Decimal("0.05"), False, "ok"),
        ("L1:g", money): (Decimal("0.058334"), Decimal("0.05"), True, "warning"),
    }
    status = {r["subject_kind"]: r["rule_status"] for r in m.limit_checks.to_pylist()}
    assert status == {"account": "confirmed", "client": "confirmed", "group": "unconfirmed"}


def test_a_client_over_its_accounts() -> None:
    # two accounts of one client: 3 % and 2.5 % of net capital, together 5.5 % > 5 %
    m = measured(
        account=[{"account_id": a, "client_id": "W", "kind": "credit"} for a in "AB"],
        cash=cash(A=9000000, B=9000000),
        contract=[financing("A", 3000000), financing("B", 2500000)],
        broker_figure=[{"name": "net_capital", "value": 100000000, "date": D}],
    )
    (row,) = m.limit_checks.to_pylist()
    assert (row["subject"], row["share"], row["verdict"]) == ("W", Decimal("0.055"), "breach")


@pytest.mark.parametrize(
    ("principal", "verdict"),
    [("3999999.99", "ok"), (4000000, "warning"), (5000000, "warning"), ("5000000.01", "breach")],
)
def test_net_capital_from_80_percent_and_above(principal: Any, verdict: str) -> None:
    # of 100m: a warning from 4 %, a breach above 5 %
    m = measured(
        account=credit("A"),
        cash=cash(A=9000000),
        contract=[financing("A", principal)],
        broker_figure=[{"name": "net_capital", "value": 100000000, "date": D}],
    )
    assert [r["verdict"] for r in m.limit_checks.to_pylist()] == [verdict]


@pytest.mark.parametrize(
    ("total", "crossed", "printed", "shortfall"),
    [
        ("130000.00", "warning", "1.300000", "0.00"),  # at the call line nothing is crossed
        ("129999.99", "call", "1.299999", "0.01"),  # 1.2999999: never shown as 1.30
        ("110000.00", "call", "1.100000", "20000.00"),
        ("109999.99", "urgent", "1.099999", "20000.01"),
        ("150000.00", "none", "1.500000", "0.00"),
    ],
)
def test_a_line_is_crossed_strictly_below(
    total: str, crossed: str, printed: str, shortfall: str
) -> None:
    m = measured(account=credit("A"), cash=cash(A=total), contract=[financing("A", 100000)])
    row = one(m)
    assert row["line_crossed"] == crossed
    assert row["maintenance_ratio"] == Decimal(printed)
    assert row["shortfall_to_call"] == Decimal(shortfall)


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
