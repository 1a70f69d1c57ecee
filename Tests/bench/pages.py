"""How soon a page shows its largest part on an old line: 2 Mbit/s and 100 ms there and back, nothing kept by the browser.

`python Tests/bench/pages.py PROGRAM` starts a demo of its own and looks at pages of each kind in Debian's Chromium. The goal is 1.5 s. Beside each stands the
physical limit: the bytes of the page and its files at the line's speed, and one way there and back for each step. It judges no speed.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import statistics
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from playwright.sync_api import Browser, sync_playwright

from support.browser import launch_options
from support.demo import Demo

BYTES_A_SECOND, DELAY_MS = 2_000_000 / 8, 100
LOOKS = 3
PAGES = [
    ("city", "/"),
    ("city", "/overview"),
    ("city", "/areas/9901?month=2011-03"),
    ("city", "/areas/9901/months"),
    ("city", "/bulletins/2011-03/9901"),
    ("city", "/sites?month=2011-03"),
    ("city", "/figures"),
    ("city", "/agreements"),
    ("city", "/exclusions/new"),
    ("county", "/bulletins/2011-02/990101/compose"),
    ("editor", "/courseware"),
    ("auditor", "/events"),
]
LARGEST = """new Promise(done => new PerformanceObserver(list => done(list.getEntries().at(-1).startTime))
    .observe({ type: 'largest-contentful-paint', buffered: true }))"""


def main() -> None:
    parser = argparse.ArgumentParser(description="Measures how soon pages show their largest part on a shaped line.")
    parser.add_argument("program", type=Path)
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    folder = Path(tempfile.mkdtemp(prefix="yuanjiao-pages-"))
    demo = Demo.of(arguments.program.resolve(), folder, "--no-lesson")
    try:
        demo.start()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(**launch_options())
            print(f"Largest contentful paint at 2 Mbit/s, {DELAY_MS} ms there and back; load {os.getloadavg()[0]:.1f}")
            print(f"{'page':44} {'median s':>9} {'worst s':>8} {'kB':>6} {'limit s':>8}")
            for login, path in PAGES:
                looks = [look(browser, demo, login, path) for _ in range(LOOKS)]
                times, size = [one[0] for one in looks], looks[0][1]
                # The page's own way, and that of its style sheet, which the page names.
                limit = size / BYTES_A_SECOND + 2 * DELAY_MS / 1000
                print(f"{login + ' ' + path:44} {statistics.median(times):9.2f} {max(times):8.2f} {size / 1000:6.0f} {limit:8.2f}")
            browser.close()
    finally:
        demo.program.stop(20)
        shutil.rmtree(folder, ignore_errors=True)


def look(browser: Browser, demo: Demo, login: str, path: str) -> tuple[float, int]:
    """Seconds until the largest part stands, and the bytes that came."""
    name, value = demo.visitor(login).cookie.split("=", 1)
    context = browser.new_context(base_url=demo.address, viewport={"width": 1280, "height": 800})
    try:
        context.add_cookies([{"name": name, "value": value, "url": demo.address}])
        page = context.new_page()
        line = context.new_cdp_session(page)
        line.send("Network.enable")
        line.send(
            "Network.emulateNetworkConditions",
            {"offline": False, "latency": DELAY_MS, "downloadThroughput": BYTES_A_SECOND, "uploadThroughput": BYTES_A_SECOND},
        )
        came = 0

        def count(event: dict) -> None:
            nonlocal came
            came += int(event["encodedDataLength"])

        line.on("Network.loadingFinished", count)
        answer = page.goto(path, wait_until="networkidle")
        assert answer is not None and answer.status == 200, (path, answer and answer.status)
        return page.evaluate(LARGEST) / 1000, came
    finally:
        context.close()


if __name__ == "__main__":
    main()
