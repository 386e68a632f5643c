"""The oracles' small cases as facts and graphs of the engine."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

from graphkit.model.shares import FULL, Interval
from graphkit.ownership.facts import (
    BlocFact,
    OwnershipFacts,
    PartyFact,
    RegisterFact,
    RightFact,
    StakeFact,
)
from graphkit.ownership.graph import OwnershipGraph
from graphkit.ownership.results import Fact
from graphkit.rules.book import Rule, Rulebook

from .oracles.case import Case

DAY = date(2026, 11, 20)


def facts_of(case: Case) -> OwnershipFacts:
    """The facts of a case, in its order; every fact has an id that tells what it is."""
    facts = OwnershipFacts()
    for party, kind in case.kinds.items():
        pseudo = ""
        if kind == "pseudo":
            pseudo = "free_float" if party in case.floats else "nominee"
        facts.parties[party] = PartyFact(party, kind, party, pseudo)
    for s in case.stakes:
        votes = None
        if s.votes_min is not None and s.votes_max is not None:
            votes = Interval(s.votes_min, s.votes_max)
        capital = Interval(s.capital_min, s.capital_max)
        fact = fact_of("stake", f"{s.holder}>{s.entity}")
        facts.stakes.append(StakeFact(s.holder, s.entity, capital, votes, None, "", fact))
    for r in case.rights:
        fact = fact_of("control_right", f"{r.holder}>{r.entity}:{r.kind}")
        discretion = True if r.kind == "manager" else None
        facts.rights.append(RightFact(r.holder, r.entity, r.kind, "", None, discretion, None, fact))
    for b in case.blocs:
        fact = fact_of("bloc", b.bloc_id)
        facts.blocs.append(BlocFact(b.bloc_id, b.members, b.scope, (fact,)))
    for entity in case.complete:
        fact = fact_of("register", entity)
        facts.registers[entity] = RegisterFact(entity, True, None, fact)
    return facts


def fact_of(table: str, text: str) -> Fact:
    """A fact as a file of its table would give it."""
    return Fact(f"{table}:{text}", table, text, "test", f"{table}.csv", 1, "", "")


def rules_with(disclosure_line: int = FULL // 20) -> Rulebook:
    """The rulebook in force with another disclosure line (parts per 10**10)."""
    book = Rulebook.on(DAY)
    if Fraction(disclosure_line, FULL) == Fraction(1, 20):
        return book
    rules = {rule.name: rule for rule in book}
    value = Decimal(disclosure_line).scaleb(-10)
    rules["disclosure_line"] = Rule(
        "disclosure_line", value, "test", "house", "test.toml", inclusive=True
    )
    return Rulebook(DAY, rules, "test")


def graph_of(case: Case) -> OwnershipGraph:
    """The engine's graph of a case."""
    return OwnershipGraph.build(facts_of(case), rules_with(case.disclosure_line))
