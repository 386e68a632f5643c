"""Cells: SQL that checks columns and Python that explains agree; values come out exact."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphkit.ingest.cells import BOOLS, problem
from graphkit.ingest.checks import TableSql, lit
from graphkit.ingest.vocabulary import inputs
from graphkit.ingest.workspace import q, workspace
from graphkit.model.shares import FULL, UNKNOWN, parse_percent
from graphkit.model.tables import tables

Units = dict[tuple[str, str], str]


def sql(
    table: str, column: str, texts: Sequence[str], units: Units | None = None
) -> list[tuple[bool, Any]]:
    """For each text: whether SQL finds fault with that cell, and what it is cast to."""
    import pyarrow as pa

    plan = TableSql(tables()[table], (column,), units or {})
    (check,) = [c for c in plan.checks() if c.columns == (column,)]
    target = column
    for pair in tables()[table].percents:
        target = target.replace(pair.input, pair.name)
    target = target if target in {c.name for c in plan.table.columns} else f"{target}_min"
    (typed,) = [t for t in plan.typed() if t.endswith(f" AS {q(target)}")]
    connection().register("t", pa.table({column: pa.array(texts, pa.string())}))
    rows = connection().execute(f"SELECT coalesce({check.sql}, false), {typed} FROM t")
    return list(rows.fetchall())


OPEN = ExitStack()


@cache
def connection() -> Any:
    """One connection for all the tests here."""
    return OPEN.enter_context(workspace())


@pytest.fixture(scope="module", autouse=True)
def _close() -> Iterator[None]:
    yield
    OPEN.close()
    connection.cache_clear()


def reference(
    table: str, column: str, texts: Sequence[str], units: Units | None = None
) -> list[str | None]:
    """For each text the code that Python gives it."""
    (one,) = [i for i in inputs(tables()[table]) if i.name == column]
    unit = (units or {}).get((table, column), "fraction")
    found = [problem(one, text, column in tables()[table].key, unit) for text in texts]
    return [f[0] if f else None for f in found]


# (table, column, text, code): worked by hand from the forms in graphkit/ingest/__init__.py.
CASES = [
    ("cash", "total", "12.34", None),
    ("cash", "total", "-12.3", None),
    ("cash", "total", "007", None),
    ("cash", "total", "999999999999999999.99", None),
    ("cash", "total", "1000000000000000000", "number_too_large"),
    ("cash", "total", "12.340", "too_many_decimals"),
    ("cash", "total", "12.", "number_form"),
    ("cash", "total", ".5", "number_form"),
    ("cash", "total", "1e3", "number_form"),
    ("cash", "total", "1_000", "number_form"),
    ("cash", "total", "1,000", "number_form"),
    ("cash", "total", "0x10", "number_form"),
    ("cash", "total", "+1", "number_form"),
    ("cash", "total", " 1", "number_form"),
    ("cash", "total", "1\n", "number_form"),
    ("cash", "total", "nan", "number_form"),
    ("cash", "total", "Infinity", "number_form"),
    ("cash", "total", "１", "number_form"),
    ("cash", "total", "٣", "number_form"),
    ("cash", "total", "5%", "percent_sign"),
    ("account_terms", "call_line", "1.3", None),
    ("account_terms", "call_line", "130", "ambiguous_unit"),
    ("account_terms", "call_line", "0.5", "out_of_range"),
    ("account_terms", "call_line", "-1.3", "out_of_range"),
    ("haircut", "rate", "0.65000001", None),
    ("haircut", "rate", "0.650000001", "too_many_decimals"),
    ("haircut", "rate", "70％", "percent_sign"),
    ("contract", "day_count", "360", None),
    ("contract", "day_count", "360.0", "number_form"),
    ("stake", "percent", "100", None),
    ("stake", "percent", "100.00000000", None),
    ("stake", "percent", "0051.5", None),
    ("stake", "percent", "0" * 60 + "51.5", None),
    ("stake", "percent", "100.00000001", "share_over_100"),
    ("stake", "percent", "99999999999999999999", "share_over_100"),
    ("stake", "percent", ">99.99999999", None),
    ("stake", "percent", ">100", "empty_share"),
    ("stake", "percent", "<0", "empty_share"),
    ("stake", "percent", "<>5", "number_form"),
    ("stake", "percent", ">=5", "number_form"),
    ("stake", "percent", ">-5", "negative_share"),
    ("stake", "percent", "-0", "negative_share"),
    ("stake", "percent", "0.7e1", "number_form"),
    ("stake", "percent_min", "<5", "share_mark"),
    ("stake", "percent_max", ">5", "share_mark"),
    ("party", "birth_date", "2024-02-29", None),
    ("party", "birth_date", "2023-02-29", "no_such_date"),
    ("party", "birth_date", "0000-01-01", "no_such_date"),
    ("party", "birth_date", "2023-2-9", "date_form"),
    ("party", "birth_date", "20230209", "date_form"),
    ("party", "birth_date", "2023-02-09 ", "date_form"),
    ("party", "birth_date", "infinity", "date_form"),
    ("party", "birth_date", "２０２３-02-09", "date_form"),
    ("fill", "time", "2026-11-20T09:30:00.123456", None),
    ("fill", "time", "2026-11-20 09:30:00", None),
    ("fill", "time", "2026-11-20 24:00:00", "time_form"),
    ("fill", "time", "2026-11-20 09:30:60", "time_form"),
    ("fill", "time", "2026-02-30 09:30:00", "time_form"),
    ("fill", "time", "2026-11-20 09:30:00+08:00", "time_form"),
    ("fill", "time", "2026-11-20 09:30:00.1234567", "time_form"),
    ("register", "complete", "true", None),
    ("register", "complete", "TRUE", "bad_bool"),
    ("party", "kind", "Person", "bad_choice"),
    ("party", "party_id", "", "empty_key"),
    ("party", "kind", "", "empty_value"),
    ("party", "party_id", "张三 有限公司", None),
    ("party", "party_id", "a'b\"c;--", None),
    ("party", "party_id", "a ", "invisible_character"),
    ("party", "party_id", "a\u3000", "invisible_character"),
    ("party", "party_id", "a\u00a0b", "invisible_character"),
    ("party", "party_id", "a\u202eb", "invisible_character"),
    ("party", "party_id", "a\tb", "invisible_character"),
    ("party", "party_id", "a\n", "invisible_character"),
    ("identifier", "value", "E12345678 ", "invisible_character"),
    ("contact", "value", "上海市\u3000浦东新区 ", None),
    ("party", "listed_code", "600000.SH", None),
    ("party", "listed_code", "600000", "code_form"),
    ("party", "listed_code", "600000.SH ", "invisible_character"),
    ("party", "listed_code", "600000.", "code_form"),
    ("party", "name", " \u202e=cmd()\n", None),
]


@pytest.mark.parametrize(("table", "column", "text", "code"), CASES)
def test_a_cell(table: str, column: str, text: str, code: str | None) -> None:
    assert reference(table, column, [text]) == [code]
    if text:
        ((wrong, cast),) = sql(table, column, [text])
        assert wrong == (code is not None)
        if not wrong:
            assert cast == exact(tables()[table], column, text)


def test_a_percent_unit() -> None:
    units = {("haircut", "rate"): "percent"}
    texts = ["70", "0.7", "33.333333", "33.3333333", "100", "101", "-1"]
    # 0.7 % is in range as it stands; 101 is 1.01, and as a fraction 101: neither fits
    codes = [None, None, None, "too_many_decimals", None, "out_of_range", "out_of_range"]
    assert reference("haircut", "rate", texts, units) == codes
    found = sql("haircut", "rate", texts, units)
    assert [wrong for wrong, _ in found] == [code is not None for code in codes]
    assert [value for _, value in found[:3]] == list(
        map(Decimal, ["0.70000000", "0.00700000", "0.33333333"])
    )


def test_an_ambiguous_percent() -> None:
    units = {("account_terms", "call_line"): "percent"}
    texts = ["130", "1.3", "0.5"]
    assert reference("account_terms", "call_line", texts, units) == [
        None,
        "ambiguous_unit",
        "out_of_range",
    ]


NUMBERISH = st.text(alphabet="0123456789.-+<>e%_, x１", max_size=22)
PLAIN = st.from_regex(r"-?[0-9]{1,19}(\.[0-9]{1,9})?", fullmatch=True)
MARKED = st.from_regex(r"[<>]?[0-9]{1,4}(\.[0-9]{1,9})?", fullmatch=True)
DATEISH = st.from_regex(r"[0-2][0-9]{3}-[01][0-9]-[0-3][0-9]", fullmatch=True)
TIMEISH = st.from_regex(
    r"20[0-9]{2}-[01][0-9]-[0-3][0-9][ T][0-2][0-9]:[0-6][0-9]:00", fullmatch=True
)
ANY = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=6)
COLUMNS = [
    ("cash", "total", NUMBERISH | PLAIN),
    ("price", "close", PLAIN),
    ("haircut", "rate", MARKED),
    ("counter_figure", "value", PLAIN),
    ("contract", "day_count", PLAIN),
    ("stake", "percent", NUMBERISH | MARKED),
    ("stake", "percent_min", MARKED),
    ("stake", "percent_max", MARKED),
    ("party", "birth_date", DATEISH | NUMBERISH),
    ("fill", "time", TIMEISH),
    ("party", "party_id", ANY),
    ("party", "listed_code", ANY | st.from_regex(r"[0-9]{6}\.[A-Z]{1,5}", fullmatch=True)),
    ("register", "complete", st.sampled_from([*BOOLS, "Y", "TRUE"])),
]


@pytest.mark.parametrize(("table", "column", "texts"), COLUMNS, ids=lambda x: str(x)[:20])
def test_sql_equals_python(table: str, column: str, texts: st.SearchStrategy[str]) -> None:
    @settings(max_examples=12, deadline=None)
    @given(st.lists(texts.filter(bool), min_size=20, max_size=200))
    def run(values: list[str]) -> None:
        codes = reference(table, column, values)
        for text, code, (wrong, cast) in zip(
            values, codes, sql(table, column, values), strict=True
        ):
            assert wrong == (code is not None), (text, code)
            if not wrong:
                assert cast == exact(tables()[table], column, text), text

    run()


def exact(table: Any, column: str, text: str) -> Any:
    """The value of a good text, without a database."""
    (one,) = [i for i in inputs(table) if i.name == column]
    match one.type:
        case "percent":
            share = parse_percent(text)
            return share.high if one.end == "max" else share.low
        case "date":
            return date.fromisoformat(text)
        case "timestamp":
            return datetime.fromisoformat(text)
        case "bool":
            return BOOLS[text]
        case "integer":
            return int(text)
        case "id" | "code" | "text":
            return text
    return Decimal(text)


def pair(columns: dict[str, str | None]) -> tuple[list[str], tuple[Any, ...]]:
    """The failed checks of a row of stake, and its six share columns."""
    import pyarrow as pa

    plan = TableSql(tables()["stake"], tuple(columns), {})
    names = [f"{p.name}_{end}" for p in tables()["stake"].percents for end in ("min", "max")]
    shares = [t for t in plan.typed() if any(t.endswith(f" AS {q(n)}") for n in names)]
    checks = [c for c in plan.checks() if c.kind != "cell"]
    failed = ", ".join(f"CASE WHEN {c.sql} THEN {lit(c.kind)} END" for c in checks) or "NULL"
    given_columns = {**columns, "_file": "stake.csv"}
    data = {name: pa.array([value], pa.string()) for name, value in given_columns.items()}
    connection().register("t", pa.table(data))
    (row,) = connection().execute(f"SELECT {', '.join(shares)}, {failed} FROM t").fetchall()
    return [kind for kind in row[6:] if kind], row[:6]


@pytest.mark.parametrize(
    ("columns", "failed", "shares"),
    [
        ({}, [], (*UNKNOWN, None, None, None, None)),
        ({"percent": None}, [], (*UNKNOWN, None, None, None, None)),
        ({"percent": ">25"}, [], (2_500_000_001, FULL, None, None, None, None)),
        ({"percent_min": "10", "percent_max": None}, [], (10**9, FULL, None, None, None, None)),
        ({"percent_max": "<50"}, [], (0, 4_999_999_999, None, None, None, None)),
        ({"percent": None, "percent_min": "1"}, [], (10**8, FULL, None, None, None, None)),
        ({"votes_percent": "51"}, [], (*UNKNOWN, 5_100_000_000, 5_100_000_000, None, None)),
        ({"votes_percent_min": "51"}, [], (*UNKNOWN, 5_100_000_000, FULL, None, None)),
        ({"votes_percent_max": None}, [], (*UNKNOWN, None, None, None, None)),
        ({"income_percent": ""}, [], (*UNKNOWN, None, None, None, None)),
        ({"percent_min": "60", "percent_max": "40"}, ["order"], None),
        # above 50 and at most 50: no value is left
        ({"percent_min": ">50", "percent_max": "50"}, ["order"], None),
        ({"percent_min": "50", "percent_max": "50"}, [], (5 * 10**9, 5 * 10**9, *[None] * 4)),
        ({"percent": "5", "percent_max": "6"}, ["two_forms"], None),
        ({"percent": "5", "percent_max": ""}, [], (5 * 10**8, 5 * 10**8, *[None] * 4)),
    ],
)
def test_a_pair_of_shares(
    columns: dict[str, str | None], failed: list[str], shares: tuple[Any, ...] | None
) -> None:
    found, values = pair(columns)
    assert found == failed
    if shares is not None:
        assert values == shares


# Valid identifiers are those whose check digits the standards give; see the doctests of
# graphkit.model.identifiers. Here: no column of a canonical table is a float.
def test_no_column_is_a_float() -> None:
    for table in tables().values():
        plan = TableSql(table, tuple(i.name for i in inputs(table)), {})
        empty = ", ".join(f"NULL::VARCHAR AS {q(i.name)}" for i in inputs(table))
        described = (
            connection()
            .execute(f"DESCRIBE SELECT {', '.join(plan.typed())} FROM (SELECT {empty})")
            .fetchall()
        )
        assert [(r[0], r[1]) for r in described] == [(c.name, c.sql_type) for c in table.columns]
