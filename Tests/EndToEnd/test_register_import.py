"""A workbook of sites as an office sends it comes in by a page, with a kill in the middle of it, and is taken back, with a kill in the middle of that."""

from __future__ import annotations

import datetime
import io
from pathlib import Path

import openpyxl
import pytest

from support.network import Answer, Network, Visitor, ask, until

ROWS = 4000


@pytest.fixture
def network(yuanjiao: Path, tmp_path: Path):
    made = Network(yuanjiao, tmp_path / "network")
    try:
        yield made.begin(accounts=("city",))
    finally:
        made.close()


def workbook() -> bytes:
    """A title over all columns, the county said once for its rows, days as days, codes as numbers, a sum at the end; two rows that are wrong."""
    book = openpyxl.Workbook()
    book.active.title = "封面"
    book.active.sheet_state = "hidden"
    sheet = book.create_sheet("站点")
    sheet.append(["云溪市远教站点登记表"])
    sheet.merge_cells("A1:H1")
    sheet.append(["站点编码", "站点名称", "区划代码", "类型", "接收方式", "状态", "起始日期", "终端"])
    for number in range(ROWS):
        sheet.append([f"X{number:05}", f"新站{number}", 990101101201, "行政村", "互联网", "在用", datetime.date(2026, 10, 1), f"TX{number:05}"])
        sheet.cell(sheet.max_row, 7).number_format = 'yyyy"年"m"月"d"日"'
    sheet.append(["X99998", "坏日期", 990101101201, "行政村", "互联网", "在用", "十月", ""])
    sheet.append([9.9010111620110123e17, "丢了数字", 990101101201, "行政村", "互联网", "在用", datetime.date(2026, 10, 1), ""])
    sheet.append(["合计", ROWS])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def send(visitor: Visitor, path: str, name: str, content: bytes) -> Answer:
    token = visitor.token(path)
    parts = b"".join(
        f'--b\r\nContent-Disposition: form-data; name="{field}"{rest}\r\n\r\n'.encode() + value + b"\r\n"
        for field, rest, value in (("csrf", "", token.encode()), ("file", f'; filename="{name}"\r\nContent-Type: application/octet-stream', content))
    )
    headers = {"Cookie": visitor.cookie, "Content-Type": "multipart/form-data; boundary=b", "Accept-Language": "zh-CN"}
    return ask(visitor.address, "POST", path, parts + b"--b--\r\n", headers)


def state(network: Network) -> str:
    return network.query("SELECT state FROM table_import")[0][0]


def register(network: Network) -> list[list[tuple]]:
    return [
        network.query(f"SELECT * FROM {table} ORDER BY id")
        for table in ("area", "area_version", "site", "site_version", "site_state", "terminal", "terminal_assignment")
    ]


def test_a_workbook_comes_in_once_and_goes_whatever_is_killed(network: Network) -> None:
    city = network.sign_in("city")
    before = register(network)
    sent = send(city, "/register/sites/import", "站点.xlsx", workbook())
    assert sent.status == 303, sent.text
    page = sent.headers["Location"]
    until(lambda: state(network) == "looked", 120, "It is looked at")
    shown = city.get(page).text
    assert f"{ROWS}" in shown and "十月" in shown and "9.9010111620110" in shown and "XLSX" in shown
    assert register(network) == before
    assert city.submit(page).status == 303
    until(lambda: state(network) != "looked", 60, "It is begun", every=0.005)
    network.kill("centre")
    assert register(network) == before or state(network) == "applied", "It is half done"
    network.restart("centre")
    until(lambda: state(network) == "applied", 240, "It is done")
    (sites,), (boxes,) = network.query("SELECT count(*) FROM site WHERE code LIKE 'X%'")[0], network.query("SELECT count(*) FROM terminal WHERE id LIKE 'TX%'")[0]
    assert (sites, boxes) == (ROWS, ROWS)
    assert network.query("SELECT count(*) FROM event WHERE kind = 'import.table_applied'") == [(1,)]
    assert network.query("SELECT DISTINCT from_day FROM site_version v JOIN site s ON s.num = v.site WHERE s.code LIKE 'X%'") == [
        ((datetime.date(2026, 10, 1) - datetime.date(1970, 1, 1)).days,)
    ]
    refused = city.get(f"{page}/refused.csv").body.decode("utf-8-sig")
    assert "坏日期" in refused and "丢了数字" in refused and "新站1" not in refused
    assert city.submit(f"{page}/undo").status == 303
    until(lambda: state(network) != "applied", 60, "It is being taken back", every=0.005)
    network.kill("centre")
    network.restart("centre")
    until(lambda: state(network) == "undone", 240, "It is taken back")
    assert register(network) == before
    assert "已经撤销" in city.get(page).text
