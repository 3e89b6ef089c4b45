"""The application on a device: what it is called there, and the files that it opens with without a connection."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from ..errors import NotReady
from .shell import BASE, PAGES, STATIC, Shell

if TYPE_CHECKING:
    from ..plugins.contributions import Contributions

PAGE = "/offline"
"""The page as a device keeps it: it shows whichever address it is opened at."""
_KINDS = (".js", ".css", ".wasm", ".woff2", ".svg")
_APART = ("icons", "types", "service-worker.js")
"""Of the core's own files: icons that few pages use, and what no page loads."""
_SHORTCUTS = 4
_SIZES = (192, 512)


def worker_script(offers: Contributions, folder: Path = STATIC) -> str:
    """The service worker, with the version of the application that it keeps.

    Raises:
        NotReady: the web application was not built.
    """
    script = folder / "service-worker.js"
    if not script.is_file():
        raise NotReady("The web application is not built; run `make web`.")
    version = {
        "build": offers.web_build,
        "page": PAGE,
        "routes": list(_routes(offers)),
        "files": dict(_files(offers)),
    }
    return f"self.maxboosterVersion={msgspec.json.encode(version).decode()};\n{script.read_text('utf-8')}"


def _routes(offers: Contributions) -> Iterator[str]:
    """The addresses of pages: exactly, or with all below (`/releases/*`)."""
    for page in PAGES:
        route, _, rest = page.partition("/{")
        yield f"{route}/*" if rest else page
    for _, panel in offers.panels:
        yield panel.route
        yield f"{panel.route}/*"


def _files(offers: Contributions) -> Iterator[tuple[str, str]]:
    """Address → hash, as browsers check it (Subresource Integrity)."""
    for plugin, folder in offers.static:
        for file in sorted(folder.rglob("*")):
            below = file.relative_to(folder)
            if file.suffix in _KINDS and not (plugin == "core" and below.parts[0] in _APART):
                yield f"/static/{plugin}/{below.as_posix()}", _integrity(file)
    for _, panel in offers.panels:
        icon = STATIC / "icons" / f"{panel.icon}.svg"
        if icon.is_file():
            yield f"{BASE}icons/{icon.name}", _integrity(icon)


def _integrity(file: Path) -> str:
    return f"sha256-{b64encode(sha256(file.read_bytes()).digest()).decode()}"


def app_manifest(offers: Contributions) -> dict[str, Any]:
    """What a device shows of the application once it is installed (W3C Web Application Manifest)."""
    icons = [
        {"src": f"{BASE}icon-{size}{suffix}.png", "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
        for size in _SIZES
        for suffix, purpose in (("", "any"), ("-maskable", "maskable"))
    ]
    actions = [action for _, panel in sorted(offers.panels, key=lambda each: each[1].order) for action in panel.actions]
    return {
        "id": "/",
        "name": "Max Booster",
        "short_name": "Max Booster",
        "description": "Your music career in one place.",
        "start_url": "/home",
        "scope": "/",
        "display": "standalone",
        "background_color": "#0e0f11",
        "theme_color": "#0e0f11",
        "icons": [*icons, {"src": f"{BASE}icon.svg", "sizes": "any", "type": "image/svg+xml"}],
        "shortcuts": [{"name": each.title, "url": each.path} for each in actions[:_SHORTCUTS]],
    }


def kept_page(shell: Shell, offers: Contributions) -> str:
    """The page that a device keeps. Whether somebody is logged in, it finds out where it is opened."""
    return shell.html(build=offers.web_build, session=True)
