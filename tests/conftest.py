"""Fixtures that many tests use."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).resolve().parents[1]

# One suite, one set of cases: a run can be repeated. GRAPHKIT_RANDOM=1 looks for new ones.
hypothesis.settings.register_profile("fixed", derandomize=True)
if not os.environ.get("GRAPHKIT_RANDOM"):
    hypothesis.settings.load_profile("fixed")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real and published ownership data; a visible skip where it is absent."""
    place = Path(os.environ.get("GRAPHKIT_SHARED_DATA", ROOT.parent / "shared" / "data"))
    if not (place / "ownership").is_dir():
        pytest.skip(f"real ownership data not found in {place}; set GRAPHKIT_SHARED_DATA")
    return place / "ownership"


def needed(part: str, reason: str) -> None:
    """Skip visibly because a system part is absent; fail where GRAPHKIT_REQUIRE names it."""
    if part in os.environ.get("GRAPHKIT_REQUIRE", "").split(","):
        pytest.fail(f"GRAPHKIT_REQUIRE names {part}, but {reason}")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium; a visible skip where none is installed."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next((place for name in names if (place := shutil.which(name))), None)
    if found is None:
        needed("browser", "no Chromium is installed (apt-get install chromium fonts-noto-cjk)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        chromium = play.chromium.launch(
            executable_path=found,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield chromium
        chromium.close()
