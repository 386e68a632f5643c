"""Opening a store: whose file it is, who holds it, and waiting for it.

Invariant: this process never opens a second descriptor of a file that it holds. Closing one would
drop its POSIX locks, and another process could then write while this one reads.
"""

from __future__ import annotations

import contextlib
import os
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from graphkit.model.errors import StoreDamaged, StoreHeld, UsageError

if TYPE_CHECKING:
    import duckdb

    from graphkit.store.base import GraphStore

OnWait = Callable[[str], None]
"""Called once, with a line for people, when a store is held and is being waited for."""

DEFAULT_PLACE = "graphkit.duckdb"

SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}
"""Only what DuckDB's wheel carries exists on a closed machine; nothing is fetched."""

NEWEST_STORAGE = 68
"""Highest storage version that DuckDB 1.5 reads."""

_POLL = 0.05
_QUIET = 1.0
_DAMAGE = re.compile(r"[Cc]orrupt|checksum|Could not read enough bytes|INTERNAL Error")
_PID = re.compile(r"\(PID (\d+)\)")


@dataclass
class _Holding:
    """What this process holds of one file."""

    readers: list[int] = field(default_factory=list)
    writer: int | None = None


_holdings: dict[str, _Holding] = {}
_changed = threading.Condition()


def open_store(
    place: str = DEFAULT_PLACE,
    *,
    wait: float = 30,
    create: bool = False,
    on_wait: OnWait | None = None,
) -> GraphStore:
    """The store at `place`, a file; with `create` it is made when it does not exist.

    The file is held only while something is read or committed. Who finds it held waits up to `wait`
    seconds; `on_wait` is called once, with who holds it, when that takes more than a second.

    Raises
    ------
    UsageError
        When there is no store at `place`, or the file there is not one that this graphkit reads.
    StoreHeld
        When another process holds it longer than `wait` seconds.
    StoreDamaged
        When the file is a store that can't be read any more.
    """
    from graphkit.store.embedded import EmbeddedStore

    if "://" in place:
        scheme = place.partition("://")[0]
        raise UsageError(f"no store of kind {scheme!r} yet; give the path of a file")
    return EmbeddedStore(Path(place), wait=wait, create=create, on_wait=on_wait)


@contextlib.contextmanager
def held(
    place: Path, *, write: bool, wait: float, on_wait: OnWait | None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to the store's file, shared for reading or alone for writing; closed at the end.

    For writing, the file is attached to a connection of its own: only so can the size of row groups
    be set.
    """
    import duckdb

    waiting = _Waiting(place, wait, on_wait)
    name = os.path.realpath(place)
    check_place(place)
    _enter(name, write, waiting)
    try:
        con = _connect(place, write, waiting)
        try:
            yield con
        except duckdb.Error as error:
            if isinstance(error, duckdb.SerializationException) or _DAMAGE.search(str(error)):
                raise _unreadable(place, str(error)) from error
            raise
        finally:
            con.close()
    finally:
        _leave(name, write)


def _enter(name: str, write: bool, waiting: _Waiting) -> None:
    me = threading.get_ident()
    with _changed:
        while (found := _holdings.get(name)) and (found.writer or (write and found.readers)):
            if found.writer == me or me in found.readers:
                raise UsageError(
                    f"{waiting.place}: a reading of this store is still open here; "
                    "leave its with block before committing"
                )
            _changed.wait(_POLL)
            waiting.check(os.getpid())
        holding = _holdings.setdefault(name, _Holding())
        if write:
            holding.writer = me
        else:
            holding.readers.append(me)


def _leave(name: str, write: bool) -> None:
    with _changed:
        holding = _holdings[name]
        if write:
            holding.writer = None
        else:
            holding.readers.remove(threading.get_ident())
        if not holding.readers and holding.writer is None:
            del _holdings[name]
        _changed.notify_all()


def check_place(place: Path) -> None:
    """Refuse a file that can't be a store; one that this process holds already is one."""
    with _changed:
        if os.path.realpath(place) not in _holdings:
            _check_header(place)


def _connect(place: Path, write: bool, waiting: _Waiting) -> duckdb.DuckDBPyConnection:
    import duckdb

    while True:
        try:
            return _open(place, write)
        except duckdb.IOException as error:
            message = str(error)
            if "set lock" not in message:
                raise _unreadable(place, message) from error
            found = _PID.search(message)
            waiting.check(int(found[1]) if found else None)
            time.sleep(_POLL)
        except duckdb.Error as error:
            raise _unreadable(place, str(error)) from error


def _open(place: Path, write: bool) -> duckdb.DuckDBPyConnection:
    import duckdb

    from graphkit.store.layout import ROW_GROUP

    if not write:
        return duckdb.connect(str(place), read_only=True, config=SETTINGS)
    con = duckdb.connect(config=SETTINGS)
    try:
        name = str(place).replace("'", "''")
        con.execute(
            f"ATTACH '{name}' AS store (ROW_GROUP_SIZE {ROW_GROUP}, STORAGE_VERSION 'v1.5.0')"
        )
        con.execute("USE store")
    except BaseException:
        con.close()
        raise
    return con


def _check_header(place: Path) -> None:
    """Refuse a file that is no DuckDB database or one of a newer DuckDB."""
    try:
        with place.open("rb") as file:
            head = file.read(200)
    except FileNotFoundError:
        raise UsageError(
            f"{place}: there is no store; load something first (load SOURCE PATH), or name the "
            "store's file (--store)"
        ) from None
    except OSError as error:
        raise UsageError(f"{place}: can't be read as a store: {error.strerror}") from None
    if head[8:12] != b"DUCK":
        what = "an SQLite database" if head.startswith(b"SQLite format 3") else "something else"
        what = "an empty file" if not head else what
        raise UsageError(f"{place}: not a graphkit store but {what}; name another file (--store)")
    library = head[52:84].split(b"\0")[0].decode("ascii", "replace")
    if int.from_bytes(head[12:20], "little") > NEWEST_STORAGE or library.startswith("v2"):
        raise UsageError(
            f"{place}: written by DuckDB {library or 'of a later version'}, which this graphkit "
            "(DuckDB 1.5) can't read; use the graphkit that wrote it"
        )


def _unreadable(place: Path, message: str) -> StoreDamaged:
    first = message.splitlines()[0] if message else "unknown error"
    return StoreDamaged(
        f"{place}: the store can't be read: {first}; put a copy of the file back, or load the "
        "source files into a new store"
    )


@dataclass
class _Waiting:
    """The time that is left to wait for a held file."""

    place: Path
    wait: float
    on_wait: OnWait | None
    start: float = field(default_factory=time.monotonic)
    told: bool = False

    def check(self, pid: int | None) -> None:
        """Tell the caller once that the store is held; raise StoreHeld when the time is over."""
        passed = time.monotonic() - self.start
        if passed >= self.wait:
            raise StoreHeld(
                f"{self.place}: the store is held by {holder(pid)}; waited {self.wait:g} s; "
                "try again when it is done, or wait longer (--wait)"
            )
        if passed >= _QUIET and not self.told and self.on_wait is not None:
            self.told = True
            self.on_wait(f"{self.place}: held by {holder(pid)}; waiting up to {self.wait:g} s")


def holder(pid: int | None) -> str:
    """Who a process is, for people: its number, command line and since when it runs."""
    import psutil

    if pid is None:
        return "another process"
    if pid == os.getpid():
        return f"another thread of this process ({pid})"
    try:
        process = psutil.Process(pid)
        command = " ".join(process.cmdline()) or process.name()
        since = datetime.fromtimestamp(process.create_time(), UTC).strftime("%Y-%m-%d %H:%M:%SZ")
    except psutil.Error:
        return f"process {pid}"
    command = command if len(command) <= 200 else command[:199] + "…"
    return f"process {pid} ({command}), running since {since}"
