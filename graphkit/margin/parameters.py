"""The rulebook as tables that the SQL steps read; no rule's value stands in the SQL."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from graphkit.model.errors import UsageError
from graphkit.rules.book import Rule, Rulebook

if TYPE_CHECKING:
    import pyarrow as pa

LINES = ("warning", "call", "restore", "urgent", "withdraw")
FAIR_VALUE_CASES = ("not_eligible", "suspended", "risk_warned", "in_transit")
NET_CAPITAL_LIMITS = ("client_financing_limit", "client_short_limit")
_TIER = "concentration_tier_"
_MATCHES = {
    "special_list",
    "board",
    "concentration_group",
    "listed_at_most",
    "listed_more_than",
}


def rule_tables(rules: Rulebook, as_of: date, previous_day: date | None) -> dict[str, pa.Table]:
    """The tables ``parameter`` (one row), ``concentration_class``, ``concentration_tier``,
    ``net_capital_limit`` and ``closed_account_status``.

    Raises
    ------
    UsageError
        When a rule is missing on the day or has a form that the steps can't read.
    """
    return {
        "parameter": _parameter(rules, as_of, previous_day),
        "closed_account_status": _closed_status(rules),
        "net_capital_limit": _net_capital(rules),
        **_concentration(rules),
    }


def used_rules(rules: Rulebook) -> tuple[Rule, ...]:
    """The rules that stand behind the measures, for printing with their source and status."""
    names = [f"{line}_line" for line in LINES] + list(NET_CAPITAL_LIMITS)
    names += ["net_capital_warning_share", "group_limits_verdict"]
    names += ["concentration_table", "concentration_single_default", "concentration_band_edge"]
    names += ["suspended_close_days", "last_close_search_days", "fair_value_cases"]
    table = rules["concentration_table"].value
    tiers = [r for r in rules if r.name.startswith(_TIER) and r.value["table"] == table]
    return tuple(rules[name] for name in names) + tuple(tiers)


def _parameter(rules: Rulebook, as_of: date, previous_day: date | None) -> pa.Table:
    import pyarrow as pa

    rate = pa.decimal128(12, 8)
    columns: dict[str, pa.Array] = {
        "as_of": pa.array([as_of], pa.date32()),
        "previous_day": pa.array([previous_day], pa.date32()),
        "search_from": pa.array(
            [as_of - timedelta(days=int(rules["last_close_search_days"].value))], pa.date32()
        ),
    }
    for line in LINES:
        rule = rules[f"{line}_line"]
        columns[f"{line}_line"] = pa.array([_rate(rule)], rate)
        columns[f"{line}_inclusive"] = _flag(rule)
    suspended = rules["suspended_close_days"]
    columns["suspended_close_days"] = pa.array([int(suspended.value)], pa.int64())
    columns["suspended_close_inclusive"] = _flag(suspended)
    cases = rules["fair_value_cases"]
    if unknown := sorted(set(cases.value) - set(FAIR_VALUE_CASES)):
        raise _unreadable(cases, f"case {unknown[0]!r}; expected some of {FAIR_VALUE_CASES}")
    for case in FAIR_VALUE_CASES:
        columns[f"case_{case}"] = pa.array([case in cases.value])
    columns["edge_inclusive"] = _flag(rules["concentration_band_edge"])
    default = rules["concentration_single_default"]
    columns["single_default"] = pa.array([_rate(default)], rate)
    columns["single_default_inclusive"] = _flag(default)
    columns["single_default_status"] = pa.array([default.status])
    policy = rules["group_limits_verdict"]
    if policy.value not in ("warning", "breach"):
        raise _unreadable(policy, f"{policy.value!r}; expected 'warning' or 'breach'")
    columns["group_limits_verdict"] = pa.array([policy.value])
    columns["group_limits_status"] = pa.array([policy.status])
    return pa.table(columns)


def _closed_status(rules: Rulebook) -> pa.Table:
    import pyarrow as pa

    return pa.table({"status": pa.array(rules["closed_account_status"].value, pa.string())})


def _net_capital(rules: Rulebook) -> pa.Table:
    import pyarrow as pa

    limits = [rules[name] for name in NET_CAPITAL_LIMITS]
    warning = rules["net_capital_warning_share"]
    rate = pa.decimal128(12, 8)
    return pa.table(
        {
            "limit_name": pa.array([r.name for r in limits]),
            "limit_share": pa.array([_rate(r) for r in limits], rate),
            "inclusive": pa.array([bool(r.inclusive) for r in limits]),
            "warning_part": pa.array([_rate(warning)] * len(limits), rate),
            "warning_inclusive": pa.array([bool(warning.inclusive)] * len(limits)),
            "rule_status": pa.array([r.status for r in limits]),
        }
    )


def _concentration(rules: Rulebook) -> dict[str, pa.Table]:
    import pyarrow as pa

    in_force = rules["concentration_table"].value
    classes: list[dict[str, Any]] = []
    tiers: list[dict[str, Any]] = []
    for rule in rules:
        if not rule.name.startswith(_TIER) or rule.value["table"] != in_force:
            continue
        match = rule.value["match"]
        if unknown := sorted(set(match) - _MATCHES):
            raise _unreadable(rule, f"match {unknown[0]!r}; expected some of {sorted(_MATCHES)}")
        classes.append(
            {"rule": rule.name, "rule_status": rule.status}
            | {k: match.get(k) for k in _MATCHES - {"board"}}
            | {"boards": match.get("board")}
        )
        tiers += _bands(rule)
    rate = pa.decimal128(12, 8)
    class_types = pa.schema(
        [
            ("rule", pa.string()),
            ("rule_status", pa.string()),
            ("special_list", pa.bool_()),
            ("boards", pa.list_(pa.string())),
            ("concentration_group", pa.string()),
            ("listed_at_most", pa.int64()),
            ("listed_more_than", pa.int64()),
        ]
    )
    tier_types = pa.schema(
        [
            ("rule", pa.string()),
            ("from_ratio", rate),
            ("to_ratio", rate),
            ("single_limit", rate),
            ("inclusive", pa.bool_()),
        ]
    )
    return {
        "concentration_class": pa.Table.from_pylist(classes, schema=class_types),
        "concentration_tier": pa.Table.from_pylist(tiers, schema=tier_types),
    }


def _bands(rule: Rule) -> list[dict[str, Any]]:
    """The bands of one class; each ends where the next begins unless it says earlier."""
    given = rule.value["tiers"]
    edges = [t["from"] for t in given]
    if any(a >= b for a, b in pairwise(edges)):
        raise _unreadable(rule, "tiers whose lower edges do not rise")
    following = [*edges[1:], None]
    return [
        {
            "rule": rule.name,
            "from_ratio": _eight(t["from"]),
            "to_ratio": _eight(t.get("to", after)),
            "single_limit": _eight(t["single"]),
            "inclusive": bool(rule.inclusive),
        }
        for t, after in zip(given, following, strict=True)
    ]


def _rate(rule: Rule) -> Decimal:
    if isinstance(rule.value, bool) or not isinstance(rule.value, int | Decimal):
        raise _unreadable(rule, f"value {rule.value!r}; expected a number")
    return Decimal(rule.value)


def _eight(value: Decimal | int | None) -> Decimal | None:
    return None if value is None else Decimal(value)


def _flag(rule: Rule) -> pa.Array:
    import pyarrow as pa

    return pa.array([bool(rule.inclusive)])


def _unreadable(rule: Rule, what: str) -> UsageError:
    return UsageError(f"{rule.book}, rule {rule.name}: {what}")
