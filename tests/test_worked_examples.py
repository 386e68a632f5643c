"""Published worked examples, from a folder of canonical files to what the commands print.

Whoever only holds is written as a person, everybody else as a company. A register is declared
complete where the source's holders sum to 100 %. Elsewhere the source leaves open who has the rest:

* whole (by default): one undisclosed owner may have all of it. Then a published "does not control"
  means "not yes" (SEMANTICS.md section 8), and undetermined is right wherever that owner would
  decide. Which pairs those are is stated below, by hand.
* dispersed: what the published answers assume, that the rest belongs to many small holders. Each
  register says so by its rest rule, and every published "does not control" is a plain no.

OFAC's 50 % rule (key `ofac`) and the majority-stake rule (in W25's note only) wait for a later
issue; their examples are skipped visibly.
"""

from __future__ import annotations

import contextlib
import csv
import functools
import io
import json
from collections import defaultdict
from collections.abc import Callable, Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from graphkit.cli.root import run

TOLD = {"id", "title", "source", "status", "note", "holdings_percent"}
ANSWERED = {
    "control_pairs_all",
    "control_pairs_some",
    "not_control_pairs",
    "controls_together",
    "interest_percent",
    "sum_over_walks_percent",
}

OPEN = {
    # L: F 20, H 40, rest 40. P1 has F: 20 + 40 against 40. P2 has H: 40 + 40 against 20.
    ("W02", "P1", "L"),
    ("W02", "P2", "L"),
    # E: D 40, P1 20, rest 40. C has D: 40 + 40 against 20.
    ("W02", "C", "E"),
    # F: D 20, E 40, rest 40. D with the rest: 20 + 40 against 40, E's side or not.
    ("W02", "D", "F"),
    # C8: P2 10, P3 50, C9 30, rest 10. P3 with the rest: 60 against 40.
    ("W03", "P3", "C8"),
    # MYBANK: TRUST 23, P2 34, rest 43. 34 + 43 against 23; PEOPLE has TRUST: 23 + 43 against 34.
    ("W04", "P2", "MYBANK"),
    ("W04", "PEOPLE", "MYBANK"),
}
"""Published "does not control" that an undisclosed owner of the rest could turn into control.

The other two are no: W03 P2>C8 (10 + 10 against 80; C9 belongs to C8 itself) and W03 P3>C6 (the
register is complete; own shares don't vote: 40 against 51).
"""

Rows = list[dict[str, str]]
Pair = tuple[str, str]


@pytest.fixture(scope="module")
def examples(shared_data: Path) -> dict[str, dict[str, Any]]:
    found = json.loads((shared_data / "worked_examples.json").read_text("utf-8"))
    return {example["id"]: example for example in found}


class World:
    """One example in a store of its own, asked by the command line."""

    def __init__(self, folder: Path, example: dict[str, Any], *, dispersed: bool) -> None:
        self.folder = folder
        data = folder / "data"
        data.mkdir(parents=True)
        register: dict[str, Fraction] = defaultdict(Fraction)
        stakes = example["holdings_percent"]
        for _, entity, percent in stakes:
            register[entity] += Fraction(str(percent))
        parties = sorted({name for holder, entity, _ in stakes for name in (holder, entity)})
        self.complete = {entity for entity, held in register.items() if held == 100}
        write(
            data / "party.csv",
            ("party_id", "kind", "name"),
            ((p, "company" if p in register else "person", p) for p in parties),
        )
        write(data / "stake.csv", ("holder_id", "entity_id", "percent"), stakes)
        rule = "dispersed" if dispersed else ""
        write(
            data / "register.csv",
            ("entity_id", "complete", "rest_rule"),
            ((e, "yes", "") if e in self.complete else (e, "no", rule) for e in sorted(register)),
        )
        self.run("load", "canonical", str(data), "--strict")

    def ask(self, *command: str) -> Rows:
        """The rows that a command prints."""
        return list(csv.DictReader(self.run(*command, "--format", "csv").splitlines()))

    def run(self, *command: str) -> str:
        """What a command prints; the whole command line, in this process to save its start."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = run([*command, "--store", str(self.folder / "world.duckdb")])
        assert code == 0, err.getvalue()
        return out.getvalue()


def write(place: Path, header: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    with place.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(header)
        writer.writerows(rows)


WITH = {
    "control": ("W01", "W02", "W03", "W04"),
    "together": ("W02", "W03", "W04"),
    "interest": ("W04", "W15", "W17", "W20", "W23", "W25"),
    "ofac": ("W07", "W08", "W09", "W12"),
}
"""Which examples have which answers."""


@pytest.fixture(scope="module")
def worlds(
    examples: dict[str, dict[str, Any]], tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., World]:
    """Makes each world when it is first asked for."""

    @functools.cache
    def made(name: str, *, dispersed: bool = False) -> World:
        return World(tmp_path_factory.mktemp(name), examples[name], dispersed=dispersed)

    return made


def test_nothing_but_what_must_wait_is_left_out(examples: dict[str, dict[str, Any]]) -> None:
    assert set(examples) == set().union(*map(set, WITH.values()))
    assert set().union(*examples.values()) == TOLD | ANSWERED | {"ofac"}
    for example in examples.values():
        kinds = {kind for kind, names in WITH.items() if example["id"] in names}
        assert example.keys() & {"control_pairs_all", "control_pairs_some"} or (
            "control" not in kinds and "not_control_pairs" not in example
        )
        assert ("controls_together" in example) == ("together" in kinds)
        assert ("interest_percent" in example) == ("interest" in kinds)
        assert ("ofac" in example) == (kinds == {"ofac"}), "OFAC's examples ask nothing else"
    # the majority-stake rule is told of in a note, beside answers that are reproduced
    assert [i for i, example in examples.items() if "majority-stake" in str(example)] == ["W25"]
    assert "majority-stake" in examples["W25"]["note"]


@pytest.mark.parametrize("name", WITH["ofac"])
def test_ofac(name: str) -> None:
    pytest.skip("OFAC's 50 % rule (key `ofac`) waits for the issue of its profile")


@pytest.mark.parametrize("rest", ["whole", "dispersed"])
@pytest.mark.parametrize("name", WITH["control"])
def test_control(
    name: str, rest: str, examples: dict[str, dict[str, Any]], worlds: Callable[..., World]
) -> None:
    example = examples[name]
    rows = worlds(name, dispersed=rest == "dispersed").ask("control", "--all")
    found: dict[Pair, str] = {(r["controller_id"], r["entity_id"]): r["verdict"] for r in rows}
    yes = {pair for pair, verdict in found.items() if verdict == "yes"}
    if "control_pairs_all" in example:
        assert yes == {(x, y) for x, y in example["control_pairs_all"]}
    for x, y in example.get("control_pairs_some", ()):
        assert (x, y) in yes
    for x, y in example.get("not_control_pairs", ()):
        open_one = rest == "whole" and (name, x, y) in OPEN
        assert found.get((x, y), "no") == ("undetermined" if open_one else "no"), (x, y)


@pytest.mark.parametrize("name", WITH["together"])
def test_control_together(
    name: str, examples: dict[str, dict[str, Any]], worlds: Callable[..., World]
) -> None:
    for together in examples[name]["controls_together"]:
        names = ",".join(together["parties"])
        rows = {row["entity_id"]: row for row in worlds(name).ask("control", names)}
        assert {row["controller_id"] for row in rows.values()} == {names}
        assert rows[together["entity"]]["verdict"] == "yes", names


@pytest.mark.parametrize("name", WITH["interest"])
def test_interest(
    name: str, examples: dict[str, dict[str, Any]], worlds: Callable[..., World]
) -> None:
    for pair, percent in examples[name]["interest_percent"].items():
        holder, entity = pair.split(">")
        rows = worlds(name).ask("interest", entity, "--every-holder")
        (row,) = [r for r in rows if r["holder_id"] == holder]
        # Every share is stated, so the figure is one number: what may be added by a rest stands
        # in its own column.
        assert Fraction(row["percent_min"]) == Fraction(str(percent)), pair
        assert Fraction(row["percent_max"]) == Fraction(str(percent)), pair


def test_a_sum_over_walks_follows_from_two_interests(
    examples: dict[str, dict[str, Any]], worlds: Callable[..., World]
) -> None:
    """W23: 100 + 10 + 1 + ... = 111.1 % counts M's own return; we leave out what passes M again.

    With N = (I - W)^-1: interest of M in C1 is N(M,C1) / N(M,M), and N(M,M) = 1 / (1 - what M has
    of itself), which is M's 100 % of C1 times C1's 10 % of M. So N(M,C1) = 100 / (1 - 0.1).
    """
    world = worlds("W23")
    of_c1 = {r["holder_id"]: r for r in world.ask("interest", "C1", "--every-holder")}
    of_m = {r["holder_id"]: r for r in world.ask("interest", "M", "--every-holder")}
    there = Fraction(of_c1["M"]["percent_min"]) / 100
    back = Fraction(of_m["C1"]["percent_min"]) / 100
    assert (there, back) == (Fraction(1), Fraction(1, 10))
    walks = 100 * there / (1 - there * back)
    assert round(walks, 7) == Fraction(str(examples["W23"]["sum_over_walks_percent"]["M>C1"]))


def test_looking_through_a_cycle(worlds: Callable[..., World]) -> None:
    """W03's note: P3 has 0.5 / (1 - 0.3) = 71.43 % of C9, not the 50 % of the paths without it."""
    world = worlds("W03")
    assert world.complete == {"C5", "C6", "C9"}
    rows = {row["holder_id"]: row for row in world.ask("interest", "C9")}
    figures = rows["P3"]["percent_min"], rows["P3"]["percent_max"]
    assert figures == ("71.42857142", "71.42857143")
