"""The HTTP application, put together from what the enabled plugins offer."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from litestar import Litestar, Request, Router
from litestar.datastructures import CacheControlHeader, State
from litestar.di import Provide
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme
from litestar.static_files import create_static_files_router

from .. import __version__
from ..app import App
from ..auth import cookies
from ..auth.guard import Guard
from ..context import Context, unit_of_work
from ..errors import PluginError
from ..web.pages import Pages
from .examples import with_examples
from .gate import Gate
from .probe import router
from .problems import HANDLERS
from .routes import PUBLIC

_EXEMPT = ("OPTIONS",)


def serving(app: App, *, open_resources: bool = True) -> Gate:
    """What an ASGI server runs. With `open_resources` its lifespan opens and closes the App."""
    return Gate(app, build(app, open_resources=open_resources))


def build(app: App, *, open_resources: bool = False) -> Litestar:
    """The Litestar application of what the enabled plugins offer.

    Plugins whose routes cannot be served have been dropped before (`probe`).
    """

    async def context(request: Request[Any, Any, State]) -> AsyncGenerator[Context, None]:
        writable = request.method not in ("GET", "HEAD", "OPTIONS")
        async with unit_of_work(
            app,
            request.scope["state"].get("identity"),
            writable=writable,
            request_id=request.scope["state"].get("request_id"),
            address=request.client.host if request.client else None,
        ) as ctx:
            yield ctx

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        async with app.opened():
            yield

    routers, pages = _routers(app), Pages(app)
    litestar = Litestar(
        route_handlers=[*routers, *_static(app), pages.route()],
        dependencies={"ctx": Provide(context)},
        guards=[Guard(app)],
        exception_handlers=HANDLERS | {NotFoundException: pages.instead_of_nothing},
        lifespan=[lifespan] if open_resources else [],
        request_max_body_size=app.settings.body_limit_bytes,
        openapi_config=OpenAPIConfig(
            title="Max Booster",
            version=__version__,
            path="/schema",
            render_plugins=[_Described()],
            use_handler_docstrings=True,
            components=Components(
                security_schemes={
                    "bearer": SecurityScheme(type="http", scheme="bearer", description="An API key or access token."),
                    "session": SecurityScheme(
                        type="apiKey",
                        name=cookies.name("session", app.settings),
                        security_scheme_in="cookie",
                        description=f"A browser's session; what changes something also sends {cookies.CSRF_HEADER!r}.",
                    ),
                }
            ),
        ),
        debug=False,
        logging_config=None,
    )
    litestar.state.maxbooster = app
    refuse_undeclared(litestar)
    return litestar


def description(litestar: Litestar) -> dict[str, Any]:
    """The OpenAPI 3.1 description, with examples."""
    return with_examples(litestar.openapi_schema.to_schema())


class _Described(JsonRenderPlugin):
    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        return self.render_json(request, with_examples(openapi_schema))


def _routers(app: App) -> list[Router]:
    offered = app.offers.routes
    plugins = dict.fromkeys(plugin for plugin, _ in offered)
    return [router(plugin, [routes for name, routes in offered if name == plugin]) for plugin in plugins]


def refuse_undeclared(litestar: Litestar) -> None:
    """
    Raises:
        PluginError: a route without a declared permission (C-02); automatic OPTIONS and the schema apart.
    """
    for route in litestar.routes:
        for handler in getattr(route, "route_handlers", ()):
            if not isinstance(handler, HTTPRouteHandler) or handler.http_methods == set(_EXEMPT):
                continue
            if route.path.startswith("/schema") or handler.opt.get("permission") is not None:
                continue
            raise PluginError(f"the route {route.path} declares neither a permission nor public")


def _static(app: App) -> list[Router]:
    """Built files: those named by their content are kept for ever, the others are asked for anew."""
    folders = [(f"/static/{plugin}", folder, CacheControlHeader(no_cache=True)) for plugin, folder in app.offers.static]
    folders += [
        (f"{path}/assets", folder / "assets", CacheControlHeader(public=True, max_age=31_536_000, immutable=True))
        for path, folder, _ in folders
        if (folder / "assets").is_dir()
    ]
    return [
        create_static_files_router(path=path, directories=[folder], opt={"permission": PUBLIC}, cache_control=cached)
        for path, folder, cached in folders
    ]
