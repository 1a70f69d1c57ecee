"""How large a network the program bears: the month's bulletin of a city, a province, the nation on both engines, and a city's month beside stores of one row per beat.

`python Tests/bench/scale.py PROGRAM` measures the city with its rivals; `--sizes city,province,nation` the rest. DuckDB is measured where `duckdb` from PyPI is
installed. Each line has its ratio first, then the figure, then the machine's load average; it judges no speed, only whether the figures are right.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from scale_network import DAYS_ON, PLANS, SWITCHED_ON, MadeNetwork
from scale_rivals import Beats, DuckBeats, PostgresBeats, SQLiteBeats
from scale_stores import FACTS, Cluster, PostgresStore, SQLiteStore

MEGABYTE = 1_000_000
MONTH = "2011-03"
TURNS = 7
# Room that a site and a site-day take while they are filled in, measured and rounded up: register, site-day, presence.
ROOM = {"sqlite": (1_700, 35, 35), "postgres": (3_400, 160, 160)}
BEATS = 250


def main() -> None:
    parser = argparse.ArgumentParser(description="Measures city, province and nation.")
    parser.add_argument("program", type=Path)
    parser.add_argument("--sizes", default="city", help="city, province, nation, separated by commas")
    parser.add_argument("--engines", default="sqlite,postgres")
    parser.add_argument("--months", type=int, help="how many months of facts; without it 12, for the nation 1")
    parser.add_argument("--sites", type=int, help="another number of sites, for a quick try")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--no-rivals", action="store_true", help="without the stores of one row per beat")
    parser.add_argument("--keep", action="store_true", help="wait for Enter before each size is removed, to look into it")
    arguments = parser.parse_args()
    plans = [PLANS[name] for name in arguments.sizes.split(",")]
    plans = [dataclasses.replace(plan, months=arguments.months or plan.months, sites=arguments.sites or plan.sites) for plan in plans]
    engines = arguments.engines.split(",")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    folder = Path(tempfile.mkdtemp(prefix="yuanjiao-scale-"))
    # The server's user must reach its own folder.
    folder.chmod(0o711)
    cluster = None
    try:
        need_room(folder, plans, engines, not arguments.no_rivals)
        program = copied(arguments.program.resolve(), folder / "program")
        if "postgres" in engines:
            large = any(plan.sites > 10_000 for plan in plans)
            cluster = Cluster(folder / "pg", "1GB" if large else "128MB")
            say(f"postgres: shared_buffers {'1GB' if large else '128MB'}, everything else as it comes; durability off")
        for plan in plans:
            Size(program, folder / plan.name, cluster, MadeNetwork(plan, arguments.seed, plan.months, MONTH), arguments.keep).measure(engines, not arguments.no_rivals)
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        if cluster:
            cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)


def need_room(folder: Path, plans: list, engines: list[str], rivals: bool) -> None:
    """One size stands on the disk at a time, on all its engines."""

    def room(plan) -> int:
        site_days = round(plan.sites * SWITCHED_ON * DAYS_ON * plan.months)
        total = sum(plan.sites * register + site_days * (site_day + plan.presence * presence) for register, site_day, presence in (ROOM[engine] for engine in engines))
        return total + (round(plan.sites * SWITCHED_ON * DAYS_ON * 230) * BEATS if rivals and plan.name == "city" else 0)

    # The program, the server's empty databases and its log of changes.
    needed, free = max(map(room, plans)) + 1_500 * MEGABYTE, shutil.disk_usage(folder).free
    say(f"disk: about {needed // MEGABYTE} MB needed below {folder.parent}, {free // MEGABYTE} MB free")
    if needed > free:
        raise SystemExit("There is not room enough; TMPDIR names another folder.")


def copied(program: Path, folder: Path) -> Path:
    """The program with the folders beside it, so that a build that goes on meanwhile changes nothing."""
    folder.mkdir()
    for turn in range(60):
        try:
            for resources in program.parent.glob("*.resources"):
                shutil.copytree(resources, folder / resources.name, dirs_exist_ok=True)
            shutil.copy(program, folder)
            subprocess.run([folder / program.name, "--version"], check=True, capture_output=True)
            return folder / program.name
        except (OSError, shutil.Error, subprocess.CalledProcessError):
            if turn == 59:
                raise
            time.sleep(5)
    raise AssertionError


def said(program: Path, arguments: list) -> str:
    """What a command of the program printed."""
    result = subprocess.run([program, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if result.returncode:
        raise SystemExit(f"{' '.join(map(str, arguments))}: {result.stderr}")
    return result.stdout.strip()


class Size:
    """A network of one size on each engine."""

    def __init__(self, program: Path, folder: Path, cluster: Cluster | None, network: MadeNetwork, keep: bool):
        self.program = program
        self.folder = folder
        self.cluster = cluster
        self.network = network
        self.plan = network.plan
        self.keep = keep
        self.bytes_a_minute: dict[str, float] = {}
        self.processor: dict[str, float] = {}
        folder.mkdir()

    def measure(self, engines: list[str], rivals: bool) -> None:
        plan = self.plan
        areas = f"{len(self.network.tree)} areas{' and a village each' if plan.villages else ''}"
        say(f"\n{plan.name}: {plan.sites} sites in {areas}, months: {plan.months}, presence {'stored' if plan.presence else 'left out to save room'}")
        stores = []
        for engine in engines:
            data = self.folder / engine
            data.mkdir()
            store = SQLiteStore(data) if engine == "sqlite" else PostgresStore(self.cluster, data, plan.name)
            stores.append(store)
            self.fill(store)
            if store.engine == "sqlite":
                # The program leaves SQLite without the planner's statistics; PostgreSQL gathers them by itself.
                self.report(store, 3, "without ANALYZE, as the program leaves it")
            store.analyze()
            self.report(store, TURNS, "after ANALYZE")
        if rivals and plan.name == "city":
            self.beside(stores)
        if self.keep:
            say("\n".join(f"kept: --data {store.data} {' '.join(store.options)}" for store in stores))
            input("Enter removes it and goes on ")
        for store in stores:
            store.close()

    def fill(self, store) -> None:
        self.run(["migrate", "--data", store.data, *store.options])
        began = time.monotonic()
        store.fill_register(self.network)
        register = time.monotonic() - began
        began = time.monotonic()
        site_days, minutes = store.fill_facts(self.network)
        facts = time.monotonic() - began
        rate = site_days / facts
        self.say(
            store, f"{rate / 200_000:.2f} of the goal of 200,000 site-days/s",
            f"{site_days} site-days generated and stored in {facts:.1f} s = {rate:,.0f}/s; the register took {register:.1f} s",
        )  # fmt: skip
        store.settle()
        sizes, total = store.sizes(), store.total()
        of_facts = sum(sizes[table] for table in FACTS)
        if minutes:
            share = self.bytes_a_minute[store.engine] = sizes["presence"] / minutes
            self.say(
                store, f"{share / 0.15:.2f} of the goal of 0.15 byte a presence minute",
                f"{share:.4f} byte: {sizes['presence']} bytes of presence with its key for {minutes} minutes; with site-days and watermarks {of_facts / minutes:.4f}",
            )  # fmt: skip
        parts = {"site-days": sizes["site_day"], "site-months": sizes["site_month"], "presence": sizes["presence"]}
        parts["register and the rest"] = total - sum(parts.values())
        self.say(
            store, f"{sizes['site_day'] / site_days:.1f} bytes a site-day",
            f"{total / MEGABYTE:.0f} MB in all: " + ", ".join(f"{name} {size / MEGABYTE:.1f} MB" for name, size in parts.items()),
        )  # fmt: skip

    def report(self, store, turns: int, state: str) -> None:
        """The figures first, then their time."""
        shown = json.loads(self.run(self.command(store, "--format", "json"))[0])
        self.check(store.engine, shown)
        once = self.run(self.command(store, "--timed", "1"))
        output, memory, processor = self.run(self.command(store, "--timed", str(turns)))
        first, *rest = map(float, output.split())
        middle = statistics.median(rest)
        # Waiting for a processor that others use is no part of it.
        alone = self.processor[store.engine] = (processor - once[2]) * 1000 / (turns - 1)
        self.say(
            store, f"{middle / self.plan.goal_ms:.2f} of the goal of {self.plan.goal_ms} ms",
            f"month's bulletin {state} {middle:.1f} ms, median of {len(rest)}, {min(rest):.1f} to {max(rest):.1f}; the first {first:.1f}; "
            f"processor time of the program {alone:.1f} ms each, {memory} MB resident at most",
        )  # fmt: skip

    def command(self, store, *options: str) -> list:
        return ["report", "bulletin", "--data", store.data, *store.options, "--month", MONTH, "--area", self.plan.root, *options]

    def check(self, engine: str, shown: dict) -> None:
        known, total = self.network.figures, shown["total"]
        complete = total["completeness"]
        found = [total["registered"], total["switched_on"], total["on_minutes"], complete["numerator"], complete["denominator"]]
        wanted = [known.registered, known.switched_on, known.on_minutes, known.due_days, known.due_days]
        lines = {line["code"]: [line["switched_on"], line["on_minutes"]] for line in shown["lines"]}
        if found != wanted or lines != known.below:
            raise SystemExit(f"{self.plan.name}, {engine}: the bulletin is wrong: {found}, but generated were {wanted}; lines {lines}, but {known.below}")
        say(
            f"{self.plan.name}, {engine}: right: {known.switched_on} of {known.registered} on, {known.on_minutes} minutes on {known.site_days} site-days, "
            f"all {known.due_days} days due are heard, {len(lines)} lines"
        )

    def run(self, arguments: list) -> tuple[str, int, float]:
        """What the program said, its memory at most in MB, and its seconds of processor time."""
        with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
            process = subprocess.Popen([self.program, *arguments], stdin=subprocess.DEVNULL, stdout=output, stderr=errors)
            memory = 0
            try:
                while not (ended := os.wait4(process.pid, os.WNOHANG))[0]:
                    memory = max(memory, resident_at_most(process.pid))
                    time.sleep(0.02)
            except BaseException:
                process.kill()
                raise
            _, status, usage = ended
            process.returncode = os.waitstatus_to_exitcode(status)
            output.seek(0)
            errors.seek(0)
            if process.returncode:
                raise SystemExit(f"{' '.join(map(str, arguments))}: {errors.read().decode()}")
            return output.read().decode(), memory, usage.ru_utime + usage.ru_stime

    def beside(self, stores: list) -> None:
        """The same month beside us; ours is measured again between them."""
        beats = Beats(self.network, self.folder)
        count = len(beats.rows)
        say(f"\nbeside us: the month {MONTH} as {count} beats (site, minute); ours holds {self.plan.months} months")
        rivals = [SQLiteBeats(beats, self.folder) if store.engine == "sqlite" else PostgresBeats(beats, self.cluster) for store in stores]
        try:
            rivals.append(DuckBeats(beats, self.folder))
        except ImportError:
            say("duckdb: not measured; pip install duckdb")
        runs = {f"{rival.name}, {way}": (rival, statement) for rival in rivals for way, statement in rival.statements.items()}
        times: dict[str, list[float]] = {name: [] for name in (*runs, *(store.engine for store in stores))}
        processors: dict[str, list[float]] = {}
        for _ in range(TURNS + 1):
            for name, (rival, statement) in runs.items():
                lines, milliseconds, processor = rival.run(statement)
                if not beats.is_right(lines):
                    raise SystemExit(f"{name}: counted {lines}, but generated were {self.network.figures.below}")
                times[name].append(milliseconds)
                if processor is not None:
                    processors.setdefault(name, []).append(processor)
            for store in stores:
                times[store.engine].append(float(self.run(self.command(store, "--timed", "2"))[0].split()[1]))
        say("right: every one of them counts the same sites and minutes in each county")
        # The first turn is the cold one.
        middle = {name: statistics.median(all_of_them[1:]) for name, all_of_them in times.items()}
        for store in stores:
            for name in runs:
                goal = " (goal 0.1)" if name.startswith("duckdb") and "distinct" in name else ""
                ratio = f"ours on {store.engine} / {name}: {middle[store.engine] / middle[name]:.3f} of the time{goal}"
                say(f"{ratio}: {middle[store.engine]:.1f} ms and {middle[name]:.1f} ms, medians of {TURNS} in turn {load()}")
        if "sqlite" in self.processor:
            ours = self.processor["sqlite"]
            for name, all_of_them in processors.items():
                theirs = statistics.median(all_of_them[1:])
                say(f"ours on sqlite / {name}: {ours / theirs:.3f} of the processor time: {ours:.1f} ms and {theirs:.1f} ms {load()}")
        for store in stores:
            for rival in rivals:
                ours, theirs = self.bytes_a_minute[store.engine], rival.bytes() / count
                say(f"ours on {store.engine} / {rival.name}: {ours / theirs:.4f} of the bytes: {ours:.4f} and {theirs:.4f} byte a minute {load()}")
        for rival in rivals:
            rival.close()

    def say(self, store, ratio: str, figure: str) -> None:
        say(f"{self.plan.name}, {store.engine}: {ratio}: {figure} {load()}")


def resident_at_most(number: int) -> int:
    """In MB. Not what `wait4` tells: that counts this script's own memory in, from the moment before the program took its place."""
    lines = Path(f"/proc/{number}/status").read_text().splitlines()
    return next((round(int(line.split()[1]) * 1024 / MEGABYTE) for line in lines if line.startswith("VmHWM:")), 0)


def load() -> str:
    return f"[load {' '.join(Path('/proc/loadavg').read_text().split()[:3])}]"


def say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    say(f"load average {load()}, {os.cpu_count()} processors")
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
