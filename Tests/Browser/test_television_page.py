"""The terminal's television page, driven as a room drives it: by its keys, with a real video."""

from __future__ import annotations

import gzip
import io
import json
import re
import time
from pathlib import Path
from typing import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image, ImageChops, ImageStat
from playwright.sync_api import Page

from support.patience import PATIENCE
from support.television import HOUR, PAGE, Lesson, Television, lessons, make_clips

HAN = re.compile("[\u2e80-\u9fff\uff00-\uffef]")
TELEVISIONS = [(1280, 720), (1920, 1080), (1024, 576)]

# Notes where the video stood and what the clock said in the very turn of each key and event, before the page hears of it: what the recorder
# says is compared with that, and not with what a test saw a little earlier or later.
WITNESS = """
window.witnessed = [];
["keydown", "playing", "pause", "seeking", "seeked", "timeupdate", "ratechange", "visibilitychange"].forEach(kind => addEventListener(kind, event => {
    const video = document.getElementById("video");
    if (video) { witnessed.push([kind === "keydown" ? event.key : kind, Math.round(video.currentTime * 1000), Date.now()]); }
}, true));
"""


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_clips(tmp_path_factory.mktemp("television") / "clips")


@pytest.fixture
def tv(clips: Path) -> Iterator[Television]:
    with Television(clips, lessons(10)) as television:
        yield television


class Screen:
    """What stands in the room: a page, its keys, and what can be seen on it."""

    def __init__(self, page: Page, tv: Television):
        self.page, self.tv = page, tv
        page.add_init_script(WITNESS)

    def on(self, query: str = "", size: tuple[int, int] = (1280, 720)) -> Screen:
        self.page.set_viewport_size({"width": size[0], "height": size[1]})
        self.page.goto(f"{self.tv.address}/tv{query}")
        return self

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            # A press of OK soon after another is taken for the bounce of a remote.
            if key == "Enter":
                time.sleep(0.3)

    def code(self, *numbers: int) -> None:
        """Keys by number, as remotes have them; several come at once, however slow this machine is."""
        press = "codes => codes.forEach(code => document.body.dispatchEvent(new KeyboardEvent('keydown', {keyCode: code, bubbles: true, cancelable: true})))"
        self.page.evaluate(press, list(numbers))

    def witnessed(self, *kinds: str) -> list[tuple[str, int, int]]:
        """The keys and events of these kinds so far: kind, place of the video and clock of the box, both in milliseconds."""
        return [tuple(event) for event in self.page.evaluate("witnessed") if event[0] in kinds]

    def place_at(self, kind: str, index: int = -1) -> int:
        """Where the video stood at an event of the kind, when that has come."""
        self.until(lambda: len(self.witnessed(kind)) > max(index, 0))
        return self.witnessed(kind)[index][1]

    def view(self) -> str:
        return self.page.evaluate("document.body.className.split(' ')[0]")

    def wait_for(self, view: str, seconds: float = 5) -> None:
        self.page.wait_for_selector(f"body.{view}", timeout=seconds * 1000 * PATIENCE)

    def focused(self) -> str:
        return self.page.inner_text(".on .title" if self.view() == "list" else ".on")

    def position(self) -> float:
        return self.page.evaluate("document.getElementById('video').currentTime")

    def video(self, expression: str):
        return self.page.evaluate(f"document.getElementById('video').{expression}")

    def play(self) -> None:
        """From the list: opens the lesson in focus and waits until its picture moves."""
        self.wait_for("list")
        self.press("Enter", "Enter")
        self.wait_for("player")
        self.reach(0.2)

    def until(self, seen: Callable[[], bool], within: float = 30) -> None:
        """Looks again and again; the browser's own waiting evaluates strings, which the page's policy forbids."""
        within *= PATIENCE
        end = time.monotonic() + within
        while not seen():
            assert time.monotonic() < end, f"waited {within} s in vain"
            self.page.wait_for_timeout(50)

    def reach(self, seconds: float) -> None:
        self.until(lambda: self.position() >= seconds)

    def leave(self) -> tuple[dict, int]:
        """Goes back to the list; the play as the terminal knows it then, and where the video stood when the key came."""
        self.press("Escape")
        return self.told(lambda play: play["ended"]), self.place_at("Escape")

    def told(self, wanted: Callable[[dict], bool]) -> dict:
        """The first play that the terminal has been told of in the wanted state."""
        end = time.monotonic() + 15 * PATIENCE
        while time.monotonic() < end:
            for play in self.tv.plays().values():
                if wanted(play):
                    return play
            self.page.wait_for_timeout(50)
        raise AssertionError(f"The terminal was told only {self.tv.posts}")

    def picture(self) -> Image.Image:
        """The upper half of the screen, where no bar lies over the video."""
        size = self.page.viewport_size
        return Image.open(io.BytesIO(self.page.screenshot(clip={"x": 0, "y": 0, "width": size["width"], "height": size["height"] / 2})))


def watched(play: dict) -> int:
    """The milliseconds of media up to the end of the play, of which the picture's first movement may have gone by before the browser said so."""
    return play["intervals"][0]["from"] + sum(interval["until"] - interval["from"] for interval in play["intervals"])


def stretches(play: dict) -> list[dict]:
    """The intervals, those joined that go on where the last ended, or a few frames behind: a video that stalls, as it does on a slow machine,
    begins a new one there."""
    joined: list[dict] = []
    for interval in play["intervals"]:
        if joined and joined[-1]["rate"] == interval["rate"] and 0 <= interval["from"] - joined[-1]["until"] < 250:
            joined[-1] = joined[-1] | {"until": interval["until"]}
        else:
            joined.append(interval)
    return joined


@pytest.fixture
def screen(quiet_page: Page, tv: Television) -> Screen:
    return Screen(quiet_page, tv)


@pytest.fixture
def loud_screen(page: Page, tv: Television) -> Screen:
    """For the tests in which the network fails, of which every browser speaks in its console."""
    return Screen(page, tv)


# What a room does


def test_five_keys_reach_a_lesson_and_play_it(screen, tv):
    screen.on()
    screen.wait_for("list")
    screen.press("ArrowRight", "ArrowDown")
    chosen = tv.lessons[5]
    assert screen.focused() == chosen.title
    screen.press("Enter")
    card = screen.page.inner_text("#card")
    assert screen.view() == "card" and all(word in card for word in (chosen.title, chosen.speaker, chosen.unit, chosen.category, "53 分钟"))
    before = tv.now()
    screen.press("Enter")
    screen.reach(0.5)
    after = tv.now()
    early = screen.picture()
    screen.reach(11)
    assert ImageChops.difference(early, screen.picture()).getbbox(), "the picture stands still"
    assert len(tv.posts) >= 2, "a play is told every five seconds while it runs"
    play, left = screen.leave()
    assert screen.view() == "list" and screen.focused() == chosen.title
    assert (play["courseware"], play["mode"], len(stretches(play))) == (chosen.id, "demand", 1)
    stretch = stretches(play)[0]
    assert abs(stretch["from"] - screen.place_at("playing", 0)) < 100 and abs(stretch["until"] - left) < 100 and stretch["rate"] == 1000
    assert before - HOUR / 2 < stretch["at"] < after + HOUR / 2, "the terminal's clock counts"


def test_arrows_walk_over_rows_and_pages_and_stop_at_the_ends(screen, tv):
    screen.on()
    screen.wait_for("list")
    for key, place in [
        *(("ArrowLeft", 0), ("ArrowUp", 0), ("ArrowRight", 1), ("ArrowDown", 5), ("ArrowDown", 9), ("ArrowDown", 9), ("ArrowRight", 9)),
        *(("ArrowUp", 5), ("ArrowRight", 6), ("ArrowRight", 7), ("ArrowDown", 9), ("ArrowLeft", 8), ("ArrowLeft", 7)),
    ]:
        screen.press(key)
        assert screen.focused() == tv.lessons[place].title, key
    assert screen.page.inner_text("#page") == "第 1/2 页"


def test_a_held_ok_opens_one_thing(screen):
    screen.on()
    screen.wait_for("list")
    screen.page.keyboard.down("Enter")
    for _ in range(8):
        screen.page.keyboard.down("Enter")
        time.sleep(0.05)
    screen.page.keyboard.up("Enter")
    assert screen.view() == "card"


@pytest.mark.parametrize("code", [8, 27, 166, 461, 10009])
def test_every_back_key_leaves_the_card(screen, code):
    screen.on()
    screen.wait_for("list")
    screen.press("ArrowRight", "Enter")
    assert screen.view() == "card"
    screen.code(code)
    assert screen.view() == "list" and screen.focused() == screen.tv.lessons[1].title


def test_the_browsers_own_back_goes_to_the_list_and_not_away(screen, tv):
    screen.on()
    screen.play()
    screen.page.evaluate("history.back()")
    screen.wait_for("list")
    assert screen.told(lambda play: play["ended"])["courseware"] == "lesson-0"
    screen.press("Enter")
    assert screen.view() == "card"


def test_the_card_can_be_left_by_its_button(screen):
    screen.on()
    screen.wait_for("list")
    screen.press("Enter")
    assert screen.focused() == "播放"
    screen.press("ArrowRight")
    assert screen.focused() == "返回"
    screen.press("Enter")
    assert screen.view() == "list"


def test_a_pointer_can_do_it_too(screen, tv):
    screen.on(size=(360, 640))
    screen.page.click("text=" + tv.lessons[2].title)
    screen.page.click("#play")
    screen.reach(0.3)
    screen.page.click("#track", position={"x": 160, "y": 3})
    screen.reach(50)
    screen.page.click("#stop")
    assert screen.view() == "list"


def test_media_keys_and_volume(screen):
    screen.on()
    screen.play()
    screen.code(19)
    assert screen.video("paused")
    screen.code(415)
    screen.until(lambda: not screen.video("paused"))
    screen.press("ArrowDown", "ArrowDown")
    assert round(screen.video("volume"), 1) == 0.8 and "音量 80%" in screen.page.inner_text("#bar")
    screen.code(413)
    assert screen.view() == "list"


def test_the_bar_hides_while_it_plays_and_stays_while_it_pauses(screen):
    screen.on()
    screen.play()
    assert screen.page.is_visible("#bar")
    screen.page.wait_for_selector("#bar", state="hidden", timeout=6000 * PATIENCE)
    screen.press("Enter")
    screen.page.wait_for_timeout(5000)
    assert screen.page.is_visible("#bar") and "2:00" in screen.page.inner_text("#position") and "已暂停" in screen.page.inner_text("#plate")


# What is recorded


def test_a_pause_adds_nothing_and_starts_a_new_interval(screen, tv):
    screen.on()
    screen.play()
    screen.reach(3)
    screen.press("Enter")
    assert screen.video("paused")
    paused = screen.place_at("pause")
    at_pause = screen.told(lambda play: abs(play["intervals"][-1]["until"] - paused) < 100)
    count = len(screen.tv.posts)
    screen.page.wait_for_timeout(3000)
    assert len(screen.tv.posts) == count, "nothing new, nothing to tell"
    screen.press("Enter")
    screen.reach(paused / 1000 + 3)
    play, left = screen.leave()
    assert play["play"] == at_pause["play"]
    resumed = screen.witnessed("pause", "playing")
    resumed = resumed[[kind for kind, *_ in resumed].index("pause") + 1]
    after = [interval for interval in play["intervals"] if interval["from"] >= paused]
    # A browser may let some frames more through before it stands.
    assert 0 <= after[0]["from"] - paused < 250 and abs(watched(play) - left) < 500
    assert abs(after[0]["at"] - tv.clock_ahead_ms - resumed[2]) < 1000


@pytest.mark.parametrize("really", [True, False], ids=["ten minutes went by", "only the clock of the box stepped"])
def test_ten_minutes_add_nothing_in_a_pause_and_only_the_media_while_playing(screen, tv, really):
    """The first jump is in a pause; the second is a box that slept while it played, without a word from the video."""

    def jump() -> None:
        tv.clock_ahead_ms += 600_000 if really else 0
        screen.page.clock.fast_forward(600_000)

    screen.page.clock.install()
    screen.on()
    screen.play()
    began = time.monotonic()
    screen.reach(2)
    screen.press("Enter")
    paused_at = screen.position()
    screen.page.wait_for_timeout(1500)
    jump()
    assert screen.video("paused")
    screen.press("Enter")
    screen.reach(paused_at + 2)
    jump()
    screen.reach(paused_at + 4)
    play, left = screen.leave()
    assert abs(watched(play) - left) < 1000
    steps = [later["at"] - earlier["at"] - (earlier["until"] - earlier["from"]) for earlier, later in zip(play["intervals"], play["intervals"][1:])]
    waited = (time.monotonic() - began) * 1000 + 1000
    # The picture may be a frame or two ahead of the wall clock when the jump is noticed.
    frames = 100
    assert steps and [step for step in steps if not -frames <= step < waited and not -frames <= step - 600_000 < waited] == []
    jumps = [step for step in steps if step >= 600_000 - frames]
    assert len(jumps) == (2 if really else 0), "the wall clock is the terminal's, and after a jump of it the media begins anew"


def test_a_seek_starts_a_new_interval(screen, tv):
    screen.on()
    screen.play()
    screen.reach(3)
    screen.press("ArrowRight")
    screen.reach(12)
    screen.reach(screen.place_at("seeked") / 1000 + 3)
    play, left = screen.leave()
    first, second = stretches(play)
    last, seeking, seeked = around_the_seek(screen)
    assert abs(first["from"] - screen.place_at("playing", 0)) < 100
    assert last[1] <= first["until"] <= last[1] + seeking[2] - last[2] + 250
    assert abs(second["from"] - seeked[1]) < 250 and abs(second["until"] - left) < 100
    assert abs(second["at"] - tv.clock_ahead_ms - seeked[2]) < 1000


def test_a_small_seek_starts_one_too(screen):
    screen.on()
    screen.play()
    screen.reach(2)
    screen.video("currentTime += 1")
    screen.reach(5)
    play, left = screen.leave()
    last, _, seeked = around_the_seek(screen)
    assert len(stretches(play)) == 2 and abs(left - watched(play) - (seeked[1] - last[1])) < 500


def around_the_seek(screen: Screen) -> tuple:
    """The last place before the first seek, its beginning and its end."""
    events = screen.witnessed("timeupdate", "seeking", "seeked")
    first = [kind for kind, *_ in events].index("seeking")
    return events[first - 1], events[first], next(event for event in events[first:] if event[0] == "seeked")


def test_a_box_that_slept_asks_for_the_time_at_once(screen, tv):
    screen.page.clock.install()
    screen.on()
    screen.wait_for("list")
    asked = [path for _, path, _ in tv.requests].count("/tv/list.json")
    tv.clock_ahead_ms += HOUR
    screen.page.clock.run_for(8000)
    assert [path for _, path, _ in tv.requests].count("/tv/list.json") == asked, "else once a minute"
    screen.page.clock.fast_forward(20_000)
    screen.until(lambda: [path for _, path, _ in tv.requests].count("/tv/list.json") == asked + 1)
    clock = [time.strftime("%H:%M", time.gmtime((tv.now() + 8 * HOUR + late) / 1000)) for late in (-60_000, 0)]
    screen.until(lambda: screen.page.inner_text("#now .time") in clock)


def test_a_held_key_seeks_in_growing_steps_and_back_again(screen):
    screen.on()
    screen.play()
    screen.press("Enter")
    start = screen.position()
    screen.code(*[39] * 6)
    screen.until(lambda: abs(screen.position() - start - 100) < 0.5)
    screen.code(37)
    screen.until(lambda: abs(screen.position() - start - 90) < 0.5)
    screen.code(*[37] * 9)
    screen.until(lambda: screen.position() == 0)


def test_a_stall_adds_nothing(screen, tv):
    tv.lessons[0].offers = ("hls",)
    tv.held = "002.ts"
    screen.on()
    screen.play()
    screen.page.wait_for_selector("#state:not(.gone)", timeout=15000 * PATIENCE)
    assert "请稍候" in screen.page.inner_text("#plate")
    stalled_at = screen.position()
    screen.page.wait_for_timeout(3000)
    tv.held = ""
    screen.reach(stalled_at + 2)
    play, left = screen.leave()
    assert abs(watched(play) - left) < 500
    assert play["intervals"][-1]["at"] - play["intervals"][0]["at"] > stalled_at * 1000 + 2000


def test_a_hidden_page_pauses_and_adds_nothing(screen):
    screen.on()
    screen.play()
    screen.reach(2)
    hide = "hidden => { Object.defineProperty(document, 'hidden', {value: hidden, configurable: true}); document.dispatchEvent(new Event('visibilitychange')) }"
    screen.page.evaluate(hide, True)
    hidden_at = screen.position()
    screen.video("play()")
    # Something else may start it again.
    screen.reach(hidden_at + 2)
    screen.page.evaluate(hide, False)
    play, left = screen.leave()
    hidden, shown = screen.place_at("visibilitychange", 0), screen.place_at("visibilitychange", 1)
    assert shown - hidden > 1500 and -100 < watched(play) - hidden < left - shown + 500


def test_another_rate_starts_a_new_interval(screen):
    screen.on()
    screen.play()
    screen.reach(2)
    screen.video("playbackRate = 2")
    screen.reach(6)
    play, left = screen.leave()
    assert [stretch["rate"] for stretch in stretches(play)] == [1000, 2000]
    assert abs(stretches(play)[0]["until"] - screen.place_at("ratechange", 0)) < 100
    assert abs(watched(play) - left) < 500


def test_a_lesson_that_ends_returns_to_the_list(screen):
    screen.on()
    screen.wait_for("list")
    screen.press("ArrowRight")
    screen.play()
    screen.code(*[39] * 8)
    play = screen.told(lambda play: play["ended"])
    screen.wait_for("list")
    assert screen.focused() == screen.tv.lessons[1].title and screen.page.inner_text("#note") == "播放完毕"
    assert len(stretches(play)) == 2 and abs(stretches(play)[1]["until"] - 120_000) < 300


def test_each_play_has_a_token_of_its_own(screen):
    screen.on()
    for _ in range(2):
        screen.play()
        screen.reach(1)
        screen.leave()
        screen.page.wait_for_timeout(300)
    screen.on()
    screen.play()
    screen.reach(1)
    screen.press("Escape")
    screen.until(lambda: len(screen.tv.plays()) == 3 and all(play["ended"] for play in screen.tv.plays().values()))


def test_a_play_is_sent_until_it_is_stored(loud_screen, tv):
    tv.refusals = 2
    loud_screen.on()
    loud_screen.play()
    loud_screen.reach(2)
    play, left = loud_screen.leave()
    assert tv.refusals == 0 and abs(watched(play) - left) < 500


def test_an_unstored_play_survives_a_restart_of_the_box(loud_screen, tv):
    tv.refusals = 1000
    loud_screen.on()
    loud_screen.play()
    loud_screen.reach(3)
    shortest, longest = gone(loud_screen)
    loud_screen.until(lambda: tv.refusals < 1000)
    # What the page sent while it went is refused before the terminal comes back.
    loud_screen.page.wait_for_timeout(1000)
    assert not tv.posts
    tv.refusals = 0
    loud_screen.on()
    assert shortest < watched(loud_screen.told(lambda play: play["ended"])) < longest


def test_leaving_the_page_tells_the_rest(screen, tv):
    screen.on()
    screen.play()
    screen.reach(2)
    shortest, longest = gone(screen)
    assert shortest < watched(screen.told(lambda play: play["ended"])) < longest


def gone(screen: Screen) -> tuple[float, float]:
    """Leaves the page; between which places, in milliseconds, the video stood then."""
    position, began = screen.position() * 1000, time.monotonic()
    screen.page.goto("about:blank")
    return position - 300, position + (time.monotonic() - began) * 1000 + 300


# What may fail


@pytest.mark.parametrize(
    "offers, missing, plays",
    [(("hls", "mp4"), ("mp4",), ".m3u8"), (("mp4", "hls"), ("mp4",), ".m3u8"), (("mp4",), (), ".mp4"), (("hls",), (), ".m3u8"), (("hls", "mp4"), ("hls",), ".mp4")],
)
def test_the_next_source_plays_when_the_first_does_not(loud_screen, tv, offers, missing, plays):
    tv.lessons[0].offers, tv.lessons[0].missing = offers, missing
    loud_screen.on()
    loud_screen.play()
    assert loud_screen.video("currentSrc").endswith(plays)


@pytest.mark.parametrize("codecs, plays", [("avc1.4D401F,mp4a.40.2", ".mp4"), ("", ".m3u8")])
def test_the_surest_word_of_the_box_comes_first(screen, tv, codecs, plays):
    """A box says of a file whose codecs are named that it probably plays, of HLS at most that it may; of two that may be, HLS."""
    tv.lessons[0].offers, tv.lessons[0].codecs = ("mp4", "hls"), codecs
    screen.on()
    screen.play()
    assert screen.video("currentSrc").endswith(plays)


def test_a_lesson_that_cannot_play_shows_the_safe_picture_and_counts_nothing(loud_screen, tv):
    tv.lessons[1].missing = ("hls", "mp4")
    loud_screen.on()
    loud_screen.wait_for("list")
    loud_screen.press("ArrowRight", "Enter", "Enter")
    loud_screen.wait_for("safe", seconds=20)
    seen = loud_screen.page.inner_text("#safe")
    assert "这一课暂时不能播放" in seen and not re.search(r"404|错误|error", seen)
    loud_screen.press("Enter")
    assert loud_screen.view() == "list" and loud_screen.focused() == tv.lessons[1].title
    loud_screen.page.wait_for_timeout(5500)
    assert not tv.posts


def test_a_source_that_breaks_on_the_way_goes_on_with_the_next_at_the_same_place(loud_screen, tv):
    loud_screen.on()
    loud_screen.play()
    loud_screen.reach(3)
    loud_screen.page.evaluate("document.getElementById('video').dispatchEvent(new Event('error'))")
    loud_screen.until(lambda: loud_screen.video("currentSrc").endswith(".m3u8"))
    loud_screen.until(lambda: loud_screen.position() > 0)
    assert loud_screen.position() > 2.5
    loud_screen.reach(5)
    play, left = loud_screen.leave()
    assert len(tv.plays()) == 1 and abs(watched(play) - left) < 500


def test_an_empty_list_shows_the_safe_picture_until_lessons_arrive(screen, tv):
    tv.lessons = []
    screen.page.clock.install()
    screen.on()
    screen.until(lambda: "还没有课件" in screen.page.inner_text("#safe"))
    clock = [time.strftime("%H:%M", time.gmtime((tv.now() + 8 * HOUR + late) / 1000)) for late in (-60_000, 0)]
    seen = screen.page.inner_text("#safe")
    assert screen.view() == "safe" and tv.site in seen and any(one in seen for one in clock)
    assert screen.page.is_hidden("#safe-back")
    tv.lessons = lessons(2)
    screen.page.clock.run_for(61_000)
    screen.wait_for("list")


def test_a_stop_ends_what_is_playing(screen, tv):
    """An order that stops the screens empties the list: the next look at it ends the player, and what was watched is told."""
    screen.page.clock.install()
    screen.on()
    screen.play()
    screen.reach(1)
    tv.lessons, tv.stopped = [], True
    screen.page.clock.run_for(61_000)
    screen.wait_for("safe")
    assert "停播" in screen.page.inner_text("#safe") and "还没有课件" not in screen.page.inner_text("#safe")
    assert not screen.page.get_attribute("#video", "src")
    screen.until(lambda: [play["ended"] for play in tv.plays().values()] == [True])


def test_a_list_that_cannot_be_read_is_no_matter_for_the_room(loud_screen, tv):
    tv.list_works = False
    loud_screen.on()
    loud_screen.until(lambda: "正在准备" in loud_screen.page.inner_text("#safe"))
    assert "503" not in loud_screen.page.inner_text("#safe")
    tv.list_works = True
    loud_screen.wait_for("list", seconds=8)


def test_a_fresh_list_does_not_move_the_focus(screen, tv):
    screen.page.clock.install()
    screen.on()
    screen.wait_for("list")
    screen.press("ArrowRight", "ArrowDown")
    chosen = screen.focused()
    tv.lessons = [Lesson("fresh", "新到的一课"), Lesson("fresh-2", "又到的一课"), *tv.lessons]
    screen.page.clock.run_for(61_000)
    screen.page.wait_for_selector("text=新到的一课")
    assert screen.focused() == chosen
    screen.press("Enter")
    tv.lessons = tv.lessons[:1]
    screen.page.clock.run_for(61_000)
    screen.page.wait_for_timeout(500)
    assert screen.view() == "card"
    screen.press("Escape")
    assert screen.focused() == "新到的一课"


def test_what_the_list_says_is_text_and_never_markup(screen, tv):
    tv.lessons[0].title = "<img src=x onerror=alert(1)><b>课</b>"
    screen.on()
    screen.wait_for("list")
    assert screen.focused() == tv.lessons[0].title


# What it costs, how it looks


def test_the_first_view_is_light(screen, tv):
    screen.on()
    screen.wait_for("list")
    screen.until(lambda: len(tv.requests) >= 4 + 8)
    screen.page.wait_for_timeout(500)
    paths = [path for _, path, _ in tv.requests]
    assert sorted(paths[:4]) == ["/tv", "/tv/list.json", "/tv/tv.css", "/tv/tv.js"]
    assert all(path.endswith("/poster.jpg") for path in paths[4:]) and len(paths) == 4 + 8
    files = [(PAGE / name).read_bytes() for name in ("index.html", "tv.css", "tv.js")]
    assert sum(map(len, files)) <= 30_000, "also for a terminal that does not compress"
    assert sum(len(gzip.compress(body)) for body in [*files, tv.listing()]) <= 12_000


def test_the_page_stays_small_in_every_view(screen, tv):
    tv.lessons = [Lesson(f"one-{n}", f"第 {n} 课") for n in range(200)]
    screen.on()
    screen.play()
    screen.leave()
    screen.press(*["ArrowDown"] * 12)
    assert screen.focused() == "第 48 课"
    assert screen.page.evaluate("document.getElementsByTagName('*').length") <= 150


SEEN_TYPE = """() => [...document.querySelectorAll('body *')]
    .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()) && e.getClientRects().length && getComputedStyle(e).visibility === 'visible')
    .map(e => [e.id || e.className, parseFloat(getComputedStyle(e).fontSize)])"""
OVERFLOW = "document.documentElement.scrollWidth > innerWidth"
OUTSIDE = """() => [...document.querySelectorAll('.stage *, #bar *')]
    .filter(e => e.getClientRects().length && getComputedStyle(e).visibility === 'visible' && e.textContent.trim())
    .filter(e => { const r = e.getBoundingClientRect(); return r.left < 0 || r.top < 0 || r.right > innerWidth + 0.5 || r.bottom > innerHeight + 0.5 })
    .map(e => e.id || e.className)"""

# Words whose middle or end belongs to something else lie under it.
COVERED = """() => ['site', 'sample', 'page', 'previous', 'next', 'position', 'stop', 'hint', 'card-title', 'play', 'back'].filter(id => {
    const e = document.getElementById(id), r = e.getBoundingClientRect();
    if (!r.width || getComputedStyle(e).visibility !== 'visible') { return false; }
    const at = part => document.elementFromPoint(r.left + r.width * part, r.top + r.height / 2);
    return [0.05, 0.5, 0.95].some(part => !e.contains(at(part)));
})"""


@pytest.mark.parametrize("size", TELEVISIONS, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("query", ["", "?lang=en"])
def test_type_is_readable_at_three_metres_and_nothing_leaves_the_screen(screen, tv, size, query):
    smallest = 28 * size[1] / 720
    tv.site = "柳林镇清泉村党群服务中心"
    tv.clock_error_ms = -20_000 * 86_400_000
    tv.lessons = [Lesson(f"one-{n}", "一个说来话长的题目" * 4, "很长很长很长的类别", "主讲人" * 6, "某单位" * 9) for n in range(90)]
    screen.on(query, size)
    screen.wait_for("list")
    for keys in ["ArrowRight"], ["Enter"], ["Enter"], ["Enter"]:
        screen.press(*keys)
        sizes = screen.page.evaluate(SEEN_TYPE)
        assert sizes and all(pixels >= smallest - 0.01 for _, pixels in sizes), sizes
        assert screen.page.evaluate(OUTSIDE) == []
        assert screen.page.evaluate(COVERED) == []


@pytest.mark.parametrize("query", ["", "?lang=en"])
def test_a_telephone_can_use_it(screen, tv, query):
    tv.lessons[0].title = "一个没有尽头的题目" * 6
    tv.clock_error_ms = 86_400_000
    screen.on(query, (360, 640))
    screen.wait_for("list")
    for keys in [], ["Enter"], ["Enter"], ["Escape"]:
        screen.press(*keys)
        assert not screen.page.evaluate(OVERFLOW)
        assert all(pixels >= 15 for _, pixels in screen.page.evaluate(SEEN_TYPE))


def test_focus_is_seen_without_colour(screen):
    screen.on()
    screen.wait_for("list")

    def brightness() -> float:
        box = screen.page.locator(".lesson").nth(1).bounding_box()
        words = {"x": box["x"], "y": box["y"] + box["height"] * 0.7, "width": box["width"], "height": box["height"] * 0.3}
        return ImageStat.Stat(Image.open(io.BytesIO(screen.page.screenshot(clip=words))).convert("L")).mean[0]

    before = brightness()
    screen.press("ArrowRight")
    assert brightness() > before + 80
    assert screen.page.evaluate("document.activeElement === document.querySelector('.lesson.on')")


def test_sample_data_are_called_so(screen, tv):
    screen.on()
    screen.wait_for("list")
    assert screen.page.inner_text("#sample") == "示例数据" and screen.page.is_visible("#sample")
    tv.sample = False
    screen.on()
    screen.wait_for("list")
    assert screen.page.is_hidden("#sample")


@pytest.mark.parametrize(
    ("error", "query", "words"),
    [
        (86_400_000, "", "本机时钟快 1 天，请校正；记录已按中心时间"),
        (-2 * 3_600_000 - 59_000, "", "本机时钟慢 2 小时，请校正；记录已按中心时间"),
        (7 * 60_000, "?lang=en", "Clock 7 min fast; please set it. Records use true time"),
    ],
)
def test_a_wrong_clock_is_said(screen, tv, error, query, words):
    tv.clock_error_ms = error
    screen.on(query)
    screen.wait_for("list")
    assert screen.page.inner_text("#note") == words and screen.page.is_visible("#note")
    assert screen.page.evaluate("(n => n.scrollWidth <= n.clientWidth)(document.getElementById('note'))")
    tv.clock_error_ms = None
    screen.on(query)
    screen.wait_for("list")
    assert screen.page.inner_text("#note") == ""


def tour(screen: Screen) -> str:
    """Every word of the page, seen and spoken, in every view."""
    everything = "() => document.title + document.body.textContent + [...document.querySelectorAll('[aria-label]')].map(e => e.ariaLabel).join()"
    words = []
    screen.wait_for("list")
    for key in "ArrowRight", "Enter", "Enter", "ArrowUp", "Enter", "Escape":
        screen.press(key)
        words.append(screen.page.evaluate(everything))
    return "\n".join(words)


def test_an_english_page_has_no_han_characters(screen, tv):
    tv.site = "Clearwater"
    tv.lessons = [Lesson(f"plain-{n}", f"Lesson {n}", "Farming", "A. Speaker", "A unit", 60_000) for n in range(9)]
    words = tour(screen.on("?lang=en"))
    assert not HAN.search(words) and "Sample data" in words and "Paused" in words and "undefined" not in words
    assert screen.page.evaluate("document.documentElement.lang") == "en"
    words = tour(screen.on("?lang=zh"))
    assert "示例数据" in words and "已暂停" in words and "undefined" not in words


def test_the_browsers_language_counts_when_the_address_says_nothing(browser, tv):
    for locale, query, expected in [
        *(("en-GB", "", "en"), ("en-GB", "?lang=zh", "zh-Hans")),
        *(("zh-CN", "", "zh-Hans"), ("zh-CN", "?lang=en", "en"), ("fr-FR", "", "zh-Hans")),
    ]:
        with browser.new_context(locale=locale) as context:
            screen = Screen(context.new_page(), tv).on(query)
            screen.wait_for("list")
            assert screen.page.evaluate("document.documentElement.lang") == expected, (locale, query)


def test_both_languages_have_every_word(screen):
    screen.on()
    script = (PAGE / "tv.js").read_text()
    words = screen.page.evaluate("(" + re.search(r"var words = (\{.*?\n\t\});", script, re.DOTALL)[1] + ")")
    assert words["zh"].keys() == words["en"].keys()
    assert all(HAN.search(word) for word in words["zh"].values()) and not any(HAN.search(word) for word in words["en"].values())
    assert all(sorted(re.findall(r"\{\d\}", words["zh"][key])) == sorted(re.findall(r"\{\d\}", words["en"][key])) for key in words["zh"])
    used = set(re.findall(r"\bsay\.(\w+)", script)) | {"sample", "play", "hint"}
    assert used == words["zh"].keys()


@pytest.mark.parametrize("query", ["", "?lang=en"])
def test_axe_finds_nothing_serious(screen, query):
    screen.on(query)
    screen.wait_for("list")
    for keys in [], ["Enter"], ["Enter", "Enter"]:
        screen.press(*keys)
        found = Axe().run(screen.page).response["violations"]
        serious = [(one["id"], [node["html"] for node in one["nodes"]]) for one in found if one["impact"] in ("serious", "critical")]
        assert not serious, (screen.view(), serious)


# What a box of ten years ago understands

NEWER_SCRIPT = {
    "a declaration of ES2015": r"\b(let|const|class|import|export|async|await|yield)\b",
    "an arrow function": r"=>",
    "a template": r"`",
    "a newer library": r"\b(Promise|fetch|Symbol|Map|Set|Proxy|Reflect|WeakMap)\b\s*[.(]",
    "a newer method": r"\.(includes|startsWith|endsWith|padStart|closest|append|classList|assign|entries|values)\b",
    "spread or rest": r"\.\.\.",
    "a default value": r"function \w*\([^)]*=",
    "a newer operator": r"\?\?|\?\.|\*\*",
}
NEWER_STYLE = {
    "a newer layout": r"\b(flex|grid-\w+|inline-flex|sticky|columns?)\b\s*[;:]|display:\s*grid",
    "a transform or an animation": r"\b(transform|transition|animation)\b|@keyframes",
    "a variable or a calculation": r"var\(|--\w|calc\(|min\(|max\(|clamp\(",
    "a newer length": r"\d(rem|vw|vh|vmin|vmax|ch|fr)\b",
    "a rule that old boxes skip": r"@(media|supports|import|font-face|layer)",
    "a newer selector": r":(not|is|where|has|nth-child|empty|focus-visible)\b",
}
INLINE = {"script or style in the page": r"<style|<script(?! src=)|\sstyle=|\son\w+="}


def newer(text: str, rules: dict[str, str]) -> list[str]:
    """The names of the rules that the text breaks; what stands in quotes or comments does not count for scripts."""
    return [name for name, pattern in rules.items() if re.search(pattern, text)]


def code_only(script: str) -> str:
    return re.sub(r"//.*|'(?:\\.|[^'\\\n])*'", "''", script)


def test_the_files_hold_nothing_newer_than_the_box():
    assert newer(code_only((PAGE / "tv.js").read_text()), NEWER_SCRIPT) == []
    assert newer((PAGE / "tv.css").read_text(), NEWER_STYLE) == []
    assert newer((PAGE / "index.html").read_text(), INLINE) == []


@pytest.mark.parametrize(
    "text, rules",
    [
        *((text, NEWER_SCRIPT) for text in ["let a = 1", "var f = a => a", "var t = `a`", "fetch('/a')", "new Promise(f)"]),
        *((text, NEWER_SCRIPT) for text in ["f(...a)", "a?.b", "function f(a = 1) {}", "[1].includes(1)"]),
        *((text, NEWER_STYLE) for text in ["a { display: flex; }", "a { display: grid; }", "a { width: calc(1em); }"]),
        *((text, NEWER_STYLE) for text in ["a { width: 5vw; }", "a { color: var(--a); }", "@media print {}", "a:not(b) {}"]),
        *((text, INLINE) for text in ["<p style=''>", "<script>1</script>", "<a onclick=''>"]),
    ],
)
def test_the_lint_sees_what_is_newer(text, rules):
    assert newer(code_only(text) if rules is NEWER_SCRIPT else text, rules)
