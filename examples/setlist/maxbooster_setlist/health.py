"""What `maxbooster doctor` asks of set lists."""

from __future__ import annotations

import codecs

from maxbooster.plugin import Context, HealthCheck, NotReady

from .settings import SetlistSettings


async def _sheets_can_be_written(ctx: Context) -> None:
    encoding = ctx.settings(SetlistSettings).sheet_encoding
    try:
        codecs.lookup(encoding)
    except LookupError:
        raise NotReady(
            f"The setting setlist.sheet_encoding is {encoding!r}, which does not exist; use utf-8."
        ) from None


checks = [HealthCheck("setlist", _sheets_can_be_written)]
