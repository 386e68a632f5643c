"""The oracles against one another, and against answers worked by hand from SEMANTICS.md."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from oracles import clingo_control, linear, worlds
from oracles.bounds import bounds, interest
from oracles.case import FULL, Bloc, Case, Stake, from_json, make, renamed, shuffled, to_json
from oracles.generate import features, stream, tiny
from oracles.reference import Reference

KEPT = Path(__file__).parent / "oracles" / "kept"
COUNTED = ("cycle", "over_full", "incomplete", "unknown_share", "own_shares", "right", "bloc")


Number = Fraction | int


def figures(case: Case, holder: str, entity: str) -> tuple[Number, Number, Number]:
    """The exact interest row in percent: min, max on stated links, what the rests may add."""
    for row in interest(case):
        if (row.holder, row.entity) == (holder, entity):
            return row.percent_min, row.percent_max, row.rest_percent_max
    raise AssertionError(f"no row {holder} {entity}")


def verdicts(case: Case, *start: str) -> dict[str, str]:
    """What a party or a set controls, as listed."""
    return {row.entity: row.verdict for row in Reference(case).control(set(start))}


# -- the generator ------------------------------------------------------------------------


def test_stream_has_each_counted_feature_often_enough() -> None:
    count = Counter(f for case in stream(20240601, 2000) for f in features(case))
    assert {f: count[f] for f in COUNTED if count[f] < 200} == {}


def test_cases_survive_json_and_other_names() -> None:
    for case in stream(1, 100):
        assert from_json(to_json(case)) == case
        assert features(renamed(case, 3)[0]) == features(case)


# -- answers by hand ----------------------------------------------------------------------


def test_a_stranger_may_control_through_two_rests() -> None:
    # A and B each have a 60 % rest (40 % is P's, Q's) and each hold 30 % of C; R has 40 % of C.
    # One stranger with both rests controls A and B (60 > 40), so 30 + 30 > 40 of C: U = A, B, C.
    case = make(
        "",
        {
            ("P", "A"): 40,
            ("Q", "B"): 40,
            ("A", "C"): 30,
            ("B", "C"): 30,
            ("R", "C"): 40,
        },
    )
    ref = Reference(case)
    assert ref.unresolved == {"A", "B", "C"}
    # R with A's rest controls A, then 40 + 30 > 30 of C. R holds nothing in A on file: A and B
    # are unlisted, but in U, so undetermined.
    assert verdicts(case, "R") == {"C": "undetermined"}
    assert ref.verdict({"R"}, "A") == "undetermined"
    # P: .40 x 30 = 12 %. With every rest: A is wholly P's (30), B's rest is P's (.60 x 30 = 18):
    # 48, less the 12 of stated links: 36.
    assert figures(case, "P", "C") == (12, 12, 36)


def test_sixty_forty_five_and_an_unknown_share() -> None:
    # 60 + 45 is over-full. P 60 > 45 alone, but the unknown may have up to 100: 60 < 45 + 100.
    case = make("", {("P", "A"): 60, ("Q", "A"): 45, ("R", "A"): None})
    # possibly: 2 x 60 > 100; 2 x 45 < 100; 2 x 100 > 100.
    assert verdicts(case, "P") == {"A": "undetermined"}
    assert verdicts(case, "Q") == {}
    assert verdicts(case, "R") == {"A": "undetermined"}
    # lower 60 / (60 + 45 + 100), upper the stated 60.
    assert figures(case, "P", "A") == (Fraction(6000, 205), 60, 0)
    crisp = make("", {("P", "A"): 60, ("Q", "A"): 45})
    # Without the unknown: 60 > 45, yes; lower 60 / 105.
    assert verdicts(crisp, "P") == {"A": "yes"}
    assert figures(crisp, "P", "A") == (Fraction(6000, 105), 60, 0)
    # 60 + 55: scaled 60 / 115 = 52.17 is the lower end; the stated 60 is not lost.
    two = make("", {("P", "A"): 60, ("Q", "A"): 55})
    assert (verdicts(two, "P"), verdicts(two, "Q")) == ({"A": "yes"}, {"A": "undetermined"})
    assert figures(two, "P", "A") == (Fraction(6000, 115), 60, 0)


def test_sixty_of_each_other() -> None:
    # A holds 60 % of B, B 60 % of A, P the other 40 % of both: a ring that nobody else may have.
    case = make("", {("A", "B"): 60, ("B", "A"): 60, ("P", "A"): 40, ("P", "B"): 40})
    ref = Reference(case)
    assert verdicts(case, "A") == {"B": "yes"}
    assert verdicts(case, "P") == {}
    assert ref.rings() == {frozenset({"A", "B"}): "yes"}
    assert ref.ultimate() == {}
    # P: a = .4 + .6 b and b = .4 + .6 a: 100 % of both, though it controls neither.
    assert figures(case, "P", "A") == (100, 100, 0)
    # A's own interest in B, what flows through A left out: 60 %.
    assert figures(case, "A", "B") == (60, 60, 0)
    # A third of the ring's votes unknown: somebody may.
    open_ = make("", {("A", "B"): 60, ("B", "A"): (45, 60), ("P", "A"): (40, 55), ("P", "B"): 40})
    assert Reference(open_).rings() == {}
    assert verdicts(open_, "P") == {"A": "undetermined", "B": "undetermined"}


def test_a_ring_that_may_close() -> None:
    # x 10 % of D, A 90 %; A and B may each be wholly the other's or p's. x has nothing in
    # them: true 10 %. From above a = b = 100 % stays (a = b, b = a) and D is 10 + 90 = 100 %.
    case = make(
        "",
        {
            ("x", "D"): 10,
            ("A", "D"): 90,
            ("B", "A"): None,
            ("p", "A"): None,
            ("A", "B"): None,
            ("p", "B"): None,
        },
        complete=["A", "B", "D"],
    )
    assert figures(case, "x", "D") == (10, 10, 0)
    # p: nothing if the ring closes, else all of A: 0 to 90 %.
    assert figures(case, "p", "D") == (0, 90, 0)


def test_exactly_half_never_passes() -> None:
    case = make("", {("P", "A"): 50, ("Q", "A"): 50})
    assert (verdicts(case, "P"), verdicts(case, "Q")) == ({}, {})
    assert verdicts(case, "P", "Q") == {"A": "yes"}
    # One unit more, one unit less.
    one = make("", {("P", "A"): "50.00000001", ("Q", "A"): "49.99999999"})
    assert (verdicts(one, "P"), verdicts(one, "Q")) == ({"A": "yes"}, {})


def test_three_holdings_that_sum_to_exactly_half() -> None:
    # 16.67 + 16.67 + 16.66 = 50.00: through three companies of its own P has half, not more.
    held = {("P", c): 100 for c in ("A", "B", "C")}
    case = make(
        "", held | {("A", "T"): "16.67", ("B", "T"): "16.67", ("C", "T"): "16.66", ("Q", "T"): 50}
    )
    assert verdicts(case, "P") == {"A": "yes", "B": "yes", "C": "yes"}
    # With 0.01 more, taken from Q, 50.01 > 49.99.
    case = make(
        "",
        held | {("A", "T"): "16.67", ("B", "T"): "16.67", ("C", "T"): "16.67", ("Q", "T"): "49.99"},
    )
    assert verdicts(case, "P")["T"] == "yes"


def test_cross_holding_by_hand() -> None:
    # P 80 % of A, A 30 % of B, B 20 % of A: a = .8 + .2 x .3 a = .8 / .94; b = .3 a.
    case = make("", {("P", "A"): 80, ("A", "B"): 30, ("B", "A"): 20})
    assert figures(case, "P", "A")[:2] == (Fraction(8000, 94), Fraction(8000, 94))
    assert round(float(figures(case, "P", "A")[0]), 4) == 85.1064
    assert round(float(figures(case, "P", "B")[0]), 4) == 25.5319
    # B in A: what flows through B is left out: 20 %, not .2 / .94.
    assert figures(case, "B", "A")[:2] == (20, 20)
    # Consolidation: M 100 % of C1, C1 10 % of M. 111.1 % over all walks, the interest is 100 %.
    case = make("", {("M", "C1"): 100, ("C1", "M"): 10})
    assert figures(case, "M", "C1")[:2] == (100, 100)


def test_joint_control_rights_and_attributed_holding() -> None:
    # P 60 % of A; A 25 % and P 30 % of T: 55 % of T's votes, the interest is 30 + .6 x 25 = 45.
    case = make(
        "F=partnership",
        {("P", "A"): 60, ("Q", "A"): 40, ("A", "T"): 25, ("P", "T"): 30, ("Q", "T"): 45}
        | {("A", "F"): 1, ("Q", "F"): 99},
        rights=[("A", "F", "general_partner"), ("Q", "F", "adviser")],
    )
    ref = Reference(case)
    # F: 1 % of the capital, but A is general partner and P controls A. An adviser is not decisive.
    assert verdicts(case, "P") == {"A": "yes", "F": "yes", "T": "yes"}
    assert verdicts(case, "Q") == {}
    low, high = ref.attributed({"P"}, "T")
    assert low == high == 55
    assert figures(case, "P", "T") == (45, 45, 0)
    # A is P's, so P alone is ultimate.
    assert ref.ultimate() == {("P", "A"): "yes", ("P", "F"): "yes", ("P", "T"): "yes"}


def test_own_shares() -> None:
    # 36 against 34, the company's own 30 out: yes; as a share of what others hold 36 / 70.
    case = make("", {("P", "A"): 36, ("Q", "A"): 34, ("A", "A"): 30})
    assert (verdicts(case, "P"), verdicts(case, "Q")) == ({"A": "yes"}, {})
    assert figures(case, "P", "A") == (Fraction(3600, 70), Fraction(3600, 70), 0)
    # Wholly its own: nobody's, unattributed.
    case = make("", {("A", "A"): 100, ("A", "B"): 100})
    assert [(r.holder, r.entity) for r in interest(case)] == [("A", "B")]


def test_dispersed_rest_and_empty_registers() -> None:
    # L is listed: 48 % against 52 % in pieces under 5 %: nobody passes, no undisclosed owner.
    case = make("L=listed_company", {("P", "L"): 48})
    assert verdicts(case, "P") == {}
    assert Reference(case).unresolved == frozenset()
    # In a private company one may have the 52 %.
    case = make("L=company", {("P", "L"): 48})
    assert verdicts(case, "P") == {"L": "undetermined"}
    assert Reference(case).unresolved == {"L"}
    # A company without holders may be anybody's; a party of unknown kind has no register.
    case = make("A=company X=unknown", {("A", "T"): 51, ("X", "T"): 49})
    assert Reference(case).unresolved == {"A", "T"}
    # What passes on through A is not known: every rest given to X includes A's 100 %.
    assert figures(case, "X", "T") == (49, 49, 51)
    assert figures(case, "A", "T") == (51, 51, 0)


def test_blocs_count_where_their_agreement_says() -> None:
    # P 30 and Q 30 of T and of V, the agreement names T: V is not theirs together. T has 60 % of
    # W, which stands outside the scope but is the bloc's own company's.
    held = {
        ("P", "T"): 30,
        ("Q", "T"): 30,
        ("R", "T"): 40,
        ("P", "V"): 30,
        ("Q", "V"): 30,
        ("R", "V"): 40,
        ("T", "W"): 60,
        ("R", "W"): 40,
    }
    scoped = Reference(make("", held, blocs=[("B", ("P", "Q"), ("T",))]))
    assert scoped.bloc(scoped.case.blocs[0], certain=True) == {"T", "W"}
    assert scoped.ultimate() == {("B", "T"): "yes", ("B", "W"): "yes"}
    # Never sole: P by itself controls nothing, and T is not ultimate in W, being the bloc's.
    assert scoped.certain({"P"}) == frozenset()
    free = Reference(make("", held, blocs=[("B", ("P", "Q"), ())]))
    assert free.bloc(free.case.blocs[0], certain=True) == {"T", "V", "W"}


# -- the oracles against one another --------------------------------------------------------


def control_disagreements(case: Case, cap: int) -> list[tuple[str, ...]]:
    """Compare reference and worlds; what the text says looser on purpose is not reported."""
    ref, seen = Reference(case), worlds.control(case, cap)
    parties = [p for p in case.parties() if case.kinds[p] != "pseudo"]
    dispersed = "listed_company" in case.kinds.values() or bool(case.floats)
    ultimate = ref.ultimate()
    found: list[tuple[str, ...]] = []

    def compare(what: str, x: str, y: str, ours: str, theirs: str, looser: bool) -> None:
        if ours != theirs and not (looser and (ours, theirs) == ("undetermined", "no")):
            found.append((what, x, y, ours, theirs))

    for y in case.parties():
        for x in parties:
            if x == y:
                continue
            compare("control", x, y, ref.verdict({x}, y), seen.verdict(x, y), dispersed)
            every, some = (x, y) in seen.ultimate_every, (x, y) in seen.ultimate_some
            theirs = "yes" if every else "undetermined" if some else "no"
            compare("ultimate", x, y, ultimate.get((x, y), "no"), theirs, True)
        ours = "undetermined" if y in ref.unresolved else "no"
        compare("U", "?", y, ours, seen.verdict("?", y), dispersed)
        for b in case.blocs:
            ours = "undetermined" if y in ref.bloc(b, False) else "no"
            ours = "yes" if y in ref.bloc(b, True) else ours
            looser = dispersed or bool(b.scope)
            compare("bloc", b.bloc_id, y, ours, seen.verdict(b.bloc_id, y), looser)
    return found


def test_control_equals_enumerated_worlds() -> None:
    compared = 0
    for case in tiny(11, 500):
        try:
            found = control_disagreements(case, 1500)
        except (worlds.TooManyError, worlds.NoWorldsError):
            continue
        assert found == [], to_json(case)
        compared += 1
    assert compared > 300


def test_interest_equals_enumerated_worlds() -> None:
    compared = 0
    for case in tiny(12, 500):
        try:
            seen = worlds.interest(case, 150)
        except (worlds.TooManyError, worlds.NoWorldsError):
            continue
        dispersed = "listed_company" in case.kinds.values() or bool(case.floats)
        for x in case.parties():
            if case.kinds[x] == "pseudo":
                continue
            for y, (low, high, every) in bounds(case, x).items():
                least, stated, most = seen[x, y]
                assert (low, high) == (least, stated), (x, y, to_json(case))
                # A dispersed rest has no one owner; the text still gives it to x whole.
                assert every == most or (dispersed and every > most), (x, y, to_json(case))
        compared += 1
    assert compared > 300


def test_interests_sum_to_all_in_each_world() -> None:
    # Holders without a register, the rest's owners and closed rings: exactly 100 %. Where no
    # ring is closed, nothing is left over.
    full = partial = 0
    for case in tiny(13, 150):
        try:
            all_worlds = list(worlds.worlds(case, "capital", 100))
        except (worlds.TooManyError, worlds.NoWorldsError):
            continue
        for world in all_worlds:
            ends = [p for p in (*case.parties(), worlds.STRANGER, worlds.NOBODY) if p not in world]
            by = {x: worlds.interest_in(world, x) for x in ends}
            for y in world:
                total = sum((by[x].get(y, Fraction(0)) for x in ends), Fraction(0))
                fed = reaches_an_end(world, y)
                assert total == 1 if fed == "all" else total < 1, (y, to_json(case))
                full += fed == "all"
                partial += fed != "all"
    assert full > 100 and partial > 10


def reaches_an_end(world: dict[str, worlds.Option], y: str) -> str:
    """``all`` when from every party above y a party without a register is above it."""

    def above(z: str) -> set[str]:
        found: set[str] = set()
        todo = [z]
        while todo:
            for h, v in world[todo.pop()].shares.items():
                if v and h not in found:
                    found.add(h)
                    todo += [h] if h in world else []
        return found

    stuck = [z for z in {y, *above(y)} & set(world) if not above(z) - set(world)]
    return "some" if stuck else "all"


def test_control_equals_clingo_where_section_8_says_so() -> None:
    equal = 0
    for case in stream(21, 250):
        ref = Reference(case)
        yes = clingo_control.control(case, certain=True)
        may = clingo_control.control(case, certain=False)
        yes_equal, may_equal = clingo_control.comparable(case)
        for x in case.parties():
            ours = ref.certain({x})
            assert (ours == yes[x]) if yes_equal else (ours >= yes[x]), (x, to_json(case))
            ours = ref.possible({x})
            if may_equal:
                assert ours == may[x], (x, to_json(case))
            elif "pseudo" not in case.kinds.values():
                assert ours <= may[x], (x, to_json(case))
            equal += yes_equal and may_equal
        if may_equal:
            assert ref.unresolved == may["?"], to_json(case)
    assert equal > 500


def test_interest_equals_linear_algebra_where_upstream_is_crisp() -> None:
    compared = 0
    for case in stream(22, 200):
        clean, exact, rough = linear.clean(case), linear.exact(case), linear.sparse(case)
        for x in case.parties():
            if case.kinds[x] == "pseudo":
                continue
            for y, (low, high, _) in bounds(case, x).items():
                if y in clean:
                    expected = exact.get((x, y), Fraction(0))
                    assert low == high == expected, (x, y, to_json(case))
                    assert rough.get((x, y), 0.0) == pytest.approx(float(expected), abs=1e-9)
                    compared += 1
    assert compared > 2000


def test_over_full_registers_stated_and_scaled_answers_lie_inside() -> None:
    # Crisp over-full registers outside cycles: the scaled and the stated (capped) world.
    compared = 0
    for case in stream(23, 400):
        found = features(case)
        if "over_full" not in found or found & {"cycle", "unknown_share", "band", "pseudo"}:
            continue
        for x in case.parties():
            stated, scaled = chase(case, x, scale=False), chase(case, x, scale=True)
            for y, (low, high, _) in bounds(case, x).items():
                assert low <= scaled[y] <= high, (x, y, to_json(case))
                assert low <= min(Fraction(1), stated[y]) <= high, (x, y, to_json(case))
                compared += 1
    assert compared > 100


def chase(case: Case, x: str, scale: bool) -> dict[str, Fraction]:
    """x's interest in an acyclic crisp graph, own shares in proportion, by recursion."""
    columns: dict[str, list[Stake]] = {}
    for s in case.stakes:
        columns.setdefault(s.entity, []).append(s)

    def of(y: str) -> Fraction:
        if y == x:
            return Fraction(1)
        rows = [s for s in columns.get(y, []) if s.holder != y]
        own = sum(s.capital_min for s in columns.get(y, []) if s.holder == y)
        total = sum(s.capital_min for s in rows)
        whole = total if scale and total + own > FULL else FULL - own
        found = sum((s.capital_min * of(s.holder) for s in rows), Fraction(0)) / max(whole, 1)
        return found if scale else min(Fraction(1), found)

    return {y: of(y) for y in case.kinds}


def test_bounds_are_the_limit_of_iteration_from_zero() -> None:
    # The exact upper bound against plain float iteration of the same greedy choice, over-full
    # registers in cycles included (they are outside every other comparison).
    compared = 0
    for case in stream(24, 120):
        if "over_full" not in features(case) or "pseudo" in case.kinds.values():
            continue
        for x in case.parties():
            limit = iterate_upper(case, x)
            for y, (_, high, _) in bounds(case, x).items():
                assert float(high) == pytest.approx(limit[y], abs=1e-6), (x, y, to_json(case))
                compared += 1
    assert compared > 300


def iterate_upper(case: Case, x: str) -> dict[str, float]:
    rows: dict[str, list[Stake]] = {}
    for s in case.stakes:
        rows.setdefault(s.entity, []).append(s)
    v = {p: float(p == x) for p in case.kinds}
    for _ in range(3000):
        after = dict(v)
        for y, stakes in rows.items():
            if y == x:
                continue
            least = sum(s.capital_min for s in stakes)
            if least > FULL:
                own = sum(s.capital_max for s in stakes if s.holder == y)
                raw = sum(s.capital_max * v[s.holder] for s in stakes if s.holder != y)
                after[y] = min(1.0, raw / (FULL - own)) if own < FULL else float(raw > 0)
                continue
            complete = y in case.complete and sum(s.capital_max for s in stakes) >= FULL
            lines = [(v[s.holder], s.capital_min, s.capital_max) for s in stakes]
            rest_least = max(0, FULL - sum(s.capital_max for s in stakes))
            lines.append((0.0, rest_least, rest_least if complete else FULL))
            free = FULL - sum(low for _, low, _ in lines)
            total = 0.0
            for value, low, high in sorted(lines, reverse=True):
                more = min(free, high - low)
                total += value * (low + more)
                free -= more
            after[y] = total / FULL
        if after == v:
            break
        v = after
    return v


# -- true properties of the reference itself -------------------------------------------------


def test_order_and_names_change_nothing() -> None:
    for case in stream(31, 40):
        other, to = renamed(shuffled(case, 1), 2)
        ours, theirs = Reference(case), Reference(other)
        for x in case.parties():
            assert {(to[r.entity], r.verdict) for r in ours.control({x})} == {
                (r.entity, r.verdict) for r in theirs.control({to[x]})
            }
        assert {(to.get(x, x), to[y], verdict) for (x, y), verdict in ours.ultimate().items()} == {
            (x, y, verdict) for (x, y), verdict in theirs.ultimate().items()
        }
        assert sorted(
            (to[r.holder], to[r.entity], r.percent_min, r.percent_max, r.rest_percent_max)
            for r in interest(case)
        ) == sorted(
            (r.holder, r.entity, r.percent_min, r.percent_max, r.rest_percent_max)
            for r in interest(other)
        )


def test_less_known_settles_nothing() -> None:
    # Section 8 (ii): one share forgotten (0 to 100 %) in a register that is neither over-full nor
    # declared complete: its worlds then include the former's. (A declaration that the figures
    # contradicted would come into force, and shrink them.)
    compared = 0
    for case in stream(32, 250):
        for n, s in enumerate(case.stakes):
            column = sum(case.votes(t)[0] for t in case.stakes if t.entity == s.entity)
            if s.entity in case.complete or column > FULL or case.kinds[s.holder] == "pseudo":
                continue
            stakes = list(case.stakes)
            if s.votes_min is not None:
                continue
            stakes[n] = replace(s, capital_min=0, capital_max=FULL)
            ours, less = Reference(case), Reference(replace(case, stakes=tuple(stakes)))
            for x in case.parties():
                for y in case.parties():
                    if x != y and ours.verdict({x}, y) == "undetermined":
                        assert less.verdict({x}, y) == "undetermined", (n, x, y, to_json(case))
                        compared += 1
            break
    assert compared > 300


# -- kept cases: where the text and the worlds disagree ----------------------------------------


def test_kept_an_undisclosed_piece_that_would_have_been_disclosed() -> None:
    # The line is 30 %, L holds 60 % of itself. P 20 % + 3.33 % undisclosed beats A's 16.67 %: P
    # controls L, L controls A, so P's group has 40 %, above the line: no such world.
    case = from_json((KEPT / "dispersed_feedback.json").read_text(encoding="utf-8"))
    assert Reference(case).verdict({"P"}, "L") == "undetermined"
    assert worlds.control(case).verdict("P", "L") == "no"


def test_kept_two_parties_are_not_one_holder_for_the_disclosure_line() -> None:
    # Q has exactly 50 % of listed L. With 4 % undisclosed in P's hands P and Q pass half; the
    # formula of section 3 takes {P, Q} as one holder under the line and says no. The reference
    # deviates from it (README.md): two holders, 50 + 2 x 4.99.. may be, so undetermined.
    case = from_json((KEPT / "dispersed_set.json").read_text(encoding="utf-8"))
    assert Reference(case).verdict({"P", "Q"}, "L") == "undetermined"
    assert any("L" in worlds.controls(case, w, {"P", "Q"}) for w in worlds.worlds(case, "votes"))
    # Alone, and as a bloc, one holder: Q's 50 % are over the line, there is nothing undisclosed.
    assert Reference(case).verdict({"Q"}, "L") == "no"
    bloc = replace(case, blocs=(Bloc("K", ("P", "Q")),))
    assert Reference(bloc).verdict({"P", "Q"}, "L") == "no"
    assert worlds.control(bloc).verdict("K", "L") == "no"
