"""How the embedded store lays facts down: tables, fact ids and integer keys, from the model.

Invariant: a fact's id depends on its table, its source and its content, never on where it stood in
a file or which load brought it. A column that is blank adds nothing to the hash, so a column that
the model gains later changes no id of a fact that leaves it blank.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING

from graphkit.model.tables import Table, tables

if TYPE_CHECKING:
    import duckdb

FORMAT = "1"
"""Version of the layout; a store of another version is refused."""

ROW_GROUP = 16384
"""Rows of a row group. Facts lie sorted by key, so small groups let a look-up skip most of them:
ten keys out of 1.2M holdings take 5 ms instead of 35; the file grows by a sixth."""

SYSTEM = """
CREATE TABLE meta (name VARCHAR NOT NULL, value VARCHAR NOT NULL);
CREATE TABLE load (sequence INTEGER NOT NULL, load_id VARCHAR NOT NULL, source VARCHAR NOT NULL,
    loader_version VARCHAR NOT NULL, supersedes VARCHAR NOT NULL, known_at TIMESTAMP NOT NULL,
    rows_in BIGINT NOT NULL, accepted BIGINT NOT NULL, quarantined BIGINT NOT NULL,
    findings BIGINT NOT NULL, withdraws INTEGER);
CREATE TABLE load_file (load_seq INTEGER NOT NULL, position INTEGER NOT NULL,
    name VARCHAR NOT NULL, sha256 VARCHAR NOT NULL, bytes BIGINT NOT NULL);
CREATE TABLE load_table (load_seq INTEGER NOT NULL, table_name VARCHAR NOT NULL,
    stated BIGINT NOT NULL, facts BIGINT NOT NULL, unchanged BIGINT NOT NULL,
    closed BIGINT NOT NULL, last_day DATE, versions BOOLEAN NOT NULL, whole BOOLEAN NOT NULL,
    days DATE[] NOT NULL);
CREATE TABLE closed (table_name VARCHAR NOT NULL, fact_id UUID NOT NULL, of_seq INTEGER NOT NULL,
    load_seq INTEGER NOT NULL, because INTEGER NOT NULL, lead UINTEGER NOT NULL);
CREATE TABLE judgement ("left" VARCHAR NOT NULL, "right" VARCHAR NOT NULL, scheme VARCHAR NOT NULL,
    value VARCHAR NOT NULL, load_seq INTEGER NOT NULL);
CREATE TABLE quarantine (load_seq INTEGER NOT NULL, position INTEGER NOT NULL,
    table_name VARCHAR NOT NULL, code VARCHAR NOT NULL, file VARCHAR NOT NULL, line BIGINT NOT NULL,
    column_name VARCHAR NOT NULL, value VARCHAR NOT NULL, expected VARCHAR NOT NULL,
    raw VARCHAR NOT NULL);
CREATE TABLE finding (load_seq INTEGER NOT NULL, position INTEGER NOT NULL, code VARCHAR NOT NULL,
    severity VARCHAR NOT NULL, subject VARCHAR NOT NULL, message VARCHAR NOT NULL,
    facts VARCHAR[] NOT NULL, effect VARCHAR NOT NULL, details VARCHAR NOT NULL);
"""
"""Tables of the store itself.

load_table  what a load did to one canonical table: rows stated, facts added, facts that stood
            already, facts closed; the latest ``date`` (day tables) or ``valid_from`` (fact tables)
            of the added; `versions`: some key has several ``valid_from``; `whole` and `days`: what
            the load superseded beyond the keys that it stated
closed      facts no longer believed: fact `fact_id` of load `of_seq`, closed by load `load_seq`; it
            counts while load `because` counts, the same one but where a withdrawal closes what
            a later load had replaced too; `lead` is the fact's lead key
judgement   two party ids with one strong identifier, as of the load that made it known
"""


def quoted(name: str) -> str:
    """The name as an SQL identifier.

    Examples
    --------
    >>> quoted("position")
    '"position"'
    """
    return '"' + name.replace('"', '""') + '"'


def literal(value: str | int | date | datetime | None) -> str:
    """The value as an SQL literal.

    Parameters of prepared statements are not used for reading: DuckDB's Python client imports
    pandas to convert the first one, which takes longer than a whole query.

    Examples
    --------
    >>> literal("O'Neil"), literal(7), literal(None), literal(date(2026, 1, 5))
    ("'O''Neil'", '7', 'NULL', "DATE '2026-01-05'")
    """
    if value is None:
        return "NULL"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, datetime):
        return f"TIMESTAMP '{value.isoformat(sep=' ')}'"
    if isinstance(value, date):
        return f"DATE '{value.isoformat()}'"
    return "'" + value.replace("'", "''").replace("\0", "' || chr(0) || '") + "'"


def literals(values: Iterable[str | int]) -> str:
    """The values as an SQL list, ``['a', 'b']``, typed as text when there is none.

    Examples
    --------
    >>> literals(["a", "b"]), literals([])
    ("['a', 'b']", 'CAST([] AS VARCHAR[])')
    """
    found = ", ".join(map(literal, values))
    return f"[{found}]" if found else "CAST([] AS VARCHAR[])"


def lead(table: Table) -> str:
    """The column that facts of the table lie sorted by: the entity, else the first of the key.

    Examples
    --------
    >>> lead(tables()["stake"]), lead(tables()["party"]), lead(tables()["position"])
    ('entity_id', 'party_id', 'account_id')
    """
    return "entity_id" if "entity_id" in table.own_key else table.own_key[0]


def keyed(table: Table) -> tuple[str, ...]:
    """Columns beside which an integer key is stored: the lead, then the key's other parties.

    Examples
    --------
    >>> keyed(tables()["stake"]), keyed(tables()["cash"])
    (('entity_id', 'holder_id'), ('account_id',))
    """
    first = lead(table)
    return (first, *(c for c in table.own_key if c in table.parties and c != first))


def turned(table: Table) -> tuple[str, ...]:
    """Columns by which facts are looked up from their other end, each with a table of its own.

    That table holds, sorted by the column's integer key, the lead keys under which to look: a step
    from holders to what they hold then reads a few row groups instead of every holding.

    Examples
    --------
    >>> turned(tables()["stake"]), turned(tables()["party"])
    (('holder_id',), ())
    """
    return keyed(table)[1:] if table.time == "fact" else ()


def turned_name(table: Table, column: str) -> str:
    """The name of the table that leads from `column` to lead keys, quoted."""
    return quoted(f"{table.name}.{column}")


def key_column(column: str) -> str:
    """The name of the column that holds the integer key of `column`, quoted."""
    return quoted(f"{column}#")


def key_sql(expression: str) -> str:
    """SQL for the integer key of a text: 32 bits of its MD5; equal keys still compare the text."""
    return f"CAST(md5_number_lower({expression}) & 4294967295 AS UINTEGER)"


def key_of(text: str) -> int:
    """The integer key of a text, the same that :func:`key_sql` computes.

    Examples
    --------
    >>> key_of("a")
    3801727793
    """
    digest = hashlib.md5(text.encode(), usedforsecurity=False).digest()
    return int.from_bytes(digest[8:12], "little")


def placeholder(alias: str) -> str:
    """SQL: the party row only says that the id occurs (kind unknown, nothing else)."""
    blank = (c.name for c in tables()["party"].columns if c.name not in ("party_id", "kind"))
    nothing = " AND ".join(f"{alias}.{quoted(name)} IS NULL" for name in blank)
    return f"({alias}.kind = 'unknown' AND {nothing})"


def same_key(table: Table, left: str, right: str) -> str:
    """SQL: two rows have one key; blanks are equal."""
    return " AND ".join(
        f"{left}.{quoted(k)} IS NOT DISTINCT FROM {right}.{quoted(k)}" for k in table.key
    )


def fact_id_sql(table: Table, source: str) -> str:
    """SQL for a fact's id: MD5 over table, source and every column that is not blank.

    Each value goes in with its name and its length, so that no two contents read alike; blank
    (NULL) and empty text differ. `source` is an SQL expression.
    """

    def part(name: str, expression: str) -> str:
        text = f"CAST({expression} AS VARCHAR)"
        return f"'{name}=' || strlen({text}) || ':' || {text}"

    parts = [part("source", source), *(part(c.name, quoted(c.name)) for c in table.columns)]
    # concat leaves out what is NULL, which a blank makes of its part
    return f"CAST(md5(concat('{table.name}|', {', '.join(parts)})) AS UUID)"


def own_columns(table: Table) -> dict[str, str]:
    """The stored columns of a table of facts with their SQL types."""
    keys = {f"{c}#": "UINTEGER" for c in keyed(table)}
    own = {c.name: c.sql_type for c in table.columns}
    origin = {"fact_id": "UUID", "load_seq": "INTEGER", "file": "VARCHAR", "line": "BIGINT"}
    return own | keys | origin


def create_facts(con: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Create a table of facts and those that lead to it from its other ends."""
    never_blank = {c.name for c in table.columns if c.required}
    never_blank |= {"fact_id", "load_seq", "file", "line"}
    columns = (
        f"{quoted(name)} {kind}{' NOT NULL' if name in never_blank else ''}"
        for name, kind in own_columns(table).items()
    )
    con.execute(f"CREATE TABLE {quoted(table.name)} ({', '.join(columns)})")
    for column in turned(table):
        con.execute(
            f"CREATE TABLE {turned_name(table, column)}"
            " (key UINTEGER NOT NULL, lead UINTEGER NOT NULL)"
        )


def create(con: duckdb.DuckDBPyConnection) -> None:
    """Lay an empty store down."""
    from graphkit import __version__

    con.execute(SYSTEM)
    for table in tables().values():
        create_facts(con, table)
    con.execute(
        f"INSERT INTO meta VALUES ('product', 'graphkit'), ('format', '{FORMAT}'),"
        f" ('model', '{model_hash()}'), ('made', '{__version__}')"
    )


def model_hash() -> str:
    """A hash of every table's columns and types; an older store is brought up to the model."""
    words = [
        f"{t.name}.{c} {kind}" for t in tables().values() for c, kind in own_columns(t).items()
    ]
    return hashlib.sha256("\n".join(words).encode()).hexdigest()[:16]
