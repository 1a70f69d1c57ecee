"""The second factor as a person sets it up: a square code off the screen, codes of an independent authenticator (oathtool), a telephone that is lost."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Callable
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from playwright.sync_api import Browser, Page

from support.network import Network
from support.patience import PATIENCE


@pytest.fixture
def network(yuanjiao: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("YUANJIAO_SECOND_FACTOR", "required")
    made = Network(yuanjiao, tmp_path / "network")
    try:
        yield made.begin(accounts=("editor",))
    finally:
        made.close()


def shown(secret: str, ahead: str = "now") -> str:
    """What an authenticator shows."""
    command = ["oathtool", "--totp", "--base32", "--now", ahead, secret]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60 * PATIENCE).stdout.strip()


def sign_in(page: Page, network: Network) -> None:
    page.goto(network.address() + "/sign-in")
    fill_in(page, network)


def fill_in(page: Page, network: Network) -> None:
    page.fill("#login", "editor")
    page.fill("#password", network.passwords["editor"])
    page.click("main button[type=submit]")


@pytest.mark.parametrize("width", [1280, 360])
def test_a_telephone_is_set_up_used_and_lost(browser: Browser, browser_context_args: dict, network: Network, tmp_path: Path, width: int) -> None:
    context = browser.new_context(**browser_context_args | {"locale": "zh-CN", "viewport": {"width": width, "height": 800}})
    page = context.new_page()
    sign_in(page, network)
    assert urlsplit(page.url).path == "/account/factor/begin" and "需要先设置二次验证" in page.inner_text("main")
    page.click("main form button[type=submit]")
    assert urlsplit(page.url).path == "/account/factor"
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    picture = tmp_path / "code.png"
    page.locator("figure.square svg").screenshot(path=str(picture))
    read = subprocess.run(["zbarimg", "--quiet", "--raw", str(picture)], capture_output=True, text=True, check=True, timeout=60 * PATIENCE).stdout.strip()
    link = urlsplit(read)
    assert (link.scheme, link.netloc, unquote(link.path)) == ("otpauth", "totp", "/远教:editor")
    secret = parse_qs(link.query)["secret"][0]
    assert page.locator("figure.square code").inner_text().replace(" ", "") == secret
    page.fill("[name=password_code]", "000000")
    page.click("main form button[type=submit]")
    assert "验证码不对" in page.inner_text("main") and page.locator("[name=password_code][aria-invalid]").count() == 1
    page.fill("[name=password_code]", shown(secret))
    page.click("main form button[type=submit]")
    codes = page.locator(".slips ol code").all_inner_texts()
    assert len(set(codes)) == 10
    page.goto(network.address() + "/account")
    assert "恢复码还剩 10 个" in page.inner_text("main")
    # The next sign-in: the step that set it up is used, the one behind it is good.
    context.clear_cookies()
    sign_in(page, network)
    assert urlsplit(page.url).path == "/account/code"
    page.fill("[name=password_code]", shown(secret, "30 seconds"))
    page.click("main form button[type=submit]")
    assert urlsplit(page.url).path == "/"
    # With the paper, and on to where he wanted to go.
    context.clear_cookies()
    page.goto(network.address() + "/courseware?q=%E8%AF%BE")
    fill_in(page, network)
    page.fill("[name=password_code]", codes[4])
    page.click("main form button[type=submit]")
    assert page.url == network.address() + "/courseware?q=%E8%AF%BE"
    # Telephone and paper are lost: by command, for the security administrator himself.
    network.command("account", "forget-factor", "editor")
    page.goto(network.address() + "/courseware")
    assert urlsplit(page.url).path == "/sign-in"
    sign_in(page, network)
    assert urlsplit(page.url).path == "/account/factor/begin"
    context.close()
