"""A long list is shown from its first page on; the rest fills up behind it."""

from __future__ import annotations

import json
import re

import pytest

from .test_web_pages import _axe


def _payees(first: int, count: int, following: str | None) -> str:
    rows = [
        {"id": f"01a22317-5dd8-70bc-8137-{place:012}", "version": 1, "name": f"Payee {place}", "provider": None,
         "destination": "", "destination_shown": "", "added_at": "2026-11-28T16:57:43Z", "owed": []}
        for place in range(first, first + count)
    ]  # fmt: skip
    return json.dumps({"items": rows, "next": following})


@pytest.mark.slow
async def test_the_first_page_is_shown_while_the_rest_is_on_its_way(platform, seats):
    seat = await seats()
    page = seat.page
    await seat.register(platform, "long-lists@example.org", "Nova Reyes")
    held = []

    async def answer(route):
        if "cursor=" in route.request.url:
            held.append(route)
        else:
            await route.fulfill(body=_payees(0, 500, "b"), content_type="application/json")

    await page.route(re.compile(r"/api/billing/payees\?"), answer)
    for path in ("/royalties/payees", "/money"):
        await seat.go(path)
        await page.get_by_text("500 so far").wait_for()
        await page.get_by_text("Payee 1").first.wait_for()
        assert await _axe(page) == []
        [route] = held
        held.clear()
        await route.fulfill(body=_payees(500, 120, None), content_type="application/json")
        await page.get_by_text("500 so far").wait_for(state="detached")
        await page.get_by_text("620").first.wait_for()
    assert seat.complaints == []
