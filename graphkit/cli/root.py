"""The `graphkit` command itself, its settings, and how errors reach the user."""

from __future__ import annotations

import os
import sys
import tempfile
import tomllib
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

import graphkit
from graphkit.cli.clients import exposure, group, why
from graphkit.cli.demo import demo
from graphkit.cli.load import load, loads, sources
from graphkit.cli.nightly import nightly
from graphkit.cli.owners import control, find, interest, owners
from graphkit.cli.rules import rules
from graphkit.cli.store import store
from graphkit.cli.view import view
from graphkit.model.errors import GraphkitError, UsageError
from graphkit.model.identifiers import mask
from graphkit.model.write import spoken

_EPILOG = """
\b
A first tour, on your own data:
  graphkit load canonical mydata/          party.csv, stake.csv, ...
  graphkit find 华东
  graphkit owners 12345 --explain
  graphkit view 12345 -o page.html
  graphkit nightly --as-of 2026-11-20 -o runs

\b
Exit codes: 0 done; 1 a bug of ours; 2 usage; 3 findings under --fail-on;
4 input rows quarantined or a file refused; 75 store held, try again.

\b
Settings: a flag, then GRAPHKIT_STORE and the like, then graphkit.toml here.
"""


class _Ordered(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


@click.group(
    cls=_Ordered,
    epilog=_EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(graphkit.__version__, "--version", message="graphkit %(version)s")
def cli() -> None:
    """Who is behind a client, which clients are one, and what that one owes (穿透核查)."""


for command in (
    load,
    sources,
    loads,
    find,
    owners,
    control,
    interest,
    group,
    why,
    exposure,
    nightly,
    view,
    rules,
    store,
    demo,
):
    cli.add_command(command)


def run(arguments: Sequence[str]) -> int:
    """Run one command line and give its exit code; no traceback reaches the user."""
    try:
        code = cli.main(
            list(arguments),
            prog_name="graphkit",
            standalone_mode=False,
            default_map=_settings(Path("graphkit.toml")),
            auto_envvar_prefix=None,
        )
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except GraphkitError as error:
        click.echo(f"graphkit: {spoken(str(error))}", err=True)
        return error.exit_code
    except click.ClickException as error:
        error.show()
        return 2
    except click.exceptions.Exit as error:
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("graphkit: stopped; nothing half done was kept", err=True)
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception:
        return _bug(arguments)


def _settings(place: Path) -> dict[str, Any]:
    """Settings of a graphkit.toml as click's default map; its keys are names of long options."""
    if not place.is_file():
        return {}
    try:
        given = tomllib.loads(place.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{place}: not TOML: {error}") from None
    used: set[str] = set()
    settings = _for_group(cli, given, used)
    if unknown := sorted(set(given) - used):
        raise UsageError(
            f"{place}: unknown setting {unknown[0]!r}; settings are named like long options"
        )
    return settings


def _for_group(parent: click.Group, given: dict[str, Any], used: set[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, child in parent.commands.items():
        if isinstance(child, click.Group):
            found[name] = _for_group(child, given, used)
            continue
        found[name] = {}
        for option in child.params:
            for key, value in given.items():
                if f"--{key}" in option.opts and option.name:
                    found[name][option.name] = value
                    used.add(key)
    return found


def _bug(arguments: Sequence[str]) -> int:
    handle, place = tempfile.mkstemp(prefix="graphkit-report-", suffix=".txt", text=True)
    with os.fdopen(handle, "w", encoding="utf-8") as report:
        report.write(f"graphkit {graphkit.__version__}, Python {sys.version}\n")
        report.write(f"command: {list(arguments)[:1]}\n\n{mask(traceback.format_exc())}")
    click.echo(
        f"graphkit: this is a bug of ours. A report is in {place}; it may quote a value of your "
        "data: read it, then please send it to the maintainers.",
        err=True,
    )
    return 1
