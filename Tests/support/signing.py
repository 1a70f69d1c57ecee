"""A node of our own, written after docs/facts.md and nothing else: if that document is wrong, the tests that use this fail."""

from __future__ import annotations

import base64
import hashlib
import json
from itertools import count

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from support.network import Answer, ask


def signature(key: Ed25519PrivateKey, method: str, path: str, node: str, body: bytes) -> str:
    """docs/facts.md, section 2."""
    text = "\n".join(["yuanjiao-request-1", method, path, node, hashlib.sha256(body).hexdigest()])
    return base64.urlsafe_b64encode(key.sign(text.encode())).rstrip(b"=").decode()


class WrongNetwork(Exception):
    """The root at the address is not the one that the claim names."""


class OwnNode:
    """A terminal or an edge with a key of its own."""

    def __init__(self, address: str, seed: bytes | None = None):
        self.address = address
        self.key = Ed25519PrivateKey.from_private_bytes(seed) if seed else Ed25519PrivateKey.generate()
        self.node = ""
        self.identity: dict = {}
        self._batches = count(1)

    @property
    def public_key(self) -> str:
        return self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()

    def enrol(self, claim: str) -> OwnNode:
        """docs/facts.md, section 1."""
        word, version, code, fingerprint, _ = claim.split(":", 4)
        assert (word, version) == ("yuanjiao-claim", "1")
        root = ask(self.address, "GET", "/api/v1/metadata/1.root.json")
        if hashlib.sha256(root.body).hexdigest() != fingerprint:
            raise WrongNetwork(self.address)
        answer = self.ask_to_enrol(code)
        assert answer.status == 200, f"{answer.status}: {answer.text}"
        self.identity = answer.json()
        self.node = self.identity["node"]
        return self

    def ask_to_enrol(self, code: str) -> Answer:
        body = json.dumps({"code": code, "public_key": self.public_key, "version": "vendor-box 4.2"}).encode()
        return ask(self.address, "POST", "/api/v1/enrolments", body, {"Content-Type": "application/json"})

    def signed(self, method: str, path: str, body: bytes = b"", node: str = "") -> dict[str, str]:
        node = node or self.node
        return {"Content-Type": "application/json", "Authorization": f"Yuanjiao node={node}, signature={signature(self.key, method, path, node, body)}"}

    def post(self, body: bytes, path: str = "/api/v1/facts") -> Answer:
        return ask(self.address, "POST", path, body, self.signed("POST", path, body))

    def envelope(self, *facts: object, batch: str = "carried") -> bytes:
        """docs/facts.md, section 8: a batch of this node, closed, as an edge carries it."""
        body = json.dumps({"batch": batch, "facts": list(facts)}).encode()
        signed = signature(self.key, "POST", "/api/v1/facts", self.node, body)
        return f"{len(body)} {self.node} {signed}\n".encode() + body + b"\n"

    def carry(self, *envelopes: bytes) -> list[list[tuple[str, str]] | str]:
        """As an edge: for each envelope the verdicts, or why it stayed closed."""
        answer = self.post(b"".join(envelopes), "/api/v1/envelopes")
        assert answer.status == 200, f"{answer.status}: {answer.text}"
        told = answer.json()["envelopes"]
        return [
            one["problem"]["type"].removeprefix("urn:yuanjiao:") if "problem" in one else [(each["verdict"], each["reason"]) for each in one["receipt"]["verdicts"]]
            for one in told
        ]

    def get(self, path: str) -> Answer:
        return ask(self.address, "GET", path, headers=self.signed("GET", path))

    def send(self, *facts: object) -> dict[str, tuple[str, str]]:
        """Sends a batch; answers verdict and reason of each fact by its id."""
        answer = self.post(json.dumps({"batch": f"own-{next(self._batches)}", "facts": list(facts)}).encode())
        assert answer.status == 200, f"{answer.status}: {answer.text}"
        return {verdict["id"]: (verdict["verdict"], verdict["reason"]) for verdict in answer.json()["verdicts"]}
