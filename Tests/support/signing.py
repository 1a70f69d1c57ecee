"""A node of our own, written after docs/facts.md and nothing else: if that document is wrong, the tests that use this fail."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from itertools import count

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from support.network import Answer, ask


def signature(key: Ed25519PrivateKey, method: str, path: str, node: str, body: bytes) -> str:
    """docs/facts.md, section 2."""
    text = "\n".join(["yuanjiao-request-1", method, path, node, hashlib.sha256(body).hexdigest()])
    return base64url(key.sign(text.encode()))


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def raw(key) -> bytes:
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def seal(text: bytes, to: bytes, info: bytes, aad: bytes) -> str:
    """HPKE (RFC 9180, sections 4.1 and 5.1), base mode, DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305: one message."""

    def extract(suite: bytes, salt: bytes, label: bytes, key: bytes) -> bytes:
        return hmac.digest(salt or bytes(32), b"HPKE-v1" + suite + label + key, "sha256")

    def expand(suite: bytes, key: bytes, label: bytes, info: bytes, length: int) -> bytes:
        # One block of HKDF is as long as anything here needs.
        return hmac.digest(key, length.to_bytes(2) + b"HPKE-v1" + suite + label + info + b"\x01", "sha256")[:length]

    own = X25519PrivateKey.generate()
    encapsulated = raw(own.public_key())
    kem, suite = b"KEM" + (0x20).to_bytes(2), b"HPKE" + (0x20).to_bytes(2) + (1).to_bytes(2) + (3).to_bytes(2)
    shared = extract(kem, b"", b"eae_prk", own.exchange(X25519PublicKey.from_public_bytes(to)))
    shared = expand(kem, shared, b"shared_secret", encapsulated + to, 32)
    context = b"\x00" + extract(suite, b"", b"psk_id_hash", b"") + extract(suite, b"", b"info_hash", info)
    secret = extract(suite, shared, b"secret", b"")
    key, nonce = expand(suite, secret, b"key", context, 32), expand(suite, secret, b"base_nonce", context, 12)
    return base64url(encapsulated + ChaCha20Poly1305(key).encrypt(nonce, text, aad))


class NotTheCentre(Exception):
    """An answer that the centre did not sign."""


class WrongNetwork(Exception):
    """The root at the address is not the one that the claim names."""


class OwnNode:
    """A terminal or an edge with a key of its own."""

    def __init__(self, address: str, seed: bytes | None = None):
        self.address = address
        self.key = Ed25519PrivateKey.from_private_bytes(seed) if seed else Ed25519PrivateKey.generate()
        self.node = ""
        self.identity: dict = {}
        self.root: dict = {}
        self._batches = count(1)

    @property
    def public_key(self) -> str:
        return raw(self.key.public_key()).hex()

    def enrol(self, claim: str) -> OwnNode:
        """docs/facts.md, section 1."""
        word, version, code, fingerprint, _ = claim.split(":", 4)
        assert (word, version) == ("yuanjiao-claim", "1")
        root = ask(self.address, "GET", "/api/v1/metadata/1.root.json")
        if hashlib.sha256(root.body).hexdigest() != fingerprint:
            raise WrongNetwork(self.address)
        self.root = root.json()["signed"]
        answer = self.ask_to_enrol(code)
        assert answer.status == 200, f"{answer.status}: {answer.text}"
        self.identity = answer.json()
        self.node = self.identity["node"]
        return self

    def ask_to_enrol(self, code: str) -> Answer:
        self.node = self.public_key
        path = "/api/v1/enrolments?nonce=1"
        offered = ask(self.address, "GET", path, headers=self.signed("GET", path))
        assert offered.status == 200, f"{offered.status}: {offered.text}"
        self.check(offered, "GET", path, b"")
        sealing = bytes.fromhex(offered.json()["sealing_key"])
        sealed = seal(code.encode(), sealing, b"yuanjiao-enrolment-1", bytes.fromhex(self.public_key))
        body = json.dumps({"sealed": sealed, "public_key": self.public_key, "version": "vendor-box 4.2"}).encode()
        answer = ask(self.address, "POST", "/api/v1/enrolments", body, self.signed("POST", "/api/v1/enrolments", body))
        if answer.status == 200:
            self.check(answer, "POST", "/api/v1/enrolments", body)
        return answer

    def ask_to_enrol_openly(self, code: str) -> Answer:
        """The old form: the code in clear, and no proof of the key."""
        body = json.dumps({"code": code, "public_key": self.public_key, "version": "vendor-box 3.9"}).encode()
        return ask(self.address, "POST", "/api/v1/enrolments", body, {"Content-Type": "application/json"})

    def check(self, answer: Answer, method: str, path: str, body: bytes) -> None:
        """docs/facts.md, section 9. Raises unless the centre gave this answer to this request of this node."""
        self.check_words(answer.headers.get("Yuanjiao-Answer", ""), method, path, hashlib.sha256(body).hexdigest(), answer.status, answer.body)

    def check_words(self, signed: str, method: str, path: str, digest: str, status: int, answer: bytes) -> None:
        if not self.root:
            self.root = ask(self.address, "GET", "/api/v1/metadata/1.root.json").json()["signed"]
        words = dict(part.strip().split("=", 1) for part in signed.split(",") if "=" in part)
        if words.get("key") not in self.root["roles"]["timestamp"]["keyids"]:
            raise NotTheCentre(signed)
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(self.root["keys"][words["key"]]["keyval"]["public"]))
        text = "\n".join(["yuanjiao-answer-1", method, path, self.node, digest, str(status), hashlib.sha256(answer).hexdigest()])
        try:
            key.verify(base64.urlsafe_b64decode(words["signature"] + "=="), text.encode())
        except InvalidSignature as error:
            raise NotTheCentre(signed) from error

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
        self.check(answer, "POST", "/api/v1/envelopes", b"".join(envelopes))
        told = answer.json()["envelopes"]
        return [
            one["problem"]["type"].removeprefix("urn:yuanjiao:")
            if "problem" in one
            else [(each["verdict"], each["reason"]) for each in json.loads(one["answer"]["body"])["verdicts"]]
            for one in told
        ]

    def ask_about(self, *ids: str) -> dict[str, str]:
        """docs/facts.md, section 5: what the centre has said about facts that an edge holds; each of its words is checked."""
        body = json.dumps({"ids": ids}).encode()
        answer = self.post(body, "/api/v1/receipts")
        assert answer.status == 200, f"{answer.status}: {answer.text}"
        settled: dict[str, str] = {}
        for closed in answer.json().get("answers", []):
            self.check_words(closed["signature"], "POST", "/api/v1/facts", closed["batch_sha256"], 200, closed["body"].encode())
            settled |= {each["id"]: each["verdict"] for each in json.loads(closed["body"])["verdicts"]}
        return {each: settled[each] for each in ids if each in settled}

    def get(self, path: str) -> Answer:
        return ask(self.address, "GET", path, headers=self.signed("GET", path))

    def send(self, *facts: object) -> dict[str, tuple[str, str]]:
        """Sends a batch; answers verdict and reason of each fact by its id."""
        answer = self.post(json.dumps({"batch": f"own-{next(self._batches)}", "facts": list(facts)}).encode())
        assert answer.status == 200, f"{answer.status}: {answer.text}"
        return {verdict["id"]: (verdict["verdict"], verdict["reason"]) for verdict in answer.json()["verdicts"]}
