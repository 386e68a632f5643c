"""Fixtures that many tests use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real and published ownership data; a visible skip where it is absent."""
    place = Path(os.environ.get("GRAPHKIT_SHARED_DATA", ROOT.parent / "shared" / "data"))
    if not (place / "ownership").is_dir():
        pytest.skip(f"real ownership data not found in {place}; set GRAPHKIT_SHARED_DATA")
    return place / "ownership"
