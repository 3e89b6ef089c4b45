"""What accounts have sent to them: signed, retried, logged, and only what is theirs."""

from __future__ import annotations

import asyncio
import hmac
import json
from base64 import b64decode, b64encode
from datetime import datetime, timedelta
from hashlib import sha256

import pytest
from sqlalchemy import select

from maxbooster.identity import Identity
from maxbooster.plugin import FileReady, new_id
from maxbooster.testing import drain, make_person, open_api, open_browser
from maxbooster.webhooks.endpoints import jobs
from maxbooster.webhooks.jobs import prune
from tests.core.outbound.outbound_server import Answer, in_turn

ENDPOINTS, DELIVERIES = "/api/core/webhook-endpoints", "/api/core/webhook-deliveries"
OK = in_turn(Answer(200, body=b"thanks"))


async def add(api, url: str, *events: str) -> dict:
    answer = await api.post(ENDPOINTS, json={"url": url, "events": list(events), "description": "Stock"})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def happen(app, account: Identity, name: str = "a.wav") -> FileReady:
    event = FileReady(new_id(), name, 5, "audio/wav", "00")
    async with app.unit(account) as ctx:
        ctx.emit(event)
    await drain(app)
    return event


async def deliveries(api, **query) -> list[dict]:
    return (await api.get(DELIVERIES, params=query)).json()["items"]


async def log(api, id: str) -> dict:
    return (await api.get(f"{DELIVERIES}/{id}")).json()


def verified(seen, secret: str) -> dict:
    """As docs/webhooks.md says it is done."""
    signed = f"{seen.headers['webhook-id']}.{seen.headers['webhook-timestamp']}.".encode() + seen.body
    expected = b64encode(hmac.new(b64decode(secret.removeprefix("whsec_")), signed, sha256).digest()).decode()
    assert f"v1,{expected}" in seen.headers["webhook-signature"].split()
    return json.loads(seen.body)


async def test_an_event_arrives_signed_with_its_facts(app, api, account, receiver):
    server = await receiver(OK)
    added = await add(api, f"{server.url}/hook", "file.ready")
    event = await happen(app, account)
    [seen] = server.seen
    said = verified(seen, added["secret"])
    assert (seen.method, seen.path, seen.headers["content-type"]) == ("POST", "/hook", "application/json")
    assert said["type"] == "file.ready"
    assert said["data"] == {
        "file_id": str(event.file_id), "file_name": "a.wav", "size": 5, "media_type": "audio/wav", "sha256": "00",
    }  # fmt: skip
    [row] = await deliveries(api)
    assert (row["state"], row["attempts"], row["event_id"]) == ("delivered", 1, seen.headers["webhook-id"])
    [attempt] = (await log(api, row["id"]))["attempts"]
    assert (attempt["status"], attempt["answer"], attempt["error"]) == (200, "thanks", "")


async def test_an_endpoint_hears_what_it_wants_of_its_account_and_nothing_internal(app, api, account, receiver):
    server = await receiver(OK)
    await add(api, f"{server.url}/all")
    await add(api, f"{server.url}/payouts", "payout.paid")
    await happen(app, Identity(new_id(), None, frozenset({"*"})))
    assert server.seen == []
    await happen(app, account)
    async with app.unit(account) as ctx:
        from maxbooster.notices import NoticeGiven

        ctx.emit(NoticeGiven("demo.internal"))
    await drain(app)
    assert [seen.path for seen in server.seen] == ["/all"]


async def test_another_accounts_webhooks_do_not_exist(app, api, account, receiver):
    server = await receiver(OK)
    added = await add(api, server.url)
    await happen(app, account)
    [row] = await deliveries(api)
    async with open_api(app, new_id()) as stranger:
        assert (await stranger.get(ENDPOINTS)).json() == (await stranger.get(DELIVERIES)).json()["items"] == []
        for method, path in (
            ("DELETE", f"{ENDPOINTS}/{added['id']}"),
            ("POST", f"{ENDPOINTS}/{added['id']}/test"),
            ("POST", f"{ENDPOINTS}/{added['id']}/rotate"),
            ("GET", f"{DELIVERIES}/{row['id']}"),
            ("POST", f"{DELIVERIES}/{row['id']}/resend"),
        ):
            assert (await stranger.request(method, path)).status_code == 404, path


@pytest.mark.parametrize(
    "answer",
    [
        Answer(500),
        Answer(404, body=b"<html>nothing here</html>"),
        Answer(301, {"Location": "/elsewhere"}),
        Answer(307, {"Location": "http://127.0.0.1:1/elsewhere"}),
        Answer(400, body=b"no\0\xff" * 5000),
    ],
)
async def test_anything_but_2xx_is_a_failure_that_is_tried_again(app, account, receiver, clock, answer):
    server = await receiver(in_turn(answer, Answer(204)))
    async with open_api(app, account.account) as api:
        await add(api, server.url)
        await happen(app, account)
        [row] = await deliveries(api, delivery_state="pending")
        [attempt] = (await log(api, row["id"]))["attempts"]
        assert attempt["status"] == answer.status
        assert len(attempt["answer"].encode()) <= 3 * jobs.SHOWN_BYTES
        assert [each["failing_since"] is None for each in (await api.get(ENDPOINTS)).json()] == [False]
        clock.advance(seconds=6)
        await drain(app)
        [row] = await deliveries(api)
        assert (row["state"], row["attempts"]) == ("delivered", 2)
        assert {seen.headers["webhook-id"] for seen in server.seen} == {row["event_id"]}
        assert {seen.path for seen in server.seen} == {"/"}, "redirects are not followed"
        assert [each["failing_since"] for each in (await api.get(ENDPOINTS)).json()] == [None]


async def test_a_retry_waits_as_long_as_the_receiver_asks(app, api, account, receiver, clock):
    server = await receiver(in_turn(Answer(503, {"Retry-After": "3600"}), Answer(204)))
    await add(api, server.url)
    await happen(app, account)
    [row] = await deliveries(api)
    pause = datetime.fromisoformat(row["next_at"]) - clock()
    assert timedelta(hours=1) <= pause <= timedelta(hours=1.1)


async def test_a_receiver_that_hangs_is_cut_off_and_tried_again(app, api, account, receiver, monkeypatch):
    monkeypatch.setattr(jobs, "TIMEOUT_S", 0.2)

    async def hang(_):
        await asyncio.sleep(30)
        return Answer()

    server = await receiver(hang)
    await add(api, server.url)
    await happen(app, account)
    [row] = await deliveries(api)
    [attempt] = (await log(api, row["id"]))["attempts"]
    assert (row["state"], attempt["status"]) == ("pending", None)
    assert "did not answer within" in attempt["error"]


async def test_the_schedule_ends_after_ten_attempts_over_three_days(app, api, account, receiver, clock):
    server = await receiver(in_turn(Answer(500)))
    await add(api, server.url)
    began = clock()
    await happen(app, account)
    while (row := (await deliveries(api))[0])["state"] == "pending":
        pause = datetime.fromisoformat(row["next_at"]) - clock()
        clock.advance(seconds=pause.total_seconds() + 31)
        app.http._hosts._hosts.clear()  # nobody waits for the breaker here
        await drain(app)
    assert (row["state"], row["attempts"], row["next_at"]) == ("failed", 10, None)
    assert len(server.seen) == 10
    assert 3 * 24 <= (clock() - began).total_seconds() / 3600 <= 4 * 24


async def test_410_disables_it_at_once_and_people_are_told(app, receiver):
    nova = await make_person(app, "nova@example.org")
    account = Identity(nova.account, nova.user, frozenset({"*"}))
    server = await receiver(in_turn(Answer(410)))
    async with open_api(app, nova.account) as api, open_browser(app) as browser:
        await add(api, server.url)
        await happen(app, account)
        await happen(app, account)
        assert len(server.seen) == 1
        [endpoint] = (await api.get(ENDPOINTS)).json()
        assert (endpoint["enabled"], endpoint["disabled_because"]) == (False, "gone")
        [row] = await deliveries(api)
        assert row["state"] == "failed"
        assert (await api.post(f"{DELIVERIES}/{row['id']}/resend")).status_code == 409
        assert (await api.post(f"{ENDPOINTS}/{endpoint['id']}/test")).status_code == 409
        await browser.log_in(nova)
        [notice] = (await browser.get("/api/core/notices")).json()["notices"]
        assert (notice["kind"], notice["facts"]) == ("webhook.disabled", {"host": "127.0.0.1"})


async def test_days_of_failure_disable_it_once_and_enabling_begins_anew(app, api, account, receiver, clock):
    server = await receiver(in_turn(Answer(500)))
    added = await add(api, server.url)
    await happen(app, account)
    clock.advance(days=5)
    await happen(app, account)
    [endpoint] = (await api.get(ENDPOINTS)).json()
    assert (endpoint["enabled"], endpoint["disabled_because"]) == (False, "failing")
    assert {row["state"] for row in await deliveries(api)} <= {"failed", "pending"}
    change = {"url": server.url, "events": [], "description": "", "enabled": True}
    enabled = await api.put(f"{ENDPOINTS}/{added['id']}", json=change)
    assert (enabled.json()["enabled"], enabled.json()["failing_since"]) == (True, None)
    server.script = OK
    await happen(app, account)
    assert (await deliveries(api))[0]["state"] == "delivered"


async def test_a_failed_delivery_is_sent_again_with_the_same_id(app, api, account, receiver, clock):
    server = await receiver(in_turn(Answer(500), Answer(500), Answer(200)))
    await add(api, server.url)
    await happen(app, account)
    [row] = await deliveries(api)
    for _ in range(2):
        assert (await api.post(f"{DELIVERIES}/{row['id']}/resend")).status_code == 202
        await drain(app)
    clock.advance(days=4)
    await drain(app)
    [row] = await deliveries(api)
    assert (row["state"], row["attempts"], len(server.seen)) == ("delivered", 3, 3), "no retry comes late"
    assert len({seen.headers["webhook-id"] for seen in server.seen}) == 1
    assert [each["number"] for each in (await log(api, row["id"]))["attempts"]] == [1, 2, 3]


async def test_attempts_that_run_beside_each_other_are_both_logged(app, api, account, receiver):
    """One asked for by hand while the one that was due still waits for its answer."""
    second = asyncio.Event()

    async def answer(_):
        if len(server.seen) == 2:
            second.set()
            return Answer(200)
        [row] = await deliveries(api)
        assert (await api.post(f"{DELIVERIES}/{row['id']}/resend")).status_code == 202
        await second.wait()
        return Answer(500)

    server = await receiver(answer)
    await add(api, server.url)
    await happen(app, account)
    [row] = await deliveries(api)
    assert (row["state"], row["attempts"], len(server.seen)) == ("delivered", 2, 2)
    assert sorted(each["status"] for each in (await log(api, row["id"]))["attempts"]) == [200, 500]


async def test_the_old_secret_signs_for_a_day_after_a_rotation(app, api, account, receiver, clock):
    server = await receiver(OK)
    old = await add(api, server.url)
    new = (await api.post(f"{ENDPOINTS}/{old['id']}/rotate")).json()
    assert new["secret"] != old["secret"]
    await happen(app, account)
    for secret in (old["secret"], new["secret"]):
        verified(server.seen[0], secret)
    clock.advance(hours=24, seconds=1)
    await happen(app, account)
    verified(server.seen[1], new["secret"])
    assert len(server.seen[1].headers["webhook-signature"].split()) == 1


async def test_secrets_are_shown_once_and_kept_sealed(app, api, receiver):
    from maxbooster.webhooks.endpoints.models import WebhookEndpoint

    server = await receiver(OK)
    added = await add(api, server.url)
    assert added["secret"].startswith("whsec_")
    assert added["secret"] not in (await api.get(ENDPOINTS)).text
    query = select(WebhookEndpoint.secret)
    sealed = await app.database.read(lambda connection: connection.execute(query).scalar_one())
    assert added["secret"][6:].encode() not in sealed


async def test_a_test_event_arrives(app, api, receiver):
    server = await receiver(OK)
    added = await add(api, server.url, "payout.paid")
    sent = (await api.post(f"{ENDPOINTS}/{added['id']}/test")).json()
    await drain(app)
    assert verified(server.seen[0], added["secret"])["type"] == "webhook.test"
    assert (await log(api, sent["delivery"]))["delivery"]["state"] == "delivered"


async def test_one_can_be_changed_while_the_plugin_of_its_event_is_off(app, api, receiver, monkeypatch):
    server = await receiver(OK)
    added = await add(api, server.url, "file.ready")
    monkeypatch.delitem(app.offers.public_events, "file.ready")
    change = {"url": server.url, "events": ["file.ready"], "description": "Crates", "enabled": True}
    changed = await api.put(f"{ENDPOINTS}/{added['id']}", json=change)
    assert (changed.status_code, changed.json()["description"]) == (200, "Crates"), changed.text


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"url": "ftp://example.org"}, "url"),
        ({"url": "not an address"}, "url"),
        ({"url": "https://user:pass@example.org/"}, "url"),
        ({"url": "https://example.org", "events": ["file.raedy"]}, "events"),
        ({"url": "https://example.org", "events": ["notice.given"]}, "events"),
        ({"url": "https://example.org", "events": ["security.logged_in"]}, "events"),
    ],
)
async def test_what_cannot_be_is_refused(api, given, field):
    answer = await api.post(ENDPOINTS, json=given)
    assert (answer.status_code, answer.json()["field"]) == (422, field), answer.text


class TestWithoutPrivateAddresses:
    @pytest.fixture
    def app_settings(self):
        return {"outbound_private": False}

    @pytest.mark.parametrize(
        "url",
        [
            "https://127.0.0.1/", "https://[::1]/", "https://169.254.169.254/latest", "https://10.0.0.1/",
            "https://localhost/", "https://[::ffff:127.0.0.1]/", "http://example.org/",
        ],
    )  # fmt: skip
    async def test_they_are_refused_when_a_webhook_is_added(self, api, url):
        answer = await api.post(ENDPOINTS, json={"url": url})
        assert (answer.status_code, answer.json()["field"]) == (422, "url")

    async def test_and_when_it_is_sent(self, app, api, account, receiver, monkeypatch):
        """A name may lead elsewhere by then."""
        server = await receiver(OK)

        async def pass_by(url):
            return None

        monkeypatch.setattr(app.http, "refuse_private", pass_by)
        await add(api, server.url.replace("http:", "https:"))
        await happen(app, account)
        [row] = await deliveries(api)
        [attempt] = (await log(api, row["id"]))["attempts"]
        assert "not public" in attempt["error"]
        assert server.seen == []


async def test_hook_register_public_events(app, api):
    events = {each["name"]: each for each in (await api.get("/api/core/webhook-events")).json()}
    assert {"file.ready", "payout.paid", "release.live", "setlist.published"} <= set(events)
    assert not any(name.startswith(("security.", "notice.")) for name in events)
    assert all(each["title"] != name and each["description"] for name, each in events.items())
    assert events["payout.paid"]["schema"]["properties"]["amount"] == {"type": "integer"}
    assert "type" not in events["payout.paid"]["schema"]["properties"]


async def test_deliveries_are_forgotten_after_their_time(app, api, account, receiver, clock):
    server = await receiver(OK)
    await add(api, server.url)
    await happen(app, account)
    clock.advance(days=31)
    async with app.unit() as ctx:
        await prune.handler(ctx)
    assert await deliveries(api) == []


async def test_one_that_was_deleted_gets_nothing_more(app, api, account, receiver, clock):
    server = await receiver(in_turn(Answer(500)))
    added = await add(api, server.url)
    await happen(app, account)
    assert (await api.delete(f"{ENDPOINTS}/{added['id']}")).status_code == 204
    clock.advance(days=4)
    await drain(app)
    assert len(server.seen) == 1
    assert await deliveries(api) == []
