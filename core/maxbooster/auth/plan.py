"""What an account's subscription includes: the seam that billing fills. Without billing everything is."""

from __future__ import annotations

from collections.abc import Mapping
from time import monotonic
from typing import TYPE_CHECKING
from uuid import UUID

from msgspec import Struct

from ..context import Context
from ..db.models import PLATFORM
from ..identity import EVERYTHING, Identity

if TYPE_CHECKING:
    from ..app import App

REMEMBER_S = 5.0
_REMEMBERED = 10_000


class Plan(Struct, frozen=True):
    """A plan's features and limits, by name (`mastering.lossless`, `api.requests_per_s`)."""

    name: str
    features: frozenset[str] = frozenset({EVERYTHING})
    limits: Mapping[str, int] = {}

    def includes(self, feature: str) -> bool:
        return EVERYTHING in self.features or feature in self.features


UNLIMITED = Plan("unlimited")


class Plans:
    """Asks plugins for an account's plan (hook `account_plan`), remembering the answer for a few seconds."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._asked = app.registry.implements("account_plan")
        self._known: dict[UUID, tuple[float, Plan]] = {}

    async def of(self, account: UUID | None) -> Plan:
        if not self._asked or account is None or account == PLATFORM:
            return UNLIMITED
        known = self._known.get(account)
        if known is None or known[0] < monotonic():
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            known = self._known[account] = (monotonic() + REMEMBER_S, await self._ask(account))
        return known[1]

    async def _ask(self, account: UUID) -> Plan:
        ctx = Context(self._app, Identity(account, None, frozenset({EVERYTHING})), writable=False)
        answers = await ctx.ask("account_plan", account=account)
        return next((answer.value for answer in answers if isinstance(answer.value, Plan)), UNLIMITED)
