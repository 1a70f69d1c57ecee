"""Monthly returns of places without machine data, as people type and approve them. The sites are of a month that no other test looks at."""

from __future__ import annotations

import json
import re
import subprocess
from typing import Callable

import pytest
from playwright.sync_api import Page

from support.axe import violations
from support.demo import Demo
from support.patience import PATIENCE

# Pytest puts tests with the same browser together, in the order of the files.
pytestmark = pytest.mark.usefixtures("browser_name")

MONTH = "2011-05"
TOWN = "990101001"
RETURN = f"/returns/{MONTH}/{TOWN}"
HAN = re.compile("[\u3400-\u9fff]+")
# In service in May 2011 only, without a terminal.
SITES = f"""code,name,area_code,kind,mode,state,from_on,reason,document,terminal,terminal_from_on
RET-1,卫星一站,{TOWN},village,satellite,in_service,2011-05-01,,,,
RET-1,卫星一站,{TOWN},village,satellite,suspended,2011-06-01,手工填报试点结束,,,
RET-2,卫星二站,{TOWN},village,satellite,in_service,2011-05-11,,,,
RET-2,卫星二站,{TOWN},village,satellite,suspended,2011-06-01,手工填报试点结束,,,
RET-3,卫星三站,990102001,village,satellite,in_service,2011-05-01,,,,
RET-3,卫星三站,990102001,village,satellite,suspended,2011-06-01,手工填报试点结束,,,
"""
FIRST = {"days": "12", "minutes": "900", "sessions": "2", "should": "40", "attended": "31"}
SECOND = {"days": "0", "minutes": "0", "sessions": "0", "should": "10", "attended": "0"}


def fill(page: Page, site: str, values: dict[str, str]) -> None:
    for field, value in values.items():
        page.fill(f"#{field}-{site}", value)


def sideways(page: Page) -> int:
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


@pytest.fixture(scope="module")
def sites(demo: Demo) -> None:
    run = subprocess.run(
        [demo.binary, "import", "sites", "-", "--apply", "--data", demo.folder / "centre"], input=SITES, capture_output=True, text=True, timeout=60 * PATIENCE
    )
    assert run.returncode == 0 and "refused 0" in run.stdout, run.stdout + run.stderr


def test_returns_say_what_they_are_for_where_nothing_is_due(desk: Callable[..., Page]) -> None:
    page = desk("city")
    page.goto("/overview")
    page.click("nav.side a[href='/returns']")
    page.goto("/returns?month=2011-02")
    assert "没有需要手工填报的站点" in page.inner_text("p.empty")
    page.goto("/returns/2011-02/990101")
    assert "没有需要手工填报的站点" in page.inner_text("p.empty")


def test_a_return_is_typed_refused_mended_submitted_sent_back_and_approved(desk: Callable[..., Page], demo: Demo, sites: None) -> None:
    town, county = desk("township"), desk("county")
    town.goto(f"/returns?month={MONTH}")
    assert "应报 1 份，已报送 0 份" in town.inner_text("main") and "未填" in town.inner_text(".listed table")
    town.click(f"main table a[href='{RETURN}']")
    assert "卫星一站" in town.inner_text("table.typing") and "卫星三站" not in town.inner_text("main")

    # What is wrong is told beside the field, what was typed stays, and nothing is saved.
    fill(town, "RET-1", FIRST)
    fill(town, "RET-2", SECOND | {"days": "22", "minutes": "abc"})
    town.fill("#share", "62.5")
    town.click("button[value=submit]")
    assert town.input_value("#minutes-RET-2") == "abc" and town.input_value("#days-RET-1") == "12" and town.input_value("#share") == "62.5"
    assert town.inner_text("#days-RET-2-problem") == "多于当月在用天数。" and town.inner_text("#minutes-RET-2-problem") == "请填 0 或正整数。"
    town.click(".wrong a")
    assert town.evaluate("location.hash") == "#days-RET-2" and town.evaluate("document.activeElement.id") == "days-RET-2"
    county.goto(f"/returns?month={MONTH}")
    assert "未填" in county.inner_text("main")

    # A draft may be incomplete; the keyboard alone saves it.
    fill(town, "RET-2", dict.fromkeys(SECOND, ""))
    town.focus("#attended-RET-1")
    town.keyboard.press("Enter")
    town.wait_for_url("**?saved=1")
    assert "草稿" in town.inner_text("main") and "已填 1 个站点，应填 2 个" in town.inner_text("main")
    town.click("button[value=submit]")
    assert town.inner_text("#days-RET-2-problem") == "请填写此项。"

    fill(town, "RET-2", SECOND)
    town.click("button[value=submit]")
    town.wait_for_url("**?saved=1")
    # 31 of 50 is 62 %; no whole number of 50 gives 62.5 %.
    assert "没有任何整数" in town.inner_text("#share-warning")
    assert town.locator("table.typing").count() == 0 and town.locator("form[action$='/approve']").count() == 0 and "另一位管理员" in town.inner_text("main")
    assert "逾期" in town.inner_text("main")

    county.goto(RETURN)
    county.click("form[action$='/send-back'] button")
    assert county.inner_text("#reason-problem") == "请填写此项。"
    county.fill("#reason", "二站当月有电，请核对")
    county.click("form[action$='/send-back'] button")
    county.wait_for_url("**?saved=1")
    town.goto(RETURN)
    assert "二站当月有电，请核对" in town.inner_text("p.notice >> nth=0") and town.input_value("#days-RET-1") == "12"
    fill(town, "RET-2", SECOND | {"days": "3", "minutes": "90"})
    town.fill("#share", "62")
    town.click("button[value=submit]")
    town.wait_for_url("**?saved=1")
    assert town.locator("#share-warning").count() == 0

    county.goto(f"/bulletins/{MONTH}/990101")
    assert "手工填报的站点" not in county.inner_text("main"), "It counts before it is approved"
    county.goto(RETURN)
    county.click("form[action$='/approve'] button")
    county.wait_for_url("**?saved=1")
    assert "审核通过" in county.inner_text("main")
    county.goto(f"/bulletins/{MONTH}/990101")
    table = county.locator("main table").last
    assert "手工填报" in table.inner_text() and "990" in table.inner_text() and "62.00%" in table.inner_text()
    exported = demo.visitor("county").get(f"/bulletins/{MONTH}/990101.csv").text
    assert re.search("手工填报[^\n]*\r\n(?s:.*)990", exported), exported[-600:]
    told = demo.visitor("county").get(f"/bulletins/{MONTH}/990101.json").json()["typed"]
    assert told[-1]["source"] == "typed" and told[-1]["minutes"] == 990 and told[0]["code"] == TOWN
    assert "typed" not in demo.visitor("county").get("/bulletins/2011-03/990101.json").json()
    county.click(f"main a[href='{RETURN}']")
    steps = county.locator("main table").last.inner_text()
    assert "乡镇管理员" in steps and "县管理员" in steps and "二站当月有电" in steps
    assert all("422" in one for one in desk.said), desk.said
    desk.said.clear()

    city = desk("city")
    city.goto(f"/returns?month={MONTH}")
    assert "应报 2 份，已报送 1 份，审核通过 1 份" in city.inner_text("main") and "50.00%" in city.inner_text("main table >> nth=0")
    city.select_option("#state", "open")
    city.click("form.filter[action='/returns'] button")
    assert "990102001" in city.inner_text(".listed table") and TOWN not in city.inner_text(".listed table")
    rows = demo.visitor("city").rows(f"/returns.csv?month={MONTH}&state=approved&columns=code,source,minutes,attended")
    assert [(row["编码"], row["来源"], row["开机分钟"], row["实到人次"]) for row in rows] == [(TOWN, "手工填报", "990", "31")]
    told = json.loads(demo.visitor("city").get(f"/returns.json?month={MONTH}").body.decode())
    assert told["source"] == "typed" and [one["area"] for one in told["returns"]] == [TOWN, "990102001"]
    assert demo.visitor("township").get(f"/returns/{MONTH}/990102001").status == 404
    lines = demo.visitor("county").rows(f"/returns/{MONTH}/{TOWN}.csv")
    assert [row["编码"] for row in lines if row["编码"]] == ["RET-1", "RET-2"]


PAGES = {"list": ("city", f"/returns?month={MONTH}"), "form": ("city", f"/returns/{MONTH}/990102001"), "fixed": ("county", RETURN), "county": ("city", f"/returns/{MONTH}/990101")}


@pytest.fixture(params=PAGES)
def place(request: pytest.FixtureRequest, sites: None) -> tuple[str, str]:
    return PAGES[request.param]


def test_axe_finds_nothing_serious_in_returns(read: Callable[..., Page], place: tuple[str, str]) -> None:
    login, path = place
    found = [one for one in violations(read(login, path)) if one["impact"] in ("serious", "critical")]
    assert not found, "\n".join(f"{one['id']}: {one['help']}: {one['nodes'][0]['html'][:160]} ({len(one['nodes'])})" for one in found)


@pytest.mark.parametrize("locale", ["zh-CN", "en-GB"])
def test_returns_scroll_downwards_only_on_a_narrow_screen(read: Callable[..., Page], place: tuple[str, str], locale: str) -> None:
    login, path = place
    page = read(login, path, locale, width=360)
    assert sideways(page) == 0
    page.set_viewport_size({"width": 1280, "height": 800})
    assert sideways(page) == 0


def test_english_pages_of_returns_are_english(demo: Demo, read: Callable[..., Page], place: tuple[str, str]) -> None:
    login, path = place
    page = read(login, path, "en-GB")
    spoken = page.evaluate("['aria-label', 'title'].flatMap(name => [...document.querySelectorAll(`[${name}]`)].map(one => one.getAttribute(name)))")
    everything = "\n".join([page.title(), page.inner_text("body"), *spoken])
    data = demo.words_of_data() + "".join(page.locator("button[lang=zh-Hans]").all_inner_texts())
    assert "⟨" not in everything and not {run for run in HAN.findall(everything) if run not in data}


def test_returns_work_without_script(demo: Demo, place: tuple[str, str]) -> None:
    body = demo.visitor(place[0]).get(place[1]).text
    assert body.count("<script") == body.count('<script src="/static/console.') and " style=" not in body and "⟨" not in body
