"""The HTTP application, put together from what the enabled plugins offer."""

from __future__ import annotations

import gc
from collections.abc import AsyncGenerator, Callable
from typing import Any

from litestar import Litestar, Request, Response, Router
from litestar.datastructures import CacheControlHeader, State
from litestar.di import Provide
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.static_files import create_static_files_router
from litestar.types import Receive, Send

from .. import __version__
from ..app import App
from ..audience.pages import AudiencePages
from ..auth.guard import Guard
from ..auth.schemes import schemes
from ..context import Context, unit_of_work
from ..errors import PluginError
from ..links.following import Following
from ..notices.pages import StopPages
from ..public.site import Site, instead_of_json
from ..web.pages import Pages
from .answers import with_whole_answers
from .examples import with_examples
from .gate import Gate
from .hosts import STRANGERS
from .patterns import with_json_patterns
from .probe import router
from .problems import HANDLERS
from .routes import PUBLIC, SAFE
from .schema_names import with_plain_names

_EXEMPT = ("OPTIONS",)
_KEPT = ("allow", "retry-after")


def serving(app: App) -> Gate:
    """What an ASGI server runs; whoever runs it has opened the App."""
    gate = Gate(app, build(app))
    gc.collect()
    gc.freeze()  # what is put together by now stays: the collector need not look through it again and again
    return gate


class Opening:
    """What an ASGI server runs that opens the App at its start and closes it at its end.

    Routes are put together in between: a plugin may turn out to be broken when the App is opened.
    """

    def __init__(self, app: App) -> None:
        self._app = app
        self._inner: Gate | None = None

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            assert self._inner is not None, "the server must run the lifespan"
            await self._inner(scope, receive, send)
            return
        async with self._app.opened(patient=True):
            with self._app.watchdog.watching():
                self._inner = serving(self._app)
                await self._inner(scope, receive, send)


def build(app: App) -> Litestar:
    """The Litestar application of what the enabled plugins offer.

    Plugins whose routes cannot be served have been dropped before (`probe`).
    """

    async def context(request: Request[Any, Any, State]) -> AsyncGenerator[Context, None]:
        writable = request.method not in SAFE
        async with unit_of_work(
            app,
            request.scope["state"].get("identity"),
            writable=writable,
            request_id=request.scope["state"].get("request_id"),
            address=request.client.host if request.client else None,
        ) as ctx:
            yield ctx

    routers, pages = _routers(app), Pages(app)
    litestar = Litestar(
        route_handlers=[*routers, *_static(app), *pages.routes(), pages.frame(), *_of_strangers(app)],
        dependencies={"ctx": Provide(context)},
        guards=[Guard(app)],
        exception_handlers=_handlers(app, pages),
        request_max_body_size=app.settings.body_limit_bytes,
        openapi_config=OpenAPIConfig(
            title="Max Booster",
            version=__version__,
            path="/schema",
            render_plugins=[_Described()],
            use_handler_docstrings=True,
            components=schemes(app.settings),
        ),
        debug=False,
        logging_config=None,
    )
    litestar.state.app = app
    refuse_undeclared(litestar)
    return litestar


def _handlers(app: App, pages: Pages) -> dict[Any, Any]:
    """Errors are problem details; on pages of strangers, who read them, a page."""

    def on_pages(handler: Callable[[Any, Any], Response[Any]]) -> Callable[[Any, Any], Response[Any]]:
        def handle(request: Request[Any, Any, State], error: Any) -> Response[Any]:
            answer = handler(request, error)
            if not request.url.path.startswith(STRANGERS):
                return answer
            return instead_of_json(
                app,
                request,
                answer.status_code or 500,
                {name: value for name, value in answer.headers.items() if name.lower() in _KEPT},
            )

        return handle

    known = HANDLERS | {NotFoundException: pages.instead_of_nothing}
    return {kind: on_pages(handler) for kind, handler in known.items()}


def _of_strangers(app: App) -> list[HTTPRouteHandler]:
    return [*Site(app).routes(), Following(app).route(), *AudiencePages(app).routes(), *StopPages(app).routes()]


def description(litestar: Litestar) -> dict[str, Any]:
    """The OpenAPI 3.1 description, with examples."""
    return _published(litestar.openapi_schema.to_schema(), litestar)


class _Described(JsonRenderPlugin):
    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        return self.render_json(request, _published(openapi_schema, request.app))


def _published(schema: dict[str, Any], litestar: Litestar) -> dict[str, Any]:
    whole = with_whole_answers(schema, _answers(litestar))
    published: dict[str, Any] = with_json_patterns(with_examples(whole))
    return with_plain_names(published)


def _answers(litestar: Litestar) -> list[Any]:
    """The types that handlers return, and those of their refusals."""
    routes = [handler for route in litestar.routes for handler in getattr(route, "route_handlers", ())]
    described = [each for each in routes if isinstance(each, HTTPRouteHandler)]
    refusals = [spec.data_container for each in described for spec in (each.responses or {}).values()]
    return [*(each.parsed_fn_signature.return_type.annotation for each in described), *refusals]


def _routers(app: App) -> list[Router]:
    offered = app.offers.routes
    plugins = dict.fromkeys(plugin for plugin, _ in offered)
    return [router(plugin, [routes for name, routes in offered if name == plugin]) for plugin in plugins]


def refuse_undeclared(litestar: Litestar) -> None:
    """
    Raises:
        PluginError: a route without a declared permission; automatic OPTIONS and the schema apart.
    """
    for route in litestar.routes:
        for handler in getattr(route, "route_handlers", ()):
            if not isinstance(handler, HTTPRouteHandler) or handler.http_methods == set(_EXEMPT):
                continue
            if route.path.startswith("/schema") or handler.opt.get("permission") is not None:
                continue
            raise PluginError(f"the route {route.path} declares neither a permission nor public")


def _for_frames(answer: Response[Any]) -> Response[Any]:
    """Built files are everybody's: a panel in a sandboxed frame, which has no origin, loads them too."""
    answer.headers["access-control-allow-origin"] = "*"
    answer.headers["cross-origin-resource-policy"] = "cross-origin"
    return answer


def _static(app: App) -> list[Router]:
    """Built files: those named by their content are kept for ever, the others are asked for anew."""
    folders = [(f"/static/{plugin}", folder, CacheControlHeader(no_cache=True)) for plugin, folder in app.offers.static]
    folders += [
        (f"{path}/assets", folder / "assets", CacheControlHeader(public=True, max_age=31_536_000, immutable=True))
        for path, folder, _ in folders
        if (folder / "assets").is_dir()
    ]
    return [
        create_static_files_router(
            path=path, directories=[folder], opt={"permission": PUBLIC}, cache_control=cached, after_request=_for_frames
        )
        for path, folder, cached in folders
    ]
