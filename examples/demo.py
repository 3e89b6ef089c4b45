"""`make demo`: the platform as it stands, tried from outside through its API.

Starts `maxbooster up` in `maxbooster-demo/`, makes an account, uploads a synthesised recording in pieces, makes and
publishes a set list, lets a job fill it, and shows what came of it. Then the platform stays up until Ctrl-C.
"""

from __future__ import annotations

import argparse
import io
import math
import os
import struct
import subprocess
import sys
import time
import wave
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

NOTES_HZ = (220.0, 277.18, 329.63, 440.0, 329.63, 277.18)
RATE_HZ = 44_100


def main() -> int:
    arguments = _arguments()
    with _running(arguments.dir, arguments.port) as base:
        token = _maxbooster(
            arguments.dir, "account", "token", _maxbooster(arguments.dir, "account", "create", "Demo artist")
        )
        with httpx.Client(base_url=base, headers={"Authorization": f"Bearer {token}"}, timeout=30) as api:
            results = _tour(api)
        print(f"\n{'step':22} {'seconds':>7}  result")
        for name, seconds, result in results:
            print(f"{name:22} {seconds:7.2f}  {result}")
        if not arguments.headless:
            print(f"\nThe platform is up at {base} (description: {base}/schema/openapi.json).")
            print(f"Token of the demo account: {token}\nCtrl-C ends it; the data stays in {arguments.dir}/.")
            _until_interrupted()
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dir", type=Path, default=Path("maxbooster-demo"), help="where the data goes")
    parser.add_argument("--port", type=int, default=8080)
    parser.add_argument("--headless", action="store_true", help="end after the table")
    return parser.parse_args()


def _environment(folder: Path) -> dict[str, str]:
    return os.environ | {"MAXBOOSTER_DATA": str(folder.resolve())}


def _maxbooster(folder: Path, *arguments: str) -> str:
    command = [sys.executable, "-m", "maxbooster", *arguments]
    return subprocess.run(
        command, env=_environment(folder), stdout=subprocess.PIPE, text=True, check=True
    ).stdout.strip()


@contextmanager
def _running(folder: Path, port: int) -> Iterator[str]:
    folder.mkdir(parents=True, exist_ok=True)
    base = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "maxbooster", "up", "--listen", f"127.0.0.1:{port}"]
    with (folder / "up.log").open("ab") as log:
        process = subprocess.Popen(command, env=_environment(folder), stdout=log, stderr=log)
    try:
        _wait("the platform", lambda: (process.poll() is None and _answers(base)) or None, process)
        yield base
    finally:
        process.terminate()
        process.wait(30)


def _answers(base: str) -> bool:
    try:
        return httpx.get(f"{base}/health/ready").status_code == 200
    except httpx.TransportError:
        return False


def _wait(what: str, ready: Callable[[], Any], process: subprocess.Popen[bytes] | None = None) -> Any:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        if (found := ready()) is not None:
            return found
        if process is not None and process.poll() is not None:
            raise SystemExit(f"{what} ended at once; its log is up.log in the data folder")
        time.sleep(0.1)
    raise SystemExit(f"{what} was not ready within 30 s")


def _tour(api: httpx.Client) -> list[tuple[str, float, str]]:
    steps: list[tuple[str, Callable[[], str]]] = [
        ("upload a recording", lambda: _upload(api)),
        ("publish a set list", lambda: _publish(api)),
        ("fill it by a job", lambda: _fill(api)),
        ("read the audit trail", lambda: _trail(api)),
    ]
    results = []
    for name, step in steps:
        print(f"… {name}", flush=True)
        began = time.monotonic()
        result = step()
        results.append((name, time.monotonic() - began, result))
    return results


def _recording() -> bytes:
    """Six seconds of broken chords, 16 bit mono."""
    samples = []
    for number in range(6 * RATE_HZ):
        note, within = divmod(number / RATE_HZ, 0.25)
        hz = NOTES_HZ[int(note) % len(NOTES_HZ)]
        samples.append(int(12_000 * math.exp(-4 * within) * math.sin(2 * math.pi * hz * number / RATE_HZ)))
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE_HZ)
        out.writeframes(struct.pack(f"<{len(samples)}h", *samples))
    return file.getvalue()


def _upload(api: httpx.Client) -> str:
    """In pieces, as any tus client would after a connection broke off."""
    content = _recording()
    tus = {"Tus-Resumable": "1.0.0"}
    name = b64encode(b"broken chords.wav").decode()
    made = api.post(
        "/api/core/uploads", headers=tus | {"Upload-Length": str(len(content)), "Upload-Metadata": f"filename {name}"}
    ).raise_for_status()
    path = made.headers["location"]
    for start in range(0, len(content), 200_000):
        headers = tus | {"Upload-Offset": str(start), "Content-Type": "application/offset+octet-stream"}
        api.patch(path, headers=headers, content=content[start : start + 200_000]).raise_for_status()
    file = f"/api/core/files/{path.rpartition('/')[2]}"
    ready = _wait("the file", lambda: _if(api.get(file).json(), lambda found: found["state"] == "ready"))
    return f"{file}  {ready['media_type']}, {ready['size']} bytes, sha256 {ready['sha256'][:12]}…"


def _publish(api: httpx.Client) -> str:
    songs = [{"title": "Broken chords", "duration_s": 6}]
    new = {"title": f"Demo {time.time():.0f}", "venue": "Kitchen", "played_on": "2030-01-01", "songs": songs}
    made = api.post("/api/setlist/setlists", json=new).raise_for_status().json()
    api.post(f"/api/setlist/setlists/{made['id']}/publish").raise_for_status()

    def printed() -> dict[str, Any] | None:
        files = api.get("/api/core/files").json()["files"]
        return next((file for file in files if file["name"] == "stage-sheet.txt"), None)

    sheet = _wait("the stage sheet", printed)
    return f"/api/core/files/{sheet['id']}/content  the stage sheet"


def _fill(api: httpx.Client) -> str:
    newest = api.get("/api/setlist/setlists").json()[-1]
    begun = api.post(f"/api/setlist/setlists/{newest['id']}/fill").raise_for_status().json()
    _wait("the job", lambda: _if(api.get(f"/api/core/jobs/{begun['job']}").json(), lambda job: job["state"] == "done"))
    songs = api.get(f"/api/setlist/setlists/{newest['id']}").json()["songs"]
    return f"/api/setlist/setlists/{newest['id']}  {len(songs)} songs"


def _trail(api: httpx.Client) -> str:
    time.sleep(1)
    entries = api.get("/api/core/audit").raise_for_status().json()
    sealed = sum(entry["sealed"] for entry in entries)
    return f"/api/core/audit  {len(entries)} entries, {sealed} sealed"


def _if(found: dict[str, Any], ready: Callable[[dict[str, Any]], bool]) -> dict[str, Any] | None:
    return found if ready(found) else None


def _until_interrupted() -> None:
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        print()


if __name__ == "__main__":
    sys.exit(main())
