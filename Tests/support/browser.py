"""The headless browser of Debian, as Playwright is told to start it."""

from __future__ import annotations

import shutil
from typing import Any


def launch_options() -> dict[str, Any]:
    browser = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    assert browser, "There is no browser; bin/setup --test installs chromium-headless-shell"
    # The sandbox needs rights that containers and root do not have; only our own pages are opened.
    return {"executable_path": browser, "headless": True, "args": ["--no-sandbox", "--disable-dev-shm-usage", "--autoplay-policy=no-user-gesture-required"]}
