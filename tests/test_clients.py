"""L1 groups by hand: each rule of SEMANTICS.md section 10 on a small world.

``sure`` and ``maybe`` give the members of each group by its id, the whole answer; accounts are
called ``a:<client>``.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from memory_snapshot import MemorySnapshot

from graphkit.clients import Group, group_of, grouping, groups, why
from graphkit.rules.book import Rulebook

RULES = Rulebook.on(date(2026, 11, 20))
COMPANIES = "A=company B=company"


def world(
    clients: str = "",
    stakes: dict[tuple[str, str], str] | None = None,
    *,
    kinds: str = "",
    rights: tuple[str, ...] = (),
    relations: tuple[str, ...] = (),
    complete: str = "",
    **tables: list[dict[str, Any]],
) -> MemorySnapshot:
    """A world in short: `kinds` and `relations` as "A=company" and "A B spouse"."""
    held = stakes or {}
    ids = set(clients.split()) | {p for pair in held for p in pair}
    pairs = [tuple(word.split()) for word in relations]
    ids |= {p for words in pairs for p in words[:2]}
    ids |= {p for word in rights for p in word.split()[:2]}
    given = dict(pair.split("=") for pair in kinds.split())
    entities = {entity for _, entity in held}
    parties = [
        {"party_id": p, "kind": given.get(p, "company" if p in entities else "person"), "name": p}
        for p in sorted(ids | set(given))
    ]
    rows: dict[str, list[dict[str, Any]]] = {
        "party": parties,
        "account": [
            {"account_id": f"a:{c}", "client_id": c, "kind": "credit"} for c in clients.split()
        ],
        "stake": [
            {"holder_id": h, "entity_id": e, "percent": share} for (h, e), share in held.items()
        ],
        "control_right": [
            {"holder_id": w[0], "entity_id": w[1], "kind": w[2], "discretion": True}
            for w in (word.split() for word in rights)
        ],
        "relation": [
            {"a": w[0], "b": w[1], "kind": w[2], "standing": w[3] if len(w) > 3 else None}
            for w in pairs
        ],
        "register": [{"entity_id": e, "complete": True} for e in complete.split()],
    }
    return MemorySnapshot("2026-11-20", **(rows | tables))


def sure(found: list[Group]) -> dict[str, str]:
    return {
        g.group_id: " ".join(m.party_id for m in g.members if m.standing == "member") for g in found
    }


def maybe(found: list[Group]) -> dict[str, str]:
    return {
        g.group_id: " ".join(m.party_id for m in g.members if m.standing == "possible")
        for g in found
    }


def decision(kind: str, a: str, b: str, **more: Any) -> dict[str, Any]:
    row = {"decision_id": f"d:{kind}{a}{b}", "kind": kind, "subject_a": a, "subject_b": b}
    return row | {"who": "officer 7", "made_on": "2026-10-01", "reason": "seen the papers"} | more


def test_a_client_alone_is_a_group() -> None:
    [group] = groups(world("A"), RULES)
    assert (group.group_id, group.level, group.accounts) == ("L1:A", "L1", ("a:A",))
    assert [m.party_id for m in group.members] == ["A"]
    assert group.controllers == ("A",)
    assert group.links == ()


def test_a_controller_with_all_that_it_controls() -> None:
    # P holds 60 % of A, A 51 % of B; C at exactly 50 % is not controlled: P may control C if the
    # other half belongs to P too, so C is possible (its register does not say who has the rest).
    stakes = {("P", "A"): "60", ("A", "B"): "51", ("P", "C"): "50"}
    found = groups(world("A B C", stakes), RULES)
    assert sure(found) == {"L1:A": "A B P", "L1:C": "C"}
    assert maybe(found) == {"L1:A": "C", "L1:C": ""}
    assert found[0].accounts == ("a:A", "a:B")
    assert found[0].possible_accounts == ("a:C",)


def test_joint_control_through_two_companies() -> None:
    # P holds A and B wholly; A has 30 % and B 25 % of X: together 55 %. Q has 45 %.
    stakes = {("P", "A"): "100", ("P", "B"): "100", ("A", "X"): "30", ("B", "X"): "25"}
    stakes |= {("Q", "X"): "45"}
    snapshot = world("X P Q", stakes)
    found = groups(snapshot, RULES)
    assert sure(found) == {"L1:P": "A B P X", "L1:Q": "Q"}
    answer = why(found, "P", "X")
    assert [(link.a, link.b) for link in answer.links] == [("P", "A"), ("A", "X")]
    # the step to X rests on both holdings: stakes are rows 3 and 4 of the file
    assert answer.links[1].facts == ("stake:3", "stake:4")
    assert "A 30 %, B 25 %" in answer.links[1].text


def test_a_common_holding_does_not_join_its_owners() -> None:
    # P and Q hold half of X each: nobody controls X, and P and Q are two clients.
    found = groups(world("P Q X", {("P", "X"): "50", ("Q", "X"): "50"}), RULES)
    assert sure(found) == {"L1:P": "P", "L1:Q": "Q", "L1:X": "X"}
    assert maybe(found) == {"L1:P": "", "L1:Q": "", "L1:X": ""}


def test_a_fund_with_two_controllers_is_shown_in_each() -> None:
    # Y holds 60 % of F's votes, X instructs it: both control F, and are two clients.
    stake = {"holder_id": "Y", "entity_id": "F", "percent": "60", "votes_percent": "60"}
    snapshot = world("F X Y", kinds="F=private_fund", rights=("X F instruction",), stake=[stake])
    found = groups(snapshot, RULES)
    # F is the smallest client of both; the smaller of its controllers has the plain name
    assert sure(found) == {"L1:F": "F X", "L1:F@Y": "F Y"}
    answer = why(found, "X", "Y")
    assert not answer.joined
    assert answer.looked_at == ("L1:F", "L1:F@Y")


def test_a_couple_is_one_client_and_one_group() -> None:
    stakes = {("P", "A"): "60", ("Q", "B"): "60"}
    found = groups(world("A B P Q", stakes, relations=("P Q spouse",)), RULES)
    assert sure(found) == {"L1:A": "A B P Q"}
    assert found[0].controllers == ("P", "Q")
    answer = why(found, "A", "B")
    assert [link.kind for link in answer.links] == ["control", "spouse", "control"]
    assert answer.weakest == 1  # rank 2 against 0
    assert [link.kind for link in why(found, "B", "A").links] == ["control", "spouse", "control"]
    assert why(found, "B", "A").links == tuple(reversed(answer.links))


def test_one_hop_of_the_controller_only() -> None:
    # Q is P's spouse, R is Q's by another record: R joins Q's group, never P's. A group around
    # somebody else than its smallest client's own controller says around whom.
    found = groups(world("P Q R", relations=("P Q spouse", "Q R spouse")), RULES)
    assert sure(found) == {"L1:P": "P Q", "L1:P@Q": "P Q R", "L1:Q@R": "Q R"}


def test_a_relation_of_a_subsidiary_never_joins() -> None:
    # K is a nominee of A, which belongs to P: K stays outside P's group. Around K, A is the
    # controller's own related party.
    found = groups(world("A K P", {("P", "A"): "60"}, relations=("A K nominee",)), RULES)
    assert sure(found) == {"L1:A": "A P", "L1:A@K": "A K"}
    assert not why(found, "K", "P").joined


def test_joining_and_presumed_kinds() -> None:
    # the child's company joins the parent's group; a sibling, and a presumed spouse, only may
    stakes = {("K", "B"): "60", ("S", "C"): "60"}
    relations = ("P K minor_child", "P S sibling", "P W spouse presumed")
    found = groups(world("P B C W", stakes, relations=relations), RULES)
    # around the child its parent, around the parent the siblings too, around each of these
    assert sure(found) == {
        "L1:B": "B K P",
        "L1:B@P": "B K P",
        "L1:C": "C S",
        "L1:W": "W",
    }
    assert maybe(found) == {"L1:B": "", "L1:B@P": "C S W", "L1:C": "P", "L1:W": "P"}
    links = {link.b: link for group in found for link in group.links if link.a == "P"}
    assert (links["S"].standing, links["K"].standing) == ("possible", "member")


def test_state_assets_do_not_make_one_client() -> None:
    found = groups(world("A B", {("G", "A"): "100", ("G", "B"): "60"}, kinds="G=state_body"), RULES)
    assert sure(found) == {"L1:A": "A", "L1:B": "B"}
    assert maybe(found) == {"L1:A": "", "L1:B": ""}
    answer = why(found, "A", "B")
    assert not answer.joined
    assert [(stop.a, stop.b) for stop in answer.stopped] == [("G", "A"), ("G", "B")]
    assert "state asset body" in answer.text


@pytest.mark.parametrize(
    "kind",
    [
        "exchange",
        "custodian",
        "trustee",
        "broker",
        "public_fund_manager",
        "futures",
        "insurance",
        "bank_wealth",
        "social_security",
        "pension",
        "qfii",
    ],
)
def test_no_chain_passes_through_a_licensed_guard(kind: str) -> None:
    # M belongs to P and stands in its group; what M holds does not.
    stakes = {("P", "M"): "100", ("M", "A"): "100", ("M", "B"): "100"}
    licence = [{"party_id": "M", "kind": kind}]
    assert sure(groups(world("A B M", stakes, licence=licence), RULES)) == {
        "L1:A": "A",
        "L1:B": "B",
        "L1:M": "M P",
    }
    assert sure(groups(world("A B M", stakes), RULES)) == {"L1:A": "A B M P"}


def test_a_market_maker_is_no_guard() -> None:
    licence = [{"party_id": "M", "kind": "market_maker"}]
    stakes = {("M", "A"): "100", ("M", "B"): "100"}
    assert sure(groups(world("A B", stakes, licence=licence), RULES)) == {"L1:A": "A B M"}


def test_a_nominee_line_and_a_shared_device_join_nobody() -> None:
    contact = [{"party_id": p, "kind": "device", "value": "d1"} for p in "AB"]
    stakes = {("N", "A"): "60", ("N", "B"): "60"}
    found = groups(world("A B", stakes, kinds="N=pseudo", contact=contact), RULES)
    assert sure(found) == {"L1:A": "A", "L1:B": "B"}


def test_the_same_name_joins_nobody() -> None:
    party = [{"party_id": p, "kind": "person", "name": "王伟"} for p in "AB"]
    assert sure(groups(world("A B", party=party), RULES)) == {"L1:A": "A", "L1:B": "B"}


FUNDS = "F=private_fund G=private_fund"


@pytest.mark.parametrize("kind", ["manager", "general_partner", "trustee"])
def test_two_products_of_one_manager_are_not_one_client(kind: str) -> None:
    rights = (f"M F {kind}", f"M G {kind}")
    found = groups(world("F G M", kinds=FUNDS, rights=rights), RULES)
    assert sure(found) == {"L1:F": "F", "L1:G": "G", "L1:M": "M"}
    answer = why(found, "F", "G")
    assert {stop.a for stop in answer.stopped} == {"M"}
    assert "right alone" in answer.text


def test_the_policy_may_let_the_right_alone_join() -> None:
    rules = {rule.name: rule for rule in RULES}
    rules["manager_right_joins"] = replace(rules["manager_right_joins"], value="l1")
    book = Rulebook(RULES.day, rules, "test")
    snapshot = world("F G M", kinds=FUNDS, rights=("M F manager", "M G manager"))
    assert sure(groups(snapshot, book)) == {"L1:F": "F G M"}


def test_a_manager_with_the_majority_joins() -> None:
    # P holds M wholly. P 30 % and M 21 % of F: the side has 51 %. Of G exactly 50 %: not.
    # Funds have no votes; G's list is complete, so nobody may have more.
    stakes = {("P", "M"): "100", ("P", "F"): "30", ("M", "F"): "21", ("P", "G"): "50"}
    stakes |= {("Z", "G"): "50"}
    found = groups(
        world("F G M", stakes, kinds=FUNDS, rights=("M F manager", "M G manager")), RULES
    )
    assert sure(found) == {"L1:F": "F M P", "L1:G": "G"}
    assert maybe(found) == {"L1:F": "", "L1:G": ""}
    [product] = [link for link in found[0].links if link.b == "F"]
    assert (product.a, product.kind) == ("M", "product")
    # the right, and beside it the holdings of M (row 3) and P (row 2)
    assert product.facts == ("control_right:1", "stake:3", "stake:2")


def test_a_manager_who_may_have_the_majority_makes_a_possible_member() -> None:
    # M holds 10 % of F, the other 90 % are not on file: M may hold them.
    found = groups(world("F M", {("M", "F"): "10"}, kinds=FUNDS, rights=("M F manager",)), RULES)
    assert sure(found) == {"L1:F": "F", "L1:M": "M"}
    assert maybe(found) == {"L1:F": "", "L1:M": "F"}


def test_the_most_junior_tranche_counts() -> None:
    # 9,000 senior and 1,000 junior units: the junior tranche is 10 % of the whole. M's 6 % of the
    # whole are 60 % of it; 5 % would be exactly half.
    def found(percent: str) -> dict[str, str]:
        stakes = [
            {"holder_id": "M", "entity_id": "F", "tranche": "j", "percent": percent},
            {"holder_id": "Z", "entity_id": "F", "tranche": "s", "percent": "90"},
        ]
        tranche = [
            {"party_id": "F", "tranche": "s", "seniority": 1, "units": "9000"},
            {"party_id": "F", "tranche": "j", "seniority": 2, "units": "1000"},
        ]
        snapshot = world("F M", kinds=FUNDS, rights=("M F manager",), stake=stakes, tranche=tranche)
        return sure(groups(snapshot, RULES))

    assert found("6") == {"L1:F": "F M"}
    assert found("5") == {"L1:F": "F", "L1:M": "M"}


def test_an_adviser_who_instructs_joins() -> None:
    rights = ("M F manager", "A F instruction", "A G adviser")
    found = groups(world("F G M A", kinds=FUNDS, rights=rights), RULES)
    assert sure(found) == {"L1:A": "A F", "L1:G": "G", "L1:M": "M"}


def test_concert_joins_for_its_company_only() -> None:
    # P 30 % and Q 25 % of X act in concert: X is shown in each group, P and Q are not one client.
    bloc = [{"bloc_id": "B", "member_id": m} for m in "PQ"]
    stakes = {("P", "X"): "30", ("Q", "X"): "25", ("X", "Y"): "60", ("Z", "X"): "45"}
    found = groups(world("P Q X Y", stakes, bloc=bloc), RULES)
    assert sure(found) == {"L1:P": "P X Y", "L1:Q": "Q X Y"}
    answer = why(found, "P", "X")
    assert [link.kind for link in answer.links] == ["concert"]
    assert not why(found, "P", "Q").joined


def test_a_ring_is_one_client() -> None:
    # A and B hold 60 % of each other: they control one another, and nobody outside does.
    found = groups(world("A B", {("A", "B"): "60", ("B", "A"): "60"}), RULES)
    assert sure(found) == {"L1:A": "A B"}
    assert found[0].controllers == ("A", "B")


def test_undetermined_control_makes_possible_members() -> None:
    # P has 40 % of A and of B, the rest of each is not on file: whoever holds it is not known.
    found = groups(world("A B", {("P", "A"): "40", ("P", "B"): "40"}), RULES)
    assert sure(found) == {"L1:A": "A", "L1:A@P": "P", "L1:B": "B"}
    assert maybe(found) == {"L1:A": "", "L1:A@P": "A B", "L1:B": ""}
    by_id = {g.group_id: g for g in found}
    assert by_id["L1:A"].unresolved == ("A",)
    assert by_id["L1:A@P"].accounts == ()
    assert by_id["L1:A@P"].possible_accounts == ("a:A", "a:B")
    assert "possibly one client" in why(found, "A", "B").text


def test_unresolved_members_are_listed() -> None:
    # A's register is declared complete; B's 40 % beside P's 60 % may be anybody's, but not control
    found = groups(world("A B", {("P", "A"): "60", ("Q", "B"): "40"}), RULES)
    assert {g.group_id: g.unresolved for g in found} == {"L1:A": (), "L1:B": ("B",)}


def test_join_by_decision() -> None:
    stakes = {("P", "A"): "60", ("Q", "B"): "60"}
    found = groups(world("A B", stakes, decision=[decision("join", "A", "B")]), RULES)
    assert sure(found) == {"L1:A": "A B P Q"}
    answer = why(found, "P", "Q")
    assert [link.kind for link in answer.links] == ["control", "decision", "control"]
    assert "officer 7" in answer.links[1].text
    assert answer.weakest == 1


def test_a_decision_ends() -> None:
    stakes = {("P", "A"): "60", ("Q", "B"): "60"}
    ended = decision("join", "A", "B", until="2026-11-19")
    last = decision("join", "A", "B", until="2026-11-20")
    assert len(groups(world("A B", stakes, decision=[ended]), RULES)) == 2
    assert len(groups(world("A B", stakes, decision=[last]), RULES)) == 1
    later = decision("join", "A", "B", made_on="2026-11-21")
    assert len(groups(world("A B", stakes, decision=[later]), RULES)) == 2


def test_a_joined_fund_does_not_join_its_two_controllers() -> None:
    stake = [{"holder_id": "Y", "entity_id": "F", "percent": "60", "votes_percent": "60"}]
    snapshot = world(
        "F X Y Z",
        kinds="F=private_fund",
        rights=("X F instruction",),
        stake=stake,
        decision=[decision("join", "F", "Z")],
    )
    found = groups(snapshot, RULES)
    assert sorted(sure(found).values()) == ["F X Z", "F Y Z"]
    assert not why(found, "X", "Y").joined


def test_apart_by_decision_splits_a_couple() -> None:
    stakes = {("P", "A"): "60", ("Q", "B"): "60"}
    snapshot = world(
        "A B P Q", stakes, relations=("P Q spouse",), decision=[decision("apart", "P", "Q")]
    )
    found = groups(snapshot, RULES)
    assert sure(found) == {"L1:A": "A P", "L1:B": "B Q"}
    answer = why(found, "A", "B")
    assert "decision d:apartPQ" in answer.text


def test_apart_by_decision_splits_a_subsidiary_with_its_own() -> None:
    stakes = {("P", "A"): "60", ("P", "B"): "60", ("B", "C"): "60"}
    result = grouping(world("A B C", stakes, decision=[decision("apart", "P", "B")]), RULES)
    assert sure(list(result.groups)) == {"L1:A": "A P", "L1:B": "B C"}


def test_a_decision_that_new_facts_contradict_is_reported() -> None:
    stakes = [
        {"holder_id": "P", "entity_id": "A", "percent": "60", "valid_from": "2020-01-01"},
        {"holder_id": "P", "entity_id": "B", "percent": "60", "valid_from": "2026-11-02"},
    ]
    apart = decision("apart", "A", "B")
    result = grouping(world("A B", stake=stakes, kinds=COMPANIES, decision=[apart]), RULES)
    [finding] = result.findings
    assert finding.code == "decision_contradicted"
    assert finding.facts == ("decision:1", "stake:2")
    # known when the decision was made: nothing new speaks against it
    stakes[1]["valid_from"] = "2026-09-30"
    result = grouping(world("A B", stake=stakes, kinds=COMPANIES, decision=[apart]), RULES)
    assert result.findings == ()


def test_a_join_that_new_facts_contradict_is_reported() -> None:
    stakes = [{"holder_id": "Z", "entity_id": "B", "percent": "60", "valid_from": "2026-11-02"}]
    join = decision("join", "A", "B")
    result = grouping(world("A B", stake=stakes, kinds=COMPANIES, decision=[join]), RULES)
    assert [f.code for f in result.findings] == ["decision_contradicted"]
    assert sure(list(result.groups)) == {"L1:A": "A B Z"}


def test_promote_lets_the_manager_right_join() -> None:
    rights = ("M F manager", "M G manager")
    snapshot = world("F G M", kinds=FUNDS, rights=rights, decision=[decision("promote", "M", "F")])
    found = groups(snapshot, RULES)
    assert sure(found) == {"L1:F": "F M", "L1:G": "G"}
    [link] = found[0].links
    assert link.facts == ("control_right:1", "decision:1")


def test_a_decision_about_an_unknown_party_is_a_finding() -> None:
    result = grouping(world("A", decision=[decision("join", "A", "nobody")]), RULES)
    assert [f.code for f in result.findings] == ["decision_not_applied"]


def test_the_later_of_two_decisions_holds() -> None:
    both = [
        decision("join", "A", "B", made_on="2026-09-01"),
        decision("apart", "A", "B", made_on="2026-10-01"),
    ]
    result = grouping(world("A B", decision=both), RULES)
    assert sure(list(result.groups)) == {"L1:A": "A", "L1:B": "B"}
    assert [f.code for f in result.findings] == ["decision_replaced"]


def test_wanted_clients_only() -> None:
    stakes = {("P", "A"): "60", ("P", "B"): "60"}
    snapshot = world("A B C", stakes)
    assert groups(snapshot, RULES, ["B"]) == groups(snapshot, RULES)[:1]
    assert group_of(snapshot, RULES, "P") == groups(snapshot, RULES)[:1]
    assert group_of(snapshot, RULES, "nobody") == []


def test_group_of_follows_decisions() -> None:
    # join B and C, keep A and B apart: the groups of each party equal those of the whole.
    stakes = {("P", "A"): "60", ("P", "B"): "60", ("Q", "C"): "60", ("C", "D"): "60"}
    both = [decision("join", "B", "C"), decision("apart", "A", "B")]
    snapshot = world("A B C D", stakes, relations=("Q R spouse",), decision=both)
    whole = groups(snapshot, RULES)
    for party in "ABCDPQR":
        holding = [g for g in whole if any(m.party_id == party for m in g.members)]
        assert group_of(snapshot, RULES, party) == holding
    assert sure(whole) == {"L1:A": "A P", "L1:B": "B C D Q R"}


def test_a_join_does_not_undo_a_parting() -> None:
    # A and B are kept apart; joining C with each would bring them together: the second is refused.
    three = [
        decision("apart", "A", "B"),
        decision("join", "A", "C"),
        decision("join", "C", "B", made_on="2026-10-02"),
    ]
    result = grouping(world("A B C", decision=three), RULES)
    assert sure(list(result.groups)) == {"L1:A": "A C", "L1:B": "B"}
    assert [(f.code, f.subject) for f in result.findings] == [("decision_not_applied", "d:joinCB")]
