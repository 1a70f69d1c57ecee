"""A site's state as an officer records and corrects it. The sites are of a county that no other test looks at; a fault counts as service, so that no figure moves."""

from __future__ import annotations

import re
from typing import Callable

import pytest
from playwright.sync_api import Page

from support.demo import Demo

# Pytest puts tests with the same browser together, in the order of the files.
pytestmark = pytest.mark.usefixtures("browser_name")

MONTH = "2011-04"


@pytest.fixture(scope="module")
def site(demo: Demo) -> str:
    rows = demo.visitor("city").rows(f"/sites.csv?area=990107&month={MONTH}&show=registered")
    return rows[0]["编码"]


def states(page: Page) -> list[list[str]]:
    """The rows of the register's history that hold: state, first and last day, reason."""
    rows = [row.split("\t") for row in page.locator("table:has(caption:text('站点状态变更')) tbody tr").all_inner_texts()]
    return [row[:4] for row in rows if row[-1].strip() == "有效"]


def test_days_of_the_past_are_corrected_beside_what_was_recorded(desk: Callable[..., Page], demo: Demo, site: str) -> None:
    page = desk("city")
    page.goto(f"/sites/{site}?month={MONTH}")
    before = states(page)
    registered = demo.visitor("city").rows(f"/sites.csv?area=990107&month={MONTH}&show=registered")
    page.click(f"a[href='/sites/{site}/state']")
    page.select_option("#state", "faulty")
    page.fill("#from", "2099-01-01")
    page.fill("#reason", "机顶盒损坏，巡检补报")
    page.click("main form button[type=submit]")
    assert page.locator("#from[aria-invalid]").count() == 1 and "不能晚于今天" in page.inner_text("main")
    assert page.input_value("#reason") == "机顶盒损坏，巡检补报" and page.input_value("#state") == "faulty", "What was typed is lost"
    page.fill("#from", f"{MONTH}-03")
    page.fill("#through", f"{MONTH}-01")
    page.click("main form button[type=submit]")
    assert page.locator("#through[aria-invalid]").count() == 1
    page.fill("#through", f"{MONTH}-05")
    page.select_option("#state", "planned")
    page.click("main form button[type=submit]")
    assert page.locator("#state[aria-invalid]").count() == 1
    page.select_option("#state", "faulty")
    page.click("main form button[type=submit]")
    # Days of a month that is over are shown before they are recorded.
    assert "之后恢复原来的状态" in page.inner_text("section.preview")
    page.click("button[value=act]")
    page.wait_for_url(f"**/sites/{site}?changed=1#states")
    assert "已登记" in page.inner_text("p.notice[role=status]")
    after = states(page)
    assert [f"{MONTH}-03", f"{MONTH}-05"] in [row[1:3] for row in after] and len(after) == len(before) + 2
    assert demo.visitor("city").rows(f"/sites.csv?area=990107&month={MONTH}&show=registered") == registered, "A fault is service"
    auditor = desk("auditor")
    auditor.goto("/events")
    assert "站点状态变更" in auditor.inner_text("main")
    assert all("422" in one for one in desk.said), desk.said
    desk.said.clear()


def test_whoever_keeps_no_register_or_another_one_has_no_form(desk: Callable[..., Page], demo: Demo, site: str) -> None:
    leader = desk("leader")
    leader.goto(f"/sites/{site}?month={MONTH}")
    assert leader.locator("a[href$='/state']").count() == 0
    assert demo.visitor("leader").get(f"/sites/{site}/state").status == 403
    assert demo.visitor("county").get(f"/sites/{site}/state").status == 404
    assert demo.visitor("city").get("/sites/none/state").status == 404


@pytest.mark.parametrize("locale", ["zh-CN", "en-GB"])
def test_the_form_is_filled_in_on_a_phone(desk: Callable[..., Page], site: str, locale: str) -> None:
    page = desk("city", locale, width=360)
    page.goto(f"/sites/{site}/state")
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    page.keyboard.press("Tab")
    assert not re.search("⟨", page.content())
    assert [page.get_attribute(f"#{name}", "type") for name in ("from", "through")] == ["date", "date"]
