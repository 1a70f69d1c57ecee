"""The harness itself: a process is started, heard, killed, started again, and nothing of it is left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from support.processes import NotReady, Program, free_port


def server(port: int, folder: Path) -> list[str]:
    return [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1", "--directory", str(folder)]


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def ends(pid: int) -> bool:
    """A process that was sent SIGKILL needs a moment."""
    for _ in range(100):
        if not alive(pid):
            return True
        time.sleep(0.05)
    return False


def test_a_killed_program_starts_again_and_its_log_goes_on(launch, tmp_path):
    port = free_port()
    program = launch("server", server(port, tmp_path))
    program.wait_for(f"http://127.0.0.1:{port}/")
    program.kill()
    assert program.status == -signal.SIGKILL
    program.start()
    program.wait_for(f"http://127.0.0.1:{port}/")
    assert program.said().count('"GET / HTTP/1.1" 200') == 2
    assert program.resident_bytes() > 1_000_000


def test_stop_ends_what_the_program_started(tmp_path):
    program = Program(["sh", "-c", "sleep 300 & echo child $!; wait"], tmp_path / "log").start()
    child = int(program.wait_for_log("child").split()[1])
    assert alive(child)
    program.stop()
    assert not program.running and ends(child)


def test_a_program_that_hears_no_sigterm_is_killed(tmp_path):
    program = Program(["sh", "-c", "trap '' TERM; echo ready; while :; do sleep 0.1; done"], tmp_path / "log").start()
    program.wait_for_log("ready")
    assert program.stop(seconds=0.3) == -signal.SIGKILL


def test_a_program_that_ends_early_is_said_with_its_log(tmp_path):
    program = Program(["sh", "-c", "echo no such option; exit 64"], tmp_path / "log").start()
    with pytest.raises(NotReady, match="status 64(.|\n)*no such option"):
        program.wait_for(f"http://127.0.0.1:{free_port()}/")


def test_a_killed_test_run_leaves_no_program_behind(tmp_path):
    script = (
        "import time; from pathlib import Path; from support.processes import Program\n"
        f"print(Program(['sleep', '300'], Path({str(tmp_path / 'log')!r})).start().pid, flush=True); time.sleep(300)"
    )
    run = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, cwd=Path(__file__).parents[1], env={**os.environ, "PYTHONPATH": "."})
    child = int(run.stdout.readline())
    assert alive(child)
    run.kill()
    run.wait()
    assert ends(child)
