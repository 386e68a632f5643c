"""Short sales of a group beside a transfer of the same shares (融券卖出后减持).

One client sells short at the market's price, and the client itself or somebody who is one client
with it hands over, or receives, the shares in a block trade or by agreement at a discount: the
spread is locked in. Sequence S1 and its mirror of RULES.md section 5.1; each of a transfer's dates
(signing, announcement, registration) counts, before and after the short.

For each group, transfer and side in time, the pair of days that weighs most makes one flag: a
breach before high before medium, then the larger overlap, the shorter distance, the earlier short.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from graphkit.clients.group import Group, Standing
from graphkit.rules.calendar import TradingCalendar
from graphkit.surveillance.flag import Flag, FlagSeverity
from graphkit.surveillance.market import Market, read_market
from graphkit.surveillance.openings import Opening, read_openings
from graphkit.surveillance.persons import Persons, Roles
from graphkit.surveillance.short_event import ShortBook, ShortEvent
from graphkit.surveillance.transfers import (
    Lock,
    Transfer,
    add_months,
    read_locks,
    read_transfers,
)

if TYPE_CHECKING:
    from graphkit.model.findings import Finding
    from graphkit.rules.book import Rulebook
    from graphkit.store.base import Snapshot

Side = Literal["before", "after"]
_WEIGHT: dict[FlagSeverity, int] = {"breach": 0, "high": 1, "medium": 2}


@dataclass(frozen=True, slots=True)
class Scan:
    """The flags, and what was wrong with the data that they rest on."""

    flags: tuple[Flag, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """A short event and a date of a transfer that lie close: the short `side` the transfer."""

    severity: FlagSeverity
    window: str
    rule: str
    side: Side
    day_name: str
    day: date
    event: ShortEvent
    overlap: Decimal
    lock: Lock | None

    @property
    def cost(self) -> tuple[int, Decimal, int, date, str]:
        """The less, the more the pair weighs."""
        distance = abs((self.day - self.event.day).days)
        return _WEIGHT[self.severity], -self.overlap, distance, self.event.day, self.day_name


@dataclass(frozen=True, slots=True)
class Sight:
    """What everything is judged against; `clients` are those of the accounts."""

    market: Market
    calendar: TradingCalendar
    rules: Rulebook
    clients: dict[str, str]
    licences: dict[str, tuple[str, ...]]
    locks: list[Lock]
    history_from: date | None


def short_then_reduce(snapshot: Snapshot, rules: Rulebook, groups: Sequence[Group]) -> list[Flag]:
    """The flags of short-then-reduce over all groups, gravest first, in a fixed order."""
    return list(scan(snapshot, rules, groups).flags)


def scan(snapshot: Snapshot, rules: Rulebook, groups: Sequence[Group]) -> Scan:
    """The flags of short-then-reduce, and the findings about the short sales read for it."""
    from graphkit.surveillance.telling import tell

    since = snapshot.as_of - timedelta(days=rules["surveillance_lookback_days"].value)
    openings = read_openings(snapshot, rules, since)
    shorts: dict[str, dict[str, list[Opening]]] = defaultdict(lambda: defaultdict(list))
    for opening in openings.rows:
        shorts[opening.code][opening.account_id].append(opening)
    transfers = read_transfers(snapshot, rules, shorts)
    if not transfers:
        return Scan((), openings.findings)
    codes = {t.code for t in transfers}
    scopes = {code: {code} for code in codes}
    for code, issuer in snapshot.rows("security", ["code", "issuer_id"], "code", codes):
        if issuer:
            scopes[code].add(issuer)
    licences: dict[str, list[str]] = defaultdict(list)
    for party, kind in snapshot.rows("licence", ["party_id", "kind"]):
        licences[party].append(kind)
    sight = Sight(
        read_market(snapshot, codes, since),
        TradingCalendar.of(rules),
        rules,
        dict(snapshot.rows("account", ["account_id", "client_id"])),
        {party: tuple(sorted(kinds)) for party, kinds in licences.items()},
        read_locks(snapshot, rules, codes),
        openings.history_from,
    )
    persons = Persons(snapshot, rules, groups)
    flags = []
    for transfer in transfers:
        for roles in _sides(persons, transfer, scopes[transfer.code]):
            for pair, standing in _judge(transfer, roles, shorts[transfer.code], sight):
                flags.append(tell(pair, transfer, roles, standing, sight))
    flags.sort(key=lambda f: (_WEIGHT[f.severity], f.group_id, f.code, f.transfer_id, f.flag_id))
    return Scan(tuple(flags), openings.findings)


def _sides(persons: Persons, transfer: Transfer, scope: set[str]) -> Iterator[Roles]:
    """For each group that a transfer counts for: who of it gives, who of it takes."""
    given = {p.group.group_id: p for p in persons.of(transfer.from_id or "", scope)}
    taken = {p.group.group_id: p for p in persons.of(transfer.to_id or "", scope)}
    for group_id in sorted(given.keys() | taken.keys()):
        yield Roles(given.get(group_id), taken.get(group_id))


def _judge(
    transfer: Transfer, roles: Roles, shorts: dict[str, list[Opening]], sight: Sight
) -> Iterator[tuple[Pair, Standing]]:
    """The pairs of a group and a transfer that make flags, one a side in time at most.

    Shorts of certain accounts are judged alone first; only where they make no flag are those of
    possible members added, and such a flag is only possible.
    """
    person = roles.person
    group = person.group
    accounts = list(group.accounts)
    tries: list[tuple[Standing, list[str]]] = [(person.standing, accounts)]
    if group.possible_accounts:
        tries.append(("possible", [*accounts, *group.possible_accounts]))
    parties = {
        transfer.from_id if roles.given else None,
        transfer.to_id if roles.taken else None,
    }
    held = [k for k in sight.locks if k.code == transfer.code and k.party_id in parties]
    found: dict[Side, tuple[Pair, Standing]] = {}
    for standing, names in tries:
        openings = [o for name in sorted(set(names)) for o in shorts.get(name, ())]
        if not openings:
            continue
        book = ShortBook(openings, sight.market, sight.calendar, sight.rules, sight.history_from)
        for side in ("before", "after"):
            pairs = list(_pairs(book, transfer, held, side, sight))
            if pairs and side not in found:
                found[side] = (min(pairs, key=lambda p: p.cost), standing)
    if len(found) == 2:
        # a short between signing and registration is one story, told once, by the graver side
        before, after = found["before"][0], found["after"][0]
        if before.event.openings == after.event.openings:
            del found["after" if before.cost <= after.cost else "before"]
    for side in ("before", "after"):
        if side in found:
            yield found[side]


def _pairs(
    book: ShortBook, transfer: Transfer, locks: list[Lock], side: Side, sight: Sight
) -> Iterator[Pair]:
    line = sight.rules["reduction_overlap"]
    for name, day in transfer.days:
        for short_day in book.days():
            if (short_day <= day) != (side == "before"):
                continue
            near = _window(short_day, day, locks, sight)
            if near is None:
                continue
            event = book.event(short_day, after=day if side == "after" else None)
            if event is None:
                continue
            overlap = min(event.quantity, transfer.quantity)
            part, least = Fraction(overlap) / Fraction(event.quantity), Fraction(line.value)
            if part > least or (line.inclusive and part == least):
                severity, window, rule, lock = near
                yield Pair(severity, window, rule, side, name, day, event, overlap, lock)


def _window(
    short: date, transfer: date, locks: list[Lock], sight: Sight
) -> tuple[FlagSeverity, str, str, Lock | None] | None:
    """How close a short and a transfer lie: (severity, window, rule, lock); None when far."""
    rules = sight.rules
    months = rules["reduction_lock_months"]
    first, last = min(short, transfer), max(short, transfer)
    if last <= add_months(first, months.value):
        for lock in locks:
            if lock.first <= short <= lock.last:
                return "breach", "lock", months.name, lock
    natural = (last - first).days
    wide, core = rules["reduction_wide_natural_days"], rules["reduction_core_trading_days"]
    # a trading day takes at least one natural day, so a count of trading days needs the calendar
    # only where it can decide
    reach = max(wide.value, 3 * core.value)
    if natural <= reach:
        trading = sight.calendar.trading_days_between(first, last)
        if trading < core.value or (core.inclusive and trading == core.value):
            return "high", "core", core.name, None
    if natural < wide.value or (wide.inclusive and natural == wide.value):
        return "medium", "wide", wide.name, None
    return None
