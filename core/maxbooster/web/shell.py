"""The one HTML page of the web application. Everything else is modules that it loads (design: Web)."""

from __future__ import annotations

import json
from base64 import b64encode
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

from ..errors import NotReady
from .reports import PATH as REPORTS

STATIC = Path(__file__).parent.parent / "static"
BASE = "/static/core/"
PAGES = (
    "/", "/login", "/register", "/verify", "/reset", "/invitation", "/email", "/review", "/sign-in/return/{rest:path}",
    "/home", "/profile", "/notifications", "/devices", "/drafts", "/artists", "/artists/{name:str}", "/audience",
    "/audience/emails", "/audience/write", "/audience/suppressed", "/team", "/team/sign-in", "/connections",
    "/connections/return", "/connections/return/{rest:path}", "/keys",
    "/webhooks", "/files", "/links", "/shared", "/activity", "/work", "/plugins", "/style",
)  # fmt: skip
"""The shell's own addresses; each panel adds its route."""


class Shell:
    """Made from what Vite built into `folder`: its manifest names the entries by their hashed files."""

    def __init__(self, folder: Path = STATIC) -> None:
        self._folder = folder

    @property
    def is_built(self) -> bool:
        return (self._folder / "manifest.json").is_file()

    @property
    def types(self) -> Path:
        """The folder of the types of `@maxbooster/ui`.

        Raises:
            NotReady: the web application was not built.
        """
        if not (self._folder / "types").is_dir():
            raise NotReady("The web application is not built; run `make web`.")
        return self._folder / "types"

    def html(self, *, build: str, session: bool) -> str:
        """The page. `session`: whether the browser brings a session, so that the shell need not ask in vain.

        Raises:
            NotReady: the web application was not built.
        """
        facts = f'data-build="{build}"' + (" data-session" if session else "")
        return self._html.replace("<html", f"<html {facts}", 1)

    @cached_property
    def _html(self) -> str:
        shell = self._entry("src/shell/main.ts")
        styles = "".join(f'<link rel="stylesheet" href="{BASE}{file}">' for file in self._styles(shell))
        loads = "".join(f'<link rel="modulepreload" href="{BASE}{file}">' for file in self._needed(shell))
        return (
            '<!doctype html><html lang="en" data-theme="dark"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            '<meta name="color-scheme" content="dark light"><title>Max Booster</title>'
            f'<link rel="icon" href="{BASE}icon.svg" type="image/svg+xml">'
            f'<link rel="apple-touch-icon" href="{BASE}icon-192.png"><link rel="manifest" href="/manifest.webmanifest">'
            '<meta name="theme-color" media="(prefers-color-scheme: dark)" content="#0e0f11">'
            '<meta name="theme-color" media="(prefers-color-scheme: light)" content="#fbfaf7">'
            f'<script src="{BASE}theme.js"></script><script type="importmap">{self._import_map}</script>{styles}{loads}'
            f'<script type="module" src="{BASE}{shell["file"]}"></script></head>'
            "<body><mb-app></mb-app><mb-toasts></mb-toasts>"
            "<noscript>Max Booster needs JavaScript.</noscript></body></html>"
        )

    @cached_property
    def frame_html(self) -> str:
        """The page in which a sandboxed panel runs; the shell tells it which."""
        frame = self._entry("src/frame/main.ts")
        styles = "".join(f'<link rel="stylesheet" href="{BASE}{file}">' for file in self._styles(frame))
        return (
            '<!doctype html><html lang="en" data-theme="dark"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f'<title>Max Booster</title><script type="importmap">{self._import_map}</script>{styles}'
            f'<script type="module" src="{BASE}{frame["file"]}"></script></head><body></body></html>'
        )

    def frame_policy(self, host: str) -> str:
        """Of a sandboxed panel: no origin, and nothing but built files of ours. `host`: as this server is called,
        with its port."""
        built = f"{host}/static/"
        return "; ".join(
            (
                "sandbox allow-scripts",
                "default-src 'none'",
                f"script-src {built} 'sha256-{self._import_map_digest}'",
                f"style-src {built}",
                "style-src-attr 'unsafe-inline'",
                f"img-src {built} data: blob:",
                f"media-src {built} blob:",
                f"font-src {built}",
                f"connect-src {built}",
                "form-action 'none'",
                "base-uri 'none'",
                "frame-ancestors 'self'",
                "webrtc 'block'",
                "require-trusted-types-for 'script'",
                "trusted-types lit-html default maxbooster-parse",
            )
        )

    @cached_property
    def policy(self) -> str:
        """The Content-Security-Policy: nothing from elsewhere, no inline script but the import map."""
        return "; ".join(
            (
                "default-src 'self'",
                f"script-src 'self' 'sha256-{self._import_map_digest}' 'wasm-unsafe-eval'",
                "style-src 'self'",
                "style-src-attr 'unsafe-inline'",
                "img-src 'self' data: blob:",
                "media-src 'self' blob:",
                "worker-src 'self' blob:",
                "manifest-src 'self'",
                "object-src 'none'",
                "base-uri 'none'",
                "form-action 'self'",
                "frame-ancestors 'none'",
                "require-trusted-types-for 'script'",
                "trusted-types lit-html default maxbooster-parse maxbooster-worker",
                f"report-uri {REPORTS}",
            )
        )

    @cached_property
    def _import_map_digest(self) -> str:
        return b64encode(sha256(self._import_map.encode()).digest()).decode()

    @cached_property
    def _import_map(self) -> str:
        """`lit` and `@maxbooster/ui` for panels: the very modules that the shell itself uses."""
        imports = {
            "lit": BASE + self._entry("src/lit.ts")["file"],
            "@maxbooster/ui": BASE + self._entry("src/ui/index.ts")["file"],
        }
        return json.dumps({"imports": imports}, separators=(",", ":"))

    @cached_property
    def _manifest(self) -> dict[str, Any]:
        if not self.is_built:
            raise NotReady("The web application is not built; run `make web`.")
        manifest: dict[str, Any] = json.loads((self._folder / "manifest.json").read_text("utf-8"))
        return manifest

    def _entry(self, source: str) -> dict[str, Any]:
        entry: dict[str, Any] = self._manifest[source]
        return entry

    def _styles(self, entry: dict[str, Any]) -> list[str]:
        """Of what an entry imports, which may be shared with others, and then its own."""
        needed = self._needed(entry)
        chunks = [*(each for each in self._manifest.values() if each["file"] in needed), entry]
        return list(dict.fromkeys(file for each in chunks for file in each.get("css", ())))

    def _needed(self, entry: dict[str, Any]) -> list[str]:
        """The files that an entry imports, and those that they import."""
        found: dict[str, None] = {}
        waiting = list(entry.get("imports", ()))
        while waiting:
            chunk = self._manifest[waiting.pop(0)]
            if chunk["file"] not in found:
                found[chunk["file"]] = None
                waiting += chunk.get("imports", ())
        return list(found)
