"""SendGrid's v3 Mail Send as a process, for tests: `python api.py PORT FOLDER KEY`. It shares no code with the
connector.

What it does with a message depends on the part before the recipient's @, as the documentation has it
(https://www.twilio.com/docs/sendgrid/api-reference/how-to-use-the-sendgrid-v3-api/errors, read 2026-11-30):
`busy` and `limited` 429 with `X-RateLimit-Reset`, `broken` 500, `hang` no answer, `gone` 400 about the recipient,
`spam` 400 about the content, `huge` 413. Another key is 401. What it takes is answered 202 with an `X-Message-Id`.
"""

from __future__ import annotations

import json
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import Any

PORT, FOLDER, KEY = int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
NUMBERS = count()
RESERVED = {
    "x-sg-id", "x-sg-eid", "received", "dkim-signature", "content-type", "content-transfer-encoding", "to", "from",
    "subject", "reply-to", "cc", "bcc",
}  # fmt: skip
"""Headers that a message must not bring ("Personalizations": reserved headers)."""
LARGEST = 30 * 1024 * 1024


class Api(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        length = int(self.headers.get("content-length", 0))
        body = self.rfile.read(length)
        if self.path != "/v3/mail/send":
            return self.refuse(404, "not found")
        if self.headers.get("authorization") != f"Bearer {KEY}":
            return self.refuse(401, "The provided authorization grant is invalid, expired, or revoked")
        if length > LARGEST:
            return self.refuse(413, "Request entity too large")
        message = json.loads(body)
        if fault := wrong(message):
            return self.refuse(400, *fault)
        return self.behave(message)

    def behave(self, message: dict[str, Any]) -> None:
        match message["personalizations"][0]["to"][0]["email"].partition("@")[0]:
            case "busy" | "limited":
                return self.refuse(429, "too many requests", headers={"X-RateLimit-Reset": str(int(time.time()) + 120)})
            case "broken":
                return self.refuse(500, "internal error\x1b[31m")
            case "hang":
                time.sleep(20)
            case "gone":
                return self.refuse(400, "Does not contain a valid address.", "personalizations.0.to.0.email")
            case "spam":
                return self.refuse(400, "The content is not allowed.", "content.0.value")
            case "huge":
                return self.refuse(413, "Request entity too large")
        number = next(NUMBERS)
        (FOLDER / f"{number:04}.json").write_text(json.dumps(message))
        return self.answer(202, b"", {"X-Message-Id": f"message-{number}"})

    def refuse(self, status: int, said: str, field: str | None = None, headers: dict[str, str] | None = None) -> None:
        body = json.dumps({"errors": [{"message": said, "field": field, "help": None}]}).encode()
        self.answer(status, body, headers or {})

    def answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None: ...


def wrong(message: dict[str, Any]) -> tuple[str, str] | None:
    """What v3 Mail Send refuses of a body, and the field that it names."""
    for name in ("personalizations", "from", "subject", "content"):
        if not message.get(name):
            return f"The {name} is required.", name
    kinds = [each["type"] for each in message["content"]]
    if kinds != sorted(kinds, key=["text/plain", "text/html"].index) or not all(
        each["value"] for each in message["content"]
    ):
        return "The content must be text/plain, then text/html, and not empty.", "content"
    if taken := RESERVED & {name.lower() for name in message.get("headers", {})}:
        return f"The header {min(taken)} is reserved.", "headers"
    if not all(
        isinstance(value, str) for each in message["personalizations"] for value in each.get("custom_args", {}).values()
    ):
        return "Custom arguments are strings.", "personalizations.0.custom_args"
    return None


ThreadingHTTPServer(("127.0.0.1", PORT), Api).serve_forever()
