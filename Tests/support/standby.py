"""A replica of a PostgreSQL that a test or a measure has started: streaming, read-only, gone with the test."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from support.patience import PATIENCE

PROGRAMS = Path("/usr/lib/postgresql/15/bin")


class Standby:
    """Listens on a Unix socket in a folder of its own."""

    port = 54322

    def __init__(self, primary: str, options: tuple[str, ...] = ("max_connections=500",)):
        """The options must allow for at least as many connections as the primary does."""
        self.folder = Path(tempfile.mkdtemp(prefix="yuanjiao-standby-"))
        if os.getuid() == 0:
            os.chown(self.folder, pwd.getpwnam("postgres").pw_uid, pwd.getpwnam("postgres").pw_gid)
        self.folder.chmod(0o711)
        self.log = (self.folder.parent / f"{self.folder.name}.log").open("wb")
        self.server: subprocess.Popen[bytes] | None = None
        try:
            copied = self._run("pg_basebackup", "-D", f"{self.folder}/data", "-R", "-X", "stream", "-c", "fast", "-d", primary).wait(300)
            assert copied == 0, Path(self.log.name).read_text()
            settings = ["listen_addresses=", f"unix_socket_directories={self.folder}", "hot_standby_feedback=on", *options]
            self.server = self._run("postgres", "-D", f"{self.folder}/data", "-p", str(self.port), *(part for setting in settings for part in ("-c", setting)))
            for _ in range(600):
                if subprocess.run([PROGRAMS / "pg_isready", "-q", "-h", self.folder, "-p", str(self.port), "-U", "postgres"]).returncode == 0:
                    return
                if self.server.poll() is not None:
                    break
                time.sleep(0.1)
            raise AssertionError(Path(self.log.name).read_text())
        except BaseException:
            self.stop()
            raise

    def _run(self, program: str, *arguments: str) -> subprocess.Popen[bytes]:
        """PostgreSQL refuses root; the death of whoever started it ends the server too."""
        owner = ["--reuid=postgres", "--regid=postgres", "--init-groups"] if os.getuid() == 0 else []
        command = ["setpriv", *owner, "--pdeathsig", "INT", "--", str(PROGRAMS / program), *arguments]
        return subprocess.Popen(command, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, process_group=0)

    def address(self, database: str) -> str:
        return f"host={self.folder} port={self.port} user=postgres dbname={database}"

    def psql(self, database: str, statement: str) -> str:
        command = ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", self.address(database), "-c", statement]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60 * PATIENCE).stdout.strip()

    def stop(self) -> None:
        if self.server and self.server.poll() is None:
            # INT: fast shutdown.
            self.server.send_signal(2)
            try:
                self.server.wait(60)
            except subprocess.TimeoutExpired:
                self.server.kill()
                self.server.wait(20)
        self.log.close()
        Path(self.log.name).unlink(missing_ok=True)
        shutil.rmtree(self.folder, ignore_errors=True)
