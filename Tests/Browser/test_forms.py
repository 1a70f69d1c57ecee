"""What declared forms and lists do in a browser, whatever they are about: suggestions, the look before the act, the end of a session, two editors, cards on a telephone."""

from __future__ import annotations

from typing import Callable

import pytest
from playwright.sync_api import Page

from support.demo import Demo
from support.patience import PATIENCE

pytestmark = pytest.mark.usefixtures("browser_name")

COUNTY = "990103"


def pick(page: Page, box: str, typed: str) -> None:
    """Types, waits for what is suggested, and takes the first by the keyboard."""
    page.fill(box, "")
    page.type(box, typed)
    page.wait_for_selector(f"{box} + ul.suggestions:not([hidden]) li", timeout=10_000 * PATIENCE)
    page.press(box, "ArrowDown")
    page.press(box, "Enter")


def proposal(page: Page, reason: str, month: str = "2011-05") -> None:
    page.goto(f"/exclusions/new?area={COUNTY}")
    page.select_option("#cause", "power")
    page.fill("#from", f"{month}-01")
    page.fill("#through", f"{month}-31")
    page.fill("#reason", reason)


def test_an_area_is_found_by_its_initials_with_the_keyboard_alone(desk: Callable[..., Page]) -> None:
    page = desk("city")
    page.goto("/overview")
    pick(page, "#find", "lyx")
    page.wait_for_url("**/areas/990101")
    assert "鹿原县" in page.inner_text("h1")
    page.type("#find", "luyuanxian")
    page.wait_for_selector("#find + ul.suggestions:not([hidden]) li", timeout=10_000 * PATIENCE)
    assert page.evaluate("getComputedStyle(document.getElementById('find')).color") != "rgb(255, 255, 255)", "Nobody sees what he types"
    page.press("#find", "Escape")
    assert page.locator("#find + ul.suggestions:not([hidden])").count() == 0 and page.input_value("#find") == "luyuanxian"


def test_a_field_takes_what_is_found_and_a_list_what_is_added(desk: Callable[..., Page], demo: Demo) -> None:
    page = desk("city")
    proposal(page, "变压器检修")
    pick(page, "#area", "qdx")
    assert page.input_value("#area") == "青渡县 990103"
    site = demo.visitor("city").rows(f"/sites.csv?area={COUNTY}&month=2011-05&show=registered")[0]
    # What was looked for and not added is not forgotten without a word.
    page.fill("#sites-add", site["编码"])
    page.click("main form button[type=submit]")
    assert page.evaluate("document.activeElement.id") == "sites-add" and page.url.endswith(COUNTY)
    pick(page, "#sites-add", site["编码"])
    assert page.input_value("#sites") == site["编码"] and page.input_value("#sites-add") == ""
    page.click("main form button[type=submit]")
    assert "的 1 个站点" in page.inner_text("section.preview") and site["编码"] in page.inner_text("section.preview")


def test_what_is_typed_outlives_the_session_also_after_the_look(desk: Callable[..., Page], demo: Demo) -> None:
    page = desk("city")
    proposal(page, "登录断了也不能丢")
    page.click("main form button[type=submit]")
    assert page.locator("section.preview").count() == 1
    [session] = [one for one in page.context.cookies() if one["name"].endswith("session")]
    page.context.clear_cookies(name=session["name"])
    page.click("button[value=act]")
    page.wait_for_url("**/sign-in?next=**")
    assert "为您保留" in page.inner_text("main")
    page.fill("#login", "city")
    page.fill("#password", demo.passwords["city"])
    page.press("#password", "Enter")
    page.wait_for_url("**/exclusions/new**")
    assert page.input_value("#reason") == "登录断了也不能丢" and page.input_value("#from") == "2011-05-01" and page.input_value("#cause") == "power"
    assert "尚未提交" in page.inner_text("p.notice")
    page.click("main form button[type=submit]")
    page.click("button[value=act]")
    page.wait_for_url("**/exclusions/*?saved=1")
    # Back, and the very same once more: it is asked about.
    proposal(page, "登录断了也不能丢")
    page.click("main form button[type=submit]")
    page.click("button[value=act]")
    assert "没有重复登记" in page.inner_text("p.notice") and page.locator("p.notice a[href^='/exclusions/']").count() == 1
    assert all("409" in one for one in desk.said), desk.said
    desk.said.clear()


def test_the_second_of_two_editors_is_asked_whose_text_stays(desk: Callable[..., Page], demo: Demo) -> None:
    site = demo.visitor("city").rows(f"/sites.csv?area={COUNTY}&month=2011-04&show=registered")[1]["编码"]
    first, second = desk("city"), desk("city")
    for page in (first, second):
        page.goto(f"/sites/{site}/state")
    first.select_option("#state", "faulty")
    first.fill("#reason", "第一位登记故障")
    second.select_option("#state", "moving")
    second.fill("#reason", "第二位登记搬迁")
    first.click("main form button[type=submit]")
    first.click("button[value=act]")
    first.wait_for_url("**?changed=1#states")
    second.click("main form button[type=submit]")
    assert "改动了下面标出的项目" in second.inner_text("p.notice") and "市管理员" in second.inner_text("p.notice")
    assert second.evaluate("document.activeElement.className") == "notice", "The page does not begin where the question is"
    assert second.input_value("#state") == "moving" and second.input_value("#reason") == "第二位登记搬迁"
    second.click("main form button[type=submit]")
    assert "请选择采用哪一个内容" in second.inner_text(".wrong"), "Not to decide is taken for a decision"
    second.check("input[name='form_take.state'][value=mine]")
    second.click("main form button[type=submit]")
    assert "搬迁" in second.inner_text("section.preview")
    assert all("409" in one or "422" in one for one in desk.said), desk.said
    desk.said.clear()


@pytest.mark.parametrize("locale", ["zh-CN", "en-GB"])
def test_a_list_is_cards_on_a_telephone_and_keeps_its_columns(desk: Callable[..., Page], locale: str) -> None:
    page = desk("city", locale, width=360)
    page.goto("/silent?days=1")
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    card = page.locator(".listed tbody tr").first
    assert card.bounding_box()["width"] <= 340 and card.locator("th a").bounding_box()["height"] >= 44
    page.click("details.views summary")
    for box in page.locator("input[name^='column.']").all():
        box.set_checked(box.get_attribute("name") == "column.days")
    page.click("details.views form[data-columns] button")
    assert page.locator(".listed tbody tr").first.locator("td").count() == 1
    page.fill("#q", "cun")
    page.click("form.filter button >> nth=0")
    assert page.locator(".listed tbody tr").first.locator("td").count() == 1, "A search forgets the columns"
    page.click("details.views summary")
    page.fill("#view-name", f"失联 {locale}")
    page.click("details.views form:has(#view-name) button")
    assert page.locator(f"p.ways a:has-text('失联 {locale}')").count() == 1


def test_the_language_is_not_switched_over_what_was_typed_without_a_word(desk: Callable[..., Page]) -> None:
    page = desk("city")
    asked: list[str] = []
    answers = iter([False, True])

    def answer(dialog) -> None:
        asked.append(dialog.message)
        dialog.accept() if next(answers) else dialog.dismiss()

    switched: list[str] = []

    def switch(route) -> None:
        # The account keeps its language: other tests sit at it too.
        switched.append(route.request.url)
        route.fulfill(status=204)

    page.on("dialog", answer)
    page.route("**/language", switch)
    page.goto("/exclusions/new")
    page.click("form[action='/language'] button")
    page.wait_for_timeout(200)
    assert not asked and len(switched) == 1, "Nothing typed, nothing asked"
    page.fill("#reason", "山洪冲断线路")
    page.click("form[action='/language'] button")
    page.wait_for_timeout(200)
    assert len(asked) == 1 and len(switched) == 1 and page.input_value("#reason") == "山洪冲断线路"
    page.click("form[action='/language'] button")
    page.wait_for_timeout(200)
    assert len(asked) == 2 and len(switched) == 2
