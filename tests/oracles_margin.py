"""Margin measures a second time: plain fractions over dicts, written from the text of RULES.md.

It shares no code and no parameter with ``graphkit.margin``: the numbers of the rulebook stand here
again, so that a wrong one is seen. Section and item numbers are those of RULES.md.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from oracles_margin_prices import Prices, Row

# Section 2, lines: house defaults; urgent is the lower end of practice.
LINES = {"warning": "1.50", "call": "1.30", "restore": "1.40", "urgent": "1.10", "withdraw": "3.00"}
# Section 2, concentration tiers of 国新: (lower edge, limit)
SPECIAL = [("0", "0.10"), ("1.5", "0.20"), ("1.8", "0.25"), ("2.4", "0.30"), ("3", "0.40")]
STAR_CHINEXT = [("0", "0.20"), ("1.5", "0.30"), ("1.8", "0.40"), ("2.4", "0.50"), ("3", "0.60")]
BSE = [("0", "0.20"), ("1.5", "0.20"), ("1.8", "0.20"), ("2.4", "0.20"), ("3", "0.50")]
HOUSE_SINGLE = Fraction(1, 2)


@dataclass
class AccountAnswer:
    assets: Fraction = Fraction(0)
    debt: Fraction = Fraction(0)
    financed: Fraction = Fraction(0)
    short_value: Fraction = Fraction(0)
    standing: str = "exact"
    debt_known: bool = True
    lines: dict[str, Fraction] = field(default_factory=dict)
    crossed: str | None = "none"
    shortfall: Fraction = Fraction(0)
    holdings: dict[str, Fraction] = field(default_factory=dict)
    features: set[str] = field(default_factory=set)

    @property
    def ratio(self) -> Fraction | None:
        if not self.debt_known or self.debt <= 0:
            return None
        return self.assets / self.debt


def down(value: Fraction, places: int) -> Decimal:
    return Decimal(value * 10**places // 1).scaleb(-places)


def up(value: Fraction, places: int) -> Decimal:
    return -down(-value, places)


def weekday_before(day: date) -> date:
    day -= timedelta(days=1)
    while day.weekday() > 4:
        day -= timedelta(days=1)
    return day


def weekdays(first: date, last: date) -> int:
    days = (last - first).days + 1
    return sum((first + timedelta(days=i)).weekday() < 5 for i in range(days))


class Oracle(Prices):
    """Answers for one world."""

    # -- accounts -------------------------------------------------------------------------------

    def accounts(self) -> dict[str, str]:
        """Account to client."""
        busy = {
            r["account_id"]
            for t in ("cash", "position", "contract", "other_liability")
            for r in self.world.today(t)
        }
        return {
            a["account_id"]: a["client_id"]
            for a in self.world.of("account")
            if a["kind"] == "credit" and (a.get("status") != "closed" or a["account_id"] in busy)
        }

    def account(self, account: str) -> AccountAnswer:
        """Section 2: (cash + securities + other) / (financed + short + interest and fees)."""
        world, answer = self.world, AccountAnswer()
        lower = blocked = False
        saw = answer.features.add

        def mine(table: str) -> list[Row]:
            return [r for r in world.today(table) if r["account_id"] == account]

        cash = mine("cash")
        if not cash:
            blocked = True
            saw("missing cash")
        for r in cash:
            answer.assets += Fraction(r["total"])
            if r.get("unsettled"):
                saw("unsettled cash")
        positions = mine("position")
        for r in positions:
            if r["quantity"] == 0:
                continue
            price, why = self.price(r["code"], short=False)
            saw("long: " + why)
            if r.get("in_transit"):
                saw("bought, unsettled")
            if r.get("restricted"):
                saw("restricted")
            if price is None:
                lower = True
                price = Fraction(0)
            self._hold(answer, r["code"], Fraction(r["quantity"]) * price)
            answer.assets += Fraction(r["quantity"]) * price
        lower |= self._transit_long(account, answer)
        latest = world.in_force("other_collateral", "account_id", "kind")
        for (owner, _), r in latest.items():
            if owner == account:
                answer.assets += Fraction(r["value"])
                saw("other collateral")
                if r["date"] < self.day:
                    saw("other collateral of an earlier day")
        blocked |= self._debt(account, answer)
        before = weekday_before(self.day)
        held = [
            r
            for r in world.of("position")
            if r["account_id"] == account and r["date"] == before and r["quantity"] > 0
        ]
        if held and not positions:
            sold = any(
                f["account_id"] == account
                and f["side"] == "sell"
                and before < f["date"] <= self.day
                for f in world.of("fill")
            )
            saw("positions gone, sold" if sold else "positions gone")
            blocked |= not sold
        if blocked or not answer.debt_known:
            answer.standing = "blocked"
        elif answer.debt <= 0:
            answer.standing = "no_debt"
            saw("no debt")
        elif lower:
            answer.standing = "lower_bound"
        self._lines(account, answer)
        return answer

    @staticmethod
    def _hold(answer: AccountAnswer, code: str, value: Fraction) -> None:
        answer.holdings[code] = answer.holdings.get(code, Fraction(0)) + value

    def _in_transit(self) -> list[Row]:
        """2.1 item 4: ex_date <= as-of < pay_date."""
        return [
            e
            for e in self.world.of("entitlement")
            if e.get("record_date")
            and e.get("pay_date")
            and e["ex_date"] <= self.day < e["pay_date"]
        ]

    def _transit_long(self, account: str, answer: AccountAnswer) -> bool:
        lower = False
        for e in self._in_transit():
            of_day = [r for r in self.world.of("position") if r["date"] == e["record_date"]]
            quantity = sum(
                Fraction(r["quantity"])
                for r in of_day
                if r["account_id"] == account and r["code"] == e["code"]
            )
            ratio = Fraction(e["value"])
            if e["kind"] == "rights":
                shares = self._paid_rights(account, e, quantity * ratio if of_day else None, answer)
                if shares is None:
                    lower = True
                    continue
            elif not of_day:
                if any(
                    r["account_id"] == account and r["code"] == e["code"] and r["quantity"] != 0
                    for r in self.world.today("position")
                ):
                    answer.features.add("long: no record day")
                    lower = True
                continue
            elif e["kind"] == "dividend":
                answer.assets += quantity * ratio
                if quantity:
                    answer.features.add("long: dividend in transit")
                continue
            else:
                shares = quantity * ratio
            if not shares:
                continue
            price, why = self.price(e["code"], short=False, in_transit=True)
            answer.features.add(f"long: {e['kind']} in transit")
            if "/3" in why or why.endswith("case 3"):
                answer.features.add("long: fair value in transit")
            if price is None:
                lower = True
                continue
            answer.assets += shares * price
            if e["kind"] == "bonus":
                self._hold(answer, e["code"], shares * price)
        return lower

    def _paid_rights(
        self, account: str, e: Row, entitled: Fraction | None, answer: AccountAnswer
    ) -> Fraction | None:
        """Rights only if paid, and no more than the record date's quantity gives.

        `entitled` is None when nobody knows that quantity: then what was paid for counts, and None
        comes back when that is not stated either.
        """
        paid = [
            s
            for s in self.world.of("subscription")
            if s["account_id"] == account
            and s["code"] == e["code"]
            and s["ex_date"] == e["ex_date"]
            and s["paid_on"] <= self.day
        ]
        if not paid:
            if entitled:
                answer.features.add("long: rights not paid")
            return Fraction(0)
        stated = paid[0].get("quantity")
        if stated is None:
            return entitled
        return Fraction(stated) if entitled is None else min(entitled, Fraction(stated))

    def _debt(self, account: str, answer: AccountAnswer) -> bool:
        world, blocked = self.world, False
        saw = answer.features.add
        contracts = [r for r in world.today("contract") if r["account_id"] == account]
        for c in contracts:
            for name in ("interest", "fee", "compensation"):
                if c.get(name):
                    answer.debt += Fraction(c[name])
                    saw(name)
            if c["side"] == "financing":
                if c.get("principal") is None:
                    answer.debt_known = False
                    saw("no principal")
                else:
                    answer.debt += Fraction(c["principal"])
                    answer.financed += Fraction(c["principal"])
                continue
            if c["quantity"] == 0:
                continue
            price, why = self.price(c["code"], short=True)
            if price is None:
                price, why, blocked = self._sale_price(c), "sale price", True
            saw("short: " + (why if price is not None else "nothing at all"))
            if price is None:
                answer.debt_known = False
                continue
            answer.debt += Fraction(c["quantity"]) * price
            answer.short_value += Fraction(c["quantity"]) * price
        for e in self._in_transit():
            blocked |= self._short_owes(account, e, answer)
        for r in world.today("other_liability"):
            if r["account_id"] == account:
                answer.debt += Fraction(r["amount"])
                saw("other liability")
        before = weekday_before(self.day)
        numbers = {c["contract_id"] for c in contracts}
        for c in world.of("contract"):
            main = c.get("principal") if c["side"] == "financing" else c.get("quantity")
            owed = main is None or main > 0
            owed = owed or any(c.get(n) for n in ("interest", "fee", "compensation"))
            if c["account_id"] == account and c["date"] == before and owed:
                gone = c["contract_id"] not in numbers
                closed = any(
                    f["contract_id"] == c["contract_id"] for f in world.today("contract_flow")
                )
                if gone and not closed:
                    saw("contract gone")
                    answer.debt_known = False
                elif gone:
                    saw("contract gone, closed")
        return blocked

    @staticmethod
    def _sale_price(contract: Row) -> Fraction | None:
        price = contract.get("sale_price")
        return Fraction(price) if price else None

    def _short_owes(self, account: str, e: Row, answer: AccountAnswer) -> bool:
        """Dividends and bonus shares owed on shorts are debt; on the record date's quantity."""
        if e["kind"] == "rights":
            return False
        of_day = [r for r in self.world.of("contract") if r["date"] == e["record_date"]]
        if not of_day:  # nobody knows: the quantity of the day, so that the debt is not too small
            of_day = self.world.today("contract")
        blocked = False
        for c in of_day:
            if c["account_id"] != account or c["side"] != "short" or c["code"] != e["code"]:
                continue
            if not c["quantity"]:
                continue
            shares = Fraction(c["quantity"]) * Fraction(e["value"])
            answer.features.add(f"short: {e['kind']} owed")
            if e["kind"] == "dividend":
                answer.debt += shares
                continue
            price, _ = self.price(e["code"], short=True, in_transit=True)
            if price is None:
                price, blocked = self._sale_price(c), True
            if price is None:
                answer.debt_known = False
            else:
                answer.debt += shares * price
        return blocked

    def _lines(self, account: str, answer: AccountAnswer) -> None:
        """2.1 item 11."""
        own = self.world.in_force("account_terms", "account_id").get((account,), {})
        for name, house in LINES.items():
            given = own.get(f"{name}_line")
            answer.lines[name] = Fraction(given) if given is not None else Fraction(house)
            if given is not None:
                answer.features.add("own line")
        if answer.lines["restore"] < answer.lines["call"]:
            answer.features.add("restore line refused")
            answer.lines["restore"] = max(Fraction(LINES["restore"]), answer.lines["call"])
        if not answer.debt_known:
            answer.crossed = None
        elif answer.debt > 0:
            for name in ("warning", "call", "urgent"):
                if answer.assets < answer.lines[name] * answer.debt:
                    answer.crossed = name
                    answer.features.add(f"crossed: {name}")
                if answer.assets == answer.lines[name] * answer.debt:
                    answer.features.add("exactly at a line")
            gap = answer.lines["call"] * answer.debt - answer.assets
            answer.shortfall = max(gap, Fraction(0))

    # -- limits ---------------------------------------------------------------------------------

    def single_limit(
        self, code: str, assets: Fraction, debt: Fraction, known: bool
    ) -> tuple[Fraction | None, set[str]]:
        """2.1 item 10."""
        if known and debt <= 0:
            return None, {"no tier without debt"}
        row = next((s for s in self.world.of("security") if s["code"] == code), {})
        board, listed = row.get("board"), row.get("listing_date")
        new = listed is not None and weekdays(listed, self.day) <= 5
        band = 0
        if known:
            for i, (edge, _) in enumerate(SPECIAL):
                if assets >= Fraction(edge) * debt:
                    band = i
        limits: dict[str, Fraction] = {}
        if self.flag(code, "special_list"):
            limits["special"] = Fraction(SPECIAL[band][1])
        if new and band == 0:
            limits["new"] = Fraction("0.05")
        if board in ("star", "chinext") and not new:
            limits["star/chinext"] = Fraction(STAR_CHINEXT[band][1])
        if board == "bse":
            limits["bse"] = Fraction(BSE[band][1])
        if not limits:
            return HOUSE_SINGLE, {"no class"}
        return min(limits.values()), set(limits) | (
            {"several classes"} if len(limits) > 1 else set()
        )
