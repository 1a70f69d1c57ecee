"""The two engines for Tests/bench/scale.py: filled in bulk behind the program's back, on the schema that the program made."""

from __future__ import annotations

import os
import pwd
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from scale_network import MadeNetwork

SITE_DAY = "day, site, on_minutes, effective_seconds, plays, effective_plays, effective_demand_plays"
PRESENCE = "day, terminal, on_minutes, minutes"
NODE = "id, kind, name, area_id, public_key, claim_expires_at, enrolled_at, version, made_at"
FACTS = ("presence", "site_day", "site_month", "late_receipt", "watermark")


def month_sums(first: int, end: int) -> str:
    """Derives the months of all sites from their days, as the program does."""
    return (
        "INSERT INTO site_month (month, site, on_minutes, on_mask, effective_seconds, effective_plays, effective_demand_plays) "
        f"SELECT {first}, site, sum(on_minutes), coalesce(sum(1 << CAST(day - {first} AS INTEGER)) FILTER (WHERE on_minutes > 0), 0), sum(effective_seconds), "
        f"sum(effective_plays), sum(effective_demand_plays) FROM site_day WHERE day >= {first} AND day < {end} GROUP BY site"
    )


class SQLiteStore:
    """One file in the data folder of a centre."""

    engine = "sqlite"

    def __init__(self, folder: Path):
        self.data = folder
        self.options: list[str] = []
        self.file = folder / "centre.sqlite"

    def fill_register(self, network: MadeNetwork) -> None:
        with Filling(self.file) as connection:
            for table, columns, rows in network.register():
                connection.executemany(insertion(table, columns), rows)

    def fill_facts(self, network: MadeNetwork) -> tuple[int, int]:
        """Site-days and, where presence is stored, its minutes."""
        site_days = minutes = 0
        with Filling(self.file) as connection:
            for day, on in network.days():
                connection.executemany(insertion("site_day", SITE_DAY), [(day, site, what.minutes, *what.derived) for site, what in on])
                site_days += len(on)
                if network.plan.presence:
                    connection.executemany(insertion("presence", PRESENCE), [(day, site, what.minutes, what.coded) for site, what in on])
                    minutes += sum(what.minutes for _, what in on)
            for first, end in network.month_days():
                connection.execute(month_sums(first, end))
        return site_days, minutes

    def add_edge(self, node: str, area: str, key: str, made: int) -> None:
        with Filling(self.file) as connection:
            connection.execute(insertion("node", NODE), (node, "edge", node, area, key, made, made, "bench", made))

    def settle(self) -> None:
        """Nothing is left to do after the filling."""

    def analyze(self) -> None:
        connection = sqlite3.connect(self.file)
        connection.execute("ANALYZE")
        connection.close()

    def sizes(self) -> dict[str, int]:
        connection = sqlite3.connect(self.file)
        names = connection.execute("SELECT m.tbl_name, sum(d.pgsize) FROM dbstat d JOIN sqlite_schema m ON m.name = d.name GROUP BY m.tbl_name").fetchall()
        connection.close()
        return dict(names)

    def total(self) -> int:
        return self.file.stat().st_size

    def close(self) -> None:
        shutil.rmtree(self.data)


class Filling:
    """One transaction without a journal; the file is as the program made it afterwards."""

    def __init__(self, file: Path):
        self.connection = sqlite3.connect(file, isolation_level=None)

    def __enter__(self) -> sqlite3.Connection:
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "foreign_keys = OFF", "cache_size = -262144"):
            self.connection.execute(f"PRAGMA {pragma}").fetchall()
        self.connection.execute("BEGIN")
        return self.connection

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            self.connection.execute("COMMIT")
            self.connection.execute("PRAGMA journal_mode = WAL").fetchall()
        self.connection.close()


def insertion(table: str, columns: str) -> str:
    return f"INSERT INTO {table} ({columns}) VALUES ({', '.join('?' for _ in columns.split(','))})"


class Cluster:
    """A throw-away PostgreSQL 15 on a Unix socket in its own folder, as bin/lib/postgres.sh starts one. Its durability is off: what is measured are reads and sizes."""

    port = 54321

    def __init__(self, folder: Path, shared_buffers: str, replicated: bool = False):
        self.folder = folder
        self.programs = next((path for path in (Path("/usr/lib/postgresql/15/bin"), *on_path()) if (path / "initdb").exists() and (path / "postgres").exists()), Path())
        if not self.programs.name:
            raise SystemExit("PostgreSQL 15 is not installed; leave it out with --engines sqlite")
        folder.mkdir()
        if os.getuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        self.log = folder.parent / "postgres.log"
        self.server: subprocess.Popen[bytes] | None = None
        self.run_as_owner(
            "initdb", f"--pgdata={folder}/data", "--username=postgres", "--encoding=UTF8", "--locale=C", "--auth=trust", "--no-sync", "--no-instructions"
        ).wait()  # fmt: skip
        settings = {
            "listen_addresses": "", "unix_socket_directories": str(folder), "shared_buffers": shared_buffers, "fsync": "off", "synchronous_commit": "off",
            "full_page_writes": "off", "wal_level": "minimal", "max_wal_senders": "0", "max_wal_size": "1GB",
        }  # fmt: skip
        if replicated:
            settings |= {"wal_level": "replica", "max_wal_senders": "4", "wal_keep_size": "1GB"}
        self.server = self.run_as_owner("postgres", "-D", f"{folder}/data", "-p", str(self.port), *(part for item in settings.items() for part in ("-c", "=".join(item))))
        for _ in range(300):
            if subprocess.run([self.programs / "pg_isready", "-q", "-h", folder, "-p", str(self.port), "-U", "postgres"]).returncode == 0:
                return
            time.sleep(0.1)
        self.stop()
        raise SystemExit(f"PostgreSQL did not start:\n{self.log.read_text()}")

    def run_as_owner(self, program: str, *arguments: str) -> subprocess.Popen[bytes]:
        """PostgreSQL refuses root; the death of this script ends the server too. A group of its own, so that Ctrl-C at the terminal reaches only the script."""
        owner = ["--reuid=postgres", "--regid=postgres", "--init-groups"] if os.getuid() == 0 else []
        with self.log.open("ab") as log:
            command = ["setpriv", *owner, "--pdeathsig", "INT", "--", str(self.programs / program), *arguments]
            return subprocess.Popen(command, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log, process_group=0)

    def address(self, database: str) -> str:
        return f"host={self.folder} port={self.port} user=postgres dbname={database}"

    def psql(self, database: str, statement: str, *options: str) -> str:
        """The answer without decoration; fails with what the server says."""
        result = subprocess.run(
            [self.programs / "psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", *options, "-d", self.address(database), "-c", statement], capture_output=True, text=True
        )
        if result.returncode:
            raise SystemExit(f"psql: {result.stderr}")
        return result.stdout.strip()

    def copying(self, database: str, table: str, columns: str, options: str = "") -> Copying:
        return Copying(self, database, f"COPY {table} ({columns}) FROM STDIN {options}")

    def stop(self) -> None:
        if self.server and self.server.poll() is None:
            # INT: fast shutdown.
            self.server.send_signal(2)
            try:
                self.server.wait(60)
            except subprocess.TimeoutExpired:
                self.server.send_signal(3)
                self.server.wait(20)


class Copying:
    """A COPY through psql. References are not checked row by row: the rows fit by construction, and the program checks them where it writes."""

    def __init__(self, cluster: Cluster, database: str, statement: str):
        self.process = subprocess.Popen(
            [cluster.programs / "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", cluster.address(database), "-c", statement],
            stdin=subprocess.PIPE, text=True, encoding="utf-8", env={**os.environ, "PGOPTIONS": "-c session_replication_role=replica"},
        )  # fmt: skip

    def __enter__(self) -> Copying:
        return self

    def write(self, text: str) -> None:
        assert self.process.stdin
        self.process.stdin.write(text)

    def __exit__(self, kind: object, *_: object) -> None:
        assert self.process.stdin
        if kind is not None:
            self.process.kill()
        self.process.stdin.close()
        if self.process.wait() and kind is None:
            raise SystemExit("a COPY failed; psql says why above")


class PostgresStore:
    """One database of the cluster."""

    engine = "postgres"

    def __init__(self, cluster: Cluster, folder: Path, name: str):
        self.cluster = cluster
        self.data = folder
        self.name = name
        cluster.psql("postgres", f"CREATE DATABASE {name}")
        self.options = ["--database", f"postgres:{cluster.address(name)}"]

    def fill_register(self, network: MadeNetwork) -> None:
        for table, columns, rows in network.register():
            with self.cluster.copying(self.name, table, columns) as copying:
                for some in slices(rows):
                    copying.write("".join("\t".join("\\N" if cell is None else str(cell) for cell in row) + "\n" for row in some))

    def fill_facts(self, network: MadeNetwork) -> tuple[int, int]:
        site_days = minutes = 0
        # Both tables at once: the server has a process for each.
        with self.cluster.copying(self.name, "site_day", SITE_DAY) as site_day, self.cluster.copying(self.name, "presence", PRESENCE) as presence:
            for day, on in network.days():
                site_day.write("".join([f"{day}\t{site}\t{what.site_day_text}" for site, what in on]))
                site_days += len(on)
                if network.plan.presence:
                    presence.write("".join([f"{day}\t{site}\t{what.presence_text}" for site, what in on]))
                    minutes += sum(what.minutes for _, what in on)
        for first, end in network.month_days():
            self.cluster.psql(self.name, month_sums(first, end))
        return site_days, minutes

    def add_edge(self, node: str, area: str, key: str, made: int) -> None:
        values = ", ".join(f"'{value}'" for value in (node, "edge", node, area, key, made, made, "bench", made))
        self.cluster.psql(self.name, f"INSERT INTO node ({NODE}) VALUES ({values})")

    def settle(self) -> None:
        """What autovacuum does sooner or later."""
        self.cluster.psql(self.name, "VACUUM")

    def analyze(self) -> None:
        self.cluster.psql(self.name, "ANALYZE")

    def sizes(self) -> dict[str, int]:
        lines = self.cluster.psql(self.name, "SELECT relname, pg_total_relation_size(oid) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
        return {name: int(size) for name, size in (line.split("|") for line in lines.splitlines())}

    def total(self) -> int:
        return int(self.cluster.psql(self.name, f"SELECT pg_database_size('{self.name}')"))

    def close(self) -> None:
        self.cluster.psql("postgres", f"DROP DATABASE {self.name} WITH (FORCE)")
        shutil.rmtree(self.data, ignore_errors=True)


def slices(rows: Iterable[tuple], size: int = 10_000) -> Iterator[list[tuple]]:
    some: list[tuple] = []
    for row in rows:
        some.append(row)
        if len(some) == size:
            yield some
            some = []
    yield some


def on_path() -> list[Path]:
    found = shutil.which("postgres")
    return [Path(found).parent] if found else []
