"""The command line: what goes to stdout and stderr, settings, exit codes, help."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import click
import openpyxl
import pytest
from running import graphkit, load_demo

from graphkit.cli.root import cli


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("world")
    return load_demo(folder)


def leaves(
    parent: click.Group, path: tuple[str, ...] = ()
) -> list[tuple[tuple[str, ...], click.Command]]:
    found = []
    for name, command in parent.commands.items():
        if isinstance(command, click.Group):
            found += leaves(command, (*path, name))
        else:
            found.append(((*path, name), command))
    return found


@pytest.mark.parametrize(
    "path, command", leaves(cli), ids=lambda v: " ".join(v) if isinstance(v, tuple) else ""
)
def test_every_command_and_option_has_help(path: tuple[str, ...], command: click.Command) -> None:
    assert command.help, path
    assert "Example" in (command.epilog or ""), path
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{path}: {parameter.name}"


def test_data_alone_on_stdout(world: Path) -> None:
    """P02 holds 60 % of E021, 70 % of E022; theirs of E023 are 30 + 25 = 55 %."""
    done = graphkit("control", "P02", "--format", "csv", "--store", world, cwd=world.parent)
    assert done.stdout == (
        "controller_id,entity_id,verdict,votes_percent_min,votes_percent_max\n"
        "P02,E021,yes,60.00000000,60.00000000\n"
        "P02,E022,yes,70.00000000,70.00000000\n"
        "P02,E023,yes,55.00000000,55.00000000\n"
    )
    assert "as of 2026-11-20, known at 2026-11-21T02:00:00Z" in done.stderr


def test_every_format_says_the_same(world: Path, tmp_path: Path) -> None:
    ask = ["interest", "E023", "--store", world]
    table = list(csv.reader(io.StringIO(graphkit(*ask, "--format", "csv", cwd=tmp_path).stdout)))
    document = json.loads(graphkit(*ask, "--format", "json", cwd=tmp_path).stdout)
    lines = graphkit(*ask, "--format", "jsonl", cwd=tmp_path).stdout.splitlines()
    assert [list(row.values()) for row in document["rows"]] == table[1:]
    assert [json.loads(line) for line in lines] == document["rows"]
    assert document["as_of"] == "2026-11-20"
    done = graphkit(*ask, "-o", "x.xlsx", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    sheet = openpyxl.load_workbook(tmp_path / "x.xlsx").active
    assert [[str(c.value) for c in row] for row in sheet.rows] == table
    graphkit(*ask, "-o", "x.csv", cwd=tmp_path)
    written = (tmp_path / "x.csv").read_bytes()
    assert written.startswith(b"\xef\xbb\xbf")
    assert list(csv.reader(io.StringIO(written.decode("utf-8-sig")))) == table


def test_a_workbook_without_a_file_is_refused(world: Path) -> None:
    done = graphkit("control", "P02", "--format", "xlsx", "--store", world, cwd=world.parent)
    assert done.returncode == 2
    assert "-o FILE.xlsx" in done.stderr


def test_an_unknown_party_names_the_nearest(world: Path) -> None:
    done = graphkit("owners", "E01", "--store", world, cwd=world.parent)
    assert done.returncode == 2
    assert "no party is called 'E01'" in done.stderr
    assert "E011" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_name_of_two_parties_is_not_guessed(world: Path) -> None:
    """The demo world has two clients with one name who are not the same person."""
    rows = graphkit("find", "虚构", "--format", "csv", "--store", world, cwd=world.parent).stdout
    named = graphkit("find", "虚构王伟", "--format", "csv", "--store", world, cwd=world.parent)
    exact = [r for r in csv.reader(io.StringIO(named.stdout)) if r[2] == "虚构王伟"]
    assert len(exact) == 2, rows
    done = graphkit("owners", "虚构王伟", "--store", world, cwd=world.parent)
    assert done.returncode == 2
    assert all(row[0] in done.stderr for row in exact)


def test_settings_come_from_flag_then_environment_then_file(world: Path, tmp_path: Path) -> None:
    (tmp_path / "graphkit.toml").write_text(f'store = "{world}"\nformat = "csv"\n', "utf-8")
    from_file = graphkit("control", "P02", cwd=tmp_path)
    assert from_file.stdout.startswith("controller_id,"), from_file.stderr
    from_env = graphkit("control", "P02", cwd=tmp_path, env={"GRAPHKIT_FORMAT": "jsonl"})
    assert from_env.stdout.startswith("{")
    from_flag = graphkit(
        "control", "P02", "--format", "json", cwd=tmp_path, env={"GRAPHKIT_FORMAT": "jsonl"}
    )
    assert json.loads(from_flag.stdout)["rows"]


def test_an_unknown_setting_is_refused(tmp_path: Path) -> None:
    (tmp_path / "graphkit.toml").write_text("stoer = 'x'\n", "utf-8")
    done = graphkit("sources", cwd=tmp_path)
    assert done.returncode == 2
    assert "unknown setting 'stoer'" in done.stderr


def test_no_store_says_what_to_do(tmp_path: Path) -> None:
    done = graphkit("owners", "x", cwd=tmp_path)
    assert done.returncode == 2
    assert "graphkit.duckdb" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "graphkit.duckdb").exists()


def test_fail_on_unresolved(world: Path) -> None:
    """E011's one holder of 60 % is a person: resolved. An unresolved one exits 3 when asked."""
    fine = graphkit("owners", "E011", "--fail-on", "unresolved", "--store", world, cwd=world.parent)
    assert fine.returncode == 0, fine.stderr
    night = graphkit(
        "nightly", "-o", "runs", "--fail-on", "breach", "--store", world, cwd=world.parent
    )
    assert night.returncode == 3, night.stderr


def test_unmask_needs_a_reason_and_is_recorded(world: Path, tmp_path: Path) -> None:
    ask = ["find", "11010519491231002X", "--format", "csv", "--store", world]
    assert "11010519491231002X" not in graphkit(*ask, cwd=tmp_path).stdout
    assert graphkit(*ask, "--unmask", cwd=tmp_path).returncode == 2
    done = graphkit(*ask, "--unmask", "--reason", "case 7", cwd=tmp_path)
    assert done.returncode == 0
    log = world.with_suffix(".access.jsonl").read_text("utf-8").splitlines()
    assert json.loads(log[-1])["reason"] == "case 7"


def test_loads_and_store_tell_of_themselves(world: Path) -> None:
    listed = graphkit("loads", "list", "--format", "csv", "--store", world, cwd=world.parent)
    rows = list(csv.DictReader(io.StringIO(listed.stdout)))
    assert [r["source"] for r in rows] == ["canonical", "rzrq", "canonical"]
    assert all(int(r["rows_in"]) == int(r["accepted"]) + int(r["quarantined"]) for r in rows)
    shown = graphkit("loads", "show", rows[1]["load_id"][:6], "--store", world, cwd=world.parent)
    assert "RZRQ_FUND" in shown.stdout
    assert graphkit("store", "verify", "--store", world, cwd=world.parent).returncode == 0
    assert "format" in graphkit("store", "info", "--store", world, cwd=world.parent).stdout


def test_several_tables_are_one_json_document_and_a_csv_file_each(
    world: Path, tmp_path: Path
) -> None:
    ask = ["group", "E131", "--explain", "--store", world]
    document = json.loads(graphkit(*ask, "--format", "json", cwd=tmp_path).stdout)
    assert [table["name"] for table in document] == ["group", "links"]
    lines = graphkit(*ask, "--format", "jsonl", cwd=tmp_path).stdout.splitlines()
    assert [json.loads(line)["table"] for line in lines] == ["group"] * 6 + ["links"] * 5
    done = graphkit(*ask, "-o", "x.csv", cwd=tmp_path)
    assert "links is in x-links.csv" in done.stderr
    for name, table in zip(("x.csv", "x-links.csv"), document, strict=True):
        written = (tmp_path / name).read_bytes()
        assert written.count(b"\xef\xbb\xbf") == 1
        rows = list(csv.DictReader(io.StringIO(written.decode("utf-8-sig"))))
        assert [list(row) for row in rows] == [list(row) for row in table["rows"]]


def test_links_name_file_and_line(world: Path) -> None:
    """relation.csv line 2 makes P13 and P131 a couple."""
    done = graphkit("why", "P13", "P131", "--format", "jsonl", "--store", world, cwd=world.parent)
    assert json.loads(done.stdout)["where"] == "canonical relation.csv:2"


def test_a_group_is_asked_for_as_answers_name_it(world: Path) -> None:
    """L1:P16 has no shortfall, and says so: the sum of own shortfalls stands beside the ratio."""
    done = graphkit("exposure", "L1:P16", "--store", world, cwd=world.parent)
    assert done.returncode == 0, done.stderr
    rows = [line.split() for line in done.stdout.splitlines()]
    assert ["own_shortfall_sum", "0.00"] in rows
    assert ["pooled_ratio", "178.7108", "%"] in rows


def test_what_is_wrong_with_a_register_is_said(world: Path) -> None:
    """E072 has 53 + 50 = 103 %; 40 % of E055 belong to a ring that wholly owns itself."""
    full = graphkit("interest", "E072", "--store", world, cwd=world.parent)
    assert "register-over-full" in full.stderr
    assert "103 %" in full.stderr
    assert "closed-ring" in graphkit("owners", "E055", "--store", world, cwd=world.parent).stderr
    assert "over-full" not in graphkit("owners", "E055", "--store", world, cwd=world.parent).stderr


@pytest.mark.parametrize("name", ["x.csv", "x.json", "x.xlsx", "x.txt"])
def test_a_place_that_can_t_be_written_is_no_bug_of_ours(world: Path, name: str) -> None:
    ask = ("control", "P02", "-o", f"missing/{name}")
    done = graphkit(*ask, "--store", world, cwd=world.parent)
    assert done.returncode == 2
    assert f"missing/{name} can't be written" in done.stderr


def test_a_page_or_run_that_can_t_be_written_is_no_bug_of_ours(world: Path) -> None:
    page = graphkit("view", "E021", "-o", "missing/x.html", "--store", world, cwd=world.parent)
    assert page.returncode == 2
    run = graphkit("nightly", "-o", f"{world}/runs", "--store", world, cwd=world.parent)
    assert run.returncode == 2
    assert "can't be written" in page.stderr
    assert "can't be written" in run.stderr


def test_messages_are_masked(tmp_path: Path) -> None:
    """Errors, hints, heads of tables and refusals show no resident ID, also beside letters.

    11010519491231002X is valid; with the check digit 1 it is refused. Nobody is called by it.
    """
    whole, wrong = "11010519491231002X", "110105194912310021"
    data = tmp_path / "data"
    data.mkdir()
    (data / "party.csv").write_text(
        f"party_id,kind,name\n{whole},person,甲\nP{whole},person,[bold]乙{whole}\n", "utf-8"
    )
    (data / "account.csv").write_text(
        f"account_id,client_id,kind\n[bold]1,{whole},credit\n", "utf-8"
    )
    (data / "cash.csv").write_text("account_id,date,total\n[bold]1,2026-11-20,5.00\n", "utf-8")
    assert graphkit("load", "canonical", "data", cwd=tmp_path).returncode == 0
    said = ""
    for ask in (
        ("owners", f"乙{whole[:14]}"),
        ("owners", wrong),
        ("exposure", whole, "--explain"),
        ("exposure", f"L1:{whole}"),
        ("find", "乙"),
        ("view", whole, "-o", "x.html"),
    ):
        done = graphkit(*ask, cwd=tmp_path)
        assert done.returncode in (0, 2), done.stderr
        said += done.stdout + done.stderr
    assert "[bold]1" in said  # the account's id heads its column and is not read as markup
    (data / "identifier.csv").write_text(f"party_id,scheme,value\nX,cn_id,{wrong}\n", "utf-8")
    for strict in ((), ("--strict",)):
        done = graphkit("load", "canonical", "data/identifier.csv", *strict, cwd=tmp_path)
        assert done.returncode == 4
        said += done.stdout + done.stderr
    said += (tmp_path / "x.html").read_text("utf-8")
    assert "110105********0021" in said
    assert "P110105********002X" in said
    assert whole not in said
    assert wrong not in said


def test_exposure_tells_of_a_contract_in_an_account_that_is_no_credit_account(
    tmp_path: Path,
) -> None:
    """The finding is about the contract K2; it concerns its account A2, and so the client P."""
    data = tmp_path / "data"
    data.mkdir()
    text = {
        "party": "party_id,kind\nP,person\n",
        "account": "account_id,client_id,kind\nA1,P,credit\nA2,P,ordinary\n",
        "cash": "account_id,date,total\nA1,2026-11-20,5.00\n",
        "contract": "contract_id,account_id,side,code,date,principal\n"
        "K2,A2,financing,600000.SH,2026-11-20,100.00\n",
    }
    for name, rows in text.items():
        (data / f"{name}.csv").write_text(rows, "utf-8")
    assert graphkit("load", "canonical", "data", cwd=tmp_path).returncode == 0
    done = graphkit("exposure", "P", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "contract K2 stands in account A2, which is of kind ordinary" in done.stderr
