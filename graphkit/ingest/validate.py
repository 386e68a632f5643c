"""Text tables to canonical tables: rows checked, cast, and held against each other by key.

Invariants
----------
1. A raw row is accepted or quarantined as a whole: when one canonical row that it feeds fails,
   everything that it feeds is dropped.
2. Rows of one key with other content are quarantined, all of them, so that their order never
   matters; repeats of the same content are one fact, placed where it stands first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from graphkit.ingest import cells
from graphkit.ingest.checks import SCHEMES, Check, TableSql
from graphkit.ingest.faults import expected
from graphkit.ingest.loader import Loader
from graphkit.ingest.readers import Progress
from graphkit.ingest.workspace import q
from graphkit.model.findings import Fault, Finding
from graphkit.model.identifiers import cn_id_valid, lei_valid, uscc_valid
from graphkit.model.tables import tables

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

_VALID = {"uscc": uscc_valid, "cn_id": cn_id_valid, "lei": lei_valid}
_SHOWN = 10

Place = tuple[str, int]
"""File and line of a raw row."""


@dataclass(slots=True)
class Validated:
    """The canonical tables of a load, and the faults of its raw rows, one a row."""

    tables: dict[str, pa.Table] = field(default_factory=dict)
    faults: dict[Place, Fault] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def validate(
    connection: duckdb.DuckDBPyConnection,
    loader: Loader,
    have: Mapping[str, tuple[str, ...]],
    progress: Progress | None = None,
) -> Validated:
    """The rows of the relations ``text <table>``, checked and cast; `have` names their columns."""
    done = Validated()
    plans = {t: TableSql(tables()[t], columns, loader.units) for t, columns in have.items()}
    for number, (name, plan) in enumerate(plans.items()):
        if progress:
            progress(f"check {name}", number, len(plans))
        _cells(connection, loader, name, plan, done)
    _bad_rows(connection, done)
    repeated = {name: _keys(connection, loader, name, plan, done) for name, plan in plans.items()}
    _bad_rows(connection, done)
    for number, (name, plan) in enumerate(plans.items()):
        if progress:
            progress(f"cast {name}", number, len(plans))
        done.tables[name] = _cast(connection, name, plan, repeated[name], bool(done.faults))
    return done


def _cells(
    connection: duckdb.DuckDBPyConnection, loader: Loader, name: str, plan: TableSql, done: Validated
) -> None:
    """Find the first fault of each row by itself."""
    checks = plan.checks()
    if any(check.kind == "digits" for check in checks):
        _wrong_identifiers(connection, name)
    shown = sorted(plan.have)
    texts = "".join(f", {plan.text(c)}" for c in shown)
    rows = connection.execute(
        f"SELECT _file, _line, {plan.fault()} AS fault{texts} FROM {q('text ' + name)} "
        "WHERE fault IS NOT NULL ORDER BY ALL"
    )
    while found := rows.fetchmany(10_000):
        for file, line, number, *values in found:
            row = dict(zip(shown, values, strict=True))
            code, column, wanted = _explain(plan, checks[number], row)
            fault = _fault(loader, name, (file, line), code, column, row.get(column), wanted)
            done.faults.setdefault((file, line), fault)


def _wrong_identifiers(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """Make the table of the identifiers whose check digits are wrong."""
    import pyarrow as pa

    given = connection.execute(
        f"SELECT DISTINCT scheme, value FROM {q('text ' + name)} "
        f"WHERE scheme IN {SCHEMES} AND value <> ''"
    ).fetchall()
    wrong = [(scheme, value) for scheme, value in given if not _VALID[scheme](value)]
    connection.register(
        "wrong_identifiers",
        pa.table(
            {
                "scheme": pa.array([s for s, _ in wrong], pa.string()),
                "value": pa.array([v for _, v in wrong], pa.string()),
            }
        ),
    )


def _explain(plan: TableSql, check: Check, row: dict[str, str | None]) -> tuple[str, str, str]:
    """Code, column and what was expected for a row that fails `check`."""
    first, *others = check.columns
    match check.kind:
        case "cell":
            key = first in plan.table.key
            found = cells.problem(plan.inputs[first], row.get(first), key, plan.unit(first))
            if found is None:
                raise AssertionError(f"{plan.table.name}.{first}: nothing wrong with {row.get(first)!r}")
            return found[0], first, found[1]
        case "two_forms":
            return check.kind.replace("two_forms", "two_share_forms"), first, expected("two_share_forms", *check.columns)
        case "order":
            return "min_over_max", first, expected("min_over_max", f"{others[0]} {row[others[0]]}")
        case "digits":
            code = f"bad_{row['scheme']}"
            return code, first, expected(code)
    relation = "after" if first == "valid_to" else "not before"
    return "end_before_start", first, expected("end_before_start", relation, others[0], row[others[0]])


def _fault(
    loader: Loader, table: str, place: Place, code: str, column: str, value: str | None, wanted: str
) -> Fault:
    origin = loader.origin.get(table, {})
    shown = ", ".join(origin.get(c, c) for c in column.split(", "))
    return Fault(code, place[0], place[1], shown, value or "", wanted, "", table)


def _bad_rows(connection: duckdb.DuckDBPyConnection, done: Validated) -> None:
    """Make the table of the raw rows that are quarantined."""
    import pyarrow as pa

    files = pa.array([f for f, _ in done.faults], pa.string())
    lines = pa.array([n for _, n in done.faults], pa.int64())
    connection.register("bad_rows", pa.table({"_file": files, "_line": lines}))


def _keys(
    connection: duckdb.DuckDBPyConnection, loader: Loader, name: str, plan: TableSql, done: Validated
) -> bool:
    """Quarantine the rows of keys with several contents; whether any key stands more than once."""
    key = [q(c) for c in plan.table.key]
    source = f"SELECT {', '.join(plan.typed())}, _file, _line FROM {q('text ' + name)}"
    if done.faults:
        source += " ANTI JOIN bad_rows USING (_file, _line)"
    few = f"hash({', '.join(key)})"
    connection.execute(
        f"CREATE TEMP TABLE {q('twice ' + name)} AS SELECT {few} AS h FROM ({source}) "
        "GROUP BY h HAVING count(*) > 1"
    )
    if not connection.execute(f"SELECT count(*) FROM {q('twice ' + name)}").fetchall()[0][0]:
        return False
    content = ", ".join(q(c.name) for c in plan.table.columns)
    rows = connection.execute(
        f"""
        WITH candidates AS (
            FROM ({source}) WHERE {few} IN (FROM {q('twice ' + name)})
        ), keys AS (
            SELECT {', '.join(key)}, count(*) AS n, count(DISTINCT row({content})) AS contents,
                min({{'f': _file, 'l': _line}}) AS first, max({{'f': _file, 'l': _line}}) AS last
            FROM candidates GROUP BY ALL HAVING n > 1
        )
        SELECT _file, _line, contents, first, last, [{', '.join(f'c.{k}::VARCHAR' for k in key)}]
        FROM candidates c JOIN keys k
          ON {' AND '.join(f'c.{k} IS NOT DISTINCT FROM k.{k}' for k in key)}
        ORDER BY ALL
        """
    )
    repeats: list[tuple[Place, Place]] = []
    column = ", ".join(plan.table.key)
    while found := rows.fetchmany(10_000):
        for file, line, contents, first, last, values in found:
            start, end = (first["f"], first["l"]), (last["f"], last["l"])
            if contents > 1:
                other = end if (file, line) == start else start
                fault = _fault(
                    loader,
                    name,
                    (file, line),
                    "conflicting_key",
                    column,
                    ", ".join(v or "" for v in values),
                    expected("conflicting_key", f"{other[0]}:{other[1]}"),
                )
                done.faults.setdefault((file, line), fault)
            elif (file, line) != start:
                repeats.append(((file, line), start))
    if repeats:
        done.findings.append(_repeats(name, repeats))
    return True


def _repeats(table: str, repeats: list[tuple[Place, Place]]) -> Finding:
    some = "; ".join(f"{f}:{n} as {g}:{m}" for (f, n), (g, m) in repeats[:_SHOWN])
    more = ", ..." if len(repeats) > _SHOWN else ""
    return Finding(
        "repeated_row",
        "info",
        table,
        f"{len(repeats)} rows of {table} say again what another row says; each fact is kept once "
        f"({some}{more})",
        details={"count": str(len(repeats))},
    )


def _cast(
    connection: duckdb.DuckDBPyConnection, name: str, plan: TableSql, repeated: bool, faults: bool
) -> pa.Table:
    source = f"SELECT {', '.join(plan.typed())}, _file::VARCHAR AS file, _line AS line FROM {q('text ' + name)}"
    if faults:
        source += " ANTI JOIN bad_rows USING (_file, _line)"
    if repeated:
        key = ", ".join(q(c) for c in plan.table.key)
        twice = f"hash({key}) IN (FROM {q('twice ' + name)})"
        source = (
            f"WITH rows AS MATERIALIZED ({source}) FROM rows WHERE NOT {twice} UNION ALL "
            f"(FROM rows WHERE {twice} QUALIFY row_number() OVER (PARTITION BY {key} "
            "ORDER BY file, line) = 1)"
        )
    return connection.execute(source).to_arrow_table()


