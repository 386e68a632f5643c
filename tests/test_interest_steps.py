"""Interest as evidence: sentences in order, each with the facts and earlier steps it rests on."""

from __future__ import annotations

from graphkit.ownership.interest_steps import interest_steps
from graphkit.ownership.results import Step

from .engine_case import graph_of
from .oracles.case import make


def test_steps_are_ordered_and_cite_their_facts() -> None:
    case = make("", {("P", "H"): 60, ("P", "F"): 20, ("H", "F"): 35})
    steps = interest_steps(graph_of(case), "P", "F")
    assert [s.text for s in steps] == [
        "P has 60 % of H: directly 60 %.",
        "P has 41 % of F: directly 20 %; through H, of which it has 60 %, 35 %: 21 %.",
        "If P also held what nobody on file holds of F (up to 45 %), H (up to 40 %), it would "
        "have up to 59 % of F more.",
    ]
    assert [[f.fact_id for f in s.facts] for s in steps[:2]] == [
        ["stake:P>H"],
        ["stake:H>F", "stake:P>F"],
    ]
    assert [s.earlier for s in steps] == [(), (1,), (2,)]
    check_order(steps)


def test_steps_of_a_ring_are_one_step() -> None:
    case = make("", {("P", "A"): 80, ("B", "A"): 20, ("A", "B"): 30, ("Q", "B"): 70})
    (step,) = interest_steps(graph_of(case), "P", "B")
    assert step.text == (
        "P has 85.1063… % of A: directly 80 %; through B its 20 %. And 25.5319… % of B: through A "
        "its 30 % (they hold one another, solved together)."
    )
    assert {f.fact_id for f in step.facts} == {"stake:P>A", "stake:B>A", "stake:A>B"}


def test_steps_cite_the_whole_register_where_it_matters() -> None:
    # P's unknown share is at most 50 because Q has 50: Q's row is part of the proof.
    case = make("", {("P", "A"): None, ("Q", "A"): 50}, complete=["A"])
    (step,) = interest_steps(graph_of(case), "P", "A")
    assert {f.fact_id for f in step.facts} == {"stake:P>A", "stake:Q>A", "register:A"}


def test_no_interest_no_steps() -> None:
    case = make("", {("P", "A"): 30, ("Q", "B"): 100})
    assert interest_steps(graph_of(case), "Q", "A") == ()


def check_order(steps: tuple[Step, ...]) -> None:
    for place, step in enumerate(steps, 1):
        assert step.number == place
        assert all(e < place for e in step.earlier)
        assert step.facts or step.earlier
