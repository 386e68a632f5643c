"""What every store shows of its facts, written against the abstract class alone.

A store runs it by subclassing :class:`ReadingSuite` with a fixture ``store`` that gives an empty
one.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from store_rows import Row, at, batch, codes, number, party, seen, sound, stake

from graphkit.store.base import GraphStore


class ReadingSuite:
    """The tests; `store` is a fixture of the subclass."""

    always_sound = pytest.fixture(autouse=True)(sound)

    # As of a day

    def test_versions_of_a_fact_also_when_one_is_told_late(self, store: GraphStore) -> None:
        store.commit(batch(at(5), stake=[stake("P", "A", 60, valid_from="2020-01-01"),
                                         stake("P", "A", 40, valid_from="2023-01-01",
                                               valid_to="2025-01-01")]))  # fmt: skip
        store.commit(batch(at(6), stake=[stake("P", "A", 50, valid_from="2021-01-01")]))
        expected = {
            "2019-12-31": [],
            "2020-01-01": [("P", "A", 60)],
            "2020-12-31": [("P", "A", 60)],
            "2021-01-01": [("P", "A", 50)],
            "2023-01-01": [("P", "A", 40)],
            "2024-12-31": [("P", "A", 40)],
            "2025-01-01": [],  # the latest version is over; an older one does not come back
        }
        for day, rows in expected.items():
            assert seen(store, as_of=date.fromisoformat(day)) == rows, day
        assert seen(store, at(5), date(2021, 1, 1)) == [("P", "A", 60)]

    def test_a_blank_start_is_before_every_day(self, store: GraphStore) -> None:
        store.commit(
            batch(at(5), stake=[stake("P", "A", 60, valid_to="2024-01-01"),
                                stake("P", "A", 40, valid_from="2022-01-01")])
        )  # fmt: skip
        assert seen(store, as_of=date(1900, 1, 1)) == [("P", "A", 60)]
        assert seen(store, as_of=date(2022, 1, 1)) == [("P", "A", 40)]

    def test_day_tables_in_force_that_day_or_until_the_next_row(self, store: GraphStore) -> None:
        store.commit(batch(at(9), price=[{"code": "X", "date": "2026-01-05", "close": "1"},
                                         {"code": "X", "date": "2026-01-06", "close": "2"},
                                         {"code": "Y", "date": "2026-01-05", "close": "3"}],
                           haircut=[{"code": "X", "date": "2026-01-02", "rate": "0.5"},
                                    {"code": "X", "date": "2026-01-06", "rate": "0.6"},
                                    {"code": "X", "house": "other", "date": "2026-01-02",
                                     "rate": "0.7"}]))  # fmt: skip
        with store.snapshot(date(2026, 1, 6)) as snapshot:
            assert snapshot.rows("price", ["code", "close"]) == [("X", Decimal("2.0000"))]
            assert snapshot.rows("haircut", ["code", "house", "rate"]) == [
                ("X", None, Decimal("0.60000000")), ("X", "other", Decimal("0.70000000")),
            ]  # fmt: skip
            assert snapshot.arrow(
                "price", ["code", "date"], since=date(2026, 1, 5)
            ).to_pylist() == [
                {"code": "X", "date": date(2026, 1, 5)},
                {"code": "X", "date": date(2026, 1, 6)},
                {"code": "Y", "date": date(2026, 1, 5)},
            ]
            assert snapshot.arrow("haircut", ["code"], since=date(2026, 1, 3)).num_rows == 1
        with store.snapshot(date(2026, 1, 1)) as snapshot:
            assert snapshot.rows("haircut", ["code"]) == []

    def test_the_day_that_is_meant_when_none_is_given(self, store: GraphStore) -> None:
        def day() -> date:
            with store.snapshot() as snapshot:
                return snapshot.as_of

        store.commit(batch(at(5), party=[party("A")]))
        assert day() == date(2026, 1, 5)  # that of the load
        store.commit(batch(at(6), party=[party("B", valid_from="2024-03-01")]))
        assert day() == date(2024, 3, 1)  # the latest valid_from
        store.commit(batch(at(7), price=[{"code": "X", "date": "2025-12-30", "close": "1"}]))
        assert day() == date(2025, 12, 30)  # the latest business date
        wrong = store.commit(
            batch(at(8), source="b", supersedes="feed",
                  price=[{"code": "X", "date": "2062-01-01", "close": "1"}])
        ).record  # fmt: skip
        assert day() == date(2062, 1, 1)
        store.commit(
            batch(at(9), source="b", supersedes="feed",
                  price=[{"code": "X", "date": "2026-01-01", "close": "1"}])
        )  # fmt: skip
        assert day() == date(2026, 1, 1)  # the wrong one is closed
        assert wrong.facts == {"price": 1}
        with store.snapshot(known_at=at(6)) as snapshot:
            assert snapshot.as_of == date(2024, 3, 1)  # as seen at known-at

    # Sources

    def test_of_two_sources_the_one_stated_last_is_read(self, store: GraphStore) -> None:
        store.commit(batch(at(5), source="a", party=[party("A"), party("P")],
                           stake=[stake("P", "A", 60)]))  # fmt: skip
        receipt = store.commit(batch(at(6), source="b", stake=[stake("P", "A", 70)]))
        assert codes(receipt.findings) == ["conflicting-sources"]
        assert receipt.findings[0].details["count"] == "1"
        assert len(receipt.findings[0].facts) == 2
        assert seen(store) == [("P", "A", 70)]
        # the same from a third source is no conflict with b, but one with a
        receipt = store.commit(batch(at(7), source="c", stake=[stake("P", "A", 70)]))
        assert receipt.findings[0].details["count"] == "1"
        # each source's feed closes its own alone
        store.commit(batch(at(8), source="b", supersedes="feed", stake=[]))
        store.commit(batch(at(9), source="c", supersedes="feed", stake=[]))
        assert seen(store) == [("P", "A", 60)]

    def test_two_sources_that_agree_are_no_conflict(self, store: GraphStore) -> None:
        rows: dict[str, list[Row]] = {
            "party": [party("A"), party("P")],
            "stake": [stake("P", "A", 60)],
        }
        store.commit(batch(at(5), source="a", **rows))
        receipt = store.commit(batch(at(6), source="b", **rows))
        assert (receipt.findings, receipt.record.facts) == ((), {"party": 2, "stake": 1})
        assert seen(store) == [("P", "A", 60)]

    # Parties

    def test_ends_that_are_no_party_become_one_of_unknown_kind(self, store: GraphStore) -> None:
        rows = [stake(f"P{i:02}", "A", 1) for i in range(12)]
        receipt = store.commit(batch(at(5), party=[party("A")], stake=rows))
        assert receipt.record.facts == {"party": 13, "stake": 12}
        (finding,) = receipt.findings
        assert finding.code == "party-unknown-kind"
        assert finding.details == {
            "count": "12", "first": ", ".join(f"P{i:02}" for i in range(10)),
        }  # fmt: skip
        with store.snapshot() as snapshot:
            assert snapshot.rows("party", ["party_id", "kind", "file", "line"])[:3] == [
                ("A", "company", "party.csv", 2),
                ("P00", "unknown", "stake.csv", 2),  # where it was met
                ("P01", "unknown", "stake.csv", 3),
            ]
            assert snapshot.findings() == [(receipt.record.load_id, finding)]

    @pytest.mark.parametrize("source", ["a", "b"])
    def test_a_real_party_wins_over_a_mere_end_without_a_conflict(
        self, store: GraphStore, source: str
    ) -> None:
        store.commit(batch(at(5), source="a", stake=[stake("P", "A", 60)]))
        receipt = store.commit(
            batch(at(6), source=source, party=[party("P", "person"), party("A")])
        )
        assert receipt.findings == ()
        # an end once more, of a third source: P is known, nothing is added
        receipt = store.commit(batch(at(7), source="c", stake=[stake("P", "A", 60)]))
        assert (receipt.findings, receipt.record.facts) == ((), {"stake": 1})
        with store.snapshot() as snapshot:
            assert snapshot.rows("party", ["party_id", "kind"]) == [
                ("A", "company"), ("P", "person"),
            ]  # fmt: skip

    def test_a_real_party_with_a_start_hides_the_mere_end_from_then(
        self, store: GraphStore
    ) -> None:
        store.commit(batch(at(5), stake=[stake("P", "P", 1)]))
        store.commit(
            batch(
                at(6),
                source="b",
                party=[party("P", valid_from="2020-01-01", valid_to="2022-01-01")],
            )
        )
        kinds = {}
        for year in (2019, 2021, 2023):
            with store.snapshot(date(year, 1, 1)) as snapshot:
                kinds[year] = snapshot.rows("party", ["kind"])
        assert kinds == {2019: [("unknown",)], 2021: [("company",)], 2023: []}

    def test_a_feed_without_parties_keeps_the_mere_ends(self, store: GraphStore) -> None:
        rows: dict[str, list[Row]] = {"party": [party("A")], "stake": [stake("P", "A", 60)]}
        store.commit(batch(at(5), supersedes="feed", **rows))
        receipt = store.commit(batch(at(6), supersedes="feed", **rows))
        assert (receipt.record.facts, receipt.record.closed, receipt.findings) == ({}, 0, ())

    def test_a_party_that_its_feed_drops_stays_as_an_end_of_others(self, store: GraphStore) -> None:
        store.commit(batch(at(5), source="a", supersedes="feed", party=[party("A"), party("P")]))
        store.commit(batch(at(6), source="b", stake=[stake("P", "A", 60)]))
        receipt = store.commit(batch(at(7), source="a", supersedes="feed", party=[party("A")]))
        assert codes(receipt.findings) == ["party-unknown-kind"]
        with store.snapshot() as snapshot:
            assert snapshot.rows("party", ["party_id", "kind"]) == [
                ("A", "company"), ("P", "unknown"),
            ]  # fmt: skip

    def test_a_party_whose_load_is_withdrawn_stays_as_an_end_of_others(
        self, store: GraphStore
    ) -> None:
        first = store.commit(batch(at(5), source="a", party=[party("A"), party("P")])).record
        store.commit(batch(at(6), source="b", stake=[stake("P", "A", 60)]))
        receipt = store.withdraw(first.load_id, at(7))
        assert codes(receipt.findings) == ["party-unknown-kind"]
        assert receipt.record.facts == {"party": 2}
        with store.snapshot() as snapshot:
            assert snapshot.rows("party", ["party_id", "kind"]) == [
                ("A", "unknown"), ("P", "unknown"),
            ]  # fmt: skip

    # One party under several ids

    def test_equal_strong_identifiers_make_one_party(self, store: GraphStore) -> None:
        store.commit(
            batch(at(5), source="a", party=[party("A"), party("a:P", "person", name="王伟")],
                  identifier=[number("a:P", "one_code", "180000000001")],
                  stake=[stake("a:P", "A", 30)])
        )  # fmt: skip
        receipt = store.commit(
            batch(at(6), source="b", party=[party("B"), party("A:P", "person", name="WANG Wei")],
                  identifier=[number("A:P", "one_code", "180000000001")],
                  stake=[stake("A:P", "B", 40)])
        )  # fmt: skip
        assert codes(receipt.findings) == ["same-identifier"]
        assert "a:P = A:P (one_code)" in receipt.findings[0].message
        assert "180000000001" not in receipt.findings[0].message
        # a:P was stated first, though A:P is the smaller id
        assert seen(store) == [("a:P", "A", 30), ("a:P", "B", 40)]
        assert seen(store, at(5)) == [("a:P", "A", 30)]
        with store.snapshot() as snapshot:
            for named in ("a:P", "A:P"):
                assert snapshot.rows(
                    "stake", ["holder_id", "entity_id"], where="holder_id", among=[named]
                ) == [("a:P", "A"), ("a:P", "B")]
            assert snapshot.rows("stake", ["entity_id"], "entity_id", ["B"]) == [("B",)]
            # one row of the party, the one stated last; found by every id, number and name
            assert snapshot.rows("party", ["party_id", "name"]) == [
                ("A", None), ("B", None), ("a:P", "WANG Wei"),
            ]  # fmt: skip
            assert snapshot.find("A:P")[0] == ("a:P", "person", "WANG Wei")
            assert snapshot.find("王伟")[0] == ("a:P", "person", "王伟")
            assert snapshot.find("180000000001")[0][0] == "a:P"
            assert snapshot.rows("identifier", ["party_id"], "value", ["180000000001"]) == [
                ("a:P",)
            ]

    def test_neither_names_nor_weak_numbers_join(self, store: GraphStore) -> None:
        receipt = store.commit(
            batch(at(5), party=[party(i, "person", name="王伟") for i in ("P", "Q")],
                  identifier=[number("P", "other", "7"), number("Q", "other", "7"),
                              number("P", "lei", "7"), number("Q", "uscc", "7")])
        )  # fmt: skip
        assert receipt.findings == ()
        with store.snapshot() as snapshot:
            assert snapshot.rows("party", ["party_id"]) == [("P",), ("Q",)]
            assert [row[0] for row in snapshot.find("王伟")] == ["P", "Q"]

    def test_ids_are_one_through_others_and_part_when_the_link_is_withdrawn(
        self, store: GraphStore
    ) -> None:
        store.commit(
            batch(at(5), party=[party("C"), party("B"), party("A"), party("X")],
                  identifier=[number("A", "lei", "1"), number("C", "uscc", "2")],
                  stake=[stake("A", "X", 1), stake("B", "X", 2), stake("C", "X", 4)])
        )  # fmt: skip
        # B is A by its LEI and C by its credit code: A = B = C; A is the smallest of one load
        link = store.commit(
            batch(at(6), source="link",
                  identifier=[number("B", "lei", "1"), number("B", "uscc", "2")])
        ).record  # fmt: skip
        # three rows that one source gives of one holder add up: all are shown
        assert seen(store) == [("A", "X", 1), ("A", "X", 2), ("A", "X", 4)]
        with store.snapshot() as snapshot:
            assert snapshot.rows("party", ["party_id"]) == [("A",), ("X",)]
        store.withdraw(link.load_id, at(7))
        assert seen(store) == [("A", "X", 1), ("B", "X", 2), ("C", "X", 4)]
        assert seen(store, at(6)) == [("A", "X", 1), ("A", "X", 2), ("A", "X", 4)]

    def test_a_closed_identifier_joins_no_more(self, store: GraphStore) -> None:
        wrong = [number("P", "lei", "1"), number("Q", "lei", "1")]
        store.commit(
            batch(at(5), supersedes="feed", party=[party("P"), party("Q")], identifier=wrong)
        )
        store.commit(batch(at(6), supersedes="feed", identifier=wrong[:1]))
        for when, expected in ((at(5), [("P",)]), (at(6), [("P",), ("Q",)])):
            with store.snapshot(known_at=when) as snapshot:
                assert snapshot.rows("party", ["party_id"]) == expected

    def test_of_two_sources_under_one_party_the_holding_stated_last_is_read(
        self, store: GraphStore
    ) -> None:
        store.commit(
            batch(at(5), source="a", party=[party("A"), party("P")], stake=[stake("P", "A", 30)],
                  identifier=[number("P", "lei", "1")])
        )  # fmt: skip
        store.commit(
            batch(at(6), source="b", party=[party("Q")], stake=[stake("Q", "A", 35)],
                  identifier=[number("Q", "lei", "1")])
        )  # fmt: skip
        assert seen(store) == [("P", "A", 35)]  # not 65: both tell of the same holding

    # Asking

    def test_rows_among_values_of_any_column(self, store: GraphStore) -> None:
        store.commit(batch(at(5), account=[
            {"account_id": "1", "kind": "credit", "client_id": "P"},
            {"account_id": "2", "kind": "credit", "client_id": "Q"},
        ]))  # fmt: skip
        store.commit(
            batch(at(6), source="b", account=[
                {"account_id": "1", "kind": "credit", "client_id": "Q", "valid_from": "2020-01-01"},
            ])
        )  # fmt: skip
        with store.snapshot() as snapshot:
            ask = snapshot.rows
            assert ask("account", ["account_id"], "client_id", ["Q"]) == [("1",), ("2",)]
            assert ask("account", ["account_id"], "client_id", ["P"]) == []  # that was before
            assert ask("account", ["account_id"], "account_id", {"1", "9"}) == [("1",)]
            assert ask("account", ["account_id"], "account_id", []) == []
            assert ask("account", ["account_id"], "account_id") == []
            many = [str(i) for i in range(5000)]
            assert ask("account", ["account_id"], "account_id", many) == [("1",), ("2",)]
            assert ask("bloc", ["bloc_id"], "member_id", ["P"]) == []
            for call in (lambda: ask("account", ["nope"]), lambda: ask("nope", ["kind"])):
                with pytest.raises(ValueError, match="nope"):
                    call()
            with pytest.raises(ValueError, match="only day tables"):
                snapshot.arrow("account", since=date(2020, 1, 1))

    def test_what_was_read_outlives_the_reading(self, store: GraphStore) -> None:
        store.commit(batch(at(5), stake=[stake("P", "A", 60)]))
        with store.snapshot() as snapshot:
            table = snapshot.arrow("stake", ["holder_id", "capital_min"])
            rows = snapshot.rows("stake", ["holder_id"])
        store.commit(batch(at(6), stake=[stake("P", "A", 61)]))
        assert table.to_pylist() == [{"holder_id": "P", "capital_min": 6_000_000_000}]
        assert rows == [("P",)]

    def test_hostile_text_stays_text(self, store: GraphStore) -> None:
        ids = [
            "'; DROP TABLE party; --",
            'a"b',
            "<img onerror=1>",
            "‮甲",
            "\\n",
            "%",
            "x\0y",
            "😀",
            " ",
        ]
        store.commit(batch(at(5), source="it's", party=[party(i, name=i) for i in ids]))
        with store.snapshot() as snapshot:
            assert [r[0] for r in snapshot.rows("party", ["party_id"])] == sorted(ids)
            for text in ids:
                for column in ("party_id", "name"):
                    assert snapshot.rows("party", ["name", "source"], column, [text]) == [
                        (text, "it's")
                    ]
                assert snapshot.find(text)[0] == (text, "company", text)

    def test_blank_and_empty_text_differ(self, store: GraphStore) -> None:
        store.commit(batch(at(5), party=[party("A")]))
        record = store.commit(batch(at(6), party=[party("A", name="")])).record
        assert (record.facts, record.closed) == ({"party": 1}, 1)
        with store.snapshot() as snapshot:
            assert snapshot.rows("party", ["name"]) == [("",)]

    def test_money_and_shares_come_out_as_they_went_in(self, store: GraphStore) -> None:
        most = Decimal("999999999999999999.99")
        share = 9_999_999_999
        store.commit(
            batch(at(5), cash=[{"account_id": "1", "date": "2026-01-05", "total": most}],
                  stake=[stake("P", "A", 1) | {"capital_max": share}])
        )  # fmt: skip
        with store.snapshot() as snapshot:
            assert snapshot.rows("cash", ["total"]) == [(most,)]
            assert snapshot.arrow("cash")["total"].to_pylist() == [most]
            assert str(snapshot.arrow("cash").schema.field("total").type) == "decimal128(20, 2)"
            assert snapshot.arrow("stake")["capital_max"].to_pylist() == [share]

    def test_finding_parties_best_match_first(self, store: GraphStore) -> None:
        store.commit(
            batch(at(5), party=[
                party("1", name="福建华夏投资有限公司"),
                party("2", name="华夏投资"),
                party("3", name="华夏投资有限公司"),
                party("4", "person", name="李雷"),
                party("华夏投资", name="另一家"),
                party("5", name="former"),
            ], identifier=[number("4", "other", "华夏投资")])
        )  # fmt: skip
        with store.snapshot() as snapshot:
            # id; number; exact name; part of a name, the closer first
            found = [row[0] for row in snapshot.find("华夏投资")]
            assert found == ["华夏投资", "4", "2", "3", "1"]
            assert snapshot.find("华夏投资", limit=2) == [
                ("华夏投资", "company", "另一家"), ("4", "person", "李雷"),
            ]  # fmt: skip
            assert snapshot.find("Formre")[0] == ("5", "company", "former")  # near
            assert snapshot.find("zzzz") == []
