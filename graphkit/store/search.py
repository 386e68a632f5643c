"""Finding parties by id, identifier or name."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

NEAR = "0.7"
"""Names less alike than this (Jaro-Winkler) are not offered; it ranks suggestions, no figure."""


def named(con: duckdb.DuckDBPyConnection, parties: str, identifiers: str, text: str) -> list[str]:
    """Ids of the parties that the text names: by id, else by identifier, else by exact name.

    `parties` and `identifiers` are queries that give ``(party_id, kind, name)`` and
    ``(party_id, value)``.
    """
    for query in (
        f"SELECT party_id FROM ({parties}) WHERE party_id = ? ORDER BY ALL",
        f"SELECT DISTINCT party_id FROM ({identifiers}) WHERE value = ? ORDER BY ALL",
        f"SELECT party_id FROM ({parties}) WHERE name = ? ORDER BY ALL",
    ):
        found = [row[0] for row in con.execute(query, [text]).fetchall()]
        if found:
            return found
    return []


def find(
    con: duckdb.DuckDBPyConnection, parties: str, identifiers: str, text: str, limit: int
) -> list[tuple[str, str, str]]:
    """Parties that match the text, best first: id, identifier, name, part of a name, near names."""
    rows = con.execute(
        f"""
        WITH ranked AS (
            SELECT party_id, kind, coalesce(name, '') AS name,
                CASE WHEN party_id = $text THEN 0
                    WHEN party_id IN (SELECT party_id FROM ({identifiers}) WHERE value = $text)
                    THEN 1
                    WHEN name = $text THEN 2
                    WHEN contains(lower(name), lower($text)) THEN 3
                    ELSE 4 END AS place,
                jaro_winkler_similarity(coalesce(lower(name), ''), lower($text)) AS closeness
            FROM ({parties})
        )
        SELECT party_id, kind, name FROM ranked WHERE place < 4 OR closeness >= {NEAR}
        ORDER BY place, closeness DESC, name, party_id LIMIT $limit
        """,
        {"text": text, "limit": limit},
    ).fetchall()
    return [(row[0], row[1], row[2]) for row in rows]
