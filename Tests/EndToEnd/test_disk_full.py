"""A full disk at the centre, at an edge and at a terminal: each says so, goes on serving what it has, and recovers by itself when there is room again.

Each data folder lies on a small volume of its own. Mounting one takes rights; without them the same tests run in a namespace in which we have them.
"""

from __future__ import annotations

import errno
import json
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Iterator

import pytest

from support.ledger import FactMaker, Ledger, Player
from support.network import SITES, Answer, Network, Visitor, ask, make_clip, until
from support.patience import PATIENCE
from support.signing import OwnNode

MIB = 1 << 20
SENTENCE = re.compile(r"[\u4e00-\u9fff]{4,}|(\w+\W+){2,}\w+")
_INSIDE = "YUANJIAO_MOUNT_NAMESPACE"


class Volume:
    """A small file system in memory on a folder."""

    def __init__(self, folder: Path, mebibytes: int):
        self.folder = folder
        folder.mkdir(parents=True)
        mount = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={mebibytes}m,mode=755", "yuanjiao-test", folder], capture_output=True, text=True)
        if mount.returncode:
            raise PermissionError(f"No small volume could be mounted: {mount.stderr.strip()}")

    @property
    def filler(self) -> Path:
        return self.folder / "filler"

    def free(self) -> int:
        status = os.statvfs(self.folder)
        return status.f_bavail * status.f_frsize

    def fill(self) -> None:
        """To the last byte."""
        with self.filler.open("ab", buffering=0) as output:
            for size in (MIB, 4096, 1):
                try:
                    while True:
                        output.write(bytes(size))
                except OSError as error:
                    assert error.errno == errno.ENOSPC
        assert self.free() == 0

    def empty(self) -> None:
        self.filler.unlink(missing_ok=True)

    def close(self) -> None:
        subprocess.run(["umount", "--lazy", self.folder], check=True)


def may_mount() -> bool:
    with tempfile.TemporaryDirectory() as folder:
        try:
            Volume(Path(folder) / "volume", 1).close()
            return True
        except (PermissionError, FileNotFoundError):
            return False


MAY_MOUNT = may_mount()


@dataclass
class World:
    network: Network
    ledger: Ledger
    editor: Visitor
    officer: Visitor
    volumes: dict[str, Volume]
    # At home in the third and the fourth site; the second speaks to the edge.
    boxes: dict[str, OwnNode] = field(default_factory=dict)
    makers: dict[str, FactMaker] = field(default_factory=dict)
    lesson: str = ""
    encoding: str = ""
    refused: dict[str, list[dict]] = field(default_factory=dict)

    def send(self, to: str, facts: list[dict]) -> Answer:
        self.ledger.send(facts)
        answer = self.boxes[to].post(json.dumps({"batch": f"b-{self.makers[to].count}", "facts": facts}).encode())
        if answer.status == 200:
            self.ledger.acknowledge({one["id"]: one["verdict"] for one in answer.json()["verdicts"]})
        return answer

    def send_until_refused(self, to: str) -> None:
        """The file of a database has some room inside it: a full disk is felt after a few batches."""
        for size in (100, 1):
            for _ in range(400):
                facts = self.makers[to].make(size)
                answer = self.send(to, facts)
                if answer.status != 200:
                    self.refused.setdefault(to, []).extend(facts)
                    break
        told = problem(answer)
        assert answer.status in (503, 507), f"{answer.status}: {answer.text}"
        assert SENTENCE.search(told["title"]) and answer.headers["Retry-After"], f"{told}, {answer.headers}"
        assert self.send(to, facts).status in (503, 507), "A repetition is answered otherwise"

    def state(self, courseware: str) -> str:
        [(found,)] = self.network.query("SELECT state FROM courseware WHERE id = ?", courseware)
        return found


def problem(answer: Answer) -> dict:
    assert answer.headers["Content-Type"] == "application/problem+json", f"{answer.status} {answer.headers['Content-Type']}: {answer.text[:300]}"
    return answer.json()


@pytest.fixture(scope="module")
def world(yuanjiao: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A centre that keeps 8 MiB free, an edge and a terminal on volumes of their own, and one lesson on the screen."""
    folder = tmp_path_factory.mktemp("disk-full")
    network = Network(yuanjiao, folder)
    volumes: dict[str, Volume] = {}
    ledger = Ledger(folder / "ledger.ndjson")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("YUANJIAO_RESERVE_MB", "8")
        try:
            for name, mebibytes in (("centre", 96), ("edge", 64), ("terminal-1", 64)):
                volumes[name] = Volume(folder / name, mebibytes)
            network.begin().begin_nodes()
            made = World(network, ledger, network.sign_in("editor"), network.sign_in("city"), volumes)
            for to, site, address in (("centre", SITES[3], network.address()), ("edge", SITES[2], network.address("edge"))):
                made.boxes[to] = OwnNode(address).enrol(network.terminal_claim(site.terminal, address))
                made.makers[to] = FactMaker(site.terminal, seed=len(to))
                assert made.send(to, made.makers[to].make(20)).status == 200
            path = network.upload(made.editor, make_clip(folder / "lesson.mp4", seconds=8, size="320x180"))
            network.publish(made.editor, path, "果树冬剪")
            made.lesson = path.rsplit("/", 1)[1]
            network.wait_until_listed(made.lesson)
            yield made
        finally:
            network.close()
            ledger.close()
            for volume in volumes.values():
                volume.close()


def quiet_upload(world: World, clip: Path) -> Answer:
    """As Network.upload, with whatever answer comes."""
    token = re.search(r'data-csrf="([0-9a-f]+)"', world.editor.get("/courseware/new").text)
    headers = {"Cookie": world.editor.cookie, "X-CSRF": token[1], "X-Upload-Name": clip.name, "Content-Type": "application/octet-stream"}
    return ask(world.network.address(), "POST", "/courseware/uploads", clip.read_bytes(), headers | {"Accept-Language": "zh-CN"})


class TestDiskFull:
    __test__ = MAY_MOUNT

    # The centre

    def test_a_full_centre_refuses_facts_with_a_sentence(self, world: World) -> None:
        """An encoding is under way when the disk becomes full."""
        network = world.network
        world.encoding = network.upload(world.editor, make_clip(network.folder / "long.mp4", seconds=30)).rsplit("/", 1)[1]
        until(lambda: list((network.data() / "media").glob("*/*/*.part")), 20, "The encoding is under way", every=0.02)
        world.volumes["centre"].fill()
        world.send_until_refused("centre")

    def test_a_full_centre_goes_on_serving(self, world: World) -> None:
        network = world.network
        assert ask(network.address(), "GET", "/health").status == 200
        assert ask(network.address(), "GET", "/metrics").status == 200
        month = network.today()[:7]
        for path in ("/areas/9901", f"/bulletins/{month}/9901", "/bulletins/2011-03/9901", f"/sites/{SITES[0].code}"):
            answer = world.officer.get(path)
            assert answer.status == 200, f"{path}: {answer.status} {answer.text[:300]}"
        assert ask(network.address(), "GET", "/api/v1/metadata/timestamp.json").status == 200
        box = world.boxes["centre"]
        [(blob,)] = network.query("SELECT manifest_hash FROM courseware WHERE id = ?", world.lesson)
        assert box.get(f"/api/v1/blobs/{blob}").status == 200

    def test_a_full_centre_says_so_to_people(self, world: World) -> None:
        """Forms and sign-in get a sentence and not a stack of words about a defect."""
        network = world.network
        path = f"/courseware/{world.lesson}"
        changed = world.editor.submit(path, title="新名" * 40, category="practical_skills")
        assert changed.status in (303, 503, 507), f"{changed.status}: {changed.text[:500]}"
        form = f"login=city&password={network.passwords['city']}&next=/".encode()
        entered = ask(network.address(), "POST", "/sign-in", form, {"Content-Type": "application/x-www-form-urlencoded"})
        assert entered.status in (303, 503, 507), f"{entered.status}: {entered.text[:500]}"
        for answer in (changed, entered):
            assert answer.status == 303 or "磁盘" in answer.text or "disk" in answer.text, answer.text

    def test_a_full_centre_refuses_an_upload(self, world: World) -> None:
        network = world.network
        world.volumes["centre"].fill()
        answer = quiet_upload(world, network.folder / "lesson.mp4")
        assert answer.status == 507, f"{answer.status}: {answer.text}"
        assert SENTENCE.search(problem(answer)["title"]), answer.text
        assert list((network.data() / "uploads").glob("*")) == []

    def test_a_full_disk_does_not_fail_an_encoding(self, world: World) -> None:
        world.network.programs["centre"].wait_for_log("job goes back to the queue", 60)
        time.sleep(1)
        assert world.state(world.encoding) == "encoding"
        assert world.editor.get(f"/courseware/{world.encoding}").status == 200

    def test_a_centre_with_room_again_takes_the_same_facts(self, world: World) -> None:
        network = world.network
        process = network.programs["centre"].pid
        world.volumes["centre"].empty()
        answer = until(lambda: (got := world.send("centre", world.refused["centre"])).status == 200 and got, 15, "The facts are taken")
        assert {one["verdict"] for one in answer.json()["verdicts"]} <= {"stored", "duplicate"}
        assert quiet_upload(world, network.folder / "lesson.mp4").status == 201
        began = time.monotonic()
        until(lambda: world.state(world.encoding) != "encoding", 120, "The encoding goes on")
        print(f"encoded {time.monotonic() - began:.1f} s after there was room")
        assert world.state(world.encoding) == "ready", network.query("SELECT state, problem FROM courseware")
        assert network.programs["centre"].running and network.programs["centre"].pid == process

    # The edge

    def test_a_full_edge_refuses_facts_and_goes_on_serving(self, world: World) -> None:
        network = world.network
        world.volumes["edge"].fill()
        world.send_until_refused("edge")
        for path in ("/health", "/metrics", "/api/v1/metadata/timestamp.json"):
            served(network, "edge", path)
        [(blob,)] = network.query("SELECT manifest_hash FROM courseware WHERE id = ?", world.lesson)
        assert world.boxes["edge"].get(f"/api/v1/blobs/{blob}").status == 200
        network.publish(world.editor, f"/courseware/{world.encoding}", "剪枝")
        time.sleep(3)
        assert listed(network) == [world.lesson], "A lesson came through a full edge"

    def test_an_edge_with_room_again_carries_everything(self, world: World) -> None:
        network = world.network
        process = network.programs["edge"].pid
        world.volumes["edge"].empty()
        until(lambda: world.send("edge", world.refused["edge"]).status == 200, 15, "The facts are taken")
        until(lambda: world.encoding in listed(network), 60, "The lesson is listed")
        assert network.programs["edge"].running and network.programs["edge"].pid == process

    # The terminal

    def test_a_full_terminal_plays_on_and_refuses_what_it_cannot_note(self, world: World) -> None:
        network = world.network
        world.volumes["terminal-1"].fill()
        address = network.address("terminal-1")
        for number in range(400):
            body = {"play": f"full-{number}", "courseware": world.lesson, "mode": "demand", "intervals": [interval(number)], "ended": True}
            answer = ask(address, "POST", "/tv/plays", json.dumps(body).encode(), {"Content-Type": "application/json"})
            if answer.status != 200:
                break
        assert answer.status in (503, 507) and SENTENCE.search(problem(answer)["title"]), f"{answer.status}: {answer.text}"
        world.refused["terminal-1"] = [body]
        assert listed(network) == [world.encoding, world.lesson]
        items = served(network, "terminal-1", "/tv/list.json").json()["items"]
        for path in ("/health", "/tv", *(source["src"] for item in items for source in item["sources"])):
            served(network, "terminal-1", path)

    def test_a_terminal_with_room_again_notes_everything(self, world: World) -> None:
        network, [body] = world.network, world.refused["terminal-1"]
        process = network.programs["terminal-1"].pid
        world.volumes["terminal-1"].empty()

        def told() -> bool:
            return ask(network.address("terminal-1"), "POST", "/tv/plays", json.dumps(body).encode(), {"Content-Type": "application/json"}).status == 200

        until(told, 15, "The play is noted")
        wanted = {interval(number)["at"] for number in range(int(body["play"].split("-")[1]) + 1)}
        until(lambda: wanted <= {at for at, _, _ in Player.at_centre(network, SITES[0].terminal)}, 60, "Every play that was taken is at the centre")
        starts = [at for at, _, _ in Player.at_centre(network, SITES[0].terminal)]
        assert sorted(starts) == sorted(wanted), "A play is counted twice, or one that was not taken is counted"
        assert network.programs["terminal-1"].running and network.programs["terminal-1"].pid == process

    # After all

    def test_nothing_acknowledged_is_lost(self, world: World) -> None:
        network = world.network
        wanted = world.ledger.facts(acknowledged=True)
        assert set(world.ledger.acknowledged) == set(world.ledger.sent)

        until(lambda: metric(network, "edge", "facts_relayed_pending") == 0, 60, "The edge has carried everything up")
        assert wanted.minutes
        world.ledger.check(network)

    def test_the_databases_are_sound(self, world: World) -> None:
        network = world.network
        for name in ("terminal-1", "edge", "centre"):
            assert network.programs[name].stop() == 0, network.programs[name].tail()
            [file] = network.data(name).glob("*.sqlite")
            with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
                assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)], name


class TestDiskFullInNamespace:
    """Where nothing may be mounted: the tests above, in a namespace of users and mounts."""

    __test__ = not MAY_MOUNT

    def test_in_a_namespace_of_our_own(self, yuanjiao: Path, tmp_path: Path) -> None:
        assert _INSIDE not in os.environ, "Small volumes cannot be mounted here, not in a namespace of our own either: run as root or allow user namespaces"
        command = ["unshare", "--user", "--map-root-user", "--mount", sys.executable, "-m", "pytest", "-q", __file__, f"--basetemp={tmp_path / 'inside'}"]
        environment = {**os.environ, _INSIDE: "1", "YUANJIAO_BIN": str(yuanjiao)}
        environment.pop("YUANJIAO_TEST_FILTER", None)
        run = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=Path(__file__).parents[1], timeout=400 * PATIENCE, stdin=subprocess.DEVNULL)
        assert run.returncode == 0, run.stdout + run.stderr


def served(network: Network, name: str, path: str) -> Answer:
    answer = ask(network.address(name), "GET", path)
    assert answer.status == 200, f"{path} at {name}: {answer.status} {answer.text[:300]}"
    return answer


def listed(network: Network) -> list[str]:
    return [item["id"] for item in served(network, "terminal-1", "/tv/list.json").json()["items"]]


_BEGAN = int(time.time() * 1000) - 3_600_000


def interval(number: int) -> dict:
    return {"at": _BEGAN + number * 4000, "from": 0, "until": 3000, "rate": 1000}


def metric(network: Network, name: str, figure: str) -> int:
    return int(re.search(rf"^yuanjiao_{figure} (\d+)$", served(network, name, "/metrics").text, re.MULTILINE)[1])
