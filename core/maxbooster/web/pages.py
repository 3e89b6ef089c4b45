"""Where the shell is served: at its own addresses, at those of the panels, and to browsers that are lost."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler

from ..app import App
from ..auth import cookies
from ..http.problems import on_http
from ..http.routes import PUBLIC
from .shell import PAGES, Shell

AnyRequest = Request[Any, Any, State]


class Pages:
    """Answers the shell; which page it shows, it reads from the address."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._shell = Shell()

    def route(self) -> HTTPRouteHandler:
        async def page(request: AnyRequest) -> Response[str]:
            return self._answer(request, 200)

        panels = [panel.route for _, panel in self._app.offers.panels]
        paths = [*PAGES, *panels, *(f"{route}/{{rest:path}}" for route in panels)]
        return get(paths, include_in_schema=False, opt={"permission": PUBLIC}, name="web")(page)

    def service_worker(self) -> HTTPRouteHandler:
        """At the root, so that its scope is the whole application."""

        async def service_worker(request: AnyRequest) -> Response[bytes]:
            content = self._shell.service_worker.read_bytes()
            return Response(content, media_type="text/javascript", headers={"cache-control": "no-cache"})

        shown: dict[str, Any] = {"include_in_schema": False, "opt": {"permission": PUBLIC}}
        return get("/service-worker.js", **shown)(service_worker)

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
