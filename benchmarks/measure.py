"""Running one process to its end: wall and processor seconds, peak memory, what it printed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Measured:
    """One run. `peak` is the largest resident set of the process and of those it waited for, MiB.

    `load` is the load average of the minute when it began; `ended` says how: "" is well. `said`
    is the last of its `lines` of output.
    """

    seconds: float
    processor: float
    peak: float
    load: float
    ended: str
    said: str
    lines: int


def run(command: Sequence[str], limit: float) -> Measured:
    """The measured run of a command, killed after `limit` seconds.

    The caller must stay small itself: Linux counts the memory of the process that started another
    one into the peak of the new one.
    """
    load = os.getloadavg()[0]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1"}
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        start = time.perf_counter()
        process = subprocess.Popen(
            command, stdout=out, stderr=err, env=environment, start_new_session=True
        )
        late = threading.Event()

        def stop() -> None:
            late.set()
            os.killpg(process.pid, signal.SIGKILL)

        timer = threading.Timer(limit, stop)
        timer.start()
        _, status, used = os.wait4(process.pid, 0)
        timer.cancel()
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        ended = ""
        if late.is_set():
            ended = f"stopped after {limit:.0f} s"
        elif process.returncode:
            err.seek(0)
            told = err.read().decode("utf-8", "replace").strip().splitlines() or ["no message"]
            ended = f"exit {process.returncode}: {told[-1][:200]}"
        out.seek(0)
        said, lines = b"", 0
        while block := out.read(1 << 20):
            said, lines = block[-4096:], lines + block.count(b"\n")
        last = said.decode("utf-8", "replace").strip().splitlines()[-1:]
    peak = used.ru_maxrss / (1024**2 if sys.platform == "darwin" else 1024)
    processor = used.ru_utime + used.ru_stime
    return Measured(seconds, processor, peak, load, ended, "".join(last), lines)


def best(command: Sequence[str], limit: float, times: int) -> Measured:
    """The fastest of several runs (the others were disturbed more); one that fails ends it."""
    found = run(command, limit)
    for _ in range(times - 1):
        if found.ended:
            break
        again = run(command, limit)
        found = min(found, again, key=lambda m: (bool(m.ended), m.seconds))
    return found
