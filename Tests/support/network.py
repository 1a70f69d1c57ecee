"""A small real network for tests: a centre, a county edge and two terminals as processes, with a register, accounts and clips of their own."""

from __future__ import annotations

import csv
import http.client
import html
import io
import json
import os
import re
import shutil
import sqlite3
import subprocess
import threading
import time
import urllib.parse
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Callable, Iterable, TypeVar

from support.patience import PATIENCE
from support.processes import Program, free_port

Seen = TypeVar("Seen")

AREAS = [
    ("9901", "云溪市"),
    ("990101", "鹿原县"),
    ("990102", "青禾县"),
    ("990101101", "石桥镇"),
    ("990101102", "柳林镇"),
    ("990102101", "河湾乡"),
    ("990101101201", "柳河村"),
    ("990101101202", "清泉村"),
    ("990101102201", "松岗村"),
    ("990102101201", "南坪村"),
]


@dataclass(frozen=True)
class Site:
    code: str
    name: str
    area: str
    kind: str
    terminal: str


SITES = [
    Site("990101101201101", "柳河村站点", "990101101201", "village", "T990101101201101"),
    Site("990101101202101", "清泉村站点", "990101101202", "village", "T990101101202101"),
    Site("990101102000301", "柳林镇站点", "990101102", "township", "T990101102000301"),
    Site("990102101201101", "南坪村站点", "990102101201", "village", "T990102101201101"),
]

ACCOUNTS = [
    ("city", "officer", "9901"),
    ("county", "officer", "990101"),
    ("leader", "leader", "9901"),
    ("editor", "editor", "9901"),
    ("reviewer", "reviewer", "9901"),
    ("system", "system_administrator", "9901"),
    ("security", "security_administrator", "9901"),
    ("auditor", "auditor", "9901"),
]


def until(look: Callable[[], Seen], seconds: float, what: str, every: float = 0.25) -> Seen:
    """Looks again and again until there is something to see; answers it."""
    deadline = time.monotonic() + seconds * PATIENCE
    while True:
        if seen := look():
            return seen
        assert time.monotonic() < deadline, f"{what}: waited {seconds * PATIENCE} s in vain"
        time.sleep(every)


def make_clip(path: Path, seconds: int = 25, size: str = "640x360") -> Path:
    """A moving picture with a tone, drawn by ffmpeg."""
    subprocess.run(
        [
            *("ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", f"testsrc2=size={size}:rate=25", "-f", "lavfi", "-i", "sine=frequency=330"),
            *("-t", str(seconds), "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac", str(path)),
        ],
        check=True,
        stdin=subprocess.DEVNULL,
    )
    return path


@dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    def json(self) -> dict:
        return json.loads(self.body)


def ask(address: str, method: str, path: str, body: bytes | Iterable[bytes] | None = None, headers: dict[str, str] | None = None) -> Answer:
    """One request on a connection of its own; redirects are answers."""
    host = urllib.parse.urlsplit(address).netloc
    connection = http.client.HTTPConnection(host, timeout=60 * PATIENCE)
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers, answer.read())
    finally:
        connection.close()


class Visitor:
    """A person at the console without a browser: keeps the cookie, sends the token of the forms."""

    def __init__(self, address: str, login: str, password: str):
        self.address = address
        self.cookie = ""
        form = urllib.parse.urlencode({"login": login, "password": password, "next": "/"}).encode()
        answer = ask(address, "POST", "/sign-in", form, {"Content-Type": "application/x-www-form-urlencoded"})
        assert answer.status == 303, f"{login} was not let in: {answer.status}"
        self.cookie = answer.headers["Set-Cookie"].split(";")[0]

    def get(self, path: str) -> Answer:
        return ask(self.address, "GET", path, headers={"Cookie": self.cookie, "Accept-Language": "zh-CN"})

    def token(self, path: str) -> str:
        found = re.search(r'name="csrf" value="([0-9a-f]+)"', self.get(path).text)
        assert found, f"{path} has no form"
        return found[1]

    def post(self, path: str, token: str = "", **fields: str) -> Answer:
        form = urllib.parse.urlencode({"csrf": token, **fields}).encode()
        return ask(self.address, "POST", path, form, {"Cookie": self.cookie, "Content-Type": "application/x-www-form-urlencoded"})

    def submit(self, action: str, page: str = "", **fields: str) -> Answer:
        """Fills in a form of a page and sends it, as a browser does; what it would do is looked at and then done."""
        answer = self._send(action, self.get(page or action).text, fields)
        if answer.status == 200 and 'name="form_step" value="act"' in answer.text:
            answer = self._send(action, answer.text, {**fields, "form_step": "act"})
        return answer

    def _send(self, action: str, page: str, fields: dict[str, str]) -> Answer:
        form = re.search(rf'action="{re.escape(action)}"[^>]*>(.*?)</form>', page, re.DOTALL)
        assert form, f"No form is sent to {action}"
        hidden = {name: html.unescape(text) for name, text in re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', form[1])}
        body = urllib.parse.urlencode({**hidden, **fields}).encode()
        return ask(self.address, "POST", action, body, {"Cookie": self.cookie, "Content-Type": "application/x-www-form-urlencoded", "Accept-Language": "zh-CN"})

    def rows(self, path: str) -> list[dict[str, str]]:
        """A table that is offered as CSV."""
        answer = self.get(path)
        assert answer.status == 200, f"{path} answered {answer.status}"
        return list(csv.DictReader(io.StringIO(answer.body.decode("utf-8-sig"))))


class Line:
    """The line between a node and its parent: passes requests on, counts what comes down and keeps the facts that go up."""

    def __init__(self, parent: str):
        self.parent = parent
        self.blobs: list[tuple[str, int]] = []
        self.facts: list[dict] = []
        self.enrolments: list[bytes] = []
        self.roots = 0
        # Answers to paths that end so come whole, and byte by byte.
        self.drips = ""
        self.dripped = 0
        # How many answers to enrolments get lost on their way down.
        self.loses_enrolments = 0
        # A man on the line: what he makes of an answer, from path, request body and answer. And all that he heard.
        self.lie: Callable[[str, bytes, Answer], Answer] | None = None
        self.lies = 0
        # Paths of which nothing goes on to the parent.
        self.swallows: tuple[str, ...] = ()
        self.heard = b""
        line = self

        class Handler(_LineHandler):
            owner = line

        self._server = _LineServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def blob_bytes(self) -> int:
        """What blobs cost on this line, heads of the answers included."""
        return sum(length for _, length in self.blobs)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class _LineServer(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A line that is cut in the middle is what these tests are about."""


class _LineHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    owner: Line

    def pass_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        drips = self.owner.drips and self.path.endswith(self.owner.drips)
        try:
            held_back = ("host", "connection", "if-none-match") if drips else ("host", "connection")
            headers = {name: value for name, value in self.headers.items() if name.lower() not in held_back}
            swallowed = self.path in self.owner.swallows
            answer = Answer(200, http.client.HTTPMessage(), b"") if swallowed else ask(self.owner.parent, self.command, self.path, body or None, headers)
        except (OSError, http.client.HTTPException):
            self.close_connection = True
            return
        if not self.path.startswith("/api/v1/blobs/"):
            self.owner.heard += self.path.encode() + str(self.headers).encode() + body + answer.body
        if self.owner.lie and (lie := self.owner.lie(self.path, body, answer)) is not answer:
            self.owner.lies += 1
            answer = lie
        kept = [(name, value) for name, value in answer.headers.items() if name.lower() not in ("transfer-encoding", "connection", "content-length")]
        length = answer.headers["Content-Length"] if self.command == "HEAD" else str(len(answer.body))
        head = f"HTTP/1.1 {answer.status} \r\n" + "".join(f"{name}: {value}\r\n" for name, value in [*kept, ("Content-Length", length or "0")]) + "\r\n"
        self.note(body, answer, len(head))
        if self.path == "/api/v1/enrolments" and self.owner.loses_enrolments:
            self.owner.loses_enrolments -= 1
            self.close_connection = True
            return
        if drips:
            self.owner.dripped += 1
            self.wfile.write(head.encode("latin-1"))
            for byte in answer.body:
                if not self.owner.drips:
                    break
                self.wfile.write(bytes([byte]))
                time.sleep(1)
            self.close_connection = True
            return
        self.wfile.write(head.encode("latin-1") + answer.body)

    do_GET = do_HEAD = do_POST = pass_on

    def note(self, body: bytes, answer: Answer, head: int) -> None:
        if self.path.startswith("/api/v1/blobs/"):
            self.owner.blobs.append((self.path.rsplit("/", 1)[1], head + len(answer.body)))
        elif self.path == "/api/v1/facts":
            self.owner.facts.extend(json.loads(body)["facts"])
        elif self.path == "/api/v1/enrolments" and self.command == "POST":
            self.owner.enrolments.append(body)
        elif self.path.endswith("/1.root.json"):
            self.owner.roots += 1

    def log_message(self, *_: object) -> None:
        """A test run stays quiet."""


@dataclass
class Network:
    """A centre with a register of a city, two counties and four sites.

    Nodes are an edge of county 990101 and the terminals of its first two sites, the first of them behind a counted line.
    """

    program: Path
    folder: Path
    passwords: dict[str, str] = field(default_factory=dict)
    programs: dict[str, Program] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.ports = {name: free_port() for name in ("centre", "edge", "terminal-1", "terminal-2")}
        self.line = Line(self.address("edge"))

    def address(self, name: str = "centre") -> str:
        return f"http://127.0.0.1:{self.ports[name]}"

    def data(self, name: str = "centre") -> Path:
        return self.folder / name

    def command(self, *arguments: str | Path, status: int = 0, ahead_seconds: int = 0) -> str:
        """Runs a command beside the centre, with its clock so far ahead; answers what it printed."""
        command = [str(self.program), *map(str, arguments), "--data", str(self.data())]
        environment = os.environ | self._ahead_of(ahead_seconds)
        run = subprocess.run(command, capture_output=True, text=True, timeout=60 * PATIENCE, stdin=subprocess.DEVNULL, env=environment)
        assert run.returncode == status, f"{' '.join(command[1:4])} ended with {run.returncode}: {run.stdout}{run.stderr}"
        return (run.stdout if status == 0 else run.stdout + run.stderr).strip()

    def begin(self, accounts: Iterable[str] = ("city", "editor", "reviewer")) -> Network:
        """Register, accounts and a running centre."""
        areas = self.folder / "areas.csv"
        areas.write_text("code,name,from_on\n" + "".join(f"{code},{name},2009-01-01\n" for code, name in AREAS))
        sites = self.folder / "sites.csv"
        sites.write_text(
            "code,name,area_code,kind,mode,state,from_on,terminal\n"
            + "".join(f"{site.code},{site.name},{site.area},{site.kind},iptv,in_service,2010-06-01,{site.terminal}\n" for site in SITES)
        )
        for subject, file, count in (("areas", areas, len(AREAS)), ("sites", sites, len(SITES))):
            told = self.command("import", subject, file, "--apply")
            assert "refused 0" in told and f"added {count}" in told, told
        for login, role, area in ACCOUNTS:
            if login in accounts:
                self.add_account(login, role, area)
        self.start("centre", "centre")
        return self

    def begin_nodes(self) -> Network:
        """An edge and two terminals join by claims."""
        self.start("edge", "edge", "--parent", self.address(), "--claim", self.edge_claim(), "--poll-seconds", "1")
        for number, parent in ((1, self.line.address), (2, self.address("edge"))):
            claim = self.terminal_claim(SITES[number - 1].terminal, parent)
            self.start(f"terminal-{number}", "terminal", "--parent", parent, "--claim", claim, "--poll-seconds", "1")
        return self

    def add_account(self, login: str, role: str, area: str) -> str:
        printed = self.command("account", "add", login, "--name", login, "--role", role, "--area", area, "--lasting")
        self.passwords[login] = printed.split()[1]
        return self.passwords[login]

    def edge_claim(self, node: str = "edge-990101", area: str = "990101") -> str:
        return self.command("claim", "--edge", node, "--area", area, "--parent", self.address())

    def terminal_claim(self, terminal: str, parent: str | None = None) -> str:
        return self.command("claim", "--terminal", terminal, "--parent", parent or self.address())

    def start(self, name: str, kind: str, *options: str, ahead_seconds: int = 0) -> Program:
        """Starts a process, with its clock so far ahead, and waits until it answers."""
        command = [self.program, kind, "--data", self.data(name), "--port", str(self.ports[name]), *options]
        self.programs[name] = Program(command, self.folder / f"{name}.log", self._ahead_of(ahead_seconds) or None).start()
        self.programs[name].wait_for(f"{self.address(name)}/health")
        return self.programs[name]

    def _ahead_of(self, seconds: int) -> dict[str, str]:
        """What a program's environment says so that its clock is so far ahead."""
        return {"LD_PRELOAD": str(self._ahead()), "AHEAD_SECONDS": str(seconds)} if seconds else {}

    def _ahead(self) -> Path:
        """The library that sets a program's clock ahead."""
        library = self.folder / "ahead.so"
        if not library.exists():
            compiler = shutil.which("clang") or shutil.which("cc")
            assert compiler, "There is no C compiler"
            subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", str(library), str(Path(__file__).with_name("ahead.c"))], check=True)
        return library

    def restart(self, *names: str) -> None:
        for name in names:
            self.programs[name].start().wait_for(f"{self.address(name)}/health")

    def kill(self, *names: str) -> None:
        for name in names:
            self.programs[name].kill()

    def sign_in(self, login: str) -> Visitor:
        return Visitor(self.address(), login, self.passwords[login])

    def upload(self, editor: Visitor, clip: Path) -> str:
        """Sends a file as the page's script does; answers the courseware's path."""
        token = re.search(r'data-csrf="([0-9a-f]+)"', editor.get("/courseware/new").text)
        assert token, "The page for uploading has no token"
        headers = {"Cookie": editor.cookie, "X-CSRF": token[1], "X-Upload-Name": urllib.parse.quote(clip.name), "Content-Type": "application/octet-stream"}
        answer = ask(editor.address, "POST", "/courseware/uploads", clip.read_bytes(), headers)
        assert answer.status == 201, f"The upload was answered with {answer.status}: {answer.text}"
        return answer.json()["url"]

    def publish(self, editor: Visitor, path: str, title: str, seconds: float = 120) -> None:
        """Waits for the encoding, names the courseware and publishes it, by two persons."""
        until(lambda: not editor.get(f"{path}/progress").json()["running"], seconds, "The encoding")
        assert editor.submit(path, title=title, category="practical_skills").status == 303
        assert editor.post(f"{path}/publish", editor.token(path)).status == 303
        assert self.approve(path) == 303

    def approve(self, path: str, reviewer: Visitor | None = None) -> int:
        """The second person says yes to what is asked for; answers the status."""
        reviewer = reviewer or self.sign_in("reviewer")
        digest = re.search(r'name="digest" value="([0-9a-f]{64})"', reviewer.get(path).text)
        return reviewer.post(f"{path}/approve", reviewer.token(path), digest=digest[1] if digest else "").status

    def crossed(self, courseware: str) -> tuple[int, int, set[str]]:
        """What a courseware cost on the counted line: bytes of blobs with the heads of their answers, bytes of what a terminal needs of it (manifest, poster, the one
        rendition chosen), and the names of these blobs."""
        [(manifest_hash,)] = self.query("SELECT manifest_hash FROM courseware WHERE id = ?", courseware)
        stored = (self.data() / "blobs" / manifest_hash[:2] / manifest_hash).read_bytes()
        manifest = json.loads(stored)
        name = self.wait_until_listed(courseware)["sources"][0]["src"].split("/")[4]
        files = [manifest["poster"], *next(one for one in manifest["renditions"] if one["name"] == name)["files"]]
        return self.line.blob_bytes(), len(stored) + sum(file["length"] for file in files), {file["sha256"] for file in files} | {manifest_hash}

    def listed(self, name: str = "terminal-1") -> list[dict]:
        """What a terminal's television page offers."""
        return ask(self.address(name), "GET", "/tv/list.json").json()["items"]

    def wait_until_listed(self, courseware: str, name: str = "terminal-1", seconds: float = 60) -> dict:
        return until(lambda: next((item for item in self.listed(name) if item["id"] == courseware), None), seconds, f"{name} lists {courseware}")

    def bulletin(self, area: str = "9901", month: str | None = None) -> dict:
        return json.loads(self.command("report", "bulletin", "--month", month or self.today()[:7], "--area", area, "--format", "json"))

    def today(self) -> str:
        """The network's present day."""
        return time.strftime("%Y-%m-%d", time.gmtime(time.time() + 8 * 3600))

    def query(self, statement: str, *values: object) -> list[tuple]:
        """Reads the centre's database while it runs."""
        connection = sqlite3.connect(f"file:{self.data()}/centre.sqlite?mode=ro", uri=True, timeout=10 * PATIENCE)
        try:
            return connection.execute(statement, values).fetchall()
        finally:
            connection.close()

    def close(self) -> None:
        for program in reversed(self.programs.values()):
            program.stop()
        self.line.close()
