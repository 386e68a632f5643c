"""The loader of the broker's credit counter files: what each row becomes, and what is refused."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from graphkit import ingest
from graphkit.model.batch import Batch
from graphkit.model.errors import InputRefused

DEMO = Path(__file__).resolve().parents[1] / "fixtures" / "demo" / "rzrq"
NIGHT = datetime(2026, 11, 20, 12, 30, tzinfo=UTC)
DAY = date(2026, 11, 20)

FUND = "client_id,fund_account,current_balance,frozen_balance,uncome_buy_balance,slo_sell_balance"
POSITION = "fund_account,exchange_type,stock_account,stock_code,stock_name,current_amount"
COMPACT = (
    "open_date,compact_id,fund_account,exchange_type,stock_code,crdt_ratio,business_price,"
    "business_amount,business_balance,compact_type,compact_status,real_compact_amount,"
    "real_compact_balance,real_compact_fare,real_compact_interest,year_rate,ret_end_date"
)


def write(folder: Path, kind: str, lines: Sequence[str], day: str = "20261120") -> Path:
    """A counter file with these lines, in GB18030 with the line ends of its makers."""
    path = folder / f"0001_RZRQ_{kind}.{day}.csv"
    path.write_bytes(("\r\n".join(lines) + "\r\n").encode("gb18030"))
    return path


def load(*paths: Path) -> Batch:
    return ingest.read("rzrq", list(paths), known_at=NIGHT)


def rows(batch: Batch, table: str, *columns: str) -> list[tuple[Any, ...]]:
    return [tuple(r[c] for c in columns) for r in batch.tables[table].to_pylist()]


def position(exchange: str, code: str, tail: str = "") -> str:
    return f"0001000001,{exchange},E000000001,{code},虚构股票,1000{tail}"


def test_a_funds_row_is_an_account_and_its_cash(tmp_path: Path) -> None:
    lines = ["# 信用账户资金", FUND, "00017,0001000001,1500000.00,100.00,2000.00,600000.00,,"]
    batch = load(write(tmp_path, "FUND", lines))
    assert rows(batch, "account", "account_id", "client_id", "kind", "valid_from") == [
        ("0001000001", "00017", "credit", None)
    ]
    columns = ("account_id", "date", "total", "short_proceeds", "frozen", "unsettled", "line")
    money = [Decimal(x) for x in ("1500000.00", "600000.00", "100.00", "2000.00")]
    assert rows(batch, "cash", *columns) == [("0001000001", DAY, *money, 3)]


def test_codes_keep_zeros_and_get_their_exchange(tmp_path: Path) -> None:
    lines = [POSITION, position("1", "600000"), position("2", "000001"), position("9", "920799")]
    batch = load(write(tmp_path, "POSITION", lines))
    # by code: the order of a batch's rows is that of their key
    assert sorted(rows(batch, "position", "code", "quantity", "line")) == [
        ("000001.SZ", Decimal("1000.00"), 3),
        ("600000.SH", Decimal("1000.00"), 2),
        ("920799.BJ", Decimal("1000.00"), 4),
    ]


def test_contracts_of_both_sides(tmp_path: Path) -> None:
    lines = [
        COMPACT,
        # 10,000 at 8.88 financed, 40,000.00 repaid; 48,800.00 is left
        "20260901,000123,0001000001,1,600000,1.00,8.88,10000,88800.00,0,1,10000,48800.00,5.00,77.10,"
        "0.0635,20270301",
        # 20,000 sold short at 15.60, 5,000 bought back; due date not set
        "20261019,000124,0001000001,2,009003,1.20,15.60,20000,312000.00,1,1,15000,234000.00,40.00,0,"
        "0.0835,0,,,",
    ]
    batch = load(write(tmp_path, "COMPACT", lines))
    columns = ("contract_id", "side", "code", "open_date", "opened_quantity", "quantity")
    assert sorted(rows(batch, "contract", *columns)) == [
        ("000123", "financing", "600000.SH", date(2026, 9, 1), Decimal(10000), Decimal(10000)),
        ("000124", "short", "009003.SZ", date(2026, 10, 19), Decimal(20000), Decimal(15000)),
    ]
    columns = ("opened_principal", "principal", "sale_price", "fee", "interest", "due_date")
    # a short owes shares: it has a sale price and no principal
    financed = ("88800.00", "48800.00", None, "5.00", "77.10", date(2027, 3, 1))
    short = ("312000.00", None, "15.6000", "40.00", "0.00", None)
    assert [
        tuple(str(x) if isinstance(x, Decimal) else x for x in row)
        for row in sorted(rows(batch, "contract", *columns), key=lambda r: r[0])
    ] == [financed, short]
    assert sorted(rows(batch, "contract", "margin_ratio", "rate", "status")) == [
        (Decimal(1), Decimal("0.0635"), "open"),
        (Decimal("1.2"), Decimal("0.0835"), "open"),
    ]


@pytest.mark.parametrize(
    ("exchange", "code", "value"),
    [
        ("H", "200002", "200002.H"),  # Shenzhen's B shares: no margin trading there
        ("9", "430001", "430001.9"),  # the market of unlisted companies, not Beijing's exchange
        ("", "600000", "600000."),
    ],
)
def test_an_exchange_without_a_mapping_is_a_fault(
    tmp_path: Path, exchange: str, code: str, value: str
) -> None:
    path = write(
        tmp_path, "POSITION", [POSITION, position("1", "600000"), position(exchange, code)]
    )
    batch = load(path)
    assert (batch.rows_in, batch.accepted, batch.quarantined) == (2, 1, 1)
    (fault,) = batch.faults
    assert (fault.code, fault.file, fault.line, fault.value) == ("code_form", path.name, 3, value)
    assert fault.column == "exchange_type (behind stock_code)"
    assert "600000.SH" in fault.expected


@pytest.mark.parametrize(
    ("change", "code", "column", "value"),
    [
        (("1.00,8.88", "100,8.88"), "ambiguous_unit", "crdt_ratio", "100"),
        (("0.0635", "6.35"), "ambiguous_unit", "year_rate", "6.35"),
        (("88800.00,0,", "88800.00,2,"), "bad_choice", "compact_type", "2"),
        (("20260901", "20260931"), "no_such_date", "open_date", "2026-09-31"),
        (("20260901", "2026-9-1"), "date_form", "open_date", "2026-9-1"),
        (("48800.00", "48,800.00"), "too_many_fields", "", ""),
        (("48800.00", "4.88e4"), "number_form", "real_compact_balance", "4.88e4"),
        ((",000123,", ",,"), "empty_key", "compact_id", ""),
    ],
)
def test_faults_of_a_contract_name_the_counter_s_column(
    tmp_path: Path, change: tuple[str, str], code: str, column: str, value: str
) -> None:
    row = (
        "20260901,000123,0001000001,1,600000,1.00,8.88,10000,88800.00,0,1,10000,48800.00,5.00,77.10,"
        "0.0635,20270301"
    )
    batch = load(write(tmp_path, "COMPACT", [COMPACT, row.replace(*change)]))
    assert (batch.rows_in, batch.accepted, batch.quarantined) == (1, 0, 1)
    fault = batch.faults[0]
    assert (fault.code, fault.line) == (code, 2)
    if column:
        assert (fault.column, fault.value) == (column, value)


def test_a_row_with_too_few_fields_is_a_fault(tmp_path: Path) -> None:
    batch = load(write(tmp_path, "FUND", [FUND, "00017,0001000001,1500000.00", "00018,02,1,0,0,0"]))
    assert [(f.code, f.line) for f in batch.faults] == [("too_few_fields", 2)]
    assert rows(batch, "cash", "account_id") == [("02",)]


def test_a_day_in_the_name_that_does_not_exist_is_a_fault(tmp_path: Path) -> None:
    batch = load(write(tmp_path, "FUND", [FUND, "00017,01,1,0,0,0"], day="20260230"))
    assert [(f.code, f.column, f.value) for f in batch.faults] == [
        ("no_such_date", "(date in the file's name)", "2026-02-30")
    ]
    assert batch.accepted == 0


def test_one_account_on_two_rows_with_other_content_keeps_neither(tmp_path: Path) -> None:
    lines = [FUND, "00017,01,100.00,0,0,0", "00017,01,200.00,0,0,0", "00018,02,5.00,0,0,0"]
    batch = load(write(tmp_path, "FUND", lines))
    assert sorted(f.line for f in batch.faults if f.code == "conflicting_key") == [2, 3]
    assert rows(batch, "cash", "account_id") == [("02",)]


def test_utf8_characters_that_are_not_gb18030_lose_one_row(tmp_path: Path) -> None:
    path = write(tmp_path, "POSITION", [POSITION, position("1", "600000"), position("1", "600001")])
    path.write_bytes(path.read_bytes().replace("虚构股票".encode("gb18030"), b"\xff\xff", 1))
    batch = load(path)
    assert [(f.code, f.line) for f in batch.faults] == [("undecodable", 2)]
    assert rows(batch, "position", "code") == [("600001.SH",)]


def test_a_file_without_a_needed_column_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, "FUND", [FUND.replace("fund_account", "fundaccount"), "1,01,1,0,0,0"])
    with pytest.raises(InputRefused, match="fund"):
        load(path)


def test_the_demo_s_files_load_whole() -> None:
    batch = load(DEMO)
    # 25 accounts, 59 holdings, 43 contracts
    assert (batch.rows_in, batch.accepted, batch.quarantined) == (127, 127, 0)
    assert batch.faults == ()
    assert set(batch.tables) == {"account", "cash", "contract", "counter_figure", "position"}
    assert {s.name for s in batch.files} == {
        f"0001_RZRQ_{kind}.20261120.csv" for kind in ("COMPACT", "FUND", "POSITION")
    }


def test_the_counter_s_own_figures_are_kept() -> None:
    figures = {
        (account, name): value
        for account, name, value in rows(
            load(DEMO), "counter_figure", "account_id", "name", "value"
        )
    }
    # RULES.md example 2: 500,000 / 302,000 = 1.6556291...; example 3: 4,980,000 / 2,320,450.37
    assert figures["0010001", "per_assurescale_value"] == Decimal("1.655629")
    assert figures["0010001", "total_debit"] == 302000
    assert figures["0010004", "per_assurescale_value"] == Decimal("2.146135")
    assert figures["0010004", "assure_asset"] == 4980000
    # without a debt the counter gives no ratio: no row, and never 0
    assert ("0010012", "per_assurescale_value") not in figures
