"""Whether the new shorts of a few days are large: a short event (RULES.md section 5.1).

Every test is exact: money and shares as decimals and fractions, and the deviation test by
cross-multiplication: with n earlier sums x, total S and squares SS, ``z >= k`` is
``n*Q > S and (n*Q - S)**2 >= k**2 * (n*SS - S**2)``.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from graphkit.surveillance.flag import Figure, number, rounded

if TYPE_CHECKING:
    from graphkit.rules.book import Rule, Rulebook
    from graphkit.rules.calendar import TradingCalendar
    from graphkit.surveillance.market import Market
    from graphkit.surveillance.openings import Opening


@dataclass(frozen=True, slots=True)
class ShortEvent:
    """The new shorts of a group in one security up to the day; `tests` are the sizes it passes."""

    code: str
    day: date
    openings: tuple[Opening, ...]
    quantity: Decimal
    average: Fraction | None
    tests: tuple[str, ...]
    figures: tuple[Figure, ...]


class ShortBook:
    """The new shorts of one group in one security, asked for by day."""

    def __init__(
        self,
        openings: Sequence[Opening],
        market: Market,
        calendar: TradingCalendar,
        rules: Rulebook,
        history_from: date | None,
    ) -> None:
        self.openings = sorted(openings, key=lambda o: (o.day, o.account_id, o.number))
        self.code = openings[0].code
        self._days = [o.day for o in self.openings]
        self._market = market
        self._calendar = calendar
        self._rules = rules
        self._history_from = history_from

    def days(self) -> list[date]:
        """The days with new shorts, in order."""
        return sorted(set(self._days))

    def event(self, day: date, after: date | None = None) -> ShortEvent | None:
        """The short event of a day, of shorts later than `after` only; None when too small."""
        window = self._rules["short_event_trading_days"].value
        first = self._calendar.add_trading_days(day, 1 - window)
        start = bisect_left(self._days, first)
        if after is not None:
            start = max(start, bisect_right(self._days, after))
        chosen = tuple(self.openings[start : bisect_right(self._days, day)])
        quantity = sum((o.quantity for o in chosen), Decimal(0))
        if not quantity:
            return None
        money = sum((_money(o) for o in chosen), Fraction(0))
        priced = all(o.price is not None for o in chosen)
        average = money / Fraction(quantity) if priced else None
        figures = [
            Figure("short_quantity", number(quantity), "short_event_trading_days"),
            Figure(
                "short_average_price", rounded(average, 4) if average is not None else "unknown"
            ),
            Figure("short_money", rounded(money) if priced else f"at least {rounded(money)}"),
        ]
        tests = [
            name
            for name, passed in (
                ("money_and_share_of_total", self._by_size(day, quantity, money, figures)),
                ("share_of_volume", self._by_volume(day, quantity, figures)),
            )
            if passed
        ]
        if self._by_history(first, quantity, figures):
            tests.append("deviation_from_history")
        if not tests:
            return None
        return ShortEvent(self.code, day, chosen, quantity, average, tuple(tests), tuple(figures))

    def _by_size(
        self, day: date, quantity: Decimal, money: Fraction, figures: list[Figure]
    ) -> bool:
        line, share = self._rules["short_event_money"], self._rules["short_event_share_of_total"]
        passed = _reaches(money, Fraction(line.value), line)
        total = self._market.total_shares(self.code, day)
        if total is None:
            figures.append(Figure("short_percent_of_total", "unknown: shares issued not on file"))
            return passed
        part = Fraction(quantity) / Fraction(total)
        figures.append(Figure("short_percent_of_total", rounded(part * 100), share.name))
        return passed and _reaches(part, Fraction(share.value), share)

    def _by_volume(self, day: date, quantity: Decimal, figures: list[Figure]) -> bool:
        share = self._rules["short_event_share_of_volume"]
        days = self._rules["short_event_volume_days"].value
        volume = self._market.volume(self.code, day, days, self._calendar)
        if not volume:
            return False
        part = Fraction(quantity) / Fraction(volume)
        figures.append(Figure("short_percent_of_volume", rounded(part * 100), share.name))
        return _reaches(part, Fraction(share.value), share)

    def _by_history(self, first: date, quantity: Decimal, figures: list[Figure]) -> bool:
        rule = self._rules["short_event_deviations"]
        window = self._rules["short_event_trading_days"].value
        count = self._rules["short_event_history_days"].value
        if self._history_from is None or self._history_from > first - timedelta(days=count):
            return False
        if self._history_from > self._calendar.add_trading_days(first, -(count + window - 1)):
            return False
        daily: dict[date, int] = defaultdict(int)
        for opening in self.openings:
            if opening.day < first:
                daily[self._calendar.add_trading_days(opening.day, 0)] += _hundredths(
                    opening.quantity
                )
        sums = self._rolling(daily, first, count, window)
        total, squares = sum(sums), sum(x * x for x in sums)
        spread = count * squares - total * total
        if not spread:
            return False
        above = count * _hundredths(quantity) - total
        squared = Fraction(rule.value) ** 2
        passed = above > 0 and _reaches(Fraction(above * above), squared * spread, rule)
        if passed:
            figures.append(Figure("short_deviation", f"at least {rule.value}", rule.name))
        return passed

    def _rolling(self, daily: dict[date, int], first: date, count: int, window: int) -> list[int]:
        """The sums of `window` trading days that end on each of the `count` days before `first`."""
        days = [
            self._calendar.add_trading_days(first, -back)
            for back in range(count + window - 1, 0, -1)
        ]
        values = [daily.get(day, 0) for day in days]
        return [sum(values[i : i + window]) for i in range(count)]


def _reaches(value: Fraction, line: Fraction, rule: Rule) -> bool:
    return value >= line if rule.inclusive else value > line


def _money(opening: Opening) -> Fraction:
    return Fraction(opening.quantity) * Fraction(opening.price or 0)


def _hundredths(quantity: Decimal) -> int:
    return int(quantity.scaleb(2))
