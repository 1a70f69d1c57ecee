"""Several centres behind nginx on one PostgreSQL: whichever is killed, no acknowledged fact is lost, none counts twice, and pages go on."""

from __future__ import annotations

import os
import re
import secrets
import subprocess
import threading
import time
from pathlib import Path
from typing import Iterator

import pytest

from support.ledger import MONTH, FactMaker, Ledger, Sender
from support.network import SITES, Network, Visitor, make_clip, until
from support.nginx import nginx
from support.patience import PATIENCE
from support.processes import Program, free_port
from support.signing import OwnNode
from support.standby import Standby

CENTRES = ("centre", "front")


class SeveralCentres(Network):
    """The network with a second centre beside the first, both behind nginx; who says no name means nginx."""

    def __init__(self, program: Path, folder: Path, server: str):
        self.server = server
        self.database = "e2e_" + secrets.token_hex(6)
        super().__init__(program, folder)
        self.ports |= {"front": free_port(), "nginx": free_port()}
        self.psql("CREATE DATABASE %s TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'" % self.database, database="postgres")

    def address(self, name: str = "nginx") -> str:
        # The counted line of the base class asks before there is an nginx.
        return super().address(name if name in self.ports else "centre")

    def data(self, name: str = "centre") -> Path:
        return super().data("centre" if name == "front" else name)

    def psql(self, statement: str, database: str = "") -> str:
        command = ["psql", "-X", "-q", "-A", "-t", "-F", "\x1f", "-v", "ON_ERROR_STOP=1", "-d", f"{self.server} dbname={database or self.database}", "-c", statement]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60 * PATIENCE).stdout.strip("\n")

    def options(self) -> list[str]:
        return ["--database", f"postgres:{self.server} dbname={self.database}"]

    def command(self, *arguments: str | Path, status: int = 0) -> str:
        return super().command(*arguments, *self.options(), status=status)

    def start(self, name: str, kind: str, *options: str) -> Program:
        return super().start(name, kind, *options, *(self.options() if kind == "centre" else []))

    def begin(self, accounts=("city", "editor", "reviewer")) -> Network:
        super().begin(accounts)
        self.start("front", "centre", "--front")
        self.programs["nginx"] = nginx(self.folder / "nginx", self.ports["nginx"], [self.ports[name] for name in CENTRES]).start()
        self.programs["nginx"].wait_for(f"{self.address()}/health")
        return self

    def query(self, statement: str, *values: object) -> list[tuple]:
        for value in values:
            statement = statement.replace("?", str(value) if isinstance(value, int) else f"'{value}'", 1)
        return [tuple(map(cell, line.split("\x1f"))) for line in self.psql(statement).splitlines()]

    def close(self) -> None:
        super().close()
        self.psql(f"DROP DATABASE {self.database} WITH (FORCE)", database="postgres")


def cell(text: str) -> object:
    if text.startswith("\\x"):
        return bytes.fromhex(text[2:])
    return int(text) if re.fullmatch(r"-?\d+", text) else text


@pytest.fixture(scope="module")
def network(yuanjiao: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SeveralCentres]:
    server = os.environ.get("YUANJIAO_TEST_POSTGRES")
    assert server, "YUANJIAO_TEST_POSTGRES is not set; bin/test starts a PostgreSQL"
    made = SeveralCentres(yuanjiao, tmp_path_factory.mktemp("several"), server)
    try:
        yield made.begin()
    finally:
        made.close()


def test_whichever_centre_is_killed_facts_arrive_once_and_pages_go_on(network: SeveralCentres) -> None:
    ledger = Ledger(network.folder / "ledger.ndjson")
    senders = [
        Sender(ledger, OwnNode(network.address()).enrol(network.edge_claim(f"own-{number}", area)), FactMaker(site.terminal, seed=number))
        for number, (area, site) in enumerate([("990101", SITES[0]), ("990101", SITES[1]), ("990102", SITES[3])])
    ]
    visitor = network.sign_in("city")
    looks: list[int] = []
    looking = threading.Event()

    def look() -> None:
        while not looking.is_set():
            looks.append(visitor.get(f"/areas/9901?month={MONTH}").status)
            time.sleep(0.05)

    watcher = threading.Thread(target=look, daemon=True)
    try:
        for sender in senders:
            sender.start()
        watcher.start()
        for victim in CENTRES * 3:
            before = len(ledger.acknowledged)
            until(lambda: len(ledger.acknowledged) >= before + 40, 30, "facts are acknowledged")
            network.kill(victim)
            ledger.hit("facts going up", victim)
            before = len(ledger.acknowledged)
            until(lambda: len(ledger.acknowledged) >= before + 40, 30, f"the other takes facts while {victim} is dead")
            network.restart(victim)
        for sender in senders:
            sender.finish(60)
        looking.set()
        watcher.join(10)
    finally:
        looking.set()
        for sender in senders:
            sender.abandon()
        ledger.close()
    ledger.check(network)
    assert len(looks) > 30 and set(looks) == {200}, [status for status in looks if status != 200]
    shown = [Visitor(network.address(name), "city", network.passwords["city"]).rows(f"/sites.csv?area=9901&month={MONTH}&show=all") for name in CENTRES]
    assert shown[0] == shown[1] and any(int(row["开机分钟"] or 0) > 0 for row in shown[0])


def test_a_job_ordered_at_the_front_is_done_once_by_the_centre(network: SeveralCentres) -> None:
    front = Visitor(network.address("front"), "editor", network.passwords["editor"])
    clip = make_clip(network.folder / "lesson.mp4", seconds=15)
    path = network.upload(front, clip)
    until(lambda: network.query("SELECT state FROM job WHERE kind = 'encode'") == [("running",)], 20, "the centre encodes", every=0.02)
    # A front that starts again takes nothing from whoever works.
    network.kill("front")
    network.restart("front")
    until(lambda: not front.get(f"{path}/progress").json()["running"], 120, "the encoding")
    assert network.query("SELECT state, attempts FROM job WHERE kind = 'encode'") == [("done", 1)]
    assert network.query("SELECT state FROM courseware") == [("ready",)]


def test_a_replica_answers_for_figures_as_of_what_it_knows(network: SeveralCentres) -> None:
    own = OwnNode(network.address()).enrol(network.edge_claim("own-replica", "990101"))
    people = {name: Visitor(network.address(name), "city", network.passwords["city"]) for name in CENTRES}

    def figures(name: str) -> tuple[int, int]:
        bulletin = people[name].get(f"/bulletins/{MONTH}/9901.json").json()
        return bulletin["total"]["on_minutes"], bulletin["as_of"]

    def send(minute: int) -> None:
        told = own.send({"id": f"replica-{minute}", "kind": "presence", "terminal": SITES[1].terminal, "day": "2010-12-31", "minutes": str(minute)})
        told |= own.send({"id": f"replica-{minute}-march", "kind": "presence", "terminal": SITES[1].terminal, "day": f"{MONTH}-31", "minutes": str(1430 + minute)})
        assert {verdict for verdict, _ in told.values()} == {"stored"}

    before, _ = figures("centre")
    network.kill("front")
    standby = Standby(network.server)
    try:
        command = network.programs["front"].command
        network.programs["front"] = Program([*command, "--reports", f"postgres:{standby.address(network.database)}"], network.folder / "front.log")
        network.restart("front")
        assert figures("front")[0] == before
        standby.psql("postgres", "SELECT pg_wal_replay_pause()")
        send(1)
        acknowledged = time.time()
        until(lambda: figures("centre")[0] == before + 1, 10, "the centre counts the fact")
        kept, as_of = figures("front")
        assert kept == before and as_of < acknowledged * 1000, "The replica says that it knows what it does not know"
        standby.psql("postgres", "SELECT pg_wal_replay_resume()")
        until(lambda: figures("front")[0] == before + 1, 10, "the replica counts the fact")
        standby.stop()
        send(2)
        until(lambda: figures("front")[0] == before + 2, 10, "without the replica the database answers")
    finally:
        standby.stop()


def test_a_front_leaves_the_first_start_to_the_other(yuanjiao: Path, network: SeveralCentres, tmp_path: Path) -> None:
    run = subprocess.run([yuanjiao, "centre", "--front", "--data", tmp_path, "--port", "0", *network.options()], capture_output=True, text=True, timeout=30 * PATIENCE)
    assert run.returncode != 0 and "Start the centre that does the jobs first" in run.stderr
    assert not list(tmp_path.glob("keys*"))


def test_a_front_needs_postgres(yuanjiao: Path, tmp_path: Path) -> None:
    run = subprocess.run([yuanjiao, "centre", "--front", "--data", tmp_path, "--port", "0"], capture_output=True, text=True, timeout=30 * PATIENCE)
    assert run.returncode != 0 and "`reports` and `front` need a `database` of PostgreSQL" in run.stderr
