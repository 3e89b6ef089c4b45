"""How a plugin declares its HTTP routes: who may, what it may answer, under which name."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, get_origin, get_type_hints
from uuid import UUID

from litestar import delete as _delete
from litestar import get as _get
from litestar import head as _head
from litestar import patch as _patch
from litestar import post as _post
from litestar import put as _put
from litestar import route
from litestar.di import NamedDependency
from litestar.enums import HttpMethod
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Struct

from ..context import Context
from ..db.models import Table
from ..errors import (
    GrantEnded,
    Invalid,
    Malformed,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    NotInPlan,
    Overloaded,
    Problem,
    StepUpRequired,
    TooMany,
)
from ..grants.grantable import refuse_undeclarable, refuse_unnamed
from .bounds import held
from .problems import described

PUBLIC = "public"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that only read."""

Decorator = Callable[[Callable[..., Any]], HTTPRouteHandler]


@dataclass(frozen=True)
class Routes:
    """Handlers under one path below `/api/<family>`."""

    path: str
    handlers: Sequence[HTTPRouteHandler] = field(repr=False)

    def __post_init__(self) -> None:
        for handler in self.handlers:
            _say_where_from(handler, self.path)


_GIVEN = {"request", "headers", "cookies", "query", "state", "scope", "body", "return"}
"""Names that Litestar fills in by itself."""


def _say_where_from(handler: HTTPRouteHandler, prefix: str) -> None:
    """Litestar 3 wants each argument's origin declared; ours follows from the path: in it, or in the query."""
    function = handler.fn
    hints = get_type_hints(function, localns={"Context": Context, "UUID": UUID}, include_extras=True)
    in_path = {name for path in handler.paths for name in re.findall(r"{(\w+):", prefix + path)}
    _refuse_mistakes(str(handler.operation_id), hints)
    refuse_unnamed(str(handler.operation_id), handler.opt.get("grantable") or {}, in_path)
    for name, kind in hints.items():
        if name == "data" and get_origin(kind) is not Annotated:
            hints[name] = JSONBody[kind]  # type: ignore[valid-type, misc]
        elif name == "ctx":
            hints[name] = NamedDependency[kind]  # type: ignore[valid-type, misc]
        elif name not in _GIVEN and get_origin(kind) is not Annotated:
            hints[name] = FromPath[kind] if name in in_path else FromQuery[kind]  # type: ignore[valid-type, misc]
    function.__annotations__ = hints


_RESERVED = {"body", "cookies", "headers", "query", "scope", "socket", "state"}


def _refuse_mistakes(operation: str, hints: dict[str, Any]) -> None:
    """What Litestar would only notice, or misread, when the route is called.

    Raises:
        TypeError: an argument has a name that means something else, or a mapped row is answered.
    """
    for name, kind in hints.items():
        if name in _RESERVED:
            raise TypeError(f"{operation}: the web framework reserves the argument name {name!r}; choose another")
        if not isinstance(kind, type) or name in ("ctx", "data", "request"):
            continue
        if issubclass(kind, Context):
            raise TypeError(f"{operation}: call the Context 'ctx', not {name!r}")
        if name == "return" and issubclass(kind, Table):
            raise TypeError(f"{operation}: answer a Struct, not the mapped class {kind.__name__}")
        if name != "return" and issubclass(kind, Struct):
            raise TypeError(f"{operation}: call the body 'data', not {name!r}")


def get(path: str = "/", **declared: Any) -> Decorator:
    """A route that only reads. See `post` for what is declared."""
    return _declare(_get, path, **declared)


def post(path: str = "/", **declared: Any) -> Decorator:
    """Declare a route.

    `operation_id` (camelCase, unique) is its name in the API; `permission` (`area.action`) who may, or
    `public=True`; `step_up=True` asks for a recent proof of who the caller is, `"people"`
    asks people only and lets an API key pass that was given the permission; `local=True` lets programs on this
    machine in without it; `signed=True` lets pages of other sites send it, because a signature in it says who does;
    `feature` names what the account's plan must include; `grantable={"studio.master": "master_id"}` lets those in to
    whom an object of that kind was granted, whose id is in that parameter of the path; `raises` which of our errors it
    may answer, documented as problem details. Everything else goes to Litestar.
    """
    return _declare(_post, path, **declared)


def put(path: str = "/", **declared: Any) -> Decorator:
    return _declare(_put, path, **declared)


def patch(path: str = "/", **declared: Any) -> Decorator:
    return _declare(_patch, path, **declared)


def delete(path: str = "/", **declared: Any) -> Decorator:
    return _declare(_delete, path, **declared)


def head(path: str = "/", **declared: Any) -> Decorator:
    """What a `get` would say, without its body; it has an operation of its own (OpenAPI knows no shared ones)."""
    return _declare(_head, path, **declared)


def options(path: str = "/", **declared: Any) -> Decorator:
    """What can be done at an address, where a protocol such as tus asks for it."""
    return _declare(_options, path, **declared)


def _options(path: str, **declared: Any) -> Callable[..., Any]:
    return route(path, http_method=[HttpMethod.OPTIONS], **declared)


def _declare(
    method: Callable[..., Any],
    path: str,
    *,
    operation_id: str | None = None,
    permission: str | None = None,
    public: bool = False,
    step_up: bool | Literal["people"] = False,
    feature: str | None = None,
    grantable: Mapping[str, str] | None = None,
    raises: Sequence[type[Problem]] = (),
    responses: dict[int, Any] | None = None,
    **rest: Any,
) -> Decorator:
    if operation_id is None:
        raise TypeError(f"the route {path!r} needs an operation_id (camelCase, unique), its name in the API")
    if (permission is None) != public:
        raise TypeError(f"{operation_id}: declare either permission='area.action' or public=True")
    possible: list[type[Problem]] = [*raises, Overloaded]
    if permission is not None:
        possible += [NotAuthenticated, NotAllowed]
        possible.append(TooMany)
    if step_up:
        possible.append(StepUpRequired)
    if feature is not None:
        possible.append(NotInPlan)
    if grantable:
        refuse_undeclarable(operation_id, public=public, step_up=bool(step_up))
        possible.append(GrantEnded)
    if "{" in path:
        possible.append(NotFound)
    possible += [Malformed, Invalid]
    in_thread = rest.pop("sync_to_thread", False)
    handler = method(
        path,
        operation_id=operation_id,
        responses=described(possible) | (responses or {}),
        permission=PUBLIC if public else permission,
        step_up=step_up,
        feature=feature,
        grantable=grantable,
        security=[] if public else [{"bearer": []}, {"session": []}, *([{"grant": []}] if grantable else [])],
        **rest,
    )
    return lambda function: handler(held(function, in_thread=in_thread))
