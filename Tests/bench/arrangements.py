"""What PostgreSQL can be arranged to do for a large network: tables in a partition a month, and several centres behind nginx.

`python Tests/bench/arrangements.py PROGRAM` measures a city; `--size province` a province. The program is the same in every arrangement. It judges no speed, only
whether the figures are right.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import shutil
import signal
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scale import MEGABYTE, MONTH, copied, load, said, say
from scale_network import PLANS, MadeNetwork, next_month, number_of, uuid
from scale_stores import FACTS, Cluster, PostgresStore

from support.network import ask
from support.nginx import nginx
from support.processes import Program, free_port
from support.signing import OwnNode

PARTITIONED = ("presence", "site_day", "site_month")
SECONDS = 20
SENDERS = 8
BATCH = 500


def main() -> None:
    parser = argparse.ArgumentParser(description="Measures arrangements of PostgreSQL.")
    parser.add_argument("program", type=Path)
    parser.add_argument("--size", default="city")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    folder = Path(tempfile.mkdtemp(prefix="yuanjiao-arrangements-"))
    folder.chmod(0o711)
    cluster = None
    try:
        program = copied(arguments.program.resolve(), folder / "program")
        cluster = Cluster(folder / "pg", "512MB")
        plan = dataclasses.replace(PLANS[arguments.size], presence=True)
        network = MadeNetwork(plan, 1, plan.months, MONTH)
        for name in ("plain", "partitioned"):
            by_month(program, cluster, folder / name, network, name)
        for centres in (1, 2):
            behind_nginx(program, cluster, folder / f"centres{centres}", network, centres)
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        if cluster:
            cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)


def opened(program: Path, cluster: Cluster, folder: Path, name: str) -> PostgresStore:
    folder.mkdir()
    store = PostgresStore(cluster, folder, name)
    said(program, ["migrate", "--data", folder, *store.options])
    return store


def by_month(program: Path, cluster: Cluster, folder: Path, network: MadeNetwork, name: str) -> None:
    """Filling, a bulletin, and taking the oldest month away."""
    plan, store = network.plan, opened(program, cluster, folder, name)
    if name == "partitioned":
        for statement in partitions(network):
            cluster.psql(name, statement)
    store.fill_register(network)
    began = time.monotonic()
    site_days, _ = store.fill_facts(network)
    filled = time.monotonic() - began
    store.settle()
    store.analyze()
    options = ["report", "bulletin", "--data", store.data, *store.options, "--month", MONTH, "--area", plan.root]
    total = json.loads(said(program, [*options, "--format", "json"]))["total"]
    if [total["switched_on"], total["on_minutes"]] != [network.figures.switched_on, network.figures.on_minutes]:
        raise SystemExit(f"{name}: the bulletin is wrong")
    times = list(map(float, said(program, [*options, "--timed", "8"]).split()))[1:]
    names = FACTS if name == "plain" else tuple(f"{table}_{first:%Y_%m}" for table in PARTITIONED for first in network.months)
    size = sum(store.sizes()[table] for table in names)
    first, end = network.month_days()[0]
    began = time.monotonic()
    if name == "partitioned":
        for table in PARTITIONED:
            cluster.psql(name, f"DROP TABLE {table}_{network.months[0]:%Y_%m}")
    else:
        for table in ("presence", "site_day"):
            cluster.psql(name, f"DELETE FROM {table} WHERE day >= {first} AND day < {end}")
            cluster.psql(name, f"VACUUM {table}")
    gone = time.monotonic() - began
    say(
        f"{plan.name}, {name}: {site_days / filled:,.0f} site-days/s filled, {size / MEGABYTE:.0f} MB of facts and derived rows, bulletin {statistics.median(times):.1f} ms, "
        f"the oldest month taken away in {gone:.2f} s {load()}"
    )
    store.close()


def partitions(network: MadeNetwork) -> list[str]:
    """As docs/scaling.md says: the tables made again with a partition for each month, and one for whatever lies elsewhere."""
    statements = []
    for table, column in (("presence", "day"), ("site_day", "day"), ("site_month", "month")):
        statements += [
            f"ALTER TABLE {table} RENAME TO {table}_whole",
            f"CREATE TABLE {table} (LIKE {table}_whole INCLUDING DEFAULTS INCLUDING CONSTRAINTS) PARTITION BY RANGE ({column})",
            f"ALTER TABLE {table} ADD PRIMARY KEY ({column}, {'terminal' if table == 'presence' else 'site'})",
            f"CREATE TABLE {table}_elsewhere PARTITION OF {table} DEFAULT",
            f"DROP TABLE {table}_whole",
        ]
        for first in network.months:
            statements.append(f"CREATE TABLE {table}_{first:%Y_%m} PARTITION OF {table} FOR VALUES FROM ({number_of(first)}) TO ({number_of(next_month(first))})")
    return statements


def behind_nginx(program: Path, cluster: Cluster, folder: Path, network: MadeNetwork, count: int) -> None:
    """Facts a second from eight senders, each a site-day of its own."""
    plan, store = network.plan, opened(program, cluster, folder, f"centres{count}")
    store.fill_register(network)
    store.fill_facts(network)
    store.settle()
    store.analyze()
    edges = [OwnNode("") for _ in range(SENDERS)]
    for number, edge in enumerate(edges):
        edge.node = f"edge-{number}"
        store.add_edge(edge.node, uuid(1, plan.root), edge.public_key, network.made_ms)
    ports = [free_port() for _ in range(count + 1)]
    options = ["--data", store.data, *store.options, "--log", "warning"]
    programs = [
        Program([program, "centre", *options, "--port", port, *(["--front"] if number else [])], folder / f"centre-{number}.log") for number, port in enumerate(ports[1:])
    ]
    programs.append(nginx(folder / "nginx", ports[0], ports[1:]))
    sent, busy = [0] * SENDERS, [0] * SENDERS
    stopping = threading.Event()
    address = f"http://127.0.0.1:{ports[0]}"

    def send(number: int) -> None:
        edge, turn = edges[number], 0
        edge.address = address
        terminals = range(number + 1, plan.sites + 1, SENDERS)
        while not stopping.is_set():
            day = network.months[0].replace(day=1 + turn // (len(terminals) // BATCH + 1) % 28)
            picked = [terminals[(turn * BATCH + index) % len(terminals)] for index in range(BATCH)]
            minute = turn // 28 % 1400
            facts = ",".join(f'{{"id":"{number}-{turn}-{terminal}","kind":"presence","terminal":"t-{terminal:07}","day":"{day}","minutes":"{minute}-{minute + 30}"}}' for terminal in picked)
            answer = edge.post(f'{{"batch":"{number}-{turn}","facts":[{facts}]}}'.encode())
            if answer.status == 200:
                sent[number] += BATCH
                turn += 1
            else:
                busy[number] += 1

    try:
        # The first makes the keys that the others read.
        for one, port in zip(programs, [*ports[1:], ports[0]], strict=True):
            one.start().wait_for(f"http://127.0.0.1:{port}/health")
        threads = [threading.Thread(target=send, args=(number,), daemon=True) for number in range(SENDERS)]
        for thread in threads:
            thread.start()
        time.sleep(2)
        before = sum(sent)
        time.sleep(SECONDS)
        rate = (sum(sent) - before) / SECONDS
        stopping.set()
        for thread in threads:
            thread.join(60)
        healthy = all(ask(f"http://127.0.0.1:{port}", "GET", "/health").status == 200 for port in ports)
        say(f"{plan.name}, centres behind nginx: {count}: {rate:,.0f} site-days/s taken from {SENDERS} senders, {sum(busy)} batches sent again, all healthy: {healthy} {load()}")
    finally:
        stopping.set()
        for one in reversed(programs):
            one.stop()
        store.close()


if __name__ == "__main__":
    main()
