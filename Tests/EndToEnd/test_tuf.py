"""`yuanjiao tuf` against repositories that python-tuf makes, and python-tuf against ours."""

from __future__ import annotations

import hashlib
import json
import subprocess
from pathlib import Path
from typing import Callable, Iterator

import pytest
from tuf.api.metadata import Key, Metadata
from tuf.ngclient import Updater

from support.network import Network
from support.tuf_repository import KINDS, Repository, days


class Client:
    """The command with folders of its own."""

    def __init__(self, program: Path, folder: Path, repository: Repository):
        self.program, self.repository = program, repository
        self.metadata, self.targets = folder / "metadata", folder / "targets"
        (folder / "root.json").write_bytes(repository.first_root)
        assert self.run("init", folder / "root.json") == 0

    def run(self, *words: object, ahead_days: int = 0) -> int:
        ahead = ["faketime", "-f", f"+{ahead_days}d"] if ahead_days else []
        url = ["--metadata-url", self.repository.address + "/metadata/"]
        done = subprocess.run([*ahead, self.program, "tuf", "--metadata-dir", self.metadata, *url, *map(str, words)], capture_output=True, timeout=120)
        self.said = done.stderr.decode()
        assert done.returncode in (0, 1), self.said
        assert done.returncode == 0 or self.said.strip(), "A refusal says why"
        return done.returncode

    def refresh(self, ahead_days: int = 0) -> int:
        return self.run("refresh", ahead_days=ahead_days)

    def download(self, name: str) -> int:
        return self.run("--target-name", name, "--target-base-url", self.repository.address + "/targets", "--target-dir", self.targets, "download")

    def versions(self) -> dict[str, int]:
        return {path.stem: json.loads(path.read_bytes())["signed"]["version"] for path in self.metadata.glob("*.json")}

    def downloaded(self) -> list[bytes]:
        return sorted(path.read_bytes() for path in self.targets.glob("*"))


Make = Callable[..., tuple[Client, Repository]]


@pytest.fixture()
def make(yuanjiao: Path, tmp_path: Path) -> Iterator[Make]:
    made: list[Repository] = []

    def make(**options: object) -> tuple[Client, Repository]:
        made.append(Repository(**options))
        return Client(yuanjiao, tmp_path, made[-1]), made[-1]

    yield make
    for repository in made:
        repository.close()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("consistent", [True, False])
@pytest.mark.parametrize("measured", [True, False])
def test_a_repository_of_every_kind_is_followed(make: Make, kind: str, consistent: bool, measured: bool) -> None:
    client, repository = make(kind=kind, consistent=consistent, measured=measured)
    assert client.refresh() == 0
    numbered = ["/metadata/1.snapshot.json", "/metadata/1.targets.json"] if consistent else ["/metadata/snapshot.json", "/metadata/targets.json"]
    assert repository.asked == ["/metadata/2.root.json", "/metadata/timestamp.json", *numbered]
    assert client.versions() == {"root": 1, "timestamp": 1, "snapshot": 1, "targets": 1}
    repository.add("targets", "a/lesson one.txt", b"one")
    repository.publish("targets")
    repository.asked.clear()
    assert client.download("a/lesson one.txt") == 0
    assert client.downloaded() == [b"one"] and client.versions()["targets"] == 2
    # Nothing new: what is here is not asked for again.
    repository.asked.clear()
    assert client.download("a/lesson one.txt") == 0
    assert repository.asked == ["/metadata/2.root.json", "/metadata/timestamp.json"]
    repository.add("targets", "a/lesson one.txt", b"another")
    repository.publish("targets")
    assert client.download("a/lesson one.txt") == 0 and client.downloaded() == [b"another"]


def test_what_is_not_signed_is_not_kept(make: Make) -> None:
    client, repository = make()
    repository.add("targets", "a", b"true")
    repository.publish("targets")
    assert client.download("nothing") == 1 and client.versions()["targets"] == 2
    repository.contents["a"] = b"lies"
    assert client.download("a") == 1 and client.downloaded() == []
    repository.contents["a"] = b"true and more"
    assert client.download("a") == 1 and client.downloaded() == []


def test_a_root_that_is_none_is_not_begun_with(yuanjiao: Path, tmp_path: Path) -> None:
    repository = Repository()
    try:
        root = json.loads(repository.first_root)
        del root["signed"]["version"]
        (tmp_path / "root.json").write_text(json.dumps(root))
        done = subprocess.run([yuanjiao, "tuf", "--metadata-dir", tmp_path / "m", "init", tmp_path / "root.json"], capture_output=True)
        assert done.returncode == 1 and repository.asked == []
        (tmp_path / "m").mkdir()
        (tmp_path / "m" / "root.json").write_text(json.dumps(root))
        done = subprocess.run([yuanjiao, "tuf", "--metadata-dir", tmp_path / "m", "--metadata-url", repository.address + "/metadata", "refresh"], capture_output=True)
        assert done.returncode == 1 and repository.asked == []
    finally:
        repository.close()


@pytest.mark.parametrize("role", ["root", "timestamp", "snapshot", "targets"])
def test_keys_of_every_role_are_changed_without_a_visit(make: Make, role: str) -> None:
    client, repository = make()
    assert client.refresh() == 0
    repository.rotate(role, count=3, threshold=2)
    repository.signers[role].pop()
    repository.publish("targets")
    assert client.refresh() == 0 and client.versions() == {"root": 2, "timestamp": 2, "snapshot": 2, "targets": 2}
    # One signature of two is none.
    repository.signers[role].pop()
    if role == "root":
        repository.publish_root()
    else:
        repository.publish("targets")
    assert client.refresh() == 1 and client.versions()[role] == 2


def test_a_root_needs_the_old_keys_and_the_new(make: Make) -> None:
    client, repository = make()
    old, new = repository.signers["root"], [repository.new_key()]
    repository.root.roles["root"].keyids.clear()
    repository.root.add_key(new[0].public_key, "root")
    for by in (old, new):
        repository.root.version = 1
        repository.publish_root(by)
        assert client.refresh() == 1 and client.versions() == {"root": 1}
    repository.root.version = 1
    repository.publish_root(old + new)
    assert client.refresh() == 0 and client.versions()["root"] == 2


def test_one_key_under_many_names_is_one_key(make: Make) -> None:
    client, repository = make()
    key = repository.signers["snapshot"][0].public_key
    for number in range(3):
        twin = Key.from_dict(f"{number}" * 64, key.to_dict())
        repository.root.add_key(twin, "snapshot")
    repository.root.roles["snapshot"].threshold = 2
    repository.publish_root()
    body = Metadata(repository.signed["snapshot"])
    body.sign(repository.signers["snapshot"][0])
    signed = json.loads(body.to_bytes())
    signed["signatures"] += [{"keyid": f"{number}" * 64, "sig": signed["signatures"][0]["sig"]} for number in range(3)]
    repository.measured = False
    repository.publish()
    repository.files["/metadata/2.snapshot.json"] = json.dumps(signed).encode()
    assert client.refresh() == 1 and "snapshot" not in client.versions()


def test_members_that_nobody_knows_are_signed_and_passed_over(make: Make) -> None:
    client, repository = make()
    repository.root.unrecognized_fields["more"] = {"a": [1, None]}
    keyid = repository.root.roles["root"].keyids[0]
    repository.root.keys[keyid].unrecognized_fields["keyid_hash_algorithms"] = ["md5"]
    repository.publish_root()
    assert client.refresh() == 0 and client.versions()["root"] == 2


@pytest.mark.parametrize("measured", [True, False])
def test_nothing_goes_back(make: Make, measured: bool) -> None:
    """Timestamp, snapshot in the timestamp, a list in the snapshot, a list that the snapshot no longer names."""
    client, repository = make(measured=measured)
    repository.delegate("targets", "county", ["*"])
    for _ in range(2):
        repository.publish("targets", "county")
    assert client.refresh() == 0
    before = client.versions()
    keep = {name: body for name, body in repository.files.items()}
    stamp = repository.signed["timestamp"]

    def refused(change: Callable[[], None], changed: dict[str, int] | None = None) -> None:
        repository.files = dict(keep)
        change()
        assert client.refresh() == 1, client.said
        assert client.versions() == before | (changed or {})

    def timestamp_back() -> None:
        stamp.version -= 1
        repository.put("timestamp")
        stamp.version += 1

    def snapshot_back() -> None:
        repository.signed["snapshot"].version -= 1
        repository.name_snapshot()
        repository.signed["snapshot"].version += 1

    refused(timestamp_back)
    refused(snapshot_back)
    meta, snapshot = repository.signed["snapshot"].meta, repository.signed["snapshot"]
    good = dict(meta)
    for role in ("targets", "county"):
        snapshot.meta = dict(good) | {f"{role}.json": repository.named(repository.files[f"/metadata/{good[f'{role}.json'].version}.{role}.json"], 1)}
        snapshot.version += 1
        refused(repository.name_snapshot, {"timestamp": stamp.version + 1})
        before = client.versions()
    snapshot.meta = {"targets.json": good["targets.json"]}
    snapshot.version += 1
    refused(repository.name_snapshot, {"timestamp": stamp.version + 1})


def test_a_timestamp_of_the_same_version_changes_nothing(make: Make) -> None:
    client, repository = make()
    assert client.refresh() == 0
    repository.signed["timestamp"].snapshot_meta.version = 100
    repository.put("timestamp")
    assert client.refresh() == 0
    assert json.loads((client.metadata / "timestamp.json").read_bytes())["signed"]["meta"]["snapshot.json"]["version"] == 1


@pytest.mark.parametrize("role", ["timestamp", "snapshot"])
def test_a_version_driven_far_ahead_is_recovered_from_by_new_keys(make: Make, role: str) -> None:
    """Who had the key signed 2^53 - 1; new keys under a new root, and the clients follow again."""
    client, repository = make()
    repository.signed[role].version = 2**53 - 1 if role == "timestamp" else 99_999
    repository.name_snapshot(bump=role != "timestamp")
    assert client.refresh() == 0 and client.versions()[role] > 99_000
    for each in {"snapshot", "timestamp"} if role == "snapshot" else {"timestamp"}:
        repository.rotate(each)
        repository.signed[each].version = 1
    repository.publish("targets", bump=False)
    assert client.refresh() == 0 and client.versions()[role] == 1


def test_what_has_ended_is_not_taken(make: Make) -> None:
    client, repository = make()
    assert client.refresh() == 0
    # The clock is far ahead: the timestamp has ended, and nothing else comes.
    assert client.refresh(ahead_days=11) == 1 and "expired" in client.said
    repository.signed["timestamp"].expires = days(40)
    repository.publish("targets")
    # The one that is here has ended; the new one has not.
    assert client.refresh(ahead_days=15) == 0 and client.versions()["timestamp"] == 2
    assert client.refresh(ahead_days=35) == 1, "The snapshot has ended"
    for role in ("timestamp", "snapshot", "targets", "root"):
        repository.signed[role].expires = days(-1)
        if role == "root":
            repository.publish_root()
        else:
            repository.publish("targets")
        before = client.versions()
        assert client.refresh() == 1 and client.versions().get(role) == (2 if role == "root" else before.get(role)), role
        if role != "root":
            repository.signed[role].expires = days(300)


GRAPHS = {
    "in order": ([("targets", "A"), ("targets", "B")], ["A", "B"]),
    "depth first": ([("targets", "A"), ("targets", "B"), ("A", "C"), ("C", "D")], ["A", "C", "D", "B"]),
    "a circle": ([("targets", "A"), ("A", "B"), ("B", "A")], ["A", "B"]),
    "two ways to one": ([("targets", "A"), ("targets", "B"), ("B", "C"), ("A", "C")], ["A", "C", "B"]),
    "an end": ([("targets", "A"), ("targets", "B"), ("A", "C", ["*"], True), ("A", "D")], ["A", "C"]),
    "other paths": ([("targets", "A", ["*.py"]), ("targets", "B", ["a/*"]), ("B", "C"), ("B", "D", ["?/x"])], ["B", "D"]),
    "no slash in a star": ([("targets", "A", ["*"]), ("targets", "B", ["*/*"])], ["B"]),
}


@pytest.mark.parametrize("graph", GRAPHS)
def test_delegated_roles_are_asked_in_depth_and_in_order(make: Make, graph: str) -> None:
    edges, order = GRAPHS[graph]
    client, repository = make()
    target = "a/x" if graph in ("other paths", "no slash in a star") else "x"
    for by, role, *more in edges:
        repository.delegate(by, role, more[0] if more else ["*"], more[1] if len(more) > 1 else False)
    repository.publish("targets")
    assert client.download(target) == 1
    lists = [name.split(".")[1] for name in repository.asked if name.count(".") == 2]
    assert [role for role in lists if role not in ("root", "snapshot", "targets")] == order


def test_a_county_publishes_within_its_part(make: Make) -> None:
    """By patterns and by hash prefixes; what lies outside its part is not found however it is signed."""
    client, repository = make()
    bins = [hashlib.sha256(path.encode()).hexdigest()[:2] for path in ("video-1", "video-2")]
    repository.delegate("targets", "990101", ["990101/*"])
    repository.delegate("targets", "bin", prefixes=[bins[0]])
    for role, path in [("990101", "990101/lesson"), ("990101", "990102/lesson"), ("bin", "video-1"), ("bin", "video-2")]:
        repository.add(role, path, path.encode())
    repository.publish("targets", "990101", "bin")
    assert client.download("990101/lesson") == 0 and client.download("video-1") == 0
    assert client.download("990102/lesson") == 1 and (client.download("video-2") == 1 or bins[0] == bins[1])
    assert client.downloaded() == [b"990101/lesson", b"video-1"]
    # Not the keys that were delegated to.
    repository.signers["990101"] = [repository.new_key()]
    repository.publish("990101")
    assert client.download("990101/lesson") == 1
    # Nor after its end.
    assert client.refresh() == 0


@pytest.mark.parametrize("role", ["?", "#", "/delegated", "../delegated", "角色", "a b"])
def test_a_role_may_be_called_anything(make: Make, role: str) -> None:
    client, repository = make()
    repository.delegate("targets", role, ["*"])
    repository.publish("targets")
    assert client.download("nothing") == 1
    assert len(list(client.metadata.glob("*"))) == 5 and len(list(client.metadata.parent.rglob("*.json"))) == 6


@pytest.mark.parametrize("role", ["root", "timestamp", "snapshot", "targets"])
def test_a_delegated_role_takes_no_name_of_the_four(make: Make, role: str) -> None:
    client, repository = make()
    assert client.refresh() == 0
    before = (client.metadata / f"{role}.json").read_bytes()
    repository.signed["other"], repository.signers["other"] = repository.signed["targets"], repository.signers["targets"]
    repository.delegate("targets", "other", ["*"])
    repository.signed["targets"].delegations.roles[role] = repository.signed["targets"].delegations.roles.pop("other")
    repository.signed["targets"].delegations.roles[role].name = role
    del repository.signed["other"]
    repository.publish("targets")
    assert client.download("x") == 1
    assert role in ("timestamp", "snapshot") or (client.metadata / f"{role}.json").read_bytes() == before


def test_python_tuf_reads_our_repository(network: Network, tmp_path: Path) -> None:
    """The reference client follows a catalogue of ours from the first root on."""
    import urllib.request

    address = network.address() + "/api/v1/metadata/"
    first = urllib.request.urlopen(address + "1.root.json").read()
    updater = Updater(str(tmp_path), address, bootstrap=first)
    updater.refresh()
    versions = {path.stem: json.loads(path.read_bytes())["signed"]["version"] for path in tmp_path.glob("*.json")}
    assert {"root", "timestamp", "snapshot", "targets"} <= set(versions)
    assert updater.get_targetinfo("courseware/none/1.json") is None
    # And our own command does, without anything of ours in the folder.
    (tmp_path / "first.json").write_bytes(first)
    for words in (["init", tmp_path / "first.json"], ["--metadata-url", address, "refresh"]):
        subprocess.run([network.program, "tuf", "--metadata-dir", tmp_path / "ours", *words], check=True, timeout=60)
    assert (tmp_path / "ours" / "timestamp.json").read_bytes() == (tmp_path / "timestamp.json").read_bytes()
