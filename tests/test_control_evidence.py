"""Evidence of control: whole texts by hand, and a replay of every yes on random graphs."""

from __future__ import annotations

from dataclasses import replace

from graphkit.model.shares import UNKNOWN
from graphkit.ownership.above import Above
from graphkit.ownership.control import control_all, verdict
from graphkit.ownership.evidence import control_steps
from graphkit.ownership.facts import OwnershipFacts, PartyFact
from graphkit.ownership.graph import OwnershipGraph
from graphkit.ownership.results import Step

from .engine_case import facts_of, graph_of, rules_with
from .oracles.case import Case, make
from .oracles.generate import stream


def said(case: Case, start: list[str], entity: str) -> list[tuple[str, tuple[int, ...]]]:
    return [(s.text, s.earlier) for s in control_steps(graph_of(case), start, entity)]


def cited(steps: tuple[Step, ...]) -> list[list[str]]:
    return [[f.fact_id for f in s.facts] for s in steps]


JOINT = make(
    "",
    {
        ("P", "A"): 60,
        ("Q", "A"): 40,
        ("P", "B"): 60,
        ("Q", "B"): 40,
        ("A", "C"): 30,
        ("B", "C"): 25,
        ("Q", "C"): 45,
        ("P", "D"): 100,
        ("D", "C"): 0,
    },
)


def test_yes_is_a_derivation_without_what_it_does_not_need() -> None:
    # D, which P owns too, holds nothing of C and is not in the steps.
    assert said(JOINT, ["P"], "C") == [
        ("P holds 60 % of the votes of A, all others 40 %; so P controls A", ()),
        ("P holds 60 % of the votes of B, all others 40 %; so P controls B", ()),
        (
            "A and B together hold 55 % of the votes of C, all others 45 %; so P controls C",
            (1, 2),
        ),
    ]
    # 55 % is enough against whatever the others have: their facts are not needed.
    assert cited(control_steps(graph_of(JOINT), ["P"], "C")) == [
        ["stake:P>A"],
        ["stake:P>B"],
        ["stake:A>C", "stake:B>C"],
    ]


def test_no_names_the_set_that_blocks() -> None:
    assert said(JOINT, ["Q"], "C") == [
        (
            "Of the votes of A, Q can't have more than 40 % against 60 % of all others: "
            "not enough to control it",
            (),
        ),
        (
            "Of the votes of B, Q can't have more than 40 % against 60 % of all others: "
            "not enough to control it",
            (),
        ),
        (
            "Of the votes of C, Q can't have more than 45 % against 55 % of all others: "
            "not enough to control it",
            (),
        ),
        (
            "Neither Q nor what it or an undisclosed holder may control holds votes of D",
            (),
        ),
        (
            "No right on file gives Q, or anybody it may control, a decision over C, nor A, B, D "
            "and P above it; so Q does not control C",
            (1, 2, 3, 4),
        ),
    ]


def test_undetermined_says_both_sides_and_what_is_not_known() -> None:
    # P controls A. In B, A and Q have 45 to 55 each and nobody else has any.
    case = make(
        "",
        {("P", "A"): 70, ("Q", "A"): 30, ("A", "B"): ("45", "55"), ("Q", "B"): ("45", "55")},
        complete=["B"],
    )
    assert said(case, ["P"], "B") == [
        (
            "Of the votes of A, P may have up to 70 %, all others as little as 30 %; "
            "so P may control A",
            (),
        ),
        (
            "Of the votes of B, A may have up to 55 %, all others as little as 45 %; "
            "so P may control B",
            (1,),
        ),
        (
            "P need not control B: certain, with all that is certainly controlled, are only 45 % "
            "of the votes; all others may have 55 %",
            (),
        ),
        (
            "What is not known and decides: what A holds of B (45 to 55 %); "
            "what Q holds of B (45 to 55 %)",
            (),
        ),
    ]


def test_undetermined_through_a_stranger_with_two_rests() -> None:
    case = make(
        "",
        {("P", "A"): 40, ("R", "B"): 40, ("A", "C"): 30, ("B", "C"): 30, ("Q", "C"): 40},
    )
    texts = [text for text, _ in said(case, ["Q"], "C")]
    assert texts[0] == (
        "Of the votes of A, whoever holds the rest (60 %, held by nobody on file) may have up to "
        "60 %, all others as little as 40 %; so an undisclosed holder may control A"
    )
    assert texts[2:4] == [
        "Of the votes of C, A and B may have up to 60 %, all others as little as 40 %; so an "
        "undisclosed holder may control C",
        "Holdings or rights on file lead from Q to C, and the undisclosed holder may be the same "
        "party",
    ]
    assert texts[-1] == (
        "What is not known and decides: who holds the rest of A (60 %, held by nobody on file); "
        "who holds the rest of B (60 %, held by nobody on file)"
    )


def test_a_member_of_a_ring_is_controlled_by_the_others() -> None:
    case = make("", {("A", "B"): 60, ("B", "A"): 60, ("P", "A"): 40, ("Q", "B"): 40})
    assert said(case, ["A", "B"], "A") == [
        ("B holds 60 % of the votes of A, all others 40 %; so B controls A", ())
    ]
    assert said(case, ["A"], "A") == [("A is asked about itself; nobody controls itself", ())]


def test_names_stand_with_ids() -> None:
    facts = facts_of(make("", {("P", "A"): 60, ("Q", "A"): 40}))
    facts.parties["P"] = PartyFact("P", "person", "张三")
    graph = OwnershipGraph.build(facts, rules_with())
    assert control_steps(graph, ["P"], "A")[0].text.startswith("张三 (P) holds 60 % of the votes")


def test_a_right_is_the_ground_where_votes_are_not() -> None:
    case = make("F=partnership", {("G", "F"): 1}, rights=[("G", "F", "general_partner")])
    (step,) = control_steps(graph_of(case), ["G"], "F")
    assert step.text == (
        "G has the right general_partner over F, which decides by itself; so G controls F"
    )
    assert cited((step,)) == [["control_right:G>F:general_partner"]]


def test_every_yes_stands_on_the_facts_that_it_cites() -> None:
    """Forget every fact that isn't cited: the verdict is still yes; and steps cite earlier ones."""
    replayed = 0
    for n, case in enumerate(stream(11, 600)):
        graph = graph_of(case)
        rows = [r for r in control_all(graph) if r.verdict == "yes"]
        for row in rows[:: max(1, len(rows) // 4)]:
            steps = control_steps(graph, [row.controller_id], row.entity_id)
            check_order(steps)
            kept = only(facts_of(case), {f.fact_id for s in steps for f in s.facts})
            left = OwnershipGraph.build(kept, rules_with(case.disclosure_line))
            assert verdict(left, [row.controller_id], row.entity_id) == "yes", (n, row)
            replayed += 1
    assert replayed > 1_500


def test_every_joint_yes_stands_on_the_facts_that_it_cites() -> None:
    """The same for blocs, with their scopes."""
    replayed = 0
    for n, case in enumerate(stream(12, 600)):
        graph = graph_of(case)
        above = Above(graph)
        for bloc in graph.blocs:
            for y in above.bloc_reach(bloc, sure=True):
                entity = graph.ids[y]
                steps = control_steps(graph, [], entity, bloc_id=bloc.bloc_id)
                check_order(steps)
                assert f"bloc:{bloc.bloc_id}" in {f.fact_id for s in steps for f in s.facts}
                kept = only(facts_of(case), {f.fact_id for s in steps for f in s.facts})
                left = OwnershipGraph.build(kept, rules_with(case.disclosure_line))
                (again,) = [b for b in left.blocs if b.bloc_id == bloc.bloc_id]
                found = {left.ids[e] for e in Above(left).bloc_reach(again, sure=True)}
                assert entity in found, (n, bloc.bloc_id, entity)
                replayed += 1
    assert replayed > 200


def test_every_other_verdict_has_steps() -> None:
    for case in stream(13, 150):
        graph = graph_of(case)
        parties = [p for p in case.parties() if case.kinds[p] != "pseudo"]
        for x in parties:
            for y in case.parties():
                answer = verdict(graph, [x], y) if x != y else "yes"
                if answer == "yes":
                    continue
                steps = control_steps(graph, [x], y)
                check_order(steps)
                assert steps
                if answer == "no":
                    assert steps[-1].text.endswith(f"{x} does not control {y}")
                else:
                    assert any("need not control" in s.text for s in steps)


def check_order(steps: tuple[Step, ...]) -> None:
    assert [s.number for s in steps] == list(range(1, len(steps) + 1))
    assert all(e < s.number for s in steps for e in s.earlier)


def only(facts: OwnershipFacts, ids: set[str]) -> OwnershipFacts:
    """The facts with all but these forgotten: shares unknown, rights and completeness gone."""
    return OwnershipFacts(
        parties=facts.parties,
        stakes=[
            s
            if s.fact.fact_id in ids
            else replace(s, capital=UNKNOWN, votes=UNKNOWN if s.votes else None)
            for s in facts.stakes
        ],
        rights=[r for r in facts.rights if r.fact.fact_id in ids],
        blocs=facts.blocs,
        registers={e: r for e, r in facts.registers.items() if r.fact.fact_id in ids},
    )
