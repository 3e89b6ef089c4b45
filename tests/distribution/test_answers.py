"""What outlets answer, however it is written: it is read, or noted, and keeps nothing else back."""

from __future__ import annotations

import asyncio

import pytest

from maxbooster.testing import drain
from maxbooster_distribution.ddex.choreography import Answer, acknowledgement
from maxbooster_distribution.ddex.message import Envelope, Party, written

from .conftest import DELIVERIES, make_release, until

OUTLET = Party("PADPIDA2011072101T", "Spotify")


@pytest.fixture
async def sent(app, api, account, simulated):
    """A delivery that the simulated outlet says nothing about: its address, its id, and the folder for answers."""
    at = await make_release(app, api, account)
    await api.put("/api/sandbox/outlets/spotify", json={"answer": "lose"})
    [delivery] = (await api.post(f"{at}/submit", json={"outlets": ["spotify"]})).json()["deliveries"]
    await until(app, api, at, "sent")
    [batch] = simulated.glob("spotify/*/N_*")
    folder = batch / "acknowledgements"
    folder.mkdir()
    return at, delivery, folder


def answer(app, delivery, status, **more):
    envelope = Envelope(message_id="1", thread_id="1", created_at=app.clock(), sender=OUTLET, recipient=OUTLET)
    said = Answer(message_id=delivery.replace("-", ""), upc="012345000010", status=status, **more)
    return written(acknowledgement(envelope, "N_1", said))


async def test_answers_that_cannot_be_read_keep_nothing_back(app, api, sent):
    at, delivery, folder = sent
    (folder / "ACK_1_broken.xml").write_bytes(b"<Acknowledgement")
    (folder / "ACK_2_large.xml").write_bytes(b" " * 11_000_000)
    (folder / "ACK_3_bomb.xml").write_bytes(b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>')
    (folder / "ACK_4_of_another.xml").write_bytes(answer(app, "0" * 32, "ReleaseNotAvailable"))
    shown = await _noted(app, api, at)
    assert shown["state"] == "sent"
    assert shown["note"].startswith("Spotify sent an answer that cannot be read: ACK_")
    (folder / "ACK_5.xml").write_bytes(answer(app, delivery, "ReleaseMadeAvailableToConsumers"))
    assert (await until(app, api, at, "live"))["note"] is None
    kept = (await api.get(f"{DELIVERIES}/{delivery}/acknowledgements")).json()
    assert [each["status"] for each in kept] == ["unreadable"] * 3 + ["ReleaseMadeAvailableToConsumers"]


async def _noted(app, api, at):
    async with asyncio.timeout(20):
        while True:
            await drain(app)
            [shown] = (await api.get(f"{at}/deliveries")).json()["deliveries"]
            if shown["note"]:
                return shown
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("status", ["ProcessingErrorAtReleaseDistributor", "S" * 5000])
async def test_an_outlet_may_write_as_much_as_it_likes(app, api, sent, status):
    at, delivery, folder = sent
    (folder / "ACK_1.xml").write_bytes(answer(app, delivery, status, text="All noise. " * 500))
    shown = await until(app, api, at, "rejected", "failed")
    assert len(shown["note"]) == 1000
    assert shown["note"].endswith("…")
