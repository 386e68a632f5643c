"""Ultimate controllers by hand: sole, ring, bloc; several side by side; undetermined ones."""

from __future__ import annotations

from itertools import pairwise

from graphkit.ownership.control import ultimate_controllers, verdict
from graphkit.ownership.evidence import control_steps
from graphkit.ownership.facts import RightFact
from graphkit.ownership.graph import OwnershipGraph
from graphkit.ownership.results import Controller

from .engine_case import fact_of, facts_of, graph_of, rules_with
from .oracles.case import Case, make


def tops(case: Case, entity: str) -> list[Controller]:
    return ultimate_controllers(graph_of(case), entity)


def sole(party: str, verdict: str = "yes", ground: str = "votes") -> Controller:
    return Controller((party,), "sole", ground, verdict)  # type: ignore[arg-type]


def test_top_of_a_chain() -> None:
    case = make("", {("P", "A"): 100, ("A", "B"): 60, ("Q", "B"): 40, ("B", "C"): 100})
    assert tops(case, "C") == [sole("P")]
    assert tops(case, "A") == [sole("P")]
    assert tops(case, "P") == []


def test_top_that_may_itself_be_owned_is_undetermined() -> None:
    # A controls B for certain, but 60 % of A is held by nobody on file: whoever holds it stands
    # above A. P, with 40 % of A, may hold it too.
    case = make("", {("P", "A"): 40, ("A", "B"): 100})
    assert tops(case, "B") == [sole("A", "undetermined"), sole("P", "undetermined")]


def test_general_partner_beside_a_majority_of_votes() -> None:
    # X decides as general partner, Y holds 60 % of the votes: neither stands above the other.
    case = make(
        "F=partnership X=person Y=person Z=person",
        {},
        rights=[("X", "F", "general_partner")],
    )
    votes = make("F=company X=person", {("Y", "F"): 60, ("Z", "F"): 40}).stakes
    case = Case(
        kinds=case.kinds,
        stakes=tuple(
            type(s)(s.holder, s.entity, s.capital_min, s.capital_max, s.capital_min, s.capital_max)
            for s in votes
        ),
        rights=case.rights,
    )
    assert tops(case, "F") == [sole("X", ground="right:general_partner"), sole("Y")]


def test_ground_names_every_kind_that_the_chain_uses() -> None:
    case = make(
        "F=partnership T=trust P=person",
        {("T", "A"): 60, ("R", "A"): 40},
        rights=[("P", "F", "general_partner"), ("F", "T", "trustee")],
    )
    assert tops(case, "A") == [sole("P", ground="right:general_partner+trustee")]


def test_ring_is_reported_by_its_members() -> None:
    # A and B hold 60 % of each other; P and Q have the rest and control nothing.
    case = make(
        "", {("A", "B"): 60, ("B", "A"): 60, ("P", "A"): 40, ("Q", "B"): 40, ("A", "C"): 100}
    )
    ring = Controller(("A", "B"), "ring", "votes", "yes")
    assert [tops(case, y) for y in "ABC"] == [[ring], [ring], [ring]]


def test_ring_that_somebody_may_control_is_undetermined() -> None:
    # A and B as before, and M manages B; whether with discretion is not on file. If it is, M
    # controls B and, through it, A.
    shares = {("A", "B"): 60, ("B", "A"): 60, ("P", "A"): 40, ("Q", "B"): 40}
    facts = facts_of(make("", shares))
    manages = fact_of("control_right", "M>B")
    facts.rights.append(RightFact("M", "B", "manager", "", None, None, None, manages))
    graph = OwnershipGraph.build(facts, rules_with())
    assert ultimate_controllers(graph, "A") == [
        Controller(("A", "B"), "ring", "votes", "undetermined"),
        sole("M", "undetermined", "right:manager"),
    ]


def test_ring_whose_member_a_right_decides_over_is_none() -> None:
    # C decides over B by contract: the ring is C's. Of C 10 % are nobody's on file, and decide
    # between R and Q: each may control it.
    case = make(
        "C=company R=person",
        {("A", "B"): 100, ("B", "A"): 51, ("P", "A"): 49, ("R", "C"): 45, ("Q", "C"): 45},
        rights=[("C", "B", "vie_contract")],
    )
    assert tops(case, "A") == [
        sole("C", "undetermined", "right:vie_contract"),
        sole("Q", "undetermined", "right:vie_contract"),
        sole("R", "undetermined", "right:vie_contract"),
    ]


def test_ring_under_somebody_is_none() -> None:
    # P holds 60 % of B, B 60 % of A, A 40 % of B: all is P's.
    case = make(
        "",
        {("A", "B"): 40, ("P", "B"): 60, ("B", "A"): 60, ("Q", "A"): 40},
    )
    assert tops(case, "A") == [sole("P")]


def test_ring_that_only_may_close() -> None:
    # P 40 %, A and B hold unknown shares of each other, registers complete: A may have up to 60 %
    # of B and B of A. In a world where both do, the ring is nobody's; it is never left out.
    case = make(
        "",
        {("A", "B"): None, ("B", "A"): None, ("P", "A"): 40, ("Q", "B"): 40},
    )
    found = tops(case, "A")
    assert Controller(("A", "B"), "ring", "votes", "undetermined") in found


def test_bloc_is_joint_never_sole() -> None:
    # P 30 and Q 25 act in concert; R has 45. Joint control of A, and of B below it.
    case = make(
        "",
        {("P", "A"): 30, ("Q", "A"): 25, ("R", "A"): 45, ("A", "B"): 100},
        blocs=[("K", ("P", "Q"), ())],
    )
    bloc = Controller(("P", "Q"), "bloc", "votes", "yes", "K")
    assert tops(case, "A") == [bloc]
    # A is not the ultimate controller of B: a bloc is somebody.
    assert tops(case, "B") == [bloc]
    assert verdict(graph_of(case), ["P"], "A") == "no"


def test_bloc_counts_in_its_scope_only() -> None:
    # The agreement is over X. P's company H (60 %) and Q have 30 + 25 of X: joint control of X, and
    # of Z, of which X holds 60. In W, P and Q hold 30 + 30 directly: the agreement does not count.
    # In V, X holds 30 and P 30: outside the scope only the bloc's own company X counts.
    shares = {
        ("P", "H"): 60,
        ("S", "H"): 40,
        ("H", "X"): 30,
        ("Q", "X"): 25,
        ("S", "X"): 45,
        ("X", "Z"): 60,
        ("S", "Z"): 40,
        ("P", "W"): 30,
        ("Q", "W"): 30,
        ("S", "W"): 40,
        ("X", "V"): 30,
        ("P", "V"): 30,
        ("S", "V"): 40,
    }
    case = make("", shares, blocs=[("K", ("P", "Q"), ("X",))])
    bloc = Controller(("P", "Q"), "bloc", "votes", "yes", "K")
    assert [tops(case, y) for y in "XZWV"] == [[bloc], [bloc], [], []]
    assert tops(case, "H") == [sole("P")]
    # Without a scope it counts everywhere.
    everywhere = make("", shares, blocs=[("K", ("P", "Q"), ())])
    assert [tops(everywhere, y) for y in "XZWV"] == [[bloc], [bloc], [bloc], [bloc]]


def test_a_company_of_one_member_counts_once_in_the_scope() -> None:
    # H is P's company and, being in the scope, the bloc's too. Its 30 % of X count once: 30 + 15
    # do not pass.
    shares = {
        ("P", "H"): 60,
        ("S", "H"): 40,
        ("H", "X"): 30,
        ("Q", "X"): 15,
        ("S", "X"): 55,
    }
    case = make("", shares, blocs=[("K", ("P", "Q"), ("H", "X"))])
    assert tops(case, "X") == [sole("S")]
    # P alone controls H; with Q it does so too, jointly.
    assert tops(case, "H") == [sole("P"), Controller(("P", "Q"), "bloc", "votes", "yes", "K")]


def test_bloc_within_a_ring_is_not_outside_of_it() -> None:
    # A and B hold 60 % of each other and act in concert: the ring is the top, not their agreement.
    shares = {("A", "B"): 60, ("B", "A"): 60, ("P", "A"): 40, ("Q", "B"): 40}
    case = make("", shares, blocs=[("K", ("A", "B"), ())])
    assert tops(case, "A") == [Controller(("A", "B"), "ring", "votes", "yes")]


def test_blocs_are_never_closed_transitively() -> None:
    # P+Q and Q+R are two agreements; 20 + 20 + 20 together would pass, no agreement does.
    case = make(
        "",
        {("P", "A"): 20, ("Q", "A"): 20, ("R", "A"): 20, ("S", "A"): 40},
        blocs=[("K", ("P", "Q"), ()), ("L", ("Q", "R"), ())],
    )
    assert tops(case, "A") == []


def test_bloc_whose_members_one_party_controls_is_none() -> None:
    # T owns both P and Q, which act in concert over A: T is the one behind.
    case = make(
        "",
        {
            ("T", "P"): 100,
            ("T", "Q"): 100,
            ("P", "A"): 30,
            ("Q", "A"): 25,
            ("R", "A"): 45,
        },
        blocs=[("K", ("P", "Q"), ())],
    )
    assert tops(case, "A") == [sole("T")]


def test_evidence_of_a_scoped_bloc_names_how_its_hands_are_held() -> None:
    case = make(
        "",
        {("P", "H"): 60, ("S", "H"): 40, ("H", "X"): 30, ("Q", "X"): 25, ("S", "X"): 45},
        blocs=[("K", ("P", "Q"), ("X",))],
    )
    steps = control_steps(graph_of(case), ["P", "Q"], "X", bloc_id="K")
    assert [(s.text, s.earlier) for s in steps] == [
        ("P and Q act in concert under K over X", ()),
        ("P holds 60 % of the votes of H, all others 40 %; so P controls H", ()),
        (
            "H and Q together hold 55 % of the votes of X, all others 45 %; "
            "so P and Q together control X",
            (1, 2),
        ),
    ]


def test_long_chain_has_one_top() -> None:
    names = [f"C{n:05d}" for n in range(20_000)]
    shares: dict[tuple[str, str], object] = {("P", names[0]): 100}
    shares |= dict.fromkeys(pairwise(names), 100)
    assert tops(make("", shares), names[-1]) == [sole("P")]
