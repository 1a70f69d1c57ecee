"""A worker under another user: the programs that read strangers' files run there, see nothing of the centre's, and a worker that dies or is missing is said.

What systemd's socket unit does is done by a few lines of Python here: a connection to a Unix socket starts `yuanjiao work` with the connection as its standard input and output,
under the user `nobody` when the tests may do that, else under their own.
"""

from __future__ import annotations

import os
import pwd
import signal
import socket
import shutil
import subprocess
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from typing import Iterator

import pytest

from support.network import Network, Visitor, make_clip, until
from support.patience import PATIENCE
from support.processes import Program

NOBODY = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
UID = NOBODY.pw_uid if NOBODY else os.geteuid()


class Inetd:
    """A worker for each connection; `folder` is all that it may write into."""

    def __init__(self, yuanjiao: Path, folder: Path, keys: Path):
        self.folder, self.socket, self.seen, self.log = folder, folder / "socket", folder / "seen", folder / "worker.log"
        self.cache = folder / "cache"
        self.cache.mkdir(parents=True)
        self.seen.touch()
        # What the worker's settings name as ffmpeg: it says who it is, and whether it reads the centre's keys.
        self.ffmpeg = folder / "ffmpeg"
        self.ffmpeg.write_text(f'#!/bin/sh\nk=closed; ls "{keys}" >/dev/null 2>&1 && k=open; echo "$(id -u) $k" >> "{self.seen}"\nexec ffmpeg "$@"\n')
        self.ffmpeg.chmod(0o755)
        os.chmod(folder, 0o755)
        for path in (self.cache, self.seen):
            os.chown(path, UID, -1)
        # Only limits: within bubblewrap the script could not leave its note, and that bubblewrap keeps it from the keys is shown elsewhere.
        environment = os.environ | {"YUANJIAO_FFMPEG": str(self.ffmpeg), "YUANJIAO_CONFINE": "none", "YUANJIAO_LOG": "debug"}
        other = ["setpriv", f"--reuid={UID}", f"--regid={NOBODY.pw_gid}", "--clear-groups"] if NOBODY else []
        self._start = lambda connection, log: subprocess.Popen(
            [*other, str(yuanjiao), "work", "--folder", str(self.cache)], stdin=connection, stdout=connection, stderr=log, env=environment
        )
        self.workers: list[subprocess.Popen[bytes]] = []
        self.socket.unlink(missing_ok=True)
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(self.socket))
        self._listener.listen(16)
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                with connection, self.log.open("ab") as log:
                    self.workers.append(self._start(connection, log))

    def running(self) -> list[subprocess.Popen[bytes]]:
        return [worker for worker in self.workers if worker.poll() is None]

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for worker in self.running():
            worker.kill()
            worker.wait()


@pytest.fixture(scope="module")
def world(yuanjiao: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Network, Inetd]]:
    # Others must be able to walk to the socket and the program, and pytest's folders are its user's alone.
    folder = tmp_path_factory.mktemp("worker")
    network = Network(yuanjiao, folder / "network")
    shared = Path(tempfile.mkdtemp())
    inetd = Inetd(reachable(yuanjiao, shared), shared / "work", network.data() / "keys")
    # Transport streams, because they are the one step that reads a folder.
    settings = {"YUANJIAO_WORKER": str(inetd.socket), "YUANJIAO_TRANSPORT_STREAMS": "true"}
    try:
        with pytest.MonkeyPatch.context() as environment:
            for name, value in settings.items():
                environment.setenv(name, value)
            network.begin()
        network.programs["centre"].environment |= settings
        yield network, inetd
    finally:
        network.close()
        inetd.close()
        shutil.rmtree(shared)


def reachable(yuanjiao: Path, shared: Path) -> Path:
    """The program where another user can start it: as installed, with the libraries beside it."""
    os.chmod(shared, 0o755)
    if not NOBODY:
        return yuanjiao
    there = shared / "program"
    there.mkdir()
    told = subprocess.run(["ldd", yuanjiao], check=True, capture_output=True, text=True).stdout
    files = [yuanjiao, *yuanjiao.parent.glob("*.resources"), *{line.split()[2] for line in told.splitlines() if "swift/linux/" in line}]
    subprocess.run(["cp", "-rL", *map(str, files), there], check=True)
    return there / yuanjiao.name


def progress(editor: Visitor, path: str) -> dict:
    return editor.get(f"{path}/progress").json()


def test_programs_run_at_the_worker_as_another_user(world: tuple[Network, Inetd]) -> None:
    network, inetd = world
    line = network.programs["centre"].wait_for_log("run at the worker")
    assert f"user={UID}" in line and "confinement=none" in line, line
    editor = network.sign_in("editor")
    path = network.upload(editor, make_clip(network.folder / "果树冬剪.mp4", seconds=10))
    until(lambda: not progress(editor, path)["running"], 120, "The encoding")
    [(state, problem)] = network.query("SELECT state, problem FROM courseware")
    assert state == "ready", (problem, inetd.log.read_text())
    assert (network.data() / "keys").is_dir()
    seen = set(inetd.seen.read_text().splitlines())
    assert seen == {f"{UID} closed" if NOBODY else f"{UID} open"}
    until(lambda: not inetd.running(), 10, "Workers end with their runs")
    assert list(inetd.cache.iterdir()) == []
    assert not list((network.data() / "media").glob("*"))


def test_a_paper_is_printed_at_the_worker(world: tuple[Network, Inetd]) -> None:
    network, inetd = world
    before = len(inetd.workers)
    city = network.sign_in("city")
    ordered = city.get(f"/bulletins/{network.today()[:7]}/9901/draft.pdf")
    assert ordered.status == 303, ordered.text[:500]
    place = ordered.headers["Location"]
    until(lambda: city.get(f"{place}.pdf").status == 200 or "problem" in city.get(place).text, 120, "The draft is printed")
    answer = city.get(f"{place}.pdf")
    assert answer.status == 200 and answer.body.startswith(b"%PDF"), city.get(place).text[:2000] + inetd.log.read_text()
    assert len(inetd.workers) > before


def test_a_killed_worker_holds_the_film_up_and_no_more(world: tuple[Network, Inetd]) -> None:
    network, inetd = world
    editor = network.sign_in("editor")
    path = network.upload(editor, make_clip(network.folder / "长课.mp4", seconds=60))
    courseware = path.rsplit("/", 1)[1]

    def state() -> str:
        return network.query("SELECT state FROM courseware WHERE id = ?", courseware)[0][0]

    def waits() -> bool:
        for worker in inetd.running():
            worker.send_signal(signal.SIGKILL)
        return network.query("SELECT problem FROM job WHERE subject = ? AND state = 'ready'", courseware) == [("worker.away",)]

    until(lambda: len(inetd.running()) > 0, 30, "A worker is at work", every=0.01)
    until(waits, 60, "The film waits for another worker", every=0.05)
    assert "暂不可用" in editor.get(path).text and "socket" not in editor.get(path).text
    assert "The worker ended before its work was done" in network.programs["centre"].said()
    until(lambda: state() != "encoding", 180, "It goes on by itself")
    assert state() == "ready"
    until(lambda: not inetd.running(), 10, "Workers end with their runs")
    assert list(inetd.cache.iterdir()) == [], "What the killed one left is swept"


def test_a_centre_that_is_stopped_takes_the_workers_program_along(world: tuple[Network, Inetd]) -> None:
    network, inetd = world
    editor = network.sign_in("editor")
    network.upload(editor, make_clip(network.folder / "再一课.mp4", seconds=60))
    until(lambda: len(inetd.running()) > 0, 30, "A worker is at work", every=0.01)
    network.kill("centre")
    until(lambda: not inetd.running(), 30, "The worker ends when its centre is gone")
    assert list(inetd.cache.iterdir()) == []
    network.restart("centre")


def test_a_centre_demands_what_its_worker_must_have(world: tuple[Network, Inetd], yuanjiao: Path, tmp_path: Path) -> None:
    settings = {"YUANJIAO_WORKER": str(world[1].socket), "YUANJIAO_CONFINE": "bubblewrap"}
    with Program([yuanjiao, "centre", "--data", tmp_path / "centre", "--port", "0"], tmp_path / "centre.log", settings) as centre:
        assert centre.wait(60) != 0
    assert "The worker does not do `confine` = bubblewrap; there it is none" in centre.said()


@pytest.mark.parametrize("kind", ["missing", "nonsense"])
def test_a_centre_without_its_worker_does_not_start(yuanjiao: Path, tmp_path: Path, kind: str) -> None:
    place = tmp_path / "s"
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    if kind == "nonsense":
        listener.bind(str(place))
        listener.listen()
        threading.Thread(target=lambda: listener.accept()[0].sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n"), daemon=True).start()
    with listener:
        centre = Program([yuanjiao, "centre", "--data", tmp_path / "centre", "--port", "0"], tmp_path / "centre.log", {"YUANJIAO_WORKER": str(place)})
        with centre.start():
            assert centre.wait(60) != 0
    said, sentences = centre.said(), {
        "missing": f"No worker answers at {place} (No such file or directory): start yuanjiao-worker.socket",
        "nonsense": "let centre and worker be of one version",
    }
    assert "listening" not in said and sentences[kind] in said, said


def test_what_runs_where_is_said_at_the_start(yuanjiao: Path, tmp_path: Path) -> None:
    with Program([yuanjiao, "centre", "--data", tmp_path / "centre", "--port", "0"], tmp_path / "centre.log") as centre:
        centre.wait_for_log("weasyprint and rsvg-convert run under this program's own user")


def test_work_without_a_socket_says_what_it_is_for(yuanjiao: Path, tmp_path: Path) -> None:
    for folder, sentence in ((tmp_path, "serves the socket that is its standard input"), (tmp_path / "none", "needs a folder that is there")):
        run = subprocess.run([yuanjiao, "work", "--folder", folder], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60 * PATIENCE)
        assert run.returncode != 0 and sentence in run.stderr, run.stderr
