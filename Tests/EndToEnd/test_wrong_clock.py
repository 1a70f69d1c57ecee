"""A terminal whose clock is hours ahead: it learns so from receipts, records under the centre's time, and says so."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Iterator

import pytest

from support.network import SITES, Network, ask, until

AHEAD = 3 * 3600


@pytest.fixture(scope="module")
def wrong(yuanjiao: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    network = Network(yuanjiao, tmp_path_factory.mktemp("clock"))
    try:
        network.begin()
        network.start("edge", "edge", "--parent", network.address(), "--claim", network.edge_claim(), "--poll-seconds", "1")
        claim = network.terminal_claim(SITES[0].terminal, network.address("edge"))
        network.start("terminal-1", "terminal", "--parent", network.address("edge"), "--claim", claim, "--poll-seconds", "1", ahead_seconds=AHEAD)
        yield network
    finally:
        network.close()


def error(network: Network) -> int | None:
    return ask(network.address("terminal-1"), "GET", "/tv/list.json").json().get("clock_error_ms")


def test_the_terminal_learns_the_centres_time(wrong: Network) -> None:
    until(lambda: error(wrong), 300, "The terminal hears from the centre that its clock is wrong")
    listing = ask(wrong.address("terminal-1"), "GET", "/tv/list.json").json()
    assert abs(listing["clock_error_ms"] - AHEAD * 1000) < 60_000
    assert abs(listing["now"] - time.time() * 1000) < 60_000


def test_what_was_ahead_waits_and_what_came_after_counts(wrong: Network) -> None:
    """The minutes of before the first receipt are shown to a person; those after it stand where they were lived."""
    until(lambda: wrong.query("SELECT 1 FROM presence"), 600, "A minute counts")
    until(lambda: wrong.query("SELECT 1 FROM clock_error"), 600, "The error is at the centre")
    [(ahead,)] = wrong.query("SELECT ahead_ms FROM clock_error")
    assert abs(ahead - AHEAD * 1000) < 60_000
    assert {reason for (reason,) in wrong.query("SELECT reason FROM quarantine")} == {"fact.future"}
    judged = wrong.command("quarantine", "judge", "--reason", "fact.future", "--apply")
    assert "counted 0" in judged
    page = wrong.sign_in("city").get("/quarantine").text
    assert SITES[0].terminal in page and "快 3 小时" in page and "时间超前" in page
