"""Ten kinds of attack by a man on a plain line, each tried a hundred times: nothing is shown that the network did not publish, and the centre hears of each kind.

A node that refused something asks again after a second or so. So every man has several terminals behind his line, and all men begin together; each test waits for its own, and
looks meanwhile at what all terminals show. Lists of nodes that somebody made up are in test_man_in_the_middle.py.
"""

from __future__ import annotations

import copy
import hashlib
import http.client
import json
import random
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import count, cycle
from pathlib import Path
from typing import Callable, Iterator

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from support.network import Answer, Line, Network, Visitor, ask, make_clip, until
from support.processes import free_port
from support.signing import base64url, raw

TRIES = 100
TERMINALS = 3
DAY = 86_400
METADATA, BLOBS = "/api/v1/metadata/", "/api/v1/blobs/"
FACTS, RECEIPTS, ENVELOPES = "/api/v1/facts", "/api/v1/receipts", "/api/v1/envelopes"
EDGE, LONE_EDGE = "edge-990101", "edge-990102"
MAN = Ed25519PrivateKey.from_private_bytes(bytes([9] * 32))

Lie = Callable[[str, bytes, Answer], Answer]


def said(body: bytes, status: int = 200, **headers: str) -> Answer:
    """What the man says instead."""
    message = http.client.HTTPMessage()
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    return Answer(status, message, body)


def canonical(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


class World:
    """A network whose terminals have a man on their line, and what it published."""

    def __init__(self, network: Network):
        self.network = network
        self.upper, self.lone = Line(network.address()), Line(network.address())
        self.lines: dict[str, Line] = {}
        # By attack: the names of its terminals' programs, which are their ids.
        self.terminals: dict[str, list[str]] = {}
        # What may be shown now: items of the list by id, bytes by address.
        self.items: dict[str, dict] = {}
        self.media: dict[str, bytes] = {}
        self.blobs: set[str] = set()
        # Each catalogue that there ever was, by file name, as a man on the line could have kept it.
        self.past: list[dict[str, bytes]] = []
        self.turn: Iterator[str] = iter(())

    def begin(self) -> None:
        """A register with a terminal for each place behind a man, an edge above them, and one alone."""
        self.network.begin()
        self.remember()
        places = [f"990101101201{number}" for number in range(201, 201 + TERMINALS * len(ATTACKS))]
        sites = self.network.folder / "more.csv"
        rows = [f"{place},试点{place[-3:]},990101101201,village,iptv,in_service,2010-06-01,T{place}\n" for place in places]
        sites.write_text("code,name,area_code,kind,mode,state,from_on,terminal\n" + "".join(rows))
        assert f"added {len(places)}" in self.network.command("import", "sites", sites, "--apply")
        self.lone.lie = changed_bytes(self)
        self.network.ports["lone"] = free_port()
        for name, claim, line in (
            ("edge", self.network.edge_claim(EDGE), self.upper),
            ("lone", self.network.edge_claim(LONE_EDGE, "990102"), self.lone),
        ):
            # An edge that looks every second would find no time for its own facts while nobody answers its loads.
            self.network.start(name, "edge", "--parent", line.address, "--claim", claim, "--poll-seconds", "2")
        for number, (name, attack) in enumerate(ATTACKS.items()):
            self.lines[name] = Line(self.network.address(attack.parent))
            self.terminals[name] = [f"T{place}" for place in places[number * TERMINALS : (number + 1) * TERMINALS]]
        self.turn = cycle(self.everyone)

    def join(self) -> None:
        """All terminals enrol. Whoever lies about blobs lies from the first on."""
        behind = [(name, terminal) for name, terminals in self.terminals.items() for terminal in terminals]
        with ThreadPoolExecutor(2) as pool:
            claims = list(pool.map(lambda each: self.network.terminal_claim(each[1], self.lines[each[0]].address), behind))
        for (name, terminal), claim in zip(behind, claims):
            self.network.ports[terminal] = free_port()
            self.network.start(terminal, "terminal", "--parent", self.lines[name].address, "--claim", claim, "--poll-seconds", "1")

    @property
    def everyone(self) -> list[str]:
        return [terminal for terminals in self.terminals.values() for terminal in terminals]

    def publish(self, editor: Visitor, path: str, title: str) -> str:
        """From now on it may be shown."""
        self.network.publish(editor, path, title)
        courseware = path.rsplit("/", 1)[1]
        [(name,)] = self.network.query("SELECT manifest_hash FROM courseware WHERE id = ?", courseware)
        manifest = json.loads(self.blob(name))
        folder = f"/tv/media/{courseware}/"
        [rendition] = manifest["renditions"]
        files = {file["path"]: self.blob(file["sha256"]) for file in [manifest["poster"], *rendition["files"]]}
        pieces = [files[file["path"]] for file in rendition["files"] if file["path"] != rendition["playlist"]]
        self.media |= {folder + path: content for path, content in (files | {rendition["file"]: b"".join(pieces)}).items()}
        self.blobs |= {name, *(file["sha256"] for file in [manifest["poster"], *rendition["files"]])}
        self.items[courseware] = {
            "id": courseware,
            "title": title,
            **{key: manifest[key] for key in ("category", "speaker", "unit", "duration_ms")},
            "poster": folder + manifest["poster"]["path"],
            "sources": [
                {"type": f'video/mp4; codecs="{rendition["codecs"]}"', "src": folder + rendition["file"]},
                {"type": "application/vnd.apple.mpegurl", "src": folder + rendition["playlist"]},
            ],
        }
        self.remember()
        return courseware

    def withdraw(self, editor: Visitor, path: str) -> None:
        assert editor.post(f"{path}/withdraw", editor.token(path)).status == 303
        del self.items[path.rsplit("/", 1)[1]]
        self.remember()

    def remember(self) -> None:
        """The man keeps the catalogue of this moment."""

        def get(name: str) -> bytes:
            answer = ask(self.network.address(), "GET", METADATA + name)
            assert answer.status == 200, f"{name}: {answer.status}"
            return answer.body

        files = {"1.root.json": get("1.root.json"), "timestamp.json": get("timestamp.json")}
        for name, of in (("snapshot.json", "timestamp.json"), ("targets.json", "snapshot.json")):
            version = json.loads(next(content for path, content in files.items() if path.endswith(of)))["signed"]["meta"][name]["version"]
            files[f"{version}.{name}"] = get(f"{version}.{name}")
        snapshot = next(content for path, content in files.items() if path.endswith("snapshot.json"))
        for name, named in json.loads(snapshot)["signed"]["meta"].items():
            files[f"{named['version']}.{name}"] = get(f"{named['version']}.{name}")
        self.past.append(files)

    def blob(self, sha256: str) -> bytes:
        """What the centre has on its disk, withdrawn or not."""
        file = self.network.data() / "blobs" / sha256[:2] / sha256
        return file.read_bytes() if file.is_file() else b""

    def look(self) -> bool:
        """All terminals list nothing but what was published; one of them, in turn, is asked for every byte of it."""
        for name in self.everyone:
            self.check(name)
        self.check(next(self.turn), media=True)
        return True

    def check(self, name: str, media: bool = False) -> None:
        for item in self.network.listed(name):
            assert item == self.items.get(item["id"]), f"{name} shows what nobody published: {item}"
            for address in [item["poster"], *(source["src"] for source in item["sources"])] if media else ():
                answer = ask(self.network.address(name), "GET", address)
                assert answer.status == 200 and answer.body == self.media[address], f"{name} plays what nobody published: {address}, {answer.status}"

    def figures(self, name: str) -> dict[str, int]:
        """What a node counted, all at one moment."""
        lines = [line.split() for line in ask(self.network.address(name), "GET", "/metrics").text.splitlines() if line.startswith("yuanjiao_")]
        return {name.removeprefix("yuanjiao_"): int(value) for name, value in lines}

    def counted(self, name: str, figure: str) -> int:
        """What the terminals of this attack counted together."""
        return sum(self.figures(terminal)[figure] for terminal in self.terminals[name])

    def reports(self, reporters: list[str]) -> dict[str, set[tuple[str, str]]]:
        """By reporter: kind and matter of what the centre heard of them."""
        marks = ",".join("?" * len(reporters))
        heard: dict[str, set[tuple[str, str]]] = {}
        for reporter, kind, about in self.network.query(f"SELECT reporter, kind, about FROM incident WHERE reporter IN ({marks})", *reporters):
            heard.setdefault(reporter, set()).add((kind, about))
        return heard

    def wait_until_reported(self, reporters: list[str], *kinds: str, abouts: set[str], seconds: float = 60) -> None:
        """Each of them has told the centre, of these kinds and of no other."""

        def told() -> bool:
            heard = self.reports(reporters)
            return self.look() and all({kind for kind, _ in heard.get(reporter, ())} >= set(kinds) for reporter in reporters)

        until(told, seconds, f"{kinds} are reported by {reporters}", every=0.5)
        for reporter, heard in self.reports(reporters).items():
            assert {kind for kind, _ in heard} == set(kinds) and {about for _, about in heard} <= abouts, f"{reporter} reports {heard}"

    def end(self, name: str) -> None:
        """The man goes."""
        self.lines[name].lie, self.lines[name].swallows = None, ()

    def wait_until_well(self, name: str) -> None:
        """The man has gone: his terminals show all that is published now, byte for byte, and have never believed in anything else."""
        self.end(name)
        terminals = self.terminals[name]
        for terminal in terminals:
            until(lambda: {item["id"] for item in self.network.listed(terminal)} == set(self.items), 60, f"{terminal} shows everything")
            self.check(terminal, media=True)
        marks = ",".join("?" * len(terminals))
        assert {one for (one,) in self.network.query(f"SELECT DISTINCT courseware_id FROM holding WHERE node IN ({marks})", *terminals)} <= set(self.items)
        assert not self.network.query("SELECT reason, fact FROM quarantine")

    def close(self) -> None:
        self.network.close()
        for line in [self.upper, self.lone, *self.lines.values()]:
            line.close()


def changed_bytes(world: World) -> Lie:
    """One bit of each blob is another."""
    chance = random.Random(1)

    def lie(path: str, body: bytes, answer: Answer) -> Answer:
        if not path.startswith(BLOBS) or answer.status != 206:
            return answer
        changed = bytearray(answer.body)
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
        return replace(answer, body=bytes(changed))

    return lie


def another_blob(world: World) -> Lie:
    """Instead of a blob comes another one that was published too."""
    chance = random.Random(2)

    def lie(path: str, body: bytes, answer: Answer) -> Answer:
        if not path.startswith(BLOBS) or answer.status != 206 or not answer.headers["Content-Range"].startswith("bytes 0-"):
            return answer
        return said(world.blob(chance.choice(sorted(world.blobs - {path.removeprefix(BLOBS)}))))

    return lie


def another_length(world: World) -> Lie:
    """A blob lacks its end, or its middle, or has something more in it; who asks for the rest is told that there is none, or gets zeros."""
    turns = count()

    def lie(path: str, body: bytes, answer: Answer) -> Answer:
        if not path.startswith(BLOBS) or answer.status != 206:
            return answer
        turn, middle = next(turns), len(answer.body) // 2
        if not answer.headers["Content-Range"].startswith("bytes 0-"):
            return said(b"", 416) if turn % 2 else replace(answer, body=bytes(len(answer.body)))
        start, end = answer.body[:middle], answer.body[middle:]
        return replace(answer, body=(start, start[: middle // 2] + end, start + b"something more" + end)[turn % 3])

    return lie


def what_a_man_has(world: World, files: dict[str, bytes], path: str, answer: Answer) -> Answer:
    """What the parent has no longer, or never had, the man serves himself, so that whoever believed him would get everything."""
    if answer.status != 404:
        return answer
    body = files.get(path.removeprefix(METADATA)) or (path.startswith(BLOBS) and world.blob(path.removeprefix(BLOBS)))
    return said(body) if body else answer


def rollback(world: World) -> Lie:
    """Old timestamps with all that they name, so that a lesson would be back that was withdrawn; and the first root once more."""
    past, chance, turns = world.past[:-1], random.Random(4), count()
    files = {name: content for catalogue in past for name, content in catalogue.items()}

    def lie(path: str, body: bytes, answer: Answer) -> Answer:
        if path == METADATA + "timestamp.json":
            return said(chance.choice(past)["timestamp.json"])
        if path == METADATA + "2.root.json" and next(turns) % 4 == 0:
            return said(files["1.root.json"])
        return what_a_man_has(world, files, path, answer)

    return lie


def freeze(world: World) -> Lie:
    """The timestamp of the beginning, for ever."""
    frozen = world.past[-1]["timestamp.json"]
    return lambda path, body, answer: said(frozen) if path == METADATA + "timestamp.json" else answer


def mix_and_match(world: World) -> Lie:
    """The newest timestamp with an older snapshot, and later the newest snapshot with an older list."""
    past, chance, turns = world.past[:], random.Random(6), count()

    def lie(path: str, body: bytes, answer: Answer) -> Answer:
        role = path.removeprefix(METADATA).partition(".")[2]
        if answer.status != 200 or role not in ("snapshot.json", "network.json") or role == "snapshot.json" and next(turns) >= TRIES // 2:
            return answer
        old = [content for catalogue in past for name, content in catalogue.items() if name.endswith(role) and len(content) <= len(answer.body)]
        return said(chance.choice(old))

    return lie


def forged(newest: dict[str, bytes], manifest: bytes, sign: Callable[[str, dict], bytes]) -> dict[str, bytes]:
    """A catalogue one version after the newest, which offers a lesson of the man's and is signed as he can."""
    parts = {name.removesuffix(".json").rpartition(".")[2]: json.loads(content)["signed"] for name, content in newest.items()}
    offers, targets, snapshot, timestamp = (copy.deepcopy(parts[role]) for role in ("network", "targets", "snapshot", "timestamp"))
    offer = copy.deepcopy(next(iter(offers["targets"].values())))
    offer["custom"] |= {"courseware": "forged", "audience": {"areas": [], "kinds": []}}
    offers["targets"]["courseware/network/forged/1.json"] = offer | {"hashes": {"sha256": sha256(manifest)}, "length": len(manifest)}
    offers["version"] += 1
    targets["version"] += 1
    files = {f"{offers['version']}.network.json": sign("network", offers), f"{targets['version']}.targets.json": sign("targets", targets)}
    for signed, names, role in ((snapshot, ("network.json", "targets.json"), "snapshot"), (timestamp, ("snapshot.json",), "timestamp")):
        for name in names:
            content = next(content for path, content in files.items() if path.endswith(name))
            signed["meta"][name] |= {"version": json.loads(content)["signed"]["version"], "length": len(content), "hashes": {"sha256": sha256(content)}}
        signed["version"] += 1
        files[f"{signed['version']}.snapshot.json" if role == "snapshot" else "timestamp.json"] = sign(role, signed)
    return files


def forged_manifest(world: World) -> bytes:
    """A published lesson under a name that nobody gave it."""
    [(name,)] = world.network.query("SELECT manifest_hash FROM courseware WHERE id = ?", next(iter(world.items)))
    return canonical(json.loads(world.blob(name)) | {"courseware": "forged", "title": "没有发布的课", "version": 1})


def key_of_the_man() -> tuple[str, dict]:
    key = {"keytype": "ed25519", "keyval": {"public": raw(MAN.public_key()).hex()}, "scheme": "ed25519"}
    return sha256(canonical(key)), key


def foreign_keys(world: World) -> Lie:
    """A catalogue under the man's own keys: as such, under the id of the centre's key, beside the centre's signature; and a root that names his keys."""
    newest, manifest, turns = world.past[-1], forged_manifest(world), count()
    keyid, key = key_of_the_man()

    def sign(role: str, signed: dict) -> bytes:
        return canonical({"signatures": [{"keyid": keyid, "sig": MAN.sign(canonical(signed)).hex()}], "signed": signed})

    files = forged(newest, manifest, sign)
    first = json.loads(newest["1.root.json"])["signed"]
    roles = {name: role | {"keyids": [keyid], "threshold": 1} for name, role in first["roles"].items()}
    root = sign("root", first | {"version": 2, "keys": {keyid: key}, "roles": roles})
    timestamp, [centres] = json.loads(files["timestamp.json"]), json.loads(newest["timestamp.json"])["signatures"]
    [mine] = timestamp["signatures"]
    shapes = [canonical(timestamp | {"signatures": signatures}) for signatures in ([mine], [mine | {"keyid": centres["keyid"]}], [centres, mine])]

    def lie(path: str, body: bytes, answer: Answer) -> Answer:
        if path == METADATA + "timestamp.json":
            return said(shapes[next(turns) % 3])
        if path == METADATA + "2.root.json" and next(turns) % 2:
            return said(root)
        if path == BLOBS + sha256(manifest):
            return said(manifest)
        return what_a_man_has(world, files, path, answer)

    return lie


def old_signatures(world: World) -> Lie:
    """Other content under the signatures of the old: a whole catalogue, or under a true timestamp another snapshot, or a list for another area."""
    newest, manifest, turns = world.past[-1], forged_manifest(world), count()
    signatures = {name.removesuffix(".json").rpartition(".")[2]: json.loads(content)["signatures"] for name, content in newest.items()}
    files = forged(newest, manifest, lambda role, signed: canonical({"signatures": signatures[role], "signed": signed}))
    snapshots = count()

    def lie(path: str, body: bytes, answer: Answer) -> Answer:
        role = path.removeprefix(METADATA).partition(".")[2]
        if path == METADATA + "timestamp.json":
            return said(files["timestamp.json"]) if next(turns) % 2 else answer
        if role == "snapshot.json" and answer.status == 200 and next(snapshots) < TRIES // 6:
            changed = answer.json()
            changed["signed"]["meta"]["network.json"]["hashes"]["sha256"] = sha256(manifest)
            return replace(answer, body=canonical(changed))
        if role == "network.json":
            return replace(answer, body=answer.body.replace(b'"9901"', b'"9902"'))
        if path == BLOBS + sha256(manifest):
            return said(manifest)
        return what_a_man_has(world, files, path, answer)

    return lie


def verdicts(ids: list[str], verdict: str, **more: object) -> bytes:
    told = [{"id": each, "verdict": verdict, "reason": "", "sentence": ""} for each in ids]
    return canonical({"batch": "lie", "epoch": "another", "at": int(time.time() * 1000), "verdicts": told} | more)


def forged_receipts(world: World) -> Lie:
    """The facts go nowhere, and all of them are said to be stored: without a signature, under the man's, in his own name and in the centre's; or held, and the answer to the
    question about them is his."""
    [centres] = json.loads(world.past[-1]["1.root.json"])["signed"]["roles"]["timestamp"]["keyids"]
    names, turns = (centres, key_of_the_man()[0]), count()

    def signature(name: str, path: str, request: str, body: bytes) -> str:
        # The shape is right; whose node it is the man need not know, as nobody can check his signature.
        text = "\n".join(["yuanjiao-answer-1", "POST", path, "node", request, "200", sha256(body)])
        return f"key={name}, signature={base64url(MAN.sign(text.encode()))}"

    def lie(path: str, body: bytes, answer: Answer) -> Answer:
        if path not in (FACTS, RECEIPTS):
            return answer
        turn = next(turns)
        if path == RECEIPTS:
            ids = json.loads(body)["ids"]
            inner = verdicts(ids, "stored")
            closed = {"batch_sha256": sha256(inner), "body": inner.decode(), "signature": signature(names[turn % 2], FACTS, sha256(inner), inner)}
            return said(verdicts(ids, "stored", answers=[closed]))
        ids = [fact["id"] for fact in json.loads(body)["facts"]]
        if turn % 10 == 9:
            return said(verdicts(ids, "held"))
        told = verdicts(ids, "stored")
        return said(told, Yuanjiao_Answer=signature(names[turn % 2], FACTS, sha256(body), told)) if turn % 3 else said(told)

    return lie


def replayed_answers(world: World) -> Lie:
    """What the centre once said to this node or to another, in answer to something else."""
    heard: list[Answer] = []
    turns = count()

    def lie(path: str, body: bytes, answer: Answer) -> Answer:
        if path not in (FACTS, ENVELOPES) or answer.status != 200:
            return answer
        heard.append(answer)
        return heard[next(turns) % min(len(heard) - 1, 20)] if len(heard) > 1 else answer

    return lie


@dataclass(frozen=True)
class Attack:
    lie: Callable[[World], Lie]
    kind: str
    # What the reports may be about; nothing stands for the hashes of what is published.
    abouts: frozenset[str] = frozenset()
    parent: str = "edge"


ATTACKS = {
    "changed bytes": Attack(changed_bytes, "blob.refused"),
    "another blob": Attack(another_blob, "blob.refused"),
    "another length": Attack(another_length, "blob.refused"),
    "rollback": Attack(rollback, "metadata.refused", frozenset({"trust.rollback", "trust.version"})),
    "freeze": Attack(freeze, "catalogue.frozen"),
    "mix and match": Attack(mix_and_match, "metadata.refused", frozenset({"trust.hash", "trust.length"})),
    "foreign keys": Attack(foreign_keys, "metadata.refused", frozenset({"trust.threshold"})),
    "old signatures": Attack(old_signatures, "metadata.refused", frozenset({"trust.threshold", "trust.hash"})),
    "forged receipts": Attack(forged_receipts, "answer.forged", frozenset({"trust.answer_signature"})),
    "replayed answers": Attack(replayed_answers, "answer.forged", frozenset({"trust.answer_signature"}), parent="centre"),
}
CONTENT = [name for name, attack in ATTACKS.items() if attack.kind in ("blob.refused", "metadata.refused")]


@pytest.fixture(scope="module")
def world(yuanjiao: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Lessons are published, and one is withdrawn. Then all men begin, and a new one is published."""
    made = World(Network(yuanjiao, tmp_path_factory.mktemp("attacks")))
    try:
        made.begin()
        editor = made.network.sign_in("editor")
        titles = ["撤回的课", "果树冬剪", "大棚番茄", "春季防火", "农机保养", "家庭养殖", "新的课"]
        paths = [made.network.upload(editor, make_clip(made.network.folder / f"{number}.mp4", seconds=8 + number, size="320x180")) for number in range(len(titles))]
        for path, title in zip(paths[:-1], titles):
            made.publish(editor, path, title)
        made.withdraw(editor, paths[0])
        stamp = METADATA + "timestamp.json"
        until(lambda: ask(made.network.address("edge"), "GET", stamp).body == made.past[-1]["timestamp.json"], 60, "The edge knows of the withdrawal")
        for name, attack in ATTACKS.items():
            if attack.kind == "blob.refused":
                made.lines[name].lie = attack.lie(made)
        made.join()
        for name, attack in ATTACKS.items():
            if attack.kind != "blob.refused":
                for terminal in made.terminals[name]:
                    until(lambda: len(made.network.listed(terminal)) == len(made.items), 60, f"{terminal} shows what there is")
                made.lines[name].lie = attack.lie(made)
        made.lines["forged receipts"].swallows = (FACTS,)
        blobs, keys = made.lone.lie, foreign_keys(made)
        made.lone.lie = lambda path, body, answer: (blobs if path.startswith(BLOBS) else keys)(path, body, answer)
        made.upper.lie = made.lines["replayed answers"].lie
        made.publish(editor, paths[-1], titles[-1])
        yield made
    finally:
        made.close()


@pytest.mark.parametrize("name", CONTENT)
def test_content_that_is_not_the_networks_is_refused_and_reported(world: World, name: str) -> None:
    """The terminals themselves count what they refused, and say so while the man still lies."""
    attack = ATTACKS[name]
    until(lambda: world.look() and world.counted(name, "content_refused") >= TRIES, 120, f"{name}: {TRIES} times", every=0.5)
    world.wait_until_reported(world.terminals[name], attack.kind, abouts=set(attack.abouts) or world.blobs)
    world.end(name)


def test_when_the_men_are_gone_everything_is_shown(world: World) -> None:
    for name in CONTENT:
        world.end(name)
    for name in CONTENT:
        world.wait_until_well(name)


def test_a_forged_receipt_loses_no_play(world: World) -> None:
    """Plays of the time of the attack are at the centre afterwards, each once."""
    line, terminals = world.lines["forged receipts"], world.terminals["forged receipts"]
    plays = range(TRIES // TERMINALS + 1)
    start = int(time.time() * 1000) - 600_000
    for number in plays:
        interval = {"at": start + number * 1000, "from": 0, "until": 1000}
        play = {"play": f"play-{number}", "courseware": "channel-1", "mode": "channel", "intervals": [interval], "ended": True}
        for name in terminals:
            assert ask(world.network.address(name), "POST", "/tv/plays", json.dumps(play).encode(), {"Content-Type": "application/json"}).status == 200
    until(
        lambda: world.look() and line.lies >= TRIES and all(world.figures(name)["answers_forged"] >= 10 for name in terminals), 120, f"{TRIES} forged receipts", every=0.5
    )
    for name in terminals:
        figures = world.figures(name)
        assert figures["facts_waiting"] + figures["facts_held"] >= len(plays), "The terminal let go of what nobody has"
    counted = "SELECT t.id, count(*) FROM play p JOIN terminal t ON t.num = p.terminal GROUP BY t.id ORDER BY t.id"
    assert not world.network.query(counted)
    world.wait_until_well("forged receipts")
    until(lambda: world.network.query(counted) == [(name, len(plays)) for name in sorted(terminals)], 60, "All plays are at the centre")
    world.wait_until_reported(terminals, "answer.forged", abouts={"trust.answer_signature"})


def test_a_replayed_answer_is_none_to_another_question(world: World) -> None:
    """Terminals that ask the centre itself, and the edge, are given what it said before."""
    name = "replayed answers"
    until(lambda: world.look() and world.counted(name, "answers_forged") >= TRIES and world.upper.lies >= 10, 120, f"{TRIES} replays", every=0.5)
    world.wait_until_reported([*world.terminals[name], EDGE], "answer.forged", abouts={"trust.answer_signature"}, seconds=120)
    world.upper.lie = None
    world.wait_until_well(name)
    for terminal in world.terminals[name]:
        until(lambda: world.figures(terminal)["facts_waiting"] == 0, 60, "Everything gets its word")


def test_an_edge_believes_no_more_than_a_terminal(world: World) -> None:
    """Changed blobs and a catalogue under foreign keys, on the line to the centre: nothing of it is kept or handed on."""
    until(lambda: world.figures("lone")["content_refused"] >= TRIES // 2, 120, "The edge refuses", every=0.5)
    world.wait_until_reported([LONE_EDGE], "blob.refused", "metadata.refused", abouts=world.blobs | {"trust.threshold"}, seconds=120)
    assert ask(world.network.address("lone"), "GET", METADATA + "timestamp.json").body in [catalogue["timestamp.json"] for catalogue in world.past]
    world.lone.lie = None
    until(lambda: world.figures("lone")["courseware_complete"] == len(world.items), 60, "The edge has everything")
    kept = [file for file in (world.network.data("lone") / "blobs").glob("??/*") if file.suffix != ".part"]
    assert {file.name for file in kept} <= world.blobs and all(sha256(file.read_bytes()) == file.name for file in kept)


def test_a_freeze_shows_what_was_published_before(world: World) -> None:
    """With nothing new for a minute there is nothing to report."""
    line, terminals = world.lines["freeze"], world.terminals["freeze"]
    until(lambda: world.look() and line.lies >= TRIES, 120, f"{TRIES} looks at the same timestamp", every=0.5)
    for name in terminals:
        assert {item["title"] for item in world.network.listed(name)} == {item["title"] for item in world.items.values()} - {"新的课"}
        assert world.network.programs[name].running
    assert not world.reports(terminals)


def test_a_freeze_of_a_day_is_reported(world: World) -> None:
    """The whole network is a day older; the centre has signed anew, and the man goes on with the old."""
    network, terminals = world.network, world.terminals["freeze"]
    network.kill(*network.programs)
    for name, kind, parent in [("centre", "centre", ""), ("edge", "edge", world.upper.address), *((name, "terminal", world.lines["freeze"].address) for name in terminals)]:
        network.start(name, kind, *(("--parent", parent, "--poll-seconds", "1") if parent else ()), ahead_seconds=DAY + 3600)
    until(lambda: set(world.reports(terminals)) == set(terminals), 60, "The freeze is reported")
    assert {each for heard in world.reports(terminals).values() for each in heard} == {("catalogue.frozen", "")}
    for name in terminals:
        world.check(name, media=True)
    world.wait_until_well("freeze")
