"""Real processes for tests: started with a log file, waited for over HTTP, ended by their id and never by name."""

from __future__ import annotations

import ctypes
import os
import secrets
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Mapping, Sequence

from support.patience import PATIENCE

# Whoever signs in here is a program without a telephone; tests about the second factor say so. Programs that are started inherit it.
os.environ.setdefault("YUANJIAO_SECOND_FACTOR", "offered")

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def _die_with_parent() -> None:
    """A test run that is killed takes its processes along."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def free_port() -> int:
    """The first of a few ports of the loopback interface that nobody had a moment ago; below those that the kernel gives to connections, so that none takes it meanwhile."""
    for _ in range(200):
        first = secrets.randbelow(16_000) + 16_000
        if all(_is_free(first + number) for number in range(4)):
            return first
    raise AssertionError("No free port")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


class NotReady(AssertionError):
    """A process ended or stayed silent before it answered; the message holds the end of its log."""


class Program:
    """One process, in a process group of its own, with everything it says in one file.

    It can be started again after it ended; the log goes on. As a context it is stopped at the end.
    """

    def __init__(
        self,
        command: Sequence[str | Path],
        log: Path,
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
    ):
        self.command = [str(part) for part in command]
        self.log = log
        self.environment = dict(environment or {})
        self.folder = folder
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> Program:
        assert not self.running, f"{self.command[0]} runs already"
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                env={**os.environ, **self.environment},
                process_group=0,
                preexec_fn=_die_with_parent,
            )
        return self

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def pid(self) -> int:
        assert self.process is not None, "the process was not started"
        return self.process.pid

    @property
    def status(self) -> int | None:
        """The exit status; minus the signal's number if a signal ended it; nothing while it runs."""
        return self.process.poll() if self.process else None

    def wait_for(self, url: str, seconds: float = 30, status: int = 200) -> float:
        """Waits until `url` answers with `status`; answers how many seconds that took."""
        began, seconds = time.monotonic(), seconds * PATIENCE
        last: object = "nothing"
        while time.monotonic() - began < seconds:
            if not self.running:
                raise NotReady(f"{self._name} ended with status {self.status} before {url} answered\n{self.tail()}")
            try:
                with urllib.request.urlopen(url, timeout=5 * PATIENCE) as answer:
                    last = answer.status
            except urllib.error.HTTPError as error:
                last = error.code
            except OSError as error:
                last = error
            if last == status:
                return time.monotonic() - began
            time.sleep(0.02)
        raise NotReady(f"{url} did not answer {status} within {seconds} s; the last answer was {last}\n{self.tail()}")

    def wait_for_log(self, text: str, seconds: float = 30) -> str:
        """Waits for a line of the log that holds `text`, and answers that line."""
        seconds *= PATIENCE
        deadline = time.monotonic() + seconds
        while True:
            for line in self.said().splitlines():
                if text in line:
                    return line
            if not self.running or time.monotonic() > deadline:
                raise NotReady(f"{self._name} did not say “{text}” within {seconds} s\n{self.tail()}")
            time.sleep(0.05)

    def wait(self, seconds: float = 30) -> int:
        """Waits for the end of its own accord; answers the exit status."""
        assert self.process is not None, "the process was not started"
        return self.process.wait(seconds * PATIENCE)

    def stop(self, seconds: float = 10) -> int | None:
        """Asks with SIGTERM; ends with SIGKILL what has not ended in time. Answers the exit status."""
        if self.running:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(seconds * PATIENCE)
            except subprocess.TimeoutExpired:
                pass
        self._end_group()
        return self.status

    def kill(self) -> None:
        """SIGKILL, as a power cut does it: to the process alone, what it started is left to itself."""
        if self.running:
            self.process.kill()
            self.process.wait()

    def pause(self) -> None:
        """Halts it with SIGSTOP, as a line that is cut without a word."""
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def said(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def tail(self, lines: int = 30) -> str:
        return "\n".join(self.said().splitlines()[-lines:])

    def resident_bytes(self) -> int:
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        raise NotReady(f"{self._name} has no memory to measure")

    @property
    def _name(self) -> str:
        return " ".join(self.command[:2])

    def _end_group(self) -> None:
        """Nothing that it started in its group outlives it."""
        if self.process is None:
            return
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()

    def __enter__(self) -> Program:
        return self if self.process else self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()
