"""A push service for tests, as a process: `python push_service.py PORT FOLDER`.

What it does with a push depends on the first part of the path: `ok` 201, `gone` 410, `lost` 404, `limited` 429 with
`Retry-After` until the folder has a file `open`, `broken` 503, `refused` 403, `large` 413, `hang` no answer, `away`
redirects to another path. What it took is written into the folder, headers and body.
"""

from __future__ import annotations

import json
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path

PORT, FOLDER = int(sys.argv[1]), Path(sys.argv[2])
NUMBERS = count()
STATUS = {"ok": 201, "gone": 410, "lost": 404, "limited": 429, "broken": 503, "refused": 403, "large": 413, "away": 307}


class PushService(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        kind = self.path.split("/")[1]
        if kind == "hang":
            time.sleep(60)
        status = 201 if kind == "limited" and (FOLDER / "open").exists() else STATUS.get(kind, 404)
        (FOLDER / f"{next(NUMBERS):04}.json").write_text(
            json.dumps({"path": self.path, "status": status, "headers": {k.lower(): v for k, v in self.headers.items()},
                        "body": body.hex()})
        )  # fmt: skip
        self.send_response(status)
        if status == 429:
            self.send_header("Retry-After", "600")
        if status == 307:
            self.send_header("Location", "/ok/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None: ...


ThreadingHTTPServer(("127.0.0.1", PORT), PushService).serve_forever()
