"""The workflows that people import: load, owners, control, interest, group, exposure and more.

Every function takes a :class:`Place` (which store, how long to wait for it) and gives plain values
or an :class:`~graphkit.model.answer.Answer`, whose ``to_pandas()`` is exact.

>>> import graphkit.api as gk
>>> place = gk.Place("graphkit.duckdb")
>>> place.wait
30.0

A name is imported from its module when it is first used, so that asking one question does not load
what answers the others.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from graphkit.api.loading import LoadResult, load, sources
    from graphkit.api.looking import (
        load_details,
        loads,
        quarantine,
        rules_show,
        store_info,
        store_verify,
        withdraw,
    )
    from graphkit.api.night import NightReport, nightly
    from graphkit.api.one_client import ExposureReport, exposure, group, why
    from graphkit.api.page import view
    from graphkit.api.place import Place, log_unmask
    from graphkit.api.tour import demo
    from graphkit.api.who import OwnersReport, control, find, interest, owners

_MODULES = {
    "tour": ("demo",),
    "one_client": ("ExposureReport", "exposure", "group", "why"),
    "loading": ("LoadResult", "load", "sources"),
    "looking": (
        "load_details",
        "loads",
        "quarantine",
        "rules_show",
        "store_info",
        "store_verify",
        "withdraw",
    ),
    "night": ("NightReport", "nightly"),
    "page": ("view",),
    "place": ("Place", "log_unmask"),
    "who": ("OwnersReport", "control", "find", "interest", "owners"),
}
_WHERE = {name: module for module, names in _MODULES.items() for name in names}

__all__ = [
    "ExposureReport",
    "LoadResult",
    "NightReport",
    "OwnersReport",
    "Place",
    "control",
    "demo",
    "exposure",
    "find",
    "group",
    "interest",
    "load",
    "load_details",
    "loads",
    "log_unmask",
    "nightly",
    "owners",
    "quarantine",
    "rules_show",
    "sources",
    "store_info",
    "store_verify",
    "view",
    "why",
    "withdraw",
]


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f"{__name__}.{_WHERE[name]}"), name)
    globals()[name] = found
    return found
