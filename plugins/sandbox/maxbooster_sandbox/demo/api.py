"""The platform's public API, as the demo's artist uses it."""

from __future__ import annotations

import time
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import httpx

from .running import DemoFailed, Login

T = TypeVar("T")

PIECE_BYTES = 4_000_000
POLL_S = 0.15


class Api:
    """Answers are JSON as it came; a refusal is a `DemoFailed` with the server's words."""

    def __init__(self, base: str) -> None:
        self._client = httpx.Client(base_url=base, timeout=60)

    def log_in(self, login: Login) -> None:
        tokens = self.post("/api/core/tokens", {"email": login.email, "password": login.password})
        self.show(f"Bearer {tokens['access_token']}")

    def show(self, credential: str) -> None:
        """What every request says of who sends it."""
        self._client.headers["authorization"] = credential

    def get(self, path: str, **query: Any) -> Any:
        return self._json(self._client.get(path, params=query))

    def list(self, path: str) -> list[dict[str, Any]]:
        """The whole of a list that comes by the page."""
        rows: list[dict[str, Any]] = []
        cursor: dict[str, str] = {}
        while True:
            page = self.get(path, limit=500, **cursor)
            rows += page["items"]
            if page["next"] is None:
                return rows
            cursor = {"cursor": page["next"]}

    def post(self, path: str, body: Any = None) -> Any:
        return self._json(self._client.post(path, json=body if body is not None else {}))

    def put(self, path: str, body: Any) -> Any:
        return self._json(self._client.put(path, json=body))

    def submit(self, address: str, form: dict[str, str]) -> None:
        """What a browser does with a form of another site: nobody is logged in there."""
        answer = httpx.post(address, data=form, timeout=60)
        if answer.status_code >= 400:
            raise DemoFailed(f"The page {address} refused the form ({answer.status_code}).")

    def _json(self, answer: httpx.Response) -> Any:
        self._check(answer)
        return answer.json() if answer.content else None

    def _check(self, answer: httpx.Response) -> None:
        if answer.is_success:
            return
        try:
            problem = answer.json()
            words = problem.get("detail") or problem["title"]
            findings = [f"{each['rule']} {each['field']}: {each['message']}" for each in problem.get("findings", ())]
        except (ValueError, KeyError, TypeError):
            words, findings = answer.text[:200], []
        raise DemoFailed(" ".join([f"{answer.request.method} {answer.request.url.path}: {words}", *findings]))

    def upload(self, path: Path) -> str:
        """In pieces, by tus 1.0, as the web application does; returns the file's id once it is checked."""
        tus = {"Tus-Resumable": "1.0.0"}
        metadata = f"filename {b64encode(path.name.encode()).decode()}"
        size = path.stat().st_size
        made = self._client.post(
            "/api/core/uploads", headers=tus | {"Upload-Length": str(size), "Upload-Metadata": metadata}
        )
        self._check(made)
        place = made.headers["location"]
        with path.open("rb") as file:
            for offset in range(0, size, PIECE_BYTES):
                headers = tus | {"Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
                self._check(self._client.patch(place, headers=headers, content=file.read(PIECE_BYTES)))
        id = str(place.rpartition("/")[2])
        file_now = self.until(f"{path.name} to be checked", lambda: self._settled(f"/api/core/files/{id}", "checking"))
        if file_now["state"] != "ready":
            raise DemoFailed(f"{path.name} was refused: {file_now['reason']}")
        return id

    def _settled(self, path: str, *busy: str) -> Any | None:
        found = self.get(path)
        return None if found["state"] in ("receiving", *busy) else found

    def finished(self, what: str, path: str, *, within_s: float = 120) -> Any:
        """What is at `path` once its `state` is an end.

        Raises:
            DemoFailed: it failed, or took too long.
        """
        found = self.until(
            what, lambda: self._settled(path, "queued", "working", "importing", "held", "sent"), within_s=within_s
        )
        if found["state"] not in ("done", "paid", "imported"):
            raise DemoFailed(
                f"{what} {found['state']}: {found.get('reason') or found.get('note') or 'no reason given'}"
            )
        return found

    def download(self, path: str, to: Path) -> Path:
        to.parent.mkdir(parents=True, exist_ok=True)
        with self._client.stream("GET", path) as answer:
            if not answer.is_success:
                answer.read()
            self._check(answer)
            with to.open("wb") as file:
                for piece in answer.iter_bytes():
                    file.write(piece)
        return to

    def until(self, what: str, look: Callable[[], T | None], *, within_s: float = 60) -> T:
        """
        Raises:
            DemoFailed: it did not come in time.
        """
        until = time.monotonic() + within_s
        while time.monotonic() < until:
            if (found := look()) is not None:
                return found
            time.sleep(POLL_S)
        raise DemoFailed(f"{what} did not come within {within_s:.0f} s.")
