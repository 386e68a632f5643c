"""A pair of short event and transfer put into words and figures: the flag."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from graphkit.clients.group import Link, Standing
from graphkit.clients.reasons import chain
from graphkit.surveillance.flag import Figure, Flag, flag_id, number, rounded

if TYPE_CHECKING:
    from graphkit.surveillance.persons import Person, Roles
    from graphkit.surveillance.short_then_reduce import Pair, Sight
    from graphkit.surveillance.transfers import Transfer

TYPOLOGY = "short_then_reduce"


def tell(pair: Pair, transfer: Transfer, roles: Roles, standing: Standing, sight: Sight) -> Flag:
    """The flag of a pair, with its arithmetic, its group link and the facts that it rests on."""
    person = roles.person
    first, second = "short", f"transfer_{roles.role}"
    if pair.side == "after":
        first, second = second, first
    sequence = f"{first}_then_{second}"
    event = pair.event
    seller = _seller(pair, sight)
    link = _link(seller, person)
    strength_name, strength = _strength(link, sight)
    contracts = tuple(sorted(o.number for o in event.openings if o.source == "contract"))
    fills = tuple(sorted(o.number for o in event.openings if o.source == "fill"))
    figures = [
        *event.figures,
        Figure("short_tests_passed", " ".join(event.tests)),
        *_transfer_figures(pair, transfer, sight),
        Figure("link_strength", f"{number(strength)} ({strength_name})", "link_strengths"),
    ]
    facts = [o.fact for o in event.openings] + [transfer.fact]
    facts += [pair.lock.fact] if pair.lock else []
    facts += [fact for step in link for fact in step.facts]
    possible = standing == "possible" or any(step.standing == "possible" for step in link)
    severity = "medium" if possible else pair.severity
    return Flag(
        flag_id=flag_id(
            TYPOLOGY, person.group.group_id, transfer.transfer_id, sequence, *contracts, "", *fills
        ),
        typology=TYPOLOGY,
        sequence=sequence,
        severity=severity,
        standing="possible" if possible else "member",
        group_id=person.group.group_id,
        code=transfer.code,
        text=_text(pair, transfer, roles, seller, figures),
        contracts=contracts,
        fills=fills,
        transfer_id=transfer.transfer_id,
        link=link,
        arithmetic=tuple(figures),
        facts=tuple(dict.fromkeys(facts)),
        labels=_labels(pair, sight),
    )


def _seller(pair: Pair, sight: Sight) -> str:
    """The client that sold most of the event short; of several the smaller id."""
    sold: dict[str, Decimal] = defaultdict(Decimal)
    for opening in pair.event.openings:
        sold[sight.clients.get(opening.account_id, opening.account_id)] += opening.quantity
    return min(sold, key=lambda client: (-sold[client], client))


def _link(seller: str, person: Person) -> tuple[Link, ...]:
    links = chain(person.group, seller, person.member) or ()
    return (*links, person.concert) if person.concert else links


def _strength(link: tuple[Link, ...], sight: Sight) -> tuple[str, Decimal]:
    """The weakest link's kind and strength; ``same_person`` where there is no link."""
    strengths = sight.rules["link_strengths"].value
    known = [
        (strengths[kind], kind)
        for kind in (step.kind if step.kind in strengths else "other" for step in link)
    ]
    value, kind = min(known, default=(strengths["same_person"], "same_person"))
    return kind, Decimal(value)


def _labels(pair: Pair, sight: Sight) -> tuple[str, ...]:
    """Benign reasons to check: a label never removes a flag."""
    words = sight.rules["short_filter_licences"].value
    clients = {sight.clients.get(o.account_id, "") for o in pair.event.openings}
    return tuple(
        sorted(
            f"{client}: {words[kind]}"
            for client in clients
            for kind in sight.licences.get(client, ())
            if kind in words
        )
    )


def _transfer_figures(pair: Pair, transfer: Transfer, sight: Sight) -> list[Figure]:
    event, market = pair.event, sight.market
    trade_day = transfer.days[0][1]
    figures = [Figure("transfer_quantity", number(transfer.quantity))]
    total = market.total_shares(transfer.code, trade_day)
    if total is not None:
        part = Fraction(transfer.quantity) / Fraction(total)
        figures.append(Figure("transfer_percent_of_total", rounded(part * 100)))
    price = transfer.price
    figures.append(Figure("transfer_price", "unknown" if price is None else number(price)))
    close = market.closes.get((transfer.code, trade_day))
    if price is not None and close is not None:
        discount = 1 - Fraction(price) / Fraction(close)
        figures.append(Figure("close", number(close)))
        figures.append(Figure("discount_percent", rounded(discount * 100)))
    overlap = Fraction(pair.overlap) / Fraction(event.quantity)
    figures.append(Figure("overlap_quantity", number(pair.overlap)))
    figures.append(
        Figure("overlap_percent", rounded(overlap * 100, down=True), "reduction_overlap")
    )
    if price is not None and event.average is not None:
        spread = (event.average - Fraction(price)) * Fraction(pair.overlap)
        figures.append(Figure("locked_spread", rounded(spread)))
    else:
        figures.append(Figure("locked_spread", "unknown: a price is missing"))
    for name, day in transfer.days:
        natural = (day - event.day).days
        figures.append(Figure(f"{name}_date", day.isoformat()))
        figures.append(Figure(f"{name}_natural_days_after_short", str(natural)))
    trading = sight.calendar.trading_days_between(event.day, pair.day)
    figures.append(Figure(f"{pair.day_name}_trading_days_after_short", str(trading), pair.rule))
    figures.append(Figure("window", pair.window, pair.rule))
    if pair.lock:
        figures.append(
            Figure("locked", f"{pair.lock.first} to {pair.lock.last}", "reduction_lock_months")
        )
    return figures


def _text(pair: Pair, transfer: Transfer, roles: Roles, seller: str, figures: list[Figure]) -> str:
    role = roles.role
    value = {figure.name: figure.value for figure in figures}
    event = pair.event
    party = {"out": transfer.from_id, "in": transfer.to_id, "within": transfer.from_id}[role]
    distance = abs(int(value[f"{pair.day_name}_trading_days_after_short"]))
    when = "the same day" if not distance else f"{distance} trading day{'s' * (distance > 1)}"
    order = "" if not distance else (" later" if pair.side == "before" else " earlier")
    done = {
        "out": f"handed over {number(transfer.quantity)} to {transfer.to_id or 'somebody unnamed'}",
        "in": f"received {number(transfer.quantity)} from {transfer.from_id or 'somebody unnamed'}",
        "within": f"handed {number(transfer.quantity)} to {transfer.to_id}",
    }[role]
    lock = f"; the short lies in the lock until {pair.lock.last}" if pair.lock else ""
    return (
        f"{roles.person.group.group_id}: {seller} and its group sold {number(event.quantity)} "
        f"{transfer.code} short up to {event.day}; {when}{order} ({pair.day_name} {pair.day}) "
        f"{party} {done} in {transfer.kind} transfer {transfer.transfer_id}; overlap "
        f"{value['overlap_percent']} %, locked spread {value['locked_spread']}{lock}"
    )
