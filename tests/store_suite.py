"""What every store does with loads, written against the abstract class alone.

A store runs it by subclassing :class:`StoreSuite` with a fixture ``store`` that gives an empty one.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest
from store_rows import Row, at, batch, codes, everything, party, seen, sound, stake

from graphkit.model.errors import UsageError
from graphkit.model.findings import Fault, Finding
from graphkit.store.base import EVIDENCE, GraphStore


class StoreSuite:
    """The tests; `store` is a fixture of the subclass."""

    always_sound = pytest.fixture(autouse=True)(sound)

    # Loading

    def test_an_empty_store_has_no_loads_and_no_day(self, store: GraphStore) -> None:
        assert store.loads() == []
        with pytest.raises(UsageError, match="load something first"), store.snapshot():
            pass

    def test_a_load_is_remembered_and_its_rows_carry_their_evidence(
        self, store: GraphStore
    ) -> None:
        given = batch(at(5), party=[party("A", name="甲公司"), party("P", "person")],
                      stake=[stake("P", "A", 60)])  # fmt: skip
        receipt = store.commit(given)
        record = receipt.record
        assert (record.sequence, record.source, record.known_at) == (1, "canonical", at(5))
        assert (record.rows_in, record.accepted, record.quarantined) == (3, 3, 0)
        assert (record.facts, record.unchanged, record.closed) == ({"party": 2, "stake": 1}, 0, 0)
        assert receipt.findings == ()
        assert record.files == given.files
        assert store.loads() == [record]
        with store.snapshot() as snapshot:
            rows = snapshot.rows("stake", ["holder_id", *EVIDENCE])
            assert (snapshot.sequence, snapshot.known_at) == (1, at(5))
        holder, fact_id, source, load_id, file, line, known_from = rows[0]
        assert (holder, source, load_id, file, line) == (
            "P", "canonical", record.load_id, "stake.csv", 2,
        )  # fmt: skip
        assert known_from == datetime(2026, 1, 5)
        assert len(fact_id) == 32
        int(fact_id, 16)

    def test_the_same_content_again_adds_nothing_but_the_record(self, store: GraphStore) -> None:
        rows: dict[str, list[Row]] = {
            "party": [party("A"), party("P")],
            "stake": [stake("P", "A", 60)],
        }
        first = store.commit(batch(at(5), **rows)).record
        second = store.commit(batch(at(6), **rows)).record
        assert (second.facts, second.unchanged, second.closed) == ({}, 3, 0)
        assert second.load_id != first.load_id
        assert [r.sequence for r in store.loads()] == [1, 2]
        with store.snapshot() as snapshot:
            # believed since the first load
            assert snapshot.rows("stake", ["load_id"]) == [(first.load_id,)]

    def test_the_same_files_at_the_same_moment_get_an_id_of_their_own(
        self, store: GraphStore
    ) -> None:
        given = batch(at(5), party=[party("A")])
        assert store.commit(given).record.load_id != store.commit(given).record.load_id

    def test_known_at_never_goes_back(self, store: GraphStore) -> None:
        store.commit(batch(at(6), party=[party("A")]))
        with pytest.raises(UsageError, match="lies before that of the latest load"):
            store.commit(batch(at(5), party=[party("B")]))
        store.commit(batch(at(6), party=[party("C")]))
        assert len(store.loads()) == 2

    def test_rows_come_in_the_order_of_the_key_whatever_the_order_of_the_file(
        self, store: GraphStore
    ) -> None:
        rows = [stake("Q", "B", 1), stake("P", "B", 2), stake("P", "A", 3), stake("a", "A", 4),
                stake("P", "A", 5, tranche="x")]  # fmt: skip
        store.commit(batch(at(5), stake=rows))
        # by holder, entity, tranche (blank first); capitals before small letters
        assert seen(store) == [
            ("P", "A", 3), ("P", "A", 5), ("P", "B", 2), ("Q", "B", 1), ("a", "A", 4),
        ]  # fmt: skip

    def test_quarantine_and_findings_are_kept_with_the_load(self, store: GraphStore) -> None:
        faults = (
            Fault("share-over", "s.csv", 9, "percent", "101", "at most 100", "P,A,101", "stake"),
            Fault("share-sign", "s.csv", 4, "percent", "-1", "0 or more", 'P,"A\n",-1', "stake"),
        )
        told = Finding("odd", "info", "A", "odd: 甲", ("f1", "f2"), "lower_bound", {"n": "1"})
        record = store.commit(
            batch(at(5), party=[party("A")], faults=faults, findings=(told,))
        ).record
        assert (record.rows_in, record.accepted, record.quarantined) == (3, 1, 2)
        assert store.quarantine(record.load_id) == [faults[1], faults[0]]  # by line
        with store.snapshot() as snapshot:
            assert snapshot.findings() == [(record.load_id, told)]
        store.withdraw(record.load_id, at(6))
        with store.snapshot() as snapshot:
            assert snapshot.findings() == []
        with pytest.raises(UsageError, match="no load is called 'nope'"):
            store.quarantine("nope")

    # Known-at

    def test_a_correction_leaves_what_was_known_before_it_byte_for_byte(
        self, store: GraphStore
    ) -> None:
        store.commit(batch(at(5), party=[party("A"), party("P")], stake=[stake("P", "A", 60)]))
        with store.snapshot() as snapshot:
            before = everything(snapshot)
        record = store.commit(batch(at(8), stake=[stake("P", "A", 51)])).record
        assert (record.facts, record.closed) == ({"stake": 1}, 1)
        assert seen(store) == [("P", "A", 51)]
        assert seen(store, at(8)) == [("P", "A", 51)]
        assert seen(store, at(7, 23)) == [("P", "A", 60)]
        with store.snapshot(known_at=at(7), as_of=date(2026, 1, 5)) as snapshot:
            assert everything(snapshot) == before

    def test_before_the_first_load_nothing_is_known(self, store: GraphStore) -> None:
        store.commit(batch(at(5), party=[party("A")]))
        with store.snapshot(date(2026, 1, 1), at(4)) as snapshot:
            assert snapshot.sequence == 0
            assert snapshot.rows("party", ["party_id"]) == []
            assert snapshot.arrow("party").num_rows == 0

    # Withdrawing

    def test_withdrawing_a_correction_brings_the_former_back(self, store: GraphStore) -> None:
        store.commit(batch(at(5), party=[party("A"), party("P")], stake=[stake("P", "A", 60)]))
        correction = store.commit(batch(at(6), stake=[stake("P", "A", 51)])).record
        withdrawal = store.withdraw(correction.load_id, at(7)).record
        assert (withdrawal.sequence, withdrawal.withdraws) == (3, correction.load_id)
        assert store.loads()[1].withdrawn_by == withdrawal.load_id
        assert seen(store) == [("P", "A", 60)]
        assert seen(store, at(6)) == [("P", "A", 51)]

    def test_restated_after_a_withdrawal_it_is_known_from_then(self, store: GraphStore) -> None:
        rows: dict[str, list[Row]] = {
            "party": [party("A"), party("P")],
            "stake": [stake("P", "A", 60)],
        }
        first = store.commit(batch(at(5), **rows)).record
        with store.snapshot() as snapshot:
            fact_id = snapshot.rows("stake", ["fact_id"])
        store.withdraw(first.load_id, at(6))
        assert seen(store) == []
        again = store.commit(batch(at(7), **rows)).record
        assert again.facts == {"party": 2, "stake": 1}
        with store.snapshot() as snapshot:
            assert snapshot.rows("stake", ["fact_id"]) == fact_id
            assert snapshot.rows("stake", ["known_from"]) == [(datetime(2026, 1, 7),)]
        assert seen(store, at(6)) == []

    def test_withdrawing_a_correction_that_was_corrected_changes_nothing(
        self, store: GraphStore
    ) -> None:
        store.commit(batch(at(5), party=[party("A"), party("P")], stake=[stake("P", "A", 60)]))
        second = store.commit(batch(at(6), stake=[stake("P", "A", 51)])).record
        third = store.commit(batch(at(7), stake=[stake("P", "A", 40)])).record
        # 60 was closed by the second load alone, but the third replaced it as well
        assert store.withdraw(second.load_id, at(8)).record.closed == 1
        assert seen(store) == [("P", "A", 40)]
        store.withdraw(third.load_id, at(9))
        assert seen(store) == [("P", "A", 60)]
        assert seen(store, at(8)) == [("P", "A", 40)]

    def test_what_a_later_feed_left_out_stays_out(self, store: GraphStore) -> None:
        store.commit(batch(at(5), party=[party("A"), party("P")], stake=[stake("P", "A", 60)]))
        second = store.commit(batch(at(6), stake=[stake("P", "A", 51)])).record
        feed = store.commit(batch(at(7), supersedes="feed", stake=[stake("P", "P", 1)])).record
        store.withdraw(second.load_id, at(8))
        assert seen(store) == [("P", "P", 1)]
        store.withdraw(feed.load_id, at(9))
        assert seen(store) == [("P", "A", 60)]

    def test_a_withdrawal_can_be_neither_repeated_nor_withdrawn(self, store: GraphStore) -> None:
        first = store.commit(batch(at(5), party=[party("A")])).record
        withdrawal = store.withdraw(first.load_id, at(6)).record
        with pytest.raises(UsageError, match="withdrawn already"):
            store.withdraw(first.load_id, at(7))
        with pytest.raises(UsageError, match="a withdrawal itself"):
            store.withdraw(withdrawal.load_id, at(7))
        second = store.commit(batch(at(7), party=[party("B")])).record
        with pytest.raises(UsageError, match="lies before"):
            store.withdraw(second.load_id, at(6))
        assert len(store.loads()) == 3

    def test_withdrawing_warns_of_facts_that_later_loads_only_restated(
        self, store: GraphStore
    ) -> None:
        first = store.commit(batch(at(5), party=[party("A")])).record
        store.commit(batch(at(6), party=[party("A"), party("B")]))
        receipt = store.withdraw(first.load_id, at(7))
        assert codes(receipt.findings) == ["withdrawn-restated"]
        assert "restated 1 facts" in receipt.findings[0].message
        with store.snapshot() as snapshot:
            assert snapshot.rows("party", ["party_id"]) == [("B",)]

    # Superseding

    def test_a_feed_closes_what_it_leaves_out_of_its_own_tables(self, store: GraphStore) -> None:
        store.commit(batch(at(5), source="kek", supersedes="feed",
                           party=[party("A"), party("P"), party("Q")],
                           stake=[stake("P", "A", 60), stake("Q", "A", 40)]))  # fmt: skip
        store.commit(batch(at(6), source="other", stake=[stake("Q", "P", 10)]))
        record = store.commit(
            batch(at(7), source="kek", supersedes="feed", stake=[stake("P", "A", 60)])
        ).record
        assert (record.facts, record.unchanged, record.closed) == ({}, 1, 1)
        # Q in A is closed; the other source's row and the table party, not in the feed, stay
        assert seen(store) == [("P", "A", 60), ("Q", "P", 10)]
        with store.snapshot() as snapshot:
            assert snapshot.rows("party", ["party_id"]) == [("A",), ("P",), ("Q",)]

    def test_a_day_replaces_the_rows_of_its_days_only(self, store: GraphStore) -> None:
        def cash(account: str, day: str, total: str) -> Row:
            return {"account_id": account, "date": day, "total": total}

        store.commit(batch(at(6), source="rzrq", supersedes="day",
                           account=[{"account_id": "1", "kind": "credit"},
                                    {"account_id": "2", "kind": "credit"}],
                           cash=[cash("1", "2026-01-05", "10"),
                                 cash("2", "2026-01-05", "20")]))  # fmt: skip
        store.commit(batch(at(7), source="rzrq", supersedes="day",
                           cash=[cash("2", "2026-01-06", "21")]))  # fmt: skip
        # the files of the 5th come again: account 2 is not in them any more
        record = store.commit(
            batch(at(8), source="rzrq", supersedes="day",
                  account=[{"account_id": "1", "kind": "credit"}],
                  cash=[cash("1", "2026-01-05", "11")])
        ).record  # fmt: skip
        assert (record.facts, record.unchanged, record.closed) == ({"cash": 1}, 1, 2)
        columns = ["account_id", "total"]
        with store.snapshot(date(2026, 1, 5)) as snapshot:
            assert snapshot.rows("cash", columns) == [("1", Decimal("11.00"))]
            # accounts are facts: a row that is missing on a day says nothing
            assert snapshot.rows("account", ["account_id"]) == [("1",), ("2",)]
        with store.snapshot() as snapshot:
            assert snapshot.as_of == date(2026, 1, 6)
            assert snapshot.rows("cash", columns) == [("2", Decimal("21.00"))]
        with store.snapshot(date(2026, 1, 5), at(7)) as snapshot:
            assert snapshot.rows("cash", columns) == [
                ("1", Decimal("10.00")), ("2", Decimal("20.00")),
            ]  # fmt: skip

    def test_events_of_a_day_are_replaced_with_it(self, store: GraphStore) -> None:
        def fill(number: str, day: str) -> Row:
            return {"fill_id": number, "account_id": "1", "code": "600000.SH", "date": day,
                    "side": "buy", "price": "10", "quantity": "100"}  # fmt: skip

        store.commit(batch(at(6), supersedes="day",
                           fill=[fill("1", "2026-01-05"), fill("2", "2026-01-05")]))  # fmt: skip
        store.commit(batch(at(7), supersedes="day", fill=[fill("3", "2026-01-06")]))
        store.commit(batch(at(8), supersedes="day", fill=[fill("1", "2026-01-05")]))
        with store.snapshot(date(2026, 1, 1)) as snapshot:
            assert snapshot.rows("fill", ["fill_id"]) == [("1",), ("3",)]  # events: every row
