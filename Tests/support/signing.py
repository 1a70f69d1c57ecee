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

    def get(self, path: str) -> Answer:
        return ask(self.address, "GET", path, headers=self.signed("GET", path))

    def send(self, *facts: object) -> dict[str, tuple[str, str]]:
        """Sends a batch; answers verdict and reason of each fact by its id."""
        answer = self.post(json.dumps({"batch": f"own-{next(self._batches)}", "facts": list(facts)}).encode())
        assert answer.status == 200, f"{answer.status}: {answer.text}"
        return {verdict["id"]: (verdict["verdict"], verdict["reason"]) for verdict in answer.json()["verdicts"]}
