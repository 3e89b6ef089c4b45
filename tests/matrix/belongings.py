"""What an account comes to have: all that the demo's artist has, from the recording to the payouts."""

from __future__ import annotations

from maxbooster_distribution.ddex.schemas import SIBLING
from maxbooster_sandbox.demo import running
from maxbooster_sandbox.demo.api import Api
from maxbooster_sandbox.demo.journey import STAGES, Journey, deliver, verify
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
        if stage is deliver and not SIBLING.exists():
            _submit(journey)
        elif stage is not verify:
            stage(journey)


def _submit(at: Journey) -> None:
    """Without the DDEX schemas nothing can be delivered; what would be is there."""
    at.api.post(f"/api/distribution/releases/{at.facts['release']}/submit", {"outlets": ["spotify"]})
    at.facts["stores"] = ["Spotify"]
