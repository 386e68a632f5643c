"""Two sources that state one key differently: the one stated last is read; a finding says so."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from graphkit.model.findings import Finding
from graphkit.model.tables import tables
from graphkit.store.belief import Belief, integers
from graphkit.store.ends import SHOWN
from graphkit.store.layout import placeholder, quoted, same_key

if TYPE_CHECKING:
    import duckdb


def conflicting_sources(
    con: duckdb.DuckDBPyConnection, belief: Belief, source: str, added: Iterable[str]
) -> list[Finding]:
    """One finding when new rows contradict believed facts of other sources, else none.

    `belief` is that before the load; new rows are in the temp tables ``new_<table>`` of `added`.
    """
    count = 0
    examples: list[str] = []
    facts: list[str] = []
    for name in added:
        table = tables()[name]
        others = set(belief.stating(name)) - set(belief.stating(name, source=source))
        if not others:
            continue
        content = [c.name for c in table.columns if c.name not in table.key]
        if not content:
            continue
        differs = " OR ".join(f"n.{quoted(c)} IS DISTINCT FROM t.{quoted(c)}" for c in content)
        if name == "party":
            differs = f"({differs}) AND NOT {placeholder('n')} AND NOT {placeholder('t')}"
        key = ", ".join(f"n.{quoted(k)}" for k in table.key)
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE conflict AS SELECT {key}, l.source AS other,"
            " replace(n.fact_id::VARCHAR, '-', '') AS mine,"
            " replace(t.fact_id::VARCHAR, '-', '') AS theirs"
            f" FROM new_{name} AS n JOIN {quoted(name)} AS t ON {same_key(table, 'n', 't')}"
            " JOIN load AS l ON l.sequence = t.load_seq"
            f" WHERE t.load_seq IN {integers(others)} AND {belief.believed(name, 't')}"
            f" AND ({differs})"
        )
        row = con.execute("SELECT count(*) FROM conflict").fetchone()
        count += row[0] if row else 0
        for *values, other, mine, theirs in con.execute(
            f"SELECT * FROM conflict ORDER BY ALL LIMIT {SHOWN - len(examples)}"
        ).fetchall():
            given = ", ".join(str(v) for v in values if v is not None)
            examples.append(f"{name} {given} (also from {other})")
            facts += [mine, theirs]
        con.execute("DROP TABLE conflict")
    if not count:
        return []
    shown = "; ".join(examples)
    return [
        Finding(
            code="conflicting-sources",
            severity="warning",
            subject=source,
            message=(
                f"{count} rows say otherwise than another source under the same key; the row "
                f"stated last is read: {shown}{'; …' if count > len(examples) else ''}"
            ),
            facts=tuple(facts),
            details={"count": str(count), "first": shown},
        )
    ]
