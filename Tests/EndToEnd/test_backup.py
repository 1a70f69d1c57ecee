"""A backup of a running centre: one file, encrypted for whoever may restore it, and what is restored from it is the centre that it was."""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import shutil
import signal
import sqlite3
import subprocess
import tarfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Iterator
from zoneinfo import ZoneInfo

import pytest

from support.network import Network, until
from support.patience import PATIENCE

OPERATIONS = Path(__file__).parents[2] / "docs/operations.md"


class OnPostgres(Network):
    """The network on a PostgreSQL database of its own."""

    def __init__(self, program: Path, folder: Path):
        self.server = os.environ["YUANJIAO_TEST_POSTGRES"]
        self.database = self.make_database()
        super().__init__(program, folder)

    def psql(self, statement: str, database: str) -> str:
        command = ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", f"{self.server} dbname={database}", "-c", statement]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60 * PATIENCE).stdout.strip("\n")

    def make_database(self) -> str:
        name = "backup_" + secrets.token_hex(6)
        self.psql(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'", "postgres")
        return name

    def address_of(self, database: str) -> str:
        # A word that only this network's programs may see.
        return f"postgres:{self.server} dbname={database} password='sesame sesame'"

    def command(self, *arguments: str | Path, status: int = 0) -> str:
        return super().command(*arguments, "--database", self.address_of(self.database), status=status)

    def start(self, name: str, kind: str, *options: str):
        return super().start(name, kind, *options, "--database", self.address_of(self.database))

    def close(self) -> None:
        super().close()
        self.psql(f"DROP DATABASE {self.database} WITH (FORCE)", "postgres")


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def network(request: pytest.FixtureRequest, yuanjiao: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    folder = tmp_path_factory.mktemp("backed-up")
    made = Network(yuanjiao, folder) if request.param == "sqlite" else OnPostgres(yuanjiao, folder)
    try:
        yield made.begin()
    finally:
        made.close()


@pytest.fixture
def target(tmp_path: Path) -> Path:
    folder = tmp_path / "target"
    folder.mkdir()
    return folder


def key(folder: Path, name: str) -> tuple[Path, str]:
    """A key of age: the file with its secret half, and its public half."""
    file = folder / name
    subprocess.run(["age-keygen", "-o", file], check=True, capture_output=True)
    return file, re.search(r"public key: (age1\w+)", file.read_text())[1]


def nothing_is_left(network: Network, target: Path) -> bool:
    return not list(target.iterdir()) and not (network.data() / "backup.part").exists()


def events(network: Network) -> int:
    if isinstance(network, OnPostgres):
        return int(network.psql("SELECT count(*) FROM event", network.database))
    return network.query("SELECT count(*) FROM event")[0][0]


def restored(network: Network, folder: Path) -> str:
    """Puts a copy into its place elsewhere, as the document says, and lets `doctor` look at it."""
    shutil.copytree(network.data() / "blobs", folder / "blobs")
    command = [network.program, "doctor", "--data", folder]
    if isinstance(network, OnPostgres):
        name = network.make_database()
        try:
            subprocess.run(["pg_restore", "--no-owner", "--dbname", f"{network.server} dbname={name}", folder / "centre.dump"], check=True, timeout=120 * PATIENCE)
            assert int(network.psql("SELECT count(*) FROM account", name)) == 3
            said = subprocess.run([*command, "--database", network.address_of(name)], capture_output=True, text=True, timeout=120 * PATIENCE)
        finally:
            network.psql(f"DROP DATABASE {name} WITH (FORCE)", "postgres")
    else:
        with sqlite3.connect(folder / "centre.sqlite") as database:
            assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert database.execute("SELECT count(*) FROM account").fetchone() == (3,)
        said = subprocess.run(command, capture_output=True, text=True, timeout=120 * PATIENCE)
    assert said.returncode == 0, said.stdout + said.stderr
    return said.stdout


def test_what_is_restored_from_a_plain_copy_is_the_centre(network: Network, target: Path, tmp_path: Path) -> None:
    before = events(network)
    said = network.command("backup", "--to", target, "--as", "Zhang San")
    (file,) = target.iterdir()
    assert said.splitlines()[0] == str(file) and re.fullmatch(r"\d{4}-\d\d-\d\dT\d{6}\.tar", file.name)
    assert abs(datetime.strptime(file.name[:17], "%Y-%m-%dT%H%M%S") - datetime.now(ZoneInfo("Asia/Shanghai")).replace(tzinfo=None)) < timedelta(minutes=5 * PATIENCE)
    assert "NOT ENCRYPTED" in said and "rsync" in said
    # The step that is printed is the one that is written down.
    assert said.splitlines()[-1].removeprefix("To restore (docs/operations.md): ") in OPERATIONS.read_text()
    assert file.stat().st_mode & 0o777 == 0o600 and not (network.data() / "backup.part").exists()
    restore = tmp_path / "restore"
    with tarfile.open(file) as archive:
        assert all(part.mode & 0o077 == 0 for part in archive.getmembers())
        archive.extractall(restore, filter="data")
    for own in (network.data() / "keys").iterdir():
        assert (restore / "keys" / own.name).read_bytes() == own.read_bytes()
    assert re.search(rf"log +({before}|{before + 1}) entries chained, none missing or changed", restored(network, restore))
    made = "SELECT actor FROM event WHERE kind = 'backup.made'"
    by = network.psql(made, network.database) if isinstance(network, OnPostgres) else network.query(made)[0][0]
    assert by == "command-line:Zhang San"


def test_an_encrypted_copy_opens_for_those_it_was_made_for(network: Network, target: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (first, one), (second, two), (stranger, _) = (key(tmp_path, name) for name in ("first", "second", "stranger"))
    said = network.command("backup", "--to", target, "--for", one, "--for", two)
    (file,) = target.iterdir()
    assert file.suffixes == [".tar", ".age"] and "Encrypted for 2 keys" in said and "NOT" not in said
    content = file.read_bytes()
    assert content.startswith(b"age-encryption.org/v1") and b"SQLite format" not in content and b"PGDMP" not in content and b"root.key" not in content
    assert file.stat().st_mode & 0o777 == 0o600
    opened = [subprocess.run(["age", "--decrypt", "--identity", own, file], capture_output=True, check=True).stdout for own in (first, second)]
    assert opened[0] == opened[1]
    assert subprocess.run(["age", "--decrypt", "--identity", stranger, file], capture_output=True).returncode != 0
    (tmp_path / "opened.tar").write_bytes(opened[0])
    with tarfile.open(tmp_path / "opened.tar") as archive:
        archive.extractall(tmp_path / "restore", filter="data")
    restored(network, tmp_path / "restore")
    # For whom may stand in the settings.
    file.unlink()
    monkeypatch.setenv("YUANJIAO_BACKUP_FOR", f"{one}, {two}")
    assert "Encrypted for 2 keys" in network.command("backup", "--to", target)


def test_the_database_password_stands_on_no_command_line(network: Network, target: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("pg_dump", "tar", "age"):
        (programs / name).write_text(f'#!/bin/sh\ntr "\\000" " " < /proc/$$/cmdline >> {tmp_path}/said\nexec {shutil.which(name)} "$@"\n')
        (programs / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    network.command("backup", "--to", target, "--for", key(tmp_path, "key")[1])
    said = (tmp_path / "said").read_text()
    assert "--create" in said and ("--format=custom" in said) == isinstance(network, OnPostgres) and "sesame" not in said


def test_nothing_is_left_of_a_copy_that_failed(network: Network, target: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret, public = key(tmp_path, "key")
    for wrong in ("age1wrong", public[:-1] + ("q" if public[-1] != "q" else "p")):
        assert "age ended with 1" in network.command("backup", "--to", target, "--for", wrong, status=1)
        assert nothing_is_left(network, target)
    mine = re.search(r"AGE-SECRET-KEY-\w+", secret.read_text())[0]
    said = network.command("backup", "--to", target, "--for", mine, status=1)
    assert mine not in said and "public keys" in said and nothing_is_left(network, target)
    assert "Is the disk mounted?" in network.command("backup", "--to", target / "no", status=1)
    # Programs that are missing, or fail behind or before the other.
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("tar", "nice", "setpriv", "prlimit", "pg_dump", "sh", "sleep", "head"):
        (programs / name).symlink_to(shutil.which(name))
    monkeypatch.setenv("PATH", str(programs))
    assert "age is not on this machine" in network.command("backup", "--to", target, "--for", public, status=1)
    assert nothing_is_left(network, target)
    fake = programs / "age"
    for script, word in (("head -c 9; exit 3", "age ended with 3"), ("exit 4", "age ended with 4"), ("kill -9 $$", "age ended with -9")):
        fake.write_text(f"#!/bin/sh\n{script}\n")
        fake.chmod(0o755)
        assert word in network.command("backup", "--to", target, "--for", public, status=1)
        assert nothing_is_left(network, target)
    (programs / "tar").unlink()
    (programs / "tar").write_text("#!/bin/sh\nhead -c 99 /dev/zero; echo no room >&2; exit 2\n")
    (programs / "tar").chmod(0o755)
    assert "tar ended with 2: no room" in network.command("backup", "--to", target, status=1)
    assert nothing_is_left(network, target)


def test_keys_are_not_copied_while_they_are_changed(network: Network, target: Path) -> None:
    folder = os.open(network.data() / "keys", os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        assert "changes the keys now" in network.command("backup", "--to", target, status=1)
    finally:
        os.close(folder)
    assert nothing_is_left(network, target)


def test_nothing_is_written_over(network: Network, target: Path) -> None:
    now = datetime.now(ZoneInfo("Asia/Shanghai"))
    names = {(now + timedelta(seconds=second)).strftime("%Y-%m-%dT%H%M%S.tar") for second in range(int(300 * PATIENCE))}
    for name in names:
        (target / name).write_text("the copy of before")
    assert "is not written over" in network.command("backup", "--to", target, status=1)
    assert {file.name for file in target.iterdir()} == names and {file.read_text() for file in target.iterdir()} == {"the copy of before"}


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_a_copy_that_is_ended_leaves_no_plain_one(network: Network, target: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: signal.Signals) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "age").write_text("#!/bin/sh\nhead -c 9\nexec sleep 600\n")
    (programs / "age").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    _, public = key(tmp_path, "key")
    options = ["--database", network.address_of(network.database)] if isinstance(network, OnPostgres) else []
    command = [network.program, "backup", "--to", target, "--for", public, "--data", network.data(), *options]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    until(lambda: [part for part in target.glob("*.part") if part.stat().st_size], 60, "The copy is being written")
    # Two at once would tread on each other's plain copy.
    assert "Another backup is being made" in network.command("backup", "--to", target, "--for", public, status=1)
    running.send_signal(ending)
    assert running.wait(60 * PATIENCE) != 0
    if ending != signal.SIGKILL:
        assert nothing_is_left(network, target)
    else:
        # Only the beginning of the encrypted one has the name of a part; the plain one goes with the next copy.
        assert all(file.name.endswith(".tar.age.part") for file in target.iterdir())
        monkeypatch.undo()
        other = tmp_path / "other"
        other.mkdir()
        network.command("backup", "--to", other, "--for", public)
        assert not (network.data() / "backup.part").exists() and len(list(other.glob("*.tar.age"))) == 1
