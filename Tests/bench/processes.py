"""What bin/bench measures with real processes: bytes over the line, key press to picture, memory and start time of each program.

`python Tests/bench/processes.py PROGRAM` prints one line a figure with its floor; it judges nothing.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from playwright.sync_api import Page, sync_playwright

from support.browser import launch_options
from support.demo import Demo
from support.network import Network, make_clip
from support.processes import Program

MEGABYTE = 1_000_000
PRESSES = 9


def main(program: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="yuanjiao-bench-") as folder:
        a_network(program, Path(folder) / "network")
        a_city(program, Path(folder) / "city")


def a_network(program: Path, folder: Path) -> None:
    """A small network: a lesson on its way to a terminal, and a key at that terminal."""
    network = Network(program, folder)
    try:
        network.begin().begin_nodes()
        editor = network.sign_in("editor")
        courseware = network.upload(editor, make_clip(folder / "lesson.mp4", seconds=60, size="1280x720"))
        network.publish(editor, courseware, "果树冬剪")
        crossed, needed, _ = network.crossed(courseware.rsplit("/", 1)[1])
        say(f"bytes over the line: {crossed} for {needed} of manifest, poster and the one rendition, {crossed / needed:.4f} (floor 1.02)")
        for name in ("edge", "terminal-1", "terminal-2"):
            network.programs[name].stop()
        for name in ("edge", "terminal-1"):
            start_time(network.programs[name], network.address(name), name)
        key_to_picture(network.address("terminal-1"))
        memory("edge", network.programs["edge"])
        memory("terminal-1", network.programs["terminal-1"], floor=100)
    finally:
        network.close()


def a_city(program: Path, folder: Path) -> None:
    """The centre of a city of 3,248 sites with four months and one that moves, after its pages were looked at."""
    demo = Demo.of(program, folder, "--no-lesson")
    try:
        say(f"demo: first start in {demo.start():.1f} s (floor 60)")
        visitor = demo.visitor("city")
        for _ in range(3):
            for path in ("/bulletins/2011-03/9901", "/bulletins/2011-03/9901.csv", "/areas/9901?month=2011-03", "/sites?area=9901&month=2011-03", "/sites.csv?area=9901&month=2011-03"):
                assert visitor.get(path).status == 200, path
        [centre] = [number for number, line in demo.processes().items() if " centre " in line]
        say(f"centre of a city: {resident(centre)} MB resident, {resident(centre, 'VmHWM')} MB at most (floor 200)")
        demo.end()
        say(f"demo: later start in {demo.start():.1f} s (floor 5)")
        demo.end()
        folder = demo.folder / "centre"
        alone = Program([program, "centre", "--data", folder, "--port", demo.address.rsplit(":", 1)[1], "--sample"], demo.folder / "centre.log")
        start_time(alone, demo.address, "centre of a city")
        alone.stop()
    finally:
        demo.program.stop(20)


def start_time(program: Program, address: str, name: str, turns: int = 5) -> None:
    """From the start of the process to the first 200; the last start is left running."""
    seconds = []
    for turn in range(turns):
        if turn:
            program.stop()
        began = time.monotonic()
        program.start().wait_for(f"{address}/health")
        seconds.append(time.monotonic() - began)
    say(f"{name}: answers {statistics.median(seconds) * 1000:.0f} ms after its start, median of {turns}")


def key_to_picture(address: str) -> None:
    """From the key to the first frame that the browser puts on the screen."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**launch_options())
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        page.goto(f"{address}/tv")
        page.wait_for_selector("body.list")
        times = sorted(one_press(page) for _ in range(PRESSES))
        browser.close()
    say(f"key press to picture: {statistics.median(times):.0f} ms, median of {PRESSES}, slowest {times[-1]:.0f} ms")


def one_press(page: Page) -> float:
    # A press of OK soon after another is taken for the bounce of a remote.
    time.sleep(0.4)
    page.keyboard.press("Enter")
    page.wait_for_selector("body.card")
    time.sleep(0.4)
    page.evaluate(
        """() => {
            const video = document.getElementById('video');
            window.picture = new Promise(done => document.addEventListener('keydown', () => {
                const pressed = performance.now();
                video.requestVideoFrameCallback(shown => done(shown - pressed));
            }, {capture: true, once: true}));
        }"""
    )
    page.keyboard.press("Enter")
    milliseconds = page.evaluate("window.picture")
    page.keyboard.press("Escape")
    page.wait_for_selector("body.list")
    return milliseconds


def memory(name: str, program: Program, floor: int | None = None) -> None:
    say(f"{name}: {resident(program.pid)} MB resident, {resident(program.pid, 'VmHWM')} MB at most, {resident(program.pid, 'RssAnon')} its own, {resident(program.pid, 'RssFile')} of files" + (f" (floor {floor})" if floor else ""))


def resident(number: int, field: str = "VmRSS") -> int:
    [line] = [line for line in Path(f"/proc/{number}/status").read_text().splitlines() if line.startswith(f"{field}:")]
    return round(int(line.split()[1]) * 1024 / MEGABYTE)


def say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    say(f"load average {' '.join(f'{load:.2f}' for load in os.getloadavg())}, {os.cpu_count()} processors")
    main(Path(sys.argv[1]).resolve())
