"""How long somebody who changes the product waits: from saving a file to the page in his browser.

`bin/loop` runs it. A template and a word are shown as they stand (`yuanjiao demo --sources`); a leaf file and a base file are built, as `bin/demo` builds them,
and the centre is started anew. With `--cold` a fresh clone is made ready first, for the demo and then for the tests. It judges no speed.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from playwright.sync_api import Page, sync_playwright

from support.browser import launch_options
from support.demo import Demo

TOP = Path(__file__).resolve().parents[2]
PROGRAM = TOP / ".build/debug/yuanjiao"
# What depends on least, and what everything depends on.
LEAF, BASE = TOP / "Sources/Editions/Distribution/ReceivedList.swift", TOP / "Sources/Basics/Fen.swift"
GOALS = {"template": 1, "word": 1, "leaf file": 20}


def main() -> None:
    parser = argparse.ArgumentParser(description="Measures how long a change takes to the page.")
    parser.add_argument("--cold", action="store_true", help="first make a fresh clone ready: takes half an hour")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    folder = Path(tempfile.mkdtemp(prefix="yuanjiao-loop-"))
    try:
        print(f"From saving to the page, in seconds; load {os.getloadavg()[0]:.1f}", flush=True)
        if arguments.cold:
            clone = folder / "clone"
            subprocess.run(["git", "clone", "--quiet", TOP, clone], check=True)
            for purpose in ("demo", "test"):
                say(f"bin/setup --{purpose}, from nothing" if purpose == "demo" else "bin/setup --test, behind it", timed(["bin/setup", f"--{purpose}"], clone))
            shutil.rmtree(clone)
        measure(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def measure(folder: Path) -> None:
    build()
    sources = folder / "Sources"
    shutil.copytree(TOP / "Sources", sources)
    demo = Demo.of(PROGRAM, folder / "demo", "--no-lesson", "--sources", str(sources))
    demo.start()
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(**launch_options())
            page = browser.new_page(locale="en-GB")
            open_page(page, demo)
            template, words = sources / "Web/Templates/list.mustache", sources / "Operations/Words/en/operators.json"
            template.write_text(template.read_text() + "<p>changed in the loop</p>\n")
            say("template", shown(page, "changed in the loop"))
            entries = json.loads(words.read_text())
            words.write_text(json.dumps(entries | {"agreement.title": "Word of the loop"}))
            say("word", shown(page, "Word of the loop"))
            for what, file in (("leaf file", LEAF), ("base file", BASE)):
                with touched(file):
                    began = time.monotonic()
                    build()
                    demo.end()
                    demo.start()
                    open_page(page, demo)
                    say(what, time.monotonic() - began)
            browser.close()
    finally:
        demo.program.stop(20)


def build() -> None:
    subprocess.run(["swift", "build", "-c", "debug", "--product", "yuanjiao"], cwd=TOP, check=True, capture_output=True)


def open_page(page: Page, demo: Demo) -> None:
    name, value = demo.visitor("city").cookie.split("=", 1)
    page.context.add_cookies([{"name": name, "value": value, "url": demo.address}])
    page.goto(demo.address + "/agreements")


def shown(page: Page, text: str) -> float:
    """Reloads the page until it says a text; answers the seconds."""
    began = time.monotonic()
    while text not in page.inner_text("body"):
        assert time.monotonic() - began < 60, f"The page never said {text}"
        page.reload()
    return time.monotonic() - began


@contextmanager
def touched(file: Path) -> Iterator[None]:
    """With one more name that others may use; afterwards as it was."""
    before, status = file.read_bytes(), file.stat()
    try:
        file.write_bytes(before + b"\n/// The loop is measured.\npackage let measuredInTheLoop = 1\n")
        yield
    finally:
        file.write_bytes(before)
        os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))


def timed(command: list[str], folder: Path) -> float:
    began = time.monotonic()
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return time.monotonic() - began


def say(what: str, seconds: float) -> None:
    goal = f"  goal {GOALS[what]}" if what in GOALS else ""
    print(f"{what:32} {seconds:8.1f}{goal}", flush=True)


if __name__ == "__main__":
    main()
