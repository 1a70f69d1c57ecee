"""A real headless browser: Debian's, driven by Playwright. `page`, `context` and `browser` are pytest-playwright's."""

from __future__ import annotations

import shutil
from typing import Any, Iterator

import pytest
from playwright.sync_api import ConsoleMessage, Page


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    browser = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    assert browser, "There is no browser; bin/setup --test installs chromium-headless-shell"
    return {
        "executable_path": browser,
        "headless": True,
        # The sandbox needs rights that containers and root do not have; only our own pages are opened.
        "args": ["--no-sandbox", "--disable-dev-shm-usage", "--autoplay-policy=no-user-gesture-required"],
    }


@pytest.fixture(scope="session")
def browser_context_args() -> dict[str, Any]:
    return {"locale": "zh-CN", "timezone_id": "Asia/Shanghai", "viewport": {"width": 1280, "height": 800}}


@pytest.fixture
def quiet_page(page: Page) -> Iterator[Page]:
    """A page on which any console error or uncaught exception fails the test."""
    said: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error":
            said.append(f"{message.text} ({message.location.get('url', '')})")

    page.on("console", note)
    page.on("pageerror", lambda error: said.append(str(error)))
    yield page
    assert not said, "The page said in the console: " + "; ".join(said)
