"""A real headless browser: Debian's, driven by Playwright. `page`, `context` and `browser` are pytest-playwright's."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

from support.demo import Demo


@pytest.fixture(scope="session")
def seeded(yuanjiao: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the first start of a demo leaves behind, made once for all processes of a run."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        # Each of its processes has a folder below that of the run.
        folder = folder.parent
    folder, whole = folder / "seeded-demo", folder / "seeded-demo.whole"
    with (folder.parent / "seeded-demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not whole.exists():
            made = Demo.of(yuanjiao, folder, "--no-lesson")
            try:
                print(f"first start of the demo: {made.start():.1f} s")
                assert made.end() == 0, made.program.tail()
            finally:
                made.program.stop(20)
            whole.touch()
    return folder / "data"


@pytest.fixture(scope="session")
def demo(yuanjiao: Path, seeded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    made = Demo.of(yuanjiao, tmp_path_factory.mktemp("demo"), "--no-lesson", seeded=seeded)
    try:
        made.start()
        yield made
    finally:
        made.program.stop(20)


@pytest.fixture(scope="session")
def sessions(demo: Demo) -> Callable[[str], dict]:
    """Signed-in states of browsers, made once for each login."""
    kept: dict[str, dict] = {}

    def state(login: str) -> dict:
        if login not in kept:
            name, value = demo.visitor(login).cookie.split("=", 1)
            kept[login] = {"cookies": [{"name": name, "value": value, "domain": "127.0.0.1", "path": "/", "httpOnly": True, "sameSite": "Lax", "expires": -1}]}
        return kept[login]

    return state


@pytest.fixture
def desk(browser: Browser, browser_context_args: dict, demo: Demo, sessions: Callable[[str], dict]) -> Iterator[Callable[..., Page]]:
    """`desk("city", locale="en-GB", width=360)`: a signed-in page; what the console says fails the test."""
    contexts: list[BrowserContext] = []
    said: list[str] = []

    def sit(login: str | None = "city", locale: str = "zh-CN", width: int = 1280) -> Page:
        options = browser_context_args | {"locale": locale, "viewport": {"width": width, "height": 800}, "base_url": demo.address}
        if login:
            options["storage_state"] = sessions(login)
        contexts.append(browser.new_context(**options))
        page = contexts[-1].new_page()
        page.on("console", lambda message: said.append(f"{message.text} ({message.location.get('url', '')})") if message.type == "error" else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        return page

    sit.said = said
    yield sit
    for context in contexts:
        context.close()
    assert not said, "The page said in the console: " + "; ".join(said)


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
