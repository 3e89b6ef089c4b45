"""Trying each plugin's routes alone, before they join the application: Litestar would refuse to start for one."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from litestar import Litestar, Router
from litestar.di import Provide
from litestar.handlers import HTTPRouteHandler

from ..errors import PluginError
from ..plugins.registry import FAILURES, Registry
from .routes import Routes


class _Fresh(Router):
    """Made anew for each application, so that Litestar need not copy it with everything that it reaches."""

    def __deepcopy__(self, memo: dict[int, object]) -> _Fresh:
        return self


def router(plugin: str, offered: Sequence[Routes]) -> Router:
    """A plugin's routes under `/api/<family>`; the core's own paths are absolute."""
    family = plugin.partition(".")[0]
    inner = [_Fresh(path=routes.path, route_handlers=list(routes.handlers)) for routes in offered]
    return _Fresh(path="/" if plugin == "core" else f"/api/{family}", route_handlers=inner, tags=[plugin])


def drop_unservable(registry: Registry, found: Sequence[tuple[str, Routes]]) -> None:
    """Report plugins whose routes cannot be served."""
    taken: dict[str, str] = {}
    for plugin in dict.fromkeys(name for name, _ in found):
        offered = [routes for name, routes in found if name == plugin]
        try:
            taken |= _claims(plugin, offered, taken)
            _serve_alone(plugin, *((routes.path, tuple(routes.handlers)) for routes in offered))
        except FAILURES as error:
            registry.drop(plugin, f"its routes cannot be served: {type(error).__name__}: {error}")


@lru_cache(maxsize=64)
def _serve_alone(plugin: str, *offered: tuple[str, tuple[HTTPRouteHandler, ...]]) -> None:
    """Remembered for the next App of this process: routes that could be served once can be again."""
    alone = router(plugin, [Routes(*each) for each in offered])
    Litestar([alone], dependencies={"ctx": Provide(lambda: None, sync_to_thread=False)}, logging_config=None)


def _claims(plugin: str, offered: Sequence[Routes], taken: dict[str, str]) -> dict[str, str]:
    """What a plugin's routes occupy: operation ids and addresses.

    Raises:
        PluginError: one is occupied already, or a route declares neither a permission nor `public`.
    """
    claims: dict[str, str] = {}
    for path, handler in ((routes.path, handler) for routes in offered for handler in routes.handlers):
        if handler.opt.get("permission") is None:
            raise PluginError(f"{handler.operation_id!r} declares neither permission=… nor public=True")
        for claim in (f"operation_id {handler.operation_id!r}", *addresses(plugin, path, handler)):
            if claim in taken or claim in claims:
                raise PluginError(f"{claim} is taken by {(taken | claims)[claim]!r}")
            claims[claim] = plugin
    return claims


def addresses(plugin: str, path: str, handler: HTTPRouteHandler) -> list[str]:
    """“GET /api/setlist/setlists/{id:uuid}”"""
    prefix = "" if plugin == "core" else f"/api/{plugin.partition('.')[0]}"
    return [
        f"{method} {prefix}{path.rstrip('/')}{'' if own == '/' else own}"
        for own in handler.paths
        for method in sorted(handler.http_methods)
    ]
