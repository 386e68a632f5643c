"""The trading calendar: by hand, and against exchange_calendars where both know."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphkit.model.errors import UsageError
from graphkit.rules.book import Rulebook
from graphkit.rules.calendar import TradingCalendar, add_trading_days, trading_days_between

RULES = Rulebook.on(date(2026, 11, 20))
CALENDAR = TradingCalendar.of(RULES)
DAYS = st.dates(date(2016, 3, 1), date(2026, 10, 31))


def test_national_day_of_2026() -> None:
    # 30 September (Wednesday), then closed 1 to 7 October, the weekend 3 and 4 included;
    # the next trading day is Thursday, 8 October; 9 October is a Friday.
    assert [d for d in range(1, 10) if CALENDAR.is_trading_day(date(2026, 10, d))] == [8, 9]
    assert trading_days_between(RULES, date(2026, 9, 30), date(2026, 10, 9)) == 2
    assert add_trading_days(RULES, date(2026, 9, 30), 2) == date(2026, 10, 9)
    assert add_trading_days(RULES, date(2026, 10, 9), -2) == date(2026, 9, 30)


def test_a_working_saturday_is_closed() -> None:
    # 2026-02-28 (Saturday) is a working day elsewhere (调休); the SSE notice closes it.
    assert not CALENDAR.is_trading_day(date(2026, 2, 28))


def test_the_extended_spring_festival_of_2020() -> None:
    # first notice: closed to 30 January; the notice of 27 January added Friday the 31st.
    # 23 January (Thursday) -> 3 February (Monday): the next trading day.
    assert add_trading_days(RULES, date(2020, 1, 23), 1) == date(2020, 2, 3)


def test_a_start_on_a_closed_day_counts_from_the_day_before() -> None:
    # Saturday 2026-11-14 stands for Friday the 13th; Monday the 16th is one day later.
    assert trading_days_between(RULES, date(2026, 11, 14), date(2026, 11, 16)) == 1
    assert add_trading_days(RULES, date(2026, 11, 14), 0) == date(2026, 11, 13)


@pytest.mark.parametrize(
    ("call", "what"),
    [
        (lambda: CALENDAR.is_trading_day(date(2009, 5, 4)), "2009-05-04"),
        (lambda: CALENDAR.trading_days_between(date(2026, 12, 1), date(2027, 1, 5)), "2027"),
        (lambda: CALENDAR.add_trading_days(date(2026, 12, 30), 5), "+5 trading days"),
    ],
)
def test_an_unknown_year_is_an_error_that_says_so(call: object, what: str) -> None:
    with pytest.raises(UsageError) as caught:
        call()  # type: ignore[operator]
    assert what in str(caught.value)
    assert "2026" in str(caught.value)
    assert "closed_weekdays_<year>" in str(caught.value)


@given(DAYS, st.integers(-30, 30))
def test_adding_and_counting_agree(day: date, count: int) -> None:
    start = CALENDAR.add_trading_days(day, 0)
    assert CALENDAR.trading_days_between(start, CALENDAR.add_trading_days(start, count)) == count


@given(DAYS, DAYS, DAYS)
def test_counts_add_up(a: date, b: date, c: date) -> None:
    between = CALENDAR.trading_days_between
    assert between(a, b) + between(b, c) == between(a, c)


def test_every_year_is_cited() -> None:
    rules = [r for r in RULES if r.name.startswith("closed_weekdays_")]
    assert [int(r.name[-4:]) for r in rules] == list(range(2016, 2027))
    assert all(len(r.source) > 20 for r in rules)


def test_equals_exchange_calendars_where_both_know() -> None:
    xcals = pytest.importorskip("exchange_calendars", reason="a development dependency")
    known = xcals.get_calendar("XSHG", start="2016-01-01")
    theirs = {day.date() for day in known.sessions}
    last = min(known.last_session.date(), date(2026, 12, 31))
    day, differing = date(2016, 1, 1), []
    while day <= last:
        if CALENDAR.is_trading_day(day) != (day in theirs):
            differing.append(day)
        day += timedelta(days=1)
    assert differing == []
    assert last >= date(2025, 12, 31)
