"""How long the overview of the topmost area takes while facts arrive at the network's natural rate: a presence of each terminal every minute.

`python Tests/bench/overview.py PROGRAM` measures a city on both engines; `--sizes city,nation` the rest. The centre runs as a process of its own; facts come over
HTTP from one edge, signed, and looks one after the other as from officers at their desks. It judges no speed, only whether what was sent is counted.
"""

from __future__ import annotations

import argparse
import dataclasses
import datetime
import json
import multiprocessing
import re
import shutil
import signal
import sys
import tempfile
import time
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scale import copied, load, said, say
from scale_network import PLANS, MadeNetwork, uuid
from scale_stores import Cluster, PostgresStore, SQLiteStore

from support.network import Visitor
from support.processes import Program, free_port
from support.signing import OwnNode
from support.standby import Standby

ZONE = datetime.timezone(datetime.timedelta(hours=8))
GOALS = {"city": 50, "province": 1000, "nation": 200}
LOOKS = 200
# One look a pause: some dozens of officers.
PAUSE = 0.25
SENDERS = 2


def main() -> None:
    parser = argparse.ArgumentParser(description="Measures the overview while facts arrive.")
    parser.add_argument("program", type=Path)
    parser.add_argument("--sizes", default="city")
    parser.add_argument("--engines", default="sqlite,postgres")
    parser.add_argument("--looks", type=int, default=LOOKS)
    parser.add_argument("--replica", action="store_true", help="PostgreSQL with a replica from which the overview reads")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    folder = Path(tempfile.mkdtemp(prefix="yuanjiao-overview-"))
    folder.chmod(0o711)
    cluster = None
    try:
        program = copied(arguments.program.resolve(), folder / "program")
        if "postgres" in arguments.engines:
            cluster = Cluster(folder / "pg", "1GB" if "nation" in arguments.sizes else "128MB", replicated=arguments.replica)
        for size in arguments.sizes.split(","):
            plan = dataclasses.replace(PLANS[size], presence=False)
            network = MadeNetwork(plan, 1, 1, f"{datetime.datetime.now(ZONE):%Y-%m}", through=datetime.datetime.now(ZONE).date())
            for engine in arguments.engines.split(","):
                data = folder / f"{size}-{engine}"
                data.mkdir()
                store = SQLiteStore(data) if engine == "sqlite" else PostgresStore(cluster, data, size)
                measure(program, store, network, arguments.looks, arguments.replica and engine == "postgres")
                store.close()
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        if cluster:
            cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)


def measure(program: Path, store, network: MadeNetwork, looks: int, has_replica: bool) -> None:
    plan = network.plan
    name = f"{plan.name}, {store.engine}" + (" with a replica" if has_replica else "")
    options = ["--data", store.data, *store.options]
    said(program, ["migrate", *options])
    store.fill_register(network)
    store.fill_facts(network)
    edge = OwnNode("")
    edge.node = "edge-bench"
    store.add_edge(edge.node, uuid(1, plan.root), edge.public_key, network.made_ms)
    store.settle()
    store.analyze()
    password = said(program, ["account", "add", "bench", *options, "--name", "bench", "--role", "officer", "--area", plan.root, "--lasting"]).split()[-1]
    address = f"http://127.0.0.1:{(port := free_port())}"
    standby = Standby(store.cluster.address("postgres"), ("shared_buffers=1GB",)) if has_replica else None
    replica = ["--reports", f"postgres:{standby.address(store.name)}"] if standby else []
    centre = Program([program, "centre", *options, *replica, "--port", str(port), "--log", "warning"], store.data / "centre.log")
    edge.address = address
    rate = plan.sites / 60
    sent, stopping = multiprocessing.Value("q", 0), multiprocessing.Event()
    senders = [multiprocessing.Process(target=send, args=(edge, plan.sites, rate, part, sent, stopping), daemon=True) for part in range(SENDERS)]
    try:
        centre.start().wait_for(f"{address}/health")
        visitor = Visitor(address, "bench", password)
        show(visitor, plan.root)
        quiet = times(visitor, plan.root, looks // 2)
        before = minutes(visitor, plan)
        for sender in senders:
            sender.start()
        began = time.monotonic()
        busy = times(visitor, plan.root, looks)
        seconds = time.monotonic() - began
        arrived = sent.value / seconds
        stopping.set()
        for sender in senders:
            sender.join(30)
        say(
            f"{name}: {percentile(busy, 99) / GOALS[plan.name]:.2f} of the goal of {GOALS[plan.name]} ms: overview p99 {percentile(busy, 99):.0f} ms, "
            f"median {percentile(busy, 50):.0f} ms of {looks} looks while {arrived:,.0f} facts/s arrive ({arrived / rate:.2f} of the natural rate); "
            f"quiet p99 {percentile(quiet, 99):.0f}, median {percentile(quiet, 50):.0f} ms {load()}"
        )
        waited = counted(visitor, plan, before, sent.value)
        say(f"{name}: the last of {sent.value} facts stands in the overview {waited:.1f} s after it was acknowledged {load()}")
    finally:
        stopping.set()
        for sender in senders:
            if sender.is_alive():
                sender.kill()
        centre.stop()
        if standby:
            standby.stop()


def show(visitor: Visitor, root: str) -> str:
    answer = visitor.get(f"/areas/{root}")
    if answer.status != 200:
        raise SystemExit(f"/areas/{root} was answered {answer.status}")
    return answer.text


def times(visitor: Visitor, root: str, looks: int) -> list[float]:
    """Milliseconds of looks, the first of which is not counted."""
    found = []
    for _ in range(looks + 1):
        began = time.monotonic()
        show(visitor, root)
        found.append((time.monotonic() - began) * 1000)
        time.sleep(PAUSE)
    return sorted(found[1:])


def percentile(values: list[float], percent: int) -> float:
    return values[min(len(values) - 1, len(values) * percent // 100)]


def minutes(visitor: Visitor, plan) -> int:
    """The minutes on of the present month."""
    answer = visitor.get(f"/bulletins/{datetime.datetime.now(ZONE):%Y-%m}/{plan.root}.json")
    return answer.json()["total"]["on_minutes"]


def counted(visitor: Visitor, plan, before: int, sent: int) -> float:
    """Seconds until every fact sent is counted: each is a minute of its own, of sites in service."""
    began = time.monotonic()
    while (now := minutes(visitor, plan)) < before + sent:
        if time.monotonic() - began > 60:
            raise SystemExit(f"{plan.name}: {sent} minutes were acknowledged, but {now - before} are counted")
        time.sleep(0.05)
    if now != before + sent:
        raise SystemExit(f"{plan.name}: {sent} minutes were acknowledged, but {now - before} are counted")
    return time.monotonic() - began


def send(edge: OwnNode, sites: int, rate: float, part: int, sent: Synchronized, stopping) -> None:
    """Terminal after terminal, a minute of today each, in batches of about half a second; round after round another minute. Each sender has terminals of its own."""
    terminals = [number for number in range(1, sites + 1) if number % 200 and number % SENDERS == part]
    today = datetime.datetime.now(ZONE).date()
    rate /= SENDERS
    size = min(5000, max(1, round(rate / 2)))
    began, number = time.monotonic(), 0
    while not stopping.is_set():
        facts = []
        for index in range(number, number + size):
            minute = index // len(terminals)
            facts.append(f'{{"id":"b{part}-{index}","kind":"presence","terminal":"t-{terminals[index % len(terminals)]:07}","day":"{today}","minutes":"{minute}"}}')
        answer = edge.post(f'{{"batch":"b{part}-{number}","facts":[{",".join(facts)}]}}'.encode())
        verdicts = {one["verdict"] for one in json.loads(answer.body)["verdicts"]} if answer.status == 200 else {answer.text}
        if verdicts != {"stored"}:
            raise SystemExit(f"the batch {number} was answered {verdicts}")
        number += size
        with sent.get_lock():
            sent.value += size
        time.sleep(max(0.0, began + number / rate - time.monotonic()))


if __name__ == "__main__":
    main()
