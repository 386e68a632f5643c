"""Looking at what was loaded, at the store itself and at the rulebook."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from graphkit.api.place import Place
from graphkit.model.answer import Answer
from graphkit.model.batch import LoadRecord
from graphkit.model.errors import UsageError
from graphkit.rules.book import Rulebook
from graphkit.store.base import GraphStore


def loads(place: Place) -> Answer:
    """Every load in order, withdrawals included."""
    columns = (
        "sequence",
        "load_id",
        "source",
        "known_at",
        "rows_in",
        "accepted",
        "quarantined",
        "standing",
    )
    rows = [
        (
            r.sequence,
            r.load_id,
            r.source,
            r.known_at,
            r.rows_in,
            r.accepted,
            r.quarantined,
            f"withdraws {r.withdraws}"
            if r.withdraws
            else (f"withdrawn by {r.withdrawn_by}" if r.withdrawn_by else "believed"),
        )
        for r in place.open().loads()
    ]
    return Answer("loads", columns, rows)


def load_details(place: Place, load_id: str) -> tuple[Answer, Answer]:
    """One load: its figures, and its files with their hashes."""
    record = _record(place.open(), load_id)
    facts: list[tuple[str, str | int | datetime]] = [
        ("load_id", record.load_id),
        ("source", record.source),
        ("loader_version", record.loader_version),
        ("known_at", record.known_at),
        ("rows_in", record.rows_in),
        ("accepted", record.accepted),
        ("quarantined", record.quarantined),
        *((f"facts {k}", v) for k, v in sorted(record.facts.items())),
        ("unchanged", record.unchanged),
        ("closed", record.closed),
        ("withdraws", record.withdraws or ""),
        ("withdrawn_by", record.withdrawn_by or ""),
    ]
    files = [(f.name, f.bytes, f.sha256) for f in record.files]
    return (
        Answer("load", ("what", "value"), facts),
        Answer("files", ("file", "bytes", "sha256"), files),
    )


def quarantine(place: Place, load_id: str) -> Answer:
    """The quarantined rows of a load with file, line, column, value and what was expected."""
    store = place.open()
    record = _record(store, load_id)
    rows = [
        (f.file, f.line, f.column, f.value, f.code, f.expected, f.raw)
        for f in store.quarantine(record.load_id)
    ]
    return Answer(
        "quarantine", ("file", "line", "column", "value", "fault", "expected", "row"), rows
    )


def withdraw(place: Place, load_id: str, *, known_at: datetime | None = None) -> tuple[str, ...]:
    """What withdrawing a load did, in sentences."""
    store = place.open()
    record = _record(store, load_id)
    receipt = store.withdraw(record.load_id, known_at or datetime.now(UTC))
    said = [f"load {record.load_id} is withdrawn; an earlier --known-at still shows it"]
    return (*said, *(finding.message for finding in receipt.findings))


def store_info(place: Place) -> Answer:
    """Where the store is, its format, sizes and counts."""
    return Answer("store", ("what", "value"), list(place.open().info().items()))


def store_verify(place: Place) -> tuple[Answer, bool]:
    """Every contradiction in the store, and whether there is none."""
    found = place.open().verify()
    rows = [(f.severity, f.code, f.subject, f.message) for f in found]
    notes = () if found else ("the store is sound",)
    columns = ("severity", "code", "subject", "message")
    return Answer("verify", columns, rows, notes=notes), not found


def rules_show(as_of: date) -> Answer:
    """The rules in force on a day, with source and standing."""

    def text(value: object) -> str:
        if isinstance(value, Decimal):
            return f"{value:f}"
        return str(value) if isinstance(value, int | str) else _compact(value)

    rows = [
        (r.book, r.name, r.term, text(r.value), r.status, r.start, r.end, r.source)
        for r in Rulebook.on(as_of)
    ]
    columns = ("book", "rule", "term", "value", "status", "from", "to", "source")
    return Answer("rules", columns, rows, as_of=as_of)


def _compact(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{k} {_compact(v)}" for k, v in value.items())
    if isinstance(value, list):
        return ", ".join(_compact(v) for v in value)
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _record(store: GraphStore, load_id: str) -> LoadRecord:
    found = [r for r in store.loads() if r.load_id.startswith(load_id)]
    if len(found) == 1:
        return found[0]
    if not found:
        raise UsageError(f"no load {load_id!r}; `graphkit loads list` shows them")
    raise UsageError(f"{load_id!r} begins {len(found)} load ids; give more of it")
