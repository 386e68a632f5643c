"""A canonical table's checks and casts as SQL, derived from the model.

Every cell is held against a strict pattern before it is cast: DuckDB by itself reads ``1e3``,
``12_000`` and ``0x10`` as numbers and rounds 12.345 to 12.35. Casts go through DECIMAL(18, n) where
that is enough: wider ones take fifty times as long.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from graphkit.ingest.cells import CODE, DATE, TIME, UNSEEN, digits
from graphkit.ingest.vocabulary import Input, inputs, spans
from graphkit.ingest.workspace import q
from graphkit.model.shares import FULL
from graphkit.model.tables import Percents, Table

SCHEMES = ("uscc", "cn_id", "lei")
"""Schemes of identifiers whose check digits are verified."""


@dataclass(frozen=True, slots=True)
class Check:
    """One check of a row: `sql` is true where the row fails; the columns are those it is about."""

    kind: str
    columns: tuple[str, ...]
    sql: str


class TableSql:
    """The SQL of one canonical table, given which input columns the load has."""

    def __init__(
        self, table: Table, have: Sequence[str], units: Mapping[tuple[str, str], str]
    ) -> None:
        self.table = table
        self.have = frozenset(have)
        self.units = units
        self.inputs = {i.name: i for i in inputs(table)}

    def unit(self, column: str) -> str:
        """The unit that the feed declares for a rate."""
        return self.units.get((self.table.name, column), "fraction")

    def text(self, column: str) -> str:
        """The column as text, blank as NULL."""
        return f"nullif({q(column)}, '')" if column in self.have else "NULL::VARCHAR"

    def checks(self) -> list[Check]:
        """Every check, in the order in which a row's first fault is looked for."""
        found = [self._cell(i) for i in self.inputs.values() if i.name in self.have or i.required]
        for pair in self.table.percents:
            found += self._pair(pair)
        for start, end in spans(self.table):
            if {start, end} <= self.have:
                less = "<=" if end == "valid_to" else "<"
                sql = f"{self._date(end)} {less} {self._date(start)}"
                found.append(Check("span", (end, start), sql))
        if self.table.name == "identifier" and {"scheme", "value"} <= self.have:
            pair_sql = f"({self.text('scheme')}, {self.text('value')})"
            found.append(
                Check("digits", ("value", "scheme"), f"{pair_sql} IN (FROM wrong_identifiers)")
            )
        return found

    def fault(self) -> str:
        """SQL for the number of a row's first failed check, NULL where none fails."""
        cases = " ".join(f"WHEN {c.sql} THEN {n}" for n, c in enumerate(self.checks()))
        return f"CASE {cases} END"

    def _cell(self, given: Input) -> Check:
        x = self.text(given.name)
        tests = " OR ".join(self._tests(given, x)) if given.name in self.have else ""
        wrong = f"({x} IS NOT NULL AND ({tests}))" if tests else "false"
        return Check("cell", (given.name,), f"{x} IS NULL OR {wrong}" if given.required else wrong)

    def _tests(self, given: Input, x: str) -> list[str]:
        match given.type:
            case "text":
                return []
            case "id":
                return [f"regexp_matches({x}, {lit(UNSEEN)})"]
            case "code":
                return [_unlike(x, CODE)]
            case "choice":
                choices = given.column.choices if given.column else ()
                return [f"{x} NOT IN ({', '.join(map(lit, choices))})"]
            case "bool":
                return [f"{x} NOT IN ('yes', 'no', 'true', 'false', '1', '0')"]
            case "date":
                return [_unlike(x, DATE), f"try_cast({x} AS DATE) IS NULL", f"{x}[:4] = '0000'"]
            case "timestamp":
                return [
                    _unlike(x, TIME),
                    f"try_cast({x} AS TIMESTAMP) IS NULL",
                    f"{x}[:4] = '0000'",
                ]
            case "percent":
                return self._percent_tests(given, x)
        return self._number_tests(given, x)

    def _percent_tests(self, given: Input, x: str) -> list[str]:
        """By patterns alone: 0 to 100, and no value left out that a mark leaves nothing of."""
        marks = {"both": "[<>]?", "min": ">?", "max": "<?"}[given.end or "both"]
        nothing = lit(r">0*100(\.0+)?|<0+(\.0+)?")
        return [
            _unlike(x, marks + r"0*(100(\.0{1,8})?|[0-9]{1,2}(\.[0-9]{1,8})?)"),
            f"({x} >= '<' AND regexp_full_match({x}, {nothing}))",
        ]

    def _number_tests(self, given: Input, x: str) -> list[str]:
        unit = self.unit(given.name)
        whole, decimals = digits(given.type, unit)
        part = rf"(\.[0-9]{{1,{decimals}}})?" if decimals else ""
        tests = [_unlike(x, f"-?[0-9]{{1,{whole}}}{part}")]
        if given.column and given.column.plausible:
            low, high = given.column.plausible
            scale = 100 if unit == "percent" else 1
            tests.append(
                f"try_cast({x} AS DECIMAL(18, 8)) NOT BETWEEN {low * scale} AND {high * scale}"
            )
        return tests

    def _pair(self, pair: Percents) -> list[Check]:
        both, least, most = pair.input, f"{pair.input}_min", f"{pair.input}_max"
        found = []
        if both in self.have and {least, most} & self.have:
            ends = f"coalesce({self.text(least)}, {self.text(most)})"
            sql = f"{self.text(both)} IS NOT NULL AND {ends} IS NOT NULL"
            found.append(Check("two_forms", (both, least, most), sql))
        if {least, most} <= self.have:
            sql = f"{self._low(least)} > {self._high(most)}"
            found.append(Check("order", (least, most), sql))
        return found

    def _low(self, column: str) -> str:
        """Least parts per 10**10 of a percent: one more behind '>', none behind '<'."""
        units, above, below = _parts(self.text(column))
        return f"({units} * (1 - {below}) + {above})"

    def _high(self, column: str) -> str:
        """Most parts per 10**10 of a percent: one less behind '<', all behind '>'."""
        units, above, below = _parts(self.text(column))
        return f"({units} - {below} + {above} * ({FULL} - {units}))"

    def _date(self, column: str) -> str:
        return f"try_cast({self.text(column)} AS DATE)"

    def typed(self) -> list[str]:
        """The canonical columns in order, cast; of use for rows without a fault only."""
        ends: dict[str, str] = {}
        for pair in self.table.percents:
            low, high = self._ends(pair)
            ends[f"{pair.name}_min"], ends[f"{pair.name}_max"] = low, high
        return [
            f"{ends.get(c.name) or self._value(c.name)}::{c.sql_type} AS {q(c.name)}"
            for c in self.table.columns
        ]

    def _ends(self, pair: Percents) -> tuple[str, str]:
        names = [
            n for n in (pair.input, f"{pair.input}_min", f"{pair.input}_max") if n in self.have
        ]
        lows = [self._low(n) for n in names if not n.endswith("_max")]
        highs = [self._high(n) for n in names if not n.endswith("_min")]
        low = f"coalesce({', '.join([*lows, '0'])})"
        high = f"coalesce({', '.join([*highs, str(FULL)])})"
        if pair.blank == "unknown":
            return f"({low})", f"({high})"
        if not names:
            return "NULL", "NULL"
        stated = f"coalesce({', '.join([*map(self.text, names), 'NULL'])}) IS NOT NULL"
        return f"(CASE WHEN {stated} THEN {low} END)", f"(CASE WHEN {stated} THEN {high} END)"

    def _value(self, column: str) -> str:
        given = self.inputs[column]
        x = self.text(column)
        match given.type:
            case "id" | "code" | "text" | "choice":
                return x
            case "bool":
                return f"({x} IN ('yes', 'true', '1'))" if column in self.have else "NULL"
            case "date" | "timestamp" | "integer":
                kind = {"date": "DATE", "timestamp": "TIMESTAMP", "integer": "BIGINT"}[given.type]
                return f"try_cast({x} AS {kind})"
        if self.unit(column) == "percent":
            return f"(try_cast({x} AS DECIMAL(12, 6)) * 0.01)"
        scale = digits(given.type)[1]
        kind = given.column.sql_type if given.column else ""
        return f"coalesce(try_cast({x} AS DECIMAL(18, {scale}))::{kind}, try_cast({x} AS {kind}))"


def _parts(x: str) -> tuple[str, str, str]:
    """SQL for the number of a percent in parts per 10**10, and 1 where '>' (or '<') stands first.

    That number is the percent without its point, written with eight decimals (multiplying would
    overflow at 100 or need a wider, slower type). No CASE, so that DuckDB computes it once.
    """
    percent = f"try_cast(ltrim({x}, '<>') AS DECIMAL(18, 8))"
    units = f"try_cast(replace({percent}::VARCHAR, '.', '') AS BIGINT)"
    return units, f"starts_with({x}, '>')::BIGINT", f"starts_with({x}, '<')::BIGINT"


def _unlike(x: str, pattern: str) -> str:
    return f"NOT regexp_full_match({x}, {lit(pattern)})"


def lit(text: str) -> str:
    """The text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"
