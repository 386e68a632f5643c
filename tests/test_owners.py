"""Beneficial owners by profile cn-margin, by hand: limbs, figures, and what stays open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction as Fr
from importlib.resources import files

import pytest

from graphkit.model.errors import UsageError
from graphkit.model.shares import FULL
from graphkit.ownership.control import ultimate_controllers
from graphkit.ownership.facts import RightFact
from graphkit.ownership.graph import OwnershipGraph
from graphkit.ownership.owners import beneficial_owners
from graphkit.ownership.owners_relations import RelationFact, relations_of
from graphkit.ownership.profile import profile_names, profile_on, read_profile
from graphkit.ownership.results import Controller, Owners
from graphkit.rules.book import Rulebook

from .engine_case import DAY, fact_of, facts_of, graph_of
from .memory_snapshot import MemorySnapshot
from .oracles.case import Bloc, Case, Stake, make
from .oracles.generate import stream
from .oracles.reference import Reference

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
    assert "the share of P in A: 40 to 100 %" in found.settle
    assert any("undetermined for P, Q" in reason for reason in found.reasons)


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
    assert "control: somebody who is not on file may control C (看不清)" in found.reasons
    assert "the holders of A: up to 60 % is nobody's on file" in found.settle
    assert "the holders of B: up to 60 % is nobody's on file" in found.settle


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
    # C may be P's or a stranger's: both may have more than half.
    assert any("undetermined for" in r and "P" in r for r in found.reasons)


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
    assert any(r.startswith("interest: undetermined for P, Q") for r in found.reasons)


def test_state_body_ends_the_line() -> None:
    found = owners(make("S=state_body", {("S", "A"): 51, ("P", "A"): 49}), "A")
    assert found.status == "resolved"
    assert ("S", "control", "yes", "votes") in rows(found)


def test_bloc_is_reported_jointly() -> None:
    case = make(
        "",
        {("P", "A"): 30, ("Q", "A"): 25, ("R", "A"): 45},
        complete=["A"],
        blocs=[("agreement", ("P", "Q"), ("A",))],
    )
    found = owners(case, "A")
    joint = {p.party_id: p.joint_with for p in found.persons if p.limb == "control"}
    assert joint == {"P": ("Q",), "Q": ("P",)}
    assert found.status == "resolved"


def control_rows(found: Owners) -> dict[str, tuple[str, tuple[str, ...]]]:
    """The verdict of each party of the control limb, and whom it controls with."""
    limb = [p for p in found.persons if p.limb == "control"]
    assert len({p.party_id for p in limb}) == len(limb)
    return {p.party_id: (p.verdict, p.joint_with) for p in limb}


def control_texts(found: Owners, party: str) -> list[tuple[str, tuple[int, ...]]]:
    """The steps of a party's control row; each cites earlier ones only, numbered in order."""
    (steps,) = (p.steps for p in found.persons if (p.limb, p.party_id) == ("control", party))
    assert [s.number for s in steps] == list(range(1, len(steps) + 1))
    assert all(n < s.number for s in steps for n in s.earlier)
    return [(s.text, s.earlier) for s in steps]


def agreement(
    members: tuple[str, ...], more: dict[tuple[str, str], object], kinds: str = ""
) -> Case:
    """A 35 and Y 25 of E, R 40, all in concert that are `members`; what is behind them is `more`.

    Neither A nor Y has half; together they have 60 of 100.
    """
    shares: dict[tuple[str, str], object] = {("A", "E"): 35, ("Y", "E"): 25, ("R", "E"): 40}
    return make(kinds, shares | more, complete=["E"], blocs=[("K", members, ())])


def test_person_behind_a_member_of_a_bloc_is_the_joint_controller() -> None:
    # A is X's wholly: X and Y control E jointly, and nothing is open.
    found = owners(agreement(("A", "Y"), {("X", "A"): 100}), "E")
    assert control_rows(found) == {"X": ("yes", ("Y",)), "Y": ("yes", ("X",))}
    assert (found.status, found.reasons) == ("resolved", ())
    texts = [
        ("A and Y act in concert under K", ()),
        (
            "A and Y together hold 60 % of the votes of E, all others 40 %; so A and Y together "
            "control E",
            (1,),
        ),
        ("X holds 100 % of the votes of A, all others 0 %; so X controls A", ()),
        ("X is behind A, acting in concert under K; so X and Y together control E", (2, 3)),
    ]
    assert control_texts(found, "X") == control_texts(found, "Y") == texts
    (steps,) = (p.steps for p in found.persons if (p.limb, p.party_id) == ("control", "X"))
    assert [[f.fact_id for f in s.facts] for s in steps] == [
        ["bloc:K"],
        ["stake:A>E", "stake:Y>E"],
        ["stake:X>A"],
        [],
    ]


def test_member_company_whose_owner_is_not_settled_keeps_it_open() -> None:
    # X and Z have half of A each: nobody controls it, and that is what is said.
    half = owners(agreement(("A", "Y"), {("X", "A"): 50, ("Z", "A"): 50}), "E")
    assert control_rows(half) == {"A": ("yes", ("Y",)), "Y": ("yes", ("A",))}
    assert half.status == "unresolved"
    assert half.reasons == (
        "control: A stands at the top and is no natural person; nobody on file certainly controls "
        "it",
    )
    assert len(control_texts(half, "Y")) == 2
    # A is wholly H's, whose holders are not on file.
    hidden = owners(agreement(("A", "Y"), {("H", "A"): 100}, "H=company"), "E")
    assert ("A", "control", "undetermined", "votes") in rows(hidden)
    assert not [p for p in hidden.persons if p.party_id == "H"]
    assert hidden.status == "unresolved"
    assert "control: H stands at the top and is no natural person; no holder of it is on file" in (
        hidden.reasons
    )
    assert "control: somebody who is not on file may control A (看不清)" in hidden.reasons
    assert not any("certainly controls it" in reason for reason in hidden.reasons)
    # X 40 to 60 of A, Z the others: X may control A.
    band = {("X", "A"): ("40", "60"), ("Z", "A"): ("40", "60")}
    open_case = agreement(("A", "Y"), band)
    may = owners(replace(open_case, complete=open_case.complete | {"A"}), "E")
    assert "A" in control_rows(may) and "X" not in control_rows(may)
    assert "control: whether X controls A and nobody stands above is undetermined" in may.reasons


def test_one_person_behind_both_members_controls_alone() -> None:
    # X has A and B wholly, 35 + 25 of E: X controls E through its companies, nobody jointly. The
    # bloc is no ultimate controller, as X controls every member.
    shares = {("A", "E"): 35, ("B", "E"): 25, ("R", "E"): 40, ("X", "A"): 100, ("X", "B"): 60}
    case = make("", shares | {("Z", "B"): 40}, complete=["E"], blocs=[("K", ("A", "B"), ())])
    assert ultimate_controllers(graph_of(case), "E") == [Controller(("X",), "sole", "votes", "yes")]
    found = owners(case, "E")
    assert control_rows(found) == {"X": ("yes", ())}
    assert found.status == "resolved"
    # With Y as a third member that is needed (20 + 20 + 15 of 55), X is behind two of three.
    three = {("A", "E"): 20, ("B", "E"): 20, ("Y", "E"): 15, ("R", "E"): 45}
    behind = {("X", "A"): 100, ("X", "B"): 100}
    case = make("", three | behind, complete=["E"], blocs=[("K", ("A", "B", "Y"), ())])
    found = owners(case, "E")
    assert control_rows(found) == {"X": ("yes", ("Y",)), "Y": ("yes", ("X",))}
    assert found.status == "resolved"
    assert control_texts(found, "X")[-1] == (
        "X is behind A; X is behind B, acting in concert under K; so X and Y together control E",
        (2, 3, 4),
    )


def test_who_is_behind_is_followed_through_companies_and_blocs_and_ends() -> None:
    # X has H wholly and H 51 of A: X is behind A.
    chain = owners(agreement(("A", "Y"), {("H", "A"): 51, ("Z", "A"): 49, ("X", "H"): 100}), "E")
    assert control_rows(chain) == {"X": ("yes", ("Y",)), "Y": ("yes", ("X",))}
    assert chain.status == "resolved"
    # A is controlled by a second bloc: P 30 and G 30 of A, G is Q's. P, Q and Y, none alone.
    more = {("P", "A"): 30, ("G", "A"): 30, ("S", "A"): 40, ("Q", "G"): 100}
    case = agreement(("A", "Y"), more)
    case = replace(case, blocs=(*case.blocs, Bloc("L", ("G", "P"), ("A",))))
    nested = owners(case, "E")
    assert control_rows(nested) == {
        "P": ("yes", ("Q", "Y")),
        "Q": ("yes", ("P", "Y")),
        "Y": ("yes", ("P", "Q")),
    }
    assert nested.status == "resolved"
    texts = [text for text, _ in control_texts(nested, "P")]
    assert texts[2:] == [
        "G and P act in concert under L over A",
        "G and P together hold 60 % of the votes of A, all others 40 %; so G and P together "
        "control A",
        "Q holds 100 % of the votes of G, all others 0 %; so Q controls G",
        "P and Q are behind A, acting in concert under K; so P, Q and Y together control E",
    ]
    # A and B own one another: nobody else has either.
    ring = owners(agreement(("A", "Y"), {("A", "B"): 100, ("B", "A"): 100}), "E")
    assert control_rows(ring) == {"A": ("yes", ("Y",)), "Y": ("yes", ("A",))}
    assert ring.reasons == ("control: no person is found behind A, which acts in concert",)
    assert ring.settle[0] == "who is behind A: its kind, holders, rights"


def test_what_is_said_of_a_bloc_is_true_on_random_graphs() -> None:
    # Against the reference: who is said to stand at the top is certainly controlled by nobody;
    # a company that acts in concert is a row only where that is said to be open.
    said = Counter[str]()
    for n, case in enumerate(stream(17, 400)):
        if not case.blocs:
            continue
        reference = Reference(case)
        graph = graph_of(case)
        for entity in case.parties():
            if case.kinds[entity] in ("person", "state_body", "pseudo"):
                continue
            found = beneficial_owners(graph, entity, Rulebook.on(DAY))
            for reason in found.reasons:
                top = reason.removeprefix("control: ").partition(" stands at the top")[0]
                if top in case.kinds:
                    assert not any(top in reference.certain({z}) for z in case.kinds), (n, reason)
                    said["top"] += 1
            for person in found.persons:
                if person.limb != "control" or not person.joint_with:
                    continue
                assert person.party_id not in person.joint_with
                assert [s.number for s in person.steps] == list(range(1, len(person.steps) + 1))
                assert all(e < s.number for s in person.steps for e in s.earlier)
                texts = [s.text for s in person.steps]
                said["behind"] += any("acting in concert under" in text for text in texts)
                if case.kinds[person.party_id] not in ("person", "state_body"):
                    assert found.status == "unresolved", (n, entity, person.party_id)
                    said["company"] += 1
    assert min(said[key] for key in ("top", "behind", "company")) > 20, said


def test_state_body_behind_a_member() -> None:
    found = owners(agreement(("A", "Y"), {("X", "A"): 100}, "X=state_body"), "E")
    assert control_rows(found) == {"X": ("yes", ("Y",)), "Y": ("yes", ("X",))}
    assert found.status == "resolved"


def test_ring_at_the_top_is_said_to_be_one() -> None:
    # A and B own one another and A holds 60 of E. Both are certainly controlled, by one another.
    case = make("", {("A", "B"): 100, ("B", "A"): 100, ("A", "E"): 60, ("R", "E"): 40})
    found = owners(case, "E")
    assert control_rows(found) == {"A": ("yes", ("B",)), "B": ("yes", ("A",))}
    assert found.reasons[0] == (
        "control: A and B control one another and none is a natural person; nobody outside "
        "certainly controls them"
    )
    assert not any("certainly controls it" in reason for reason in found.reasons)


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
