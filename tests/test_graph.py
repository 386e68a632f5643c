"""The ownership graph: registers by hand, rights, and reading a part of the store."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from graphkit.model.errors import UsageError
from graphkit.model.shares import FULL, Interval
from graphkit.ownership.control import (
    control_all,
    controlled_by,
    ultimate_controllers,
    unresolved,
    verdict,
)
from graphkit.ownership.facts import PartyFact, RegisterFact, RightFact, StakeFact, read_facts
from graphkit.ownership.graph import OwnershipGraph, read_graph
from graphkit.ownership.register import Register

from .engine_case import fact_of, facts_of, graph_of, rules_with
from .memory_snapshot import MemorySnapshot
from .oracles.case import Case, make
from .oracles.generate import stream

PERCENT = FULL // 100


def votes(case: Case, entity: str) -> Register | None:
    graph = graph_of(case)
    return graph.votes[graph.index[entity]]


def rest(register: Register | None) -> tuple[int, int, int, int]:
    """The rest in percents: least, most, what one holder may own outright, and dispersed."""
    assert register is not None
    parts = (
        register.rest_low,
        register.rest_high,
        register.whole_high,
        register.dispersed_high,
    )
    return tuple(p // PERCENT for p in parts)  # type: ignore[return-value]


def test_rest_of_a_register() -> None:
    # 30 to 50 and 20: between 100 - 70 and 100 - 50 are nobody's on file.
    case = make("", {("P", "A"): (30, 50), ("Q", "A"): 20})
    assert rest(votes(case, "A")) == (30, 50, 50, 0)
    # Own shares are in the sums.
    own = make("", {("P", "A"): (30, 50), ("Q", "A"): 20, ("A", "A"): 10})
    assert rest(votes(own, "A")) == (20, 40, 40, 0)
    # Listed: the rest is dispersed.
    listed = make("A=listed_company", {("P", "A"): (30, 50), ("Q", "A"): 20})
    assert rest(votes(listed, "A")) == (30, 50, 0, 50)
    # Declared complete, and it can be: no rest.
    full = make("", {("P", "A"): (30, 80), ("Q", "A"): 20}, complete=["A"])
    assert rest(votes(full, "A")) == (0, 0, 0, 0)


def test_declaration_that_the_figures_contradict_is_dropped() -> None:
    graph = graph_of(make("", {("P", "A"): 60, ("Q", "A"): (20, 30)}, complete=["A"]))
    register = graph.votes[graph.index["A"]]
    assert rest(register) == (10, 20, 20, 0)
    (finding,) = graph.findings
    assert (finding.code, finding.subject) == ("register-not-complete", "A")
    assert "at most 90 % of the capital" in finding.message
    assert finding.facts == ("register:A", "stake:P>A", "stake:Q>A")


def test_pseudo_parties_are_lines_of_the_rest() -> None:
    # Complete: P 40, a nominee line of 25, free float 35: the rest is 60, of which one holder may
    # own the 25 outright.
    case = make(
        "N=pseudo F=pseudo",
        {("P", "A"): 40, ("N", "A"): 25, ("F", "A"): 35},
        complete=["A"],
        floats=frozenset({"F"}),
    )
    register = votes(case, "A")
    assert rest(register) == (60, 60, 25, 35)
    assert register is not None and len(register.holders) == 1


def test_votes_follow_the_kind_of_the_entity() -> None:
    for kind in ("company", "listed_company", "unknown"):
        register = votes(make(f"A={kind}", {("P", "A"): 60}), "A")
        assert register is not None and register.low == (60 * PERCENT,)
    for kind in ("partnership", "private_fund", "private_securities_fund", "plan", "trust"):
        assert votes(make(f"A={kind}", {("P", "A"): 60}), "A") is None


def test_some_state_votes_and_others_follow_the_default() -> None:
    # In a company Q's blank follows its capital; in a partnership it is none.
    for kind, expected in (("company", (70, 40)), ("partnership", (70, 0))):
        facts = facts_of(make(f"A={kind}", {("P", "A"): 60, ("Q", "A"): 40}))
        seventy = Interval(70 * PERCENT, 70 * PERCENT)
        facts.stakes[0] = replace(facts.stakes[0], votes=seventy)
        graph = OwnershipGraph.build(facts, rules_with())
        register = graph.votes[graph.index["A"]]
        assert register is not None
        assert register.low == tuple(p * PERCENT for p in expected)
        assert register.over_full is (kind == "company")
        capital = graph.capital[graph.index["A"]]
        assert capital is not None and capital.low == (60 * PERCENT, 40 * PERCENT)


def test_tranches_are_summed() -> None:
    facts = facts_of(make("", {("P", "A"): 30}))
    more = Interval(25 * PERCENT, 30 * PERCENT)
    facts.stakes.append(StakeFact("P", "A", more, None, None, "B", fact_of("stake", "P>A:B")))
    graph = OwnershipGraph.build(facts, rules_with())
    register = graph.votes[graph.index["A"]]
    assert register is not None
    assert (register.low, register.high) == ((55 * PERCENT,), (60 * PERCENT,))
    assert verdict(graph, ["P"], "A") == "yes"


def test_rest_rule_of_a_register_overrides_the_kind() -> None:
    facts = facts_of(make("", {("P", "A"): 40}))
    facts.registers["A"] = RegisterFact("A", False, "dispersed", fact_of("register", "A"))
    graph = OwnershipGraph.build(facts, rules_with())
    assert rest(graph.votes[graph.index["A"]]) == (60, 60, 0, 60)
    assert unresolved(graph) == frozenset()


def test_a_person_has_no_register() -> None:
    graph = graph_of(make("X=person", {("P", "X"): 60}))
    assert list(control_all(graph)) == []
    assert [(f.code, f.subject) for f in graph.findings] == [("holders-ignored", "X")]


@pytest.mark.parametrize(
    ("kind", "decisive", "discretion", "expected"),
    [
        ("general_partner", None, None, "yes"),
        ("manager", None, True, "yes"),
        ("manager", None, False, "no"),
        ("manager", None, None, "undetermined"),
        ("adviser", None, None, "no"),
        ("adviser", True, None, "yes"),
        ("general_partner", False, None, "no"),
        ("legal_representative", None, None, "no"),
    ],
)
def test_which_rights_decide(
    kind: str, decisive: bool | None, discretion: bool | None, expected: str
) -> None:
    facts = facts_of(make("F=private_fund", {("L", "F"): 100}))
    fact = fact_of("control_right", "M>F")
    facts.rights.append(RightFact("M", "F", kind, "", decisive, discretion, None, fact))
    assert verdict(OwnershipGraph.build(facts, rules_with()), ["M"], "F") == expected


@pytest.mark.parametrize("kind", ["nominee", "proxy", "voting_agreement"])
def test_rights_that_move_votes_are_not_silently_left_out(kind: str) -> None:
    # N holds 60 % of A on paper, for X. Not applied yet: both readings stay open. Q (40 %) is no
    # either way, and so is everybody else; nothing about B hangs on it.
    shares = {("N", "A"): 60, ("Q", "A"): 40, ("Q", "B"): 60, ("N", "B"): 40}
    facts = facts_of(make("", shares))
    right = RightFact("X", "A", kind, "N", None, None, None, fact_of("control_right", "X>A"))
    facts.rights.append(right)
    graph = OwnershipGraph.build(facts, rules_with())
    assert {(r.controller_id, r.entity_id, r.verdict) for r in control_all(graph)} == {
        ("N", "A", "undetermined"),
        ("X", "A", "undetermined"),
        ("Q", "B", "yes"),
    }
    (finding,) = graph.findings
    assert (finding.code, finding.subject) == ("right-not-applied", "A")
    assert finding.details == {"holder_id": "X", "kind": kind, "from_id": "N"}


def test_moved_votes_that_do_not_decide_leave_the_verdict() -> None:
    # X may vote N's 10 %; P has 60 in any case.
    facts = facts_of(make("", {("N", "A"): 10, ("P", "A"): 60, ("Q", "A"): 30}))
    right = RightFact("X", "A", "proxy", "N", None, None, None, fact_of("control_right", "X>A"))
    facts.rights.append(right)
    graph = OwnershipGraph.build(facts, rules_with())
    assert [(r.controller_id, r.verdict) for r in control_all(graph)] == [("P", "yes")]


def test_moved_votes_of_nobody_named_may_be_anybodys() -> None:
    facts = facts_of(make("", {("P", "A"): 60, ("Q", "A"): 40}))
    right = RightFact("X", "A", "proxy", "", None, None, None, fact_of("control_right", "X>A"))
    facts.rights.append(right)
    graph = OwnershipGraph.build(facts, rules_with())
    assert verdict(graph, ["P"], "A") == verdict(graph, ["X"], "A") == "undetermined"


def test_agreement_of_one_member_is_left_out_and_said_so() -> None:
    graph = graph_of(make("", {("P", "A"): 60}, blocs=[("K", ("P",), ())]))
    assert graph.blocs == []
    assert [(f.code, f.subject) for f in graph.findings] == [("bloc-of-one", "K")]


def test_party_that_is_not_on_file() -> None:
    graph = graph_of(make("", {("P", "A"): 60}))
    with pytest.raises(UsageError, match="'Nobody' is not on file"):
        controlled_by(graph, ["Nobody"])


def test_a_part_of_the_store_answers_as_the_whole() -> None:
    """What is read for one question gives the same rows and tops as the whole graph."""
    for case in stream(31, 120):
        snapshot = snapshot_of(case)
        rules = rules_with(case.disclosure_line)
        whole = read_graph(snapshot, rules)
        parties = [p for p in case.parties() if p in whole.index]
        for party in parties:
            below = read_graph(snapshot, rules, downstream_of=[party])
            assert controlled_by(below, [party]) == controlled_by(whole, [party]), party
            above = read_graph(snapshot, rules, upstream_of=[party])
            assert ultimate_controllers(above, party) == ultimate_controllers(whole, party)
            assert (party in unresolved(above)) == (party in unresolved(whole))
            assert above.votes[above.index[party]] is None or same_register(above, whole, party)


def same_register(one: OwnershipGraph, other: OwnershipGraph, party: str) -> bool:
    a, b = one.votes[one.index[party]], other.votes[other.index[party]]
    assert a is not None and b is not None
    return [one.ids[h] for h in a.holders] == [other.ids[h] for h in b.holders] and (
        a.low,
        a.high,
        a.rest_low,
        a.rest_high,
    ) == (b.low, b.high, b.rest_low, b.rest_high)


def test_reading_a_part_reads_no_more() -> None:
    # Far is not above or below A.
    snapshot = snapshot_of(
        make("", {("P", "A"): 60, ("A", "B"): 60, ("Q", "B"): 40, ("Q", "Far"): 100})
    )
    facts = read_facts(snapshot, upstream_of=["A"])
    assert set(facts.parties) == {"A", "P"}
    # Below A lies B; above B also Q.
    below = read_facts(snapshot, downstream_of=["A"])
    assert set(below.parties) == {"A", "P", "B", "Q"}
    assert {(s.holder, s.entity) for s in below.stakes} == {("P", "A"), ("A", "B"), ("Q", "B")}


def test_facts_carry_where_they_were_read() -> None:
    snapshot = MemorySnapshot(
        "2026-11-20",
        party=[{"party_id": "A", "kind": "company", "name": "甲公司"}],
        stake=[
            {
                "holder_id": "P",
                "entity_id": "A",
                "percent": "60",
                "valid_from": "2024-01-01",
            }
        ],
        register=[{"entity_id": "A", "complete": True}],
    )
    facts = read_facts(snapshot)
    fact = facts.stakes[0].fact
    assert (fact.table, fact.file, fact.line, fact.valid_from, fact.valid_to) == (
        "stake",
        "stake.csv",
        2,
        "2024-01-01",
        "",
    )
    assert fact.text == "P holds 60 % of A"
    assert facts.parties == {"A": PartyFact("A", "company", "甲公司", "")}
    assert facts.registers["A"].complete


def snapshot_of(case: Case) -> MemorySnapshot:
    """The case as rows of a store."""
    party: list[dict[str, Any]] = []
    for p, kind in case.kinds.items():
        row: dict[str, Any] = {"party_id": p, "kind": kind, "name": p}
        if kind == "pseudo":
            row["pseudo"] = "free_float" if p in case.floats else "nominee"
        party.append(row)
    stake: list[dict[str, Any]] = []
    for s in case.stakes:
        row = {"holder_id": s.holder, "entity_id": s.entity}
        row |= {"capital_min": s.capital_min, "capital_max": s.capital_max}
        if s.votes_min is not None:
            row |= {"votes_min": s.votes_min, "votes_max": s.votes_max}
        stake.append(row)
    discretion = {"manager": True}
    return MemorySnapshot(
        "2026-11-20",
        party=party,
        stake=stake,
        control_right=[
            {
                "holder_id": r.holder,
                "entity_id": r.entity,
                "kind": r.kind,
                "discretion": discretion.get(r.kind),
            }
            for r in case.rights
        ],
        register=[{"entity_id": e, "complete": True} for e in sorted(case.complete)],
        bloc=[{"bloc_id": b.bloc_id, "member_id": m} for b in case.blocs for m in b.members],
        bloc_scope=[{"bloc_id": b.bloc_id, "entity_id": e} for b in case.blocs for e in b.scope],
    )
