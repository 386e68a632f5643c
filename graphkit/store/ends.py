"""Ends of links that are no party yet: each gets a party row of kind unknown in the same load."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from graphkit.model.findings import Finding
from graphkit.model.tables import tables
from graphkit.store.belief import Belief
from graphkit.store.committing import insert, stage
from graphkit.store.layout import quoted

if TYPE_CHECKING:
    import duckdb

SHOWN = 10
"""How many examples a finding names beside its count."""


def add_unknown_parties(
    con: duckdb.DuckDBPyConnection, belief: Belief, source: str, added: Iterable[str], *, all_: bool
) -> tuple[int, list[Finding]]:
    """How many party rows were added for ends that are no party, and the finding that says so.

    `belief` is that after the load's own rows and closings. Looked at are the new rows of the
    tables `added` (temp tables ``new_<table>``); with `all_` every believed fact, for loads that
    closed or withdrew parties that others refer to.
    """
    con.execute("CREATE OR REPLACE TEMP TABLE ends (id VARCHAR, file VARCHAR, line BIGINT)")
    con.execute(
        "CREATE OR REPLACE TEMP TABLE known AS SELECT DISTINCT t.party_id AS id FROM party AS t"
        f" WHERE {belief.believed('party', 't')}"
    )
    names = [n for n in tables() if belief.stating(n)] if all_ else list(added)
    for name in names:
        table = tables()[name]
        rows = quoted(name) if all_ else f"new_{name}"
        where = belief.believed(name, "t") if all_ else "true"
        for column in table.parties:
            if name == "party":
                continue
            con.execute(
                f"INSERT INTO ends SELECT t.{quoted(column)}, t.file, t.line FROM {rows} AS t"
                f" ANTI JOIN known AS k ON k.id = t.{quoted(column)}"
                f" WHERE t.{quoted(column)} IS NOT NULL AND {where}"
            )
    first = con.execute(f"SELECT DISTINCT id FROM ends ORDER BY id LIMIT {SHOWN}").fetchall()
    if not first:
        return 0, []
    party = tables()["party"]
    own = ", ".join(
        {"party_id": "id", "kind": "'unknown'"}.get(c.name, f"NULL::{c.sql_type}")
        + f" AS {quoted(c.name)}"
        for c in party.columns
    )
    rows = con.execute(
        "WITH first AS ("
        " SELECT id, min(struct_pack(file := file, line := line)) AS at FROM ends GROUP BY id)"
        f" SELECT {own}, f.at.file AS file, f.at.line AS line FROM first AS f"
    ).to_arrow_table()
    stage(con, party, rows, source)
    insert(con, party, "incoming", belief.sequence)
    con.execute("DROP TABLE incoming; DROP TABLE ends; DROP TABLE known")
    shown = ", ".join(row[0] for row in first)
    return rows.num_rows, [
        Finding(
            code="party-unknown-kind",
            severity="warning",
            subject=first[0][0],
            message=(
                f"{rows.num_rows} parties appear only as an end of a link, kind unknown: {shown}"
                f"{', …' if rows.num_rows > len(first) else ''}; load a party row for each"
            ),
            details={"count": str(rows.num_rows), "first": shown},
        )
    ]
