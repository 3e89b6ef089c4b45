"""Requests that are like a valid one but for one field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any, Literal
from urllib.parse import quote

import httpx

from maxbooster.db.types import new_id
from tests.matrix.operations import SPECIAL

from .values import Edge, Missing, Schema, edges, encoded, resolved, words

Place = Literal["path", "query", "header", "body", "content"]
NEW = "{new}"
"""In a body: something new with every request."""
DEEPEST = 6
READ_HEADERS = {"getFileContent", "downloadFile", "getAccount", "getSession", "logOut"}
"""Where those headers are varied that the platform reads of any request."""
HEADERS = ("Range", "If-None-Match", "If-Range", "X-Request-Id", "Authorization", "Cookie", "X-CSRF-Token", "Origin")
TUS = ("Upload-Length", "Upload-Offset", "Upload-Metadata", "Upload-Checksum", "Upload-Defer-Length", "Tus-Resumable",
       "X-HTTP-Method-Override", "Content-Type")  # fmt: skip
RANGES = ("bytes=0-", "bytes=-0", "bytes=5-2", "bytes=0-0,2-3", f"bytes={2**63}-", f"bytes={'9' * 5000}-", "bytes=²-")
TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "integer"}
BODIES: Mapping[str, bytes] = {
    "no body": b"", "blank": b" ", "broken": b'{"a": ', "no UTF-8": b'{"a": "\xff\xfe"}', "a BOM": b"\xef\xbb\xbf{}",
    "UTF-16": '{"a": 1}'.encode("utf-16"), "nested": b"[" * 5_000 + b"]" * 5_000, "a list": b"[]", "null": b"null",
    "text": b'"a"', "a number": b"1e400", "twice": b"{}{}", "NUL": b"\0", "twice the same": b'{"a": 1, "a": 2}',
    "past the limit": b'{"a": "' + b"x" * 1_000_001 + b'"}',
}  # fmt: skip
CONTENT_TYPES = ("", "text/plain", "application/xml", "multipart/form-data", "application/x-www-form-urlencoded",
                 "application/json; charset=utf-16", "application/json; charset=none", "a", "/", "x" * 10_000,
                 "application/x-msgpack")  # fmt: skip


@dataclass(frozen=True)
class Request:
    """What is sent. `path` maps the names in the address to what stands there."""

    method: str
    address: str
    path: Mapping[str, str]
    query: Sequence[tuple[str, str]] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    content: bytes | None = None

    async def send(self, client: httpx.AsyncClient, more: Mapping[str, str]) -> httpx.Response:
        content, headers = self.content, dict(self.headers)
        if content is None and self.body is not None:
            content = encoded(self.body).replace(NEW.encode(), new_id().hex.encode())
            headers = {"Content-Type": "application/json"} | headers
        sent = [(name, _line(value)) for name, value in ({**more, **headers}).items()]
        return await client.request(self.method, self._url(), headers=sent, content=content)

    def _url(self) -> str:
        url = self.address
        for name, value in self.path.items():
            url = url.replace(f"{{{name}}}", quote(value, safe=""))
        asked = "&".join(f"{quote(name)}={quote(value, safe='')}" for name, value in self.query)
        return f"{url}?{asked}" if asked else url


@dataclass(frozen=True)
class Variation:
    operation: str
    place: Place
    field: str
    label: str
    request: Request

    def __str__(self) -> str:
        return f"{self.operation}, {self.place} {self.field}: {self.label}"


def variations(base: Request, said: Mapping[str, Any], schemas: Schema) -> Iterator[Variation]:
    """Each edge of each field of an operation, `said` of it in the description."""
    id = said["operationId"]
    for each in said.get("parameters", []):
        yield from _in_address(id, base, each, schemas)
    for name, edge in _header_edges(id):
        yield Variation(id, "header", name, edge.label, replace(base, headers={**base.headers, name: edge.value}))
    media = said.get("requestBody", {}).get("content", {}).get("application/json")
    if media is None:
        return
    for path, edge in _in_body(media["schema"], schemas, base.body, ()):
        yield Variation(id, "body", _named(path), edge.label, replace(base, body=_with(base.body, path, edge.value)))
    for label, content in BODIES.items():
        sent = replace(base, content=content, headers={"Content-Type": "application/json"})
        yield Variation(id, "content", "", label, sent)
    for kind in CONTENT_TYPES:
        yield Variation(id, "content", "", f"as {kind[:40]!r}", replace(base, headers={"Content-Type": kind}))


def _in_address(id: str, base: Request, said: Mapping[str, Any], schemas: Schema) -> Iterator[Variation]:
    name = said["name"]
    others = [each for each in base.query if each[0] != name]
    for edge in words(said["schema"], schemas):
        if said["in"] == "path" and edge.value:  # without it, it is another address
            yield Variation(id, "path", name, edge.label, replace(base, path={**base.path, name: edge.value}))
        elif said["in"] == "query":
            yield Variation(id, "query", name, edge.label, replace(base, query=[*others, (name, edge.value)]))
    if said["in"] == "query":
        for label, more in (("said twice", [(name, "1"), (name, "2")]), ("as list", [(f"{name}[]", "1")])):
            yield Variation(id, "query", name, label, replace(base, query=[*others, *more]))


def _header_edges(id: str) -> Iterator[tuple[str, Edge]]:
    speaks_tus = id in SPECIAL and SPECIAL[id].headers
    for name in TUS if speaks_tus else HEADERS if id in READ_HEADERS else ():
        yield from ((name, edge) for edge in words(NUMBER if name.startswith("Upload-") else TEXT, {}))
        yield from ((name, Edge(each[:20], each)) for each in RANGES if name == "Range")


def _in_body(schema: Schema, schemas: Schema, example: Any, path: tuple[Any, ...]) -> Iterator[tuple[Any, Edge]]:
    """Where in the body, and what stands there instead."""
    for edge in edges(schema, schemas, example):
        if path or edge.value is not Missing:
            yield path, edge
    if len(path) >= DEEPEST:
        return
    for name, within in _inside(schema, schemas, example):
        yield from _in_body(within, schemas, example[name], (*path, name))


def _inside(schema: Schema, schemas: Schema, example: Any) -> Iterator[tuple[Any, Schema]]:
    """What the example has in it, by name or place, with its schema."""
    for each in _choices(resolved(schema, schemas), schemas):
        if isinstance(example, dict) and each.get("type") == "object":
            known, more = each.get("properties", {}), each.get("additionalProperties")
            yield from ((name, known.get(name, more)) for name in example if name in known or isinstance(more, dict))
            return
        if isinstance(example, list) and example and each.get("type") == "array":
            yield 0, each["items"]
            return


def _choices(schema: Schema, schemas: Schema) -> list[Schema]:
    listed = next((schema[each] for each in ("oneOf", "anyOf") if each in schema), [schema])
    return [resolved(each, schemas) for each in listed]


def _with(body: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    changed = deepcopy(body)
    at = changed
    for name in path[:-1]:
        at = at[name]
    if value is Missing:
        del at[path[-1]]
    else:
        at[path[-1]] = value
    return changed


def _named(path: tuple[Any, ...]) -> str:
    text = ""
    for each in path:
        text += f"[{each}]" if isinstance(each, int) else f".{each}" if text else each
    return text


def _line(value: str) -> bytes:
    """As much of it as HTTP lets stand in a header's line."""
    return "".join(each for each in value if each not in "\0\r\n").strip().encode()[:60_000]
