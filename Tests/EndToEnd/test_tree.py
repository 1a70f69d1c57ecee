"""A tree of three levels: a city's edge under the centre, a county's under that, a terminal under the county's. And a box that goes to another site."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import Iterator

import pytest

from support.network import SITES, Answer, Line, Network, ask, free_port, make_clip, until
from support.signing import OwnNode

HERE, THERE = SITES[0], SITES[1]


@pytest.fixture(scope="module")
def tree(yuanjiao: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    """A lesson for each of two villages; everything below the city's edge knows no other parent than the one above it."""
    network = Network(yuanjiao, tmp_path_factory.mktemp("tree"))
    try:
        network.begin()
        editor = network.sign_in("editor")
        clip = make_clip(network.folder / "clip.mp4", seconds=8)
        network.lessons = {}
        for site in (HERE, THERE):
            path = network.upload(editor, clip)
            until(lambda: not editor.get(f"{path}/progress").json()["running"], 120, "The encoding")
            assert editor.submit(path, title=site.name, category="practical_skills", areas=site.area).status == 303
            assert editor.post(f"{path}/publish", editor.token(path)).status == 303
            assert network.approve(path) == 303
            network.lessons[site] = path.rsplit("/", 1)[1]
        network.ports["city-edge"] = free_port()
        network.upper = Line(network.address())
        network.start("city-edge", "edge", "--parent", network.upper.address, "--claim", network.edge_claim("edge-9901", "9901"), "--poll-seconds", "1")
        start(network, "edge", "city-edge", network.edge_claim())
        start(network, "terminal-1", "edge", network.terminal_claim(HERE.terminal, network.address("edge")))
        network.box = OwnNode(network.address("edge")).enrol(network.terminal_claim(SITES[2].terminal, network.address("edge")))
        yield network
    finally:
        network.close()
        network.upper.close()


def start(network: Network, name: str, parent: str, claim: str) -> None:
    kind = "terminal" if name.startswith("terminal") else "edge"
    network.start(name, kind, "--parent", network.address(parent), "--claim", claim, "--poll-seconds", "1")


def titles(network: Network) -> list[str]:
    return [item["id"] for item in network.listed("terminal-1")]


def minutes(network: Network, terminal: str = HERE.terminal) -> int:
    [(found,)] = network.query("SELECT coalesce(sum(p.on_minutes), 0) FROM presence p JOIN terminal t ON t.num = p.terminal WHERE t.id = ?", terminal)
    return found


def complete(network: Network, node: str) -> int:
    return network.query("SELECT count(*) FROM holding WHERE node = ? AND state = 'complete'", node)[0][0]


def test_a_lesson_comes_down_and_facts_go_up_over_two_edges(tree: Network) -> None:
    assert until(lambda: titles(tree), 60, "The lesson of the village") == [tree.lessons[HERE]]
    until(lambda: minutes(tree), 60, "Minutes at the centre")
    # What the lower edge says itself goes the same way.
    until(lambda: complete(tree, "edge-990101") == 2 and complete(tree, HERE.terminal) == 1, 60, "Holdings of the edge and of the terminal")
    # Each is named with whoever handed it in to the centre.
    carried = dict(tree.query("SELECT said_by, relay FROM fact_source WHERE relay <> ''"))
    assert carried == {"self": "edge-990101", "edge:edge-990101": "edge-9901"}
    until(lambda: waiting(tree) == 0, 60, "Every fact of the terminal is answered")


def waiting(network: Network) -> int:
    """What a terminal has not had the centre's word on."""
    connection = sqlite3.connect(f"file:{network.data('terminal-1')}/node.sqlite?mode=ro", uri=True, timeout=30)
    try:
        return sum(key.startswith("queue/") for (key,) in connection.execute("SELECT record_key FROM node_record"))
    finally:
        connection.close()


def test_while_the_upper_edge_is_gone_the_lower_one_keeps_what_it_has(tree: Network) -> None:
    own = tree.box
    assert own.identity["site"] == SITES[2].code
    tree.kill("city-edge")
    assert titles(tree) == [tree.lessons[HERE]]
    facts = [{"id": "f", "kind": "presence", "terminal": own.node, "day": "2011-03-05", "minutes": "300-309"}]
    assert own.send(*facts) == {"f": ("held", "")}
    refused = ask(tree.address("edge"), "POST", "/api/v1/enrolments", b"{}", {"Content-Type": "application/json"})
    assert refused.status == 503 and "centre.unreachable" in refused.text
    tree.restart("city-edge")
    until(lambda: own.ask_about("f") == {"f": "stored"}, 60, "The centre's word, as it signed it")
    assert minutes(tree, own.node) == 10 and own.send(*facts) == {"f": ("held", "")}


def test_what_is_passed_on_is_still_nobodys_but_its_signers(tree: Network) -> None:
    city = OwnNode(tree.address("city-edge"))
    for method, path in (("POST", "/api/v1/envelopes"), ("GET", "/api/v1/nodes")):
        assert ask(city.address, method, path, b"" if method == "POST" else None).status == 401, "A stranger reaches the centre through an edge"
    # A terminal is no edge, and the edge knows that before it asks anybody.
    box = OwnNode(tree.address("city-edge")).enrol(tree.terminal_claim(SITES[3].terminal, tree.address("city-edge")))
    for answer in (box.post(b"", "/api/v1/envelopes"), box.get("/api/v1/nodes")):
        assert answer.status == 403 and "edge.only" in answer.text
    # The centre gives it what is meant for its place, and nothing else.
    box.address = tree.address()
    county = OwnNode(tree.address()).enrol(tree.edge_claim("edge-two", "990101"))
    for lesson in tree.lessons.values():
        [(manifest,)] = tree.query("SELECT manifest_hash FROM courseware WHERE id = ?", lesson)
        assert box.get(f"/api/v1/blobs/{manifest}").status == 404, f"{lesson} is for another county"
        assert county.get(f"/api/v1/blobs/{manifest}").status == 200, f"{lesson} is for this county"


def test_a_slow_line_above_is_waited_for(tree: Network) -> None:
    """The upper edge says nothing until the centre has: the lower one waits longer than it would for a line that is dead, and sends nothing twice."""
    own, carried = tree.box, []

    def slow(path: str, body: bytes, answer: Answer) -> Answer:
        # What the box said before may still be on its way, in a load of its own.
        if path == "/api/v1/envelopes" and own.node.encode() in body and b'\\"slow\\"' in answer.body:
            carried.append(len(body))
            time.sleep(45)
        return answer

    tree.upper.lie = slow
    assert own.send({"id": "slow", "kind": "presence", "terminal": own.node, "day": "2011-03-06", "minutes": "300-309"}) == {"slow": ("held", "")}
    until(lambda: own.ask_about("slow") == {"slow": "stored"}, 150, "The centre's word over the slow line")
    tree.upper.lie = None
    assert len(carried) == 1, "The same load went up again and again"


def test_a_box_that_goes_to_another_site_shows_what_is_meant_for_that(tree: Network) -> None:
    assert ask(tree.address("terminal-1"), "GET", "/tv/list.json").json()["site"] == HERE.name
    sites = tree.folder / "moved.csv"
    sites.write_text(
        "code,name,area_code,kind,mode,state,from_on,terminal,terminal_from_on\n"
        f"{THERE.code},{THERE.name},{THERE.area},{THERE.kind},iptv,in_service,2010-06-01,{THERE.terminal};{HERE.terminal},{tree.today()}\n"
    )
    told = tree.command("import", "sites", sites, "--apply")
    assert "refused 0" in told and "are derived again" in told, told

    def on(site: str) -> int:
        [(found,)] = tree.query("SELECT coalesce(sum(d.on_minutes), 0) FROM site_day d JOIN site s ON s.num = d.site WHERE s.code = ?", site)
        return found

    # Its minutes of today stand where it stands, and nowhere twice.
    until(lambda: on(HERE.code) == 0 and on(THERE.code) == minutes(tree), 60, "The figures follow the box")
    # It hears of it with the answer to what it reports next: at a start, and every five minutes.
    tree.kill("terminal-1")
    tree.restart("terminal-1")
    until(lambda: titles(tree) == [tree.lessons[THERE]], 120, "The lesson of the other village, and no longer that of the first")
    assert ask(tree.address("terminal-1"), "GET", "/tv/list.json").json()["site"] == THERE.name
    tree.kill("terminal-1")
    tree.restart("terminal-1")
    assert titles(tree) == [tree.lessons[THERE]], "After a start it stands where it was told"


def told(network: Network, name: str) -> str:
    """Where a node was last told that it stands."""
    connection = sqlite3.connect(f"file:{network.data(name)}/node.sqlite?mode=ro", uri=True, timeout=30)
    try:
        return "".join(body for (body,) in connection.execute("SELECT body FROM node_record WHERE record_key = 'place'"))
    finally:
        connection.close()


def test_a_county_that_gets_another_code_keeps_its_screens(tree: Network) -> None:
    """What was published names it by the old code, and still is for it."""
    before = titles(tree)
    assert "990109" in tree.command("area", "recode", "990101", "--to", "990109", "--on", tree.today(), "--reason", "调整", "--apply")
    for name in ("edge", "terminal-1"):
        tree.kill(name)
        tree.restart(name)
    until(lambda: "990109" in told(tree, "terminal-1") and "990109" in told(tree, "edge"), 120, "Both hear the new code")
    time.sleep(3)
    assert titles(tree) == before == [tree.lessons[THERE]]
    [(manifest,)] = tree.query("SELECT manifest_hash FROM courseware WHERE id = ?", before[0])
    county = OwnNode(tree.address()).enrol(tree.edge_claim("edge-three", "990109"))
    assert county.get(f"/api/v1/blobs/{manifest}").status == 200

    # Taken back and published again, it is for the same people under the code of now.
    editor, path = tree.sign_in("editor"), f"/courseware/{before[0]}"
    assert editor.post(f"{path}/withdraw", editor.token(path)).status == 303
    until(lambda: not titles(tree), 60, "It leaves the screen")
    assert editor.submit(path, title="又一次", category="practical_skills", areas=THERE.area.replace("990101", "990109", 1)).status == 303
    assert editor.post(f"{path}/publish", editor.token(path)).status == 303
    assert tree.approve(path) == 303
    until(lambda: titles(tree) == before, 60, "It is shown again")
