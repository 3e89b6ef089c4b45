"""Every operation × every role × every way to say who one is: what the policy wants, and what the server does."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import httpx

from maxbooster.auth.policy import Policy
from maxbooster.db.models import PLATFORM
from maxbooster.db.types import new_id

from .operations import Operation
from .people import ACCOUNT_KEY, ANONYMOUS, EVERYBODY, Crowd, Role, Way
from .server import AT_A_TIME, Platform

Answer = Literal["reached", "unknown", "lacking", "unproved", "keyed", "forged", "not in plan", "fault"]
"""`reached`: the guard let it through, whatever the handler says then (404, 409, 422, a rule of its own). Then how
the guard refuses: nobody is known, the permission is lacking, a recent proof is wanted, keys cannot do it, another
site could have sent it. `fault`: 5xx."""

WAYS: tuple[Way, ...] = ("session", "token", "key", "stale session", "stale token", "no csrf", "other site")
_GUARD_SAYS: dict[str, Answer] = {
    "Log in, or send a valid token": "unknown",
    "Send the session's `csrf` value": "forged",
    "This was sent by a page of another site": "forged",
}
"""How the guard's sentences begin. If they change, its refusals are taken for a handler's, and the matrix fails."""
_KEYED = "An API key cannot do this"


@dataclass(frozen=True)
class Cell:
    operation: Operation
    role: Role
    way: Way


@dataclass(frozen=True)
class Outcome:
    cell: Cell
    expected: Answer
    found: Answer
    status: int

    @property
    def agrees(self) -> bool:
        return self.expected == self.found

    @property
    def wrong_allow(self) -> bool:
        return self.found == "reached" != self.expected

    @property
    def wrong_refusal(self) -> bool:
        return not self.agrees and not self.wrong_allow

    def __str__(self) -> str:
        cell = self.cell
        return (
            f"{cell.operation.id} as {cell.role.name} by {cell.way}: {self.status}, {self.found!r} where the policy"
            f" wants {self.expected!r}"
        )


def all_cells(
    operations: Sequence[Operation], policy: Policy, roles: Sequence[Role] = EVERYBODY, ways: Sequence[Way] = WAYS
) -> list[Cell]:
    return [
        cell
        for operation in operations
        for role in roles
        for cell in _of(operation, role, policy)
        if cell.way in ways or role == ANONYMOUS
    ]


def _of(operation: Operation, role: Role, policy: Policy) -> Iterator[Cell]:
    if role == ANONYMOUS:
        yield Cell(operation, role, "anonymous")
        return
    if role == ACCOUNT_KEY:
        yield Cell(operation, role, "key")
        return
    ways: list[Way] = ["session", "token", "key"]
    if operation.step_up and holds(policy, role, operation.permission):
        ways += ["stale session", "stale token"]
    if operation.unsafe and (operation.public or holds(policy, role, operation.permission)):
        ways += ["other site"] if operation.public else ["other site", "no csrf"]
    yield from (Cell(operation, role, way) for way in ways)


def holds(policy: Policy, role: Role, permission: str) -> bool:
    account = PLATFORM if role.platform else new_id()
    return permission in policy.of(account, role.member, role.operator)


def expected(policy: Policy, cell: Cell) -> Answer:
    """What the policy table and the route's declaration say."""
    operation, way = cell.operation, cell.way
    if (way == "other site" and not operation.signed) or (way == "no csrf" and not operation.public):
        return "forged"
    if operation.public:
        return "reached"
    if way == "anonymous":
        return "unknown"
    if not holds(policy, cell.role, operation.permission):
        return "lacking"
    if not operation.step_up or (operation.step_up == "people" and way == "key"):
        return "reached"
    return _proved(way)


def _proved(way: Way) -> Answer:
    if way == "key":
        return "keyed"
    return "unproved" if way.startswith("stale") else "reached"


def judged(operation: Operation, answer: httpx.Response) -> Answer:
    """What the server did. A handler's own 401 or 403 is not the guard's."""
    if answer.status_code >= 500:
        return "fault"
    if answer.status_code not in (401, 403):
        return "reached"
    if operation.method == "HEAD":
        return "unknown" if answer.status_code == 401 else "lacking"
    return _refusal(operation, answer.json())


def _refusal(operation: Operation, problem: dict[str, Any]) -> Answer:
    kind, detail = problem["type"].rpartition(":")[2], problem["detail"]
    if kind == "not-allowed" and "permission" in problem:
        return "lacking"
    if kind == "step-up-required":
        return "unproved"
    if kind == "not-in-plan":
        return "not in plan"
    if operation.step_up and detail.startswith(_KEYED):
        return "keyed"
    return next((answer for start, answer in _GUARD_SAYS.items() if detail.startswith(start)), "reached")


async def ask(platform: Platform, cells: Sequence[Cell]) -> list[Outcome]:
    """Send one request for each cell; nobody is sent twice."""
    crowd = Crowd(platform.app)
    callers = [crowd.caller(cell.role, cell.way) for cell in cells]
    await crowd.store()
    turns = asyncio.Semaphore(AT_A_TIME)

    async def one(cell: Cell, headers: dict[str, str]) -> Outcome:
        async with turns:
            answer = await cell.operation.call(platform.client, headers)
        wanted = expected(platform.app.policy, cell)
        return Outcome(cell, wanted, judged(cell.operation, answer), answer.status_code)

    return await asyncio.gather(*(one(cell, caller.headers) for cell, caller in zip(cells, callers, strict=True)))
