"""Firefox ESR of Debian, driven by its own remote protocol (Marionette): a socket and JSON, so that no driver has to be fetched."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from support.patience import PATIENCE

PREFERENCES: dict[str, Any] = {
    "marionette.port": 0,
    "media.autoplay.default": 0,
    "media.autoplay.blocking_policy": 0,
    # The line may be cut here: nothing is looked up by itself.
    "app.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "media.gmp-manager.updateEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,",
}


class Firefox:
    """One headless browser with a profile of its own, from `with` to its end. `preferences` change what it can do."""

    def __init__(self, **preferences: Any):
        self.preferences = PREFERENCES | {name.replace("__", "."): value for name, value in preferences.items()}

    def __enter__(self) -> Firefox:
        browser = shutil.which("firefox-esr")
        assert browser, "There is no Firefox; bin/setup --test installs firefox-esr"
        self.folder = Path(tempfile.mkdtemp(prefix="yuanjiao-firefox-"))
        lines = (f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in self.preferences.items())
        (self.folder / "user.js").write_text("".join(lines))
        self.process = subprocess.Popen(
            [browser, "--headless", "--no-remote", "--marionette", "--profile", str(self.folder), "about:blank"],
            env=os.environ | {"HOME": str(self.folder), "MOZ_CRASHREPORTER_DISABLE": "1"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            self._connect()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        try:
            self.process.wait(10 * PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _connect(self) -> None:
        port, end = self.folder / "MarionetteActivePort", time.monotonic() + 60 * PATIENCE
        while not (port.exists() and port.read_text().strip()):
            assert time.monotonic() < end and self.process.poll() is None, "Firefox did not start"
            time.sleep(0.1)
        self._socket = socket.create_connection(("127.0.0.1", int(port.read_text())), timeout=60 * PATIENCE)
        self._kept, self._count = b"", 0
        self._message()
        self.call("WebDriver:NewSession", {})

    def _message(self) -> Any:
        """`<bytes>:<JSON>`, the form of every message."""
        while b":" not in self._kept or len(self._kept) < int(self._kept.split(b":", 1)[0]) + self._kept.index(b":") + 1:
            more = self._socket.recv(65_536)
            assert more, "Firefox hung up"
            self._kept += more
        length, rest = self._kept.split(b":", 1)
        self._kept = rest[int(length) :]
        return json.loads(rest[: int(length)])

    def call(self, name: str, parameters: dict) -> Any:
        self._count += 1
        body = json.dumps([0, self._count, name, parameters]).encode()
        self._socket.sendall(str(len(body)).encode() + b":" + body)
        while (answer := self._message())[:2] != [1, self._count]:
            pass
        assert not answer[2], answer[2]
        return answer[3]

    def goto(self, address: str) -> None:
        self.call("WebDriver:Navigate", {"url": address})

    def evaluate(self, expression: str) -> Any:
        return self.call("WebDriver:ExecuteScript", {"script": f"return {expression}", "args": []})["value"]

    def press(self, key: str) -> None:
        """A key by the code point that WebDriver gives it."""
        actions = [{"type": kind, "value": key} for kind in ("keyDown", "keyUp")]
        self.call("WebDriver:PerformActions", {"actions": [{"type": "key", "id": "remote", "actions": actions}]})
