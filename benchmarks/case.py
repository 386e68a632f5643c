"""What is timed, beside what: one entry a question."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from benchmarks.measure import Measured, best


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another way to the same answer, or to a part of it; `lacks` says what it doesn't do."""

    name: str
    command: Sequence[str]
    lacks: str
    times: int = 1


@dataclass(frozen=True, slots=True)
class Case:
    """A command of graphkit on made data.

    `before` clears away what a former run left; `aim` is in seconds; `answer` says what was found,
    so that a fast wrong answer shows.
    """

    name: str
    what: str
    command: Sequence[str]
    alternatives: Sequence[Alternative] = ()
    times: int = 1
    limit: float = 600
    aim: float | None = None
    before: Callable[[], None] | None = None
    answer: Callable[[Measured], str] = lambda _: ""


@dataclass(frozen=True, slots=True)
class Result:
    """A case with its runs."""

    case: Case
    ours: Measured
    found: str
    others: list[tuple[Alternative, Measured]] = field(default_factory=list)


def measured(case: Case) -> Result:
    """The case run, its alternatives directly behind it, so that the machine is much the same."""
    if case.before:
        case.before()
    ours = best(case.command, case.limit, case.times)
    found = "" if ours.ended else case.answer(ours)
    others = [(a, best(a.command, case.limit, a.times)) for a in case.alternatives]
    return Result(case, ours, found, others)
