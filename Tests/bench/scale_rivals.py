"""What Tests/bench/scale.py measures beside us: a city's month as one row per beat (site, minute) in SQLite, PostgreSQL and DuckDB.

The rows are loaded in the order of their key, which is the best case for each: beats come minute by minute. SQLite and PostgreSQL have the key that makes
every minute count once; DuckDB, which is quicker without one, counts exactly distinct minutes.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

from scale_network import MadeNetwork, number_of
from scale_stores import Cluster, Filling, insertion

SITES = "CREATE TABLE site (num INTEGER NOT NULL PRIMARY KEY, county TEXT NOT NULL, served_until INTEGER NOT NULL)"
# A beat counts while its site is in service. `{}` counts the minutes of a site.
REPORT = """
    SELECT s.county, count(*), CAST(sum(n.minutes) AS BIGINT)
    FROM (SELECT b.site, {} AS minutes FROM beat b JOIN site t ON t.num = b.site WHERE b.minute >= {first} AND b.minute < {end} AND b.minute < t.served_until GROUP BY b.site) n
    JOIN site s ON s.num = n.site GROUP BY s.county ORDER BY s.county
"""
# The same in one step, exactly distinct over the county: which of the two DuckDB does quicker is measured.
DISTINCT_PAIRS = """
    SELECT t.county, count(DISTINCT b.site), count(DISTINCT CAST(b.site AS BIGINT) * 100000000 + b.minute)
    FROM beat b JOIN site t ON t.num = b.site WHERE b.minute >= {first} AND b.minute < {end} AND b.minute < t.served_until GROUP BY t.county ORDER BY t.county
"""


class Beats:
    """A city's reported month, beat by beat, as text files that each engine loads."""

    def __init__(self, network: MadeNetwork, folder: Path):
        self.network = network
        first = number_of(network.months[-1])
        self.bounds = {"first": first * 1440, "end": network.end_day * 1440}
        by_site: dict[int, list[int]] = {}
        for day, on in network.days():
            if day >= first:
                for site, what in on:
                    by_site.setdefault(site, []).extend(day * 1440 + minute for start, end in what.runs for minute in range(start, end))
        self.rows = [(site, minute) for site in sorted(by_site) for minute in by_site[site]]
        never, suspended = 2_000_000_000, network.suspended_from * 1440
        self.sites = [(number, place[:6], suspended if network.is_suspended(number) else never) for number, place in enumerate(network.places, 1)]
        self.beat_file, self.site_file = folder / "beats.csv", folder / "sites.csv"
        self.beat_file.write_text("".join(f"{site},{minute}\n" for site, minute in self.rows))
        self.site_file.write_text("".join(f"{site},{county},{until}\n" for site, county, until in self.sites))

    def report(self, minutes: str) -> str:
        return REPORT.format(minutes, **self.bounds)

    def pairs(self) -> str:
        return DISTINCT_PAIRS.format(**self.bounds)

    def is_right(self, lines: list[tuple]) -> bool:
        return {county: [sites, minutes] for county, sites, minutes in lines} == {code: line for code, line in self.network.figures.below.items() if line[0]}


def timed(work: Callable[[], list[tuple]]) -> tuple[list[tuple], float, float | None]:
    """Lines, milliseconds, and the milliseconds of all processors together."""
    began, processor = time.monotonic(), time.process_time()
    return work(), (time.monotonic() - began) * 1000, (time.process_time() - processor) * 1000


class SQLiteBeats:
    name = "sqlite"

    def __init__(self, beats: Beats, folder: Path):
        self.file = folder / "beats.sqlite"
        self.statements = {"a keyed row a beat": beats.report("count(*)")}
        with Filling(self.file) as connection:
            connection.execute(SITES)
            connection.execute("CREATE TABLE beat (site INTEGER NOT NULL, minute INTEGER NOT NULL, PRIMARY KEY (site, minute)) WITHOUT ROWID")
            connection.executemany(insertion("site", "num, county, served_until"), beats.sites)
            connection.executemany(insertion("beat", "site, minute"), beats.rows)
        self.connection = sqlite3.connect(self.file)
        self.connection.execute("ANALYZE")

    def run(self, statement: str) -> tuple[list[tuple], float, float | None]:
        return timed(lambda: self.connection.execute(statement).fetchall())

    def bytes(self) -> int:
        return self.connection.execute("SELECT sum(pgsize) FROM dbstat WHERE name = 'beat'").fetchone()[0]

    def close(self) -> None:
        self.connection.close()


class PostgresBeats:
    name = "postgres"

    def __init__(self, beats: Beats, cluster: Cluster):
        self.cluster = cluster
        self.statements = {"a keyed row a beat": beats.report("count(*)")}
        cluster.psql("postgres", "CREATE DATABASE beats")
        cluster.psql("beats", f"{SITES}; CREATE TABLE beat (site INTEGER NOT NULL, minute INTEGER NOT NULL, PRIMARY KEY (site, minute))")
        for table, columns, file in (("site", "num, county, served_until", beats.site_file), ("beat", "site, minute", beats.beat_file)):
            with cluster.copying("beats", table, columns, "(FORMAT csv)") as copying:
                copying.write(file.read_text())
        cluster.psql("beats", "VACUUM ANALYZE")

    def run(self, statement: str) -> tuple[list[tuple], float, float | None]:
        """The time is that of the way to the server and back, as psql takes it; the server's processor time is not known."""
        *lines, timing = self.cluster.psql("beats", statement, "-c", r"\timing on").splitlines()
        return [(county, int(sites), int(minutes)) for county, sites, minutes in (line.split("|") for line in lines)], float(timing.split()[1]), None

    def bytes(self) -> int:
        return int(self.cluster.psql("beats", "SELECT pg_total_relation_size('beat')"))

    def close(self) -> None:
        self.cluster.psql("postgres", "DROP DATABASE beats WITH (FORCE)")


class DuckBeats:
    """DuckDB as the PyPI package gives it, with as many threads as the machine has processors."""

    def __init__(self, beats: Beats, folder: Path):
        import duckdb

        self.file = folder / "beats.duckdb"
        self.connection = duckdb.connect(str(self.file))
        self.connection.execute(SITES)
        self.connection.execute("CREATE TABLE beat (site INTEGER NOT NULL, minute INTEGER NOT NULL)")
        for table, file in (("site", beats.site_file), ("beat", beats.beat_file)):
            self.connection.execute(f"COPY {table} FROM '{file}' (HEADER false)")
        self.connection.execute("CHECKPOINT")
        self.connection.close()
        self.connection = duckdb.connect(str(self.file))
        self.name = f"duckdb {duckdb.__version__}"
        self.statements = {
            "exactly distinct": beats.report("count(DISTINCT b.minute)"),
            "exactly distinct in one step": beats.pairs(),
            "trusting that nothing came twice": beats.report("count(*)"),
        }

    def run(self, statement: str) -> tuple[list[tuple], float, float | None]:
        return timed(lambda: self.connection.execute(statement).fetchall())

    def bytes(self) -> int:
        return self.file.stat().st_size

    def close(self) -> None:
        self.connection.close()
