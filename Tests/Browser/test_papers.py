"""A bulletin from its first sentence to the paper: composed in a browser, published, and its PDF and DOCX looked at as pages."""

from __future__ import annotations

import io
import re
import subprocess
from pathlib import Path
from typing import Callable

import openpyxl
import pytest
from PIL import Image
from playwright.sync_api import Page

from support.demo import Demo
from support.patience import PATIENCE

pytestmark = pytest.mark.usefixtures("browser_name")

COUNTY = "990101"
MONTH = "2011-02"
COMPOSE = f"/bulletins/{MONTH}/{COUNTY}/compose"
DPI = 50


def sentence(page: Page, section: str, place: int = 0):
    return page.locator(f"#section-{section} .sentence").nth(place)


def write(page: Page, section: str, text: str, place: int = 0) -> None:
    one = sentence(page, section, place)
    if not one.locator("textarea").is_visible():
        one.locator("summary").click()
    one.locator("textarea").fill(text)
    one.locator("button[type=submit]").first.click()


def test_a_bulletin_is_composed(desk: Callable[..., Page]) -> None:
    page = desk("county")
    page.goto(COMPOSE)
    assert "鹿原县" in page.inner_text("h1")
    automatic = sentence(page, "boot").locator("p").first.inner_text()
    assert re.search(r"占在册站点\d+个的\d+\.\d\d%", automatic), automatic

    write(page, "boot", "本月开机率{no_such_figure}")
    assert "没有这样的数字：{no_such_figure}" in sentence(page, "boot").inner_text()
    assert sentence(page, "boot").locator("textarea").input_value() == "本月开机率{no_such_figure}", "What was typed is gone"
    assert "422" in desk.said.pop()

    write(page, "boot", "本月开机率{boot_rate}，比计划多77777个。")
    shown = sentence(page, "boot").inner_text()
    assert re.search(r"本月开机率\d+\.\d\d%，比计划多77777个。", shown) and "77777”不是本节的任何数字" in shown
    assert "有1句" in page.inner_text("[role=status]")
    with page.expect_navigation():
        write(page, "boot", "本月开机率{boot_rate}，比计划多77777个。")
    assert page.url.endswith("compose#section-boot"), "A sentence cannot be saved as it stands"
    sentence(page, "boot").locator("button[value=reset]").click()
    assert sentence(page, "boot").locator("p").first.inner_text() == automatic

    order = lambda: page.locator("section.composed").evaluate_all("all => all.map(one => one.id)")
    before = order()
    page.click(f"#{before[1]} button[value=up]")
    assert order()[:2] == [before[1], before[0]]
    page.click(f"#{before[1]} button[value=down]")
    assert order() == before
    page.click("#section-viewing form.filter button[value=leave_out]")
    assert "left-out" in page.get_attribute("#section-viewing", "class")
    page.click("button[value=add]")
    [own] = [one for one in order() if "free-" in one]
    write(page, own.removeprefix("section-"), "请各乡镇对照检查，<b>{area}</b>下月继续通报。")
    page.goto(f"/bulletins/{MONTH}/{COUNTY}/draft")
    text = page.inner_text("body")
    assert "样稿" in text and "请各乡镇对照检查，<b>鹿原县</b>下月继续通报。" in text
    assert "收视和点播情况" not in text and automatic in text.replace("\n", "")
    page.goto(COMPOSE)
    page.click(f"#{own} button[value=remove]")
    page.click("#section-viewing form.filter button[value=include]")
    assert order() == before


@pytest.mark.parametrize("locale", ["zh-CN", "en-GB"])
def test_the_draft_is_read_on_a_phone(desk: Callable[..., Page], locale: str) -> None:
    page = desk("county", locale, width=360)
    page.goto(f"/bulletins/{MONTH}/{COUNTY}/draft")
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    assert page.locator("figure svg").count() >= 3 and page.locator("table").count() >= 5


def pages(pdf: Path) -> list[Image.Image]:
    subprocess.run(["pdftoppm", "-r", str(DPI), "-png", pdf, pdf.with_suffix("")], check=True, timeout=120 * PATIENCE)
    return [Image.open(one).convert("RGB") for one in sorted(pdf.parent.glob(pdf.stem + "-*.png"))]


def ink(image: Image.Image, left: float, top: float, right: float, bottom: float, red: bool = False) -> int:
    """How many dots of a part of a page, in millimetres, are dark (or red)."""
    box = image.crop(tuple(round(mm / 25.4 * DPI) for mm in (left, top, right, bottom)))
    if red:
        return sum(1 for r, g, b in box.get_flattened_data() if r > 130 and g < 90 and b < 90)
    return sum(1 for r, g, b in box.get_flattened_data() if r + g + b < 500)


def reach(sheet: Image.Image) -> float:
    """From the first to the last mark between the margins, in millimetres: a line alone has five or six."""
    dots = sheet.convert("L").point(lambda grey: 255 if grey < 170 else 0)
    width, height = sheet.size
    box = dots.crop((0, round(15 / 25.4 * DPI), width, height - round(22 / 25.4 * DPI))).getbbox()
    return (box[3] - box[1]) * 25.4 / DPI if box else 0


def looked_at(pdf: Path, ours: bool = True) -> str:
    """Looks at every page: what must hold of an official document on A4. Answers its text. What another program breaks into pages is not
    `ours`."""
    sheets = pages(pdf)
    if ours:
        alone = [number for number, sheet in enumerate(sheets, 1) if reach(sheet) < 12]
        assert not alone, f"These pages hold one line alone: {alone}"
    assert 3 <= len(sheets) <= 20, len(sheets)
    assert ink(sheets[0], 28, 30, 184, 80, red=True) > 200, "The head line is not red"
    for number, sheet in enumerate(sheets, 1):
        width, height = (size * 25.4 / DPI for size in sheet.size)
        assert sorted((round(width), round(height))) == [210, 297], f"Page {number} is {width:.0f} × {height:.0f} mm"
        assert ink(sheet, 0, 0, 12, height) + ink(sheet, width - 12, 0, width, height) == 0, f"Page {number} runs over its margin"
        assert ink(sheet, 0, 0, width, 15) == 0, f"Page {number} runs over its upper margin"
        assert ink(sheet, 12, 12, width - 12, height - 12) > 100, f"Page {number} is empty"
        assert ink(sheet, 12, height - 35, width - 12, height - 5) > 5, f"Page {number} has no number"
    assert sheets[0].size[0] < sheets[0].size[1] and any(one.size[0] > one.size[1] for one in sheets), "The annex does not lie across"
    return subprocess.run(["pdftotext", "-layout", pdf, "-"], check=True, capture_output=True, text=True, timeout=60 * PATIENCE).stdout


def test_the_paper_is_published_and_looked_at(desk: Callable[..., Page], demo: Demo, tmp_path: Path) -> None:
    page = desk("county")
    page.goto(f"/bulletins/{MONTH}/{COUNTY}/editions")
    page.click("a[href$='/close']")
    assert "在册站点" in page.inner_text("section.preview")
    page.click("button[value=act]")
    page.wait_for_url("**/editions")
    assert page.locator("a[href$='/reopen']").count() == 1
    assert page.input_value("#issuer") == "鹿原县远程教育办公室"
    page.fill("#document", "鹿远办〔2011〕3号")
    page.fill("#signed_off", "方正")
    page.fill("#recipients", "各乡镇")
    page.fill("#copies", "市远程教育办公室")
    page.click("form[action$='/publish'] button")
    assert "第 1 版" in page.inner_text("section.preview") and "鹿远办〔2011〕3号" in page.inner_text("section.preview")
    page.click("button[value=act]")
    page.wait_for_url("**/editions")
    assert "正在排版发布" in page.inner_text("[role=status]") and page.locator("form[action$='/publish']").count() == 0
    # The page looks again by itself.
    page.wait_for_selector("main tbody a", timeout=120_000 * PATIENCE)
    link = page.locator("main tbody a >> nth=0").get_attribute("href")

    county = demo.visitor("county")
    base = f"/bulletins/{MONTH}/{COUNTY}"
    again = county.submit(f"{base}/publish", f"{base}/editions", document="伪造", signed_off="某人")
    assert again.status == 409 and "不需要新版" in again.text
    assert county.get(f"{base}/reopen").status == 200 and county.submit(f"{base}/reopen", reason="改数").status == 409

    files = {}
    for kind in ("pdf", "docx", "xlsx", "csv"):
        answer = county.get(f"{link}.{kind}")
        assert answer.status == 200 and answer.headers["Cache-Control"] == "no-store", "A paper stays in no shared browser"
        assert answer.body == county.get(f"{link}.{kind}").body
        files[kind] = tmp_path / f"edition.{kind}"
        files[kind].write_bytes(answer.body)
    text = looked_at(files["pdf"])
    assert "鹿远办〔2011〕3号" in text and "各乡镇" in text and "示例数据" in text and "市远程教育办公室" in text
    fonts = subprocess.run(["pdffonts", files["pdf"]], check=True, capture_output=True, text=True, timeout=60 * PATIENCE).stdout.splitlines()[2:]
    assert fonts and all(re.search(r"\byes +yes +(yes|no)\b", line) for line in fonts), "A font is not embedded"

    subprocess.run(
        ["soffice", f"-env:UserInstallation=file://{tmp_path}/office", "--headless", "--convert-to", "pdf", "--outdir", tmp_path / "word", files["docx"]],
        check=True,
        capture_output=True,
        timeout=180 * PATIENCE,
    )
    words = looked_at(tmp_path / "word" / "edition.pdf", ours=False)
    squeezed = [re.sub(r"\s", "", one) for one in (text, words)]
    page.goto(COMPOSE)
    printed = re.sub(r"\s", "", sentence(page, "boot").locator("p").first.inner_text())
    assert all(printed in one for one in squeezed), "The papers say something else than the page"

    book = openpyxl.load_workbook(io.BytesIO(files["xlsx"].read_bytes()))
    assert len(book.sheetnames) >= 6
    # Sites that are excluded follow behind the total.
    total = next(row for row in county.rows(f"/bulletins/{MONTH}/{COUNTY}.csv") if row["区域"] == "合计")
    annex = [[cell.value for cell in row] for row in book[book.sheetnames[-1]].iter_rows()]
    assert any(int(total["在册站点"]) in row and int(total["开机站点"]) in row for row in annex), "The workbook lacks the total"
    assert not any(isinstance(value, str) and value.startswith("=") for row in annex for value in row)


def test_what_was_published_arrives_is_confirmed_and_asked_for(desk: Callable[..., Page], demo: Demo) -> None:
    county, township = demo.visitor("county"), demo.visitor("township")
    page = desk("township")
    page.goto("/received")
    if "还没有收到" in page.inner_text("main"):
        pytest.fail("The township got nothing, although its county published")
    waiting = page.locator("#rows input[type=checkbox]").count()
    assert waiting >= 1 and "期收到的通报尚未签收" in township.get("/").text
    address = page.locator("#rows tbody th a").first.get_attribute("href")
    assert township.get(address).status == 200 and township.get(f"{address}.json").status == 404
    # The county has not confirmed what it sent itself, and is not asked to.
    assert 'name="row.' not in county.get("/received").text
    desk_of_county = desk("county")
    desk_of_county.goto(address + "/recipients")
    desk_of_county.click("form[action$='/remind'] button")
    reminded = int(re.search(r"已催收 (\d+) 个", desk_of_county.inner_text("[role=status]"))[1])
    assert reminded == desk_of_county.locator("main tbody tr").count()
    desk_of_county.click("form[action$='/remind'] button")
    assert "已催收 0 个" in desk_of_county.inner_text("[role=status]"), "A second reminder on the same day"
    page.goto("/received")
    assert page.locator("#rows td[data-label='催收次数']").first.inner_text() == "1"
    page.locator("#rows input[type=checkbox]").first.check()
    page.locator("#rows button[formaction='/received/confirm']").click()
    assert page.locator("#rows input[type=checkbox]").count() == waiting - 1
    desk_of_county.goto(address + "/recipients")
    assert "已确认收到 1 个" in desk_of_county.inner_text("main")


def test_before_the_month_ends_an_office_sees_whom_to_ring(desk: Callable[..., Page]) -> None:
    page = desk("county")
    page.goto("/areas/990101/prospect")
    # In the first hours of a month some neighbours have reported, or none, and there is no rank yet.
    text = page.inner_text("main")
    assert re.search(r"在\d个单位中居第\d位；还有\d+个站点没有计入|；还有\d+个站点没有计入。这一级没有可比的单位", text), text[:300]
    page.goto("/areas/990101/prospect?month=2011-03")
    text = page.inner_text("main")
    assert re.search(r"在8个单位中居第\d位；还有\d+个站点没有计入", text), text[:300]
    page.goto("/areas/990101/prospect")
    assert page.locator("table").count() == 2
    page.click("main table >> nth=0 >> tbody a >> nth=0")
    assert re.search(r"/areas/990101\d\d\d/prospect", page.url)
    page.goto("/areas/990102/prospect")
    assert "404" in desk.said.pop()


def test_a_formula_is_adopted_by_the_keeper_of_the_whole_network_only(desk: Callable[..., Page], demo: Demo) -> None:
    page = desk("county")
    page.goto("/formulas")
    assert page.locator("form[action='/formulas']").count() == 0 and "管理全网" in page.inner_text("main")
    county = demo.visitor("county")
    token = county.token("/exclusions/new")
    forged = {"from": "2027-01", "effective_seconds": "300", "rank_by": "boot_rate", "ties": "shared", "mean_base": "both", "shares": "whole", "reason": "x", "document": "y"}
    assert county.post("/formulas", token, **forged).status == 403
    page = desk("city")
    page.goto("/formulas")
    page.fill("#effective_seconds", "0")
    page.click("form[action='/formulas'] button")
    assert page.locator("[aria-invalid]").count() == 3, "Seconds, paper and reason each have their sentence"
    assert page.locator(".wrong li a").count() == 3 and page.evaluate("document.activeElement.id") == "effective_seconds"
    assert "422" in desk.said.pop()


def test_lists_go_into_a_spreadsheet_as_they_are_shown(demo: Demo) -> None:
    """Numbers as numbers, the codes of sites as text, the total last, and the same rows as the list offers as CSV."""
    city = demo.visitor("city")
    for path in ("/bulletins/2011-03/9901{}", "/sites{}?area=990101&month=2011-03&show=on_demand&sort=effective"):
        rows = city.rows(path.format(".csv"))
        book = openpyxl.load_workbook(io.BytesIO(city.get(path.format(".xlsx")).body))
        sheet = [[cell.value for cell in row] for row in book[book.sheetnames[0]].iter_rows()]
        head = next(number for number, row in enumerate(sheet) if row[0] == list(rows[0])[0])
        shown = [row for row in sheet[head + 1 :] if any(value is not None for value in row)]
        listed = [row for row in rows if any(row.values())]
        assert len(shown) >= len(listed) - 1 and len(shown) > 5
        assert shown[0][0] == list(listed[0].values())[0] and isinstance(shown[0][0], str)
        assert any(isinstance(value, (int, float)) for value in shown[0])


@pytest.mark.parametrize("code", ["9901", COUNTY, "990101001"])
def test_no_printed_page_holds_one_line_alone(desk: Callable[..., Page], tmp_path: Path, code: str) -> None:
    """A browser's own paper, of areas of every size."""
    page = desk("city")
    for month in ("2011-02", MONTH):
        page.goto(f"/bulletins/{month}/{code}/print")
        paper = tmp_path / f"print-{month}.pdf"
        page.pdf(path=paper, prefer_css_page_size=True, print_background=True)
        sheets = pages(paper)
        alone = [number for number, sheet in enumerate(sheets, 1) if reach(sheet) < 12]
        assert sheets and not alone, f"{code} {month}: these pages hold one line alone: {alone}"
