"""End to end: real `yuanjiao` processes with their own folders and ports. `yuanjiao` and `launch` and the browser come from Tests/conftest.py."""

from __future__ import annotations

from pathlib import Path
from typing import Iterator

import pytest

from support.network import Network, make_clip


@pytest.fixture(scope="module")
def network(yuanjiao: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    """A centre with a register and accounts; nodes join when a test lets them."""
    made = Network(yuanjiao, tmp_path_factory.mktemp("network"))
    try:
        yield made.begin()
    finally:
        made.close()


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_clip(tmp_path_factory.mktemp("clip") / "果树冬剪.mp4", seconds=40)
