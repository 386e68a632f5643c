"""What is said of an unresolved party, word for word: few lines, most important first, complete.

The answers are written by hand from the shares; verdicts are tested in tests/test_owners.py.
"""

from __future__ import annotations

import pytest

from graphkit.ownership.owners import beneficial_owners
from graphkit.rules.book import Rulebook

from .engine_case import DAY, graph_of
from .oracles.case import make
from .oracles.generate import stream
from .test_owners import on_file, owners, relation, rows

NOBODY = "no limb certainly finds a person: no result is not the same as nobody"


def test_what_is_behind_an_unknown_holder_over_the_line_is_said_once() -> None:
    # U of unknown kind has 96 of A, B the other 4, of which nobody has any on file. U certainly
    # controls A and has more than half: 4 more change nothing, so B's holders settle nothing.
    found = owners(make("U=unknown B=company", {("U", "A"): 96, ("B", "A"): 4}), "A")
    assert found.reasons == (
        "control: U stands at the top and is no natural person; it is not on file what it is, nor "
        "who holds it",
        "interest: U has 96 % and is no natural person; who is behind it is not on file",
        NOBODY,
    )
    assert found.settle == (
        "what U is, and who holds it; decides who controls A and bears on up to 96 % of the "
        "interest",
    )


def test_a_stranger_through_unknown_holders_is_said_with_the_way() -> None:
    # U and V, of unknown kind, have 30 each: whoever is behind both has 60. A rest of 10: with it
    # 70, but by the rest alone nobody has half. P has 30, and 40 with the rest.
    found = owners(
        make("U=unknown V=unknown", {("U", "A"): 30, ("V", "A"): 30, ("P", "A"): 30}), "A"
    )
    assert found.reasons[-2:] == (
        "interest: P (30 %) may have more than 50 % through U and V, of unknown kind; somebody who "
        "is not on file may have up to 70 % through U and V, of unknown kind",
        NOBODY,
    )
    # 30 % of A may flow through each of the two, 10 through the rest.
    assert [line.partition("; ")[0] for line in found.settle] == [
        "what U is, and who holds it",
        "what V is, and who holds it",
        "the holders of A: up to 10 % is nobody's on file",
    ]


def test_two_that_may_control_one_another_are_a_ring_and_one_row() -> None:
    # A holds 40 of B and B 40 of A; 60 of each is nobody's on file. With it each may control the
    # other. Asked about A: B may control it, and A and B one another; B has one row, not two.
    found = owners(make("", {("A", "B"): 40, ("B", "A"): 40}), "A")
    assert [row for row in rows(found) if row[1] == "control"] == [
        ("A", "control", "undetermined", "votes"),
        ("B", "control", "undetermined", "votes"),
    ]
    (ring,) = (p for p in found.persons if p.party_id == "A")
    assert ring.joint_with == ("B",)
    assert found.reasons[0] == (
        "control: B may control A; so may somebody who is not on file (看不清); A and B may "
        "control one another"
    )
    assert found.reasons[1] == (
        "control: B would stand at the top and is no natural person; nobody on file certainly "
        "controls it"
    )


def test_many_that_may_are_one_line_each_limb() -> None:
    # Seven companies without holders on file have 21, 19, 15, 14, 12, 10 and 9 of A: one stranger,
    # or any of them, may have all. The three largest by name, four by number.
    shares = dict(zip("BCDEFGH", (21, 19, 15, 14, 12, 10, 9), strict=True))
    kinds = " ".join(f"{c}=company" for c in shares)
    found = owners(make(kinds, {(c, "A"): share for c, share in shares.items()}), "A")
    assert found.reasons == (
        "control: each of 7 parties may control A: B, C, D and 4 more; so may somebody who is not "
        "on file (看不清)",
        "control: 7 parties would stand at the top and none is a natural person: B, C, D and 4 "
        "more (no holder of them is on file)",
        "interest: each of 7 holders may have more than 50 %: B (21 to 100 %), C (19 to 100 %), D "
        "(15 to 100 %) and 4 more; none of them is a natural person; somebody who is not on file "
        "may have up to 100 %",
        NOBODY,
    )
    # Each once, by what it bears on.
    assert [line.split("; ") for line in found.settle] == [
        [
            f"the holders of {c}: none is on file",
            f"bears on up to {share} % of the votes and up to {share} % of the interest",
        ]
        for c, share in shares.items()
    ]


def test_gaps_are_ranked_by_what_they_bear_on_and_the_rest_is_counted_last() -> None:
    # X has 30 of A. Ten companies K0 to K9 without holders on file have 1 % each, Z has 60 of which
    # 90 is nobody's on file; Z comes first, not K0 by its name, and the ten have a limb.
    held = {(f"K{n}", "A"): 1 for n in range(10)} | {("Z", "A"): 60, ("P", "Z"): 10, ("X", "A"): 30}
    kinds = " ".join(f"K{n}=company" for n in range(10))
    found = owners(make(kinds, held), "A")
    # Z certainly controls A; whoever has the 90 has 54 of the interest.
    assert found.settle[0] == (
        "the holders of Z: up to 90 % is nobody's on file; decides who controls A and bears on up "
        "to 54 % of the interest"
    )
    assert found.settle[1].startswith("the holders of K0: none is on file; bears on ")
    # Z and seven of ten are shown.
    assert found.settle[-1] == "3 more gaps above it, for control and interest"
    assert len(found.settle) == 9


@pytest.mark.parametrize(
    ("kinds", "shares", "said"),
    [
        # Half each of Z: in no world can anybody control it.
        (
            "",
            {("P", "Z"): 50, ("Q", "Z"): 50},
            "by its register nobody, on file or not, can control it",
        ),
        # 60 of Z is nobody's on file.
        ("", {("P", "Z"): 40}, "nobody on file certainly controls it"),
        # A fund whose units carry no votes, and whose manager is not on file.
        (
            "Z=private_fund",
            {("P", "Z"): 100},
            "neither votes in it nor a right to decide over it are on file",
        ),
    ],
)
def test_why_nobody_is_behind_the_one_at_the_top(
    kinds: str, shares: dict[tuple[str, str], object], said: str
) -> None:
    found = owners(make(kinds, shares | {("Z", "A"): 60, ("R", "A"): 40}), "A")
    assert f"control: Z stands at the top and is no natural person; {said}" in found.reasons


def test_arrangements_of_the_benefit_limb_are_one_line_after_control() -> None:
    # P is presumed to be financed by X and by Y, and is nominee of H, a company.
    given = [relation(p, "P", "financing", "presumed") for p in "XY"]
    found = owners(make("", {("P", "A"): 100}), "A", on_file(*given, relation("P", "H", "nominee")))
    assert found.reasons == (
        "benefit: financing of X and financing of Y are presumed, not confirmed; H (nominee) is no "
        "natural person; look at who is behind it",
    )
    assert found.settle[-1] == "the owners of H"


def test_never_more_than_six_reasons_and_never_none_on_random_graphs() -> None:
    longest = 0
    for n, case in enumerate(stream(29, 150)):
        graph = graph_of(case)
        for entity in case.parties():
            found = beneficial_owners(graph, entity, Rulebook.on(DAY))
            if found.status == "unresolved":
                assert found.settle, (n, entity)
                assert 1 <= len(found.reasons) <= 6, (n, entity, found.reasons)
                assert len(set(found.settle)) == len(found.settle), (n, entity)
                longest = max(longest, len(found.reasons))
    assert longest >= 4
