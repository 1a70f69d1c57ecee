"""The log of acts of a real centre: sent on while it runs, and what was changed behind its back is found by `doctor`."""

from __future__ import annotations

import json
import re
import socket
import sqlite3
import threading
from pathlib import Path

import pytest

from support.network import Network, ask, until
from support.patience import PATIENCE


class Receiver:
    """A syslog server that keeps what it hears."""

    def __init__(self) -> None:
        self.server = socket.create_server(("127.0.0.1", 0))
        self.heard = b""
        threading.Thread(target=self._listen, daemon=True).start()

    @property
    def address(self) -> str:
        return f"tcp://127.0.0.1:{self.server.getsockname()[1]}"

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self.server.accept()
            except OSError:
                return
            connection.settimeout(60 * PATIENCE)
            while piece := connection.recv(65_536):
                self.heard += piece

    def entries(self) -> list[dict[str, str]]:
        return [json.loads(text) for text in re.findall(rb"(\{.*?\"subject\":.*?\})(?=\n|\d|$)", self.heard)]


def wrong_password(network: Network, address: str) -> None:
    body = b"login=city&password=this+is+not+it"
    answer = ask(network.address(), "POST", "/sign-in", body, {"Content-Type": "application/x-www-form-urlencoded", "X-Forwarded-For": address})
    assert answer.status == 422


def test_every_act_is_sent_on_and_tampering_is_found(yuanjiao: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    receiver = Receiver()
    monkeypatch.setenv("YUANJIAO_SYSLOG", receiver.address)
    network = Network(yuanjiao, tmp_path)
    try:
        network.begin()
        visitor = network.sign_in("city")
        assert visitor.get("/nodes").status == 403
        wrong_password(network, "10.1.2.3")
        network.command("account", "disable", "editor", "--as", "Zhang San")
        stored = "SELECT count(*) FROM event"
        until(lambda: len(receiver.entries()) == network.query(stored)[0][0], 30, "All entries are sent on")
        entries = receiver.entries()
        assert [entry["position"] for entry in entries] == [str(place) for place in range(1, len(entries) + 1)]
        kinds = {entry["kind"]: entry for entry in entries}
        assert kinds["session.refused"]["address"] == "10.1.2.3" and kinds["session.refused"]["refusal"] == "sign_in.wrong"
        assert kinds["request.refused"]["subject"] == "GET /nodes"
        assert kinds["account.disabled"]["actor"] == "command-line:Zhang San"
        # After a kill nothing is missing; what comes twice has the same place and hash.
        network.kill("centre")
        network.command("account", "reset", "editor")
        network.restart("centre")
        until(lambda: "account.password_reset" in {entry["kind"] for entry in receiver.entries()}, 30, "What was done meanwhile is sent on")
        entries = receiver.entries()
        assert len({(entry["position"], entry["hash"]) for entry in entries}) == len({entry["id"] for entry in entries}) == network.query(stored)[0][0]
        network.programs["centre"].stop()
        assert "none missing or changed" in network.command("doctor")
        # The copy as rsyslog would have written it, among lines of others.
        copy = tmp_path / "messages"
        lines = [json.dumps(entry, sort_keys=True, ensure_ascii=False, separators=(",", ":")) for entry in entries]
        copy.write_text("".join(f"Nov 29 16:00:01 centre sshd[9]: hello\nNov 29 16:00:02 centre yuanjiao: {line}\n" for line in lines))
        places = len({entry["position"] for entry in entries})
        assert f"agree        {places} of " in network.command("log", "compare", str(copy))
        assert "nothing was compared" in network.command("log", "compare", "/dev/null", status=1)
        with sqlite3.connect(network.data() / "centre.sqlite") as database:
            database.execute("DELETE FROM event WHERE kind = 'account.disabled'")
        gone = next(entry["position"] for entry in entries if entry["kind"] == "account.disabled")
        said = network.command("log", "compare", str(copy), status=1)
        assert f"agree        {places - 1} of " in said and f"entry {gone} is in the copy and gone here" in said
        assert re.search(r"entry \d+ is gone", network.command("doctor", status=1))
    finally:
        network.close()
        receiver.server.close()
