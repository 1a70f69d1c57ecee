"""A real headless browser: Debian's, driven by Playwright. `page`, `context` and `browser` are pytest-playwright's."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

from support.axe import page_with_axe
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


@pytest.fixture(scope="session")
def seat(browser: Browser, browser_context_args: dict, demo: Demo, sessions: Callable[[str], dict]) -> Callable[..., BrowserContext]:
    """A signed-in browser, and what its console says in `said`."""

    def sit(login: str | None, locale: str, width: int, said: list[str]) -> BrowserContext:
        options = browser_context_args | {"locale": locale, "viewport": {"width": width, "height": 800}, "base_url": demo.address}
        if login:
            options["storage_state"] = sessions(login)
        context = browser.new_context(**options)
        context.on("console", lambda message: said.append(f"{message.text} ({message.location.get('url', '')})") if message.type == "error" else None)
        context.on("weberror", lambda error: said.append(str(error.error)))
        return context

    return sit


@pytest.fixture
def desk(seat: Callable[..., BrowserContext]) -> Iterator[Callable[..., Page]]:
    """`desk("city", locale="en-GB", width=360)`: a signed-in page; what the console says fails the test."""
    contexts: list[BrowserContext] = []
    said: list[str] = []

    def sit(login: str | None = "city", locale: str = "zh-CN", width: int = 1280, axe: bool = False) -> Page:
        contexts.append(seat(login, locale, width, said))
        return page_with_axe(contexts[-1]) if axe else contexts[-1].new_page()

    sit.said = said
    yield sit
    for context in contexts:
        context.close()
    assert not said, "The page said in the console: " + "; ".join(said)


@pytest.fixture(scope="session")
def kept_pages() -> Iterator[dict[tuple, tuple[Page, list[str]]]]:
    kept: dict[tuple, tuple[Page, list[str]]] = {}
    yield kept
    for page, _ in kept.values():
        page.context.close()


@pytest.fixture
def read(seat: Callable[..., BrowserContext], kept_pages: dict) -> Iterator[Callable[..., Page]]:
    """`read("city", "/overview", locale="en-GB", width=360)`: what somebody sees who changes nothing; what the console says fails the test.

    His page is kept for the next test: a new one costs more than most of what it shows.
    """

    def sit(login: str | None, path: str, locale: str = "zh-CN", width: int = 1280) -> Page:
        if (login, locale) not in kept_pages:
            said: list[str] = []
            kept_pages[login, locale] = page_with_axe(seat(login, locale, width, said)), said
        page, _ = kept_pages[login, locale]
        if page.viewport_size["width"] != width:
            page.set_viewport_size({"width": width, "height": 800})
        page.goto(path)
        return page

    for _, said in kept_pages.values():
        said.clear()
    yield sit
    said = [one for _, said in kept_pages.values() for one in said]
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
