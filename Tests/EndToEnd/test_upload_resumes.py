"""An upload goes on where it broke off: a line that breaks, a centre that is killed, a person who stops and comes back another day."""

from __future__ import annotations

import hashlib
import random
import re
import sqlite3
from pathlib import Path
from typing import Iterator

import pytest
from playwright.sync_api import Page, Route

from support.network import Network, ask, until
from support.patience import PATIENCE

MIB = 1 << 20
SLICE = 4 * MIB


@pytest.fixture(scope="module")
def library(yuanjiao: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    network = Network(yuanjiao, tmp_path_factory.mktemp("upload"))
    try:
        yield network.begin()
    finally:
        network.close()


@pytest.fixture
def desk(page: Page, library: Network) -> Page:
    editor = library.sign_in("editor")
    name, value = editor.cookie.split("=", 1)
    page.context.add_cookies([{"name": name, "value": value, "domain": "127.0.0.1", "path": "/"}])
    return page


def made(folder: Path, name: str, mebibytes: int, head: bytes = b"") -> Path:
    path = folder / name
    path.write_bytes(head + random.Random(name).randbytes(mebibytes * MIB - len(head)))
    return path


def choose(page: Page, library: Network, file: Path) -> None:
    page.goto(f"{library.address()}/courseware/new")
    page.set_input_files("#file", file)
    page.click("#upload button[type=submit]")


def stored(library: Network, page: Page) -> str:
    page.wait_for_url(re.compile(r"/courseware/[0-9a-f-]{36}$"))
    [(digest,)] = library.query("SELECT source_hash FROM courseware WHERE id = ?", page.url.rsplit("/", 1)[1])
    return digest


def test_a_broken_line_and_a_killed_centre_cost_a_slice_each(desk: Page, library: Network, tmp_path: Path) -> None:
    file = made(tmp_path, "long.mp4", 21)
    offsets: list[int] = []

    def line(route: Route) -> None:
        offset = int(route.request.headers["x-upload-offset"])
        offsets.append(offset)
        if offset == 2 * SLICE and offsets.count(offset) == 1:
            route.abort("connectionreset")
        elif offset == 3 * SLICE and offsets.count(offset) == 1:
            library.kill("centre")
            library.restart("centre")
            route.abort("connectionreset")
        else:
            route.continue_()

    desk.route(re.compile(r"/courseware/uploads/[0-9a-f-]{36}$"), lambda route: line(route) if route.request.method == "PATCH" else route.continue_())
    choose(desk, library, file)
    assert stored(library, desk) == hashlib.sha256(file.read_bytes()).hexdigest()
    assert offsets == [0, SLICE, 2 * SLICE, 2 * SLICE, 3 * SLICE, 3 * SLICE, 4 * SLICE, 5 * SLICE]
    assert library.query("SELECT count(*) FROM upload") == [(0,)]


def test_who_stops_goes_on_with_the_same_file(desk: Page, library: Network, tmp_path: Path) -> None:
    file = made(tmp_path, "stopped.mp4", 13)
    offsets: list[int] = []
    held: list[Route] = []

    def line(route: Route) -> None:
        offsets.append(int(route.request.headers["x-upload-offset"]))
        if len(offsets) == 3:
            held.append(route)
        else:
            route.continue_()

    desk.route(re.compile(r"/courseware/uploads/[0-9a-f-]{36}$"), lambda route: line(route) if route.request.method == "PATCH" else route.continue_())
    choose(desk, library, file)
    until(lambda: desk.evaluate("document.getElementById('sent').value") >= 61 and held, 120, "The third slice is under way")
    desk.click("#stop")
    assert re.search(r"\d+%", desk.inner_text("#told")), desk.inner_text("#told")
    choose(desk, library, file)
    assert stored(library, desk) == hashlib.sha256(file.read_bytes()).hexdigest()
    assert offsets == [0, SLICE, 2 * SLICE, 2 * SLICE, 3 * SLICE]


@pytest.mark.parametrize(("head", "words"), [(b"%PDF-1.7\n", "这是 PDF 文件，不是视频。"), (b"PK\x03\x04", "这是压缩包或 Office 文档，不是视频。"), (b"\xff\xd8\xff\xe0", "这是图片，不是视频。")])
def test_a_wrong_file_is_refused_in_its_first_mebibyte(desk: Page, library: Network, tmp_path: Path, head: bytes, words: str) -> None:
    sent: list[int] = []
    desk.on("request", lambda request: sent.append(1) if request.method == "PATCH" else None)
    choose(desk, library, made(tmp_path, "wrong", 17, head))
    desk.wait_for_selector("#told.problem")
    assert words in desk.inner_text("#told") and len(sent) == 1
    assert library.query("SELECT count(*) FROM upload WHERE name = 'wrong'") == [(0,)]
    # The same in one piece, as a program would send it.
    editor = library.sign_in("editor")
    token = re.search(r'data-csrf="([0-9a-f]+)"', editor.get("/courseware/new").text)[1]
    headers = {"Cookie": editor.cookie, "X-CSRF": token, "Accept-Language": "zh-CN"}
    answer = ask(library.address(), "POST", "/courseware/uploads", head + bytes(2 * MIB), headers)
    assert answer.status == 422 and words in answer.text


def test_a_session_that_ended_is_said_and_loses_nothing(desk: Page, library: Network, tmp_path: Path) -> None:
    file = made(tmp_path, "evening.mp4", 9)
    offsets: list[int] = []

    def line(route: Route) -> None:
        offsets.append(int(route.request.headers["x-upload-offset"]))
        if len(offsets) == 2:
            desk.context.clear_cookies()
        route.continue_()

    desk.route(re.compile(r"/courseware/uploads/[0-9a-f-]{36}$"), lambda route: line(route) if route.request.method == "PATCH" else route.continue_())
    choose(desk, library, file)
    desk.wait_for_selector("#told.problem")
    assert "登录" in desk.inner_text("#told")
    name, value = library.sign_in("editor").cookie.split("=", 1)
    desk.context.add_cookies([{"name": name, "value": value, "domain": "127.0.0.1", "path": "/"}])
    choose(desk, library, file)
    assert stored(library, desk) == hashlib.sha256(file.read_bytes()).hexdigest()
    # The slice whose session had ended came again, and nothing before it.
    assert offsets == [0, SLICE, SLICE, 2 * SLICE] or offsets == [0, SLICE, 2 * SLICE, 2 * SLICE], offsets


def wait_in_line(library: Network, count: int) -> None:
    """So many lessons of the editor wait for their encoding, and none of them is taken up."""
    connection = sqlite3.connect(library.data() / "centre.sqlite", timeout=10 * PATIENCE)
    [(editor,)] = connection.execute("SELECT id FROM account WHERE login = 'editor'").fetchall()
    with connection:
        connection.execute("DELETE FROM job WHERE id LIKE 'full-%'")
        connection.executemany(
            "INSERT INTO job (id, kind, subject, payload, state, progress, step, problem, account, attempts, due_at, lease_until_at, cancel_wanted, made_by, made_at)"
            " VALUES (?, 'encode', '', '', 'ready', 0, '', '', '', 0, 9000000000000000, 0, 0, ?, 0)",
            [(f"full-{number}", editor) for number in range(count)],
        )
    connection.close()


def test_where_too_many_wait_it_is_said_and_nothing_is_sent_twice(desk: Page, library: Network, tmp_path: Path) -> None:
    """Before the first byte; and when the last place is taken while a file is under way, what was sent stays for another try."""
    until(lambda: library.query("SELECT count(*) FROM job WHERE state IN ('ready', 'running')") == [(0,)], 120, "What was sent before is looked at")
    file = made(tmp_path, "late.mp4", 6)
    offsets: list[int] = []

    def line(route: Route) -> None:
        offsets.append(int(route.request.headers["x-upload-offset"]))
        if len(offsets) == 2:
            wait_in_line(library, 200)
        route.continue_()

    desk.route(re.compile(r"/courseware/uploads/[0-9a-f-]{36}$"), lambda route: line(route) if route.request.method == "PATCH" else route.continue_())
    wait_in_line(library, 200)
    choose(desk, library, file)
    desk.wait_for_selector("#told.problem")
    assert "200" in desk.inner_text("#told") and offsets == []
    wait_in_line(library, 199)
    choose(desk, library, file)
    desk.wait_for_selector("#told.problem")
    assert "200" in desk.inner_text("#told") and offsets == [0, SLICE]
    wait_in_line(library, 0)
    choose(desk, library, file)
    assert stored(library, desk) == hashlib.sha256(file.read_bytes()).hexdigest()
    assert len(offsets) <= 3, "What was sent is sent again"
