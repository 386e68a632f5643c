"""Where the folders beside the package are: loaders, queries, visualizations, the demo's fixtures.

A wheel carries them inside the package; an editable install finds them at the repository's root.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def folder(name: str) -> Path:
    """The folder called `name` (``loaders``, ``queries``, ``visualizations``, ``fixtures``).

    Raises
    ------
    FileNotFoundError
        When neither the package nor the repository holds it: the installation is damaged.
    """
    for place in (_PACKAGE / name, _PACKAGE.parent / name):
        if place.is_dir():
            return place
    raise FileNotFoundError(f"graphkit's folder {name!r} is missing; install graphkit again")
