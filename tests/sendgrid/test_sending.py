"""Email through SendGrid: the contract of every transport, and what is SendGrid's own."""

from __future__ import annotations

from datetime import timedelta

import pytest

from maxbooster.errors import NotReady, SettingsError
from maxbooster.mail import Mail, MailRefused
from maxbooster.settings import read
from maxbooster.testing import drain, make_app, make_person, open_api
from maxbooster.testing.mail import SENDER, MailTransportContract
from maxbooster_sendgrid.plugin import SendGridSettings
from maxbooster_sendgrid.transport import SendGrid

from .conftest import KEY


@pytest.fixture
def app_settings(running):
    """Calls go nowhere but to hosts that the plugin names, or its settings do."""
    return {"core_sendgrid__url": running.url}


@pytest.fixture
def sending(app, api_of_sendgrid):
    def made(fault="", *, clock=None):
        key = "SG.another-hunter2" if fault == "unauthorized" else KEY
        settings = SendGridSettings(key=key, url=api_of_sendgrid.url, timeout_s=1.0)
        from maxbooster.context import Context

        return SendGrid(Context(app, writable=False), SENDER, settings)

    return made


@pytest.fixture
def arrived(api_of_sendgrid):
    return api_of_sendgrid.messages


class TestSendGrid(MailTransportContract):
    @pytest.fixture
    def sending(self, sending):
        return sending

    @pytest.fixture
    def arrived(self, arrived):
        return arrived


async def test_links_are_not_rewritten_and_the_reference_comes_back(sending, api_of_sendgrid):
    await sending().send(Mail("ann@example.org", "S", "T", reference="mailing:1:2"))
    [taken] = api_of_sendgrid.taken
    assert taken["personalizations"][0]["custom_args"] == {"reference": "mailing:1:2"}
    assert taken["tracking_settings"]["click_tracking"]["enable"] is False
    assert taken["tracking_settings"]["open_tracking"]["enable"] is False


async def test_a_limit_says_for_how_long(app, sending):
    with pytest.raises(NotReady) as caught:
        await sending().send(Mail("limited@example.org", "S", "T"))
    assert 100 < caught.value.retry_after_s <= 121


async def test_an_address_in_another_script_is_refused_before_it_leaves(sending, api_of_sendgrid):
    with pytest.raises(MailRefused) as caught:
        await sending().send(Mail("jörg@example.org", "S", "T"))
    assert (caught.value.field, api_of_sendgrid.taken) == ("to", [])


async def test_the_setting_leads_to_it(tmp_path, sqlite_url, api_of_sendgrid):
    """Chosen by `core.mail`; a registration's email goes out through it."""
    settings = {"core_sendgrid__key": KEY, "core_sendgrid__url": api_of_sendgrid.url, "mail": "sendgrid:"}
    new = {"email": "nova@example.org", "password": "tall giraffes sip cold tea", "name": "N", "born_on": "2000-01-01"}
    async with make_app(tmp_path, sqlite_url, **settings) as app, open_api(app) as api:
        assert (await api.post("/api/core/registration", json=new)).status_code == 202
        await drain(app)
    assert [each["Subject"] for each in api_of_sendgrid.messages()] == ["Confirm your email address"]


async def test_without_a_key_it_says_what_to_set(tmp_path, sqlite_url):
    with pytest.raises(Exception, match="MAXBOOSTER_CORE_SENDGRID__KEY"):
        async with make_app(tmp_path, sqlite_url, mail="sendgrid:"):
            pass


async def test_a_busy_day_ends_in_one_email(tmp_path, sqlite_url, api_of_sendgrid, clock):
    """Notifications wait out what SendGrid asks for."""
    settings = {"core_sendgrid__key": KEY, "core_sendgrid__url": api_of_sendgrid.url, "mail": "sendgrid:"}
    async with make_app(tmp_path, sqlite_url, clock=clock, **settings) as app:
        person = await make_person(app, "limited@example.org")
        from maxbooster.identity import Identity
        from maxbooster.plugin import notify

        async with app.unit(Identity(person.account, None, frozenset({"*"}))) as ctx:
            await notify(ctx, "payout.failed", "Failed", to=person.user)
        await drain(app)
        assert api_of_sendgrid.taken == []
        clock.advance(seconds=timedelta(minutes=1).total_seconds())
        await drain(app)
        assert api_of_sendgrid.taken == [], "it asked for two minutes"


def test_the_settings_are_the_plugins_own():
    sections = read({"MAXBOOSTER_CORE_SENDGRID__KEZ": "x"})
    with pytest.raises(SettingsError, match="Did you mean 'key'"):
        sections.decode("core.sendgrid", SendGridSettings)
