"""The television page in engines that play no HLS of their own: the same file plays there, and seeks."""

from __future__ import annotations

import json
import os
import subprocess
import threading
import time
from pathlib import Path
from typing import Any, Callable, Iterator

import pytest

from support.firefox import Firefox
from support.patience import PATIENCE
from support.television import Television, lessons, make_clips

OLD_WEBKIT = Path(__file__).resolve().parents[1] / "support" / "old_webkit.py"
VIDEO = "document.getElementById('video')"


@pytest.fixture(scope="module")
def tv(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Television]:
    with Television(make_clips(tmp_path_factory.mktemp("engines") / "clips"), lessons(2)) as television:
        yield television


class OldWebKit:
    """The page in QtWebKit."""

    def __init__(self, address: str):
        self.address = address

    def __enter__(self) -> OldWebKit:
        # Debian's own Python: its bindings of Qt are no package of PyPI.
        self.process = subprocess.Popen(
            ["/usr/bin/python3", str(OLD_WEBKIT), self.address],
            env={name: value for name, value in os.environ.items() if not name.startswith("PYTHON")} | {"QT_QPA_PLATFORM": "offscreen"},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )
        # A player that hangs takes the whole page with it.
        self.watch = threading.Timer(90 * PATIENCE, self.process.kill)
        self.watch.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.watch.cancel()
        self.process.kill()
        self.process.wait()

    def evaluate(self, expression: str) -> Any:
        print(expression, file=self.process.stdin, flush=True)
        answer = self.process.stdout.readline()
        assert answer, "QtWebKit ended"
        return json.loads(answer)


def until(seen: Callable[[], Any], what: str, within: float = 30) -> None:
    within *= PATIENCE
    end = time.monotonic() + within
    while not seen():
        assert time.monotonic() < end, f"waited {within} s in vain: {what}"
        time.sleep(0.1)


def key(evaluate: Callable[[str], Any], code: int) -> None:
    script = (
        "(function () { var event = document.createEvent('Event'); event.initEvent('keydown', true, true); event.keyCode = %d; document.body.dispatchEvent(event);"
        " return true; })()"
    )
    assert evaluate(script % code)
    # A press of OK soon after another is taken for the bounce of a remote.
    time.sleep(0.4)


def plays_and_seeks(evaluate: Callable[[str], Any], tv: Television) -> None:
    """OK twice, a picture that moves, ten seconds on, and the play as the terminal is told of it."""
    before = len(tv.posts)
    until(lambda: evaluate("document.body && document.body.className.split(' ')[0]") == "list", "the list")
    key(evaluate, 13)
    key(evaluate, 13)
    until(lambda: evaluate(f"{VIDEO}.currentTime") > 1, "the picture moves")
    assert evaluate(f"{VIDEO}.currentSrc").endswith(".mp4")
    assert [path for _, path, _ in tv.requests if path.endswith(".m3u8")] == []
    assert abs(evaluate(f"{VIDEO}.duration") - 120) < 0.5, "the whole length is known at once"
    for _ in range(6):
        key(evaluate, 39)
    until(lambda: evaluate(f"{VIDEO}.currentTime") > 60, "it jumps")
    landed = evaluate(f"{VIDEO}.currentTime")
    until(lambda: evaluate(f"{VIDEO}.currentTime") > landed + 1, "it goes on after a jump")
    key(evaluate, 27)
    until(lambda: any(post["ended"] for post in tv.posts[before:]), "the terminal is told")
    play = next(post for post in tv.posts[before:] if post["ended"])
    assert len(play["intervals"]) >= 2 and play["courseware"] == tv.lessons[0].id


@pytest.mark.parametrize("has_media_source", [True, False], ids=["as it comes", "without media source extensions"])
def test_a_lesson_plays_in_firefox(tv: Television, has_media_source: bool) -> None:
    with Firefox(media__mediasource__enabled=has_media_source) as firefox:
        tv.requests.clear()
        firefox.goto(f"{tv.address}/tv")
        assert firefox.evaluate(f"{VIDEO}.canPlayType('application/vnd.apple.mpegurl')") == "", "it plays no HLS"
        assert (firefox.evaluate("typeof window.MediaSource") == "function") == has_media_source
        plays_and_seeks(firefox.evaluate, tv)


def test_a_lesson_plays_in_an_engine_of_ten_years_ago(tv: Television) -> None:
    tv.requests.clear()
    with OldWebKit(f"{tv.address}/tv") as old:
        assert old.evaluate("typeof window.MediaSource + typeof window.WebKitMediaSource + typeof window.fetch") == "undefined" * 3
        plays_and_seeks(old.evaluate, tv)
