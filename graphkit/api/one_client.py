"""group, why, exposure: the one client and what it owes and holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from graphkit.api.origin import located, origins
from graphkit.api.place import Place, party_id
from graphkit.clients import Group, group_of
from graphkit.clients import why as chain
from graphkit.margin.measures import BREACHED_LINES, RATIOS, Measures, measure
from graphkit.model.answer import Answer
from graphkit.model.errors import UsageError
from graphkit.model.findings import Finding
from graphkit.model.write import arrow_rows, money, percent
from graphkit.rules.book import Rulebook
from graphkit.store.base import Snapshot

if TYPE_CHECKING:
    import pyarrow as pa

_DETAIL = frozenset({"facts"})
_LIMIT_DETAIL = frozenset({"over_limit", "rule"})
_TERM_DETAIL = frozenset(
    "item price_date price_age adjusted fact_id price_fact_id entitlement_fact_id "
    "entitlement_file entitlement_line".split()
)
_ALWAYS = frozenset({"own_shortfall_sum"})
"""Measures that are shown when they are 0, too: no pooled ratio stands without it."""

LINKS = ("group_id", "a", "b", "kind", "standing", "why", "where", "facts")


def group(
    place: Place,
    party: str,
    *,
    explain: bool = False,
    as_of: date | None = None,
    known_at: datetime | None = None,
) -> tuple[Answer, ...]:
    """The groups of a party: their members with reasons and, with `explain`, the links."""
    with place.open().snapshot(as_of, known_at) as snap:
        found = group_of(snap, Rulebook.on(snap.as_of), _party_or_group(snap, party))
        names = _names(snap, found)
        where = origins(snap, found) if explain else {}
        as_of, known_at = snap.as_of, snap.known_at
    rows = [
        (
            g.group_id,
            m.party_id,
            names.get(m.party_id, ""),
            m.standing,
            m.client,
            "unresolved" if m.party_id in g.unresolved else "resolved",
            m.reason,
        )
        for g in found
        for m in g.members
    ]
    columns = ("group_id", "party_id", "name", "standing", "client", "owner", "reason")
    notes = tuple(
        f"{g.group_id}: accounts {', '.join(g.accounts) or 'none'}"
        + (f"; possible {', '.join(g.possible_accounts)}" if g.possible_accounts else "")
        for g in found
    )
    members = Answer("group", columns, rows, as_of, known_at, notes)
    if not explain:
        return (members,)
    links = [
        (
            g.group_id,
            k.a,
            k.b,
            k.kind,
            k.standing,
            k.text,
            located(k.facts, where),
            " ".join(k.facts),
        )
        for g in found
        for k in g.links
    ]
    return members, Answer("links", LINKS, links, as_of, known_at, detail=_DETAIL)


def why(
    place: Place,
    a: str,
    b: str,
    *,
    as_of: date | None = None,
    known_at: datetime | None = None,
) -> Answer:
    """The shortest chain of links that makes two parties one client; its weakest is marked.

    Without one, no rows and a note that says what was looked at.
    """
    with place.open().snapshot(as_of, known_at) as snap:
        rules = Rulebook.on(snap.as_of)
        one, other = party_id(snap, a), party_id(snap, b)
        both = group_of(snap, rules, one) + group_of(snap, rules, other)
        found = list({g.group_id: g for g in both}.values())
        where = origins(snap, found)
        as_of, known_at = snap.as_of, snap.known_at
    answer = chain(found, one, other)
    rows = [
        (
            number,
            k.a,
            k.b,
            k.kind,
            k.standing,
            k.text,
            "weakest" if number - 1 == answer.weakest else "",
            located(k.facts, where),
            " ".join(k.facts),
        )
        for number, k in enumerate(answer.links, 1)
    ]
    columns = ("step", "a", "b", "kind", "standing", "why", "mark", "where", "facts")
    return Answer("why", columns, rows, as_of, known_at, (answer.text,), detail=_DETAIL)


@dataclass(frozen=True, slots=True)
class ExposureReport:
    """What an account, a client or its groups owe and hold, as tables."""

    measures: Measures
    accounts: frozenset[str]
    groups: frozenset[str]
    subjects: frozenset[str]
    as_of: date
    known_at: datetime

    def answers(self, *, explain: bool = False) -> tuple[Answer, ...]:
        """Account measures, group measures, limit checks and, with `explain`, every term."""
        measures = self.measures
        tables = [
            self._answer("accounts", measures.account_measures, "account_id", self.accounts),
            self._answer("groups", measures.group_measures, "group_id", self.groups),
            self._answer("limits", measures.limit_checks, "subject", self.subjects),
        ]
        if explain:
            tables.append(self._answer("terms", measures.terms, "account_id", self.accounts))
        return tuple(tables)

    def for_people(self, *, explain: bool = False) -> tuple[Answer, ...]:
        """The same to be read: a column an account or group, ratios as percents, no empty rows."""
        accounts, groups, limits, *terms = self.answers(explain=explain)
        return (
            _upright(accounts),
            _upright(groups),
            _readable(limits, _LIMIT_DETAIL),
            *(_readable(t, _TERM_DETAIL) for t in terms),
        )

    @property
    def breached(self) -> bool:
        """Whether a line is crossed or a limit breached."""
        checks = self._answer("", self.measures.limit_checks, "subject", self.subjects)
        verdict = checks.columns.index("verdict")
        lines = self._answer("", self.measures.account_measures, "account_id", self.accounts)
        crossed = lines.columns.index("line_crossed")
        return any(row[verdict] == "breach" for row in checks.rows) or any(
            row[crossed] in BREACHED_LINES for row in lines.rows
        )

    def _findings(self) -> Iterator[Finding]:
        """Those about what is shown, or about a contract or security of an account shown.

        A finding about a contract names its account, whose rows of the day may lack; one that
        stands for many says what an account that is not exact may suffer from.
        """
        standing = self.measures.account_measures.column_names.index("ratio_standing")
        lines = self._rows("account_id", self.measures.account_measures, self.accounts)
        whole = all(row[standing] in ("exact", "no_debt") for row in lines)
        terms = self._rows("account_id", self.measures.terms, self.accounts)
        names = self.measures.terms.column_names
        code, contract = names.index("code"), names.index("contract_id")
        about = {row[i] for row in terms for i in (code, contract)} | self.subjects
        for f in self.measures.findings:
            many = f.subject == "many" and f.effect != "none" and not whole
            if f.subject in about or f.details.get("account") in self.accounts or many:
                yield f

    def _rows(
        self, column: str, table: pa.Table, wanted: frozenset[str]
    ) -> list[tuple[object, ...]]:
        at = table.column_names.index(column)
        return [row for row in arrow_rows(table) if row[at] in wanted]

    def _answer(self, name: str, table: pa.Table, column: str, wanted: frozenset[str]) -> Answer:
        names = tuple(table.column_names)
        rows = self._rows(column, table, wanted)
        notes = tuple(f"{f.code}: {f.message}" for f in self._findings())
        return Answer(
            name, names, rows, self.as_of, self.known_at, notes if name == "accounts" else ()
        )


def _upright(answer: Answer) -> Answer:
    rows = list(answer.rows)
    turned = [
        [name, *(_shown(name, row[i]) for row in rows)]
        for i, name in enumerate(answer.columns)
        if i and any(name in _ALWAYS or row[i] not in (None, 0, "rulebook") for row in rows)
    ]
    columns = ("measure", *(str(row[0]) for row in rows))
    return Answer(answer.name, columns, turned, answer.as_of, answer.known_at, answer.notes)


def _readable(answer: Answer, detail: frozenset[str]) -> Answer:
    rows = [
        [_shown(name, value) for name, value in zip(answer.columns, row, strict=True)]
        for row in answer.rows
    ]
    return Answer(
        answer.name,
        answer.columns,
        rows,
        answer.as_of,
        answer.known_at,
        answer.notes,
        detail=detail,
    )


def _shown(column: str, value: object) -> object:
    if isinstance(value, Decimal):
        return percent(value) if column in RATIOS else money(value)
    return value


def exposure(
    place: Place,
    subject: str,
    *,
    as_of: date | None = None,
    known_at: datetime | None = None,
) -> ExposureReport:
    """What an account, or a client with its groups, owes and holds on a day."""
    with place.open().snapshot(as_of, known_at) as snap:
        rules = Rulebook.on(snap.as_of)
        accounts = snap.rows("account", ["account_id", "client_id"], "account_id", [subject])
        client = accounts[0][1] if accounts else _party_or_group(snap, subject)
        groups = group_of(snap, rules, client) if client else []
        own = {a for (a,) in snap.rows("account", ["account_id"], "client_id", [client])}
        if not accounts and not own and not any(g.accounts for g in groups):
            raise UsageError(f"{subject!r} has no account with the broker, nor has its group")
        shown = {subject} if accounts else own | {a for g in groups for a in g.accounts}
        measures = measure(snap, rules, groups, explain=shown)
        as_of, known_at = snap.as_of, snap.known_at
    ids = frozenset(g.group_id for g in groups)
    subjects = frozenset(shown) | ids | {client} if client else frozenset(shown)
    return ExposureReport(measures, frozenset(shown), ids, frozenset(subjects), as_of, known_at)


def _party_or_group(snapshot: Snapshot, text: str) -> str:
    """The party that a text names; a group, as answers name it, is named by one of its members."""
    level, colon, member = text.partition(":")
    if colon and level == "L1" and snapshot.rows("party", ["party_id"], "party_id", [member]):
        return member
    return party_id(snapshot, text)


def _names(snapshot: Snapshot, groups: Sequence[Group]) -> dict[str, str]:
    wanted = {m.party_id for g in groups for m in g.members}
    return {
        party: name or ""
        for party, name in snapshot.rows("party", ["party_id", "name"], "party_id", wanted)
    }
