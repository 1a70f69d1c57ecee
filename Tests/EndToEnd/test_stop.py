"""The emergency stop: prepared beforehand, signed by the root's keys, given to the centre or carried on a stick where the line is cut."""

from __future__ import annotations

import json
import shutil
import threading
import urllib.parse
from pathlib import Path
from typing import Iterator

import pytest

from support.network import Answer, Network, ask, make_clip, until

TERMINALS = ("terminal-1", "terminal-2")


@pytest.fixture(scope="module")
def shown(yuanjiao: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    """Two televisions that have a lesson."""
    network = Network(yuanjiao, tmp_path_factory.mktemp("stop"))
    try:
        network.begin().begin_nodes()
        editor = network.sign_in("editor")
        path = network.upload(editor, make_clip(network.folder / "clip.mp4", seconds=8))
        network.publish(editor, path, "果树冬剪")
        network.courseware = path.rsplit("/", 1)[1]
        for name in TERMINALS:
            network.wait_until_listed(network.courseware, name)
        yield network
    finally:
        network.close()


def prepare(network: Network, name: str, *areas: str) -> Path:
    """Two orders in a folder."""
    folder = network.folder / name
    network.command("keys", "stop", "--out", folder, *(word for area in areas for word in ("--area", area)))
    return folder


def titles(network: Network, name: str) -> list[str]:
    return [item["id"] for item in network.listed(name)]


def shelf(network: Network, name: str) -> dict:
    """What a terminal tells its television page."""
    return ask(network.address(name), "GET", "/tv/list.json").json()


def stopped(network: Network, *names: str) -> bool:
    return all((told["items"], told["stopped"]) == ([], True) for told in (shelf(network, name) for name in names))


def plays(network: Network, *names: str) -> bool:
    return all(titles(network, name) == [network.courseware] and not shelf(network, name)["stopped"] for name in names)


def test_screens_stop_by_an_order_and_go_on_by_another(shown: Network) -> None:
    orders = prepare(shown, "all", "9901")
    assert plays(shown, *TERMINALS) and "No order was ever given." in shown.command("stop")
    poster = shown.listed("terminal-1")[0]["poster"]
    place = urllib.parse.urljoin(f"{shown.address('terminal-1')}/tv/", poster)
    address, path = place.split("/tv/")[0], "/tv/" + place.split("/tv/", 1)[1]
    assert ask(address, "GET", path).status == 200
    assert "for 9901" in shown.command("stop", orders / "stop.json")
    until(lambda: stopped(shown, *TERMINALS), 60, "Both screens stop")
    assert ask(address, "GET", path).status == 404, "What was on the screen can still be fetched"
    until(lambda: "2 terminals said that they stopped" in shown.command("stop"), 60, "Both say so")
    # Not by a start.
    shown.kill(*TERMINALS)
    shown.restart(*TERMINALS)
    assert stopped(shown, *TERMINALS)
    assert "stop.older" in shown.command("stop", orders / "stop.json", status=1), "The same order is taken twice"
    shown.command("stop", orders / "go-on.json")
    until(lambda: plays(shown, *TERMINALS), 60, "Both go on")
    until(lambda: "2 terminals said that they go on" in shown.command("stop"), 60, "Both say so")
    assert "stop.older" in shown.command("stop", orders / "stop.json", status=1), "An old order is taken again"
    # A receipt is no incident.
    assert shown.query("SELECT count(*) FROM incident WHERE kind LIKE 'stop.%'") == [(4,)]
    assert "none open" in shown.command("doctor")


def test_an_order_is_for_its_areas_alone(shown: Network) -> None:
    """One for another county stops nothing here, and lifts nothing: both stand."""
    own, other = prepare(shown, "own", "9901"), prepare(shown, "other", "990102")
    assert "There is no area 99010" in shown.command("keys", "stop", "--out", shown.folder / "none", "--area", "99010", status=1)
    shown.command("stop", own / "stop.json")
    until(lambda: stopped(shown, *TERMINALS), 60, "Both screens stop")
    shown.command("stop", other / "stop.json")
    shown.command("stop", other / "go-on.json")
    both = ask(shown.address(), "GET", "/api/v1/metadata/stop.json").body
    until(lambda: ask(shown.address("edge"), "GET", "/api/v1/metadata/stop.json").body == both, 60, "The edge has both orders")
    until(lambda: len(shown.query("SELECT version FROM stop_order")) == 2 and stopped(shown, *TERMINALS), 10, "A stop is lifted by an order for another place")
    # Of two for one place the one that was prepared later stands, whenever it is given.
    shown.command("stop", own / "go-on.json")
    until(lambda: plays(shown, *TERMINALS), 60, "Both go on")


def test_an_order_does_not_wait_for_a_film(shown: Network) -> None:
    """A poor line on which a lesson does not come through: the order goes its own way."""
    held = threading.Event()

    def slow(path: str, body: bytes, answer: Answer) -> Answer:
        if path.startswith("/api/v1/blobs/"):
            held.wait(100)
        return answer

    shown.line.lie = slow
    try:
        editor = shown.sign_in("editor")
        path = shown.upload(editor, make_clip(shown.folder / "second.mp4", seconds=9))
        shown.publish(editor, path, "大棚番茄")
        name = path.rsplit("/", 1)[1]
        until(lambda: name in titles(shown, "terminal-2"), 60, "The lesson comes by another line")
        assert name not in titles(shown, "terminal-1")
        orders = prepare(shown, "film", "9901")
        shown.command("stop", orders / "stop.json")
        until(lambda: stopped(shown, *TERMINALS), 60, "Both screens stop")
        assert not held.is_set()
        shown.command("stop", orders / "go-on.json")
        until(lambda: plays(shown, "terminal-1"), 60, "The screen goes on with what it has")
        assert editor.post(f"{path}/withdraw", editor.token(path)).status == 303
        until(lambda: plays(shown, *TERMINALS), 60, "What was withdrawn is gone before it came")
    finally:
        held.set()
        shown.line.lie = None


def test_a_stick_stops_screens_where_the_line_is_cut(shown: Network) -> None:
    """Signed by the network's own root, so that nobody needs a line; what was not signed by it stops nothing and is told."""
    orders = prepare(shown, "stick", "9901")
    shown.programs["centre"].stop()
    shutil.copy(orders / "stop.json", shown.data("edge") / "stop.json")
    until(lambda: stopped(shown, *TERMINALS), 90, "The edge's terminals stop")
    shutil.copy(orders / "go-on.json", shown.data("terminal-1") / "stop.json")
    until(lambda: plays(shown, "terminal-1"), 90, "The one with the stick goes on")
    assert stopped(shown, "terminal-2")
    shutil.copy(orders / "go-on.json", shown.data("edge") / "stop.json")
    until(lambda: plays(shown, *TERMINALS), 90, "Both go on")
    forged = json.loads((orders / "stop.json").read_text())
    forged["signed"]["version"] += 100
    (shown.data("terminal-1") / "stop.json").write_text(json.dumps(forged))
    (shown.data("terminal-2") / "stop.json").symlink_to(orders / "stop.json")
    shown.restart("centre")
    told = "SELECT count(*) FROM incident WHERE reporter = ? AND kind = 'metadata.refused' AND about = 'stop.trust.threshold'"
    [(reporter,)] = shown.query("SELECT id FROM node WHERE kind = 'terminal' ORDER BY id LIMIT 1")
    until(lambda: shown.query(told, reporter) == [(1,)], 90, "The forged order is told")
    assert plays(shown, *TERMINALS)
