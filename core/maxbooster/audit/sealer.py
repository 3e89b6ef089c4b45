"""Seals the audit trail in the background, within a second of each commit."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from sqlalchemy import Connection, select

from ..observe.logs import log
from .models import AuditRow
from .trail import seal

if TYPE_CHECKING:
    from ..app import App

EVERY_S = 0.4


async def run(app: App) -> None:
    while True:
        try:
            while await app.database.read(_waiting):
                await app.database.write(seal)
        except Exception as error:
            log.warning("audit.seal_failed", error=str(error))
        await asyncio.sleep(EVERY_S)


def _waiting(connection: Connection) -> bool:
    return connection.execute(select(AuditRow.id).where(AuditRow.seq.is_(None)).limit(1)).first() is not None
