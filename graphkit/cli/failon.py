"""--fail-on: exit 3 when the answer holds what a script must not overlook."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import click


def fail_on(*kinds: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The option for a command whose function returns the kinds that it met.

    With one kind the function may return a bool.
    """

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        @click.option(
            "--fail-on",
            "fatal",
            envvar="GRAPHKIT_FAIL_ON",
            multiple=True,
            type=click.Choice(kinds),
            help="Exit 3 when the answer holds this.",
        )
        @functools.wraps(command)
        def wrapped(*args: Any, fatal: tuple[str, ...], **options: Any) -> None:
            met = command(*args, **options)
            found = set(kinds if met else ()) if isinstance(met, bool) else set(met)
            if found & set(fatal):
                click.get_current_context().exit(3)

        return wrapped

    return decorate
