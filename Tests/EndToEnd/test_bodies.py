"""What is sent too large, or broken off in the middle: an answer at once, and no defect in the log."""

from __future__ import annotations

import json
import re
import socket
import urllib.parse
from pathlib import Path
from typing import Iterator

import pytest

from support.network import SITES, Network, ask, until
from support.patience import PATIENCE
from support.processes import Program, free_port

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


def said(bodies: Network, name: str, request: bytes) -> bytes:
    """What comes back for these bytes, until the other end closes or nothing more comes."""
    with socket.create_connection(("127.0.0.1", bodies.ports[name]), timeout=20 * PATIENCE) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while part := connection.recv(65_536):
            answer += part
        return answer


NONE = [
    (b"GET /health HTTP/1.1\r\n\r\n", 400),
    (b"GET /health HTTP/1.1\r\nHost: \r\n\r\n", 400),
    (b"GET /health HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
    (b"POST /health HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n", 400),
    (b"POST /health HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501),
    (b"POST /health HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n", 400),
]


@pytest.mark.parametrize("name", ["centre", "edge", "terminal-1"])
@pytest.mark.parametrize("request_, status", NONE, ids=lambda value: value[:60].decode() if isinstance(value, bytes) else str(value))
def test_what_two_servers_might_read_differently_is_read_by_none(bodies: Network, name: str, request_: bytes, status: int) -> None:
    answer = said(bodies, name, request_)
    assert answer.startswith(b"HTTP/1.1 ") and int(answer.split()[1]) in (status, 400, 501), answer[:200]
    # And nothing behind it on the same connection is heard.
    assert said(bodies, name, request_ + b"GET /health HTTP/1.1\r\nHost: a\r\n\r\n").count(b"HTTP/1.1 200") == 0


@pytest.mark.parametrize("name", ["centre", "edge", "terminal-1"])
def test_a_bad_request_cuts_off_no_answer_before_it(bodies: Network, name: str) -> None:
    answer = said(bodies, name, b"GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n" + NONE[0][0])
    assert answer.startswith(b"HTTP/1.1 200") and len(answer.split(b"\r\n\r\n")[1]) > 100 and b"HTTP/1.1 400" in answer, answer[:300]


@pytest.mark.parametrize("name", ["centre", "edge", "terminal-1"])
def test_a_route_has_one_path(bodies: Network, name: str) -> None:
    """Nobody passes a proxy's rule for `/metrics` by spelling it with more slashes."""
    assert ask(bodies.address(name), "GET", "/metrics").status == 200
    for path in ("/metrics/", "//metrics", "/metrics//", "/metrics/?a=1"):
        answer = ask(bodies.address(name), "GET", path)
        assert answer.status == 308 and answer.headers["Location"] == "/metrics" + ("?a=1" if "?" in path else ""), path
        assert ask(bodies.address(name), "POST", path, b"").status == 404
    assert ask(bodies.address(name), "GET", "//evil.example/%2e%2e/").headers["Location"].startswith("/evil.example")


def test_a_page_from_outside_is_no_page_of_the_terminal(bodies: Network) -> None:
    """A name that somebody made to point here (DNS rebinding) is not the terminal's: neither page nor plays."""
    play = json.dumps({"play": "p", "courseware": "c", "mode": "channel", "intervals": [{"at": 1299321300000, "from": 0, "until": 1000}], "ended": True}).encode()
    for host in ("evil.example", "evil.example:8081", "127.0.0.1.evil.example", "1.2.3", "a.localhost.example"):
        headers = {"Host": host, "Content-Type": "application/json"}
        assert ask(bodies.address("terminal-1"), "GET", "/tv", headers=headers).status == 421, host
        assert ask(bodies.address("terminal-1"), "POST", "/tv/plays", play, headers).status == 421, host
    for host in ("127.0.0.1", "localhost:8081", "[::1]:80", "192.168.1.7", "box", "box.local", "TV.local:80"):
        assert ask(bodies.address("terminal-1"), "GET", "/tv", headers={"Host": host}).status == 200, host


@pytest.mark.parametrize("name", ["centre", "edge", "terminal-1"])
def test_nobody_else_on_the_machine_enters_a_data_folder(bodies: Network, name: str) -> None:
    folder = bodies.data(name)
    assert folder.stat().st_mode & 0o077 == 0
    folder.chmod(0o755)
    bodies.programs[name].stop()
    bodies.restart(name)
    assert folder.stat().st_mode & 0o077 == 0
    open_to_all = [str(one) for one in folder.rglob("*") if not one.is_symlink() and one.stat().st_mode & 0o077]
    assert open_to_all == [], "Other users of the machine may read it"


def test_over_tls_a_session_is_bound_to_the_host(bodies: Network, tmp_path: Path) -> None:
    """Behind a proxy that ends TLS: the cookie's name keeps other hosts and plain lines from setting it, and the browser is told to come by TLS alone."""
    port = free_port()
    command = [bodies.program, "centre", "--data", bodies.data(), "--port", str(port)]
    with Program(command, tmp_path / "tls.log", {"YUANJIAO_TLS": "true"}).start() as program:
        program.wait_for(f"http://127.0.0.1:{port}/health")
        answer = ask(
            f"http://127.0.0.1:{port}", "POST", "/sign-in", urllib.parse.urlencode({"login": "city", "password": bodies.passwords["city"]}).encode(),
            {"Content-Type": "application/x-www-form-urlencoded"},
        )
        assert answer.status == 303, answer.text
        cookie = answer.headers["Set-Cookie"]
        assert cookie.startswith("__Host-yuanjiao_session=") and "Secure" in cookie and "Path=/" in cookie and "Domain" not in cookie
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
        page = ask(f"http://127.0.0.1:{port}", "GET", "/overview", headers={"Cookie": cookie.split(";")[0]})
        assert page.status in (200, 303) and "/sign-in" not in page.headers.get("Location", "")
        # A cookie of the plain name, which another host might have set, is no session.
        plain = cookie.split(";")[0].removeprefix("__Host-")
        assert "/sign-in" in ask(f"http://127.0.0.1:{port}", "GET", "/", headers={"Cookie": plain}).headers.get("Location", "/sign-in")
    assert "Strict-Transport-Security" not in ask(bodies.address(), "GET", "/sign-in").headers


@pytest.mark.parametrize("name", ["centre", "edge", "terminal-1"])
def test_counters_are_for_this_machine(bodies: Network, name: str) -> None:
    """Not for whomever a proxy on it asks."""
    assert ask(bodies.address(name), "GET", "/metrics").status == 200
    for header in ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"):
        assert ask(bodies.address(name), "GET", "/metrics", headers={header: "10.0.0.9"}).status == 404


def test_counters_have_a_listener_of_their_own(bodies: Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    port = free_port()
    monkeypatch.setenv("YUANJIAO_METRICS", f"127.0.0.1:{port}")
    own = Network(bodies.program, tmp_path)
    try:
        own.start("centre", "centre")
        assert ask(own.address(), "GET", "/metrics").status == 404
        assert "yuanjiao_incidents_open 0" in ask(f"http://127.0.0.1:{port}", "GET", "/metrics").text
        assert ask(f"http://127.0.0.1:{port}", "GET", "/sign-in").status == 404
    finally:
        own.close()


def test_nobody_forges_a_line_of_the_log(bodies: Network) -> None:
    """What a stranger sends stands in one line, whatever line ends it has."""
    forged = "GET /%0A2026-01-01T00:00:00 info forged: all is well HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    said(bodies, "centre", forged.encode())
    for name in ("centre", "edge", "terminal-1"):
        said(bodies, name, b"GET /sign-in HTTP/1.1\r\nHost: a\r\nAuthorization: Yuanjiao node=\x1b[2Jx\xe2\x80\xa8, signature=a\r\nConnection: close\r\n\r\n")
    for name in ("centre", "edge", "terminal-1"):
        told = bodies.programs[name].said()
        assert not [line for line in told.splitlines() if line.startswith("2026-01-01T00:00:00 info forged")] and "\x1b" not in told
