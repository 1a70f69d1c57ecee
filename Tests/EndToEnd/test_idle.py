"""When nothing is new, a look costs next to nothing, whatever the size of the network."""

from __future__ import annotations

import socket
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Iterator

import pytest

from support.network import SITES, Network, until
from support.signing import OwnNode


@dataclass
class Pump:
    """Carries bytes between a node and its parent, and keeps count of them."""

    parent: tuple[str, int]
    up: bytearray = field(default_factory=bytearray)
    down: bytearray = field(default_factory=bytearray)
    connections: int = 0

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                node, _ = self._listener.accept()
                parent = socket.create_connection(self.parent)
            except OSError:
                return
            self.connections += 1
            for source, target, seen in ((node, parent, self.up), (parent, node, self.down)):
                threading.Thread(target=self._carry, args=(source, target, seen), daemon=True).start()

    @staticmethod
    def _carry(source: socket.socket, target: socket.socket, seen: bytearray) -> None:
        try:
            while data := source.recv(65536):
                seen += data
                target.sendall(data)
        except OSError:
            pass
        for end in (source, target):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def looks(self, path: bytes) -> int:
        return self.up.count(b"GET " + path)

    def idle(self, path: bytes, looks: int) -> tuple[float, int]:
        """Bytes both ways for each look at a path, and new connections, over a time in which nothing is sent but questions."""
        while True:
            posts = self.up.count(b"POST ")
            # The answer to what was sent before may be under way.
            time.sleep(0.2)
            asked, count, connections = self.looks(path), len(self.up) + len(self.down), self.connections
            until(lambda: self.looks(path) >= asked + looks, 120, f"{looks} looks")
            # The answer of the last look may be under way.
            time.sleep(0.2)
            if self.up.count(b"POST ") == posts:
                return (len(self.up) + len(self.down) - count) / (self.looks(path) - asked), self.connections - connections

    def close(self) -> None:
        self._listener.close()


@pytest.fixture(scope="module")
def idle(yuanjiao: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Network, Pump, Pump]]:
    network = Network(yuanjiao, tmp_path_factory.mktemp("idle"))
    pumps = [Pump(("127.0.0.1", network.ports[name])) for name in ("centre", "edge")]
    try:
        network.begin()
        network.start("edge", "edge", "--parent", pumps[0].address, "--claim", network.edge_claim(), "--poll-seconds", "1")
        claim = network.terminal_claim(SITES[0].terminal, pumps[1].address)
        network.start("terminal-1", "terminal", "--parent", pumps[1].address, "--claim", claim, "--poll-seconds", "1")
        yield network, *pumps
    finally:
        network.close()
        for pump in pumps:
            pump.close()


TIMESTAMP = b"/api/v1/metadata/timestamp.json"
NODES = b"/api/v1/nodes"


def test_a_look_of_a_terminal_costs_few_bytes_and_no_connection(idle: tuple[Network, Pump, Pump]) -> None:
    _, _, line = idle
    until(lambda: line.looks(TIMESTAMP) > 3, 60, "The terminal looks")
    cost, connections = line.idle(TIMESTAMP, 8)
    print(f"a look of a terminal: {cost:.0f} bytes both ways without TLS, {connections} new connections")
    assert cost <= 300
    # Facts and looks may go side by side for a moment, longer on a machine that is slow; no look wants one of its own.
    assert connections < 4


def test_a_minute_of_an_edge_costs_less_than_a_kilobyte(idle: tuple[Network, Pump, Pump]) -> None:
    """Each minute it looks once at the catalogue and once at the list of its nodes; here each second."""
    _, line, _ = idle
    until(lambda: line.looks(NODES) > 3, 60, "The edge asks for its nodes")
    cost, connections = line.idle(NODES, 8)
    print(f"a minute of an edge: {cost:.0f} bytes both ways without TLS, {connections} new connections")
    assert cost <= 1000
    assert connections < 4


def test_an_edge_hears_of_its_own_county_only(idle: tuple[Network, Pump, Pump]) -> None:
    network, line, _ = idle
    foreign = OwnNode(network.address()).enrol(network.terminal_claim(SITES[3].terminal, network.address()))
    own = OwnNode(network.address()).enrol(network.terminal_claim(SITES[1].terminal, network.address()))
    until(lambda: own.node.encode() in line.down, 60, "The edge hears of a terminal of its county")
    blob = f"/api/v1/blobs/{'0' * 64}"
    foreign.address = own.address = network.address("edge")
    assert (foreign.get(blob).status, foreign.get(blob).json()["type"]) == (403, "urn:yuanjiao:node.unknown")
    assert own.get(blob).status == 404
    assert foreign.node.encode() not in line.down
    network.command("revoke", own.node, "--reason", "x")
    until(lambda: own.get(blob).status == 403, 60, "The edge hears of the revocation")
