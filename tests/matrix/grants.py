"""Every operation × a grant of each right: by a link and to an account, each is refused wherever it isn't declared, for
every object but its own, and where another right is needed, such as one that writes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal
from uuid import UUID

import httpx
from sqlalchemy import insert

from maxbooster.db.types import new_id
from maxbooster.grants.grantable import HEADER, LINK_PREFIX
from maxbooster.grants.lookup import hash_of
from maxbooster.grants.models import GrantRow

from .operations import Operation
from .people import OWNER, Caller, Crowd
from .server import AT_A_TIME, Platform

Way = Literal["link", "account"]
_REFUSED = {403: "not-allowed"}
_GUARD = ("What is shared cannot be used for this", "This was not shared with you", "This needs the permission")


@dataclass(frozen=True)
class Grant:
    """One of each kind and right, by each way; `headers` are what its visitor sends."""

    kind: str
    right: str
    way: Way
    object_id: UUID
    headers: dict[str, str]


@dataclass(frozen=True)
class Report:
    requests: int
    faults: list[str]
    opened: set[str]
    """Operations that let a grant in, to its own object."""


async def ask(platform: Platform, operations: Sequence[Operation]) -> Report:
    """Send each operation each grant's visitor: with an id that isn't the grant's, and with the grant's own."""
    grants = await _give(platform)
    turns = asyncio.Semaphore(AT_A_TIME)
    asked = [
        (operation, grant, own)
        for operation in operations
        if not operation.public
        for grant in grants
        for own in ((False, True) if operation.path_ids else (False,))
    ]

    async def one(operation: Operation, grant: Grant, own: bool) -> httpx.Response:
        ids = [grant.object_id] if own else []
        async with turns:
            return await operation.call(platform.client, grant.headers, *ids)

    answers = await asyncio.gather(*(one(*each) for each in asked))
    faults, opened = [], set()
    for (operation, grant, own), answer in zip(asked, answers, strict=True):
        may = own and grant.kind in operation.grantable and grant.right == operation.permission
        reached = not _is_refused(operation, answer)
        if reached != may:
            wanted, whose = "let in" if may else "refused", "its own" if own else "another"
            faults.append(
                f"{operation.id} by a grant of {grant.kind} ({grant.right}, {grant.way}, {whose} id): "
                f"{answer.status_code} {answer.text[:160]!r} where it should be {wanted}"
            )
        if reached:
            opened.add(operation.id)
    return Report(len(asked), faults, opened)


def _is_refused(operation: Operation, answer: httpx.Response) -> bool:
    if operation.method == "HEAD":
        return answer.status_code in _REFUSED
    if answer.status_code not in _REFUSED:
        return False
    return bool(answer.json()["detail"].startswith(_GUARD))


async def _give(platform: Platform) -> list[Grant]:
    crowd = Crowd(platform.app)
    owner, receiver = crowd.caller(OWNER, "session"), crowd.caller(OWNER, "token")
    await crowd.store()
    grants, rows = [], []
    for grantable in platform.app.offers.grantables.values():
        for right in grantable.rights:
            for grant, row in _of(platform, grantable.name, right.permission, owner, receiver):
                grants.append(grant)
                rows.append(row)
    await platform.app.database.transact(lambda connection: connection.execute(insert(GrantRow), rows) and None)
    return grants


def _of(
    platform: Platform, kind: str, right: str, owner: Caller, receiver: Caller
) -> Iterator[tuple[Grant, dict[str, Any]]]:
    now = platform.app.clock()
    for way in ("link", "account"):
        id, object_id, token = new_id(), new_id(), f"{LINK_PREFIX}{new_id().hex}"
        linked = way == "link"
        row = {
            "account_id": owner.account,
            "id": id,
            "kind": kind,
            "object_id": object_id,
            "rights": right,
            "label": "",
            "receiver_id": None if linked else receiver.account,
            "hash": hash_of(token) if linked else None,
            "given_by": owner.user,
            "created_at": now,
            "expires_at": now + timedelta(days=1),
        }
        headers = {HEADER: token} if linked else receiver.headers | {HEADER: str(id)}
        yield Grant(kind, right, "link" if linked else "account", object_id, headers), row
