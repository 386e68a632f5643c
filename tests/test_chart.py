"""What a penetration chart shows as the chain of control, on graphs small enough to see."""

from __future__ import annotations

from graphkit.ownership.owners import beneficial_owners
from graphkit.views.chart import Chart, chart
from tests.engine_case import graph_of, rules_with
from tests.oracles.case import Case, make


def chains(case: Case, party: str) -> dict[tuple[str, str], str | None]:
    """Each link and the verdict of the control that runs through it."""
    graph = graph_of(case)
    drawn: Chart = chart(graph, party, beneficial_owners(graph, party, rules_with()))
    return {(graph.ids[n.holder], graph.ids[n.entity]): n.chain for n in drawn.lines}


def test_members_of_a_ring_control_one_another() -> None:
    # A and B own each other wholly: both links carry control, also into the party asked about.
    # B holds 40 of D beside 60 of P, who stands neither above nor below A: no control runs there.
    case = make("", {("A", "B"): 100, ("B", "A"): 100, ("B", "D"): 40, ("P", "D"): 60})
    assert chains(case, "A") == {
        ("A", "B"): "yes",
        ("B", "A"): "yes",
        ("B", "D"): None,
    }


def test_own_shares_carry_no_control() -> None:
    # P has 75 of A, A has 2 of itself and 60 of B.
    case = make("", {("P", "A"): 75, ("A", "A"): 2, ("A", "B"): 60, ("Q", "B"): 40})
    assert chains(case, "A") == {("P", "A"): "yes", ("A", "A"): None, ("A", "B"): "yes"}


def test_no_more_boxes_than_asked_for() -> None:
    # A has 30 holders of 1 % and holds B: with room for 10, the party itself and 9 others.
    case = make("", {(f"P{n:02}", "A"): 1 for n in range(30)} | {("A", "B"): 60})
    graph = graph_of(case)
    drawn = chart(graph, "A", beneficial_owners(graph, "A", rules_with()), most=10)
    assert (len(drawn.boxes), drawn.left_out) == (10, 22)
    assert drawn.boxes[graph.index["B"]].place == "holding"


def test_units_of_a_fund_carry_no_control() -> None:
    # The manager decides; P's 70 % of the units have no votes (SEMANTICS.md section 1).
    case = make(
        "F=private_fund",
        {("P", "M"): 100, ("P", "F"): 70, ("Q", "F"): 30},
        rights=[("M", "F", "manager")],
    )
    found = chains(case, "P")
    assert found[("P", "F")] is None
    assert found[("P", "M")] == "yes"
