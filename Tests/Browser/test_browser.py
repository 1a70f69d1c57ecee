"""The browser itself: it shows a page, knows Chinese type, and hears what the console says."""

from __future__ import annotations

import sys

import pytest

from support.processes import free_port


@pytest.fixture
def site(launch, tmp_path) -> str:
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "index.html").write_text('<!DOCTYPE html><html lang="zh-Hans"><meta charset="utf-8"><title>远教</title><h1>一堂课</h1>')
    port = free_port()
    address = f"http://127.0.0.1:{port}/"
    launch("server", [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1", "--directory", folder]).wait_for(address)
    return address


def test_a_served_page_is_seen(page, site):
    page.goto(site)
    assert page.title() == "远教"
    assert page.inner_text("h1") == "一堂课"


def test_chinese_type_is_drawn_and_not_boxes(page, site):
    """Two signs that no font had would be drawn as the same box."""
    page.goto(site)
    pictures = []
    for sign in "课村":
        page.evaluate("sign => { document.querySelector('h1').textContent = sign }", sign)
        pictures.append(page.locator("h1").screenshot())
    assert pictures[0] != pictures[1]


def test_a_console_error_is_heard(page, site):
    said = []
    page.on("console", lambda message: said.append(message.type))
    page.goto(site)
    page.evaluate("console.error('broken')")
    assert "error" in said
