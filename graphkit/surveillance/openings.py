"""New short sales (融券卖出), each counted once, out of contracts and fills.

A short sale shows twice in a broker's data: as the contract that it opened, and as the fill. For
each account, security and day the source that shows more shares is taken whole, contracts on a tie:
an end-of-day contract file misses what was opened and closed within the day, a fill file may be
missing altogether. Adding the two up would double every short.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal

from graphkit.model.findings import Finding

if TYPE_CHECKING:
    from graphkit.rules.book import Rulebook
    from graphkit.store.base import Snapshot

_CONTRACT = ["contract_id", "account_id", "side", "code", "open_date", "opened_quantity"]
_CONTRACT += ["quantity", "sale_price", "date", "fact_id"]
_FILL = ["fill_id", "account_id", "code", "date", "side", "business_code", "price", "quantity"]
_FILL += ["fact_id"]


@dataclass(frozen=True, slots=True)
class Opening:
    """One new short sale: shares and price, and the contract or fill that shows it."""

    source: Literal["contract", "fill"]
    number: str
    account_id: str
    code: str
    day: date
    quantity: Decimal
    price: Decimal | None
    fact: str


@dataclass(frozen=True, slots=True)
class Openings:
    """The new short sales since a day, the findings of reading them, the first day of contracts."""

    rows: tuple[Opening, ...]
    findings: tuple[Finding, ...]
    history_from: date | None


def read_openings(snapshot: Snapshot, rules: Rulebook, since: date) -> Openings:
    """The new short sales from `since` to the as-of day, sorted by day, account and number."""
    contracts, findings, history_from = _contracts(snapshot, since)
    fills = _fills(snapshot, rules, since)
    rows = sorted(
        choose([*contracts, *fills]), key=lambda o: (o.day, o.code, o.account_id, o.number)
    )
    return Openings(tuple(rows), tuple(findings), history_from)


def choose(openings: Iterable[Opening]) -> list[Opening]:
    """The openings without those that the other source shows too.

    Examples
    --------
    >>> day = date(2026, 10, 9)
    >>> def opening(source, number, quantity):
    ...     return Opening(source, number, "a", "x", day, Decimal(quantity), None, number)
    >>> pair = [opening("contract", "c1", 100), opening("fill", "f1", 60)]
    >>> pair += [opening("fill", "f2", 40)]
    >>> [o.number for o in choose(pair)]
    ['c1']
    >>> [o.number for o in choose([*pair, opening("fill", "f3", 1)])]
    ['f1', 'f2', 'f3']
    """
    days: dict[tuple[str, str, date], dict[str, list[Opening]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for opening in openings:
        days[opening.account_id, opening.code, opening.day][opening.source].append(opening)
    chosen: list[Opening] = []
    for sources in days.values():
        total = {name: sum(o.quantity for o in rows) for name, rows in sources.items()}
        more_filled = total.get("fill", 0) > total.get("contract", 0)
        chosen += sources["fill" if more_filled else "contract"]
    return chosen


def _contracts(snapshot: Snapshot, since: date) -> tuple[list[Opening], list[Finding], date | None]:
    import duckdb
    import pyarrow.compute as pc

    table = snapshot.arrow("contract", _CONTRACT, since=since)
    if table.num_rows == 0:
        return [], [], None
    history_from: date = pc.min(table["date"]).as_py()
    engine = duckdb.connect(
        config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
    )
    try:
        engine.register("contract", table)
        sql = (files("graphkit.surveillance") / "short_contracts.sql").read_text("utf-8")
        rows = engine.execute(sql).fetchall()
    finally:
        engine.close()
    openings: list[Opening] = []
    findings: list[Finding] = []
    for row in rows:
        opening, finding = _contract(row, since, snapshot.as_of)
        if opening is not None:
            openings.append(opening)
        if finding is not None:
            findings.append(finding)
    return openings, findings, history_from


def _contract(
    row: tuple[Any, ...], since: date, as_of: date
) -> tuple[Opening | None, Finding | None]:
    number, account, code, opened, quantity, most, first_seen, price, fact = row
    finding = None
    if opened is None or opened > as_of:
        said = "no opening day" if opened is None else f"opening day {opened}, after {as_of}"
        finding = Finding(
            "short_opening_day",
            "warning",
            number,
            f"short contract {number} states {said}; the first day it was seen, {first_seen}, "
            "is used",
            (fact,),
        )
        opened = first_seen
    if quantity is None or quantity <= 0:
        finding = Finding(
            "short_opening_quantity",
            "warning",
            number,
            f"short contract {number} states no opening quantity; the most that was outstanding "
            f"({most if most is not None else 'nothing'}) is used",
            (fact,),
            "lower_bound" if most else "excluded",
        )
        quantity = most
    if opened < since or not quantity:
        return None, finding
    return Opening("contract", number, account, code, opened, quantity, price, fact), finding


def _fills(snapshot: Snapshot, rules: Rulebook, since: date) -> list[Opening]:
    import pyarrow as pa
    import pyarrow.compute as pc

    codes = pa.array(rules["short_sale_business_codes"].value, pa.string())
    table = snapshot.arrow("fill", _FILL)
    kept = pc.and_(
        pc.is_in(table["business_code"], value_set=codes),
        pc.and_(
            pc.equal(table["side"], "sell"),
            pc.and_(
                pc.greater_equal(table["date"], pa.scalar(since)),
                pc.less_equal(table["date"], pa.scalar(snapshot.as_of)),
            ),
        ),
    )
    return [
        Opening(
            "fill",
            row["fill_id"],
            row["account_id"],
            row["code"],
            row["date"],
            row["quantity"],
            row["price"],
            row["fact_id"],
        )
        for row in table.filter(kept).to_pylist()
        if row["quantity"] > 0
    ]
