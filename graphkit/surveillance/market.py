"""What the market says about a security on a day: shares issued, closes, volumes."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from graphkit.rules.calendar import TradingCalendar
    from graphkit.store.base import Snapshot


@dataclass(frozen=True, slots=True)
class Market:
    """Shares issued, closes and volumes of some securities, by date."""

    shares: dict[str, list[tuple[date, Decimal]]]
    closes: dict[tuple[str, date], Decimal]
    volumes: dict[tuple[str, date], Decimal]

    def total_shares(self, code: str, day: date) -> Decimal | None:
        """The shares issued on a day; before the first row on file, that row's; None unknown."""
        rows = self.shares.get(code)
        if not rows:
            return None
        return rows[max(bisect_right(rows, day, key=lambda r: r[0]) - 1, 0)][1]

    def volume(self, code: str, day: date, days: int, calendar: TradingCalendar) -> Decimal | None:
        """The shares traded in the `days` trading days up to a day; None when one is missing."""
        total = Decimal(0)
        for back in range(days):
            traded = self.volumes.get((code, calendar.add_trading_days(day, -back)))
            if traded is None:
                return None
            total += traded
        return total


def read_market(snapshot: Snapshot, codes: Collection[str], since: date) -> Market:
    """The market figures of some securities from `since` to the as-of day."""
    import pyarrow as pa
    import pyarrow.compute as pc

    wanted = pa.array(sorted(codes), pa.string())
    shares: dict[str, dict[date, Decimal]] = defaultdict(dict)
    columns = ["code", "date", "total_shares"]
    for table in (
        snapshot.arrow("security_state", columns),
        snapshot.arrow("security_state", columns, since=since),
    ):
        for row in table.filter(pc.is_in(table["code"], value_set=wanted)).to_pylist():
            if row["total_shares"] is not None and row["total_shares"] > 0:
                shares[row["code"]][row["date"]] = row["total_shares"]
    closes: dict[tuple[str, date], Decimal] = {}
    volumes: dict[tuple[str, date], Decimal] = {}
    prices = snapshot.arrow("price", ["code", "date", "close", "volume"], since=since)
    for row in prices.filter(pc.is_in(prices["code"], value_set=wanted)).to_pylist():
        if row["close"] is not None and row["close"] > 0:
            closes[row["code"], row["date"]] = row["close"]
        if row["volume"] is not None:
            volumes[row["code"], row["date"]] = row["volume"]
    return Market({code: sorted(rows.items()) for code, rows in shares.items()}, closes, volumes)
