"""The SQL steps stay exact: no DOUBLE in any step or named part, no rule's value in the text."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from margin_worlds import random_world
from oracles_margin import Oracle
from test_margin_random import make_groups, snapshot

from graphkit.margin import inputs, measures, steps
from graphkit.rules.book import Rulebook

STEPS = (*steps.BEFORE_PRICES, *steps.FROM_PRICES)
INEXACT = re.compile(r"\b(DOUBLE|FLOAT|REAL)\b")
_PART = re.compile(r"^([a-z_0-9]+) as \(", re.MULTILINE)
_LAST = re.compile(r"\)\nselect", re.MULTILINE)


@pytest.fixture(scope="module")
def bench() -> Iterator[Any]:
    """A workbench after all steps ran on a broker with every feature."""
    world = random_world(5)
    rules = Rulebook.on(world.day)
    groups = make_groups(random.Random(5), Oracle(world).accounts())
    with steps.workbench() as connection:
        previous = inputs.previous_trading_day(rules, world.day)
        measures.prepare(connection, snapshot(world), rules, groups, previous)
        yield connection


def parts(name: str) -> list[tuple[str, str]]:
    """Each named part of a step as a query of its own."""
    text = steps.step_text(name)
    last = _LAST.search(text)
    if last is None:
        return []
    return [(p, f"{text[: last.start() + 1]}\nselect * from {p}") for p in _PART.findall(text)]


@pytest.mark.parametrize("name", STEPS)
def test_a_step_and_its_parts_hold_no_float(bench: Any, name: str) -> None:
    described = bench.execute(f"describe {name}").fetchall()
    found = {name: described}
    for part, query in parts(name):
        found[f"{name}.{part}"] = bench.execute(f"describe {query}").fetchall()
    inexact = {
        (where, row[0]): row[1]
        for where, rows in found.items()
        for row in rows
        if INEXACT.search(str(row[1]))
    }
    assert inexact == {}


def test_the_check_sees_a_float(bench: Any) -> None:
    (row,) = bench.execute("describe select 1.5::decimal(4, 1) / 2 as x").fetchall()
    assert INEXACT.search(row[1])


def test_parts_are_found() -> None:
    assert [p for p, _ in parts("concentration_check")] == ["tiered", "least_tier", "limited"]
    with_parts = [n for n in STEPS if "\nwith" in steps.step_text(n)]
    assert with_parts and all(parts(n) for n in with_parts)


def test_every_file_is_a_step_and_says_what_it_is() -> None:
    from importlib.resources import files

    found = {f.name.removesuffix(".sql") for f in (files("graphkit.margin") / "sql").iterdir()}
    assert found == {*STEPS, "macros"}
    for name in found:
        assert steps.step_text(name).startswith("-- ")


@pytest.mark.parametrize("name", STEPS)
def test_no_rule_stands_in_the_sql(name: str) -> None:
    """Fractions come from the rulebook; scales of exact numbers stand in the macros alone."""
    text = re.sub(r"--.*", "", steps.step_text(name))
    text = re.sub(r"decimal\(\d+, \d+\)", "", text)
    numbers = set(re.findall(r"(?<![\w\[:])\d+(?:\.\d+)?(?![\w\]])", text))
    allowed = {"0", "1"} | ({"1000000000"} if name == "group_worst" else set())
    assert numbers <= allowed


def test_no_operator_that_gives_a_float() -> None:
    for name in STEPS:
        text = re.sub(r"--.*", "", steps.step_text(name))
        assert not re.search(r"\s/\s|\bavg\(|\*\*|\bpow\(|::double|::float", text), name


@pytest.mark.parametrize(
    ("a", "b", "down", "up", "half_up"),
    [
        # thousandths: 2/3 = 0.6666..., -2/3, 1/8 = 0.125, 0.0005 and -0.0005 away from zero
        ("2", "3", 666, 667, 667),
        ("-2", "3", -667, -666, -667),
        ("1", "8", 125, 125, 125),
        ("0.0005", "1", 0, 1, 1),
        ("-0.0005", "1", -1, 0, -1),
        ("0", "7", 0, 0, 0),
    ],
)
def test_quotients_round_as_they_say(
    bench: Any, a: str, b: str, down: int, up: int, half_up: int
) -> None:
    query = (
        f"select ratio_down(units({a}) * 1000, units({b})), "
        f"ratio_up(units({a}) * 1000, units({b})), ratio_half_up(units({a}) * 1000, units({b}))"
    )
    assert bench.execute(query).fetchone() == (down, up, half_up)


def test_printed_money_rounds_half_away_from_zero(bench: Any) -> None:
    query = (
        "select printed(x::decimal(38, 14)) from (values (1.00005), (-1.00005), (1.00004999)) t(x)"
    )
    assert [str(x) for (x,) in bench.execute(query).fetchall()] == ["1.0001", "-1.0001", "1.0000"]


def test_a_worst_member_is_found_beyond_the_printed_digits() -> None:
    """Ratios that agree in every printed digit are still ordered: A is 1/3, B a little less."""
    with steps.workbench() as connection:
        connection.execute(
            """
            create table group_account as
            select 'g' as group_id, account_id from (values ('A'), ('B')) t(account_id);
            create table account_position as
            select account_id, units(assets) as asset_units, units(debt) as debt_units,
                true as has_ratio
            from (values ('A', 100000000000000.00, 300000000000000.00),
                ('B', 33333333333333.33, 100000000000000.00)) t(account_id, assets, debt)
            """
        )
        (row,) = connection.execute(steps.step_text("group_worst")).fetchall()
        assert row[1:] == ("B", Decimal("0.333333"))
        connection.execute("update account_position set asset_units = 1, debt_units = 3")
        (row,) = connection.execute(steps.step_text("group_worst")).fetchall()
        assert row[1] == "A"  # a tie goes to the smaller id
