"""From a described release to outlets that have it, over the real SFTP server of the sandbox, on both databases."""

from __future__ import annotations

from .conftest import make_release, needs_schemas, until

pytestmark = needs_schemas


async def test_a_release_is_delivered_and_goes_live(app, api, account, simulated):
    at = await make_release(app, api, account)
    submitted = await api.post(f"{at}/submit", json={"outlets": ["spotify"]})
    assert submitted.status_code == 201, submitted.text
    shown = await until(app, api, at, "live", "failed", "rejected")
    assert shown["words"] == "Live on Spotify", shown
    assert [stage["state"] for stage in shown["stages"]] == [
        "queued", "packaging", "sending", "sent", "acknowledged", "live",
    ]  # fmt: skip
