"""Loaders as folders: what their SQL may say, and what is said when one is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ingest_files import load, rows, write

from graphkit import ingest
from graphkit.model.errors import InputRefused, UsageError

TOML = """
title = "A test"
version = "1"
reader = "csv"
supersedes = "feed"
[files.owners]
pattern = "own*.csv"
columns = ["id", "owner", "pct"]
optional = ["note"]
[files.names]
pattern = "names.csv"
columns = ["id"]
[units]
"haircut.rate" = "percent"
[origin.stake]
percent = "pct"
entity_id = "id"
"""
STAKE = """
SELECT 'x:' || owner AS holder_id, 'x:' || id AS entity_id, pct AS percent, _file, _line FROM owners
"""
PARTY = """
-- every owner is a party, too
SELECT 'x:' || owner AS party_id, coalesce(note, 'unknown') AS kind, _file, _line FROM owners;
"""


def loader(place: Path, toml: str = TOML, **sql: str) -> dict[str, Any]:
    write(place, "loaders/mine/loader.toml", toml)
    for table, text in (sql or {"stake": STAKE, "party": PARTY}).items():
        write(place, f"loaders/mine/{table}.sql", text)
    return {"source": "mine", "loader_dirs": [place / "loaders"]}


def test_a_row_that_fails_in_one_table_is_dropped_from_all(tmp_path: Path) -> None:
    mine = loader(tmp_path)
    write(
        tmp_path,
        "own1.csv",
        "id,owner,pct,note\n1,2,50,\n1,3,150,\n1,4,5,martian\n,5,5,\n1,,5,\n6,7,8,person\n",
    )
    batch = load(tmp_path, "own1.csv", **mine)
    assert [(f.line, f.code, f.column, f.table, f.raw) for f in batch.faults] == [
        (3, "share_over_100", "pct", "stake", "1,3,150,"),
        (4, "bad_choice", "kind", "party", "1,4,5,martian"),
        (5, "empty_key", "id", "stake", ",5,5,"),
        (6, "empty_key", "party_id", "party", "1,,5,"),
    ]
    assert rows(batch, "party", "party_id", "kind") == [
        ("x:2", "unknown", "own1.csv", 2),
        ("x:7", "person", "own1.csv", 7),
    ]
    assert rows(batch, "stake", "holder_id") == [("x:2", "own1.csv", 2), ("x:7", "own1.csv", 7)]
    assert (batch.rows_in, batch.accepted, batch.quarantined) == (6, 2, 4)
    assert batch.supersedes == "feed"


def test_a_missing_optional_column_and_file_are_blank(tmp_path: Path) -> None:
    mine = loader(tmp_path)
    write(tmp_path, "own1.csv", "owner,pct,id\n2,50,1\n")
    batch = load(tmp_path, **mine)
    assert rows(batch, "party", "kind") == [("unknown", "own1.csv", 2)]


def test_rows_that_the_loader_does_not_use_are_counted(tmp_path: Path) -> None:
    mine = loader(tmp_path, stake=STAKE + " WHERE pct <> '0'")
    write(tmp_path, "own1.csv", "id,owner,pct\n1,2,50\n1,3,0\n")
    batch = load(tmp_path, **mine)
    (finding,) = [f for f in batch.findings if f.code == "unused_row"]
    assert (finding.subject, finding.details["count"]) == ("owners", "1")
    assert (batch.rows_in, batch.accepted) == (2, 2)


def test_a_required_file(tmp_path: Path) -> None:
    toml = TOML.replace('columns = ["id"]', 'columns = ["id"]\nrequired = true')
    mine = loader(tmp_path, toml)
    write(tmp_path, "own1.csv", "id,owner,pct\n1,2,50\n")
    with pytest.raises(InputRefused, match=r"no file names\.csv is given"):
        load(tmp_path, **mine)


def test_a_loader_s_version_changes_with_its_sql(tmp_path: Path) -> None:
    mine = loader(tmp_path)
    before = next(x for x in ingest.sources(mine["loader_dirs"]) if x.name == "mine")
    loader(tmp_path, stake=STAKE + " -- more")
    after = next(x for x in ingest.sources(mine["loader_dirs"]) if x.name == "mine")
    assert before.version.startswith("1+")
    assert before.version != after.version


@pytest.mark.parametrize(
    ("toml", "sql", "says"),
    [
        ("title = ", STAKE, "not TOML"),
        (TOML.replace("title", "tittle"), STAKE, "key 'tittle' is not known"),
        (TOML.replace('"csv"', '"xml"'), STAKE, "reader 'xml' is not known"),
        (TOML.replace('"feed"', '"all"'), STAKE, "supersedes 'all' is not known"),
        (TOML.replace("haircut.rate", "haircut.code"), STAKE, "rate column 'code' is not known"),
        (TOML.replace('percent = "pct"', 'pct = "pct"'), STAKE, "'pct' is not known"),
        (TOML.replace("own*", "*"), STAKE, "takes it for owners and for names"),
        (TOML, "SELEKT", r"stake\.sql"),
        (TOML.replace('"note"', '"ID"'), STAKE, "column 'id' twice"),
        (TOML, "SET enable_external_access = true", r"stake\.sql"),
        (TOML, STAKE.replace("percent", "share"), "'share' is not an input column"),
        (TOML, STAKE.replace(", _line", ", 7::BIGINT AS _line"), "that no raw row has"),
        (TOML, STAKE.replace(", _file, _line", ""), r"stake\.sql must give _file"),
        (TOML, STAKE.replace("pct AS", "pct::DOUBLE AS"), "percent as DOUBLE"),
        (TOML, "FROM read_csv('/etc/passwd')", "disabled"),
    ],
)
def test_a_wrong_loader_is_named(tmp_path: Path, toml: str, sql: str, says: str) -> None:
    mine = loader(tmp_path, toml, stake=sql)
    write(tmp_path, "own1.csv", "id,owner,pct\n1,2,50\n")
    write(tmp_path, "names.csv", "id\n1\n")
    with pytest.raises(UsageError, match=says):
        load(tmp_path, "own1.csv", "names.csv", **mine)


def test_two_loaders_of_one_name(tmp_path: Path) -> None:
    write(tmp_path, "canonical/loader.toml", TOML)
    write(tmp_path, "canonical/stake.sql", STAKE)
    with pytest.raises(UsageError, match="two loaders are called 'canonical'"):
        ingest.sources([tmp_path])
    with pytest.raises(UsageError, match="no such folder of loaders"):
        ingest.sources([tmp_path / "absent"])


def test_every_loader_of_graphkit_is_listed_with_what_people_need() -> None:
    known = {x.name: x for x in ingest.sources()}
    assert {"canonical", "kek"} <= set(known)
    for one in known.values():
        assert one.title
        assert one.licence
        assert one.example.startswith(f"graphkit load {one.name} ")
        assert one.files
    assert known["canonical"].supersedes == "changes"
    assert known["kek"].supersedes == "feed"
