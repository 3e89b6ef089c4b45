"""What `maxbooster doctor` asks of set lists."""

from __future__ import annotations

import codecs
from typing import Any

from maxbooster.plugin import HealthCheck, NotReady

from .settings import SetlistSettings


async def _sheets_can_be_written(app: Any) -> None:
    encoding = app.settings_of(SetlistSettings).sheet_encoding
    try:
        codecs.lookup(encoding)
    except LookupError:
        raise NotReady(
            f"The setting setlist.sheet_encoding is {encoding!r}, which does not exist; use utf-8."
        ) from None


checks = [HealthCheck("setlist", _sheets_can_be_written)]
