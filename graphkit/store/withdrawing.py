"""Withdrawing a load: which facts open again, and which of them a later load had replaced too.

Withdrawing copies nothing: the load's facts and closings stop counting. A fact that opens again so
must close at once where a later load of its source replaced it as well; such a closing counts while
that later load does (``because``). Without it a withdrawn correction would bring back what the
correction after it had replaced.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphkit.model.findings import Finding
from graphkit.model.tables import tables
from graphkit.store.belief import Belief, Load, integers
from graphkit.store.committing import superseded_by_day
from graphkit.store.layout import key_column, lead, placeholder, quoted, same_key
from graphkit.store.records import TableEffect

if TYPE_CHECKING:
    import duckdb


def close_superseded(
    con: duckdb.DuckDBPyConnection, belief: Belief, target: Load
) -> list[TableEffect]:
    """What the withdrawal of `target` closes, a row a table; `belief` is that after it.

    Identifiers that open again are left in the temp table ``new_identifier``.
    """
    later = [
        load.sequence
        for load in belief.loads.values()
        if load.sequence > target.sequence
        and load.sequence in belief.counting
        and load.sequence != belief.sequence
        and load.source == target.source
    ]
    con.execute("CREATE OR REPLACE TEMP TABLE new_identifier AS FROM identifier LIMIT 0")
    touched = con.execute(
        f"SELECT DISTINCT table_name FROM closed WHERE {target.sequence} IN (load_seq, because)"
    ).fetchall()
    effects = []
    for name in sorted(row[0] for row in touched):
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE reopened AS SELECT t.* FROM {quoted(name)} AS t"
            " WHERE (t.fact_id, t.load_seq) IN (SELECT (fact_id, of_seq) FROM closed"
            f" WHERE table_name = '{name}' AND {target.sequence} IN (load_seq, because))"
            f" AND {belief.believed(name, 't')}"
        )
        if later:
            _close(con, name, belief.sequence, integers(later))
        row = con.execute(
            "SELECT count(*) FROM closed"
            f" WHERE table_name = '{name}' AND load_seq = {belief.sequence}"
        ).fetchone()
        if row and row[0]:
            effects.append(TableEffect(name, closed=row[0]))
        if name == "identifier":
            con.execute("INSERT INTO new_identifier FROM reopened")
        con.execute("DROP TABLE reopened")
    return effects


def _close(con: duckdb.DuckDBPyConnection, name: str, sequence: int, later: str) -> None:
    table = tables()[name]
    first = key_column(lead(table))
    key_of_closed = (
        f"SELECT r.fact_id, r.load_seq, c.because, r.{first}"
        f" FROM reopened AS r JOIN {quoted(name)} AS o ON {same_key(table, 'r', 'o')}"
        f" JOIN closed AS c ON c.table_name = '{name}'"
        f" AND c.fact_id = o.fact_id AND c.of_seq = o.load_seq WHERE c.because IN {later}"
    )
    day = "list_contains(e.days, r.date)" if superseded_by_day(table) else "false"
    whole = f"e.whole AND NOT {placeholder('r')}" if name == "party" else "e.whole"
    con.execute(
        f"INSERT INTO closed SELECT '{name}', fact_id, load_seq, {sequence}, because, lead FROM ("
        f" SELECT r.fact_id, r.load_seq, n.load_seq AS because, r.{first} AS lead"
        f" FROM reopened AS r JOIN {quoted(name)} AS n ON {same_key(table, 'r', 'n')}"
        f" WHERE n.load_seq IN {later}"
        f" UNION {key_of_closed}"
        f" UNION SELECT r.fact_id, r.load_seq, e.load_seq, r.{first} FROM reopened AS r"
        f" JOIN load_table AS e ON e.table_name = '{name}' AND e.load_seq IN {later}"
        f" AND ({whole} OR {day}))"
    )


def restated_later(con: duckdb.DuckDBPyConnection, belief: Belief, target: Load) -> list[Finding]:
    """A finding when later loads of the source stated facts that stood already by `target`.

    Such a load added nothing for them, so they rest on the withdrawn load alone and are lost.
    """
    loads = [
        load
        for load in belief.loads.values()
        if load.sequence in belief.counting
        and load.sequence > target.sequence
        and load.source == target.source
        and load.withdraws is None
    ]
    row = con.execute(
        "SELECT coalesce(sum(t.unchanged), 0)::BIGINT FROM load_table AS t JOIN load AS l"
        f" ON l.sequence = t.load_seq WHERE t.load_seq IN {integers(x.sequence for x in loads)}"
    ).fetchone()
    if not row or not row[0]:
        return []
    return [
        Finding(
            code="withdrawn-restated",
            severity="warning",
            subject=target.load_id,
            message=(
                f"later loads of {target.source} restated {row[0]} facts that stood already; those "
                f"first stated by {target.load_id} are no longer believed: load the latest files "
                "again"
            ),
            details={"count": str(row[0]), "loads": ", ".join(x.load_id for x in loads[-10:])},
        )
    ]
