"""End to end: real `yuanjiao` processes with their own folders and ports. `yuanjiao` and `launch` come from Tests/conftest.py, the browser from Debian."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any, Iterator

import pytest

from support.network import Network, make_clip


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    browser = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    assert browser, "There is no browser; bin/setup --test installs chromium-headless-shell"
    # The sandbox needs rights that containers and root do not have; only our own pages are opened.
    return {"executable_path": browser, "headless": True, "args": ["--no-sandbox", "--disable-dev-shm-usage", "--autoplay-policy=no-user-gesture-required"]}


@pytest.fixture(scope="session")
def browser_context_args() -> dict[str, Any]:
    return {"locale": "zh-CN", "timezone_id": "Asia/Shanghai", "viewport": {"width": 1280, "height": 800}}


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
