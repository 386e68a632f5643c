"""Finding parties by id, identifier or name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphkit.store.layout import literal

if TYPE_CHECKING:
    import duckdb

NEAR = "0.7"
"""Names less alike than this (Jaro-Winkler) are not offered; it ranks suggestions, no figure."""


def find(
    con: duckdb.DuckDBPyConnection,
    text: str,
    limit: int,
    *,
    parties: str,
    identifiers: str,
    aliases: str,
) -> list[tuple[str, str, str]]:
    """Parties that match the text, best first.

    By id, identifier, name, part of a name, how an id begins, then names that are nearly alike.
    `parties`, `identifiers` and `aliases` are queries that give ``(party_id, kind, name)`` of every
    id that a source uses, ``(party_id, value)`` and ``(id, one)``. A party of several ids is given
    once, under its canonical id and with the name that matched best.
    """
    wanted = literal(text)
    rows = con.execute(
        f"""
        WITH by_number AS (SELECT party_id FROM ({identifiers}) WHERE value = {wanted}),
        ranked AS (
            SELECT party_id, kind, coalesce(name, '') AS name,
                CASE WHEN party_id = {wanted} THEN 0
                    WHEN party_id IN (FROM by_number) THEN 1
                    WHEN name = {wanted} THEN 2
                    WHEN contains(lower(name), lower({wanted})) THEN 3
                    WHEN starts_with(lower(party_id), lower({wanted})) THEN 4
                    ELSE 5 END AS place,
                jaro_winkler_similarity(coalesce(lower(name), ''), lower({wanted})) AS closeness
            FROM ({parties})
        ), matching AS (
            SELECT coalesce(a.one, r.party_id) AS party, r.* FROM ranked AS r
            LEFT JOIN ({aliases}) AS a ON a.id = r.party_id
            WHERE r.place < 5 OR r.closeness >= {NEAR}
        )
        SELECT party, kind, name FROM matching
        QUALIFY row_number() OVER (
            PARTITION BY party ORDER BY place, closeness DESC, name, party_id) = 1
        ORDER BY place, closeness DESC, name, party LIMIT {limit:d}
        """
    ).fetchall()
    return [(row[0], row[1], row[2]) for row in rows]
