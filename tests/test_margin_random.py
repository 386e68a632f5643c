"""Accounts, groups and limits of random brokers against the second computation by fractions."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from margin_worlds import random_world
from memory_snapshot import MemorySnapshot
from oracles_margin import LINES, AccountAnswer, Oracle, down, up
from oracles_margin_prices import World

from graphkit.clients.group import Group, Member
from graphkit.margin.measures import Measures, measure
from graphkit.rules.book import Rulebook

ACCOUNTS = 3000
OFTEN = 100
"""Accounts in which each feature must occur, over the whole run."""

FEATURES = {
    "long: close",
    "long: suspended last close",
    "long: suspended last close, adjusted",
    "long: suspended too long",
    "long: no price",
    "long: fair value in case 0",
    "long: fair value in case 1",
    "long: fair value in case 2",
    "long: fair value in transit",
    "long: fair value, no price",
    "long: bonus in transit",
    "long: dividend in transit",
    "long: rights in transit",
    "long: rights not paid",
    "long: no record day",
    "bought, unsettled",
    "restricted",
    "unsettled cash",
    "other collateral",
    "other collateral of an earlier day",
    "short: close",
    "short: stale close",
    "short: stale close, adjusted",
    "short: previous close",
    "short: sale price",
    "short: nothing at all",
    "no principal",
    "exactly at a line",
    "short: bonus owed",
    "short: dividend owed",
    "interest",
    "fee",
    "compensation",
    "other liability",
    "missing cash",
    "positions gone",
    "contract gone",
    "own line",
    "restore line refused",
    "no debt",
    "crossed: warning",
    "crossed: call",
    "crossed: urgent",
}


def snapshot(world: World) -> MemorySnapshot:
    return MemorySnapshot(world.day.isoformat(), **world.rows)


def make_groups(rng: random.Random, clients: dict[str, str]) -> list[Group]:
    """Clients thrown together; a client may stand in two groups."""
    by_client: dict[str, list[str]] = defaultdict(list)
    for account, client in clients.items():
        by_client[client].append(account)
    groups = []
    for number in range(12):
        chosen = sorted(rng.sample(sorted(by_client), rng.randint(1, 4)))
        accounts = tuple(sorted(a for c in chosen for a in by_client[c]))
        members = tuple(Member(c, "member", True, "test") for c in chosen)
        groups.append(Group(f"L1:{number}", "L1", (), members, (), accounts))
    return groups


def by(table: Any, *key: str) -> dict[Any, dict[str, Any]]:
    rows = table.to_pylist()
    found = {tuple(r[k] for k in key) if len(key) > 1 else r[key[0]]: r for r in rows}
    assert len(found) == len(rows)
    return found


def check_accounts(found: Measures, answers: dict[str, AccountAnswer]) -> None:
    rows = by(found.account_measures, "account_id")
    assert sorted(rows) == sorted(answers)
    for account, want in answers.items():
        got = rows[account]
        ratio = want.ratio
        assert got["ratio_standing"] == want.standing, (account, got, want)
        assert got["maintenance_ratio"] == (None if ratio is None else down(ratio, 6)), (got, want)
        assert got["line_crossed"] == want.crossed, (account, got, want)
        assert got["shortfall_to_call"] == up(want.shortfall, 2), (account, got, want)
        for name in LINES:
            assert Fraction(got[f"{name}_line"]) == want.lines[name]
        # printed money: within half of the last printed digit of the exact amount
        for name, exact in (("assets", want.assets), ("debt", want.debt)):
            assert abs(Fraction(got[name]) - exact) <= Fraction(1, 20000), (account, name)
        assert abs(Fraction(got["financed"]) - want.financed) <= Fraction(1, 20000)
        assert abs(Fraction(got["short_value"]) - want.short_value) <= Fraction(1, 20000)


def check_terms(found: Measures, answers: dict[str, AccountAnswer]) -> None:
    """The rows of --explain sum up to the figures."""
    sums: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
    for row in found.terms.to_pylist():
        assert row["rule"] in found.readings
        assert row["file"] and row["line"]
        sums[row["account_id"], row["side"]] += Fraction(row["amount"] or 0)
    for account, want in answers.items():
        # an adjusted stale close has twelve decimals, all else is exact
        assert abs(sums[account, "assets"] - want.assets) < Fraction(1, 10**6)
        assert abs(sums[account, "debt"] - want.debt) < Fraction(1, 10**6)


def check_groups(
    found: Measures, groups: list[Group], answers: dict[str, AccountAnswer]
) -> dict[str, AccountAnswer]:
    """Section 2.1 item 12; gives the pooled answers, for limits."""
    rows = by(found.group_measures, "group_id")
    pooled: dict[str, AccountAnswer] = {}
    for group in groups:
        got, members = rows[group.group_id], {a: answers[a] for a in group.accounts}
        known = all(m.debt_known for m in members.values())
        assets = sum((m.assets for m in members.values()), Fraction(0))
        debt = sum((m.debt for m in members.values()), Fraction(0))
        indebted = sum((m.assets for m in members.values() if m.debt > 0), Fraction(0))
        rated = {a: m.ratio for a, m in members.items() if m.ratio is not None}
        worst = min(rated, key=lambda a: (rated[a], a)) if rated else None
        has = known and debt > 0
        assert got["accounts"] == len(members)
        assert got["pooled_ratio"] == (down(assets / debt, 6) if has else None)
        assert got["pooled_ratio_indebted"] == (down(indebted / debt, 6) if has else None)
        assert got["worst_member"] == worst
        assert got["worst_ratio"] == (down(rated[worst] or Fraction(0), 6) if worst else None)
        own = sum((m.shortfall for m in members.values()), Fraction(0))
        assert got["own_shortfall_sum"] == up(own, 2)
        standings = {m.standing for m in members.values()}
        lower = "lower_bound" in standings
        expected = "blocked" if "blocked" in standings else "lower_bound" if lower else "exact"
        if expected != "blocked" and debt == 0:
            expected = "no_debt"
        if expected in ("blocked", "no_debt"):
            assert got["ratio_standing"] == expected
        answer = AccountAnswer(assets=assets, debt=debt, debt_known=known)
        answer.financed = sum((m.financed for m in members.values()), Fraction(0))
        answer.short_value = sum((m.short_value for m in members.values()), Fraction(0))
        answer.holdings = defaultdict(Fraction)
        for m in members.values():
            for code, value in m.holdings.items():
                answer.holdings[code] += value
        answer.lines["indebted"] = indebted
        pooled[group.group_id] = answer
    return pooled


def check_limits(
    found: Measures,
    oracle: Oracle,
    answers: dict[str, AccountAnswer],
    pooled: dict[str, AccountAnswer],
    seen: Counter[str],
) -> None:
    rows = by(found.limit_checks, "subject_kind", "subject", "limit_name", "code")
    wanted: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    for kind, subjects in (("account", answers), ("group", pooled)):
        for subject, a in subjects.items():
            band_assets = a.assets if kind == "account" else a.lines["indebted"]
            for code, value in a.holdings.items():
                if value <= 0:
                    continue
                limit, classes = oracle.single_limit(code, band_assets, a.debt, a.debt_known)
                seen.update(f"class: {c}" for c in classes)
                over = limit is not None and value > limit * a.assets
                bad = "breach" if kind == "account" else "warning"
                seen[f"concentration {kind} {over}"] += 1
                wanted[kind, subject, "concentration_single", code] = (
                    up(value / a.assets, 6),
                    limit,
                    bad if over else "ok",
                )
    clients: dict[str, list[AccountAnswer]] = defaultdict(list)
    for account, client in oracle.accounts().items():
        clients[client].append(answers[account])
    capital = Fraction(oracle.world.of("broker_figure")[0]["value"])
    owed = {("client", c): m for c, m in clients.items()}
    owed |= {("group", g): [a] for g, a in pooled.items()}
    for (kind, subject), members in owed.items():
        for name, part in (
            ("client_financing_limit", sum((m.financed for m in members), Fraction(0))),
            ("client_short_limit", sum((m.short_value for m in members), Fraction(0))),
        ):
            if part <= 0:
                continue
            share = part / capital
            # at 4 % a warning begins, above 5 % a breach; on a group a warning
            verdict = "breach" if share > Fraction(5, 100) else "ok"
            if verdict == "ok" and share >= Fraction(4, 100):
                verdict = "warning"
            if kind == "group" and verdict == "breach":
                verdict = "warning"
            seen[f"{name} {kind} {verdict}"] += 1
            wanted[kind, subject, name, None] = (up(share, 6), Fraction(5, 100), verdict)
    assert rows.keys() == wanted.keys()
    for key, (share, limit, verdict) in wanted.items():
        got = rows[key]
        same = None if got["limit_share"] is None else Fraction(got["limit_share"])
        assert (got["share"], same, got["verdict"]) == (share, limit, verdict), (key, got)


@pytest.mark.slow
def test_random_accounts_against_fractions() -> None:
    seen: Counter[str] = Counter()
    limits: Counter[str] = Counter()
    count = 0
    seed = 0
    while count < ACCOUNTS:
        seed += 1
        world = random_world(seed)
        oracle = Oracle(world)
        clients = oracle.accounts()
        answers = {a: oracle.account(a) for a in clients}
        groups = make_groups(random.Random(seed), clients)
        found = measure(snapshot(world), Rulebook.on(world.day), groups)
        check_accounts(found, answers)
        check_terms(found, answers)
        pooled = check_groups(found, groups, answers)
        check_limits(found, oracle, answers, pooled, limits)
        for answer in answers.values():
            seen.update(answer.features)
        count += len(answers)
    rare = {f: seen[f] for f in FEATURES if seen[f] < OFTEN}
    assert not rare, (rare, seen, limits)
    for name in ("special", "new", "star/chinext", "bse", "several classes", "no class"):
        assert limits[f"class: {name}"] >= OFTEN, limits
    assert Decimal(count) >= ACCOUNTS
