"""What the demo itself promises: its options, its processes, its end. It has a city of its own, because it ends it."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path
from typing import Iterator

import pytest

from support.demo import Demo
from support.network import Visitor, ask, until
from support.processes import Program, free_port

BULLETIN = "/bulletins/2011-03/9901"


@pytest.fixture(scope="module")
def own(yuanjiao: Path, seeded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    made = Demo.of(yuanjiao, tmp_path_factory.mktemp("own-demo"), "--no-lesson", seeded=seeded)
    try:
        made.start()
        yield made
    finally:
        made.program.stop(20)


def test_a_program_that_dies_is_started_again(own: Demo) -> None:
    assert len(own.processes()) == 5, "The demo, a centre, an edge, two terminals"
    for kind in ("centre", "edge", "terminal"):
        [victim, *_] = [number for number, line in own.processes().items() if f" {kind} " in line]
        os.kill(victim, signal.SIGKILL)
        until(lambda: victim not in own.processes() and len(own.processes()) == 5, 20, f"The {kind} is started again")
    until(lambda: reached(own.address) == 200, 20, "The centre answers at its address again")


def test_ctrl_c_ends_everything(own: Demo) -> None:
    assert own.end() == 0, own.program.tail(2)
    assert own.processes() == {} and "Everything has ended." in own.program.said()


def test_a_later_start_finds_everything_again_at_the_ports_that_were_asked_for(own: Demo) -> None:
    logins, port = own.passwords, free_port()
    command = own.program.command
    own.program.command = [*command, "--port", str(port)]
    print(f"later start: {own.start(60):.1f} s")
    own.program.command = command
    assert own.address == f"http://127.0.0.1:{port}" and own.passwords == logins
    for number in range(4):
        assert reached(f"http://127.0.0.1:{port + number}") == 200
    assert totals(own) == (3221, 1342)
    assert own.end() == 0 and own.processes() == {}


def test_reset_begins_anew(own: Demo) -> None:
    logins, command = own.passwords, own.program.command
    own.program.command = [*command, "--reset"]
    own.start()
    own.program.command = command
    assert set(own.passwords) == set(logins) and not set(own.passwords.values()) & set(logins.values()), "Logins are made anew"
    assert totals(own) == (3221, 1342)
    assert own.end() == 0


def test_its_sample_lesson_is_uploaded_filled_in_and_published(own: Demo) -> None:
    """By the same pages that people use: a form that is declared otherwise must not stop it."""
    own.program.command = [part for part in own.program.command if part != "--no-lesson"]
    own.start(60)
    until(lambda: "sample lesson" in own.program.said(), 600, "It says what became of the sample lesson")
    assert "A sample lesson is published" in own.program.said(), own.program.tail(3)
    assert own.end() == 0


@pytest.mark.parametrize("options", [[], ["--reset"]])
def test_a_folder_of_somebody_else_is_left_alone(yuanjiao: Path, tmp_path: Path, options: list[str]) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    (folder / "spring.jpg").write_bytes(b"kept")
    program = Program([yuanjiao, "demo", "--data", folder, *options], tmp_path / "log").start()
    assert program.wait(20) != 0
    assert "choose an empty folder with --data" in program.said()
    assert [file.name for file in folder.iterdir()] == ["spring.jpg"]


def reached(address: str) -> int:
    try:
        return ask(address, "GET", "/health").status
    except OSError:
        return 0


def totals(demo: Demo) -> tuple[int, int]:
    total = json.loads(Visitor(demo.address, "city", demo.passwords["city"]).get(f"{BULLETIN}.json").body)["total"]
    return total["registered"], total["switched_on"]
