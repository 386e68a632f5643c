"""Control by hand: each answer whole, with its working beside it.

Percents are votes; a private company's register that does not sum to 100 % has a rest that
somebody unknown may own as a whole.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from graphkit.model.shares import FULL
from graphkit.ownership.control import (
    attributed_holding,
    certainly_controlled,
    control_all,
    controlled_by,
    possibly_controlled,
    unresolved,
    verdict,
)
from graphkit.ownership.evidence import control_steps
from graphkit.ownership.results import ControlRow

from .engine_case import graph_of
from .oracles.case import Bloc, Case, from_json, make

PERCENT = FULL // 100
KEPT = Path(__file__).parent / "oracles" / "kept"


def answers(case: Case) -> dict[tuple[str, str], str]:
    """Every listed pair with its verdict."""
    return {(r.controller_id, r.entity_id): r.verdict for r in control_all(graph_of(case))}


def yes(case: Case) -> set[tuple[str, str]]:
    """The pairs with yes; nothing else is listed."""
    found = answers(case)
    assert set(found.values()) <= {"yes"}, found
    return set(found)


def test_chain() -> None:
    # 51 % at each step; the rest of each is held by R, so nobody unknown comes in.
    case = make(
        "",
        {
            ("P", "A"): 51,
            ("R", "A"): 49,
            ("A", "B"): 51,
            ("R", "B"): 49,
            ("B", "C"): 51,
            ("R", "C"): 49,
        },
    )
    assert yes(case) == {
        ("P", "A"),
        ("P", "B"),
        ("P", "C"),
        ("A", "B"),
        ("A", "C"),
        ("B", "C"),
    }


def test_joint_control_through_two_controlled_companies() -> None:
    # P controls A (60) and B (60); A and B hold 30 + 25 = 55 of C. Neither does alone.
    case = make(
        "",
        {
            ("P", "A"): 60,
            ("Q", "A"): 40,
            ("P", "B"): 60,
            ("Q", "B"): 40,
            ("A", "C"): 30,
            ("B", "C"): 25,
            ("Q", "C"): 45,
        },
    )
    assert yes(case) == {("P", "A"), ("P", "B"), ("P", "C")}
    rows = controlled_by(graph_of(case), ["P"])
    assert rows[2] == ControlRow("P", "C", "yes", 55 * PERCENT, 55 * PERCENT)
    # Attributed holding is 55 %, though 0.6 x 30 + 0.6 x 25 = 33 % of C's capital is P's interest.
    assert attributed_holding(graph_of(case), "P", "C") == (55 * PERCENT, 55 * PERCENT)


def test_exactly_half_never_passes() -> None:
    case = make("", {("P", "A"): 50, ("Q", "A"): 50})
    assert answers(case) == {}
    assert verdict(graph_of(case), ["P"], "A") == "no"
    # One unit (10**-10) more is enough.
    more = make("", {("P", "A"): "50.00000001", ("Q", "A"): "49.99999999"})
    assert yes(more) == {("P", "A")}


def test_three_sixths_are_half_and_no_more() -> None:
    # 16.67 + 16.67 + 16.66 = 50.00: exactly half. One hundredth more passes.
    shares: dict[tuple[str, str], object] = {
        (h, "A"): p for h, p in (("X", "16.67"), ("Y", "16.67"), ("Z", "16.66"))
    }
    for holder in "XYZ":
        shares["P", holder] = 100
    half = make("", shares | {("Q", "A"): 50})
    assert ("P", "A") not in yes(half)
    more = make("", shares | {("Z", "A"): "16.67", ("Q", "A"): "49.99"})
    assert ("P", "A") in yes(more)


def test_cross_holding_under_a_controller() -> None:
    # P holds 60 % of A. A holds 30 % of B, B 40 % of A: A does not control B, nor B A.
    # With P's own 25 % of B, P has 25 + 30 = 55 % of B.
    case = make(
        "",
        {
            ("P", "A"): 60,
            ("B", "A"): 40,
            ("A", "B"): 30,
            ("P", "B"): 25,
            ("Q", "B"): 45,
        },
    )
    assert yes(case) == {("P", "A"), ("P", "B")}


def test_two_companies_that_hold_most_of_each_other() -> None:
    # A and B each hold 60 % of the other. P (40 % of A) controls neither, and neither proves itself
    # for P; but A controls B and B controls A.
    case = make("", {("A", "B"): 60, ("B", "A"): 60, ("P", "A"): 40, ("Q", "B"): 40})
    assert yes(case) == {("A", "B"), ("B", "A")}
    assert verdict(graph_of(case), ["P"], "A") == "no"


def test_closed_ring_belongs_to_nobody() -> None:
    # A and B own each other wholly; A holds 60 % of C.
    case = make("", {("A", "B"): 100, ("B", "A"): 100, ("A", "C"): 60, ("P", "C"): 40})
    assert yes(case) == {("A", "B"), ("B", "A"), ("A", "C"), ("B", "C")}
    assert unresolved(graph_of(case)) == frozenset()


def test_unknown_share_that_decides() -> None:
    # P 40 and an unknown share of Q: Q may have up to 60, and what neither has may be a stranger's
    # (or P's own). A is in U: 100 - 40 - 0 = 60 % may be nobody's on file.
    case = make("", {("P", "A"): 40, ("Q", "A"): None})
    assert answers(case) == {("P", "A"): "undetermined", ("Q", "A"): "undetermined"}
    assert unresolved(graph_of(case)) == {"A"}
    # Declared complete, Q has exactly 60: the register sums to 100 %.
    whole = make("", {("P", "A"): 40, ("Q", "A"): None}, complete=["A"])
    assert answers(whole) == {("Q", "A"): "yes"}
    assert controlled_by(graph_of(whole), ["Q"])[0].votes_min == 60 * PERCENT


def test_unknown_share_that_does_not_decide() -> None:
    # P has 60 whatever Q has (at most 40).
    case = make("", {("P", "A"): 60, ("Q", "A"): None})
    assert answers(case) == {("P", "A"): "yes"}
    assert verdict(graph_of(case), ["Q"], "A") == "no"
    assert unresolved(graph_of(case)) == frozenset()


def test_register_at_98_percent() -> None:
    # P 49 and Q 49: the 2 % that nobody on file holds decide between them. With P 51 they don't.
    open_case = make("", {("P", "A"): 49, ("Q", "A"): 49})
    assert answers(open_case) == {("P", "A"): "undetermined", ("Q", "A"): "undetermined"}
    # A stranger with 2 % controls nothing, so A's owner is not hidden.
    assert unresolved(graph_of(open_case)) == frozenset()
    closed = make("", {("P", "A"): 51, ("Q", "A"): 47})
    assert answers(closed) == {("P", "A"): "yes"}


def test_register_at_103_percent() -> None:
    # P 53, Q 50: over-full. Certain: 53 > 50. Q: 2 x 50 > 100 is false, so not even possible.
    case = make("", {("P", "A"): 53, ("Q", "A"): 50})
    assert answers(case) == {("P", "A"): "yes"}
    # Shown: at least 53 / 103 of the whole (51.45631067 %), at most the stated 53 %.
    (row,) = controlled_by(graph_of(case), ["P"])
    assert (row.votes_min, row.votes_max) == (53 * FULL // 103, 53 * PERCENT)
    assert [f.code for f in graph_of(case).findings] == ["register-over-full"]


def test_over_full_with_an_unknown_share() -> None:
    # 60 + 45 + unknown: the unknown may outvote 60, so P is no certain yes. Possible: P (2 x 60),
    # the unknown U (2 x 100); Q has 2 x 45 = 90 < 100 and is no.
    case = make("", {("P", "A"): 60, ("Q", "A"): 45, ("U", "A"): None})
    assert answers(case) == {("P", "A"): "undetermined", ("U", "A"): "undetermined"}
    # 60 + 55: tightening would cap P at 52.17 and lose the stated 60.
    plain = make("", {("P", "A"): 60, ("Q", "A"): 55})
    (row,) = controlled_by(graph_of(plain), ["P"])
    assert row.votes_max == 60 * PERCENT


def test_stranger_through_two_rests() -> None:
    # A and B each have a 60 % rest and each hold 30 % of C: one stranger may have both, so C's
    # owner is hidden though its own register is full. Q (40 % of C) may be that stranger; it is
    # listed for C, where it holds votes, and not for A and B, where nothing links it.
    case = make(
        "",
        {("P", "A"): 40, ("R", "B"): 40, ("A", "C"): 30, ("B", "C"): 30, ("Q", "C"): 40},
    )
    graph = graph_of(case)
    assert unresolved(graph) == {"A", "B", "C"}
    listed = {(x, y) for x, y in answers(case)}
    assert listed == {
        ("P", "A"),
        ("P", "C"),
        ("R", "B"),
        ("R", "C"),
        ("A", "C"),
        ("B", "C"),
        ("Q", "C"),
    }
    assert set(answers(case).values()) == {"undetermined"}
    assert verdict(graph, ["Q"], "A") == "undetermined"
    assert possibly_controlled(graph, ["Q"]) == {"C"}
    assert certainly_controlled(graph, ["Q"]) == frozenset()


def test_general_partner_with_one_percent() -> None:
    # A partnership's votes default to none: G decides by right, L's 99 % of capital does not.
    case = make(
        "F=partnership",
        {("G", "F"): 1, ("L", "F"): 99, ("F", "A"): 60, ("R", "A"): 40},
        rights=[("G", "F", "general_partner")],
    )
    assert yes(case) == {("G", "F"), ("G", "A"), ("F", "A")}
    # Without the right nobody controls F, and no stranger: it has no vote register.
    bare = make("F=partnership", {("G", "F"): 1, ("L", "F"): 99})
    assert answers(bare) == {}
    assert unresolved(graph_of(bare)) == frozenset()


def test_adviser_instructs_and_adviser_alone() -> None:
    # Instruction (实际指令权) decides; being adviser does not by itself.
    case = make(
        "F=private_fund V=company",
        {("L", "F"): 100},
        rights=[("V", "F", "adviser"), ("M", "F", "manager"), ("P", "F", "instruction")],
    )
    assert {k for k, v in answers(case).items() if v == "yes" and k[1] == "F"} == {
        ("M", "F"),
        ("P", "F"),
    }


def test_own_shares_do_not_vote() -> None:
    # A holds 20 % of itself; P 41 of the 80 that vote, Q 39.
    case = make("", {("A", "A"): 20, ("P", "A"): 41, ("Q", "A"): 39})
    assert yes(case) == {("P", "A")}
    # Own shares between 0 and 20 %, P 45, Q at most the rest: P passes only if own is over 10 %.
    band = make("", {("A", "A"): (0, 20), ("P", "A"): 45, ("Q", "A"): (35, 55)}, complete=["A"])
    assert answers(band) == {("P", "A"): "undetermined", ("Q", "A"): "undetermined"}


def test_dispersed_listed_company() -> None:
    # P 30 % of listed L, the rest free: a holder of 5 % or more would have to show itself, so no
    # stranger controls L, and P alone has 30 against 70.
    case = make("L=listed_company", {("P", "L"): 30})
    assert answers(case) == {}
    assert unresolved(graph_of(case)) == frozenset()
    assert verdict(graph_of(case), ["P"], "L") == "no"
    # A private company with the same register is another matter.
    private = make("", {("P", "L"): 30})
    assert answers(private) == {("P", "L"): "undetermined"}


def test_disclosure_line_counts_everything_together() -> None:
    # L holds 91 % of itself, 9 % are free. Less than 5 % may be one stranger's: 4.99999999 against
    # 4.00000001 of the others, so a stranger may control L.
    case = make("L=listed_company", {("L", "L"): 91})
    assert unresolved(graph_of(case)) == {"L"}
    # X, a company with no holder on file (a stranger may own it), has 3 % of L: then that stranger
    # may hide less than 2 % more, and all that it has stays under 5 %: still against 4.00000001.
    more = make("L=listed_company X=company", {("L", "L"): 91, ("X", "L"): 3})
    assert unresolved(graph_of(more)) == {"L", "X"}
    # With 88 % own shares the others have 12 - 4.99999999: no stranger passes.
    fewer = make("L=listed_company X=company", {("L", "L"): 88, ("X", "L"): 3})
    assert unresolved(graph_of(fewer)) == {"X"}


def test_disclosure_line_itself_must_be_shown() -> None:
    # 9.99999999 % vote. At 5 % a holder must show itself, so a stranger has at most 4.99999999
    # against 5.00000000: half of what votes would need 5.
    case = make("L=listed_company", {("L", "L"): "90.00000001"})
    assert unresolved(graph_of(case)) == frozenset()
    # Two units less for the others, and it is enough.
    less = make("L=listed_company", {("L", "L"): "90.00000003"})
    assert unresolved(graph_of(less)) == {"L"}


def test_float_that_a_stranger_cannot_take_stays_outside() -> None:
    # Complete: own shares 0 to 95 %, free float at least 12 %. A stranger has less than 5 % of the
    # float, at least 7 % of it are others', whatever the own shares are.
    case = make(
        "L=listed_company F=pseudo",
        {("L", "L"): (0, 95), ("F", "L"): (12, 100)},
        complete=["L"],
        floats=frozenset({"F"}),
    )
    assert unresolved(graph_of(case)) == frozenset()
    # With at least 9 % of float, 4.99999999 may stand against 4.00000001.
    thinner = make(
        "L=listed_company F=pseudo",
        {("L", "L"): (0, 95), ("F", "L"): (9, 100)},
        complete=["L"],
        floats=frozenset({"F"}),
    )
    assert unresolved(graph_of(thinner)) == {"L"}


def test_a_band_in_a_listed_company_leaves_no_more_than_there_is() -> None:
    # Own shares 93, Q 4: P, with 0 to 10 on file, has at most 3, whatever is hidden. Q has 4.
    case = make("L=listed_company", {("L", "L"): 93, ("Q", "L"): 4, ("P", "L"): (0, 10)})
    assert answers(case) == {("Q", "L"): "yes"}
    assert verdict(graph_of(case), ["P"], "L") == "no"


def test_company_without_holders_on_file() -> None:
    # Somebody owns company A, whoever it is; of party B of unknown kind not even that is known.
    case = make("A=company B=unknown", {("A", "C"): 60, ("B", "D"): 60, ("R", "C"): 40})
    assert unresolved(graph_of(case)) == {"A", "C"}


def test_pseudo_party_is_a_line_of_the_rest() -> None:
    # A nominee line of 60 % may be one holder's; free float of 60 % may not.
    nominee = make("N=pseudo", {("P", "A"): 40, ("N", "A"): 60}, complete=["A"])
    assert unresolved(graph_of(nominee)) == {"A"}
    assert answers(nominee) == {("P", "A"): "undetermined"}
    floating = make(
        "N=pseudo", {("P", "A"): 40, ("N", "A"): 60}, complete=["A"], floats=frozenset({"N"})
    )
    assert unresolved(graph_of(floating)) == frozenset()
    assert answers(floating) == {}


def test_nominee_line_in_a_band_counts_at_its_most() -> None:
    # Complete: P 40 to 60, the nominee line 40 to 60: one holder behind it may have 60.
    case = make("N=pseudo", {("P", "A"): (40, 60), ("N", "A"): (40, 60)}, complete=["A"])
    assert unresolved(graph_of(case)) == {"A"}
    assert answers(case) == {("P", "A"): "undetermined"}


def test_sets_are_judged_together() -> None:
    # P 60 % and Q 40 % of nothing in common; C: P 30, Q 25, R 45. Only together.
    case = make("", {("P", "C"): 30, ("Q", "C"): 25, ("R", "C"): 45, ("C", "D"): 100})
    graph = graph_of(case)
    assert controlled_by(graph, ["P", "Q"]) == [
        ControlRow("P,Q", "C", "yes", 55 * PERCENT, 55 * PERCENT),
        ControlRow("P,Q", "D", "yes", 100 * PERCENT, 100 * PERCENT),
    ]
    assert verdict(graph, ["Q", "P"], "D") == "yes"
    assert verdict(graph, ["P"], "C") == "no"


def test_bounds_of_a_set_are_tighter_than_summed_bounds() -> None:
    # Complete: P 20 to 40, Q 20 to 40, R 30 to 45. P and Q have at least 100 - 45 = 55 together,
    # though their minimums sum to 40.
    case = make(
        "", {("P", "C"): (20, 40), ("Q", "C"): (20, 40), ("R", "C"): (30, 45)}, complete=["C"]
    )
    (row,) = controlled_by(graph_of(case), ["P", "Q"])
    assert row == ControlRow("P,Q", "C", "yes", 55 * PERCENT, 70 * PERCENT)


def test_nobody_controls_itself() -> None:
    graph = graph_of(make("", {("A", "B"): 60, ("B", "A"): 60}))
    assert verdict(graph, ["A"], "A") == "no"
    assert [r.entity_id for r in controlled_by(graph, ["A"])] == ["B"]


def test_chain_of_a_hundred_thousand() -> None:
    # No recursion anywhere; P controls every link of the chain.
    length = 100_000
    names = [f"C{n:06d}" for n in range(length)]
    shares: dict[tuple[str, str], object] = {("P", names[0]): 60}
    shares |= dict.fromkeys(pairwise(names), 60)
    graph = graph_of(make("", shares))
    assert verdict(graph, ["P"], names[-1]) == "yes"
    assert len(certainly_controlled(graph, ["P"])) == length


def test_two_parties_are_not_one_holder_for_the_disclosure_line() -> None:
    # Q has exactly 50 % of listed L, the other 50 % are dispersed. P may have 4 % undisclosed:
    # P and Q then have 54 of 100. As one holder they are far above the line and have no more.
    case = from_json((KEPT / "dispersed_set.json").read_text("utf-8"))
    graph = graph_of(case)
    assert controlled_by(graph, ["P", "Q"]) == [
        ControlRow("P,Q", "L", "undetermined", 50 * PERCENT, 50 * PERCENT)
    ]
    assert verdict(graph, ["P", "Q"], "L") == "undetermined"
    assert verdict(graph, ["Q"], "L") == "no"
    # Two pieces of 4.99999999 %: up to 59.99999998 %. The evidence says whose they may be.
    texts = [step.text for step in control_steps(graph, ["P", "Q"], "L")]
    assert texts[0] == (
        "Of the votes of L, Q and whoever holds the rest (50 %, held by nobody on file; of what is "
        "dispersed, up to 2 holders, each below the disclosure line, as these parties are not one "
        "holder) may have up to 59.99… %, all others as little as 40.00… %; so P and Q "
        "may control L"
    )


def test_parties_bound_by_an_agreement_or_by_control_are_one_holder() -> None:
    # The same, but concert parties' holdings are added up: at 50 % nothing can be undisclosed.
    bloc = make("L=listed_company P=person", {("Q", "L"): 50}, blocs=[("K", ("P", "Q"), ())])
    assert verdict(graph_of(bloc), ["P", "Q"], "L") == "no"
    # An agreement over another company doesn't bind them in L.
    other = make("L=listed_company P=person", {("Q", "L"): 50, ("Q", "M"): 50}, complete=["M"])
    other = replace(other, blocs=(Bloc("K", ("P", "Q"), ("M",)),))
    assert verdict(graph_of(other), ["P", "Q"], "L") == "undetermined"
    # Q owns P: one holder with it.
    owned = make("L=listed_company P=company", {("Q", "L"): 50, ("Q", "P"): 100})
    assert verdict(graph_of(owned), ["P", "Q"], "L") == "no"


def test_as_many_pieces_as_there_are_holders() -> None:
    # P 20, Q 20, R 20 and 40 dispersed: two may add 2 x 4.99.. (49.99..8, no), against 20 of R and
    # what is left of the dispersed; three named ones pass with 60.
    shares = {("P", "L"): 20, ("Q", "L"): 20, ("R", "L"): 20}
    graph = graph_of(make("L=listed_company", shares))
    assert verdict(graph, ["P", "Q"], "L") == "no"
    assert controlled_by(graph, ["P", "Q"]) == []
    (last,) = control_steps(graph, ["P", "Q"], "L")[-1:]
    assert last.text.endswith("so P and Q do not control L")
    # P and Q hold half of Z each: neither controls it, so Z may have a third piece: 54.99.. %.
    jointly = make("L=listed_company", shares | {("P", "Z"): 50, ("Q", "Z"): 50})
    assert verdict(graph_of(jointly), ["P", "Q"], "L") == "undetermined"
    # Where P controls Z alone, Z's piece is P's: two pieces, no.
    alone = make("L=listed_company", shares | {("P", "Z"): 60, ("Q", "Z"): 40})
    assert verdict(graph_of(alone), ["P", "Q"], "L") == "no"


def test_a_wholly_dispersed_company_and_many_parties() -> None:
    # Nobody on file holds L. Ten pieces of less than 5 % are less than half, eleven may be more.
    names = [f"P{n:02d}" for n in range(11)]
    kinds = dict.fromkeys(names, "person") | {"L": "listed_company"}
    graph = graph_of(Case(kinds=kinds))
    assert verdict(graph, names[:10], "L") == "no"
    assert verdict(graph, names, "L") == "undetermined"
    # Nothing on file leads there, so it is not listed, as for a single party.
    assert controlled_by(graph, names) == []
    texts = [step.text for step in control_steps(graph, names, "L")]
    assert texts[0].endswith("so undisclosed holders may control L")
    assert "who they are, is not known" in texts[1]
