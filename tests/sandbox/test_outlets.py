"""The simulated outlets: they do as they are told, nobody gets past them, and everybody sees what they are."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import asyncssh
import pytest
from lxml import etree

from maxbooster.db import new_id
from maxbooster.testing import drain, make_app, open_api, with_services
from maxbooster_distribution.outlets.outlet import Requirements
from maxbooster_distribution.testing import made_release
from maxbooster_sandbox.outlets.behavior import Behavior, set_behavior
from maxbooster_sandbox.outlets.desk import Desk
from maxbooster_sandbox.outlets.place import Place
from maxbooster_sandbox.settings import SandboxSettings

from . import batches

AT = "/api/sandbox/outlets"
ANSWER_S, LIVE_S = 10, 20
SETTINGS = SandboxSettings(enabled=True, answer_after_s=ANSWER_S, live_after_s=LIVE_S)
ACCOUNT = new_id()


@pytest.fixture
def place(tmp_path):
    return Place(tmp_path)


@pytest.fixture
def desk(place):
    return Desk(place, batches.SCHEMAS, SETTINGS)


def statuses(batch):
    """What the outlet has answered, the oldest first: (`SupplyChainStatus`, `ErncFileStatus`, words)."""
    answers = [etree.parse(path) for path in sorted(batch.glob("acknowledgements/ACK_*.xml"))]
    paths = ("ReleaseStatus/ReleaseStatus", "ReleaseStatus/Acknowledgement/MessageStatus/Status")
    return [tuple(answer.findtext(path) for path in (*paths, "ReleaseStatus/ErrorText")) for answer in answers]


def deliver(place, **more):
    """A whole batch at the outlet, and when it arrived."""
    batch = batches.deliver(place.home("spotify", ACCOUNT), **more)
    [manifest] = batch.glob("BatchComplete_*.xml")
    return batch, datetime.fromtimestamp(manifest.stat().st_mtime, UTC)


def after(seconds):
    return timedelta(seconds=seconds)


def test_accept_answers_then_puts_live_and_says_each_once(place, desk):
    batch, arrived = deliver(place)
    desk.look(arrived + after(ANSWER_S - 1))
    assert statuses(batch) == []
    desk.look(arrived + after(ANSWER_S + 1))
    accepted = ("SuccessfullyIngestedByReleaseDistributor", "FileOK", None)
    assert statuses(batch) == [accepted]
    for later in (ANSWER_S + LIVE_S + 1, 86_400):
        desk.look(arrived + after(later))
        assert statuses(batch) == [accepted, ("ReleaseMadeAvailableToConsumers", "FileOK", None)]


def test_a_takedown_is_answered_with_gone(place, desk):
    batch, arrived = deliver(place, what="takedown")
    desk.look(arrived + after(60))
    assert [status for status, *_ in statuses(batch)] == [
        "SuccessfullyIngestedByReleaseDistributor", "ReleaseNotAvailable",
    ]  # fmt: skip


def test_reject_says_which_status_and_why(place, desk):
    refused = Behavior(answer="reject", status="ResourceCorrupt", text="Track 1 is noise.")
    set_behavior(place, "spotify", ACCOUNT, refused)
    batch, arrived = deliver(place)
    desk.look(arrived + after(60))
    assert statuses(batch) == [("ProcessingErrorAtReleaseDistributor", "ResourceCorrupt", "Track 1 is noise.")]


def test_delay_answers_later(place, desk):
    set_behavior(place, "spotify", ACCOUNT, Behavior(answer="delay", delay_s=3600))
    batch, arrived = deliver(place)
    desk.look(arrived + after(3600))
    assert statuses(batch) == []
    desk.look(arrived + after(3600 + ANSWER_S + LIVE_S + 1))
    assert len(statuses(batch)) == 2


def test_lose_never_answers(place, desk):
    set_behavior(place, "spotify", ACCOUNT, Behavior(answer="lose"))
    batch, arrived = deliver(place)
    desk.look(arrived + timedelta(days=400))
    assert statuses(batch) == []


def test_what_was_decided_for_a_batch_stays(place, desk):
    """Told otherwise later, an outlet does so with the next batch, not with this one; a new desk goes on likewise."""
    set_behavior(place, "spotify", ACCOUNT, Behavior(answer="lose"))
    batch, arrived = deliver(place)
    desk.look(arrived)
    set_behavior(place, "spotify", ACCOUNT, Behavior(answer="accept"))
    Desk(place, batches.SCHEMAS, SETTINGS).look(arrived + timedelta(days=1))
    assert statuses(batch) == []


def test_what_is_not_complete_is_not_looked_at(place, desk):
    batch = batches.deliver(place.home("spotify", ACCOUNT), manifest=False)
    desk.look(datetime.now(UTC) + timedelta(days=1))
    assert statuses(batch) == []


@pytest.mark.parametrize(
    ("damage", "status"),
    [
        (lambda path: path.write_bytes(b"noise"), "SignatureOrHashSumWrongOrMissing"),
        (lambda path: path.unlink(), "ResourceMissing"),
    ],
)
def test_what_arrived_damaged_is_refused_whatever_it_was_told(place, desk, damage, status):
    batch, arrived = deliver(place)
    damage(next(batch.glob("**/*.wav")))
    desk.look(arrived + after(60))
    [(outcome, found, words)] = statuses(batch)
    assert (outcome, found) == ("ProcessingErrorAtReleaseDistributor", status)
    assert ".wav" in words


def test_processes_that_begin_together_agree_on_password_and_key(place):
    with ThreadPoolExecutor(8) as pool:
        for made in (lambda _: place.password, lambda _: place.host_key):
            assert len(set(pool.map(made, range(8)))) == 1
    assert all(path.stat().st_mode & 0o077 == 0 for path in place.root.iterdir() if path.is_file())
    assert {path.name for path in place.root.iterdir()} == {"password", "host-key"}


# Over the API, in an app


SANDBOX = {"sandbox__enabled": "true"}


@pytest.fixture
async def simulating(tmp_path, migrated_sqlite):
    """Opens an app with these settings."""

    @asynccontextmanager
    async def opened(account, **settings):
        shutil.copy(migrated_sqlite, tmp_path / "one.db")
        url = f"sqlite:///{tmp_path / 'one.db'}"
        async with (
            make_app(tmp_path / "data", url, migrated=True, **settings) as app,
            with_services(app),
            open_api(app, account.account) as api,
        ):
            yield app, api

    return opened


async def test_everybody_sees_whether_outlets_are_simulated(simulating, account):
    async with simulating(account) as (_, api):
        assert (await api.get(AT)).json() == {"enabled": False, "running": False, "outlets": []}
        refused = await api.put(f"{AT}/spotify", json={"answer": "lose"})
        assert (refused.status_code, "Sandbox mode is off" in refused.json()["detail"]) == (409, True)
        assert (await api.get("/api/distribution/outlets")).json()["sandbox"] is False
    async with simulating(account, **SANDBOX) as (app, api):
        async with open_api(app, account.account, "sandbox.read") as viewer:
            shown = (await viewer.get(AT)).json()
            assert (await viewer.put(f"{AT}/spotify", json={"answer": "lose"})).status_code == 403
        assert (shown["enabled"], shown["running"]) == (True, True)
        assert {each["name"] for each in shown["outlets"]} == {"audiomack", "deezer", "spotify"}
        outlets = (await api.get("/api/distribution/outlets")).json()
        assert all(each["sandbox"] for each in outlets["outlets"])


async def test_each_account_steers_its_own_outlets(simulating, account):
    async with simulating(account, **SANDBOX) as (app, api):
        assert (await api.put(f"{AT}/spotify", json={"answer": "delay", "delay_s": 7})).status_code == 204
        assert (await api.put(f"{AT}/nowhere", json={"answer": "lose"})).status_code == 404
        assert (await api.put(f"{AT}/spotify", json={"answer": "explode"})).status_code == 422
        async with open_api(app, new_id()) as stranger:
            for who, answer in ((api, "delay"), (stranger, "accept")):
                told = {each["name"]: each["behavior"]["answer"] for each in (await who.get(AT)).json()["outlets"]}
                assert told["spotify"] == answer


async def test_nothing_is_delivered_to_a_real_outlet_in_sandbox_mode(simulating, account, tmp_path):
    """An operator has set a real one up; what is sent to it arrives at the simulator, and says so in the message."""
    real = {"distribution_spotify__transport": "folder", "distribution_spotify__folder": str(tmp_path / "real")}
    async with simulating(account, **SANDBOX, **real) as (app, api):
        at = await made_release(app, api, account, Requirements())
        begun = await api.post(f"{at}/submit", json={"outlets": ["spotify"]})
        assert begun.status_code == 201, begun.text
        await drain(app)
        [shown] = (await api.get(f"{at}/deliveries")).json()["deliveries"]
        assert (shown["sandbox"], shown["state"] in ("sent", "acknowledged", "live")) == (True, True), shown["words"]
        home = Place(app.settings.data).home("spotify", account.account)
        [message] = home.glob("N_*/*/[0-9]*.xml")
    assert etree.parse(message).findtext("MessageHeader/MessageControlType") == "TestMessage"
    assert not (tmp_path / "real").exists()


async def test_an_account_sees_its_own_folder_at_an_outlet_and_nothing_else(simulating, account):
    async with simulating(account, **SANDBOX) as (app, _):
        place = Place(app.settings.data)
        secret = place.home("spotify", new_id()) / "theirs.txt"
        secret.parent.mkdir(parents=True)
        secret.write_text("theirs")
        address = place.address()
        login = {"known_hosts": None, "config": None, "username": f"spotify.{account.account.hex}"}
        async with (
            asyncssh.connect(address.host, address.port, password=place.password, **login) as connection,
            connection.start_sftp_client() as sftp,
        ):
            assert await sftp.listdir("/") == [".", ".."]
            for path in (f"../{secret.parent.name}/theirs.txt", str(secret)):
                with pytest.raises(asyncssh.SFTPError):
                    await sftp.stat(path)
            with pytest.raises(asyncssh.ChannelOpenError):
                await connection.run("id")
        for wrong in ({"username": "spotify"}, {"password": "guessed"}):
            with pytest.raises(asyncssh.PermissionDenied):
                await asyncssh.connect(address.host, address.port, **login | {"password": place.password} | wrong)


async def test_it_listens_to_this_machine_only(simulating, account):
    async with simulating(account, **SANDBOX, sandbox__sftp="0.0.0.0:0") as (_, api):
        assert (await api.get(AT)).json()["running"] is False
