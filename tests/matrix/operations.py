"""What can be asked of a server, as its OpenAPI description says, and who may, as its routes declare."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any
from uuid import UUID

import httpx
from litestar.handlers import HTTPRouteHandler

from maxbooster.app import App
from maxbooster.db.types import new_id
from maxbooster.http.assembly import build
from maxbooster.http.examples import with_examples
from maxbooster.http.routes import PUBLIC

SAFE = ("GET", "HEAD", "OPTIONS")
_METHODS = ("get", "head", "post", "put", "patch", "delete", "options")
EXAMPLE_ID = "01a1fbfe-c37e-70b4-8abe-9a19b3222fa7"
_NEW = "{new}"
_PARAMETER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Special:
    """What an operation needs beyond its example; `{new}` in it becomes new with every request."""

    why: str
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes | None = None
    query: Mapping[str, str] = field(default_factory=dict)


_TUS = {"Tus-Resumable": "1.0.0"}
_BYTES = _TUS | {"Upload-Length": "5", "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
SPECIAL = {
    "createKey": Special("the example's permission does not exist", {"name": "key", "permissions": ["plugin.read"]}),
    "inviteMember": Special("the example's address is none", {"email": "g{new}@example.org", "role": "viewer"}),
    "importContacts": Special("the file is the body", content=b"fan@example.org", query={"source": "Shows"}),
    "createUpload": Special("tus speaks in headers", headers=_BYTES, content=b"hello"),
    "appendToUpload": Special("tus speaks in headers", headers=_BYTES, content=b"hello"),
    "overrideUpload": Special(
        "tus speaks in headers", headers=_BYTES | {"X-HTTP-Method-Override": "PATCH"}, content=b"hello"
    ),
    "getUploadOffset": Special("tus speaks in headers", headers=_TUS),
    "deleteUpload": Special("tus speaks in headers", headers=_TUS),
}
"""The only operations that are named here. One that no longer exists fails the test."""
UNDESCRIBED = {"readMetrics": "for programs on this machine, which need no permission; tests of exposure ask it"}
"""Routes with a permission that the description leaves out on purpose. One that no longer exists fails the test."""


@dataclass(frozen=True)
class Operation:
    """One method of one address."""

    id: str
    method: str
    path: str
    permission: str
    step_up: bool | str
    """`people`: only they prove themselves, keys pass."""
    signed: bool
    """What it is sent says by a signature who sends it, from whichever page."""
    body: Any = field(hash=False)
    path_ids: tuple[str, ...]
    """Names of the path's parameters that are UUIDs."""
    query_ids: tuple[str, ...]
    """Names of the query's parameters that are UUIDs."""
    grantable: frozenset[str] = frozenset()
    """The kinds of grants that it lets in."""

    @property
    def public(self) -> bool:
        return self.permission == PUBLIC

    @property
    def unsafe(self) -> bool:
        return self.method not in SAFE

    @property
    def body_has_id(self) -> bool:
        return EXAMPLE_ID in json.dumps(self.body)

    async def call(
        self, client: httpx.AsyncClient, headers: Mapping[str, str], *ids: UUID, **query: str
    ) -> httpx.Response:
        """Ask it with its example; the ids of the path are `ids`, the last of them is those of the body, and any that
        are missing; without `ids` one that nothing has."""
        special, named = SPECIAL.get(self.id), [str(id) for id in ids or (new_id(),)]
        sent = {**headers, **(special.headers if special else {})}
        content = special.content if special else None
        if self.body is not None:
            content = json.dumps(self.body).replace(EXAMPLE_ID, named[-1]).replace(_NEW, new_id().hex).encode()
            sent["Content-Type"] = "application/json"
        asked = {**(special.query if special else {}), **query}
        return await client.request(self.method, self._address(named), headers=sent, content=content, params=asked)

    def _address(self, ids: list[str]) -> str:
        named = dict(zip_longest(self.path_ids, ids[: len(self.path_ids)], fillvalue=ids[-1]))
        return _PARAMETER.sub(lambda found: named.get(found[1], "nothing"), self.path)


def read(description: dict[str, Any], app: App) -> list[Operation]:
    """Every operation that the server describes.

    Raises:
        LookupError: it describes one that the App does not declare.
    """
    declared = {str(handler.operation_id): handler.opt for handler in _handlers(app)}
    return [
        _operation(path, method, said, declared[said["operationId"]])
        for path, methods in with_examples(description)["paths"].items()
        for method, said in methods.items()
        if method in _METHODS
    ]


def undescribed(description: dict[str, Any], app: App) -> list[str]:
    """Routes that are not public and missing in the description: the matrix would not see them."""
    described = {said["operationId"] for methods in description["paths"].values() for said in methods.values()}
    return [
        str(handler.operation_id)
        for handler in _handlers(app)
        if handler.opt.get("permission", PUBLIC) != PUBLIC and handler.operation_id not in described
    ]


def _handlers(app: App) -> Iterator[HTTPRouteHandler]:
    for route in build(app).routes:
        for handler in getattr(route, "route_handlers", ()):
            if isinstance(handler, HTTPRouteHandler):
                yield handler


def _operation(path: str, method: str, said: dict[str, Any], opt: Mapping[str, Any]) -> Operation:
    special = SPECIAL.get(said["operationId"])
    given = said.get("parameters", [])
    return Operation(
        id=said["operationId"],
        method=method.upper(),
        path=path,
        permission=opt["permission"],
        step_up=opt.get("step_up") or False,
        signed=bool(opt.get("signed")),
        body=special.body if special else _example(said),
        path_ids=_ids(given, "path"),
        query_ids=_ids(given, "query"),
        grantable=frozenset(opt.get("grantable") or ()),
    )


def _example(said: dict[str, Any]) -> Any:
    media = said.get("requestBody", {}).get("content", {}).get("application/json", {})
    return next((example["value"] for example in media.get("examples", {}).values()), None)


def _ids(given: list[dict[str, Any]], place: str) -> tuple[str, ...]:
    found = [each["name"] for each in given if each["in"] == place and '"uuid"' in json.dumps(each["schema"])]
    return tuple(found)
