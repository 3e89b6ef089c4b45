"""Whether uploads can be scanned, and with signatures that are not too old."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from maxbooster.plugin import Advice, HealthCheck

from .clamd import Clamd
from .settings import ClamavSettings

if TYPE_CHECKING:
    from maxbooster.plugin import Context

STALE = timedelta(days=7)
_CHECK_S = 3.0


async def _scanner(ctx: Context) -> str:
    settings = ctx.settings(ClamavSettings)
    if not settings.address:
        return "not used: MAXBOOSTER_CLAMAV__ADDRESS is empty, and uploads are not scanned"
    version = await Clamd(settings.address, min(_CHECK_S, settings.timeout_s)).version()
    made = _made(version)
    if made is not None and ctx.now - made > STALE:
        raise Advice(f"clamd's signatures are of {made:%B %d, %Y}: is freshclam running?")
    return version


def _made(version: str) -> datetime | None:
    """The date of the signatures, where there are any with one."""
    try:
        return datetime.strptime(version.rsplit("/", 1)[-1], "%a %b %d %H:%M:%S %Y").replace(tzinfo=UTC)
    except ValueError:
        return None


checks = [HealthCheck("virus scanner", _scanner)]
