"""An account that has something, everything that can be asked of it, and whoever asks."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from time import perf_counter
from typing import Any

import httpx

from maxbooster.app import App
from maxbooster.db.types import new_id
from maxbooster.http.assembly import build, description
from maxbooster.http.problems import MEDIA_TYPE
from maxbooster.testing import open_api
from maxbooster.testing.app import served
from tests.matrix.cells import holds
from tests.matrix.operations import EXAMPLE_ID, SPECIAL, Operation, read
from tests.matrix.people import OWNER, STAFF, Crowd

from .belongings import Belongings, bodies
from .variations import Request, Variation, variations

WITHIN_S = 15.0
_LASTING = {"listen"}
"""What is never over."""


class Site:
    def __init__(self, app: App) -> None:
        self._app = app
        self._crowd = Crowd(app)
        self._account = self._crowd.account()
        self._sent = 0
        self._description = description(build(app))
        paths = self._description["paths"].values()
        self._said = {each["operationId"]: each for methods in paths for each in methods.values()}
        self.operations = [each for each in read(self._description, app) if each.id not in _LASTING]

    async def furnish(self) -> None:
        owner = self._crowd.member(self._account, "owner")
        headers = self._crowd.credential(owner, self._account, "token")
        await self._crowd.store()
        async with open_api(self._app) as api:
            api.headers.update(headers)
            self._ids = await Belongings(self._app, self._account, owner, api).gather()
        self._bodies = bodies(self._ids)

    def base(self, operation: Operation) -> Request:
        """A request that is valid, as far as the account has what it asks for."""
        parameters, special = self._said[operation.id].get("parameters", []), SPECIAL.get(operation.id)
        return Request(
            operation.method,
            operation.path,
            {each["name"]: self._ids.get(each["name"], str(new_id())) for each in parameters if each["in"] == "path"},
            [(each["name"], "harbour") for each in parameters if each["in"] == "query" and each["required"]],
            headers=special.headers if special else {},
            body=self._bodies.get(operation.id, _filled(operation.body, self._ids)),
            content=special.content if special else None,
        )

    def variations(self, operation: Operation) -> list[Variation]:
        schemas = self._description["components"]["schemas"]
        return list(variations(self.base(operation), self._said[operation.id], schemas))

    async def accepts(self, operation: Operation) -> bool:
        return (await self._send(self.base(operation), await self._caller(operation))).is_success

    async def faults(self, operation: Operation, chosen: Iterable[Variation]) -> list[str]:
        """What is wrong with the answers, a line each."""
        found, caller = [], await self._caller(operation)
        for variation in chosen:
            began = perf_counter()
            answer = await self._send(variation.request, caller)
            if (fault := _fault(variation, answer, perf_counter() - began)) is not None:
                found.append(f"{variation}: {fault}")
            elif _names_another_field(variation, answer) and not await self._refused_anyway(operation, answer, caller):
                found.append(f"{variation}: {answer.json().get('field')!r} is named: {answer.json()['detail'][:200]}")
            if answer.status_code == 401:
                caller = await self._caller(operation)
        return found

    async def _refused_anyway(self, operation: Operation, answer: httpx.Response, caller: dict[str, str]) -> bool:
        """Whether the unchanged request is refused with the same words."""
        return (await self._send(self.base(operation), caller)).text == answer.text

    async def _caller(self, operation: Operation) -> dict[str, str]:
        """The headers of somebody new who may, and has just proved who they are."""
        policy, permission = self._app.policy, operation.permission
        if operation.public or holds(policy, OWNER, permission):
            headers = self._crowd.credential(self._crowd.member(self._account, "owner"), self._account, "token")
        else:
            headers = self._crowd.caller(
                next(each for each in STAFF if holds(policy, each, permission)), "token"
            ).headers
        await self._crowd.store()
        return headers

    async def _send(self, request: Request, headers: dict[str, str]) -> httpx.Response:
        """From a network of its own, so that none has used up its tries."""
        self._sent += 1
        client = (f"10.{self._sent >> 16 & 255}.{self._sent >> 8 & 255}.{self._sent & 255}", 1)
        transport = httpx.ASGITransport(served(self._app), raise_app_exceptions=False, client=client)
        async with httpx.AsyncClient(transport=transport, base_url=self._app.settings.origin) as api:
            async with asyncio.timeout(4 * WITHIN_S):
                return await request.send(api, headers)


def _filled(example: Any, ids: dict[str, str]) -> Any:
    """The description's example, with ids of what there is."""
    if isinstance(example, dict):
        return {name: ids.get(name) if each == EXAMPLE_ID else _filled(each, ids) for name, each in example.items()}
    return [_filled(each, ids) for each in example] if isinstance(example, list) else example


def _fault(variation: Variation, answer: httpx.Response, seconds: float) -> str | None:
    if answer.status_code >= 500:
        return f"{answer.status_code} {answer.text[:300]}"
    if seconds > WITHIN_S:
        return f"answered after {seconds:.1f} s"
    refused = answer.is_client_error and variation.request.method != "HEAD"
    if refused and answer.headers.get("content-type") != MEDIA_TYPE:
        return f"{answer.status_code} is no problem details: {answer.text[:200]}"
    return None


def _names_another_field(variation: Variation, answer: httpx.Response) -> bool:
    """Than the one that was changed, one within it or one around it."""
    if answer.status_code != 422 or not variation.field or variation.request.method == "HEAD":
        return False
    changed, named = variation.field, answer.json().get("field", "").removesuffix("[...]")
    return not named or not (named.startswith(changed) or changed.startswith(named))
