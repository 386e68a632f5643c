"""Text tables to canonical tables: rows checked, cast, and held against each other by key.

Invariants
----------
1. A raw row is accepted or quarantined as a whole: when one canonical row that it feeds fails,
   everything that it feeds is dropped.
2. Rows of one key with other content are quarantined, all of them, so that their order never
   matters; repeats of the same content are one fact, placed where it stands first. Rows that
   failed by themselves don't take part.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from graphkit.ingest.cells import Problem, problem
from graphkit.ingest.checks import SCHEMES, Check, TableSql
from graphkit.ingest.faults import expected
from graphkit.ingest.loader import Loader
from graphkit.ingest.readers import Progress
from graphkit.ingest.workspace import q
from graphkit.model.findings import Finding
from graphkit.model.identifiers import cn_id_valid, lei_valid, uscc_valid
from graphkit.model.tables import tables

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

_VALID = {"uscc": uscc_valid, "cn_id": cn_id_valid, "lei": lei_valid}
_SHOWN = 10
_FETCH = 10_000

Place = tuple[str, int]
"""File and line of a raw row."""


class Wrong(NamedTuple):
    """What is wrong with a raw row: a fault without its place and the row's text."""

    code: str
    column: str
    value: str
    expected: str
    table: str


@dataclass(slots=True)
class Validated:
    """The canonical tables of a load, and what is wrong with its raw rows, one fault a row."""

    tables: dict[str, pa.Table] = field(default_factory=dict)
    faults: dict[Place, Wrong] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def validate(
    connection: duckdb.DuckDBPyConnection,
    loader: Loader,
    have: Mapping[str, tuple[str, ...]],
    progress: Progress | None = None,
) -> Validated:
    """The rows of the relations ``text <table>``, checked and cast; `have` names their columns."""
    work = _Work(connection, loader, Validated())
    plans = [TableSql(tables()[t], columns, loader.units) for t, columns in have.items()]
    for number, plan in enumerate(plans):
        if progress:
            progress(f"check {plan.table.name}", number, len(plans))
        work.cells(plan)
    work.note_bad_rows()
    repeated = [work.keys(plan) for plan in plans]
    work.note_bad_rows()
    for number, plan in enumerate(plans):
        if progress:
            progress(f"cast {plan.table.name}", number, len(plans))
        work.done.tables[plan.table.name] = work.cast(plan, repeated[number])
    return work.done


@dataclass(slots=True)
class _Work:
    connection: duckdb.DuckDBPyConnection
    loader: Loader
    done: Validated

    def cells(self, plan: TableSql) -> None:
        """Find the first fault of each row by itself."""
        checks = plan.checks()
        if any(check.kind == "digits" for check in checks):
            self._note_wrong_identifiers(plan)
        shown = sorted(plan.have)
        texts = "".join(f", {plan.text(c)}" for c in shown)
        rows = self.connection.execute(
            f"SELECT _file, _line, {plan.fault()} AS fault{texts} FROM {_text(plan)} "
            "WHERE fault IS NOT NULL ORDER BY ALL"
        )
        while found := rows.fetchmany(_FETCH):
            for file, line, number, *values in found:
                row = dict(zip(shown, values, strict=True))
                code, column, wanted = _explain(plan, checks[number], row)
                self._fault(plan, (file, line), (code, wanted), (column,), row.get(column))

    def _fault(
        self,
        plan: TableSql,
        place: Place,
        wrong: Problem,
        columns: tuple[str, ...],
        value: str | None,
    ) -> None:
        """Note the fault of a raw row (its first counts), columns as the file calls them."""
        if place not in self.done.faults:
            table = plan.table.name
            origin = self.loader.origin.get(table, {})
            shown = ", ".join([origin.get(c, c) for c in columns])
            self.done.faults[place] = Wrong(wrong[0], shown, value or "", wrong[1], table)

    def _note_wrong_identifiers(self, plan: TableSql) -> None:
        """Make the table of the identifiers whose check digits are wrong."""
        import pyarrow as pa

        given = self.connection.execute(
            f"SELECT DISTINCT scheme, value FROM {_text(plan)} "
            f"WHERE scheme IN {SCHEMES} AND value <> ''"
        ).fetchall()
        wrong = [(scheme, value) for scheme, value in given if not _VALID[scheme](value)]
        schemes = pa.array([scheme for scheme, _ in wrong], pa.string())
        values = pa.array([value for _, value in wrong], pa.string())
        self.connection.register(
            "wrong_identifiers", pa.table({"scheme": schemes, "value": values})
        )

    def note_bad_rows(self) -> None:
        """Make the table of the raw rows that are quarantined so far."""
        import pyarrow as pa

        files = pa.array([file for file, _ in self.done.faults], pa.string())
        lines = pa.array([line for _, line in self.done.faults], pa.int64())
        self.connection.register("bad_rows", pa.table({"_file": files, "_line": lines}))

    def keys(self, plan: TableSql) -> bool:
        """Quarantine the rows of keys with several contents; whether any key stands twice."""
        key = [q(c) for c in plan.table.key]
        source = self._typed(plan)
        twice, few = _twice(plan), f"hash({', '.join(key)})"
        self.connection.execute(
            f"CREATE TEMP TABLE {twice} AS SELECT {few} AS h FROM ({source}) "
            "GROUP BY h HAVING count(*) > 1"
        )
        if not self.connection.execute(f"SELECT count(*) FROM {twice}").fetchall()[0][0]:
            return False
        content = ", ".join(q(c.name) for c in plan.table.columns)
        place = "{'f': _file, 'l': _line}"
        same = " AND ".join(f"c.{k} IS NOT DISTINCT FROM k.{k}" for k in key)
        rows = self.connection.execute(
            f"""
            WITH candidates AS (
                FROM ({source}) WHERE {few} IN (FROM {twice})
            ), keys AS (
                SELECT {", ".join(key)}, count(*) AS n, count(DISTINCT row({content})) AS contents,
                    min({place}) AS first, max({place}) AS last
                FROM candidates GROUP BY ALL HAVING n > 1
            )
            SELECT _file, _line, contents, first, last,
                [{", ".join(f"c.{k}::VARCHAR" for k in key)}]
            FROM candidates c JOIN keys k ON {same}
            ORDER BY ALL
            """
        )
        repeats: list[str] = []
        while found := rows.fetchmany(_FETCH):
            for file, line, contents, first, last, values in found:
                start = f"{first['f']}:{first['l']}"
                here = f"{file}:{line}"
                if contents > 1:
                    other = f"{last['f']}:{last['l']}" if here == start else start
                    wrong = ("conflicting_key", expected("conflicting_key", other))
                    value = ", ".join(v or "" for v in values)
                    self._fault(plan, (file, line), wrong, plan.table.key, value)
                elif here != start:
                    repeats.append(f"{here} as {start}")
        if repeats:
            self.done.findings.append(_repeats(plan.table.name, repeats))
        return True

    def cast(self, plan: TableSql, repeated: bool) -> pa.Table:
        """The canonical table, of every key the row that stands first."""
        key = ", ".join(q(c) for c in plan.table.key)
        source = self._typed(plan)
        if repeated:
            twice = f"hash({key}) IN (FROM {_twice(plan)})"
            source = (
                f"WITH good AS MATERIALIZED ({source}) FROM good WHERE NOT {twice} UNION ALL "
                f"(FROM good WHERE {twice} QUALIFY row_number() OVER (PARTITION BY {key} "
                "ORDER BY _file, _line) = 1)"
            )
        return self.connection.execute(
            "SELECT * EXCLUDE (_file, _line), _file::VARCHAR AS file, _line AS line "
            f"FROM ({source})"
        ).to_arrow_table()

    def _typed(self, plan: TableSql) -> str:
        """SQL for the cast rows that are not quarantined so far."""
        bad = "ANTI JOIN bad_rows USING (_file, _line)" if self.done.faults else ""
        return f"SELECT {', '.join(plan.typed())}, _file, _line FROM {_text(plan)} {bad}"


def _text(plan: TableSql) -> str:
    return q(f"text {plan.table.name}")


def _twice(plan: TableSql) -> str:
    return q(f"twice {plan.table.name}")


def _explain(plan: TableSql, check: Check, row: dict[str, str | None]) -> tuple[str, str, str]:
    """Code, column and what was expected for a row that fails `check`."""
    first, *others = check.columns
    match check.kind:
        case "cell":
            key = first in plan.table.key
            found = problem(plan.inputs[first], row.get(first), key, plan.unit(first))
            if found is None:
                where = f"{plan.table.name}.{first}"
                raise AssertionError(f"{where}: SQL alone finds fault with {row.get(first)!r}")
            return found[0], first, found[1]
        case "two_forms":
            return "two_share_forms", first, expected("two_share_forms", *check.columns)
        case "order":
            return "min_over_max", first, expected("min_over_max", f"{others[0]} {row[others[0]]}")
        case "digits":
            code = f"bad_{row['scheme']}"
            return code, first, expected(code)
    relation = "after" if first == "valid_to" else "not before"
    wanted = expected("end_before_start", relation, others[0], row[others[0]])
    return "end_before_start", first, wanted


def _repeats(table: str, repeats: list[str]) -> Finding:
    some = "; ".join(repeats[:_SHOWN]) + ("; ..." if len(repeats) > _SHOWN else "")
    return Finding(
        "repeated_row",
        "info",
        table,
        f"{table}: rows that say again what another row says: {len(repeats)}; each fact is kept "
        f"once ({some})",
        details={"count": str(len(repeats))},
    )
