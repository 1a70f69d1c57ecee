"""What lies on a disk is known, not believed: short, changed and missing bytes are thrown away, fetched again and said, and the centre hears no story about it."""

from __future__ import annotations

import hashlib
import http.client
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Iterator

import pytest

from support.network import SITES, Network, ask, make_clip, until
from support.signing import OwnNode


@dataclass
class World:
    network: Network
    courseware: str
    manifest: dict
    pieces: list[dict]
    content: bytes

    def file(self, node: str, sha256: str) -> Path:
        return self.network.data(node) / "blobs" / sha256[:2] / sha256

    def played(self, node: str) -> bytes:
        """What a player is given; cut where the connection ended."""
        try:
            answer = ask(self.network.address(node), "GET", f"/tv/media/{self.courseware}/{self.rendition['file']}")
        except http.client.IncompleteRead as cut:
            return cut.partial
        return answer.body if answer.status == 200 else b""

    @property
    def rendition(self) -> dict:
        return next(one for one in self.manifest["renditions"] if one["name"] == "480p")

    def told(self) -> list[tuple]:
        return self.network.query("SELECT node, state, revision FROM holding ORDER BY node")

    def is_sound(self, node: str, sha256: str) -> bool:
        file = self.file(node, sha256)
        return file.is_file() and not file.is_symlink() and hashlib.sha256(file.read_bytes()).hexdigest() == sha256


@pytest.fixture(scope="module")
def world(yuanjiao: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    network = Network(yuanjiao, tmp_path_factory.mktemp("damaged"))
    try:
        network.begin().begin_nodes()
        editor = network.sign_in("editor")
        path = network.upload(editor, make_clip(network.folder / "lesson.mp4", seconds=20))
        network.publish(editor, path, "果树冬剪")
        courseware = path.rsplit("/", 1)[1]
        for name in ("terminal-1", "terminal-2"):
            network.wait_until_listed(courseware, name)
        [(name,)] = network.query("SELECT manifest_hash FROM courseware WHERE id = ?", courseware)
        manifest = json.loads((network.data() / "blobs" / name[:2] / name).read_bytes())
        made = World(network, courseware, manifest, [], b"")
        made.pieces = [file for file in made.rendition["files"] if file["path"] != made.rendition["playlist"]]
        made.content = made.played("terminal-1")
        assert len(made.content) == sum(piece["length"] for piece in made.pieces)
        until(lambda: [state for _, state, _ in made.told()] == ["complete"] * 3, 120, "The centre knows that all have it")
        yield made
    finally:
        network.close()


def cut(file: Path) -> None:
    with file.open("r+b") as opened:
        opened.truncate(1000)


def empty(file: Path) -> None:
    file.write_bytes(b"")


def change(file: Path) -> None:
    bytes_ = bytearray(file.read_bytes())
    bytes_[len(bytes_) // 2] ^= 1
    file.write_bytes(bytes_)


def foreign(file: Path) -> None:
    """Another film's bytes, of the same length."""
    file.write_bytes(hashlib.shake_256(b"a film that nobody published").digest(file.stat().st_size))


def link(file: Path) -> None:
    """To the same length of other bytes, in a place that is not ours."""
    elsewhere = file.parent.parent.parent / "elsewhere"
    elsewhere.write_bytes(bytes(file.stat().st_size))
    file.unlink()
    file.symlink_to(elsewhere)


def pipe(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


HARMS = [cut, empty, Path.unlink, change, foreign, link, pipe]


@pytest.mark.parametrize("harm", HARMS, ids=lambda harm: harm.__name__)
def test_a_terminal_heals_itself(world: World, harm: Callable[[Path], None]) -> None:
    """Asked again and again, as a page does, it answers with the whole lesson or with nothing, and makes no fact."""
    # From a disk that goes on losing things they are fetched ever more rarely; a start begins anew.
    world.network.kill("terminal-1")
    world.network.restart("terminal-1")
    until(lambda: world.played("terminal-1") == world.content, 60, "The lesson is played")
    before, piece = world.told(), world.pieces[-1]["sha256"]
    harm(world.file("terminal-1", piece))
    for _ in range(20):
        assert world.content.startswith(world.played("terminal-1")), "A byte was shown that nobody published"
    until(lambda: world.is_sound("terminal-1", piece) and world.played("terminal-1") == world.content, 120, "The terminal has the lesson whole again")
    network = world.network
    assert [item["id"] for item in network.listed("terminal-1")] == [world.courseware]
    if harm is not Path.unlink:
        network.programs["terminal-1"].wait_for_log("thrown away and fetched again")
    until(lambda: "yuanjiao_facts_waiting 0" in ask(network.address("terminal-1"), "GET", "/metrics").text, 60, "All facts are told")
    assert world.told() == before


@pytest.mark.parametrize("harm", HARMS, ids=lambda harm: harm.__name__)
def test_an_edge_heals_itself(world: World, harm: Callable[[Path], None]) -> None:
    before, piece = world.told(), world.pieces[0]["sha256"]
    harm(world.file("edge", piece))
    # After a start the lengths are looked at; changed content is found by reading, some seconds later.
    world.network.kill("edge")
    world.network.restart("edge")
    until(lambda: world.is_sound("edge", piece), 120, "The edge has the piece again")
    assert world.told() == before


@pytest.mark.parametrize("harm", [cut, change, foreign, link, pipe], ids=lambda harm: harm.__name__)
def test_an_edge_hands_on_no_other_byte(world: World, own: OwnNode, harm: Callable[[Path], None]) -> None:
    """Without a start in between; whoever asks gets the right bytes or none, and then the right ones again."""
    piece = world.pieces[-1]
    right = world.content[-piece["length"] :]
    path = f"/api/v1/blobs/{piece['sha256']}"
    # So that it is read from the disk: the edge keeps in memory what it gave out last.
    world.network.kill("edge")
    world.network.restart("edge")
    harm(world.file("edge", piece["sha256"]))
    for _ in range(5):
        answer = own.get(path)
        assert answer.status in (403, 404) or answer.body == right, f"{answer.status}: {len(answer.body)} bytes"
    until(lambda: world.is_sound("edge", piece["sha256"]) and own.get(path).body == right, 120, "The edge has the piece again")


@pytest.fixture(scope="module")
def own(world: World) -> OwnNode:
    return OwnNode(world.network.address("edge")).enrol(world.network.terminal_claim(SITES[2].terminal, world.network.address("edge")))
