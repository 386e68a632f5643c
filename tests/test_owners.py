"""Beneficial owners by profile cn-margin, by hand: limbs, figures, and what stays open."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction as Fr
from importlib.resources import files

import pytest

from graphkit.model.errors import UsageError
from graphkit.model.shares import FULL
from graphkit.ownership.facts import RightFact
from graphkit.ownership.graph import OwnershipGraph
from graphkit.ownership.owners import beneficial_owners
from graphkit.ownership.owners_relations import RelationFact, relations_of
from graphkit.ownership.profile import profile_names, profile_on, read_profile
from graphkit.ownership.results import Owners
from graphkit.rules.book import Rulebook

from .engine_case import DAY, fact_of, facts_of, graph_of
from .memory_snapshot import MemorySnapshot
from .oracles.case import Case, Stake, make

Row = tuple[str, str, str, str]


def owners(case: Case, party: str, relations: Sequence[RelationFact] = ()) -> Owners:
    return beneficial_owners(graph_of(case), party, Rulebook.on(DAY), relations=relations)


def rows(found: Owners) -> list[Row]:
    return [(p.party_id, p.limb, p.verdict, p.ground) for p in found.persons]


def percent(share: int) -> int:
    return share * FULL // 100


def test_41_percent_interest_and_55_percent_attributed() -> None:
    # RULES.md section 7, example 10: P 20 % of the units and 60 % of H with 35 %: 41 % economic,
    # 55 % with what it controls. Q, the manager, has 45 %. Nobody is above 50 %.
    case = make(
        "F=private_fund",
        {("P", "H"): 60, ("R", "H"): 40, ("P", "F"): 20, ("H", "F"): 35, ("Q", "F"): 45},
        complete=["H", "F"],
        rights=[("Q", "F", "manager")],
    )
    found = owners(case, "F")
    assert rows(found) == [("Q", "control", "yes", "right:manager")]
    assert found.status == "resolved"
    assert found.attributed["P"] == (percent(55), percent(55))
    assert found.attributed["Q"] == (percent(45), percent(45))
    assert "P has 41 % of the interest, but 55 % with all that it controls or may control" in (
        found.notes
    )
    assert "benefit: no arrangement on file about it or its holders" in found.notes


def test_limbs_find_different_people() -> None:
    # P 60 % of A, A 51 % of B: P controls B and has 30.6 %. Q has 40 % of A and 49 % of B:
    # 20.4 + 49 = 69.4 %.
    case = make("", {("P", "A"): 60, ("Q", "A"): 40, ("A", "B"): 51, ("Q", "B"): 49})
    found = owners(case, "B")
    assert rows(found) == [
        ("P", "control", "yes", "votes"),
        ("Q", "interest", "yes", ""),
    ]
    assert found.status == "resolved" and not found.reasons and not found.settle
    (interest,) = (p for p in found.persons if p.limb == "interest")
    assert (interest.low, interest.high, interest.rest_high) == (
        Fr(694, 1000),
        Fr(694, 1000),
        Fr(0),
    )
    assert [s.text for s in interest.steps] == [
        "Q has 40 % of A: directly 40 %.",
        "Q has 69.4 % of B: directly 49 %; through A, of which it has 40 %, 51 %: 20.4 %.",
    ]


@pytest.mark.parametrize(("off", "verdict"), [(-1, None), (0, None), (1, "yes")])
def test_the_line_is_strict_to_the_last_unit(off: int, verdict: str | None) -> None:
    # Five links of 100 % and one of exactly half, one unit less, one more.
    kinds = {"P": "person", "Q": "person"} | {f"C{i}": "company" for i in range(6)}
    stakes = [
        Stake("P", "C0", FULL // 2 + off, FULL // 2 + off),
        Stake("Q", "C0", FULL // 2 - off, FULL // 2 - off),
    ]
    stakes += [Stake(f"C{i}", f"C{i + 1}", FULL, FULL) for i in range(5)]
    found = owners(Case(kinds=kinds, stakes=tuple(stakes)), "C5")
    mine = {p.limb: p.verdict for p in found.persons if p.party_id == "P"}
    assert mine == ({"control": verdict, "interest": verdict} if verdict else {})
    assert found.status == ("resolved" if off else "unresolved")


def test_exactly_half_each_is_no_result() -> None:
    found = owners(make("", {("P", "A"): 50, ("Q", "A"): 50}), "A")
    assert rows(found) == []
    assert found.status == "unresolved"
    assert found.reasons == (
        "no limb certainly finds a person: no result is not the same as nobody",
    )


def test_unknown_share_makes_both_undetermined() -> None:
    # P 40..100, Q 0..60, complete.
    case = make("", {("P", "A"): (40, 100), ("Q", "A"): (0, 60)}, complete=["A"])
    found = owners(case, "A")
    assert rows(found) == [
        ("P", "control", "undetermined", "votes"),
        ("P", "interest", "undetermined", ""),
        ("Q", "control", "undetermined", "votes"),
        ("Q", "interest", "undetermined", ""),
    ]
    assert found.status == "unresolved"
    # Of A 60 % is open: all but the 40 that P has at least.
    assert found.reasons == (
        "control: each of P and Q may control A",
        "interest: each of P (40 to 100 %) and Q (0 to 60 %) may have more than 50 %",
        "no limb certainly finds a person: no result is not the same as nobody",
    )
    assert found.settle == (
        "the shares in A: P 40 to 100 % and Q 0 to 60 %; bears on up to 60 % of the votes and up "
        "to 60 % of the interest",
    )


def test_a_stranger_through_two_rests() -> None:
    # A and B each have a 60 % rest and each 30 % of C, P 40 % of C: 0.6 * 30 * 2 = 36 % of C may
    # be anybody's. P: 40 + 36 = 76 %, undetermined; X and Y 12 + 36 = 48 %: no.
    case = make(
        "",
        {("X", "A"): 40, ("Y", "B"): 40, ("A", "C"): 30, ("B", "C"): 30, ("P", "C"): 40},
        complete=["C"],
    )
    found = owners(case, "C")
    assert ("P", "interest", "undetermined", "") in rows(found)
    assert not [p for p in found.persons if p.limb == "interest" and p.party_id in "XY"]
    assert found.status == "unresolved"
    # Demo story 08. Each may control with the other's rest in its hand; so may the stranger. A, B
    # and P have 30, 30 and 40 of the votes of C; X and Y have A's and B's 30, of which 12 by their
    # own 40 %, so they come last.
    assert found.reasons == (
        "control: each of P, A, B, X and Y may control C; so may somebody who is not on file "
        "(看不清)",
        "control: 2 parties would stand at the top and none is a natural person: A and B (nobody "
        "on file certainly controls them)",
        "interest: P (40 to 76 %) may have more than 50 %",
        "no limb certainly finds a person: no result is not the same as nobody",
    )
    # Whoever is behind A's 60 % may control A and with it 30 of C; 0.6 * 30 = 18 of the interest.
    tail = "bears on up to 30 % of the votes and up to 18 % of the interest"
    assert found.settle == (
        f"the holders of A: up to 60 % is nobody's on file; {tail}",
        f"the holders of B: up to 60 % is nobody's on file; {tail}",
    )


def test_rest_of_forty_percent_settles_nothing_away() -> None:
    # P has 51 %: whoever has the other 49 changes neither control nor the interest limb.
    found = owners(make("", {("P", "A"): 51}), "A")
    assert found.status == "resolved"
    (interest,) = (p for p in found.persons if p.limb == "interest")
    assert (interest.low, interest.rest_high) == (Fr(51, 100), Fr(49, 100))


def test_dispersed_rest_gives_nobody_the_line() -> None:
    # Listed: P 30 % disclosed, 70 % dispersed. Nobody may have 5 % undisclosed, P none on top.
    found = owners(make("A=listed_company", {("P", "A"): 30}), "A")
    assert rows(found) == []
    assert found.status == "unresolved"
    assert not [reason for reason in found.reasons if reason.startswith("interest")]
    # 48 % in a listed company, and 3 more through its holder H would pass; P can't have 3 hidden.
    close = owners(make("A=listed_company", {("P", "A"): 48}), "A")
    assert not [p for p in close.persons if p.limb == "interest"]


def test_company_at_the_top_does_not_resolve() -> None:
    # Nobody on file holds C: somebody does.
    found = owners(make("C=company", {("C", "A"): 60, ("P", "A"): 40}), "A")
    assert found.status == "unresolved"
    assert any("C" in r and "no holder of it is on file" in r for r in found.reasons)
    # C may be P's or a stranger's: both may control and have more than half.
    assert found.reasons == (
        "control: P may control A; so may somebody who is not on file (看不清)",
        "control: C stands at the top and is no natural person; no holder of it is on file",
        "interest: C has 60 % and is no natural person; who is behind it is not on file",
        "interest: P (40 to 100 %) may have more than 50 %; somebody who is not on file may have "
        "up to 60 %",
        "no limb certainly finds a person: no result is not the same as nobody",
    )


def test_party_of_unknown_kind_does_not_resolve() -> None:
    found = owners(make("U=unknown", {("U", "A"): 60, ("P", "A"): 40}), "A")
    assert ("U", "interest", "yes", "") in rows(found)
    assert found.status == "unresolved"
    assert any("not on file what it is" in r for r in found.reasons)
    # A small one leaves the answer as it is.
    small = owners(make("U=unknown", {("U", "A"): 10, ("P", "A"): 90}), "A")
    assert small.status == "resolved"


def test_unknown_kind_that_might_lift_a_person_over_the_line() -> None:
    # P 45 %, U 10 %, Q 45 %: whoever is behind U has 55 %, if it is P or Q.
    found = owners(make("U=unknown", {("P", "A"): 45, ("Q", "A"): 45, ("U", "A"): 10}), "A")
    assert found.reasons[0] == (
        "interest: each of P (45 %) and Q (45 %) may have more than 50 % through U, of unknown kind"
    )
    assert found.settle == ("what U is, and who holds it; bears on up to 10 % of the interest",)


def test_state_body_ends_the_line() -> None:
    found = owners(make("S=state_body", {("S", "A"): 51, ("P", "A"): 49}), "A")
    assert found.status == "resolved"
    assert ("S", "control", "yes", "votes") in rows(found)


def test_company_without_holders_on_file() -> None:
    case = make("F=private_fund", {("P", "A"): 100}, rights=[("P", "F", "general_partner")])
    found = owners(case, "F")
    assert ("P", "control", "yes", "right:general_partner") in rows(found)
    assert found.status == "unresolved"
    assert "interest: no holder of F is on file" in found.reasons


def test_a_person_is_its_own_answer() -> None:
    found = owners(make("", {("P", "A"): 51}), "P")
    assert (found.status, found.persons) == ("resolved", ())
    assert found.notes == ("P is a person: nobody is looked for behind it",)


def relation(a: str, b: str, kind: str, standing: str = "confirmed", scope: str = "") -> dict:  # type: ignore[type-arg]
    return {"a": a, "b": b, "kind": kind, "standing": standing, "scope_id": scope}


def on_file(*given: dict) -> list[RelationFact]:  # type: ignore[type-arg]
    party = [{"party_id": p, "kind": "person"} for p in "PQXY"]
    snapshot = MemorySnapshot("2026-11-20", relation=list(given), party=party)
    return relations_of(snapshot, ["A", "H", "P", "Q", "X", "Y"])


def with_others(case: Case, *persons: str) -> Case:
    """The case with further persons on file."""
    return Case(
        kinds=dict(case.kinds) | dict.fromkeys(persons, "person"),
        stakes=case.stakes,
        complete=case.complete,
    )


def test_nominee_on_file_is_the_benefit_limb() -> None:
    # P holds A for X (代持): X enjoys the benefit, P still controls by its votes.
    case = with_others(make("", {("P", "A"): 100}), "X")
    found = owners(case, "A", on_file(relation("P", "X", "nominee")))
    assert ("X", "benefit", "yes", "relation:nominee") in rows(found)
    assert found.status == "resolved"
    (benefit,) = (p for p in found.persons if p.limb == "benefit")
    assert benefit.steps[0].facts[0].text == "P is nominee of X"
    assert benefit.steps[0].facts[0].file == "relation.csv"


def test_who_is_behind_need_not_be_a_holder() -> None:
    # X is on file, but neither holds anything here nor has a right: the graph doesn't know it.
    found = owners(make("", {("P", "A"): 100}), "A", on_file(relation("P", "X", "nominee")))
    assert ("X", "benefit", "yes", "relation:nominee") in rows(found)
    assert found.status == "resolved"


def test_company_behind_a_nominee_does_not_resolve() -> None:
    found = owners(make("", {("P", "A"): 100}), "A", on_file(relation("P", "H", "nominee")))
    assert found.status == "unresolved"
    assert any(r.startswith("benefit: H (nominee) is no natural person") for r in found.reasons)


def test_presumed_arrangement_leaves_it_open() -> None:
    case = with_others(make("", {("P", "A"): 100}), "X")
    found = owners(case, "A", on_file(relation("X", "P", "financing", "presumed")))
    assert ("X", "benefit", "undetermined", "relation:financing") in rows(found)
    assert found.status == "unresolved"
    assert "benefit: financing of X is presumed, not confirmed" in found.reasons


def test_arrangements_about_others_do_not_count() -> None:
    case = with_others(make("", {("P", "A"): 100}), "X", "Y")
    found = owners(
        case,
        "A",
        on_file(
            relation("P", "X", "financing"),  # P finances X: nothing about A
            relation("P", "X", "nominee", scope="Y"),  # about another company
            relation("P", "X", "spouse"),  # no arrangement
        ),
    )
    assert not [p for p in found.persons if p.limb == "benefit"]


def test_nominee_right_is_reported() -> None:
    facts = facts_of(with_others(make("", {("P", "A"): 100}), "X"))
    fact = fact_of("control_right", "X is nominee of A for P")
    facts.rights.append(RightFact("X", "A", "nominee", "P", None, None, None, fact))
    graph = OwnershipGraph.build(facts, Rulebook.on(DAY))
    found = beneficial_owners(graph, "A", Rulebook.on(DAY))
    assert ("X", "benefit", "yes", "right:nominee") in rows(found)


def test_unknown_profile_and_party() -> None:
    graph = graph_of(make("", {("P", "A"): 51}))
    with pytest.raises(UsageError, match=r"no profile 'nope'; known: cn-margin"):
        beneficial_owners(graph, "A", Rulebook.on(DAY), "nope")
    with pytest.raises(UsageError, match="not on file"):
        beneficial_owners(graph, "Z", Rulebook.on(DAY))


def profile_text() -> str:
    return (files("graphkit.rules") / "profiles" / "cn-margin.toml").read_text("utf-8")


def test_profile_is_data() -> None:
    assert "cn-margin" in profile_names()
    profile = profile_on("cn-margin", date(2026, 11, 20))
    assert profile.passes(Fr(5_000_000_001, FULL)) and not profile.passes(Fr(1, 2))
    (inclusive,) = read_profile(
        profile_text().replace("inclusive = false", "inclusive = true"), "x"
    )
    assert inclusive.passes(Fr(1, 2))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("threshold = 0.50", "treshold = 0.50", "unknown key 'interest.treshold'"),
        ("threshold = 0.50", "threshold = 50", "expected a fraction such as 0.50"),
        ("threshold = 0.50", "threshold = 1.5", "expected a fraction above 0"),
        ('combine = "multiply"', 'combine = "cascade"', "this version knows 'multiply'"),
        ('measure = "capital"', 'measure = "income"', "this version knows 'capital', 'votes'"),
        ('fallback = "none"', 'fallback = "manager"', "this version knows 'none'"),
        ('"benefit", "control"', '"benefit", "contral"', "limb 'contral'"),
        ('nominee = "b"', 'nominee = "c"', "expected the end 'a' or 'b'"),
        ('rights = ["nominee"]', 'right = ["nominee"]', "unknown key 'benefit.right'"),
    ],
)
def test_profile_refuses_with_file_and_line(old: str, new: str, message: str) -> None:
    text = profile_text()
    assert text.count(old) == 1
    changed = text.replace(old, new)
    line = next(n for n, row in enumerate(changed.splitlines(), 1) if new in row)
    with pytest.raises(UsageError) as caught:
        read_profile(changed, "changed")
    assert message in str(caught.value)
    assert str(caught.value).startswith(f"profiles/changed.toml:{line}: ")
