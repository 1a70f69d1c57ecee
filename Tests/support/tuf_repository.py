"""A repository of The Update Framework made with python-tuf, which a test changes as it likes, over HTTP."""

from __future__ import annotations

import datetime
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote, unquote

from securesystemslib.signer import CryptoSigner
from tuf.api.metadata import DelegatedRole, Delegations, Metadata, MetaFile, Root, Snapshot, TargetFile, Targets, Timestamp

TOP = ("root", "timestamp", "snapshot", "targets")
KINDS = {
    "ed25519": CryptoSigner.generate_ed25519,
    "ecdsa": CryptoSigner.generate_ecdsa,
    "rsa": lambda: CryptoSigner.generate_rsa(scheme="rsassa-pss-sha256"),
    "rsa-pkcs1": lambda: CryptoSigner.generate_rsa(scheme="rsa-pkcs1v15-sha256"),
}


def days(count: int) -> datetime.datetime:
    return datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0) + datetime.timedelta(days=count)


class Repository:
    """Holds what is published, file by file; nothing is published until `publish`."""

    def __init__(self, kind: str = "ed25519", consistent: bool = True, measured: bool = True):
        self.kind, self.measured = kind, measured
        self.signed = {
            "root": Root(expires=days(365), consistent_snapshot=consistent),
            "timestamp": Timestamp(expires=days(10)),
            "snapshot": Snapshot(expires=days(30)),
            "targets": Targets(expires=days(90)),
        }
        self.signers: dict[str, list[CryptoSigner]] = {role: [self.new_key()] for role in TOP}
        for role in TOP:
            self.root.add_key(self.signers[role][0].public_key, role)
        self.files: dict[str, bytes] = {}
        self.contents: dict[str, bytes] = {}
        self.asked: list[str] = []
        self.publish_root(first=True)
        self.publish(bump=False)
        repository = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                repository.asked.append(self.path)
                body = repository.files.get(self.path) if self.path.startswith("/metadata/") else repository.content(self.path)
                self.send_response(404 if body is None else 200)
                self.send_header("Content-Length", str(len(body or b"")))
                self.end_headers()
                self.wfile.write(body or b"")

            def log_message(self, *_: object) -> None:
                """A test run stays quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def root(self) -> Root:
        return self.signed["root"]

    def new_key(self) -> CryptoSigner:
        return KINDS[self.kind]()

    def put(self, role: str, by: list[CryptoSigner] | None = None) -> bytes:
        """Signs what a role says now and puts it where clients look for it."""
        metadata = Metadata(self.signed[role])
        for signer in self.signers[role] if by is None else by:
            metadata.sign(signer, append=True)
        body = metadata.to_bytes()
        version = self.signed[role].version
        numbered = role == "root" or (role != "timestamp" and self.root.consistent_snapshot)
        self.files["/metadata/" + (f"{version}." if numbered else "") + quote(role, "") + ".json"] = body
        return body

    def publish_root(self, by: list[CryptoSigner] | None = None, first: bool = False) -> None:
        if not first:
            self.root.version += 1
        body = self.put("root", by)
        if first:
            self.first_root = body

    def rotate(self, role: str, count: int = 1, threshold: int = 1) -> None:
        """New keys for a role, under a new root which the old root keys sign too."""
        old = self.signers["root"]
        self.root.roles[role].keyids.clear()
        self.signers[role] = [self.new_key() for _ in range(count)]
        self.root.roles[role].threshold = threshold
        for signer in self.signers[role]:
            self.root.add_key(signer.public_key, role)
        self.publish_root(old + (self.signers["root"] if role == "root" else []))

    def named(self, body: bytes, version: int) -> MetaFile:
        return MetaFile.from_data(version, body, ["sha256"]) if self.measured else MetaFile(version)

    def publish(self, *changed: str, bump: bool = True) -> None:
        """The lists that changed, the snapshot that names them, and the timestamp."""
        lists = [role for role in self.signed if role not in ("root", "timestamp", "snapshot")]
        for role in lists:
            if bump and role in changed:
                self.signed[role].version += 1
            self.signed["snapshot"].meta[f"{role}.json"] = self.named(self.put(role), self.signed[role].version)
        self.signed["snapshot"].version += bump
        self.name_snapshot(bump)

    def name_snapshot(self, bump: bool = True) -> None:
        body = self.put("snapshot")
        self.signed["timestamp"].snapshot_meta = self.named(body, self.signed["snapshot"].version)
        self.signed["timestamp"].version += bump
        self.put("timestamp")

    def delegate(self, by: str, role: str, paths: list[str] | None = None, terminating: bool = False, prefixes: list[str] | None = None) -> None:
        if role not in self.signed:
            self.signed[role], self.signers[role] = Targets(expires=days(90)), [self.new_key()]
        above = self.signed[by]
        if above.delegations is None:
            above.delegations = Delegations({}, {})
        above.delegations.roles[role] = DelegatedRole(role, [], 1, terminating, paths, prefixes)
        above.add_key(self.signers[role][0].public_key, role)

    def add(self, role: str, path: str, body: bytes) -> None:
        self.signed[role].targets[path] = TargetFile.from_data(path, body, ["sha256"])
        self.contents[path] = body

    def content(self, path: str) -> bytes | None:
        name = unquote(path.removeprefix("/targets/"))
        if self.root.consistent_snapshot:
            folder, slash, file = name.rpartition("/")
            digest, _, file = file.partition(".")
            name = folder + slash + file
            if digest not in [known.hashes["sha256"] for each in self.signed.values() if isinstance(each, Targets) for path, known in each.targets.items() if path == name]:
                return None
        return self.contents.get(name)
