"""Worked examples of RULES.md section 7 and 2.1 item 12, by hand; ratios rounded down."""

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
    group,
    measured,
    one,
    position,
    price,
    short,
)


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
