"""`kill -9` of centre, edge, terminal and ffmpeg in every step of the flow, with facts going up all the time.

`YUANJIAO_KILL_ROUNDS=100` is the long form; one round has every step once.
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
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable, Iterator

import pytest

from support.ledger import MONTH, FactMaker, Ledger, Player, Sender
from support.network import SITES, Network, Visitor, ask, make_clip, until
from support.signing import OwnNode

ROUNDS = int(os.environ.get("YUANJIAO_KILL_ROUNDS", "1"))
NODES = ("terminal-1", "terminal-2")
STEPS = ("upload", "encoding", "publishing", "edge fetches", "terminal fetches", "playing", "facts going up")


@dataclass
class World:
    network: Network
    ledger: Ledger
    clips: Path
    chance: random.Random = field(default_factory=lambda: random.Random(20110305))
    senders: list[Sender] = field(default_factory=list)
    # What is on the air, and its manifest.
    courseware: str = ""
    editor: Visitor | None = None

    def blobs(self, name: str) -> int:
        return sum(1 for file in (self.network.data(name) / "blobs").glob("??/*") if file.suffix != ".part")

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
    made = World(network, ledger, network.folder / "clips")
    made.clips.mkdir()
    try:
        network.begin().begin_nodes()
        made.editor = network.sign_in("editor")
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
            sender.stopping.set()
            sender.odd.append("the test ended")
        network.close()
        ledger.close()


@pytest.fixture(params=range(ROUNDS), scope="module", ids=lambda number: f"round-{number + 1}")
def number(request: pytest.FixtureRequest) -> int:
    return request.param


# The steps of one round


def test_upload(world: World, number: int) -> None:
    """The centre dies while a film comes in; nothing of it is left, and the editor's next try goes through."""
    network, clip = world.network, round_clip(world, number)
    before = network.query("SELECT count(*) FROM courseware")
    with begun_upload(world, clip) as connection:
        uploads = network.data() / "uploads"
        until(lambda: any(file.stat().st_size for file in uploads.glob("*.part")), 10, "The upload is on its way", every=0.02)
        world.hit("upload", "centre", lambda: f"{sum(file.stat().st_size for file in uploads.glob('*.part'))} of {clip.stat().st_size} bytes")
        with pytest.raises((OSError, http.client.HTTPException)):
            connection.send(b"x" * 65_536)
            connection.getresponse()
    assert list(uploads.glob("*")) == [], "A part of the upload is left"
    assert network.query("SELECT count(*) FROM courseware") == before
    world.courseware = network.upload(world.editor, clip).rsplit("/", 1)[1]


def test_encoding(world: World, number: int) -> None:
    """ffmpeg dies: the editor is told and tries again. The centre dies: ffmpeg goes with it, the job goes on by itself."""
    network = world.network
    path = f"/courseware/{world.courseware}"
    child = until(lambda: ffmpeg(network), 15, "ffmpeg encodes", every=0.02)
    os.kill(child, signal.SIGKILL)
    world.ledger.hit("encoding", "ffmpeg", was=progress(world))
    until(lambda: state(world) == "failed", 15, "The page says that the encoding failed")
    page = world.editor.get(path).text
    assert f'action="{path}/retry"' in page, "There is no way to try again"
    assert world.editor.post(f"{path}/retry", world.editor.token(path)).status == 303
    child = until(lambda: ffmpeg(network), 15, "ffmpeg encodes again", every=0.02)
    world.hit("encoding", "centre", lambda: progress(world))
    until(lambda: not Path(f"/proc/{child}").exists(), 5, "ffmpeg goes with the centre", every=0.02)
    until(lambda: state(world) != "encoding", 90, "The encoding ends")
    assert state(world) == "ready", network.query("SELECT state, problem FROM courseware WHERE id = ?", world.courseware)
    until(lambda: not list((network.data() / "media").glob("*")), 5, "The working folder goes")


def test_publishing(world: World, number: int) -> None:
    """The centre dies at any moment of it: published or not, never half, and the catalogue verifies."""
    path = f"/courseware/{world.courseware}"
    assert world.editor.post(path, world.editor.token(path), title=f"果树冬剪 {number + 1}", category="practical_skills").status == 303
    token = world.editor.token(path)
    asked = threading.Thread(target=quietly, args=(lambda: world.editor.post(f"{path}/publish", token),), daemon=True)
    # The edge is away, so that its fetching begins when it is looked at.
    world.network.kill("edge")
    asked.start()
    time.sleep(world.chance.uniform(0, 0.03))
    world.hit("publishing", "centre", lambda: state(world))
    asked.join(10)
    if state(world) != "published":
        assert world.editor.post(f"{path}/publish", world.editor.token(path)).status == 303
    assert state(world) == "published"
    check_catalogue(world.network)


def test_edge_fetches(world: World, number: int) -> None:
    """Edge and centre die while the edge fetches; it goes on where it was."""
    network, whole = world.network, len(world_blobs(world))
    network.kill(*NODES)
    before = world.blobs("edge")
    network.restart("edge")
    for victim in ("edge", "centre"):
        have = world.blobs("edge")
        until(lambda: world.blobs("edge") > have or world.blobs("edge") >= before + whole, 30, "The edge fetches", every=0.002)
        world.hit("edge fetches", victim, lambda: f"{world.blobs('edge') - before} of {whole} blobs")
    until(lambda: world_blobs(world) <= stored(network, "edge"), 60, "The edge has everything")


def test_terminal_fetches(world: World, number: int) -> None:
    """Terminal and edge die while the terminals fetch; the lesson is listed when it is whole, and not before."""
    network = world.network
    before = world.blobs("terminal-1")
    network.restart(*NODES)
    for victim in ("terminal-1", "edge"):
        have = world.blobs("terminal-1")
        until(lambda: world.blobs("terminal-1") > have or listed(network, "terminal-1", world.courseware), 30, "The terminal fetches", every=0.002)
        world.hit("terminal fetches", victim, lambda: f"{world.blobs('terminal-1') - before} blobs")
    for name in NODES:
        network.wait_until_listed(world.courseware, name, 60)
        check_shelf(network, name)


def test_playing(world: World, number: int) -> None:
    """The terminal dies between the beats and while it is told of plays; each play that it took is at the centre once."""
    network = world.network
    player = Player(network.address("terminal-1"), world.courseware)
    player.start()
    for _ in range(2):
        stored_before = len(player.stored)
        until(lambda: len(player.stored) > stored_before, 10, "Plays are told", every=0.02)
        time.sleep(world.chance.uniform(0, 0.3))
        world.hit("playing", "terminal-1", lambda: f"{len(player.stored)} plays")
    player.finish()
    until(lambda: not player.missing(network, SITES[0].terminal), 60, "The plays reach the centre")
    network.programs["terminal-1"].stop()
    network.restart("terminal-1")
    until(lambda: not player.missing(network, SITES[0].terminal), 30, "The plays are at the centre")
    own = [play for play in Player.at_centre(network, SITES[0].terminal) if play[0] in {one[-1]["at"] for one in player.told.values()}]
    assert len(own) == len({at for at, _, _ in own}), "A play is counted twice"
    assert {at: end for at, _, end in own} == {one[-1]["at"]: one[-1]["until"] for one in player.stored.values()}


def test_facts_going_up(world: World, number: int) -> None:
    """Centre and edge die between batches and within them."""
    for victim in ("centre", "edge", "centre", "edge", "centre"):
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
    assert all(world.hits(step) >= ROUNDS for step in STEPS)


# What the steps share


def round_clip(world: World, number: int) -> Path:
    """A film of its own for each round, so that every blob has to be fetched."""
    return make_clip(world.clips / f"{number}.mp4", seconds=24 + number % 7, size=f"{640 + 2 * (number % 50)}x360")


class begun_upload:
    """An upload of which half has been sent."""

    def __init__(self, world: World, clip: Path):
        token = re.search(r'data-csrf="([0-9a-f]+)"', world.editor.get("/courseware/new").text)
        self.connection = http.client.HTTPConnection(urllib.parse.urlsplit(world.network.address()).netloc, timeout=10)
        self.connection.putrequest("POST", "/courseware/uploads")
        size = clip.stat().st_size
        headers = {"Cookie": world.editor.cookie, "X-CSRF": token[1], "X-Upload-Name": clip.name, "Content-Length": str(size)}
        for name, value in headers.items():
            self.connection.putheader(name, value)
        self.connection.endheaders()
        self.half = clip.read_bytes()[: max(size // 2, 3 << 20)]
        assert len(self.half) < size, f"{clip} has only {size} bytes"

    def __enter__(self) -> http.client.HTTPConnection:
        self.connection.send(self.half)
        return self.connection

    def __exit__(self, *_: object) -> None:
        self.connection.close()


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


def ffmpeg(network: Network) -> int | None:
    """The ffmpeg that the centre has started."""
    centre = network.programs["centre"].pid
    for entry in Path("/proc").iterdir():
        try:
            name, rest = entry.joinpath("stat").read_text().split("(", 1)[1].rsplit(") ", 1)
        except (OSError, IndexError):
            continue
        if name == "ffmpeg" and int(rest.split()[1]) == centre:
            return int(entry.name)
    return None


def manifest(network: Network, courseware: str) -> dict:
    [(name,)] = network.query("SELECT manifest_hash FROM courseware WHERE id = ?", courseware)
    return json.loads((network.data() / "blobs" / name[:2] / name).read_bytes()) | {"hash": name}


def world_blobs(world: World) -> set[str]:
    """Every blob of the courseware in hand."""
    told = manifest(world.network, world.courseware)
    return {told["hash"], told["poster"]["sha256"]} | {file["sha256"] for rendition in told["renditions"] for file in rendition["files"]}


def stored(network: Network, name: str) -> set[str]:
    return {file.name for file in (network.data(name) / "blobs").glob("??/*") if file.suffix != ".part"}


def listed(network: Network, name: str, courseware: str) -> bool:
    return any(item["id"] == courseware for item in network.listed(name))


def check_shelf(network: Network, name: str) -> None:
    """Every lesson that a terminal lists is there to its last byte."""
    for item in network.listed(name):
        lengths = {file["path"]: file["length"] for rendition in manifest(network, item["id"])["renditions"] for file in rendition["files"]}
        prefix = f"/tv/media/{item['id']}/"
        assert item["sources"], f"{name} lists {item['id']} without a source"
        for source in item["sources"]:
            playlist = media(network, name, source["src"], lengths[source["src"].removeprefix(prefix)]).decode()
            folder = source["src"].rsplit("/", 1)[0]
            segments = [line for line in playlist.splitlines() if line and not line.startswith("#")]
            assert segments, f"{source['src']} at {name} is empty"
            for segment in segments:
                media(network, name, f"{folder}/{segment}", lengths[f"{folder}/{segment}".removeprefix(prefix)])
        assert ask(network.address(name), "GET", item["poster"]).status == 200


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
