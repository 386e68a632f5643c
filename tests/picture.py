"""The picture in the README, drawn from the demo: ``python -m tests.picture`` (needs Chromium)."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from graphkit.api import demo, view
from graphkit.api.place import Place

PARTY = "E083"
PICTURE = Path(__file__).resolve().parents[1] / "docs" / "page.png"


def main() -> None:
    """Draw the page of one demo company and take its picture."""
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        list(demo(Path(folder) / "demo"))
        place = Place(str(Path(folder) / "demo" / "demo.duckdb"))
        page_file = view(place, PARTY, Path(folder) / "page.html")
        chromium = play.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        page = chromium.new_page(viewport={"width": 1360, "height": 900})
        page.goto(page_file.as_uri())
        page.wait_for_selector("body[data-drawn=yes]")
        page.locator("#parties tbody tr", has_text="P082").click()
        page.evaluate("window.scrollTo(0, 0)")
        page.wait_for_timeout(800)
        page.screenshot(path=PICTURE)
        chromium.close()


if __name__ == "__main__":
    main()
