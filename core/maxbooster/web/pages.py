"""Where the shell is served: at its own addresses, at those of the panels, and to browsers that are lost."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler

from ..app import App
from ..auth import cookies
from ..http.problems import on_http
from ..http.routes import PUBLIC
from .offline import PAGE, app_manifest, kept_page, worker_script
from .shell import PAGES, Shell

_HOST = re.compile(r"[A-Za-z0-9._:\[\]-]{1,260}")
AnyRequest = Request[Any, Any, State]


class Pages:
    """Answers the shell; which page it shows, it reads from the address."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._shell = Shell()

    def routes(self) -> list[HTTPRouteHandler]:
        return [self._pages(), *self._of_devices()]

    def _pages(self) -> HTTPRouteHandler:
        async def page(request: AnyRequest) -> Response[str]:
            return self._answer(request, 200)

        panels = [panel.route for _, panel in self._app.offers.panels]
        paths = [*PAGES, *panels, *(f"{route}/{{rest:path}}" for route in panels)]
        return get(paths, include_in_schema=False, opt={"permission": PUBLIC}, name="web")(page)

    def _of_devices(self) -> list[HTTPRouteHandler]:
        """What installs the application, and keeps it where there is no connection."""
        offers = self._app.offers
        opened: dict[str, Any] = {"include_in_schema": False, "opt": {"permission": PUBLIC}}

        def script() -> Response[str]:
            headers = {"content-security-policy": "default-src 'self'", "cache-control": "no-cache"}
            return Response(worker_script(offers), media_type="text/javascript", headers=headers)

        def manifest() -> Response[bytes]:
            headers = {"cache-control": "no-cache"}
            described = msgspec.json.encode(app_manifest(offers))
            return Response(described, media_type="application/manifest+json", headers=headers)

        def page() -> Response[str]:
            headers = {"content-security-policy": self._shell.policy, "cache-control": "no-cache"}
            return Response(kept_page(self._shell, offers), media_type="text/html", headers=headers)

        return [
            get("/service-worker.js", sync_to_thread=True, **opened)(script),
            get("/manifest.webmanifest", sync_to_thread=False, **opened)(manifest),
            get(PAGE, sync_to_thread=False, **opened)(page),
        ]

    def frame(self) -> HTTPRouteHandler:
        async def framed(request: AnyRequest) -> Response[str]:
            host = request.headers.get("host", "")
            headers = {
                "content-security-policy": self._shell.frame_policy(host if _HOST.fullmatch(host) else "localhost"),
                "cache-control": "no-cache",
            }
            return Response(self._shell.frame_html, media_type="text/html", headers=headers)

        return get("/frame", include_in_schema=False, opt={"permission": PUBLIC}, name="frame")(framed)

    def instead_of_nothing(self, request: AnyRequest, error: NotFoundException) -> Response[Any]:
        """A person who follows a wrong link sees the application say so; programs get problem details."""
        wants_html = "text/html" in request.headers.get("accept", "")
        if not wants_html or request.method != "GET" or request.url.path.startswith(("/api/", "/static/")):
            return on_http(request, error)
        return self._answer(request, 404) if self._shell.is_built else on_http(request, error)

    def _answer(self, request: AnyRequest, status: int) -> Response[str]:
        html = self._shell.html(
            build=self._app.offers.web_build, session=cookies.name("session", self._app.settings) in request.cookies
        )
        headers = {"content-security-policy": self._shell.policy, "cache-control": "no-cache"}
        return Response(html, status_code=status, media_type="text/html", headers=headers)
