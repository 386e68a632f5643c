"""The night's report: one page without scripts, for a screen or a printer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import graphkit
from graphkit.margin.measures import RATIOS
from graphkit.model.identifiers import mask
from graphkit.model.write import arrow_rows, money, percent, plain, visible
from graphkit.nightly.night import Night
from graphkit.resources import folder
from graphkit.views.templates import template, trusted

if TYPE_CHECKING:
    import pyarrow as pa

MOST_ROWS = 500

_BAD = {"breach", "call", "urgent", "high", "error", "blocked"}
_WARN = {"warning", "medium", "lower_bound", "possible", "undetermined"}


@dataclass(frozen=True, slots=True)
class _Section:
    id: str
    zh: str
    en: str
    note: str
    file: str
    columns: list[dict[str, Any]]
    rows: list[list[dict[str, Any]]]
    total: int


def report_page(night: Night) -> str:
    """The report as HTML text; resident IDs and phone numbers are masked."""
    summary = night.summary()
    checks = night.measures.limit_checks.column("verdict").to_pylist()
    tables = night.tables
    tiles = [
        _tile(tables["account_measures"].num_rows, "信用账户", "credit accounts", ""),
        _tile(len(night.groups), "同一客户", "groups", ""),
        _tile(summary["breach"], "触线或超限", "lines or limits crossed", "bad"),
        _tile(checks.count("warning"), "预警", "limit warnings", "warn"),
        _tile(summary["finding"], "监控发现", "surveillance flags", "bad"),
        _tile(summary["unresolved"], "看不清", "unresolved groups", "warn"),
        _tile(summary["blocked"], "数据缺失", "accounts without a ratio", "bad"),
        _tile(tables["findings"].num_rows, "数据问题", "data findings", "warn"),
    ]
    return str(
        template("report.html").render(
            title=f"同一客户夜间风险报告 Group exposure of {night.as_of}",
            run_id=night.run_id,
            as_of=night.as_of,
            known_at=f"{plain(night.known_at)}Z",
            version=graphkit.__version__,
            style=trusted((folder("visualizations") / "report.css").read_text("utf-8")),
            tiles=tiles,
            sections=[_section(night, spec) for spec in _SECTIONS],
        )
    )


def _tile(count: int, zh: str, en: str, tone: str) -> dict[str, object]:
    return {"count": f"{count:,}", "zh": zh, "en": en, "tone": tone if count else ""}


def _crossed(row: dict[str, Any]) -> bool:
    return row["line_crossed"] not in (None, "none") or row["ratio_standing"] in (
        "blocked",
        "lower_bound",
    )


def _several(row: dict[str, Any]) -> bool:
    return len(f"{row['accounts'] or ''} {row['possible_accounts'] or ''}".split()) > 1


@dataclass(frozen=True, slots=True)
class _Spec:
    """A section: the table it shows, its titles, the columns (all when empty) and rows chosen."""

    table: str
    zh: str
    en: str
    columns: str = ""
    note: str = ""
    keep: Callable[[dict[str, Any]], bool] = lambda _: True


_SECTIONS = [
    _Spec(
        "account_measures",
        "触线账户",
        "accounts below a line, or whose ratio is not whole",
        "account_id client_id maintenance_ratio line_crossed warning_line call_line assets debt "
        "shortfall_to_call ratio_standing",
        "Maintenance ratios 维持担保比例 are rounded down; lines are compared exactly.",
        _crossed,
    ),
    _Spec(
        "limit_checks",
        "限额",
        "limits near or over",
        "subject_kind subject limit_name code value base share warning_share limit_share verdict "
        "rule_status",
        "Shares are rounded up. Group limits on net capital are house policy, shown as warnings.",
        keep=lambda row: row["verdict"] != "ok",
    ),
    _Spec(
        "group_measures",
        "同一客户合并",
        "groups, pooled",
        "group_id members accounts assets debt pooled_ratio worst_member worst_ratio "
        "own_shortfall_sum line_crossed ratio_standing unresolved",
        "Pooling is monitoring only: no collateral of one member covers another. The worst "
        "member and the sum of own shortfalls always stand beside the pooled ratio.",
    ),
    _Spec(
        "groups",
        "同一客户成员",
        "groups of several accounts",
        "group_id controllers clients client_names accounts possible_accounts unresolved",
        keep=_several,
    ),
    _Spec(
        "flags",
        "融券卖出后减持",
        "short sales around share transfers",
        "severity standing group_id code text link arithmetic labels",
    ),
    _Spec("unresolved", "看不清，不展业", "members whose owner is unresolved"),
    _Spec("findings", "数据问题", "findings in the data", "severity code subject effect message"),
]


def _section(night: Night, spec: _Spec) -> _Section:
    table = night.tables[spec.table]
    chosen = spec.columns.split() or table.column_names
    rows = _rows(table, spec.keep)
    numbers = {c for c in chosen if any(isinstance(r[c], int | Decimal) for r in rows)}
    return _Section(
        spec.table,
        spec.zh,
        spec.en,
        spec.note,
        f"{spec.table}.csv",
        [{"title": c.replace("_", " "), "number": c in numbers} for c in chosen],
        [[_cell(c, row[c], c in numbers) for c in chosen] for row in rows[:MOST_ROWS]],
        len(rows),
    )


def _rows(table: pa.Table, keep: Callable[[dict[str, Any]], bool]) -> list[dict[str, Any]]:
    names: Sequence[str] = table.column_names
    every = (dict(zip(names, row, strict=True)) for row in arrow_rows(table))
    return [row for row in every if keep(row)]


def _cell(column: str, value: Any, number: bool) -> dict[str, Any]:
    text = visible(mask(plain(value)))
    if isinstance(value, Decimal):
        text = percent(value) if column in RATIOS else money(value)
    tone = "n" if number else ("bad" if text in _BAD else "warn" if text in _WARN else "")
    folded = text.split("; ") if column == "arithmetic" else []
    return {"text": text, "tone": tone, "list": folded}
