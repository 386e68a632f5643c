"""The words of the margin stage's findings.

The step ``fault`` says what was found; here stand severity, effect on figures and the sentence. A
feed that is missing as a whole makes one finding, not one an account.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from graphkit.model.findings import Effect, Finding, Severity

_MANY = 100
"""Findings of one code beyond which they are given as one with a count and the first ten."""
_FIRST = 10


@dataclass(frozen=True, slots=True)
class _Words:
    severity: Severity
    effect: Effect
    text: str


_WORDS: dict[str, _Words] = {
    "unknown_account": _Words(
        "warning", "none",
        "account {subject} has rows on {day} but no account row: measured without a client; "
        "load the account list",
    ),
    "contract_outside_credit": _Words(
        "error", "excluded",
        "contract {subject} stands in account {d1}, which is of kind {d2}: not measured; expected a "
        "credit account",
    ),
    "missing_cash": _Words(
        "error", "blocked",
        "account {subject} has no cash row on {day}: blocked, its figures lack the cash; load the fund "
        "file of the day",
    ),
    "missing_position": _Words(
        "error", "blocked",
        "account {subject} held securities on {before} and has no position row on {day}, and no sale "
        "or transfer explains it: blocked, its figures lack the securities",
    ),
    "missing_contract": _Words(
        "error", "blocked",
        "contract {subject} of account {d1} was outstanding on {before} and has no row on {day}, and "
        "no flow explains it: the debt is not known, no ratio is given, the account is blocked",
    ),
    "restore_below_call": _Words(
        "error", "none",
        "account {subject}: restore line {d1} lies below its call line {d2}: refused, {d3} is used; "
        "correct the account's terms",
    ),
    "no_price_long": _Words(
        "warning", "lower_bound",
        "{subject} has no price on {day} (last close known: {d1}; suspended: {d2}) and no accepted "
        "fair value: it counts 0, the ratios of {accounts} account(s) are lower bounds",
    ),
    "suspended_price": _Words(
        "info", "none",
        "{subject} is suspended: its last close of {d1}, {d2} day(s) old (adjusted for an ex-date: "
        "{d3}), counts as its price in {accounts} account(s)",
    ),
    "stale_price_short": _Words(
        "warning", "none",
        "{subject} is short without a price on {day}: stale {d1} of {d2}, {d3} day(s) old, used in "
        "{accounts} account(s)",
    ),
    "sale_price_short": _Words(
        "error", "blocked",
        "short contract {subject} of account {d1}: no price of {d2} but the sale price {d3}: stale, "
        "the account is blocked",
    ),
    "no_price_short": _Words(
        "error", "blocked",
        "short contract {subject} of account {d1}: no price of {d2} at all, not even a sale price: the "
        "debt is not known, no ratio is given, the account is blocked",
    ),
    "short_quantity_missing": _Words(
        "error", "blocked",
        "short contract {subject} of account {d1} ({d2}) gives no outstanding quantity: the debt is "
        "not known, no ratio is given, the account is blocked",
    ),
    "principal_missing": _Words(
        "error", "blocked",
        "financing contract {subject} of account {d1} ({d2}) gives no outstanding principal: the debt "
        "is not known, no ratio is given, the account is blocked",
    ),
    "fair_value_used": _Words(
        "info", "none",
        "{subject} counts at its accepted fair value {d1} of {d2} in {accounts} account(s)"
        "{newer}",
    ),
    "fair_value_not_accepted": _Words(
        "info", "none",
        "{subject} has a fair value {d1} of {d2} that no decision accepts on {day}: not used; record "
        "`accept_fair_value` to use it",
    ),
    "acceptance_not_applied": _Words(
        "warning", "none",
        "decision {subject} accepts a fair value of {d1} for {d2} only: a fair value is accepted for a "
        "security as a whole, so it is not applied; leave its second subject blank",
    ),
    "entitlement_undated": _Words(
        "warning", "lower_bound",
        "{d1} of {subject} with ex-date {d2} has no {d3}: not counted in transit; load the date",
    ),
    "no_record_day": _Words(
        "warning", "lower_bound",
        "{d1} of {subject} is in transit, but there are no rows of its record date: it counts 0 as an "
        "asset and today's quantity as a debt ({d2}; {accounts} account(s)); load that day",
    ),
    "rights_on_short": _Words(
        "warning", "none",
        "rights issue of {subject} (ex-date {d1}) is in transit while {accounts} account(s) are short "
        "of it: what they may owe for the rights is not counted until it stands in the contract",
    ),
    "rights_over_entitlement": _Words(
        "warning", "none",
        "account {subject} paid for {d2} new shares of {d1}, entitled were {d3}: only those count",
    ),
    "rights_without_price": _Words(
        "warning", "none",
        "rights issue of {subject} (ex-date {d1}) has no subscription price: its stale close is "
        "adjusted as if the new shares were free",
    ),
    "no_net_capital": _Words(
        "error", "excluded",
        "no net capital is in force on {day}: limits on net capital are not tested; load broker_figure",
    ),
}


def findings(
    rows: Sequence[tuple[Any, ...]], day: date, previous_day: date | None
) -> tuple[Finding, ...]:
    """The findings of the rows of step ``fault``, in order of code and subject."""
    found: list[Finding] = []
    for _, same in groupby(rows, key=lambda r: r[0]):
        each = [_finding(row, day, previous_day) for row in same]
        found += each if len(each) <= _MANY else [_summary(each)]
    if previous_day is None:
        found.append(
            Finding(
                "calendar_unknown",
                "warning",
                "calendar",
                f"the trading calendar does not know the day before {day}: whether positions or "
                "contracts are missing is not tested",
            )
        )
    return tuple(found)


def _finding(row: tuple[Any, ...], day: date, previous_day: date | None) -> Finding:
    code, subject, accounts, d1, d2, d3, facts = row
    words = _WORDS[code]
    newer = ""
    if code == "fair_value_used" and d3 is not None:
        newer = f"; it is newer than its acceptance of {d3}: look at it again"
    text = words.text.format(
        subject=subject,
        accounts=accounts,
        d1=d1 if d1 is not None else "none",
        d2=d2,
        d3=d3,
        day=day,
        before=previous_day,
        newer=newer,
    )
    return Finding(
        code, words.severity, subject, text, tuple(f for f in facts if f), words.effect,
        {"accounts": str(accounts)},
    )


def _summary(each: list[Finding]) -> Finding:
    first = each[0]
    subjects = [f.subject for f in each[:_FIRST]]
    return Finding(
        first.code,
        first.severity,
        "many",
        f"{len(each)} findings of this kind; the first: {first.message}; then {', '.join(subjects[1:])}",
        tuple(fact for f in each[:_FIRST] for fact in f.facts),
        first.effect,
        {"count": str(len(each))},
    )
