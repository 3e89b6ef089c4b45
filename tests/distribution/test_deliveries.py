"""From a described release to outlets that have it, over the real SFTP server of the sandbox, on both databases."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import get_args

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from lxml import etree

from maxbooster.plugin import Conflict
from maxbooster.testing import drain, make_app, open_api
from maxbooster_distribution.ddex.schemas import install
from maxbooster_distribution.deliveries import states

from .conftest import DELIVERIES, REGISTRANT, RELEASES, described, make_release, official_layout, track, until

OUTLETS = "/api/distribution/outlets"
JOURNEY = ["queued", "packaging", "sending", "sent", "acknowledged", "live"]


async def submit(api, at, *outlets):
    answer = await api.post(f"{at}/submit", json={"outlets": list(outlets)})
    assert answer.status_code == 201, answer.text
    return answer.json()["deliveries"]


async def steer(api, outlet, **wanted):
    assert (await api.put(f"/api/sandbox/outlets/{outlet}", json=wanted)).status_code == 204


async def change(api, at, **more):
    read = (await api.get(at)).json()
    body = {"version": read["version"], "description": read["description"] | more}
    assert (await api.put(at, json=body)).status_code == 204


async def test_a_release_is_delivered_to_three_outlets_and_goes_live(app, api, account, simulated):
    at = await make_release(app, api, account, kind="ep", tracks=[track(1), track(2)])
    await submit(api, at, "spotify", "deezer", "audiomack")
    await until(app, api, at, "live")
    await asyncio.sleep(0.3)
    await drain(app)
    shown = (await api.get(f"{at}/deliveries")).json()
    assert {each["words"] for each in shown["deliveries"]} == {
        f"Ready on {store} · goes live Jun 4, 2027" for store in ("Spotify", "Deezer", "Audiomack")
    }
    assert all([stage["state"] for stage in each["stages"]] == JOURNEY for each in shown["deliveries"])
    assert shown["sandbox"] is True
    assert len(list(simulated.glob("*/*/N_*/BatchComplete_*.xml"))) == 3
    newest = (await api.get(DELIVERIES)).json()["items"]
    assert {each["outlet"] for each in newest} == {"spotify", "deezer", "audiomack"}


def test_the_api_knows_every_state_that_there_is():
    assert set(get_args(states.State)) == set(states.FOLLOWS)


async def test_what_is_ready_is_live_from_its_day_on(app, api, account, simulated, clock):
    at = await make_release(app, api, account)
    await submit(api, at, "spotify")
    await until(app, api, at, "live")
    told = {date(2027, 6, 3): "Ready on Spotify · goes live Jun 4, 2027", date(2027, 6, 4): "Live on Spotify"}
    for day, words in told.items():
        clock.advance(days=(day - clock().date()).days)
        [shown] = (await api.get(f"{at}/deliveries")).json()["deliveries"]
        assert (shown["words"], shown["on_sale_from"]) == (words, "2027-06-04")


async def test_what_arrived_is_what_was_stored_and_kept(app, api, account, simulated):
    at = await make_release(app, api, account)
    [delivery] = await submit(api, at, "spotify")
    shown = await until(app, api, at, "live")
    message = (await api.get(f"/api/core/files/{shown['message_file']}/content")).content
    kept = await api.delete(f"/api/core/files/{shown['message_file']}")
    assert (kept.status_code, "the release “Harbour" in kept.json()["detail"]) == (409, True)
    [arrived] = simulated.glob("spotify/*/N_*/*/[0-9]*.xml")
    assert arrived.read_bytes() == message
    root = etree.fromstring(message)
    assert root.findtext("MessageHeader/MessageId") == delivery.replace("-", "")
    assert root.findtext("MessageHeader/MessageControlType") == "TestMessage"
    answers = (await api.get(f"{DELIVERIES}/{delivery}/acknowledgements")).json()
    assert [each["status"] for each in answers] == [
        "SuccessfullyIngestedByReleaseDistributor", "ReleaseMadeAvailableToConsumers",
    ]  # fmt: skip
    assert not list(simulated.glob("**/*.part"))


async def test_submitting_again_sends_nothing_twice(app, api, account, simulated):
    at = await make_release(app, api, account)
    first = await submit(api, at, "spotify")
    assert await submit(api, at, "spotify") == first
    await until(app, api, at, "live")
    assert await submit(api, at, "spotify") == first
    await drain(app)
    assert len(list(simulated.glob("spotify/*/*/BatchComplete_*.xml"))) == 1


async def test_a_change_is_an_update_and_its_difference_is_shown(app, api, account, simulated):
    at = await make_release(app, api, account)
    await submit(api, at, "spotify")
    await until(app, api, at, "live")
    await change(api, at, genre="Ambient")
    [second] = await submit(api, at, "spotify")
    shown = await until(app, api, at, "live")
    assert (shown["id"], shown["what"], shown["number"]) == (second, "update", 2)
    diff = (await api.get(f"{DELIVERIES}/{second}/diff")).json()
    assert diff["before"] == 1
    assert "-        <GenreText>Electronic</GenreText>" in diff["diff"]
    assert "+        <GenreText>Ambient</GenreText>" in diff["diff"]


async def test_a_release_is_taken_down_and_comes_back(app, api, account, simulated):
    at = await make_release(app, api, account)
    assert (await api.post(f"{at}/takedown", json={"outlets": ["spotify"]})).status_code == 409
    await submit(api, at, "spotify")
    await until(app, api, at, "live")
    assert (await api.post(f"{at}/reactivate", json={"outlets": ["spotify"]})).status_code == 409
    taken = await api.post(f"{at}/takedown", json={"outlets": ["spotify"]})
    assert taken.status_code == 201, taken.text
    down = await until(app, api, at, "down")
    assert (down["what"], down["words"]) == ("takedown", "Taken down from Spotify")
    message = (await api.get(f"/api/core/files/{down['message_file']}/content")).content
    assert etree.fromstring(message).find("DealList") is None
    refused = await api.post(f"{at}/submit", json={"outlets": ["spotify"]})
    assert (refused.status_code, "reinstate" in refused.json()["detail"]) == (409, True)
    assert (await api.post(f"{at}/reactivate", json={"outlets": ["spotify"]})).status_code == 201
    assert (await until(app, api, at, "live"))["what"] == "reactivation"


async def test_findings_stop_a_submission(api, simulated):
    made = (await api.post(RELEASES, json=described(title="SHOUTED TITLE"))).json()
    refused = await api.post(f"{RELEASES}/{made['id']}/submit", json={"outlets": ["spotify"]})
    assert refused.status_code == 422
    assert refused.json()["type"] == "urn:maxbooster:problem:quality"
    assert {"T02", "I04", "C03", "P05"} <= {each["rule"] for each in refused.json()["findings"]}
    review = (await api.get(f"{RELEASES}/{made['id']}/review")).json()
    assert review["blocking"] == len(refused.json()["findings"])
    assert review["warnings"] == len(review["findings"]) - review["blocking"]
    assert review["passed"] == review["rules"] - len({each["rule"] for each in review["findings"]})
    assert (await api.get(f"{RELEASES}/{made['id']}/deliveries")).json()["deliveries"] == []


async def test_nothing_is_queued_for_a_real_store_without_ddexs_schemas(tmp_path, sqlite_url, account):
    """A delivery that cannot be packed would wait without end; whoever sends it is told at once."""
    settings = {"distribution_spotify__transport": "folder", "distribution_spotify__folder": str(tmp_path / "store")}
    async with make_app(tmp_path / "data", sqlite_url, **settings) as app, open_api(app, account.account) as api:
        await api.put("/api/distribution/registrant", json=REGISTRANT | {"dpid": "PADPIDA2026010101N"})
        at = await make_release(app, api, account)
        [shown] = [each for each in (await api.get(OUTLETS)).json()["outlets"] if each["name"] == "spotify"]
        assert (shown["ready"], "schemas add FOLDER" in shown["problem"]) == (False, True)
        refused = await api.post(f"{at}/submit", json={"outlets": ["spotify"]})
        assert (refused.status_code, "Spotify is a real store" in refused.json()["detail"]) == (503, True)
        assert (await api.get(f"{at}/deliveries")).json()["deliveries"] == []
        install(official_layout(tmp_path / "official"), app.settings.data)
        [shown] = [each for each in (await api.get(OUTLETS)).json()["outlets"] if each["name"] == "spotify"]
        assert shown["ready"]


async def test_what_no_message_can_hold_is_found_and_never_submitted(app, api, account, simulated):
    made = await make_release(app, api, account)
    read = (await api.get(made)).json()
    bad = read["description"] | {"credits": [{"name": "Nova\u000bLane", "role": "MainArtist"}]}
    assert (await api.put(made, json={"version": read["version"], "description": bad})).status_code == 204
    refused = await api.post(f"{made}/submit", json={"outlets": ["spotify"]})
    assert (refused.status_code, refused.json()["findings"][0]["field"]) == (422, "credits[0].name")


async def test_a_long_review_keeps_nobody_waiting(api):
    """Titles of blanks once took a minute, and with it everybody else."""
    worst = [track(1, title="a" + " " * 298 + "b") for _ in range(100)]
    slow = asyncio.create_task(api.post("/api/distribution/review", json={"description": described(tracks=worst)}))
    waited = []
    while not slow.done():
        began = asyncio.get_running_loop().time()
        await asyncio.sleep(0.01)
        waited.append(asyncio.get_running_loop().time() - began)
    assert (await slow).status_code == 200
    assert max(waited) < 2, "the event loop goes on meanwhile"
    assert sum(waited) < 20


async def test_a_simulated_store_promises_what_it_does(app, api, account, simulated):
    """The release date is months ahead, and the simulator puts it live at once."""
    at = await make_release(app, api, account)
    await api.put("/api/sandbox/outlets/spotify", json={"answer": "lose"})
    await api.post(f"{at}/submit", json={"outlets": ["spotify"]})
    shown = await until(app, api, at, "sent")
    assert shown["words"] == "Delivered to Spotify · live any time now"


async def test_a_description_is_reviewed_before_it_is_saved(api, simulated):
    wanted = {"description": described(title="harbour"), "outlets": ["spotify"]}
    found = (await api.post("/api/distribution/review", json=wanted)).json()
    assert "T03" in {each["rule"] for each in found["findings"]}
    assert (await api.get(RELEASES)).json()["items"] == []


async def test_words_that_ddex_does_not_know_are_found(api, simulated):
    said = described()
    said["tracks"][0]["credits"] = [{"name": "Bo", "role": "Beatmaker"}]
    said["deals"] = [{"uses": ["Humming"], "territories": ["Atlantis"]}]
    found = (await api.post("/api/distribution/review", json={"description": said})).json()["findings"]
    assert [each["field"] for each in found if each["rule"] == "P04"] == [
        "tracks[0].credits[0].role", "deals[0].uses", "deals[0].territories",
    ]  # fmt: skip


async def test_a_rejection_is_told_in_plain_words_and_mended(app, api, account, simulated):
    at = await make_release(app, api, account)
    await steer(api, "spotify", answer="reject", status="ResourceCorrupt", text="Track 1 is all noise.")
    await submit(api, at, "spotify")
    shown = await until(app, api, at, "rejected")
    assert shown["words"] == "Spotify refused it: a file arrived damaged. They write: “Track 1 is all noise.”"
    assert shown["advice"] == "Correct the release and its files, and submit it again."
    await steer(api, "spotify", answer="accept")
    await submit(api, at, "spotify")
    assert (await until(app, api, at, "live"))["what"] == "insert"


async def test_a_late_answer_is_waited_for_while_the_clock_runs(app, api, account, simulated, clock):
    at = await make_release(app, api, account, release_date="2026-11-20")
    await steer(api, "spotify", answer="delay", delay_s=3.0)
    await submit(api, at, "spotify")
    shown = await until(app, api, at, "sent")
    assert shown["clock"] == "on time"
    clock.advance(days=12)
    assert (await api.get(f"{at}/deliveries")).json()["deliveries"][0]["clock"] == "late"
    assert (await until(app, api, at, "live"))["clock"] == "ended"


async def test_a_lost_delivery_is_given_up_at_last_and_tried_again(app, api, account, simulated, clock):
    at = await make_release(app, api, account, release_date="2026-11-20")
    await steer(api, "spotify", answer="lose")
    [delivery] = await submit(api, at, "spotify")
    await until(app, api, at, "sent")
    clock.advance(days=90)
    shown = await until(app, api, at, "failed")
    assert "never answered" in shown["note"]
    await steer(api, "spotify", answer="accept")
    assert (await api.post(f"{DELIVERIES}/{delivery}/retry")).status_code == 204
    again = await until(app, api, at, "sent")
    assert (again["id"], again["number"]) == (delivery, 1)
    assert (await api.post(f"{DELIVERIES}/{delivery}/retry")).status_code == 409


async def test_every_step_is_told_to_whoever_listens(app, api, account, simulated):
    at = await make_release(app, api, account)
    await submit(api, at, "spotify")
    await until(app, api, at, "live")
    told = [each["action"] for each in (await api.get("/api/core/audit")).json()["items"]]
    assert "release.insert" in told


# The state machine


class Journey(RuleBasedStateMachine):
    """Whatever is tried in whatever order, a delivery goes only where it may."""

    def __init__(self) -> None:
        super().__init__()
        self.state = states.QUEUED
        self.was_sent = False

    @rule(wanted=st.sampled_from(sorted(states.FOLLOWS)))
    def try_to_become(self, wanted):
        try:
            states.demand(self.state, wanted)
        except Conflict:
            assert wanted not in states.FOLLOWS[self.state]
            return
        assert self.state not in (states.DOWN, states.REJECTED), "these are final"
        if wanted in states.ARRIVED | {states.REJECTED}:
            assert self.was_sent or wanted == states.SENT, "an outlet answers what it got"
        self.was_sent = self.was_sent or wanted == states.SENT
        self.state = wanted

    @invariant()
    def every_state_is_under_way_awaited_or_ended(self):
        kinds = [states.UNDER_WAY, states.AWAITED, states.ENDED]
        assert sum(self.state in kind for kind in kinds) == 1


TestJourney = Journey.TestCase
TestJourney.settings = settings(max_examples=100, stateful_step_count=30, deadline=None)


@pytest.mark.parametrize("state", sorted(states.FOLLOWS))
def test_every_state_can_be_reached(state):
    reached, waiting = {states.QUEUED}, [states.QUEUED]
    while waiting:
        waiting += [each for each in states.FOLLOWS[waiting.pop()] if each not in reached and not reached.add(each)]
    assert state in reached
