"""Keys of the catalogue are lost, stolen and changed while nodes run: each follows by itself, with no visit to any site."""

from __future__ import annotations

import json
import shutil
import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Iterator

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from securesystemslib.signer import CryptoSigner
from tuf.api.metadata import Metadata
from tuf.ngclient import Updater

from support.network import SITES, Answer, Line, Network, ask, make_clip, until
from support.signing import OwnNode

METADATA = "/api/v1/metadata/"
DAY = 86_400


@pytest.fixture(scope="module")
def drill(yuanjiao: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    """A centre, an edge behind a line to it, and a box of another maker below the edge."""
    network = Network(yuanjiao, tmp_path_factory.mktemp("keys"))
    network.upper = Line(network.address())
    network.sticks = network.folder / "sticks"
    network.sticks.mkdir()
    (network.sticks / "passphrase").write_text("a passphrase on paper\n")
    try:
        network.begin()
        network.start("edge", "edge", "--parent", network.upper.address, "--claim", network.edge_claim(), "--poll-seconds", "1")
        yield network
    finally:
        network.upper.close()
        network.close()


def keys(network: Network, *words: str | Path, roots: str = "", status: int = 0, ahead_seconds: int = 0) -> str:
    """`yuanjiao keys`, with root keys from the sticks of these names."""
    sealed = [word for stick in roots for word in ("--with", network.sticks / stick)]
    passphrase = ["--passphrase-file", network.sticks / "passphrase"] if words[0] != "status" else []
    return network.command("keys", *words, *sealed, *passphrase, status=status, ahead_seconds=ahead_seconds)


def restart(network: Network) -> None:
    network.programs["centre"].stop()
    network.restart("centre")


def held(network: Network, name: str = "edge") -> dict:
    """The timestamp that a node hands on."""
    return ask(network.address(name), "GET", METADATA + "timestamp.json").json().get("signed")


def follows(network: Network) -> None:
    # An edge that has only just begun has none yet.
    until(lambda: held(network) is not None and held(network) == held(network, "centre"), 60, "The edge follows the catalogue")


def thief(network: Network, role: str) -> CryptoSigner:
    """A copy of a key, as somebody takes it along who was on the machine."""
    seed = bytes.fromhex((network.data() / "keys" / f"{role}.key").read_text().strip())
    root = ask(network.address(), "GET", METADATA + f"{newest_root(network)}.root.json").json()["signed"]
    keyid = root["roles"][role]["keyids"][0]
    signer = CryptoSigner(Ed25519PrivateKey.from_private_bytes(seed))
    signer.public_key.keyid = keyid
    return signer


def newest_root(network: Network) -> int:
    return network.query("SELECT max(version) FROM metadata WHERE role = 'root'")[0][0]


def far_ahead(network: Network, signer: CryptoSigner) -> bytes:
    stamp = Metadata.from_bytes(ask(network.address(), "GET", METADATA + "timestamp.json").body)
    stamp.signed.version = 2**53 - 1
    stamp.sign(signer)
    return stamp.to_bytes()


def driven_ahead(network: Network, signer: CryptoSigner) -> None:
    """With the stolen key the highest version there is was signed, and the edge has heard it."""
    forged = far_ahead(network, signer)

    def lie(path: str, body: bytes, answer: Answer) -> Answer:
        if path != METADATA + "timestamp.json":
            return answer
        del answer.headers["ETag"]
        return replace(answer, status=200, body=forged)

    network.upper.lie = lie
    until(lambda: held(network)["version"] == 2**53 - 1, 60, "The edge hears the lie")
    network.upper.lie = None


def test_status_says_what_lies_where(drill: Network) -> None:
    told = keys(drill, "status")
    assert told.count("  here") == 5 and "root: 1 of 1, version 1" in told and "network: 1 of 1" in told


def test_a_stolen_timestamp_key_is_replaced_and_the_edge_follows_again(drill: Network) -> None:
    follows(drill)
    signer = thief(drill, "timestamp")
    driven_ahead(drill, signer)
    keys(drill, "rotate", "timestamp")
    restart(drill)
    follows(drill)
    assert held(drill)["version"] < 100
    # The thief goes on; nobody listens.
    forged, lies = far_ahead(drill, signer), drill.upper.lies
    drill.upper.lie = lambda path, body, answer: replace(answer, status=200, body=forged) if path == METADATA + "timestamp.json" else answer
    until(lambda: drill.upper.lies >= lies + 3, 60, "The edge hears lies")
    assert held(drill)["version"] < 100
    drill.upper.lie = None
    follows(drill)


def test_facts_and_claims_go_on_under_new_keys(drill: Network) -> None:
    """What the centre answers is signed with the new key: the edge opens it, and a newcomer seals to it."""
    own = OwnNode(drill.address("edge"))
    own.root = ask(drill.address(), "GET", METADATA + f"{newest_root(drill)}.root.json").json()["signed"]
    answer = own.ask_to_enrol(drill.terminal_claim(SITES[0].terminal, drill.address("edge")).split(":")[2])
    assert answer.status == 200, answer.text
    own.node = answer.json()["node"]
    fact = {"id": "f", "kind": "presence", "terminal": own.node, "day": "2011-03-05", "minutes": "300-309"}
    assert own.send(fact) == {"f": ("held", "")}
    until(lambda: own.ask_about("f") == {"f": "stored"}, 30, "The centre's word comes through the edge")


def test_root_and_targets_are_taken_offline(drill: Network) -> None:
    """On three sticks, two of which must sign; every county gets a key to publish with, made at the centre."""
    folder = drill.data() / "keys"
    before = {name: (folder / name).read_text() for name in ("root.key", "targets.key")}
    (drill.data() / "backup.part" / "keys").mkdir(parents=True)
    (drill.data() / "backup.part" / "keys" / "root.key").write_text(before["root.key"])
    keys(drill, "init", *(word for stick in "abc" for word in ("--out", drill.sticks / stick)))
    assert not (drill.data() / "backup.part").exists(), "What a killed backup left holds the root's key"
    assert sorted(path.name for path in (drill.data() / "keys").iterdir()) == ["publishers.key", "snapshot.key", "timestamp.key"]
    told = keys(drill, "status")
    assert "root: 2 of 3" in told and "targets: 2 of 3" in told and told.count("  elsewhere") == 6
    counties = [code for (code,) in drill.query("SELECT DISTINCT code FROM area_version WHERE length(code) = 6")]
    assert counties and all(f"area-{code}: 1 of 1" in told for code in counties)
    assert told.count("  here") == 3 + len(counties)
    for stick in "abc":
        assert (drill.sticks / stick).stat().st_mode & 0o077 == 0
    # A stop before the files were removed: the centre starts and signs with none of them, and the next command removes them.
    for name, content in before.items():
        (folder / name).touch(mode=0o600)
        (folder / name).write_text(content)
    restart(drill)
    follows(drill)
    keys(drill, "status")
    assert not (folder / "root.key").exists() and not (folder / "targets.key").exists()


@pytest.mark.parametrize("role", ["timestamp", "snapshot", "publishers", "all"])
def test_every_online_key_is_replaced_by_two_of_three(drill: Network, role: str) -> None:
    before = newest_root(drill)
    for too_few in ("", "a"):
        assert "asks for more signatures" in keys(drill, "rotate", role, roots=too_few, status=1)
        assert newest_root(drill) == before
    keys(drill, "rotate", role, roots="ab")
    restart(drill)
    follows(drill)
    # Who publishes is said by the top list; the root stays as it is.
    assert newest_root(drill) == before + (role != "publishers")


def test_a_wrong_passphrase_changes_nothing(drill: Network) -> None:
    before = newest_root(drill)
    (drill.sticks / "wrong").write_text("not this one, certainly\n")
    told = drill.command(
        "keys", "recover", "--with", drill.sticks / "a", "--with", drill.sticks / "b", "--passphrase-file", drill.sticks / "wrong", status=1
    )
    assert "passphrase" in told and newest_root(drill) == before


def test_a_root_key_lost_and_one_stolen_are_replaced(drill: Network) -> None:
    """Stick c is lost: a and b put d in its place. Then a is stolen: b and d put e in its place, and a is worth nothing."""
    for lost, by, new in (("c", "ab", "d"), ("a", "bd", "e")):
        public = json.loads((drill.sticks / lost).read_text())["public_key"]
        root = ask(drill.address(), "GET", METADATA + f"{newest_root(drill)}.root.json").json()["signed"]
        keyid = next(keyid for keyid, key in root["keys"].items() if key["keyval"]["public"] == public)
        keys(drill, "revoke", keyid[:10], "--out", drill.sticks / new, roots=by)
    assert "asks for more signatures" in keys(drill, "rotate", "timestamp", roots="ac", status=1)
    keys(drill, "rotate", "timestamp", roots="de")
    restart(drill)
    follows(drill)


@pytest.mark.parametrize("name", ["snapshot", "publishers"])
def test_a_lost_key_file_is_replaced(drill: Network, name: str) -> None:
    (drill.data() / "keys" / f"{name}.key").unlink()
    keys(drill, "recover", roots="de")
    assert (drill.data() / "keys" / f"{name}.key").exists()
    restart(drill)
    follows(drill)


def test_what_is_approved_waits_for_the_key_on_the_stick(drill: Network, tmp_path: Path) -> None:
    """The network's key lies on a stick: two persons' yes shows nothing until the stick has signed, and it withdraws, too. The reference client finds the lesson by the delegation."""
    keys(drill, "publishers", "--take", "network", "--out", drill.sticks / "n", roots="de")
    restart(drill)
    follows(drill)
    assert "is no publisher's" in keys(drill, "publish", roots="d", status=1)
    editor = drill.sign_in("editor")
    path = drill.upload(editor, make_clip(drill.folder / "lesson.mp4", seconds=8, size="320x180"))
    drill.publish(editor, path, "果树冬剪")
    assert "yuanjiao keys publish" in editor.get(path).text
    name = path.rsplit("/", 1)[1]
    target = f"courseware/network/{name}/1.json"

    def reference(folder: Path) -> Updater:
        folder.mkdir()
        return Updater(str(folder), drill.address() + METADATA, bootstrap=ask(drill.address(), "GET", METADATA + "1.root.json").body)

    assert reference(tmp_path / "before").get_targetinfo(target) is None
    told = keys(drill, "publish", roots="n")
    assert "果树冬剪" in told and "1 published, 0 refused" in told
    found = reference(tmp_path / "after").get_targetinfo(target)
    assert found and drill.query("SELECT manifest_hash FROM courseware WHERE id = ?", name) == [(found.hashes["sha256"],)]
    follows(drill)
    assert "0 published, 0 refused" in keys(drill, "publish", roots="n")
    # A list that nobody changes is signed anew by the stick in the second half of its year, and doctor says so before.
    def ends() -> str:
        return next(line for line in keys(drill, "status").splitlines() if line.startswith("network:"))

    before = ends()
    keys(drill, "publish", roots="n", ahead_seconds=30 * DAY)
    assert ends() == before
    assert "what network signed ends" in drill.command("doctor", status=1, ahead_seconds=300 * DAY)
    keys(drill, "publish", roots="n", ahead_seconds=300 * DAY)
    assert ends() != before
    # The centre alone cannot take it back, and says what can.
    refused = editor.post(f"{path}/withdraw", editor.token(path))
    assert refused.status == 409 and "yuanjiao keys publish" in refused.text
    assert "lies on a stick" in keys(drill, "publish", "--withdraw", name, status=1)
    keys(drill, "publish", "--withdraw", name, roots="n")
    assert reference(tmp_path / "withdrawn").get_targetinfo(target) is None
    # Keys can be changed also when the stick's list has ended meanwhile, and the centre runs with every other key.
    keys(drill, "rotate", "timestamp", "publishers", roots="de", ahead_seconds=800 * DAY)
    assert "network: 1 of 1" in (told := keys(drill, "status")) and "elsewhere" in told.partition("network:")[2].splitlines()[1]
    restart(drill)
    follows(drill)
    # The stick is lost: the sticks of the root bring the key back to the centre.
    keys(drill, "publishers", "--bring", "network", roots="de")
    restart(drill)
    follows(drill)
    assert "is no publisher's" in keys(drill, "publish", roots="n", status=1)


def test_a_centre_restored_from_a_backup_is_carried_forward(drill: Network) -> None:
    """Nodes have seen higher versions than the restored catalogue has, and roots that it has forgotten; one command, and they follow."""
    backup = drill.folder / "backup"
    backup.mkdir()
    drill.programs["centre"].stop()
    source = sqlite3.connect(drill.data() / "centre.sqlite")
    source.execute("VACUUM INTO ?", (str(backup / "centre.sqlite"),))
    source.close()
    shutil.copytree(drill.data() / "keys", backup / "keys")
    drill.restart("centre")
    for _ in range(3):
        keys(drill, "rotate", "snapshot", roots="de")
    restart(drill)
    follows(drill)
    seen = held(drill)["version"]
    drill.programs["centre"].stop()
    for name in ("centre.sqlite", "centre.sqlite-wal", "centre.sqlite-shm"):
        (drill.data() / name).unlink(missing_ok=True)
    shutil.copy(backup / "centre.sqlite", drill.data() / "centre.sqlite")
    shutil.rmtree(drill.data() / "keys")
    shutil.copytree(backup / "keys", drill.data() / "keys")
    drill.restart("centre")
    assert held(drill, "centre")["version"] < seen
    told = keys(drill, "recover", "--from", drill.address("edge"), roots="de")
    assert "3 newer roots" in told
    restart(drill)
    follows(drill)
