"""Trading days of the Shanghai and Shenzhen exchanges, from the dated data of ``calendar.toml``.

A date in a year that the data do not hold is an error that says so: silently treating a holiday
as a trading day would move every window and deadline behind it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING

from graphkit.model.errors import UsageError

if TYPE_CHECKING:
    from graphkit.rules.book import Rulebook

_RULE = "closed_weekdays_"
_SATURDAY = 5


class TradingCalendar:
    """The trading days (交易日) of the years that the rulebook knows.

    Examples
    --------
    >>> from graphkit.rules.book import Rulebook
    >>> calendar = TradingCalendar.of(Rulebook.on(date(2026, 11, 20)))
    >>> calendar.is_trading_day(date(2026, 10, 1))
    False
    >>> calendar.trading_days_between(date(2026, 9, 30), date(2026, 10, 8))
    1
    >>> calendar.add_trading_days(date(2026, 9, 30), 1)
    datetime.date(2026, 10, 8)
    """

    def __init__(self, closed: dict[int, frozenset[date]]) -> None:
        self.years = tuple(sorted(closed))
        self._days: list[date] = []
        for year in self.years:
            day = date(year, 1, 1)
            while day.year == year:
                if day.weekday() < _SATURDAY and day not in closed[year]:
                    self._days.append(day)
                day += timedelta(days=1)

    @classmethod
    def of(cls, rules: Rulebook) -> TradingCalendar:
        """The calendar of a rulebook; UsageError when a listed day is wrong for its year."""
        closed: dict[int, frozenset[date]] = {}
        for rule in rules:
            if not rule.name.startswith(_RULE):
                continue
            year = int(rule.name.removeprefix(_RULE))
            for day in rule.value:
                if not isinstance(day, date) or day.year != year or day.weekday() >= _SATURDAY:
                    raise UsageError(
                        f"{rule.book}, rule {rule.name}: {day}; expected weekdays of {year} "
                        "(Saturdays and Sundays are closed anyway)"
                    )
            closed[year] = frozenset(rule.value)
        return _calendar(tuple(sorted(closed.items())))

    def is_trading_day(self, day: date) -> bool:
        """Whether the exchanges trade on the day; UsageError outside the known years."""
        self._known(day)
        place = bisect_left(self._days, day)
        return place < len(self._days) and self._days[place] == day

    def trading_days_between(self, first: date, last: date) -> int:
        """The number of trading days after `first` up to and including `last`.

        Negative when `last` lies before `first`; the same distance counts in both directions.
        From Friday to Monday is 1. A start that is no trading day counts from the last one
        before it. UsageError when a year in between is not known.
        """
        self._span(first, last)
        return bisect_right(self._days, last) - bisect_right(self._days, first)

    def add_trading_days(self, day: date, count: int) -> date:
        """The trading day `count` trading days after `day` (before it when negative).

        With 0: `day` itself, or the last trading day before it. UsageError when the answer lies
        outside the known years.
        """
        self._known(day)
        place = bisect_right(self._days, day) - 1 + count
        if not 0 <= place < len(self._days):
            raise self._unknown(f"{count:+d} trading days from {day}")
        answer = self._days[place]
        self._span(day, answer)
        return answer

    def _known(self, day: date) -> None:
        if day.year not in self.years:
            raise self._unknown(str(day))

    def _span(self, first: date, last: date) -> None:
        for year in range(min(first, last).year, max(first, last).year + 1):
            if year not in self.years:
                raise self._unknown(f"{year} (from {first} to {last})")

    def _unknown(self, what: str) -> UsageError:
        known = ", ".join(str(year) for year in self.years) or "none"
        return UsageError(
            f"the trading calendar does not know {what}; known years: {known}; "
            "add a rule closed_weekdays_<year> to graphkit/rules/calendar.toml"
        )


@cache
def _calendar(closed: tuple[tuple[int, frozenset[date]], ...]) -> TradingCalendar:
    return TradingCalendar(dict(closed))


def trading_days_between(rules: Rulebook, first: date, last: date) -> int:
    """The number of trading days after `first` up to and including `last` (negative backwards)."""
    return TradingCalendar.of(rules).trading_days_between(first, last)


def add_trading_days(rules: Rulebook, day: date, count: int) -> date:
    """The trading day `count` trading days after `day` (before it when negative)."""
    return TradingCalendar.of(rules).add_trading_days(day, count)
