"""A webhook of one's own: added, tested, and sent again."""

from __future__ import annotations

import hmac
import json
from base64 import b64decode, b64encode
from hashlib import sha256

import pytest

from tests.core.outbound.outbound_server import Answer, Server, in_turn


@pytest.fixture(scope="module")
def platform_settings() -> dict[str, str]:
    return {"MAXBOOSTER_OUTBOUND_PRIVATE": "true"}


@pytest.mark.slow
async def test_add_a_webhook_see_the_test_arrive_and_send_it_again(platform, seats):
    nova = await seats()
    await nova.register(platform, "hook@example.org", "Nova")
    await nova.page.get_by_role("link", name="Webhooks").click()
    async with Server(in_turn(Answer(500, body=b"not yet"), Answer(200, body=b"thanks"))) as server:
        await nova.page.get_by_role("button", name="Add webhook").first.click()
        await nova.page.get_by_label("URL").fill(f"{server.url}/hook")
        await nova.page.get_by_role("button", name="Add webhook").last.click()
        secret = await nova.page.locator("[data-secret]").inner_text()

        await nova.page.get_by_role("button", name="Send test").click()
        await nova.page.get_by_text("Failing since").wait_for()
        await nova.page.get_by_role("button", name="Resend").click()
        await nova.page.get_by_text("Delivered", exact=True).first.wait_for()
        await nova.page.get_by_role("row", name="Test").first.click()
        await nova.page.get_by_text("Attempt 1: 500 after").wait_for()
        await nova.page.get_by_text("not yet").wait_for()
        await nova.page.get_by_text("Attempt 2: 200 after").wait_for()

        first, second, *_ = server.seen
        assert first.headers["webhook-id"] == second.headers["webhook-id"]
        signed = f"{second.headers['webhook-id']}.{second.headers['webhook-timestamp']}.".encode() + second.body
        key = b64decode(secret.removeprefix("whsec_"))
        expected = b64encode(hmac.new(key, signed, sha256).digest()).decode()
        assert second.headers["webhook-signature"] == f"v1,{expected}"
        assert json.loads(second.body)["type"] == "webhook.test"
    assert nova.complaints == []
