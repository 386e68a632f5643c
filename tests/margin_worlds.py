"""Random brokers: accounts, prices, contracts and entitlements with every odd feature often."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from oracles_margin import LINES, weekday_before
from oracles_margin_prices import World

Row = dict[str, Any]

DAYS = (date(2026, 11, 20), date(2026, 11, 16), date(2026, 6, 10))
"""A Friday, a Monday, a Wednesday; no exchange holiday on a weekday of the fortnight before."""


def money(rng: random.Random, low: int, high: int) -> Decimal:
    return Decimal(rng.randint(low * 100, high * 100)) / 100


def random_world(seed: int, accounts: int = 100, codes: int = 60) -> World:
    """A broker's day; the same seed gives the same world."""
    return _Maker(random.Random(seed), accounts, codes).world


class _Maker:
    def __init__(self, rng: random.Random, accounts: int, codes: int) -> None:
        self.rng = rng
        self.day = rng.choice(DAYS)
        self.before = weekday_before(self.day)
        self.record = weekday_before(self.before)
        self.unknown_record = self.day - timedelta(days=9)  # a day of which no position is loaded
        self.rows: dict[str, list[Row]] = {}
        self.codes = [f"{600000 + i}.SH" for i in range(codes)]
        for code in self.codes:
            self.security(code)
        for number in range(accounts):
            self.account(f"A{number:04d}", f"C{number // 2:04d}")
        self.add(
            "broker_figure",
            name="net_capital",
            date=self.day,
            value=money(rng, 20_000_000, 90_000_000),
        )
        # rows that must not count: another kind of account, an account closed without rows
        self.add("account", account_id="ORD", client_id="C0000", kind="ordinary")
        self.add("cash", account_id="ORD", date=self.day, total=Decimal(999))
        self.add("account", account_id="OLD", client_id="C0001", kind="credit", status="closed")
        self.world = World(self.day, self.rows)

    def add(self, table: str, **row: Any) -> None:
        self.rows.setdefault(table, []).append(row)

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    # -- securities -----------------------------------------------------------------------------

    def security(self, code: str) -> None:
        rng = self.rng
        listed = rng.choice([None, date(2015, 5, 5), self.day - timedelta(days=rng.randint(0, 12))])
        board = rng.choice(["main", "star", "chinext", "bse", None])
        self.add("security", code=code, board=board, listing_date=listed)
        suspended = self.chance(0.35)
        self.add(
            "security_state",
            code=code,
            date=self.day - timedelta(days=rng.randint(0, 20)),
            suspended=suspended,
            risk_warned=self.chance(0.2),
            eligible_collateral=rng.choice([True, True, False, None]),
            special_list=self.chance(0.3),
        )
        if self.chance(0.3):  # an older state that is over
            self.add("security_state", code=code, date=date(2020, 1, 2), suspended=not suspended)
        self.prices(code, suspended)
        if self.chance(0.5):
            self.add(
                "fair_value",
                code=code,
                date=self.day - timedelta(days=rng.randint(0, 9)),
                value=money(rng, 1, 40),
            )
        if self.chance(0.6):
            made = self.day + timedelta(days=rng.choice([-30, -3, 0, 0, 1]))
            until = rng.choice([None, None, None, self.day, self.day - timedelta(days=1)])
            self.add(
                "decision",
                decision_id=f"D{code}",
                kind="accept_fair_value",
                subject_a=code,
                who="officer",
                made_on=made,
                reason="test",
                until=until,
            )
        if self.chance(0.7):
            self.entitlement(code)

    def prices(self, code: str, suspended: bool) -> None:
        rng, day = self.rng, self.day
        close = money(rng, 2, 80) + Decimal(rng.choice([0, 0, 5])) / 1000
        kind = rng.random()
        if not suspended and kind < 0.66:
            self.add("price", code=code, date=day, close=close, prev_close=close, volume=100)
            self.add("price", code=code, date=self.before, close=close + 1, volume=100)
        elif kind < 0.78:
            ages = (1, 5, 8, 12, 29, 30, 31, 32, 90, 399, 400, 401)
            age = rng.choice(ages)
            self.add("price", code=code, date=day - timedelta(days=age), close=close, volume=100)
            if suspended and self.chance(0.3):  # the feed carries the close on without trades
                self.add("price", code=code, date=self.before, close=close, volume=0)
            if self.chance(0.3):
                self.add("price", code=code, date=day, close=0, prev_close=close)
        elif kind < 0.88:
            back = day - timedelta(days=rng.choice([0, 3, 10]))
            self.add("price", code=code, date=back, close=rng.choice([None, 0]), prev_close=close)

    def entitlement(self, code: str) -> None:
        rng = self.rng
        ex_date = rng.choice([self.before, self.before, self.day, self.day - timedelta(days=7)])
        record = rng.choice([self.record, self.record, self.record, self.unknown_record])
        pay = self.day + timedelta(days=rng.choice([-1, 0, 1, 5, 9]))
        for kind in rng.sample(["bonus", "dividend", "rights"], rng.choice([1, 1, 2])):
            price = money(rng, 1, 5) if kind == "rights" else None
            self.add(
                "entitlement",
                code=code,
                ex_date=ex_date,
                kind=kind,
                record_date=record,
                pay_date=pay,
                value=Decimal(rng.randint(1, 99999999)) / 10**8,
                subscription_price=price,
            )

    # -- accounts -------------------------------------------------------------------------------

    def account(self, account: str, client: str) -> None:
        rng, day = self.rng, self.day
        status = rng.choice(["open", None, "closed"])
        self.add("account", account_id=account, client_id=client, kind="credit", status=status)
        if self.chance(0.07):
            self.at_a_line(account)
            return
        holdings = rng.sample(self.codes, rng.randint(0, 4))
        gone = self.chance(0.1)
        if gone and self.chance(0.5) and holdings:
            self.add(
                "fill",
                fill_id=f"F{account}",
                account_id=account,
                code=holdings[0],
                date=day,
                side="sell",
                price=Decimal(1),
                quantity=Decimal(1),
            )
        for code in holdings:
            quantity = Decimal(rng.randint(1, 50000))
            if not gone:
                self.add(
                    "position",
                    account_id=account,
                    code=code,
                    date=day,
                    quantity=quantity,
                    in_transit=Decimal(rng.choice([0, 0, 700])),
                    restricted=Decimal(rng.choice([0, 0, 50])),
                )
            if gone or self.chance(0.5):
                self.add(
                    "position", account_id=account, code=code, date=self.before, quantity=quantity
                )
        for code in rng.sample(self.codes, rng.randint(0, 4)):  # held at the record date
            quantity = Decimal(rng.randint(1, 50000))
            self.add("position", account_id=account, code=code, date=self.record, quantity=quantity)
            self.subscribe(account, code)
        if self.chance(0.4):
            for age in (0, 4):
                if self.chance(0.6):
                    self.add(
                        "other_collateral",
                        account_id=account,
                        kind="fund",
                        date=day - timedelta(days=age),
                        value=money(rng, 0, 200000),
                    )
        if self.chance(0.15):
            self.add(
                "other_liability",
                account_id=account,
                kind="tax",
                date=rng.choice([day, day, self.before]),
                amount=money(rng, 1, 9000),
            )
        self.terms(account)
        for number in range(rng.choice([0, 1, 2, 2, 3])):
            self.contract(account, f"K{account}-{number}")
        self.cash(account)

    def at_a_line(self, account: str) -> None:
        """Assets exactly at a line: 1.30 of 70,000 is 91,000."""
        own = self.rng.choice([None, Decimal("1.37")])
        if own is not None:
            self.add("account_terms", account_id=account, date=self.day, call_line=own)
        line = own or Decimal(self.rng.choice(["1.50", "1.30", "1.10"]))
        principal = Decimal(self.rng.randint(1, 900) * 1000)
        self.add("cash", account_id=account, date=self.day, total=line * principal)
        self.add(
            "contract",
            contract_id=f"K{account}",
            account_id=account,
            side="financing",
            code=self.codes[0],
            date=self.day,
            principal=principal,
        )

    def subscribe(self, account: str, code: str) -> None:
        for e in self.rows.get("entitlement", []):
            if e["code"] == code and e["kind"] == "rights" and self.chance(0.7):
                self.add(
                    "subscription",
                    account_id=account,
                    code=code,
                    ex_date=e["ex_date"],
                    quantity=self.rng.choice([None, Decimal(10), Decimal(10**6)]),
                    paid_on=self.day + timedelta(days=self.rng.choice([-2, 0, 1])),
                )

    def terms(self, account: str) -> None:
        rng = self.rng
        if not self.chance(0.4):
            return
        row: Row = {"account_id": account, "date": self.day - timedelta(days=rng.randint(0, 99))}
        for name in LINES:
            if self.chance(0.5):
                row[f"{name}_line"] = Decimal(rng.randint(105, 170)) / 100
        self.add("account_terms", **row)

    def contract(self, account: str, number: str) -> None:
        rng = self.rng
        short = self.chance(0.66)
        row: Row = {
            "contract_id": number,
            "account_id": account,
            "side": "short" if short else "financing",
            "code": rng.choice(self.codes),
            "interest": rng.choice([None, money(rng, 0, 900)]),
            "fee": rng.choice([None, money(rng, 0, 90)]),
            "compensation": rng.choice([None, None, money(rng, 0, 900)]) if short else None,
        }
        if short:
            row["quantity"] = Decimal(rng.choice([0, 100, 1000, 5000, 20000, 20000]))
            row["sale_price"] = rng.choice([None, money(rng, 2, 80)])
        else:
            row["quantity"] = Decimal(rng.randint(1, 9000))
            row["principal"] = rng.choice([*[money(rng, 1000, 900000)] * 9, None])
        gone = self.chance(0.08)
        if not gone:
            self.add("contract", date=self.day, **row)
        elif self.chance(0.5):
            self.add(
                "contract_flow",
                contract_id=number,
                date=self.day,
                seq=1,
                kind="repay_cash",
                principal=Decimal(1),
            )
        if gone or self.chance(0.5):
            self.add("contract", date=self.before, **row)
        if short and self.chance(0.8):
            was = rng.choice([row["quantity"], Decimal(300), Decimal(0)])
            self.add("contract", date=self.record, **row | {"quantity": was})

    def cash(self, account: str) -> None:
        rng = self.rng
        if self.chance(0.05):
            return
        total = money(rng, 0, 600000)
        self.add(
            "cash",
            account_id=account,
            date=self.day,
            total=total,
            short_proceeds=rng.choice([None, total / 2]),
            unsettled=rng.choice([None, Decimal(5)]),
        )
