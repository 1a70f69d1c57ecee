"""A man on a plain line: he reads, changes and makes up what he likes. He can delay; he makes nobody believe anything, and learns no code."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Iterator

import pytest

from support.network import SITES, Answer, Line, Network, ask, until
from support.processes import Program
from support.signing import OwnNode

STRANGER = OwnNode("", seed=bytes([7] * 32))


@pytest.fixture(scope="module")
def lied_to(yuanjiao: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    """A terminal behind a line to its edge, and the edge behind a line to the centre."""
    network = Network(yuanjiao, tmp_path_factory.mktemp("middle"))
    network.upper = Line(network.address())
    try:
        network.begin()
        network.start("edge", "edge", "--parent", network.upper.address, "--claim", network.edge_claim(), "--poll-seconds", "1")
        claim = network.terminal_claim(SITES[0].terminal, network.line.address)
        network.start("terminal-1", "terminal", "--claim", claim, "--poll-seconds", "1")
        yield network
    finally:
        network.upper.close()
        network.close()


def gauge(network: Network, name: str, figure: str) -> int:
    lines = ask(network.address(name), "GET", "/metrics").text.splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"yuanjiao_{figure} "))


def play(network: Network, name: str) -> str:
    """Something to report, at once."""
    now = int(time.time() * 1000)
    interval = {"at": now - 60_000, "from": 0, "until": 30_000}
    body = {"play": name, "courseware": "channel-1", "mode": "channel", "intervals": [interval], "ended": True}
    answer = ask(network.address("terminal-1"), "POST", "/tv/plays", json.dumps(body).encode(), {"Content-Type": "application/json"})
    assert answer.status == 200, answer.text
    return name


def stored(ids: list[str], **more: object) -> bytes:
    verdicts = [{"id": each, "verdict": "stored", "reason": "", "sentence": ""} for each in ids]
    return json.dumps({"batch": "lie", "epoch": "another", "at": int(time.time() * 1000) + 86_400_000, "verdicts": verdicts} | more).encode()


def test_no_code_is_heard_on_the_line(lied_to: Network) -> None:
    """Neither line has shown a code or a private key: what is posted to join is sealed."""
    joined = [json.loads(body) for line in (lied_to.line, lied_to.upper) for body in line.enrolments]
    assert len(joined) >= 3 and all(set(each) == {"sealed", "public_key", "version"} for each in joined)


def test_a_made_up_receipt_loses_no_fact(lied_to: Network) -> None:
    """The terminal is told by every means that all is stored, under another epoch and a day later: it goes on offering, and believes no word of it."""

    def lie(path: str, body: bytes, answer: Answer) -> Answer:
        if path == "/api/v1/facts":
            return replace(answer, body=stored([fact["id"] for fact in json.loads(body)["facts"]]))
        if path == "/api/v1/receipts":
            ids = json.loads(body)["ids"]
            closed = {"batch_sha256": "0" * 64, "body": stored(ids).decode(), "signature": f"key={'0' * 64}, signature={'A' * 86}"}
            return replace(answer, body=stored(ids, answers=[closed]))
        return answer

    lied_to.line.lie, lied_to.line.swallows = lie, ("/api/v1/facts",)
    before = lied_to.line.lies
    play(lied_to, "first")
    until(lambda: lied_to.line.lies >= before + 3, 60, "The terminal is lied to")
    assert ask(lied_to.address("terminal-1"), "GET", "/tv/list.json").json().get("clock_error_ms") is None
    assert gauge(lied_to, "terminal-1", "facts_waiting") + gauge(lied_to, "terminal-1", "facts_held") > 0, "The terminal let go of what nobody has"
    assert not lied_to.query("SELECT 1 FROM play")
    lied_to.line.lie, lied_to.line.swallows = None, ()
    until(lambda: gauge(lied_to, "terminal-1", "facts_waiting") + gauge(lied_to, "terminal-1", "facts_held") == 0, 60, "Everything gets its word")
    assert lied_to.query("SELECT 1 FROM play")


def test_a_changed_answer_of_the_centre_is_noticed(lied_to: Network) -> None:
    """The terminal asks the centre itself; one letter of its signed receipt is another."""
    other = Line(lied_to.address())
    try:
        other.lie = lambda path, body, answer: replace(answer, body=answer.body.replace(b'"stored"', b'"refused"')) if path == "/api/v1/facts" else answer
        lied_to.kill("terminal-1")
        lied_to.start("terminal-1", "terminal", "--parent", other.address, "--poll-seconds", "1")
        play(lied_to, "second")
        until(lambda: gauge(lied_to, "terminal-1", "answers_forged"), 60, "The terminal notices")
        assert gauge(lied_to, "terminal-1", "facts_waiting") > 0
    finally:
        lied_to.kill("terminal-1")
        other.close()


def test_a_key_put_into_the_list_of_nodes_is_nobodys(lied_to: Network) -> None:
    """The edge is given a list with a stranger in it, again and again; it knows the stranger not."""

    def lie(path: str, body: bytes, answer: Answer) -> Answer:
        if not path.startswith("/api/v1/nodes"):
            return answer
        news = answer.json() if answer.status == 200 else {"version": "", "whole": False, "more": False, "gone": []}
        nodes = [*news.get("nodes", []), {"node": "stranger", "public_key": STRANGER.public_key, "revoked": False}]
        return replace(answer, status=200, body=json.dumps(news | {"nodes": nodes}).encode())

    lied_to.upper.lie = lie
    try:
        STRANGER.address, STRANGER.node = lied_to.address("edge"), "stranger"
        seen = lied_to.upper.lies
        until(lambda: lied_to.upper.lies >= seen + 3, 60, "The edge hears lies")
        body = json.dumps({"batch": "b", "facts": [{"id": "f", "kind": "presence", "terminal": "stranger", "day": "2011-03-05", "minutes": "1"}]}).encode()
        assert STRANGER.post(body).status == 403
    finally:
        lied_to.upper.lie = None


def test_a_changed_answer_to_a_claim_makes_no_node(lied_to: Network, tmp_path: Path) -> None:
    """Neither another key to seal to, nor another name in the answer."""
    middle = Line(lied_to.address())
    try:
        for lie in (
            lambda path, body, answer: replace(answer, body=b'{"sealing_key": "%s"}' % STRANGER.public_key.encode()) if "nonce" in path else answer,
            lambda path, body, answer: replace(answer, body=answer.body.replace(b"T99", b"T98")) if path.endswith("/enrolments") else answer,
        ):
            middle.lie, lies = lie, middle.lies
            claim = lied_to.terminal_claim(SITES[1].terminal, middle.address) if lies == 0 else claim
            with Program([lied_to.program, "terminal", "--data", tmp_path / "node", "--port", "0", "--claim", claim], tmp_path / "node.log").start():
                until(lambda: middle.lies > lies, 60, "The newcomer is lied to")
                time.sleep(1)
                assert not (tmp_path / "node" / "enrolment.json").exists()
        middle.lie = None
        with Program([lied_to.program, "terminal", "--data", tmp_path / "node", "--port", "0", "--claim", claim], tmp_path / "node.log").start() as program:
            until(lambda: (tmp_path / "node" / "enrolment.json").exists() or not program.running, 60, "It joins when nobody lies")
            assert program.running, program.tail()
        assert claim.split(":")[2].encode() not in middle.heard
    finally:
        middle.close()
