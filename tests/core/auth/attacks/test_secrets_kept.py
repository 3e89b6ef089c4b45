"""What is kept, and what is told: nothing secret in log, audit, queue, emails and tables."""

from __future__ import annotations

import base64
import io
import json
from contextlib import redirect_stderr
from functools import partial
from typing import Any

import pytest
import structlog
from sqlalchemy import select, text

from maxbooster.audit.models import AuditRow
from maxbooster.auth.models import ApiKey, Session, User
from maxbooster.db.models import Table
from maxbooster.events.models import EventRow
from maxbooster.jobs.models import JobRow
from maxbooster.observe import logs
from maxbooster.testing import PASSWORD, drain

from .tools import ASTER, ME, OTHER, PROFILE, REGISTRATION, RESET, TOKENS, WRONG, bearer, login, rows


class Overheard:
    """Everything secret that passed through a journey."""

    def __init__(self) -> None:
        self.secrets: dict[str, str] = {}

    def note(self, **found: str) -> None:
        self.secrets |= found

    def in_(self, text: str) -> list[str]:
        return [name for name, secret in self.secrets.items() if secret in text]


@pytest.fixture
def talkative():
    """The log tells all it can."""
    vars(logs.log).pop("bind", None)
    logs.configure(form="json", level="debug")
    yield
    vars(logs.log).pop("bind", None)
    logs.configure(level="warning")


@pytest.mark.usefixtures("talkative")
async def test_nothing_secret_is_logged_recorded_queued_told_or_stored(app, journey, caplog):
    caplog.set_level("DEBUG")
    overheard = Overheard()
    with redirect_stderr(io.StringIO()) as written:
        await journey(overheard)
        await drain(app)
        structlog.get_logger("maxbooster").warning("the.end")
    assert "the.end" in written.getvalue()
    assert "request.refused" in written.getvalue()
    assert overheard.in_(written.getvalue()) == []
    assert overheard.in_(caplog.text) == []
    for table in Table.metadata.sorted_tables:
        if table.name in _tables(app):
            kept_here = "\n".join(_readable(row) for row in await rows(app, text(f"SELECT * FROM {table.name}")))
            assert overheard.in_(kept_here) == [], table.name
    for kept in (AuditRow, EventRow, JobRow, Session, User, ApiKey):
        assert len(await rows(app, select(kept))) > 0, kept


def _tables(app) -> set[str]:
    return {table.__tablename__ for table in app.offers.tables}


def _readable(row: Any) -> str:
    """A row as text; bytes as they would read if they were text, and in hexadecimal and base64."""
    seen = []
    for value in row:
        if isinstance(value, bytes):
            seen += [value.decode("latin-1"), value.hex(), base64.urlsafe_b64encode(value).decode()]
        else:
            seen.append(json.dumps(value, default=str) if isinstance(value, dict | list) else str(value))
    return " ".join(seen)


@pytest.fixture
def journey(browser, link_to, switch_on):
    return partial(_journey, browser, link_to, switch_on)


async def _journey(browser, link_to, switch_on, overheard: Overheard) -> None:
    """Through everything that has a secret in it, with a wrong try here and there."""
    email = ASTER["email"]
    overheard.note(password=PASSWORD, wrong=WRONG, new_password=OTHER)
    await browser.post(REGISTRATION, json=ASTER)
    overheard.note(verify_link=await link_to(email))
    await browser.post(f"{REGISTRATION}/verify", json={"token": overheard.secrets["verify_link"], "password": PASSWORD})
    await browser.post(ME, json=login(email, WRONG))
    me = browser.note(await browser.post(ME, json=login(email)))
    overheard.note(first_cookie=browser.cookies["mb_session"], first_csrf=me["csrf"])
    overheard.note(device=browser.cookies["mb_device"])
    phone = await switch_on(browser)
    overheard.note(cookie=browser.cookies["mb_session"], totp=phone.secret, recovery=phone.recovery[0])
    code = phone.code()
    overheard.note(code=f'"{code}"')
    tokens = (await browser.post(TOKENS, json=login(email) | {"code": code})).json()
    overheard.note(access=tokens["access_token"], refresh=tokens["refresh_token"])
    again = await browser.post(f"{TOKENS}/refresh", json={"refresh_token": tokens["refresh_token"]})
    overheard.note(refreshed=again.json()["refresh_token"])
    await browser.post(f"{TOKENS}/refresh", json={"refresh_token": tokens["refresh_token"]})
    key = (await browser.post("/api/core/keys", json={"name": "k", "permissions": ["*"]})).json()["key"]
    overheard.note(key=key)
    assert await bearer(browser, key) == 200
    assert await bearer(browser, key + "x") == 401
    guest = {"email": "guest@example.org", "role": "artist"}
    await browser.post("/api/core/invitations", json=guest)
    overheard.note(invitation_link=await link_to(guest["email"]))
    await browser.post(f"{PROFILE}/email", json={"email": "new@example.org"})
    overheard.note(email_link=await link_to("new@example.org"))
    await browser.post(RESET, json={"email": email})
    overheard.note(reset_link=await link_to(email))
    chosen = {"token": overheard.secrets["reset_link"], "password": OTHER}
    assert (await browser.post(f"{RESET}/confirm", json=chosen)).status_code == 204
    body = login(email, OTHER) | {"code": phone.recovery[0]}
    browser.note(await browser.post(ME, json=body))
    overheard.note(last_cookie=browser.cookies["mb_session"])
    await browser.post(ME, json=login(email, WRONG))
    await browser.post(REGISTRATION, json=ASTER | {"email": "late@example.org"})
    assert (await browser.post(ME, json=body)).status_code == 401
