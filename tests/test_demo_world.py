"""The demo world answers as its expected.toml says: raw files in, through every stage."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from graphkit.ownership import interest
from tests.demo_readme import FIXTURES, questions, readme
from tests.demo_renamed import renamed
from tests.demo_world import DEMO, Rows, World, load

QUESTIONS = questions()
NAMES = [" ".join(str(q[k]) for k in ("ask", "as_of", "known_at") if k in q) for q in QUESTIONS]
every_question = pytest.mark.parametrize("question", QUESTIONS, ids=NAMES)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return World(load(DEMO, tmp_path_factory.mktemp("demo") / "demo.duckdb"))


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> World:
    """The world without its correction."""
    return World(load(DEMO, tmp_path_factory.mktemp("before") / "demo.duckdb", upto=2))


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> World:
    """The world under other ids, its rows shuffled."""
    folder = tmp_path_factory.mktemp("other")
    ids = renamed(DEMO, folder / "demo", seed=20261120)
    return World(load(folder / "demo", folder / "demo.duckdb"), ids)


def expected(question: dict[str, Any]) -> Rows:
    """The stated answer in the form in which a world answers."""
    answer = [list(map(str, row)) for row in question["answer"]]
    if question["ask"].startswith("owners"):
        return [[question["status"]], *answer]
    return answer + [[p, "unresolved"] for p in question.get("unresolved", ())]


@every_question
def test_answer(world: World, question: dict[str, Any]) -> None:
    found, stated = world.ask(question), expected(question)
    if question["ask"].startswith("exposure") and question["columns"] == ["measure", "value"]:
        # a question states the figures that its story is about
        names = [row[0] for row in stated]
        found = [row for name in names for row in found if row[0] == name]
    assert found == stated, question["working"]


@every_question
def test_other_ids_and_shuffled_rows_change_nothing(
    world: World, other: World, question: dict[str, Any]
) -> None:
    assert other.ask(question) == world.ask(question)


def test_before_the_correction_the_former_answers_stand_identically(
    world: World, before: World
) -> None:
    known_at = datetime(2026, 11, 20, 13, tzinfo=UTC)
    changed = []
    for question in QUESTIONS:
        then = {k: v for k, v in question.items() if k != "known_at"}
        former = before.ask(then)
        assert world.ask(then | {"known_at": known_at}) == former, question["ask"]
        changed += [question["ask"]] * (world.ask(then) != former)
    # the correction is about E201's register and one of its securities, and about nothing else
    assert sorted(set(changed)) == ["control P20", "control P201", "exposure 0010020", "lines"]


def test_before_the_correction_tables_are_identical(world: World, before: World) -> None:
    """Whole answers, evidence and all, not only what a question prints."""
    then = world.moment({"known_at": datetime(2026, 11, 20, 13, tzinfo=UTC)})
    now = before.moment({})
    for name in ("account_measures", "group_measures", "limit_checks", "terms"):
        assert getattr(then.measures, name).equals(getattr(now.measures, name)), name
    assert then.measures.findings == now.measures.findings
    assert then.groups == now.groups


def test_the_readme_of_the_fixtures_is_current() -> None:
    assert (FIXTURES / "README.md").read_text("utf-8") == readme()


def test_every_name_is_marked_as_invented() -> None:
    lines = (DEMO / "canonical" / "party.csv").read_text("utf-8").splitlines()[1:]
    assert [line for line in lines if not line.split(",")[2].startswith("虚构")] == []


def test_the_counter_s_figures_tie_out(world: World) -> None:
    """Assets, debt and ratio of every account equal what the broker's own system says.

    The counter's files were written before the correction of a price.
    """
    at = world.moment({"known_at": datetime(2026, 11, 20, 13, tzinfo=UTC)})
    with at.snapshot() as (snap, _):
        told = {
            (account, name): value
            for account, name, value in snap.rows("counter_figure", ["account_id", "name", "value"])
        }
    rows = at.measures.account_measures.to_pylist()
    assert len(rows) == 25
    for row in rows:
        account = row["account_id"]
        assert row["assets"] == told[account, "assure_asset"], account
        assert row["debt"] == told[account, "total_debit"], account
        assert row["maintenance_ratio"] == told.get((account, "per_assurescale_value")), account
        assert row["ratio_standing"] == ("exact" if row["debt"] else "no_debt"), account


def test_what_is_wrong_with_the_registers_is_said(world: World) -> None:
    graph = world.moment({}).graph
    found = [(f.code, f.subject) for f in [*graph.findings, *interest.closed_rings(graph)]]
    # story 07's 103 % and story 05's ring; everything else is in order
    assert sorted(found) == [("closed-ring", "E053"), ("register-over-full", "E072")]


def test_no_load_and_no_measure_has_anything_to_say(world: World) -> None:
    at = world.moment({})
    with at.snapshot() as (snap, _):
        assert snap.findings() == []
        assert str(snap.as_of) == "2026-11-20"
    assert at.measures.findings == ()


def test_nothing_else_of_the_folder_is_forgotten() -> None:
    names = {p.relative_to(DEMO).parts[0] for p in Path(DEMO).rglob("*") if p.is_file()}
    assert names == {"canonical", "correction", "demo.toml", "expected.toml", "rzrq"}
