"""The templates of ``visualizations/``: everything is escaped that is not marked as ours."""

from __future__ import annotations

from typing import Any

from graphkit.resources import folder


def trusted(text: str) -> Any:
    """Text that a template does not escape: our own files, and JSON escaped before."""
    from markupsafe import Markup

    return Markup(text)  # noqa: S704  our own files, and JSON escaped above


def template(name: str) -> Any:
    """A template of ``visualizations/``; it escapes everything that is not `trusted`."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(folder("visualizations")),
        autoescape=True,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
    return environment.get_template(name)
