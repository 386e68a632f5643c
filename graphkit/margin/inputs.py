"""What the margin stage reads of a snapshot, as Arrow tables under their canonical names.

Positions and contracts are read back to the trading day before (what should still be there?) and to
the record dates of entitlements in transit (who was entitled?); prices further back only when a
security has none of the day.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from graphkit.clients.group import Group
from graphkit.model.errors import UsageError
from graphkit.rules.book import Rulebook
from graphkit.rules.calendar import TradingCalendar
from graphkit.store.base import Snapshot

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

_EVIDENCE = ("fact_id", "file", "line")

_COLUMNS: dict[str, tuple[str, ...]] = {
    "account": ("account_id", "client_id", "kind", "status", "fact_id"),
    "account_terms": (
        "account_id",
        "warning_line",
        "call_line",
        "restore_line",
        "urgent_line",
        "withdraw_line",
        "fact_id",
    ),
    "security": ("code", "board", "listing_date"),
    "security_state": (
        "code",
        "suspended",
        "risk_warned",
        "eligible_collateral",
        "concentration_group",
        "special_list",
    ),
    "fair_value": ("code", "date", "value", *_EVIDENCE),
    "entitlement": (
        "code",
        "ex_date",
        "kind",
        "record_date",
        "pay_date",
        "value",
        "subscription_price",
        *_EVIDENCE,
    ),
    "subscription": ("account_id", "code", "ex_date", "quantity", "paid_on", *_EVIDENCE),
    "cash": ("account_id", "total", *_EVIDENCE),
    "other_collateral": ("account_id", "kind", "value", *_EVIDENCE),
    "other_liability": ("account_id", "kind", "amount", *_EVIDENCE),
    "broker_figure": ("name", "value"),
    "decision": (
        "decision_id",
        "kind",
        "subject_a",
        "subject_b",
        "made_on",
        "until",
        "fact_id",
    ),
}
_POSITION = ("account_id", "code", "date", "quantity", *_EVIDENCE)
_CONTRACT = (
    "contract_id",
    "account_id",
    "side",
    "code",
    "date",
    "quantity",
    "principal",
    "sale_price",
    "interest",
    "fee",
    "compensation",
    *_EVIDENCE,
)
_PRICE = ("code", "date", "close", "prev_close", "volume", *_EVIDENCE)
_NEW_LISTING_DAYS = 60
"""Natural days within which trading days since listing are counted: no exchange holiday is so long
that a class of newly listed securities could reach further."""


def previous_trading_day(rules: Rulebook, as_of: date) -> date | None:
    """The last trading day before the day; None where the calendar does not know the year."""
    try:
        return TradingCalendar.of(rules).add_trading_days(as_of - timedelta(days=1), 0)
    except UsageError:
        return None


def read_tables(
    snapshot: Snapshot, rules: Rulebook, previous_day: date | None
) -> dict[str, pa.Table]:
    """Every input table but the prices, exact types kept."""
    given = {name: snapshot.arrow(name, columns) for name, columns in _COLUMNS.items()}
    since = _since(snapshot, rules, given["entitlement"], previous_day)
    given["position"] = snapshot.arrow("position", _POSITION, since=since)
    given["contract"] = snapshot.arrow("contract", _CONTRACT, since=since)
    given["listed_days"] = _listed_days(rules, snapshot.as_of, given["security"])
    return given


def _since(
    snapshot: Snapshot, rules: Rulebook, entitlement: pa.Table, previous_day: date | None
) -> date:
    """The first day whose positions and contracts are needed."""
    as_of = snapshot.as_of
    earliest = as_of - timedelta(days=int(rules["last_close_search_days"].value))
    days = [as_of] if previous_day is None else [as_of, previous_day]
    for ex_date, record, pay in zip(
        *(entitlement[c].to_pylist() for c in ("ex_date", "record_date", "pay_date")), strict=True
    ):
        if record and pay and ex_date <= as_of < pay and record >= earliest:
            days.append(record)
    return min(days)


def read_prices(
    snapshot: Snapshot, rules: Rulebook, connection: duckdb.DuckDBPyConnection
) -> pa.Table:
    """Prices of the day; of earlier days too when a security that is needed has none, or is
    suspended (``last_close_search_days``).
    """
    of_day = snapshot.arrow("price", _PRICE)
    connection.register("price_of_day", of_day)
    lacking = connection.execute(
        """
        select count(*) from needed_code n
        left join price_of_day p using (code)
        left join security_state s using (code)
        where p.close is null or p.close <= 0 or s.suspended
        """
    ).fetchone()
    connection.unregister("price_of_day")
    if not lacking or not lacking[0]:
        return of_day
    back = timedelta(days=int(rules["last_close_search_days"].value))
    return snapshot.arrow("price", _PRICE, since=snapshot.as_of - back)


def _listed_days(rules: Rulebook, as_of: date, security: pa.Table) -> pa.Table:
    """Trading days since listing (its day is 1) of what was listed lately."""
    import pyarrow as pa

    codes: list[str] = []
    days: list[int] = []
    for code, listed in zip(
        security["code"].to_pylist(), security["listing_date"].to_pylist(), strict=True
    ):
        if listed is not None and listed > as_of - timedelta(days=_NEW_LISTING_DAYS):
            calendar = TradingCalendar.of(rules)
            codes.append(code)
            days.append(calendar.trading_days_between(listed - timedelta(days=1), as_of))
    return pa.table(
        {"code": pa.array(codes, pa.string()), "days_listed": pa.array(days, pa.int64())}
    )


def group_tables(groups: Sequence[Group]) -> dict[str, pa.Table]:
    """Tables ``group_head`` (a row a group) and ``group_account`` (a row a member's account)."""
    import pyarrow as pa

    pairs = sorted({(g.group_id, account) for g in groups for account in g.accounts})
    members = [sum(m.standing == "member" for m in g.members) for g in groups]
    return {
        "group_head": pa.table(
            {
                "group_id": pa.array([g.group_id for g in groups], pa.string()),
                "level": pa.array([g.level for g in groups], pa.string()),
                "members": pa.array(members, pa.int64()),
                "unresolved": pa.array([bool(g.unresolved) for g in groups], pa.bool_()),
            }
        ),
        "group_account": pa.table(
            {
                "group_id": pa.array([g for g, _ in pairs], pa.string()),
                "account_id": pa.array([a for _, a in pairs], pa.string()),
            }
        ),
    }


def missing_rows(
    snapshot: Snapshot, connection: duckdb.DuckDBPyConnection, previous_day: date | None
) -> pa.Table:
    """The absent rows that nothing explains, as table ``missing_row``.

    A position may be gone because it was sold or moved out since, a contract because a flow closed
    it; cash never is.
    """
    import pyarrow as pa

    rows = connection.execute(
        "select what, account_id, contract_id, fact_id from absent_row "
        "order by what, account_id, contract_id"
    ).fetchall()
    accounts = {r[1] for r in rows if r[0] == "position"}
    contracts = {r[2] for r in rows if r[0] == "contract"}
    explained: set[str] = set()
    if accounts:
        fills = snapshot.rows("fill", ["account_id", "date", "side"], "account_id", accounts)
        moves = snapshot.rows(
            "collateral_move", ["account_id", "direction"], "account_id", accounts
        )
        explained |= {
            account
            for account, day, side in fills
            if side == "sell" and (previous_day or day) < day <= snapshot.as_of
        }
        explained |= {account for account, direction in moves if direction == "out"}
    closed: set[str] = set()
    if contracts:
        flows = snapshot.rows("contract_flow", ["contract_id"], "contract_id", contracts)
        closed = {contract for (contract,) in flows}
    kept = [
        r
        for r in rows
        if not (r[0] == "position" and r[1] in explained)
        and not (r[0] == "contract" and r[2] in closed)
    ]
    names = ("what", "account_id", "contract_id", "fact_id")
    return pa.table({n: pa.array([r[i] for r in kept], pa.string()) for i, n in enumerate(names)})
