"""A device with a passkey: what it answers to a browser's questions (Web Authentication 3)."""

import base64
import hashlib
import json
import secrets
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

_PRESENT, _VERIFIED, _NEW_KEY = 0x01, 0x04, 0x40


class Device:
    """One key. `origin` is where its browser is; `verified`, whether its holder showed a finger."""

    def __init__(self, origin: str, *, verified: bool = True) -> None:
        self.origin = origin
        self.verified = verified
        self.uses = 0
        self._id = secrets.token_bytes(32)
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._holder = ""

    def make(self, asked: str) -> str:
        """Return the answer to the question for a new key."""
        question = json.loads(asked)
        self._holder = question["user"]["id"]
        told = self._data(question["rp"]["id"], _NEW_KEY) + bytes(16) + len(self._id).to_bytes(2) + self._id
        numbers = self._key.public_key().public_numbers()
        told += cbor2.dumps({1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)})
        statement = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": told})
        return self._answer(question, "webauthn.create", attestationObject=_text(statement))

    def show(self, asked: str) -> str:
        """Return the answer to the question for a known key."""
        question = json.loads(asked)
        self.uses += 1
        told = self._data(question["rpId"], 0)
        said = hashlib.sha256(self._said(question, "webauthn.get")).digest()
        signature = self._key.sign(told + said, ec.ECDSA(SHA256()))
        shown = {"authenticatorData": _text(told), "signature": _text(signature), "userHandle": self._holder}
        return self._answer(question, "webauthn.get", **shown)

    def _data(self, party: str, flags: int) -> bytes:
        flags |= _PRESENT | (_VERIFIED if self.verified else 0)
        return hashlib.sha256(party.encode()).digest() + bytes([flags]) + self.uses.to_bytes(4)

    def _said(self, question: dict[str, Any], kind: str) -> bytes:
        said = {"type": kind, "challenge": question["challenge"], "origin": self.origin, "crossOrigin": False}
        return json.dumps(said).encode()

    def _answer(self, question: dict[str, Any], kind: str, **response: str) -> str:
        told = {"clientDataJSON": _text(self._said(question, kind)), **response}
        own = {"id": _text(self._id), "rawId": _text(self._id), "type": "public-key"}
        return json.dumps({**own, "response": told, "clientExtensionResults": {}})


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
