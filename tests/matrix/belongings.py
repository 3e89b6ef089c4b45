"""What an account comes to have: all that the demo's artist has, from the recording to the payouts."""

from __future__ import annotations

from maxbooster_sandbox.demo import running, sales
from maxbooster_sandbox.demo.api import Api
from maxbooster_sandbox.demo.journey import STAGES, Journey, verify
from maxbooster_sandbox.demo.summary import Summary

from .people import Caller
from .server import Platform


def earn(platform: Platform, owner: Caller) -> None:
    """Walk the demo's way as the account's owner.

    Raises:
        DemoFailed: a stage came to no end.
    """
    port = platform.client.base_url.port
    assert port is not None
    demo = running.Platform(platform.folder, port)
    api = Api(demo.base)
    api.show(owner.headers["authorization"])
    journey = Journey(demo, api, None, Summary())
    for _, stage in STAGES:
        if stage is not verify:
            stage(journey)
    _sell_what_nobody_knows(journey)


def _sell_what_nobody_knows(at: Journey) -> None:
    """A statement whose royalties wait for somebody to say whose they are."""
    path = at.results / "unknown.csv"
    sales.write(path, stores=["Spotify"], isrc="ZZMB12699999", upc="", title="Unknown", artist="Unknown")
    begun = at.api.post("/api/distribution/statements", {"file_id": at.api.upload(path), "source": "nobody"})
    at.api.finished("the statement", f"/api/distribution/statements/{begun['id']}")
