"""Measures of margin accounts and groups: maintenance ratio (维持担保比例), lines, limits.

Invariants
----------
1. A figure of an account is the sum of its rows in :attr:`Measures.terms`, and of nothing else.
2. No term is rounded. Only what is printed is: a ratio down, an upper limit's share up, a shortfall
   up to the cent. Lines and limits are compared by cross-multiplication before that.
3. No threshold stands in code or SQL: each comes from the rulebook or the account's own terms.

Sources: RULES.md sections 2 and 2.1; 证券公司融资融券业务管理办法 (CSRC Order 117).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from graphkit.clients.group import Group
from graphkit.margin import findings as words
from graphkit.margin import inputs, parameters, steps
from graphkit.model.findings import Finding
from graphkit.rules.book import Rule, Rulebook
from graphkit.store.base import Snapshot

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa


RATIOS = frozenset(
    {
        "maintenance_ratio",
        "pooled_ratio",
        "pooled_ratio_indebted",
        "worst_ratio",
        "share",
        "warning_share",
        "limit_share",
        *(f"{line}_line" for line in ("warning", "call", "restore", "urgent", "withdraw")),
    }
)
"""Columns of the tables below that hold fractions, which people read as percents."""


BREACHED_LINES = ("call", "urgent")
"""Values of ``line_crossed`` that oblige the client to act: more than a warning."""


@dataclass(frozen=True, slots=True)
class Measures:
    """What :func:`measure` found, as Arrow tables with exact decimals.

    Attributes
    ----------
    account_measures
        A row an account. ``maintenance_ratio`` is a fraction with six decimals rounded down (NULL
        without debt, or when a debt can't be valued). ``ratio_standing`` is ``exact``,
        ``lower_bound`` (an asset without price counts 0), ``blocked`` (a row of the day or the
        price of a short is missing: no room, no withdrawal; figures are of what is there) or
        ``no_debt``. ``line_crossed`` is ``none``, ``warning``, ``call`` or ``urgent``, or NULL
        where there is a debt but no ratio. Then each term, and the lines with their origin.
    group_measures
        A row a group: pooled over all members, and ``pooled_ratio_indebted`` over those with debt,
        which gives ``line_crossed`` by the rulebook's lines. Always beside ``worst_member``,
        ``worst_ratio`` and ``own_shortfall_sum``: there is no cross-collateral.
    limit_checks
        A row a limit tested: single-security concentration of account and group, financing and
        short sales against net capital of client and group. ``share`` is rounded up.
        ``over_limit`` says whether the limit is exceeded; ``verdict`` (``ok``, ``warning``,
        ``breach``) also applies the policy for groups. Without debt no tier applies and
        ``limit_share`` is NULL.
    terms
        A row each row that went into a term, with the price it was valued at, the reading that
        applied (``rule``, explained in :attr:`readings`) and file and line of the row, of its price
        and of its entitlement. Only of the accounts asked for.
    findings
        What a reader of the figures must know.
    readings
        Explanation of each ``rule`` of the terms.
    rules
        The rules used, with source and status.
    """

    account_measures: pa.Table
    group_measures: pa.Table
    limit_checks: pa.Table
    terms: pa.Table
    findings: tuple[Finding, ...]
    readings: dict[str, str]
    rules: tuple[Rule, ...]


def measure(
    snapshot: Snapshot,
    rules: Rulebook,
    groups: Sequence[Group] = (),
    explain: Collection[str] | None = None,
) -> Measures:
    """The measures of every credit account and of the groups given, as of the snapshot's day.

    Parameters
    ----------
    snapshot
        Read while its ``with`` is open.
    rules
        The rulebook of the same day.
    groups
        Groups whose members' accounts are pooled; an account may stand in two groups.
    explain
        Accounts whose terms are given back; None for all. It does not change a figure.

    Raises
    ------
    UsageError
        When a rule is missing or unreadable.
    """
    previous_day = inputs.previous_trading_day(rules, snapshot.as_of)
    with steps.workbench() as connection:
        prepare(connection, snapshot, rules, groups, previous_day)
        faults = connection.execute("select * from fault order by all").fetchall()
        found = words.findings(faults, snapshot.as_of, previous_day)
        return Measures(
            account_measures=_table(connection, "account_measures", "account_id"),
            group_measures=_table(connection, "group_measures", "group_id"),
            limit_checks=_table(
                connection, "limit_checks", "subject_kind, subject, limit_name, code"
            ),
            terms=_terms(connection, explain),
            findings=found,
            readings=dict(rules["term_readings"].value),
            rules=parameters.used_rules(rules),
        )


def prepare(
    connection: duckdb.DuckDBPyConnection,
    snapshot: Snapshot,
    rules: Rulebook,
    groups: Sequence[Group],
    previous_day: date | None,
) -> None:
    """Run every step on the snapshot; the connection then holds a table a step."""
    steps.register(connection, parameters.rule_tables(rules, snapshot.as_of, previous_day))
    steps.register(connection, inputs.read_tables(snapshot, rules, previous_day))
    steps.register(connection, inputs.group_tables(groups))
    steps.run(connection, steps.BEFORE_PRICES)
    steps.register(
        connection,
        {
            "price": inputs.read_prices(snapshot, rules, connection),
            "missing_row": inputs.missing_rows(snapshot, connection, previous_day),
        },
    )
    steps.run(connection, steps.FROM_PRICES)


def plain(value: Decimal, places: int = 2) -> str:
    """A decimal as text without trailing zeros beyond `places`, never rounded.

    Examples
    --------
    >>> plain(Decimal("4980000.00000000000000")), plain(Decimal("15.2345000"))
    ('4980000.00', '15.2345')
    """
    whole, _, digits = f"{value:f}".partition(".")
    digits = digits.rstrip("0").ljust(places, "0")
    return f"{whole}.{digits}" if digits else whole


def _table(connection: duckdb.DuckDBPyConnection, name: str, order: str) -> pa.Table:
    return connection.sql(f"select * from {name} order by {order}").to_arrow_table()


def _terms(connection: duckdb.DuckDBPyConnection, explain: Collection[str] | None) -> pa.Table:
    import pyarrow as pa

    query = "select * exclude (effect) from terms"
    if explain is not None:
        wanted = pa.table({"account_id": pa.array(sorted(set(explain)), pa.string())})
        connection.register("explained_account", wanted)
        query += " semi join explained_account using (account_id)"
    order = "account_id, side, term, item, code, contract_id, file, line, fact_id"
    return connection.sql(f"{query} order by {order}").to_arrow_table()
