"""Party ids that are one party: equal strong identifiers, recorded as judgements; never names.

Invariant: which ids are one at a sequence follows from the identifiers believed there. The table
``judgement`` remembers when a pair became known and tells which identifiers to look at, so that a
store without aliases pays nothing; withdrawing an identifier dissolves what rests on it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphkit.model.findings import Finding
from graphkit.model.identifiers import STRONG_SCHEMES
from graphkit.store.belief import Belief, integers
from graphkit.store.ends import SHOWN
from graphkit.store.layout import key_column, key_of, key_sql

if TYPE_CHECKING:
    import duckdb

STRONG = ", ".join(f"'{scheme}'" for scheme in sorted(STRONG_SCHEMES))


def judge(con: duckdb.DuckDBPyConnection, belief: Belief) -> list[Finding]:
    """The finding about new pairs of ids with one strong identifier; the pairs are recorded.

    `belief` is that after the load's rows; its new identifiers are in ``new_identifier``. In each
    pair the left id is the one stated first (lowest load sequence, then smallest id).
    """
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE pair AS
        WITH fresh AS (
            SELECT DISTINCT scheme, value FROM new_identifier WHERE scheme IN ({STRONG})
        ), stated AS (
            SELECT i.scheme, i.value, i.party_id, min(i.load_seq) AS first
            FROM identifier AS i JOIN fresh USING (scheme, value)
            WHERE {belief.believed("identifier", "i")} GROUP BY ALL
        ), ranked AS (
            SELECT *, first_value(party_id) OVER (
                PARTITION BY scheme, value ORDER BY first, party_id) AS head FROM stated
        )
        SELECT head AS "left", party_id AS "right", scheme, value FROM ranked AS r
        WHERE party_id <> head AND NOT EXISTS (
            SELECT 1 FROM judgement AS j WHERE j.scheme = r.scheme AND j.value = r.value
            AND r.head IN (j."left", j."right") AND r.party_id IN (j."left", j."right")
            AND {belief.counts("j.load_seq")})
        """
    )
    con.execute(f"INSERT INTO judgement SELECT *, {belief.sequence} FROM pair ORDER BY ALL")
    rows = con.execute('SELECT "left", "right", scheme FROM pair ORDER BY ALL').fetchall()
    con.execute("DROP TABLE pair")
    if not rows:
        return []
    shown = "; ".join(f"{a} = {b} ({scheme})" for a, b, scheme in rows[:SHOWN])
    return [
        Finding(
            code="same-identifier",
            severity="info",
            subject=rows[0][0],
            message=(
                f"{len(rows)} pairs of ids have one identifier and are read as one party: {shown}"
                f"{'; …' if len(rows) > SHOWN else ''}"
            ),
            details={"count": str(len(rows)), "first": shown},
        )
    ]


def aliases(con: duckdb.DuckDBPyConnection, belief: Belief) -> dict[str, str]:
    """The canonical id of every id that is not canonical itself.

    Ids are connected by believed identifiers of equal scheme and value; the representative of a
    connected set is the id stated first (lowest load sequence of its party rows, then smallest id).
    """
    found = con.execute(f"SELECT 1 FROM judgement WHERE load_seq <= {belief.sequence} LIMIT 1")
    if found.fetchone() is None:
        return {}
    judged = f"FROM judgement WHERE load_seq <= {belief.sequence}"
    both = f'SELECT "left" AS id {judged} UNION SELECT "right" {judged}'
    rows = con.execute(
        f"""
        SELECT DISTINCT i.scheme, i.value, i.party_id FROM identifier AS i
        WHERE i.{key_column("party_id")} IN (SELECT {key_sql("id")} FROM ({both}))
        AND (i.scheme, i.value) IN (SELECT (scheme, value) {judged})
        AND {belief.believed("identifier", "i")} ORDER BY ALL
        """
    ).fetchall()
    parent: dict[str, str] = {}

    def root(party: str) -> str:
        parent.setdefault(party, party)
        while parent[party] != party:
            parent[party] = parent[parent[party]]
            party = parent[party]
        return party

    heads: dict[tuple[str, str], str] = {}
    for scheme, value, party in rows:
        parent[root(party)] = root(heads.setdefault((scheme, value), party))
    sets: dict[str, list[str]] = {}
    for party in parent:
        sets.setdefault(root(party), []).append(party)
    first = _first_stated(con, belief, [p for s in sets.values() if len(s) > 1 for p in s])
    never = belief.sequence + 1
    result: dict[str, str] = {}
    for members in sets.values():
        canonical = min(members, key=lambda p: (first.get(p, never), p))
        result.update((p, canonical) for p in members if p != canonical)
    return result


def _first_stated(con: duckdb.DuckDBPyConnection, belief: Belief, ids: list[str]) -> dict[str, int]:
    rows = con.execute(
        f"""
        SELECT t.party_id, min(t.load_seq) FROM party AS t
        WHERE t.{key_column("party_id")} IN {integers(map(key_of, ids))}
        AND {belief.believed("party", "t")} GROUP BY ALL
        """
    ).fetchall()
    return dict(rows)
