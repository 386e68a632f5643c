"""The workflows that people import: load, owners, control, interest, group, exposure and more.

Every function takes a :class:`Place` (which store, how long to wait for it) and gives plain values
or an :class:`~graphkit.model.answer.Answer`, whose ``to_pandas()`` is exact.

>>> import graphkit.api as gk
>>> place = gk.Place("graphkit.duckdb")
>>> place.wait
30.0
"""

from __future__ import annotations

from graphkit.api.demo import demo
from graphkit.api.exposure import ExposureReport, exposure, group, why
from graphkit.api.loading import (
    LoadResult,
    load,
    load_details,
    loads,
    quarantine,
    rules_show,
    sources,
    store_info,
    store_verify,
    withdraw,
)
from graphkit.api.night import NightReport, nightly
from graphkit.api.page import view
from graphkit.api.place import Place, log_unmask
from graphkit.api.who import OwnersReport, control, find, interest, owners

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
