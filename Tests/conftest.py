"""Fixtures of every test in Python."""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path
from typing import Any, Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext

from support.browser import launch_options
from support.patience import PATIENCE
from support.processes import Program

# Limits of the product that a busy machine reaches; the programs that tests start inherit them.
os.environ.setdefault("YUANJIAO_PRINT_SECONDS", "1200")
os.environ.setdefault("YUANJIAO_PASSWORD_AGAIN_MINUTES", "720")

# An end by SIGTERM goes the way of Ctrl-C, so that fixtures clean up.
signal.signal(signal.SIGTERM, signal.default_int_handler)


# The files that take longest, what computes and what waits by turns: several run at once, and none of these shall be the last.
FIRST = [
    "test_every_page", "test_floods", "test_console", "test_attacks", "test_television_page", "test_tree", "test_papers", "test_stop", "test_damaged_disk",
    "test_demo", "test_keys", "test_worker", "test_main_job", "test_tuf", "test_disk_full", "test_forms", "test_idle",
]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The longest files first, and the pattern of `bin/test PATTERN`, the same regular expression that Swift Testing gets."""
    items.sort(key=lambda item: FIRST.index(item.path.stem) if item.path.stem in FIRST else len(FIRST))
    pattern = os.environ.get("YUANJIAO_TEST_FILTER")
    if not pattern:
        return
    left_out = [item for item in items if not re.search(pattern, item.nodeid)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


@pytest.fixture(scope="session")
def yuanjiao() -> Path:
    """The program under test."""
    program = Path(os.environ.get("YUANJIAO_BIN") or Path(__file__).parents[1] / ".build/release/yuanjiao")
    assert program.is_file(), f"{program} is missing; bin/setup builds it"
    return program


@pytest.fixture
def launch(tmp_path: Path) -> Iterator[Callable[..., Program]]:
    """Starts programs that are ended with the test: `launch("name", command, environment=…)`; logs lie in the test's own folder."""
    programs: list[Program] = []

    def start(name: str, command: list[str | Path], **options: object) -> Program:
        program = Program(command, tmp_path / f"{name}.log", **options)
        programs.append(program)
        return program.start()

    yield start
    for program in reversed(programs):
        program.stop()


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    return launch_options()


@pytest.fixture(scope="session")
def browser(browser: Browser) -> Iterator[Browser]:
    """The browser; whatever its pages wait for, they wait with patience."""
    make = browser.new_context

    def patient(**options: Any) -> BrowserContext:
        context = make(**options)
        context.set_default_timeout(30_000 * PATIENCE)
        return context

    browser.new_context = patient
    yield browser
    browser.new_context = make


@pytest.fixture(scope="session")
def browser_context_args() -> dict[str, Any]:
    return {"locale": "zh-CN", "timezone_id": "Asia/Shanghai", "viewport": {"width": 1280, "height": 800}}
