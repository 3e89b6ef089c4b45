"""Push to devices, against a real push service: what arrives, and what each of its answers means."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from uuid import UUID

import pytest
import pytest_asyncio
from sqlalchemy import select

from maxbooster.http.client import Client
from maxbooster.identity import Identity
from maxbooster.notices.models import Notice
from maxbooster.plugin import notify
from maxbooster.push.models import PushDevice
from maxbooster.push.sending import push_to_device
from maxbooster.push.service import MOST
from maxbooster.testing import drain, make_app, make_person, open_api, open_browser
from maxbooster.testing.services import free_port, wait_for_port

from .browser import FakeBrowser, verified

DEVICES = "/api/core/push/devices"


class Service:
    def __init__(self, folder, port):
        self.folder, self.port = folder, port

    def endpoint(self, path):
        return f"http://127.0.0.1:{self.port}/{path}"

    @property
    def taken(self):
        return [json.loads(path.read_text()) for path in sorted(self.folder.glob("*.json"))]


@pytest.fixture(scope="module")
def process(tmp_path_factory):
    service = Service(tmp_path_factory.mktemp("push"), free_port())
    script = Path(__file__).with_name("push_service.py")
    running = subprocess.Popen([sys.executable, str(script), str(service.port), str(service.folder)])
    wait_for_port(service.port)
    yield service
    running.kill()
    running.wait()


@pytest.fixture
def service(process):
    for path in process.folder.iterdir():
        path.unlink()
    return process


@pytest_asyncio.fixture
async def nova(app):
    return await make_person(app, "nova@example.org")


@pytest_asyncio.fixture
async def home(app, nova):
    async with open_browser(app, agent="Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0 Safari/537.36") as browser:
        await browser.log_in(nova)
        yield browser


async def turned_on(home, service, path="ok/1"):
    browser = FakeBrowser(service.endpoint(path))
    answer = await home.post(DEVICES, json=browser.subscription)
    assert answer.status_code == 201, answer.text
    return browser, answer.json()


async def told(app, nova, title="“{title}” is live", **more):
    facts = {"text": "On Spotify.", "path": "/releases/1", "facts": {"title": "Halo"}} | more
    async with app.unit(Identity(nova.account, None, frozenset({"*"}))) as ctx:
        await notify(ctx, "release.live", title, to=nova.user, **facts)
    await drain(app)


async def test_only_the_browser_reads_it_and_the_service_knows_who_sends(app, nova, home, service):
    browser, device = await turned_on(home, service)
    key = (await home.get("/api/core/push/key")).json()["key"]
    await told(app, nova, tone="danger")
    [push] = service.taken
    headers = push["headers"]
    assert browser.read(bytes.fromhex(push["body"])).items() >= {
        "title": "“Halo” is live", "text": "On Spotify.", "path": "/releases/1",
    }.items()  # fmt: skip
    assert "Halo" not in bytes.fromhex(push["body"]).decode("latin-1")
    assert (headers["content-encoding"], headers["urgency"]) == ("aes128gcm", "high")
    assert 86_000 < int(headers["ttl"]) <= 86_400
    assert len(headers["topic"]) == 32
    claims = verified(headers["authorization"], key)
    assert claims["aud"] == f"http://127.0.0.1:{service.port}"
    assert 0 < claims["exp"] - app.clock().timestamp() <= 86_400
    assert claims["sub"].startswith("mailto:")
    [shown] = (await home.get(DEVICES)).json()
    assert (shown["id"], shown["service"], shown["this_session"]) == (device["id"], "127.0.0.1", True)
    assert shown["used_at"] is not None
    assert "endpoint" not in shown


async def test_a_text_of_any_length_and_script_fits(app, nova, home, service):
    browser, _ = await turned_on(home, service)
    await told(app, nova, text="夜🌙" * 1000, facts={"title": "夜" * 250}, title="“{title}”")
    [push] = service.taken
    assert browser.read(bytes.fromhex(push["body"]))["text"].endswith("…")


async def test_who_wants_no_push_gets_none(app, nova, home, service):
    await turned_on(home, service)
    await home.patch("/api/core/notices/settings/release.live", json={"push": False})
    await told(app, nova)
    assert service.taken == []


@pytest.mark.parametrize("path", ["gone/1", "lost/1"])
async def test_a_subscription_that_has_ended_is_forgotten(app, nova, home, service, path):
    await turned_on(home, service, path)
    await told(app, nova)
    assert (await home.get(DEVICES)).json() == []
    await told(app, nova)
    assert len(service.taken) == 1


async def test_a_service_that_wants_a_pause_gets_it_and_the_other_device_its_push(app, nova, home, service, clock):
    limited, _ = await turned_on(home, service, "limited/1")
    await turned_on(home, service, "ok/2")
    await told(app, nova)
    assert sorted(each["status"] for each in service.taken) == [201, 429]
    clock.advance(minutes=9)
    await drain(app)
    assert len(service.taken) == 2, "it asked for ten minutes"
    (service.folder / "open").write_text("")
    app.http = Client(app.settings)  # as after a restart: until then it keeps the pause by real time
    clock.advance(minutes=2)
    await drain(app)
    late = service.taken[-1]
    assert (late["path"], late["status"], len(service.taken)) == ("/limited/1", 201, 3)
    assert limited.read(bytes.fromhex(late["body"]))["title"] == "“Halo” is live"
    assert int(late["headers"]["ttl"]) < 86_400 - 600


async def test_what_a_service_refuses_is_shown_and_not_tried_for_ever(app, nova, home, service):
    for path in ("refused/1", "large/1", "away/1"):
        await turned_on(home, service, path)
    await told(app, nova)
    await drain(app)
    faults = [each["fault"] for each in (await home.get(DEVICES)).json()]
    assert ["refused it (403)" in faults[0], "refused it (413)" in faults[1], "refused it (307)" in faults[2]] == [
        True
    ] * 3
    assert {each["path"] for each in service.taken} == {"/refused/1", "/large/1", "/away/1"}, "no redirect is followed"


async def test_after_a_day_it_is_no_news(app, nova, home, service, clock):
    await turned_on(home, service, "limited/1")
    await told(app, nova)
    (service.folder / "open").write_text("")
    clock.advance(hours=25)
    await drain(app)
    assert len(service.taken) == 1


async def test_the_same_browser_again_is_the_same_device_and_whose_is_whose(app, nova, home, service):
    browser, device = await turned_on(home, service)
    assert (await home.post(DEVICES, json=browser.subscription)).json()["id"] == device["id"]
    other = await make_person(app, "other@example.org", account=nova.account)
    async with open_browser(app) as theirs:
        await theirs.log_in(other)
        assert (await theirs.get(DEVICES)).json() == []
        assert (await theirs.delete(f"{DEVICES}/{device['id']}")).status_code == 404
        assert (await theirs.post(f"{DEVICES}/{device['id']}/test")).status_code == 404
        assert (await theirs.post(DEVICES, json=browser.subscription)).status_code == 201
    assert (await home.get(DEVICES)).json() == [], "the browser is the other's now"
    await told(app, nova)
    assert service.taken == []


async def test_a_device_that_was_logged_out_hears_nothing(app, nova, home, service):
    await turned_on(home, service)
    assert (await home.delete("/api/core/session")).status_code in (200, 204)
    await told(app, nova)
    assert service.taken == []
    async with app.unit() as ctx:
        await app.jobs["core.prune_devices"].handler(ctx)
    assert await app.database.read(lambda connection: connection.execute(select(PushDevice.__table__.c.id)).all()) == []


async def test_a_test_is_sent_and_a_device_removed(app, nova, home, service):
    browser, device = await turned_on(home, service)
    assert (await home.post(f"{DEVICES}/{device['id']}/test")).status_code == 202
    await drain(app)
    assert browser.read(bytes.fromhex(service.taken[0]["body"]))["title"] == "Notifications work on this device"
    tests = [(await home.post(f"{DEVICES}/{device['id']}/test")).status_code for _ in range(11)]
    assert (tests[:9], tests[-1]) == ([202] * 9, 429), "it is no way to knock at other servers"
    assert (await home.delete(f"{DEVICES}/{device['id']}")).status_code == 204
    assert (await home.delete(f"{DEVICES}/{device['id']}")).status_code == 404


async def test_what_is_no_subscription_is_named(home, service):
    good = FakeBrowser(service.endpoint("ok/1")).subscription
    for changed, field in (
        ({"keys": good["keys"] | {"p256dh": "AAAA"}}, "p256dh"),
        ({"keys": good["keys"] | {"auth": "AAAA"}}, "auth"),
        ({"endpoint": "file:///etc/passwd"}, "endpoint"),
        ({"endpoint": "https://[::1"}, "endpoint"),
    ):
        answer = await home.post(DEVICES, json=good | changed)
        assert (answer.status_code, answer.json().get("field")) == (422, field), answer.text


async def test_no_push_leads_inside(tmp_path, sqlite_url):
    """Nor to an address without TLS, where the operator did not allow private addresses."""
    async with make_app(tmp_path, sqlite_url, outbound_private=False) as app:
        person = await make_person(app)
        async with open_browser(app) as home:
            await home.log_in(person)
            for endpoint in (
                "https://127.0.0.1/push",
                "https://169.254.169.254/latest",
                "https://10.0.0.1:5432/",
                "http://updates.push.example/x",
            ):
                answer = await home.post(DEVICES, json=FakeBrowser(endpoint).subscription)
                assert answer.status_code == 422, endpoint


async def test_a_key_of_the_account_is_no_device(app, nova, service):
    async with open_api(app, nova.account) as api:
        assert (await api.post(DEVICES, json=FakeBrowser(service.endpoint("ok/1")).subscription)).status_code == 403


async def test_the_key_stays_and_what_is_kept_is_sealed(app, nova, home, service):
    browser, _ = await turned_on(home, service, "ok/very-secret-path")
    first = (await home.get("/api/core/push/key")).json()
    assert (await home.get("/api/core/push/key")).json() == first
    rows = await app.database.read(lambda connection: connection.execute(select(PushDevice.__table__)).all())
    assert "very-secret-path" not in str(rows)
    from maxbooster.secrets import rotate_all

    assert await app.database.transact(lambda connection: rotate_all(connection, app.keyring)) >= 2
    await told(app, nova)
    assert browser.read(bytes.fromhex(service.taken[0]["body"]))["title"]


async def test_a_push_that_waits_is_not_sent_to_whoever_logged_out_meanwhile(app, nova, home, service):
    _, device = await turned_on(home, service)
    async with app.unit(Identity(nova.account, None, frozenset({"*"}))) as ctx:
        await notify(ctx, "release.live", "A secret", to=nova.user)
    async with app.unit(Identity(nova.account, None, frozenset({"*"}))) as ctx:
        [notice] = await ctx.all(select(Notice))
        ctx.enqueue(push_to_device, notice.id, UUID(device["id"]), key="127.0.0.1")
    assert (await home.delete("/api/core/session")).status_code == 204
    await drain(app)
    assert service.taken == []


async def test_many_at_once_are_no_more_than_a_person_may_have(app, nova, home, service):
    other = await make_person(app, "other@example.org")
    same = FakeBrowser(service.endpoint("ok/same")).subscription
    async with open_browser(app) as elsewhere:
        await elsewhere.log_in(other)
        both = [(home, elsewhere)[number % 2].post(DEVICES, json=same) for number in range(12)]
        assert {answer.status_code for answer in await asyncio.gather(*both)} <= {201, 409}
    many = [home.post(DEVICES, json=FakeBrowser(service.endpoint(f"ok/{n}")).subscription) for n in range(MOST + 8)]
    assert {answer.status_code for answer in await asyncio.gather(*many)} == {201, 409}
    assert len((await home.get(DEVICES)).json()) == MOST
