"""The embedded store does what every store must do."""

from __future__ import annotations

from pathlib import Path

import pytest
from store_suite import StoreSuite
from store_suite_reading import ReadingSuite

from graphkit.store import open_store
from graphkit.store.base import GraphStore


@pytest.fixture
def store(tmp_path: Path) -> GraphStore:
    return open_store(str(tmp_path / "graphkit.duckdb"), wait=0.5, create=True)


class TestLoading(StoreSuite):
    pass


class TestReading(ReadingSuite):
    pass
