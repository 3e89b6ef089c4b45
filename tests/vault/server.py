"""A process that behaves as Vault's transit engine does: `python server.py PORT KEY-FILE`.

Written from the HTTP API's documentation (developer.hashicorp.com/vault/api-docs/secret/transit, November 2026):
plaintext is Base64, a ciphertext `vault:v<version>:<Base64>`, an error `{"errors": […]}`; a wrong token is 403, a
sealed server 503. Its keys never leave the key file.
"""

from __future__ import annotations

import json
import os
import sys
from base64 import b64decode, b64encode
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

TOKEN = "s.token-of-the-platform"
ROLE = {"role_id": "role", "secret_id": "secret of the role"}


class Refused(Exception):
    def __init__(self, status: int, *errors: str) -> None:
        super().__init__(status)
        self.status, self.errors = status, list(errors)


class Transit:
    def __init__(self, file: Path) -> None:
        self._file = file
        self.sealed = False
        if not file.exists():
            self._write([os.urandom(32).hex()])

    @property
    def keys(self) -> list[str]:
        keys: list[str] = json.loads(self._file.read_text("utf-8"))
        return keys

    def _write(self, keys: list[str]) -> None:
        self._file.write_text(json.dumps(keys), "utf-8")

    def rotate(self) -> None:
        self._write([*self.keys, os.urandom(32).hex()])

    def encrypt(self, plaintext: str) -> str:
        keys, nonce = self.keys, os.urandom(12)
        sealed = nonce + AESGCM(bytes.fromhex(keys[-1])).encrypt(nonce, b64decode(plaintext, validate=True), None)
        return f"vault:v{len(keys)}:{b64encode(sealed).decode()}"

    def decrypt(self, ciphertext: str) -> str:
        try:
            name, version, sealed = ciphertext.split(":")
            key = self.keys[int(version.removeprefix("v")) - 1]
            raw = b64decode(sealed, validate=True)
            plain = AESGCM(bytes.fromhex(key)).decrypt(raw[:12], raw[12:], None)
        except (ValueError, IndexError, InvalidTag):
            raise Refused(400, "cipher: message authentication failed") from None
        if name != "vault":
            raise Refused(400, "invalid ciphertext: no prefix")
        return b64encode(plain).decode()


class Handler(BaseHTTPRequestHandler):
    transit: Transit

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers.get("content-length", 0))) or b"{}")
        try:
            status, answer = 200, self._answer(body)
        except Refused as refused:
            status, answer = refused.status, {"errors": refused.errors}
        written = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(written)))
        self.end_headers()
        self.wfile.write(written)

    def _answer(self, body: dict[str, Any]) -> dict[str, Any]:
        path = self.path.removeprefix("/v1/")
        if path == "test/seal":
            self.transit.sealed = body["sealed"]
            return {}
        if self.transit.sealed:
            raise Refused(503, "Vault is sealed")
        if path == "auth/approle/login":
            if body != ROLE:
                raise Refused(400, "invalid role or secret ID")
            return {"auth": {"client_token": TOKEN, "lease_duration": 3600}}
        if self.headers.get("x-vault-token") != TOKEN:
            raise Refused(403, "permission denied")
        if path == "transit/encrypt/maxbooster":
            return {"data": {"ciphertext": self.transit.encrypt(body["plaintext"])}}
        if path == "transit/decrypt/maxbooster":
            return {"data": {"plaintext": self.transit.decrypt(body["ciphertext"])}}
        if path == "transit/keys/maxbooster/rotate":
            self.transit.rotate()
            return {}
        raise Refused(404) if "transit/" not in path else Refused(400, "encryption key not found")

    def log_message(self, *_: Any) -> None:
        pass


if __name__ == "__main__":
    Handler.transit = Transit(Path(sys.argv[2]))
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
