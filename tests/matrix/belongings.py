"""What an account comes to have: all that the demo's artist has, from the recording to the payouts."""

from __future__ import annotations

from maxbooster_sandbox.demo import running
from maxbooster_sandbox.demo.api import Api
from maxbooster_sandbox.demo.journey import STAGES, Journey, verify
from maxbooster_sandbox.demo.summary import Summary

from .people import Caller
from .server import Platform


def earn(platform: Platform, owner: Caller) -> None:
    """Walk the demo's way as the account's owner.

    Raises:
        DemoFailed: a stage came to no end; without the DDEX schemas, the delivery.
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
