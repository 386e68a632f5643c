"""Which store is meant, and how a party in it is named."""

from __future__ import annotations

import getpass
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from graphkit.model.errors import UsageError
from graphkit.store import open_store
from graphkit.store.base import GraphStore, Snapshot


@dataclass(frozen=True, slots=True)
class Place:
    """A store: its file, how long to wait while another process holds it (seconds)."""

    store: str
    wait: float = 30.0
    on_wait: Callable[[str], None] | None = None

    def open(self, *, create: bool = False) -> GraphStore:
        """The store; UsageError when there is none and `create` is not asked for."""
        return open_store(self.store, wait=self.wait, create=create, on_wait=self.on_wait)


def log_unmask(place: Place | None, reason: str, command: Sequence[str]) -> None:
    """Record who asked to see identifiers whole, when and why, beside the store (append-only)."""
    if not reason.strip():
        raise UsageError("--unmask needs --reason TEXT: it is kept with who asked and when")
    beside = Path(place.store if place else "graphkit").with_suffix(".access.jsonl")
    entry = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "who": getpass.getuser(),
        "reason": reason,
        "command": list(command),
    }
    with beside.open("a", encoding="utf-8") as log:
        log.write(json.dumps(entry, ensure_ascii=False) + "\n")


def party_id(snapshot: Snapshot, text: str) -> str:
    """The id of the party that `text` names by id, identifier or exact name.

    Raises
    ------
    UsageError
        When several or none fit; the message lists the nearest.
    """
    by_id = {row[0] for row in snapshot.rows("party", ["party_id"], "party_id", [text])}
    if not by_id:
        by_id = {row[0] for row in snapshot.rows("identifier", ["party_id"], "value", [text])}
    if not by_id:
        by_id = {row[0] for row in snapshot.rows("party", ["party_id"], "name", [text])}
    if len(by_id) == 1:
        return str(by_id.pop())
    if by_id:
        raise UsageError(
            f"{text!r} is the name of {len(by_id)} parties, which are not the same for that; name "
            f"one by its id: {', '.join(sorted(by_id)[:10])}"
        )
    near = snapshot.find(text, 5)
    hint = "; nearest: " + ", ".join(f"{i} ({n})" if n else i for i, _, n in near) if near else ""
    raise UsageError(f"no party is called {text!r}, by id, identifier or exact name{hint}")
