"""Prices of margin measures a second time: RULES.md 2.1 item 3 by plain fractions over dicts.

Like oracles_margin.py it shares no code and no parameter with ``graphkit.margin``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

Row = dict[str, Any]

SUSPENDED_DAYS = 30  # 2.1 item 3: N
SEARCH_DAYS = 400


@dataclass
class World:
    """Rows as of a day, in canonical columns with Decimal and date values."""

    day: date
    rows: dict[str, list[Row]]

    def of(self, table: str) -> list[Row]:
        return self.rows.get(table, [])

    def today(self, table: str) -> list[Row]:
        return [r for r in self.of(table) if r["date"] == self.day]

    def in_force(self, table: str, *key: str) -> dict[tuple[Any, ...], Row]:
        best: dict[tuple[Any, ...], Row] = {}
        for r in sorted(self.of(table), key=lambda r: r["date"]):
            if r["date"] <= self.day:
                best[tuple(r.get(k) for k in key)] = r
        return best


class Prices:
    """Prices of one world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.day = world.day
        self.state = world.in_force("security_state", "code")
        self.fair = world.in_force("fair_value", "code")
        self.features: dict[str, set[str]] = {}

    # -- prices, 2.1 item 3 ---------------------------------------------------------------------

    def accepted_fair_value(self, code: str) -> Fraction | None:
        for d in self.world.of("decision"):
            if (
                d["kind"] == "accept_fair_value"
                and d["subject_a"] == code
                and d.get("subject_b") is None
                and d["made_on"] <= self.day
                and (d.get("until") is None or self.day <= d["until"])
                and (code,) in self.fair
            ):
                return Fraction(self.fair[code,]["value"])
        return None

    def flag(self, code: str, name: str) -> bool | None:
        row = self.state.get((code,))
        return None if row is None else row.get(name)

    def history(self, code: str, what: str) -> list[Row]:
        first = self.day - timedelta(days=SEARCH_DAYS)
        return sorted(
            (
                r
                for r in self.world.of("price")
                if r["code"] == code
                and first <= r["date"] <= self.day
                and r.get(what) is not None
                and r[what] > 0
            ),
            key=lambda r: r["date"],
        )

    def adjusted(self, code: str, price: Fraction, known_on: date) -> tuple[Fraction, bool]:
        """A stale close from before an ex-date is adjusted."""
        changed = False
        days = sorted(
            {
                e["ex_date"]
                for e in self.world.of("entitlement")
                if e["code"] == code and known_on < e["ex_date"] <= self.day
            }
        )
        for ex_date in days:
            grow, less = Fraction(1), Fraction(0)
            for e in self.world.of("entitlement"):
                if e["code"] != code or e["ex_date"] != ex_date:
                    continue
                value = Fraction(e["value"])
                if e["kind"] == "dividend":
                    less += value
                elif e["kind"] == "bonus":
                    grow += value
                else:
                    grow += value
                    less -= value * Fraction(e["subscription_price"])
            price = (price - less) / grow
            changed = True
        return price, changed

    def price(
        self, code: str, short: bool, in_transit: bool = False
    ) -> tuple[Fraction | None, str]:
        fair = self.accepted_fair_value(code)
        cases = (
            self.flag(code, "eligible_collateral") is False,
            self.flag(code, "suspended") is True,
            self.flag(code, "risk_warned") is True,
            in_transit,
        )
        if fair is not None and any(cases):
            return fair, "fair value in case " + "/".join(str(i) for i, c in enumerate(cases) if c)
        closes = self.history(code, "close")
        suspended = self.flag(code, "suspended") is True
        if closes and not suspended and closes[-1]["date"] == self.day:
            return Fraction(closes[-1]["close"]), "close"
        if closes:
            close, changed = self.adjusted(code, Fraction(closes[-1]["close"]), closes[-1]["date"])
            note = ", adjusted" if changed else ""
            traded = [r for r in closes if r.get("volume") is None or r["volume"] > 0]
            fresh = traded and (self.day - traded[-1]["date"]).days <= SUSPENDED_DAYS
            if suspended and fresh:
                return close, "suspended last close" + note
            if fair is not None:
                return fair, "fair value, no price"
            if short:
                return close, "stale close" + note
            return None, "suspended too long" if suspended else "no price"
        if fair is not None:
            return fair, "fair value, no price"
        if short:
            befores = self.history(code, "prev_close")
            if befores:
                last = befores[-1]
                return self.adjusted(code, Fraction(last["prev_close"]), last["date"])[
                    0
                ], "previous close"
        return None, "no price"
