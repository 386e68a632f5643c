"""The broker's side of a seeded world: accounts, cash, positions, contracts, prices, as CSV files.

One business day, drawn like :mod:`benchmarks.world` from ``random.Random(seed).random`` alone.
Part of the clients are companies of one family, so that there are groups; some of those sell short
in size around a block trade of a relative, so that there are flags.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from random import Random

from benchmarks.world import World
from benchmarks.worldfiles import listed_codes

DAY = date(2026, 11, 20)
"""A Friday on which the exchanges are open."""

_HEADERS = {
    "account": "account_id,client_id,kind,status",
    "account_terms": "account_id,date,warning_line,call_line,restore_line",
    "cash": "account_id,date,total,short_proceeds",
    "position": "account_id,code,date,quantity,available",
    "contract": "contract_id,account_id,date,side,code,open_date,opened_quantity,opened_principal,"
    "quantity,principal,sale_price,fee,interest,rate,due_date,status",
    "security": "code,name,kind,board,issuer_id,listing_date,lot_size,tick_size",
    "security_state": "code,date,suspended,risk_warned,delisting,financing_target,short_target,"
    "eligible_collateral,special_list,total_shares,float_shares",
    "price": "code,date,close,prev_close,volume",
    "haircut": "code,date,rate,source",
    "broker_figure": "name,date,value",
    "fill": "fill_id,account_id,code,date,side,business_code,price,quantity,amount,contract_id",
    "share_transfer": "transfer_id,kind,code,from_id,to_id,quantity,price,signing_date,"
    "registration_date",
}


@dataclass(slots=True)
class _Book:
    world: World
    seed: int
    codes: list[str]
    prices: list[int] = field(default_factory=list)
    rows: dict[str, list[str]] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)

    def add(self, table: str, *values: object) -> None:
        self.rows[table].append(",".join(map(str, values)) + "\n")


def write(folder: Path, world: World, clients: int, seed: int = 7) -> Counter[str]:
    """Rows written a table, for `clients` clients with about five positions each."""
    book = _Book(world, seed, listed_codes(world.plan.listed))
    book.rows = {name: [header + "\n"] for name, header in _HEADERS.items()}
    random = Random(seed + 2).random
    _securities(book, random)
    for number, client in enumerate(_clients(world, clients, random)):
        _account(book, number, client, random)
    book.add("broker_figure", "net_capital", DAY, f"{clients * 500_000}.00")
    folder.mkdir(parents=True, exist_ok=True)
    for name, lines in book.rows.items():
        book.counts[f"rows: {name}"] = len(lines) - 1
        (folder / f"{name}.csv").write_text("".join(lines), "utf-8", newline="\n")
    return book.counts


_Draw = Callable[[], float]


def _securities(book: _Book, random: _Draw) -> None:
    issuers = (i for i, kind in enumerate(book.world.kinds) if kind == "listed_company")
    for code, issuer in zip(book.codes, issuers, strict=True):
        cents = 200 + int(random() ** 3 * 20_000)
        book.prices.append(cents)
        before = cents * (97 + int(random() * 7)) // 100
        rare, shares = random(), 100_000_000 * (1 + int(random() ** 2 * 100))
        warned, special = rare < 0.03, rare > 0.97
        name = f"虚构{code[:6]}"
        book.add(
            "security",
            code,
            name,
            "stock",
            "main",
            book.world.ids[issuer],
            "2010-03-01",
            100,
            "0.01",
        )
        flags = ("no", _yes(warned), "no", "yes", "yes", _yes(not warned), _yes(special))
        book.add("security_state", code, "2026-01-05", *flags, shares, shares * 7 // 10)
        book.add("price", code, DAY, _money(cents), _money(before), shares // 200)
        book.add("haircut", code, "2026-01-05", "0.00" if warned else "0.65", "虚构证券折算率表")


def _clients(world: World, wanted: int, random: _Draw) -> list[int]:
    """Clients, no two alike: relatives in a family first, then persons and companies at large."""
    plan, found = world.plan, dict[int, None]()
    heads = sorted(x for x, family in world.controllers.items() if len(family) > 1)
    while heads and len(found) < wanted // 5:
        head = heads[int(random() * len(heads))]
        family = [head, *world.controllers[head]]
        for _ in range(min(len(family), 2 + int(random() * 3))):
            found[family[int(random() * len(family))]] = None
    while len(found) < wanted:
        if random() < 0.6:
            found[int(random() * plan.persons)] = None
        else:
            found[plan.first + int(random() * plan.entities)] = None
    barred = ("state_body", "listed_company")
    return [x for x in found if world.kinds[x] not in barred]


def _account(book: _Book, number: int, client: int, random: _Draw) -> None:
    account = f"{10_000_000 + number}"
    book.add("account", account, book.world.ids[client], "credit", "open")
    if random() < 0.05:
        book.add("account_terms", account, "2026-03-02", "1.60", "1.40", "1.50")
    cash = int(random() ** 2 * 100_000_000)
    assets = cash
    held: set[int] = set()
    for _ in range(2 + int(random() * 7)):
        at = int(random() * len(book.codes))
        if at in held:
            continue
        held.add(at)
        quantity = 100 * (1 + int(random() ** 4 * 20_000))
        assets += quantity * book.prices[at]
        book.add("position", account, book.codes[at], DAY, quantity, quantity)
    ratio = 1.05 + random() * 0.3 if random() < 0.01 else 1.35 + random() * 2
    debt = int(assets / ratio) if random() < 0.7 else 0
    proceeds = _short(book, account, client, debt, random) if random() < 0.12 else 0
    loans = sorted(held)[: 1 + int(random() * 3)] if debt > proceeds else []
    for place, at in enumerate(loans):
        _loan(book, account, place, at, (debt - proceeds) // len(loans), random)
    book.add("cash", account, DAY, _money(cash + proceeds), _money(proceeds))


def _loan(book: _Book, account: str, place: int, at: int, money: int, random: _Draw) -> None:
    opened = DAY - timedelta(days=1 + int(random() * 170))
    quantity = max(100, money // book.prices[at] // 100 * 100)
    interest = money * 65 * (DAY - opened).days // 360_000
    book.add(
        "contract", f"{opened:%Y%m%d}{account}{place:02d}", account, DAY, "financing",
        book.codes[at], opened, quantity, _money(money), quantity, _money(money), "", "0.00",
        _money(interest), "0.065", opened + timedelta(days=180), "open",
    )  # fmt: skip


def _short(book: _Book, account: str, client: int, most: int, random: _Draw) -> int:
    """Proceeds in cents of one short sale of the last days; one in ten is of a size that counts."""
    at = int(random() * len(book.codes))
    code, price = book.codes[at], book.prices[at]
    big = random() < 0.1
    cents = 1_500_000_000 + int(random() * 9_000_000_000) if big else int(most * random() * 0.5)
    quantity = cents // price // 100 * 100
    if not quantity:
        return 0
    opened = DAY - timedelta(days=(0, 1, 2, 3, 4, 7)[int(random() * 6)])
    amount, contract = quantity * price, f"{opened:%Y%m%d}{account}90"
    book.add(
        "contract", contract, account, DAY, "short", code, opened, quantity, _money(amount),
        quantity, "", _money(price), _money(amount // 10_000), "0.00", "0.08",
        opened + timedelta(days=180), "open",
    )  # fmt: skip
    book.add(
        "fill", f"D{account}", account, code, opened, "sell", "06", _money(price), quantity,
        _money(amount), contract,
    )  # fmt: skip
    if big and random() < 0.6:
        day = DAY - timedelta(days=(0, 3, 7, 10, 14, 17, 21, 28)[int(random() * 8)])
        family = book.world.controllers.get(client) or [client]
        seller = book.world.ids[family[int(random() * len(family))]]
        buyer = book.world.ids[int(random() * book.world.plan.persons)]
        book.add(
            "share_transfer", f"T{account}", "block", code, seller, buyer, quantity * 2,
            _money(price * 95 // 100), day, day,
        )  # fmt: skip
        book.counts["large shorts around a block trade of the client or its family"] += 1
    return amount


def _money(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"


def _yes(said: bool) -> str:
    return "yes" if said else "no"
