"""Shares that changed hands outside the auction, and the locks on what was received."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from graphkit.rules.book import Rulebook
    from graphkit.store.base import Snapshot

_COLUMNS = ["transfer_id", "kind", "code", "from_id", "to_id", "quantity", "price"]
_COLUMNS += ["signing_date", "announcement_date", "registration_date", "fact_id"]


@dataclass(frozen=True, slots=True)
class Transfer:
    """A block trade or agreement transfer; `days` are its known dates, by name."""

    transfer_id: str
    kind: str
    code: str
    from_id: str | None
    to_id: str | None
    quantity: Decimal
    price: Decimal | None
    days: tuple[tuple[str, date], ...]
    fact: str


@dataclass(frozen=True, slots=True)
class Lock:
    """Shares of a party that may not be sold from a day to a last day (both included)."""

    party_id: str
    code: str
    first: date
    last: date
    fact: str


def read_transfers(snapshot: Snapshot, rules: Rulebook, codes: Collection[str]) -> list[Transfer]:
    """The reductions (减持) of some securities that were signed, announced or registered by now."""
    kinds = rules["reduction_kinds"].value
    found = []
    for row in snapshot.rows("share_transfer", _COLUMNS, where="code", among=codes):
        number, kind, code, giver, taker, quantity, price, *days, fact = row
        names = ("signing", "announcement", "registration")
        known = tuple(
            (name, day)
            for name, day in zip(names, days, strict=True)
            if day is not None and day <= snapshot.as_of
        )
        if kind in kinds and known and quantity > 0:
            found.append(Transfer(number, kind, code, giver, taker, quantity, price, known, fact))
    return sorted(found, key=lambda t: t.transfer_id)


def read_locks(snapshot: Snapshot, rules: Rulebook, codes: Collection[str]) -> list[Lock]:
    """The locks on some securities; none lasts longer here than the rule's months."""
    months = rules["reduction_lock_months"].value
    columns = ["party_id", "code", "from_date", "until_date", "fact_id"]
    found = []
    for party, code, first, last, fact in snapshot.rows("share_lock", columns, "code", codes):
        cap = add_months(first, months)
        found.append(Lock(party, code, first, min(last or cap, cap), fact))
    return sorted(found, key=lambda k: (k.code, k.party_id, k.first, k.fact))


def add_months(day: date, months: int) -> date:
    """The same day some months later, or the last of that month where it has no such day.

    Examples
    --------
    >>> add_months(date(2026, 8, 31), 6)
    datetime.date(2027, 2, 28)
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
