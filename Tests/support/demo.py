"""`yuanjiao demo` as tests run it: a whole sample city with its processes."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import sqlite3
import time
from dataclasses import dataclass, field
from pathlib import Path

from support.network import Visitor
from support.patience import PATIENCE
from support.processes import Program

WELCOME = "Ctrl-C ends everything"


@dataclass
class Demo:
    program: Program
    folder: Path
    binary: Path
    visitors: dict[str, Visitor] = field(default_factory=dict)

    @classmethod
    def of(cls, binary: Path, folder: Path, *options: str, seeded: Path | None = None) -> Demo:
        """Not yet started; `folder` takes its log and, below `data`, everything it keeps: a copy of what another left, if that is given."""
        folder.mkdir(parents=True, exist_ok=True)
        if seeded:
            shutil.copytree(seeded, folder / "data")
        return cls(Program([binary, "demo", "--data", folder / "data", *options], folder / "demo.log"), folder / "data", binary)

    def start(self, seconds: float = 300) -> float:
        """Starts it and waits for its welcome; answers the seconds that took."""
        before, began = self.program.said().count(WELCOME), time.monotonic()
        self.program.start()
        while self.program.said().count(WELCOME) == before:
            assert self.program.running and time.monotonic() - began < seconds * PATIENCE, self.program.tail()
            time.sleep(0.02)
        return time.monotonic() - began

    def end(self) -> int:
        """Ctrl-C; answers the exit status."""
        os.kill(self.program.pid, signal.SIGINT)
        return self.program.wait(30)

    def processes(self) -> dict[int, str]:
        """Command lines of living processes that name the folder, by id."""
        found = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                except OSError:
                    continue
                if str(self.folder) in line and "yuanjiao" in line.split(" ")[0]:
                    found[int(entry.name)] = line
        return found

    @property
    def address(self) -> str:
        return re.findall(r"^Centre +(http\S+)$", self.program.said(), re.MULTILINE)[-1]

    @property
    def passwords(self) -> dict[str, str]:
        return json.loads((self.folder / "logins.json").read_text())

    def visitor(self, login: str) -> Visitor:
        """Somebody who is signed in: again only when the session of before is no longer good, because a password is slow to check."""
        kept = self.visitors.get(login)
        if kept is None or kept.address != self.address or kept.get("/account").status != 200:
            kept = self.visitors[login] = Visitor(self.address, login, self.passwords[login])
        return kept

    def words_of_data(self) -> str:
        """Every text of the sample data: in English pages Han characters may stand in these only."""
        database = sqlite3.connect(f"file:{self.folder}/centre/centre.sqlite?mode=ro", uri=True, timeout=10 * PATIENCE)
        try:
            columns = ["area_version.name", "site_version.name", "account.name", "courseware.title", "node.name", "site_state.reason", "site_state.document"]
            columns += ["site_exclusion.reason", "site_exclusion.document", "event.detail"]
            return "\n".join(str(row[0]) for one in columns for row in database.execute("SELECT DISTINCT {1} FROM {0}".format(*one.split("."))))
        finally:
            database.close()
