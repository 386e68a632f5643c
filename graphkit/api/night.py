"""nightly: the run folder, and what a script must not overlook."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from graphkit.api.place import Place
from graphkit.nightly.run import Run, run
from graphkit.views.report import report_page


@dataclass(frozen=True, slots=True)
class NightReport:
    """Where a night lies and what it counted."""

    run: Run

    @property
    def folder(self) -> Path:
        """The run folder."""
        return self.run.folder

    def met(self) -> set[str]:
        """Which of finding, breach, unresolved and blocked the night holds."""
        return {kind for kind, count in self._summary().items() if count}

    def lines(self) -> list[str]:
        """The night in a few sentences."""
        counts = self.run.manifest["counts"]
        assert isinstance(counts, dict)
        summary = self._summary()
        said = [] if self.run.night else ["this night on these inputs was run before; nothing done"]
        return [
            *said,
            f"{counts['account_measures']} accounts in {counts['groups']} groups; "
            f"{summary['breach']} lines or limits crossed, {summary['finding']} flags, "
            f"{summary['unresolved']} groups with an unresolved owner",
            *self._blocked(summary["blocked"]),
        ]

    def _blocked(self, count: int) -> list[str]:
        if not count:
            return []
        return [
            f"{count} accounts are blocked: rows of the day are missing, so no ratio can be given; "
            f"{self.folder / 'findings.csv'} says which"
        ]

    def _summary(self) -> dict[str, int]:
        summary = self.run.manifest["summary"]
        assert isinstance(summary, dict)
        return summary


def nightly(
    place: Place,
    out: Path | str,
    *,
    as_of: date | None = None,
    known_at: datetime | None = None,
    progress: Callable[[str, int, int | None], None] | None = None,
) -> NightReport:
    """The run folder of one night under `out`, computed unless the same run stands already.

    Raises
    ------
    InputRefused
        When the day's feed is not on file.
    """

    def say(stage: str) -> None:
        if progress:
            progress(stage, 0, None)

    done = run(
        place.open(),
        Path(out),
        as_of=as_of,
        known_at=known_at,
        renderers={"report.html": report_page},
        progress=say,
    )
    return NightReport(done)
