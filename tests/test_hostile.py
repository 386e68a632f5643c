"""Hostile text in every field stays text: in the page, the report, the CSV files and the workbook.

Real files, the real command line, a real browser.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest
from running import graphkit

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SCRIPT = "</script><script>window.hit=1</script>"
IMAGE = '<img src=x onerror="window.hit=2">'
LINK = "javascript:window.hit=3"
FORMULA = "=cmd()"
TURNED = "\u202egnp.exe\u2066"
ATTRIBUTE = '" onmouseover="window.hit=4" x="'
TEMPLATE = "{{ 7*7 }}{% raw %}"
NAMES = [SCRIPT, IMAGE, LINK, FORMULA, TURNED, ATTRIBUTE, TEMPLATE, "';drop table party;--"]

# an id may not hold invisible characters: such a row is quarantined (tests of ingest)
IDS = [name for name in NAMES if name != TURNED]


def rows(place: Path, header: str, lines: list[list[str]]) -> None:
    with place.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(header.split(","))
        writer.writerows(lines)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A company whose owners, holdings, rights and accounts are called by hostile text."""
    folder = tmp_path_factory.mktemp("hostile")
    data = folder / "data"
    data.mkdir()
    parties = [[name, "person", name, name] for name in IDS]
    parties += [["T", "person", TURNED, TURNED]]
    parties += [["C", "company", IMAGE, SCRIPT], ["D", "company", FORMULA, LINK]]
    rows(data / "party.csv", "party_id,kind,name,jurisdiction", parties)
    stakes = [[name, "C", "10", name] for name in [*IDS, "T"]]
    rows(
        data / "stake.csv",
        "holder_id,entity_id,percent,tranche",
        [*stakes, ["C", "D", "60", FORMULA]],
    )
    rights = [[name, "C", "general_partner"] for name in IDS[:3]]
    rows(data / "control_right.csv", "holder_id,entity_id,kind", rights)
    accounts = [[f"{name}#", name, "credit", name] for name in IDS]
    rows(data / "account.csv", "account_id,client_id,kind,status", accounts)
    rows(data / "relation.csv", "a,b,kind,scope_id", [[SCRIPT, IMAGE, "spouse", FORMULA]])
    rows(data / "security.csv", "code,name", [["600000.SH", IMAGE]])
    rows(
        data / "cash.csv",
        "account_id,date,total",
        [[f"{name}#", "2026-11-20", "1000.00"] for name in IDS],
    )
    rows(
        data / "contract.csv",
        "contract_id,account_id,side,code,date,principal,quantity",
        [[f"{n}!", f"{n}#", "financing", "600000.SH", "2026-11-20", "900.00", "1"] for n in IDS],
    )
    rows(data / "price.csv", "code,date,close", [["600000.SH", "2026-11-20", "10.00"]])
    done = graphkit("load", "canonical", "data", cwd=folder)
    assert done.returncode == 0, done.stderr + done.stdout
    return folder


def opened(browser: Browser, file: Path) -> tuple[Page, list[str], list[str]]:
    """The page, what it asked the network for, and what it said or threw."""
    page = browser.new_page(viewport={"width": 1400, "height": 1000})
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("dialog", lambda dialog: said.append(dialog.message))
    page.goto(file.as_uri())
    page.wait_for_timeout(500)
    return page, [url for url in asked if url != file.as_uri()], said


def test_the_page_shows_hostile_names_as_text(world: Path, browser: Browser) -> None:
    done = graphkit("view", "C", "-o", "page.html", cwd=world)
    assert done.returncode == 0, done.stderr
    page, asked, said = opened(browser, world / "page.html")
    page.wait_for_selector("body[data-drawn=yes]")
    for row in page.locator("#parties tbody tr").all():
        row.click()
        row.hover()
    page.locator("#fit").click()
    page.locator("#filter").fill("<img")
    assert asked == []
    assert said == []
    assert page.evaluate("window.hit") is None
    assert page.locator("img").count() == 0
    assert page.locator("script").count() == 3
    shown = page.locator("#parties").inner_text() + page.locator("#parties").text_content()
    for name in NAMES:
        assert name.replace("\u202e", "\ufffd").replace("\u2066", "\ufffd") in shown
    handlers = page.evaluate(
        "[...document.querySelectorAll('*')].filter(e => [...e.attributes]"
        ".some(a => a.name.startsWith('on') || /javascript:/i.test(a.value))).length"
    )
    assert handlers == 0


def test_the_policy_stops_what_would_slip_through(world: Path, browser: Browser) -> None:
    """Even script put into the page by hand does not run, nor does it reach the network."""
    graphkit("view", "C", "-o", "page.html", cwd=world)
    page, _, _ = opened(browser, world / "page.html")
    page.evaluate(
        "() => { const s = document.createElement('script'); s.textContent = 'window.hit = 9';"
        " document.body.append(s); const i = new Image(); i.src = 'http://127.0.0.1:9/x'; }"
    )
    assert page.evaluate("window.hit") is None


def test_report_and_tables_of_the_night(world: Path, browser: Browser) -> None:
    done = graphkit("nightly", "-o", "runs", cwd=world)
    assert done.returncode == 0, done.stderr
    run = world / done.stdout.strip()
    page, asked, said = opened(browser, run / "report.html")
    assert (asked, said) == ([], [])
    assert page.evaluate("window.hit") is None
    assert page.locator("img, script").count() == 0
    for file in run.glob("*.csv"):
        with file.open(encoding="utf-8-sig", newline="") as text:
            for row in csv.reader(text):
                assert not [c for c in row if c.startswith(("=", "+", "@")) or c[:2] == "-@"], file


def test_answers_in_files_are_guarded_and_stdout_is_not(world: Path) -> None:
    graphkit("find", FORMULA, "-o", "found.csv", cwd=world)
    assert "'=cmd()" in (world / "found.csv").read_text("utf-8-sig")
    out = graphkit("find", FORMULA, "--format", "csv", cwd=world).stdout
    assert [r[0] for r in csv.reader(io.StringIO(out))][1] == FORMULA
    graphkit("find", FORMULA, "-o", "found.xlsx", cwd=world)
    sheet = openpyxl.load_workbook(world / "found.xlsx").active
    assert sheet["A2"].value == FORMULA
    assert sheet["A2"].data_type == "s"


def test_control_characters_do_not_reach_a_terminal(world: Path) -> None:
    shown = graphkit("find", TURNED, cwd=world).stdout
    assert "\u202e" not in shown
    assert "\ufffd" in shown
