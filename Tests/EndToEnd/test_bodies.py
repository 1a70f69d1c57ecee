"""What is sent too large, or broken off in the middle: an answer at once, and no defect in the log."""

from __future__ import annotations

import re
import socket
from pathlib import Path
from typing import Iterator

import pytest

from support.network import SITES, Network, until
from support.patience import PATIENCE

FORM = "Content-Type: application/x-www-form-urlencoded\r\n"
JSON = "Content-Type: application/json\r\n"
BODIES = [
    *(("centre", path, kind) for path, kind in [("/api/v1/facts", JSON), ("/api/v1/receipts", JSON), ("/api/v1/enrolments", JSON), ("/sign-in", FORM)]),
    *(("edge", path, JSON) for path in ["/api/v1/facts", "/api/v1/receipts", "/api/v1/enrolments"]),
    ("terminal-1", "/tv/plays", JSON),
]


@pytest.fixture(scope="module")
def bodies(yuanjiao: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    network = Network(yuanjiao, tmp_path_factory.mktemp("bodies"))
    try:
        network.begin()
        network.start("edge", "edge", "--parent", network.address(), "--claim", network.edge_claim(), "--poll-seconds", "1")
        claim = network.terminal_claim(SITES[0].terminal, network.address("edge"))
        network.start("terminal-1", "terminal", "--parent", network.address("edge"), "--claim", claim, "--poll-seconds", "1")
        yield network
    finally:
        network.close()


def send(network: Network, name: str, path: str, head: str, body: bytes = b"") -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", network.ports[name]), timeout=60 * PATIENCE)
    connection.sendall(f"POST {path} HTTP/1.1\r\nHost: here\r\n{head}\r\n".encode() + body)
    return connection


@pytest.mark.parametrize(("name", "path", "kind"), BODIES)
def test_a_body_that_is_announced_too_large_is_refused_before_it_comes(bodies: Network, name: str, path: str, kind: str) -> None:
    with send(bodies, name, path, kind + f"Content-Length: {1 << 33}\r\n") as connection:
        assert connection.recv(4096).startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize(("name", "path", "kind"), BODIES)
def test_a_body_that_grows_too_large_is_refused(bodies: Network, name: str, path: str, kind: str) -> None:
    piece = b"%x\r\n%b\r\n" % (1 << 16, b"a" * (1 << 16))
    with send(bodies, name, path, kind + "Transfer-Encoding: chunked\r\n") as connection:
        for _ in range(80):
            connection.sendall(piece)
        assert connection.recv(4096).startswith(b"HTTP/1.1 413 ")


def test_whoever_breaks_off_is_no_defect(bodies: Network) -> None:
    for name, path, kind in BODIES:
        send(bodies, name, path, kind + "Content-Length: 1000\r\n", b"half a").close()
        send(bodies, name, path, kind + "Transfer-Encoding: chunked\r\n", b"5\r\nhello\r\nzz\r\n").close()
    for name in ("centre", "edge", "terminal-1"):
        until(lambda: re.search(r"broken? off", bodies.programs[name].log.read_text()), 60, f"{name} notices")
    for name in ("centre", "edge", "terminal-1"):
        told = [line for line in bodies.programs[name].log.read_text().splitlines() if " error " in line]
        assert not told, told
