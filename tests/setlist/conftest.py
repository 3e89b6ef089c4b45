from __future__ import annotations

from typing import Any

import httpx
import pytest_asyncio

from maxbooster.testing import drain

AT = "/api/setlist/setlists"
SONGS = [{"title": "Blue in Green", "duration_s": 337}, {"title": "So What", "duration_s": 545}]
SUMMER = {"title": "Summer", "venue": "Quay 9", "played_on": "2027-06-01", "songs": SONGS}
CHANGED = {name: value for name, value in SUMMER.items() if name != "songs"}
"""What a change says: songs are not changed that way."""


@pytest_asyncio.fixture
async def setlist(api: httpx.AsyncClient) -> str:
    """The address of a set list with two songs."""
    made = await api.post(AT, json=SUMMER)
    assert made.status_code == 201, made.text
    return f"{AT}/{made.json()['id']}"


async def trail(app: Any, api: httpx.AsyncClient, action: str) -> list[Any]:
    """What the audit trail remembers of an action, once all work is done, the oldest first."""
    await drain(app)
    answer = await api.get("/api/core/audit", params={"action": action})
    return [entry["after"] for entry in reversed(answer.json()["items"])]
