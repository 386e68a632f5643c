"""Checks that the store does not contradict itself; each names the invariant that it holds.

1. Load sequences run from 1 without a gap, load ids are unique, known-at never goes back.
2. Rows in = accepted + quarantined; what a record counts is what the tables hold.
3. Every fact and every closing belongs to a load; every closing has its fact, stated before it.
4. A withdrawal names an earlier load that is no withdrawal, each at most once.
5. Among believed facts of one source, keys are unique.
6. Fact ids and integer keys follow from the content.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from graphkit.model.findings import Finding
from graphkit.model.tables import Table, tables
from graphkit.store.belief import Belief, belief_at, read_loads
from graphkit.store.layout import (
    fact_id_sql,
    key_column,
    key_sql,
    keyed,
    quoted,
    turned,
    turned_name,
)

if TYPE_CHECKING:
    import duckdb

_CHECKS = {
    "sequences run from 1 without a gap": """
        SELECT sequence FROM (SELECT sequence, row_number() OVER (ORDER BY sequence) AS place
        FROM load) WHERE sequence <> place""",
    "load ids are unique": "SELECT load_id FROM load GROUP BY load_id HAVING count(*) > 1",
    "known-at never goes back": """
        SELECT load_id FROM (SELECT *, lag(known_at) OVER (ORDER BY sequence) AS former FROM load)
        WHERE known_at < former""",
    "rows in = accepted + quarantined":
        "SELECT load_id FROM load WHERE rows_in <> accepted + quarantined",
    "quarantined rows are as many as the record counts": """
        SELECT load_id FROM load WHERE quarantined <>
        (SELECT count(*) FROM quarantine AS q WHERE q.load_seq = load.sequence)""",
    "findings are as many as the record counts": """
        SELECT load_id FROM load WHERE findings <>
        (SELECT count(*) FROM finding AS f WHERE f.load_seq = load.sequence)""",
    "a withdrawal names an earlier load that is no withdrawal": """
        SELECT w.load_id FROM load AS w LEFT JOIN load AS l ON l.sequence = w.withdraws
        WHERE w.withdraws IS NOT NULL
        AND (l.sequence IS NULL OR l.sequence >= w.sequence OR l.withdraws IS NOT NULL)""",
    "a load is withdrawn at most once":
        "SELECT withdraws FROM load WHERE withdraws IS NOT NULL GROUP BY ALL HAVING count(*) > 1",
    "a closing belongs to a load": """
        SELECT DISTINCT c.load_seq FROM closed AS c
        WHERE c.load_seq NOT IN (SELECT sequence FROM load)
        OR c.because NOT IN (SELECT sequence FROM load)""",
    "a closing comes after what it closes":
        "SELECT fact_id FROM closed WHERE of_seq >= load_seq OR because > load_seq",
    "closings are as many as the record counts": """
        SELECT table_name, load_seq FROM (
            SELECT table_name, load_seq, count(*) AS n FROM closed GROUP BY ALL
            UNION ALL SELECT table_name, load_seq, -closed FROM load_table)
        GROUP BY ALL HAVING sum(n) <> 0""",
    "what a load did belongs to a load": """
        SELECT load_seq FROM load_table WHERE load_seq NOT IN (SELECT sequence FROM load)
        UNION SELECT load_seq FROM load_file WHERE load_seq NOT IN (SELECT sequence FROM load)
        UNION SELECT load_seq FROM quarantine WHERE load_seq NOT IN (SELECT sequence FROM load)
        UNION SELECT load_seq FROM finding WHERE load_seq NOT IN (SELECT sequence FROM load)
        UNION SELECT load_seq FROM judgement WHERE load_seq NOT IN (SELECT sequence FROM load)""",
    "stated = new + unchanged": """
        SELECT table_name, load_seq FROM load_table
        WHERE stated > facts + unchanged OR (stated < facts + unchanged AND table_name <> 'party')
        """,
}  # fmt: skip


def verify(con: duckdb.DuckDBPyConnection) -> list[Finding]:
    """Every contradiction in the store, as errors; empty when it is sound."""
    checks = dict(_CHECKS)
    belief = belief_at(con, read_loads(con))
    counted = {
        row[0]
        for row in con.execute(
            "SELECT table_name FROM load_table WHERE facts > 0 UNION SELECT table_name FROM closed"
        ).fetchall()
    }
    for name, table in tables().items():
        if name in counted or con.execute(f"SELECT 1 FROM {quoted(name)} LIMIT 1").fetchone():
            checks.update(_of_table(table, belief))
    return [f for rule, query in checks.items() for f in _broken(con, rule, query)]


def _of_table(table: Table, belief: Belief) -> Iterator[tuple[str, str]]:
    name = quoted(table.name)
    yield (
        f"{table.name}: facts are as many as the records count",
        f"SELECT load_seq FROM (SELECT load_seq, count(*) AS n FROM {name} GROUP BY ALL"
        f" UNION ALL SELECT load_seq, -facts FROM load_table WHERE table_name = '{table.name}')"
        " GROUP BY ALL HAVING sum(n) <> 0",
    )
    yield (
        f"{table.name}: a closing has its fact",
        f"SELECT c.fact_id FROM closed AS c ANTI JOIN {name} AS t"
        " ON t.fact_id = c.fact_id AND t.load_seq = c.of_seq"
        f" WHERE c.table_name = '{table.name}'",
    )
    key = ", ".join(f"t.{quoted(k)}" for k in table.key)
    yield (
        f"{table.name}: believed keys of a source are unique",
        f"SELECT l.source, {key} FROM {name} AS t JOIN load AS l ON l.sequence = t.load_seq"
        f" WHERE {belief.believed(table.name, 't')} GROUP BY ALL HAVING count(*) > 1",
    )
    source = "(SELECT l.source FROM load AS l WHERE l.sequence = t.load_seq)"
    keys = " OR ".join(
        f"{key_column(c)} IS DISTINCT FROM {key_sql(quoted(c))}" for c in keyed(table)
    )
    yield (
        f"{table.name}: ids and keys follow from the content",
        f"SELECT t.fact_id FROM {name} AS t"
        f" WHERE t.fact_id <> {fact_id_sql(table, source)} OR {keys}",
    )
    for column in turned(table):
        yield (
            f"{table.name}: {column} leads to every row",
            f"SELECT key, lead FROM (SELECT key, lead, 1 AS n FROM {turned_name(table, column)}"
            f" UNION ALL SELECT {key_column(column)}, {key_column(keyed(table)[0])}, -1 FROM {name}"
            f" WHERE {key_column(column)} IS NOT NULL) GROUP BY ALL HAVING sum(n) <> 0",
        )


def _broken(con: duckdb.DuckDBPyConnection, rule: str, query: str) -> list[Finding]:
    rows = con.execute(
        f"SELECT *, count(*) OVER () FROM ({query}) ORDER BY ALL LIMIT 10"
    ).fetchall()
    if not rows:
        return []
    shown = "; ".join(" ".join(str(v) for v in row[:-1]) for row in rows)
    return [
        Finding(
            code="store-unsound",
            severity="error",
            subject=rule.partition(":")[0] if ": " in rule else "load",
            message=f"broken: {rule}; {rows[0][-1]} times: {shown}",
            details={"count": str(rows[0][-1])},
        )
    ]
