"""What outlets answer, however it is written: it is read, or noted, and keeps nothing else back."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from lxml import etree

from maxbooster.testing import drain
from maxbooster_distribution.ddex.choreography import Answer, acknowledgement
from maxbooster_distribution.ddex.message import Envelope, Party, written

from .conftest import DELIVERIES, make_release, until
from .test_transports import named

OUTLET = Party("PADPIDA2011072101T", "Spotify")
UPC = "123450000014"


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


def answer(app, delivery, status, *, upc=UPC, earlier_s=0, **more):
    at = app.clock() - timedelta(seconds=earlier_s)
    envelope = Envelope(message_id="1", thread_id="1", created_at=at, sender=OUTLET, recipient=OUTLET)
    said = Answer(message_id=delivery.replace("-", ""), upc=upc, status=status, **more)
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
    assert await statuses(api, delivery) == ["unreadable"] * 3 + [
        "about another release",
        "ReleaseMadeAvailableToConsumers",
    ]


async def statuses(api, delivery):
    kept = (await api.get(f"{DELIVERIES}/{delivery}/acknowledgements")).json()
    return [each["status"] for each in sorted(kept, key=lambda each: each["name"])]


async def _noted(app, api, at):
    async with asyncio.timeout(20):
        while True:
            await drain(app)
            [shown] = (await api.get(f"{at}/deliveries")).json()["deliveries"]
            if shown["note"]:
                return shown
            await asyncio.sleep(0.05)


async def test_a_store_may_write_as_much_as_it_likes(app, api, sent):
    at, delivery, folder = sent
    said = answer(app, delivery, "ProcessingErrorAtReleaseDistributor", text="All noise. " * 500)
    (folder / "ACK_1.xml").write_bytes(said)
    shown = await until(app, api, at, "rejected")
    assert len(shown["note"]) == 1000
    assert shown["note"].endswith("…")


# What a status means for the delivery

LEGAL = ["OrderPlacedForReleaseDistributor", "InPreparationForDeliveryToReleaseDistributor",
         "InDeliveryToReleaseDistributor", "DeliveredToReleaseDistributor"]  # fmt: skip


async def looked_at(app, api, at, delivery, count):
    """Work until so many answers were kept."""
    async with asyncio.timeout(20):
        while len([each for each in await statuses(api, delivery) if each != "incomplete"]) < count:
            await drain(app)
            await asyncio.sleep(0.05)
    await drain(app)
    [shown] = (await api.get(f"{at}/deliveries")).json()["deliveries"]
    return shown


async def test_a_status_on_the_way_changes_nothing(app, api, sent):
    at, delivery, folder = sent
    for number, status in enumerate(LEGAL):
        (folder / f"ACK_{number}.xml").write_bytes(answer(app, delivery, status))
    shown = await looked_at(app, api, at, delivery, len(LEGAL))
    assert (shown["state"], shown["note"]) == ("sent", None)


@pytest.mark.parametrize("status", ["ProcessingErrorAtReleaseCreator", "UserDefined", "Mislaid", "S" * 5000])
async def test_a_status_that_needs_a_person_is_noted_and_kills_nothing(app, api, sent, status):
    at, delivery, folder = sent
    (folder / "ACK_1.xml").write_bytes(answer(app, delivery, status))
    shown = await looked_at(app, api, at, delivery, 1)
    assert (shown["state"], shown["words"]) == ("sent", "Spotify reports a problem")
    assert shown["note"].startswith("Spotify ")
    assert shown["advice"]
    (folder / "ACK_2.xml").write_bytes(answer(app, delivery, "ReleaseMadeAvailableToConsumers"))
    assert (await until(app, api, at, "live"))["note"] is None


@pytest.mark.parametrize("status", ["ReleaseReceivedByReleaseDistributor", "DeliveredToReleaseDistributor"])
async def test_a_damaged_file_is_told_whatever_became_of_the_release(app, api, sent, status):
    at, delivery, folder = sent
    said = answer(
        app, delivery, status, file_statuses=("FileOK", "ResourceCorrupt", "Shrunk"), action="ResendXmlAndResources"
    )
    (folder / "ACK_1.xml").write_bytes(said)
    shown = await looked_at(app, api, at, delivery, 1)
    assert shown["state"] == ("acknowledged" if status.startswith("ReleaseReceived") else "sent")
    assert "a file arrived damaged and they call it “Shrunk”" in shown["note"]
    assert shown["advice"] == "Correct the release and its files, and submit it again."


OTHER = "999999999993"


def several(app, *answers):
    """One message with an answer for each."""
    whole, *more = (etree.fromstring(each) for each in answers)
    for each in more:
        whole.append(each.find("ReleaseStatus"))
    return etree.tostring(whole)


async def test_answers_count_for_their_own_release(app, api, sent):
    at, delivery, folder = sent
    own = answer(app, delivery, "SuccessfullyIngestedByReleaseDistributor")
    refused = answer(app, delivery, "ProcessingErrorAtReleaseDistributor", upc=OTHER)
    (folder / "ACK_1.xml").write_bytes(several(app, own, refused))
    (folder / "ACK_2.xml").write_bytes(several(app, refused, own))
    (folder / "ACK_3.xml").write_bytes(refused)
    shown = await looked_at(app, api, at, delivery, 3)
    assert (shown["state"], shown["note"]) == ("acknowledged", None)
    assert await statuses(api, delivery) == ["SuccessfullyIngestedByReleaseDistributor"] * 2 + ["about another release"]


async def test_an_answer_may_name_the_release_alone(app, api, sent):
    """`Acknowledgement` may be missing, and the UPC be written as an EAN."""
    at, delivery, folder = sent
    whole = etree.fromstring(answer(app, delivery, "ReleaseMadeAvailableToConsumers", upc=f"0{UPC}"))
    release = whole.find("ReleaseStatus")
    release.remove(release.find("Acknowledgement"))
    (folder / "ACK_1.xml").write_bytes(etree.tostring(whole))
    assert (await until(app, api, at, "live"))["note"] is None


async def test_elements_may_all_have_a_namespace(app, api, sent):
    at, delivery, folder = sent
    plain = answer(app, delivery, "ReleaseMadeAvailableToConsumers").decode()
    (folder / "ACK_1.xml").write_text(plain.replace("xmlns:ern-c-sftp", "xmlns").replace("ern-c-sftp:", ""))
    await until(app, api, at, "live")


async def test_what_was_written_earlier_and_comes_later_changes_nothing(app, api, sent):
    at, delivery, folder = sent
    refused = answer(app, delivery, "ProcessingErrorAtReleaseDistributor", earlier_s=60)
    (folder / "ACK_9.xml").write_bytes(answer(app, delivery, "SuccessfullyIngestedByReleaseDistributor"))
    await until(app, api, at, "acknowledged")
    (folder / "ACK_1.xml").write_bytes(refused)
    shown = await looked_at(app, api, at, delivery, 2)
    assert (shown["state"], shown["note"]) == ("acknowledged", None)
    (folder / "ACK_1_again.xml").write_bytes(refused)
    assert (await looked_at(app, api, at, delivery, 3))["state"] == "acknowledged"


# Files that are still being written, or have names that cannot be


async def test_half_a_file_is_read_again_when_it_is_whole(app, api, sent):
    at, delivery, folder = sent
    whole = answer(app, delivery, "ReleaseMadeAvailableToConsumers")
    path = folder / "ACK_1.xml"
    for size in range(0, len(whole), len(whole) // 4):
        path.write_bytes(whole[:size])
        await drain(app)
    path.write_bytes(whole)
    assert (await until(app, api, at, "live"))["note"] is None
    assert await statuses(api, delivery) == ["ReleaseMadeAvailableToConsumers"]


async def test_a_file_that_stays_unreadable_is_read_again_when_it_changes(app, api, sent):
    at, delivery, folder = sent
    (folder / "ACK_1.xml").write_bytes(b"<Acknowledgement")
    assert "cannot be read" in (await _noted(app, api, at))["note"]
    assert await statuses(api, delivery) == ["unreadable"]
    (folder / "ACK_1.xml").write_bytes(answer(app, delivery, "ReleaseMadeAvailableToConsumers"))
    await until(app, api, at, "live")


@pytest.mark.parametrize("name", [b"ACK_\xff\xfe.xml", b"ACK_\n.xml", b"ACK_1.xml\x1b[2J"])
async def test_a_name_that_cannot_be_used_is_told_once_and_stops_nothing(app, api, sent, name):
    at, delivery, folder = sent
    named(folder, name)
    note = (await _noted(app, api, at))["note"]
    assert "the file name" in note
    (folder / "ACK_2.xml").write_bytes(answer(app, delivery, "SuccessfullyIngestedByReleaseDistributor"))
    assert (await until(app, api, at, "acknowledged"))["note"] is None
    await drain(app)
    assert (await until(app, api, at, "acknowledged"))["note"] is None
    assert sorted(await statuses(api, delivery)) == ["SuccessfullyIngestedByReleaseDistributor", "unreadable"]
