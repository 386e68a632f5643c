"""Interest by hand: every expected figure with its working, in fractions of the whole."""

from __future__ import annotations

import json
from decimal import Decimal, localcontext
from fractions import Fraction as Fr
from itertools import pairwise
from pathlib import Path

import pytest

from graphkit.model.errors import UsageError
from graphkit.model.shares import FULL, percent_down, percent_up
from graphkit.ownership.interest import closed_rings, holders, interest_all

from .engine_case import graph_of
from .oracles.case import Case, Stake, make

Figures = dict[str, tuple[Fr, Fr, Fr]]


def figures(case: Case, entity: str, every_holder: bool = False) -> Figures:
    """Per holder the least, the most by stated links, and what rests may add."""
    rows = holders(graph_of(case), entity, every_holder)
    return {r.holder_id: (r.low, r.high, r.rest_high) for r in rows}


def exactly(value: Fr, rest: Fr = Fr(0)) -> tuple[Fr, Fr, Fr]:
    return value, value, rest


def test_products_along_two_paths() -> None:
    # RULES.md section 7, example 10: 20 % + 60 % of 35 % = 20 % + 21 % = 41 %.
    # Rests: 45 % of F, and 40 % of H's 35 % = 14 %; together 59 %.
    case = make("", {("P", "H"): 60, ("P", "F"): 20, ("H", "F"): 35})
    assert figures(case, "F") == {"P": exactly(Fr(41, 100), Fr(59, 100))}
    assert figures(case, "F", every_holder=True) == {
        "P": exactly(Fr(41, 100), Fr(59, 100)),
        # H directly 35 %; only F's own rest may be H's as well.
        "H": exactly(Fr(35, 100), Fr(45, 100)),
    }


def test_cross_holding_is_solved_not_cut() -> None:
    # Example 10: a = 0.80 + 0.20 b, b = 0.30 a, so a = 0.80 / 0.94 = 85.1064 %,
    # b = 0.24 / 0.94 = 25.5319 %. Q has B's other 70 %: b = 0.70 + 0.30 a, a = 0.20 b,
    # b = 0.70 / 0.94, a = 0.14 / 0.94. Both columns sum to 100 %.
    case = make("", {("P", "A"): 80, ("B", "A"): 20, ("A", "B"): 30, ("Q", "B"): 70})
    assert figures(case, "A") == {"P": exactly(Fr(80, 94)), "Q": exactly(Fr(14, 94))}
    assert figures(case, "B") == {"P": exactly(Fr(24, 94)), "Q": exactly(Fr(70, 94))}
    assert percent_down(Fr(80, 94), 4) == "85.1063"
    assert percent_up(Fr(24, 94), 4) == "25.5320"


def test_holder_on_a_cycle_counts_as_without_register() -> None:
    # W23: M 100 % of C1, C1 10 % of M. Over all walks 111.11 %; without those through M: 100 %.
    case = make("", {("M", "C1"): 100, ("C1", "M"): 10})
    assert figures(case, "C1", every_holder=True)["M"] == exactly(Fr(1))
    # C1 in M: directly 10 %, and M's other 90 % is a rest that may be C1's.
    assert figures(case, "M", every_holder=True)["C1"] == exactly(Fr(1, 10), Fr(9, 10))


def test_three_thirds_of_exactly_half() -> None:
    # 16.67 + 16.67 + 16.66 = 50.00, and not a unit more or less.
    case = make(
        "",
        {
            ("P", "A"): 100,
            ("P", "B"): 100,
            ("P", "C"): 100,
            ("A", "X"): "16.67",
            ("B", "X"): "16.67",
            ("C", "X"): "16.66",
            ("Q", "X"): 50,
        },
    )
    assert figures(case, "X") == {"P": exactly(Fr(1, 2)), "Q": exactly(Fr(1, 2))}


def test_register_that_lacks_two_percent() -> None:
    # 51 + 47 = 98: either, or a stranger, may own the unnamed 2 %.
    case = make("", {("P", "A"): 51, ("Q", "A"): 47})
    assert figures(case, "A") == {
        "P": exactly(Fr(51, 100), Fr(2, 100)),
        "Q": exactly(Fr(47, 100), Fr(2, 100)),
    }


def test_register_that_has_three_percent_too_many() -> None:
    # 53 + 50 = 103: least scaled, 53 / 103 and 50 / 103; most as stated, never tightened.
    case = make("", {("P", "A"): 53, ("Q", "A"): 50})
    assert figures(case, "A") == {
        "P": (Fr(53, 103), Fr(53, 100), Fr(0)),
        "Q": (Fr(50, 103), Fr(50, 100), Fr(0)),
    }
    # One step down the bounds are products: H 40 % of B.
    below = make("", {("P", "A"): 53, ("Q", "A"): 50, ("A", "B"): 40, ("R", "B"): 60})
    assert figures(below, "B")["P"] == (Fr(53, 103) * Fr(2, 5), Fr(53, 250), Fr(0))


def test_over_full_with_an_unknown_share() -> None:
    # 60 + 45 + unknown: P at least 60 / (60 + 45 + 100), at most the stated 60.
    # The unknown one at least 0, at most 100.
    case = make("", {("P", "A"): 60, ("Q", "A"): 45, ("R", "A"): None})
    assert figures(case, "A") == {
        "P": (Fr(60, 205), Fr(60, 100), Fr(0)),
        "Q": (Fr(45, 205), Fr(45, 100), Fr(0)),
        "R": (Fr(0), Fr(1), Fr(0)),
    }


def test_unknown_share_takes_what_the_others_leave() -> None:
    # P 30, Q 20, R unknown, complete: R has exactly 50.
    case = make("", {("P", "A"): 30, ("Q", "A"): 20, ("R", "A"): None}, complete=["A"])
    assert figures(case, "A")["R"] == exactly(Fr(1, 2))
    # Not complete: anything from 0 to 50, and what R does not have may be anybody's: for P up to
    # 30 + 50. R's own most is by stated links already all there is.
    open_case = make("", {("P", "A"): 30, ("Q", "A"): 20, ("R", "A"): None})
    assert figures(open_case, "A") == {
        "P": exactly(Fr(30, 100), Fr(1, 2)),
        "Q": exactly(Fr(20, 100), Fr(1, 2)),
        "R": (Fr(0), Fr(1, 2), Fr(0)),
    }


def test_free_part_goes_to_the_best_and_to_the_worst_holder() -> None:
    # A 10..60 % of X of whom P has 80 %; B 30..90 % of whom P has 20 %; complete.
    # Most: A 60, B 40: 48 + 8 = 56 %. Least: B 90, A 10: 18 + 8 = 26 %.
    # (Solving with the maxima would give 0.6 * 0.8 + 0.9 * 0.2 = 66 %.)
    case = make(
        "",
        {
            ("P", "A"): 80,
            ("Q", "A"): 20,
            ("P", "B"): 20,
            ("Q", "B"): 80,
            ("A", "X"): (10, 60),
            ("B", "X"): (30, 90),
        },
        complete=["X", "A", "B"],
    )
    assert figures(case, "X")["P"] == (Fr(26, 100), Fr(56, 100), Fr(0))
    # Q is the mirror: 1 - 56 % and 1 - 26 %.
    assert figures(case, "X")["Q"] == (Fr(44, 100), Fr(74, 100), Fr(0))


def test_least_fixpoint_where_a_ring_may_close() -> None:
    # x owns 10 % of D and y the rest; A and B may own each other, and D. D's worth never passes
    # through the ring to x: true 10 %, while iterating down from 100 % would stay at 100 %.
    case = make(
        "",
        {
            ("x", "D"): 10,
            ("A", "D"): (0, 90),
            ("y", "D"): (0, 90),
            ("A", "B"): (0, 100),
            ("B", "A"): (0, 100),
        },
        complete=["D", "A", "B"],
    )
    assert figures(case, "D")["x"] == exactly(Fr(1, 10))
    # From y's side: the ring may take D's 90 % and keep it.
    assert figures(case, "D")["y"] == (Fr(0), Fr(9, 10), Fr(0))


def test_least_from_zero_where_a_ring_may_close_on_the_holder() -> None:
    # A: x or B, anything; B: x or A, anything. Either each is wholly x's, or they own each other.
    case = make(
        "",
        {("x", "A"): None, ("B", "A"): None, ("x", "B"): None, ("A", "B"): None},
        complete=["A", "B"],
    )
    assert figures(case, "A") == {"x": (Fr(0), Fr(1), Fr(0))}


def test_own_shares_belong_to_the_others_in_proportion() -> None:
    # Own 10 %, P 60, Q 30: P 60 / 90, Q 30 / 90.
    case = make("", {("A", "A"): 10, ("P", "A"): 60, ("Q", "A"): 30})
    assert figures(case, "A") == {"P": exactly(Fr(2, 3)), "Q": exactly(Fr(1, 3))}


def test_own_shares_in_an_interval() -> None:
    # Own 0..20 %, P 60, Q 20..40, complete: with own 20 and Q 20, P has 60 / 80 and Q 20 / 80;
    # with own 0 and Q 40, P has 60 and Q 40.
    case = make("", {("A", "A"): (0, 20), ("P", "A"): 60, ("Q", "A"): (20, 40)}, complete=["A"])
    assert figures(case, "A") == {
        "P": (Fr(60, 100), Fr(75, 100), Fr(0)),
        "Q": (Fr(25, 100), Fr(40, 100), Fr(0)),
    }


def test_closed_ring_is_unattributed_with_a_finding() -> None:
    # A and B own each other wholly. P 60 % of C, A 40 %: the 40 % are nobody's.
    case = make("", {("A", "B"): 100, ("B", "A"): 100, ("P", "C"): 60, ("A", "C"): 40})
    assert figures(case, "A") == {}
    assert figures(case, "C") == {"P": exactly(Fr(60, 100))}
    (finding,) = closed_rings(graph_of(case))
    assert (finding.code, finding.subject) == ("closed-ring", "A")
    assert set(finding.facts) == {"stake:A>B", "stake:B>A"}
    assert "A, B wholly own one another" in finding.message


def test_a_ring_with_a_rest_is_not_closed() -> None:
    case = make("", {("A", "B"): 99, ("B", "A"): 100})
    assert closed_rings(graph_of(case)) == []


def test_statuses() -> None:
    # Four holders of 25 %: person, state body, company without holders, unknown without holders.
    case = make(
        "S=state_body C=company U=unknown",
        {("P", "A"): 25, ("S", "A"): 25, ("C", "A"): 25, ("U", "A"): 25, ("A", "B"): 100},
    )
    rows = holders(graph_of(case), "B", every_holder=True)
    assert {r.holder_id: r.holder_status for r in rows} == {
        "A": "intermediate",
        "C": "no_register",
        "P": "ultimate",
        "S": "ultimate",
        "U": "kind_unknown",
    }
    assert [r.holder_id for r in holders(graph_of(case), "B")] == ["C", "P", "S", "U"]
    # Nobody on file holds C, so all of it may be P's: 25 more. U has no register at all.
    assert figures(case, "B")["P"] == exactly(Fr(1, 4), Fr(1, 4))


def test_dispersed_rest_is_given_whole_to_the_holder() -> None:
    # A listed company: rest_percent_max asks what if every rest were P's, whoever must disclose.
    case = make("A=listed_company", {("P", "A"): 30})
    assert figures(case, "A") == {"P": exactly(Fr(3, 10), Fr(7, 10))}


def test_pseudo_holdings_belong_to_the_rest() -> None:
    # P 30, nominee line 50: nobody on file holds 70 %.
    case = make("N=pseudo", {("P", "A"): 30, ("N", "A"): 50})
    assert figures(case, "A") == {"P": exactly(Fr(3, 10), Fr(7, 10))}


def test_only_a_rest_makes_no_row() -> None:
    # Q may hold something of A only through its rest: not listed.
    case = make("", {("P", "A"): 30, ("Q", "B"): 100})
    assert set(figures(case, "A")) == {"P"}


def test_over_full_ring_grows_to_the_cap() -> None:
    # A: B 60, x 60 (120 %). B wholly A's. Stated a = 0.6 + 0.6 a = 150 %, capped at 100 %.
    # Scaled a = 1/2 + 1/2 a: all of it is x's.
    case = make("", {("x", "A"): 60, ("B", "A"): 60, ("A", "B"): 100})
    assert figures(case, "A") == {"x": exactly(Fr(1))}


def test_unknown_party_is_an_error() -> None:
    with pytest.raises(UsageError, match="not on file"):
        holders(graph_of(make("", {("P", "A"): 30})), "Z")


def test_whole_graph_equals_one_by_one() -> None:
    case = make(
        "",
        {("P", "A"): 80, ("B", "A"): 20, ("A", "B"): (10, 30), ("B", "C"): 60, ("Q", "C"): None},
    )
    graph = graph_of(case)
    for every in (False, True):
        whole = list(interest_all(graph, every))
        assert whole == sorted(whole, key=lambda r: (r.holder_id, r.entity_id))
        single = [row for e in ("A", "B", "C") for row in holders(graph, e, every)]
        assert sorted(whole, key=repr) == sorted(single, key=repr)


@pytest.mark.slow
def test_chain_of_a_hundred_thousand() -> None:
    # 99.999 % a link, 100,000 links: far below 10**-8 nothing is exact any more, but the bounds
    # stay bounds, and nothing recurses. The working is 0.99999**99999 in decimal arithmetic.
    n, share = 100_000, FULL - FULL // 100_000
    names = [f"C{i:06d}" for i in range(n)]
    kinds = dict.fromkeys(names, "company") | {"P": "person"}
    stakes = [Stake("P", names[0], FULL, FULL)]
    stakes += [Stake(a, b, share, share) for a, b in pairwise(names)]
    case = Case.__new__(Case)  # its own check of 100,000 stakes is not what is tested
    for key, value in {
        "kinds": kinds,
        "stakes": tuple(stakes),
        "complete": frozenset(),
        "rights": (),
        "blocs": (),
        "disclosure_line": FULL // 20,
        "floats": frozenset(),
    }.items():
        object.__setattr__(case, key, value)
    (row,) = holders(graph_of(case), names[-1])
    assert row.low < row.high
    assert row.high - row.low < Fr(1, 10**290)
    with localcontext() as decimals:
        decimals.prec = 60
        by_hand = Decimal("0.99999") ** (n - 1)
    assert row.low < Fr(by_hand) * (1 + Fr(1, 10**50))
    assert row.high > Fr(by_hand) * (1 - Fr(1, 10**50))
    assert percent_down(row.low) == "36.78812805"
    assert percent_up(row.high) == "36.78812806"


@pytest.mark.parametrize("off", [-3, -1, 0, 1, 3])
def test_half_through_a_chain_of_ten(off: int) -> None:
    # Q's 50 % (+- a few 10**-10) of the first, then nine links of 100 %: exactly that much.
    stakes = {("P", "C0"): FULL // 2 + off, ("Q", "C0"): FULL // 2 - off}
    for i in range(9):
        stakes[f"C{i}", f"C{i + 1}"] = FULL
    case = Case(
        kinds={"P": "person", "Q": "person"} | {f"C{i}": "company" for i in range(10)},
        stakes=tuple(Stake(h, e, v, v) for (h, e), v in stakes.items()),
    )
    low, high, rest = figures(case, "C9")["P"]
    assert low == high == Fr(FULL // 2 + off, FULL)
    assert (low > Fr(1, 2)) == (off > 0)
    assert rest == 0


@pytest.mark.parametrize("off", [-2, -1, 0, 1, 2])
def test_half_in_a_cycle_of_five(off: int) -> None:
    # A ring of five: each 20 % held by the one before it; of each other 80 %, P has half. By
    # symmetry P has half of everything; one unit more in one of them tips all five.
    names = [f"R{i}" for i in range(5)]
    fifth, forty = FULL // 5, FULL * 2 // 5
    stakes = []
    for i, name in enumerate(names):
        extra = off if i == 0 else 0
        stakes += [
            Stake(names[i - 1], name, fifth, fifth),
            Stake("P", name, forty + extra, forty + extra),
            Stake("Q", name, forty - extra, forty - extra),
        ]
    kinds = dict.fromkeys(names, "company") | {"P": "person", "Q": "person"}
    case = Case(kinds=kinds, stakes=tuple(stakes))
    for i, name in enumerate(names):
        found = figures(case, name)
        # x_i = forty/FULL + x_(i-1)/5 (+ off/FULL at 0): the extra arrives 5**-i times, and
        # round the ring again, 1 / (1 - 5**-5).
        tip = Fr(off, FULL) * Fr(1, 5**i) / (1 - Fr(1, 5**5))
        assert found["P"] == exactly(Fr(1, 2) + tip), name
        assert found["Q"] == exactly(Fr(1, 2) - tip), name


def test_published_examples(shared_data: Path) -> None:
    """Every published interest, from the same holdings; the answers are rounded to seven digits."""
    examples = json.loads((shared_data / "worked_examples.json").read_text("utf-8"))
    checked = 0
    for example in examples:
        case = make("", {(h, e): p for h, e, p in example["holdings_percent"]})
        for pair, percent in example.get("interest_percent", {}).items():
            holder, entity = pair.split(">")
            low, high, _ = figures(case, entity, every_holder=True)[holder]
            assert low == high == Fr(str(percent)) / 100, (example["id"], pair)
            checked += 1
        if example["id"] == "W03":
            # Its note: P3 has .5 / (1 - .3) = 71.43 % of C9 over the cycle; paths alone 50 %.
            assert figures(case, "C9")["P3"][0] == Fr(5, 7)
    assert checked == 8
