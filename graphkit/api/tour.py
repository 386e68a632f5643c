"""demo: the main job on the invented world of ``fixtures/demo``."""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from graphkit.api.loading import load
from graphkit.api.night import NightReport, nightly
from graphkit.api.page import view
from graphkit.api.place import Place
from graphkit.api.who import owners
from graphkit.model.errors import UsageError
from graphkit.model.shares import percent_short
from graphkit.model.write import percent
from graphkit.resources import folder

_MARK = "graphkit-demo"


def demo(out: Path | str) -> Iterator[str]:
    """Run the demo into a folder and give its story a line at a time.

    Raises
    ------
    UsageError
        When the folder holds something that no demo made.
    """
    out = Path(out)
    _fresh(out)
    source = folder("fixtures") / "demo"
    plan = tomllib.loads((source / "demo.toml").read_text("utf-8"))
    place = Place(str(out / "demo.duckdb"))
    yield "1. Loaded"
    for step in plan["loads"]:
        result = load(
            place,
            step["source"],
            [source / path for path in step["paths"]],
            known_at=_moment(step["known_at"]),
        )
        record = result.record
        most = sorted(record.facts.items(), key=lambda item: -item[1])[:5]
        new = [f"{count} {name}" for name, count in most if count]
        yield (
            f"   {record.source}: {record.rows_in} rows = {record.accepted} accepted + "
            f"{record.quarantined} quarantined: {', '.join(new)}"
        )
    night = nightly(place, out / "runs")
    yield "2. Who is behind whom (穿透核查)"
    for party in plan["tour"]["owners"]:
        yield from _behind(place, party)
    yield from _story(night)
    page = view(place, plan["tour"]["page"], out / "page.html")
    yield f"6. The run: {night.folder}"
    yield f"   The report: {night.folder / 'report.html'}"
    yield f"   The page of {plan['tour']['page']}: {page}"


def _fresh(out: Path) -> None:
    if out.exists():
        if any(out.iterdir()) and not (out / _MARK).is_file():
            raise UsageError(f"{out} holds files that no demo made; name another folder with -o")
        shutil.rmtree(out)
    out.mkdir(parents=True)
    (out / _MARK).write_text("made by `graphkit demo`; may be deleted\n", "utf-8")


def _behind(place: Place, party: str) -> Iterator[str]:
    report = owners(place, party)
    found = report.owners
    by_person: dict[str, list[str]] = {}
    for p in found.persons:
        figure = ""
        if p.limb == "interest" and p.low is not None and p.high is not None:
            low, high = percent_short(p.low), percent_short(p.high)
            figure = f" {low} %" if low == high else f" {low} to {high} %"
        by_person.setdefault(p.party_id, []).append(f"{p.limb} {p.verdict}{figure}")
    people = "; ".join(
        f"{report.names.get(person) or person}: {', '.join(said)}"
        for person, said in by_person.items()
    )
    name = report.names.get(party) or party
    yield f"   {name} ({party}): {found.status}. {people or 'nobody found'}"
    if found.status == "unresolved" and found.reasons:
        yield f"      {found.reasons[0]}"


def _story(report: NightReport) -> Iterator[str]:
    night = report.run.night
    assert night is not None
    yield "3. Which clients are one client (同一客户)"
    for group in night.groups:
        if len(group.accounts) + len(group.possible_accounts) > 1:
            clients = [m for m in group.members if m.client]
            names = ", ".join(
                f"{night.names.get(m.party_id) or m.party_id}"
                f"{' (possible)' if m.standing == 'possible' else ''}"
                for m in clients
            )
            yield f"   {group.group_id}: {names}; accounts {', '.join(group.accounts)}"
    yield "4. What is over a line"
    measures = night.measures.account_measures.to_pylist()
    for row in measures:
        if row["line_crossed"] not in (None, "none"):
            yield (
                f"   account {row['account_id']}: maintenance ratio (维持担保比例) "
                f"{percent(row['maintenance_ratio'])}, below the {row['line_crossed']} line"
            )
    for row in night.measures.limit_checks.to_pylist():
        if row["verdict"] != "ok":
            about = f"{row['subject']} {row['limit_name']} {row['code'] or ''}".rstrip()
            yield (
                f"   {row['verdict']}: {about}: {percent(row['share'])}, "
                f"limit {percent(row['limit_share'])}"
            )
    yield "5. What was flagged (融券卖出后减持)"
    for flag in night.flags:
        yield f"   {flag.severity}: {flag.text}"


def _moment(text: str | datetime) -> datetime:
    moment = datetime.fromisoformat(text) if isinstance(text, str) else text
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
