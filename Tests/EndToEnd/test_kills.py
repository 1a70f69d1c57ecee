"""`kill -9` of centre, edge, terminal and ffmpeg in every step of the flow, with facts going up all the time.

`YUANJIAO_KILL_ROUNDS=100` is the long form; one round hits every step five times.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import re
import signal
import sqlite3
import threading
import time
import urllib.parse
from collections import Counter
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable, Iterator

import pytest

from support.ledger import MONTH, FactMaker, Ledger, Player, Sender
from support.network import SITES, Network, Visitor, ask, make_clip, until
from support.patience import PATIENCE
from support.signing import OwnNode

ROUNDS = int(os.environ.get("YUANJIAO_KILL_ROUNDS", "1"))
NODES = ("terminal-1", "terminal-2")
STEPS = ("upload", "encoding", "publishing", "edge fetches", "terminal fetches", "playing", "facts going up")


@dataclass
class World:
    network: Network
    ledger: Ledger
    folder: Path
    chance: random.Random = field(default_factory=lambda: random.Random(20110305))
    senders: list[Sender] = field(default_factory=list)
    # What is on the air, and its manifest.
    courseware: str = ""
    editor: Visitor | None = None
    reviewer: Visitor | None = None

    def hit(self, step: str, victim: str, was: Callable[[], object] = lambda: "") -> None:
        """Kills a process, notes where it stood, and starts it again."""
        self.network.kill(victim)
        standing = was()
        began = time.monotonic()
        self.network.restart(victim)
        took = time.monotonic() - began
        health = ask(self.network.address(victim), "GET", "/health")
        assert health.status == 200
        self.ledger.hit(step, victim, was=standing, healthy_after=round(took, 3))
        for name in NODES:
            if self.network.programs[name].running:
                check_shelf(self.network, name)

    def hits(self, step: str) -> int:
        return sum(1 for hit in self.ledger.hits if hit["step"] == step)


@pytest.fixture(scope="module")
def world(yuanjiao: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    network = Network(yuanjiao, tmp_path_factory.mktemp("kills"))
    ledger = Ledger(network.folder / "ledger.ndjson")
    made = World(network, ledger, network.folder)
    try:
        network.begin().begin_nodes()
        made.editor, made.reviewer = network.sign_in("editor"), network.sign_in("reviewer")
        edge = OwnNode(network.address()).enrol(network.edge_claim("own-edge", "990102"))
        box = OwnNode(network.address("edge")).enrol(network.terminal_claim(SITES[2].terminal, network.address("edge")))
        made.senders = [
            Sender(ledger, edge, FactMaker(SITES[3].terminal, seed=1)),
            Sender(ledger, box, FactMaker(SITES[2].terminal, seed=2), batch=5),
        ]
        for sender in made.senders:
            sender.start()
        yield made
    finally:
        for sender in made.senders:
            sender.abandon()
        network.close()
        ledger.close()


@pytest.fixture(params=range(ROUNDS), scope="module", ids=lambda number: f"round-{number + 1}")
def number(request: pytest.FixtureRequest) -> int:
    return request.param


# The steps of one round


def test_upload(world: World, number: int) -> None:
    """The centre dies while a film comes in: nothing of it is left. Edge and terminal die: the upload does not notice."""
    network, clip = world.network, make_round_clip(world, number)
    uploads, before = network.data() / "uploads", network.query("SELECT count(*) FROM courseware")

    def arrived() -> int:
        return sum(file.stat().st_size for file in uploads.glob("*.part"))

    for _ in range(3):
        with closing(begun_upload(world, clip)) as connection:
            until(arrived, 10, "The upload is on its way", every=0.02)
            time.sleep(world.chance.uniform(0, 0.05))
            world.hit("upload", "centre", lambda: f"{arrived()} of {clip.stat().st_size} bytes")
            with pytest.raises((OSError, http.client.HTTPException)):
                connection.send(b"x" * 65_536)
                connection.getresponse()
        assert list(uploads.glob("*")) == [], "A part of the upload is left"
        assert network.query("SELECT count(*) FROM courseware") == before
    with closing(begun_upload(world, clip)) as connection:
        for victim in ("edge", "terminal-1"):
            world.hit("upload", victim, lambda: f"{arrived()} of {clip.stat().st_size} bytes")
        connection.send(clip.read_bytes()[clip.stat().st_size // 2 :])
        answer = connection.getresponse()
        assert answer.status == 201
        world.courseware = json.loads(answer.read())["id"]


def test_encoding(world: World, number: int) -> None:
    """ffmpeg dies: the editor is told and tries again. The centre dies: ffmpeg goes with it, and the job goes on by itself."""
    path = f"/courseware/{world.courseware}"
    for victim in ("ffmpeg", "centre", "edge", "terminal-2", "ffmpeg"):
        child = until(lambda: ffmpeg(world.network), 15, "ffmpeg encodes", every=0.02)
        time.sleep(world.chance.uniform(0, 0.2))
        if victim == "ffmpeg":
            standing = kill_ffmpeg(world)
            world.ledger.hit("encoding", victim, was=standing)
            assert state(world) == "failed"
            assert f'action="{path}/retry"' in world.editor.get(path).text, "There is no way to try again"
            assert world.editor.post(f"{path}/retry", world.editor.token(path)).status == 303
        else:
            world.hit("encoding", victim, lambda: progress(world))
        if victim == "centre":
            until(lambda: not Path(f"/proc/{child}").exists(), 5, "ffmpeg goes with the centre", every=0.02)
    until(lambda: state(world) != "encoding", 90, "The encoding ends")
    assert state(world) == "ready", world.network.query("SELECT state, problem FROM courseware WHERE id = ?", world.courseware)
    until(lambda: not list((world.network.data() / "media").glob("*")), 5, "The working folder goes")


def test_publishing(world: World, number: int) -> None:
    """Whoever dies at any moment of it: published or not, never half, and the catalogue verifies."""
    path, edge = f"/courseware/{world.courseware}", world.network.programs["edge"]
    assert world.editor.submit(path, title=f"果树冬剪 {number + 1}", category="practical_skills").status == 303
    for turn, victim in enumerate(("centre", "edge", "centre", "terminal-1", "centre")):
        if turn:
            assert world.editor.post(f"{path}/withdraw", world.editor.token(path)).status == 303
        if turn == 4:
            # All nodes are away, so that their fetching begins when somebody looks.
            until(lambda: not blobs_of_lesson(world) & stored(world.network, "edge"), 20, "The edge removes what was withdrawn")
            world.network.kill("edge", *NODES)
        assert world.editor.post(f"{path}/publish", world.editor.token(path)).status == 303
        asked = threading.Thread(target=quietly, args=(lambda: world.network.approve(path, world.reviewer),), daemon=True)
        asked.start()
        time.sleep(world.chance.uniform(0, 0.03))
        world.hit("publishing", victim, lambda: state(world))
        asked.join(10)
        if state(world) != "published":
            assert world.network.approve(path, world.reviewer) == 303
        assert state(world) == "published"
        check_catalogue(world.network)
    assert not edge.running


def test_edge_fetches(world: World, number: int) -> None:
    """Edge and centre die while the edge fetches; it goes on where it was."""
    network, lesson = world.network, blobs_of_lesson(world)
    network.programs["edge"].start()
    have = 0

    def fetched() -> int:
        return len(lesson & stored(network, "edge"))

    for victim in ("edge", "centre", "edge", "centre", "edge"):
        until(lambda: fetched() > have or fetched() == len(lesson), 30, "The edge fetches", every=0.002)
        world.hit("edge fetches", victim, lambda: f"{fetched()} of {len(lesson)} blobs")
        have = fetched()
    until(lambda: fetched() == len(lesson), 60, "The edge has everything")


def test_terminal_fetches(world: World, number: int) -> None:
    """Whoever dies while a terminal fetches: the lesson is listed when it is whole, and not before."""
    network, lesson = world.network, blobs_of_lesson(world)
    network.programs["terminal-1"].start()
    have = 0

    def fetched() -> int:
        return len(lesson & stored(network, "terminal-1"))

    for victim in ("terminal-1", "edge", "terminal-1", "centre", "terminal-1"):
        until(lambda: fetched() > have or listed(network, "terminal-1", world.courseware), 30, "The terminal fetches", every=0.002)
        world.hit("terminal fetches", victim, lambda: f"{fetched()} of {len(lesson)} blobs")
        have = fetched()
    network.restart("terminal-2")
    for name in NODES:
        network.wait_until_listed(world.courseware, name, 60)
        check_shelf(network, name)


def test_playing(world: World, number: int) -> None:
    """Whoever dies between the beats and while a terminal is told of plays: each play that it took is at the centre once."""
    network = world.network
    with Player(network.address("terminal-1"), world.courseware) as player:
        for victim in ("terminal-1", "edge", "terminal-1", "centre", "terminal-1"):
            taken = len(player.stored)
            until(lambda: len(player.stored) > taken, 10, "Plays are told", every=0.02)
            time.sleep(world.chance.uniform(0, 0.3))
            world.hit("playing", victim, lambda: f"{len(player.stored)} plays, {player.repeats} repeats")
        player.finish(30)
    until(lambda: not player.missing(network, SITES[0].terminal), 60, "The plays reach the centre")
    player.check(network, SITES[0].terminal)


def test_facts_going_up(world: World, number: int) -> None:
    """Whoever dies between batches and within them; then the lesson leaves, for the next round."""
    for victim in ("centre", "edge", "centre", "terminal-2", "edge"):
        known = len(world.ledger.acknowledged)
        until(lambda: len(world.ledger.acknowledged) > known + 40, 30, "Facts are acknowledged", every=0.01)
        time.sleep(world.chance.uniform(0, 0.2))
        world.hit("facts going up", victim, lambda: f"{len(world.ledger.acknowledged)} acknowledged")
    path = f"/courseware/{world.courseware}"
    assert world.editor.post(f"{path}/withdraw", world.editor.token(path)).status == 303
    until(lambda: not any(listed(world.network, name, world.courseware) for name in NODES), 30, "The lesson leaves the screens")


# After all rounds


def test_every_acknowledged_fact_is_counted_once(world: World) -> None:
    for sender in world.senders:
        sender.finish(90)
    counts = Counter(world.ledger.acknowledged.values())
    assert set(counts) <= {"stored", "duplicate"} and len(world.ledger.acknowledged) == len(world.ledger.sent)
    print(f"\n{dict(counts)}, {sum(sender.repeats for sender in world.senders)} batches repeated")
    world.ledger.check(world.network)


def test_nothing_waits_in_quarantine(world: World) -> None:
    assert world.network.query("SELECT reason, count(*) FROM quarantine GROUP BY reason") == []


def test_the_databases_are_sound(world: World) -> None:
    network = world.network
    for name in network.programs:
        assert network.programs[name].stop() == 0, network.programs[name].tail()
    for name in network.programs:
        [file] = network.data(name).glob("*.sqlite")
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)], name
            assert connection.execute("PRAGMA foreign_key_check").fetchall() == [], name
    for month in (MONTH, network.today()[:7]):
        assert "equal to the base facts" in network.command("doctor", "--rebuild", month)


def test_every_step_was_hit(world: World) -> None:
    print()
    for hit in world.ledger.hits:
        print(f"{hit['step']:17} {hit['victim']:11} {hit.get('healthy_after', '')!s:6} {hit['was']}")
    slowest = max(hit.get("healthy_after", 0) for hit in world.ledger.hits)
    print(f"{len(world.ledger.hits)} hits; the slowest start took {slowest:.2f} s")
    assert all(world.hits(step) == 5 * ROUNDS for step in STEPS)


# What the steps share


def make_round_clip(world: World, number: int) -> Path:
    """A film of its own for each round, so that every blob has to be fetched."""
    return make_clip(world.folder / f"{number}.mp4", seconds=28 + number % 7, size=f"{640 + 2 * (number % 50)}x360")


def begun_upload(world: World, clip: Path) -> http.client.HTTPConnection:
    """An upload of which the first half has been sent."""
    token = re.search(r'data-csrf="([0-9a-f]+)"', world.editor.get("/courseware/new").text)[1]
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(world.network.address()).netloc, timeout=10 * PATIENCE)
    connection.putrequest("POST", "/courseware/uploads")
    size = clip.stat().st_size
    for name, value in {"Cookie": world.editor.cookie, "X-CSRF": token, "X-Upload-Name": clip.name, "Content-Length": str(size)}.items():
        connection.putheader(name, value)
    connection.endheaders()
    connection.send(clip.read_bytes()[: size // 2])
    return connection


def quietly(work: Callable[[], object]) -> None:
    try:
        work()
    except (OSError, http.client.HTTPException):
        pass


def state(world: World) -> str:
    [(found,)] = world.network.query("SELECT state FROM courseware WHERE id = ?", world.courseware)
    return found


def progress(world: World) -> str:
    rows = world.network.query("SELECT step, progress FROM job WHERE subject = ? ORDER BY id DESC LIMIT 1", world.courseware)
    return " ".join(map(str, rows[0])) if rows else ""


def kill_ffmpeg(world: World) -> str:
    """Kills one that dies of it, and waits until the editor could know; answers how far the encoding was. One that is at its end already ends well."""

    def outcome(killed: int) -> str:
        if state(world) != "encoding":
            return state(world)
        return "next" if ffmpeg(world.network) not in (None, killed) else ""

    while True:
        child = until(lambda: ffmpeg(world.network), 15, "ffmpeg encodes", every=0.005)
        standing = progress(world)
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        told = until(lambda: outcome(child), 15, "The encoding goes on or is told to have failed", every=0.02)
        if told == "failed":
            return standing
        assert told == "next", f"No ffmpeg could be killed any more: {told}"


def ffmpeg(network: Network) -> int | None:
    """The ffmpeg that the centre has started, or what it has started for that."""
    centre = network.programs["centre"].pid
    running: dict[int, tuple[str, int]] = {}
    for entry in Path("/proc").iterdir():
        with suppress(OSError, IndexError, ValueError):
            name, rest = entry.joinpath("stat").read_text().split("(", 1)[1].rsplit(") ", 1)
            running[int(entry.name)] = (name, int(rest.split()[1]))
    for process, (name, parent) in running.items():
        while name == "ffmpeg" and parent not in (0, centre):
            parent = running.get(parent, ("", 0))[1]
        if name == "ffmpeg" and parent == centre:
            return process
    return None


def manifest(network: Network, courseware: str) -> dict:
    [(name,)] = network.query("SELECT manifest_hash FROM courseware WHERE id = ?", courseware)
    return json.loads((network.data() / "blobs" / name[:2] / name).read_bytes()) | {"hash": name}


def blobs_of_lesson(world: World) -> set[str]:
    """Every blob of the courseware in hand."""
    told = manifest(world.network, world.courseware)
    return {told["hash"], told["poster"]["sha256"]} | {file["sha256"] for rendition in told["renditions"] for file in rendition["files"]}


def stored(network: Network, name: str) -> set[str]:
    return {file.name for file in (network.data(name) / "blobs").glob("??/*") if file.suffix != ".part"}


def listed(network: Network, name: str, courseware: str) -> bool:
    """Not by a terminal that has just been started and does not listen yet either."""
    try:
        return any(item["id"] == courseware for item in network.listed(name))
    except ConnectionRefusedError:
        return False


def check_shelf(network: Network, name: str) -> None:
    """Every lesson that a terminal lists is there to its last byte, unless it is being withdrawn."""
    for item in network.listed(name):
        try:
            check_item(network, name, item)
        except AssertionError:
            if listed(network, name, item["id"]):
                raise


def check_item(network: Network, name: str, item: dict) -> None:
    lengths = {path: length for rendition in manifest(network, item["id"])["renditions"] for path, length in served(rendition)}
    prefix = f"/tv/media/{item['id']}/"
    assert item["sources"], f"{name} lists {item['id']} without a source"
    for source in item["sources"]:
        folder = source["src"].rsplit("/", 1)[0]
        whole = media(network, name, source["src"], lengths[source["src"].removeprefix(prefix)])
        for named in {line for line in whole.decode().splitlines() if line and not line.startswith("#")} if source["src"].endswith(".m3u8") else ():
            media(network, name, f"{folder}/{named}", lengths[f"{folder}/{named}".removeprefix(prefix)])
    assert ask(network.address(name), "GET", item["poster"]).status == 200


def served(rendition: dict) -> Iterator[tuple[str, int]]:
    """What a player can ask for of a rendition, with its bytes: the pieces of a file only as the file."""
    files = {file["path"]: file["length"] for file in rendition["files"]}
    if rendition["kind"] == "pieces":
        yield rendition["file"], sum(length for path, length in files.items() if path != rendition["playlist"])
        yield rendition["playlist"], files[rendition["playlist"]]
    else:
        yield from files.items()


def media(network: Network, name: str, path: str, length: int) -> bytes:
    answer = ask(network.address(name), "GET", path)
    assert answer.status == 200 and len(answer.body) == length, f"{path} at {name}: {answer.status}, {len(answer.body)} of {length} bytes"
    return answer.body


def check_catalogue(network: Network) -> None:
    """Each file of the catalogue is there in the version that the one before names."""
    got = ask(network.address(), "GET", "/api/v1/metadata/timestamp.json")
    assert got.status == 200
    snapshot = got.json()["signed"]["meta"]["snapshot.json"]["version"]
    got = ask(network.address(), "GET", f"/api/v1/metadata/{snapshot}.snapshot.json")
    assert got.status == 200, f"{snapshot}.snapshot.json: {got.status}"
    targets = got.json()["signed"]["meta"]["targets.json"]["version"]
    assert ask(network.address(), "GET", f"/api/v1/metadata/{targets}.targets.json").status == 200
