"""Everything that is held on a person can be taken out, and goes with them."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import MetaData, String, insert, select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from maxbooster import privacy
from maxbooster.audit import trail
from maxbooster.auth.keys import service as keys
from maxbooster.db import Local, Owned, Table, new_id
from maxbooster.privacy import PersonalData
from maxbooster.storage.models import FileRow
from maxbooster.testing import drain, link_in, make_person, open_browser

PASSWORD = "tall giraffes sip cold tea"
AGENT = "Nova's unmistakable laptop"
ADDRESS = "203.0.113.77"


@pytest.fixture
def app_settings() -> dict[str, Any]:
    return {"mail": "memory:", "login_floor_ms": 30}


@pytest.fixture(autouse=True)
def forgetful(monkeypatch):
    monkeypatch.setattr("maxbooster.auth.identify.REMEMBER_S", 0.0)


@pytest.fixture
async def nova(app):
    return await make_person(app, "nova@example.org")


@pytest.fixture
async def browser(app, nova):
    async with open_browser(app, address=ADDRESS, agent=AGENT) as opened:
        await opened.log_in(nova)
        yield opened


async def everything(app) -> str:
    """Every cell of every table, as text."""

    def read(connection: Any) -> str:
        found = MetaData()
        found.reflect(connection)
        return "\n".join(
            f"{table.name}: {' '.join(map(_cell, row))}"
            for table in found.sorted_tables
            for row in connection.execute(select(table))
        )

    return await app.database.read(read)


def _cell(value: Any) -> str:
    if isinstance(value, memoryview | bytes):
        value = bytes(value)
        return f"{value.hex()} {value.decode('utf-8', 'replace')}"
    return str(value)


async def stored_file(app, account: UUID, name: str) -> UUID:
    row = {
        "account_id": account, "id": new_id(), "name": name, "state": "ready", "created_at": app.clock(),
    }  # fmt: skip
    columns = FileRow.__table__.columns
    for column in columns:
        if column.name not in row and not column.nullable and column.default is None:
            row[column.name] = _filler(column)
    await app.database.write(lambda connection: connection.execute(insert(FileRow).values(**row)) and None)
    return row["id"]


def _filler(column: Any) -> Any:
    kind = column.type.python_type
    return {str: "x", int: 1, bytes: bytes(32), datetime: datetime.now(UTC), bool: False}.get(kind, {})


async def run_jobs(app, *names: str) -> None:
    """Run cron jobs as the scheduler would, and what they queue."""
    for name in names:
        async with app.unit() as ctx:
            ctx.enqueue(app.jobs[name])
        await drain(app)


async def ask_and_wait(app, browser, clock, days: int = 31) -> None:
    asked = await browser.post("/api/core/profile/erasure")
    assert asked.status_code == 201, asked.text
    await drain(app)
    clock.advance(days=days)
    await run_jobs(app, "core.prune", "core.prune_access", "core.erase_people")


async def faults(app) -> list[str]:
    def verify(connection: Any) -> list[str]:
        trail.seal(connection)
        return [fault for account in trail.accounts(connection) for fault in trail.audit_faults(connection, account)]

    return await app.database.transact(verify)


# Every table says what it holds


def test_every_table_says_what_it_holds_about_people(app):
    assert privacy.undeclared(app.offers.tables, app.offers.personal_data) == []
    assert [each for each in app.offers.tables if issubclass(each, Table)]


class Apart(DeclarativeBase):
    """Tables of this module, which no migration and no other test sees."""


class Diary(Local, Apart):
    __tablename__ = "papa_diary"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(String(36))


class Note(Owned, Apart):
    __tablename__ = "papa_note"
    written_by: Mapped[str] = mapped_column(String(36))


class Song(Owned, Apart):
    __tablename__ = "papa_song"
    title: Mapped[str] = mapped_column(String(36))


def test_a_table_that_may_be_about_people_must_be_declared(app):
    tables, declared = [*app.offers.tables, Diary, Note, Song], list(app.offers.personal_data)
    assert privacy.undeclared(tables, declared) == ["papa_diary", "papa_note"]
    declared += [PersonalData(table=Diary, by="user_id"), PersonalData(table=Note, by="written_by")]
    assert privacy.undeclared(tables, declared) == []


def test_who_keeps_rows_says_why():
    for wrong in ({"erase": "keep", "by": "written_by"}, {"by": None}):
        with pytest.raises(ValueError, match="say why"):
            PersonalData(table=Note, **wrong)


# Taking one's data out


async def test_the_export_holds_everything_of_a_person_and_nothing_of_others(app, browser, nova, clock):
    other = await make_person(app, "theo@example.org")
    await stored_file(app, nova.account, "nova-demo.wav")
    await stored_file(app, other.account, "theo-demo.wav")
    made = (await browser.post("/api/core/keys", json={"name": "nova's robot", "permissions": ["file.read"]})).json()
    begun = (await browser.post("/api/core/profile/totp")).json()
    await browser.patch("/api/core/profile", json={"name": "Nova Star"})
    await browser.patch("/api/core/account", json={"name": "Nova Records"})
    answer = await browser.get("/api/core/profile/export")
    assert answer.status_code == 200
    export, whole = answer.json(), answer.text
    assert export["user"] == str(nova.user)
    assert {
        "core_user",
        "core_directory",
        "core_membership",
        "core_session",
        "core_api_key",
        "core_audit_payload",
    } <= set(export["person"])
    for theirs in (nova.email, "Nova Star", AGENT, ADDRESS, "nova's robot"):
        assert theirs in str(export["person"])
    assert "nova-demo.wav" in str(export["accounts"][str(nova.account)])
    rows = await everything(app)
    assert "$argon2id$" in rows
    for secret in ("$argon2id$", made["key"], begun["secret"], "gAAAA", PASSWORD):
        assert secret not in whole
    for foreign in ("theo", str(other.user), str(other.account)):
        assert foreign not in whole


async def test_the_export_names_the_accounts_that_are_theirs_alone(app, browser, nova):
    made = (await browser.post("/api/core/accounts", json={"name": "Side project"})).json()
    accounts = (await browser.get("/api/core/profile/export")).json()["accounts"]
    assert set(accounts) == {str(nova.account), made["id"]}
    assert accounts[made["id"]]["core_account"][0]["name"] == "Side project"


async def test_accounts_shared_with_others_are_not_exported(app, browser, nova):
    theo = await make_person(app, "theo@example.org", role="viewer", account=nova.account)
    await stored_file(app, nova.account, "our-song.wav")
    export = await browser.get("/api/core/profile/export")
    assert export.json()["accounts"] == {}
    assert str(theo.user) not in export.text
    assert "our-song.wav" not in export.text


async def test_the_export_asks_for_a_recent_proof(browser, clock):
    clock.advance(minutes=11)
    refused = await browser.get("/api/core/profile/export")
    assert refused.json()["type"] == "urn:maxbooster:problem:step-up-required"


# Being erased


async def test_erasure_waits_and_can_be_withdrawn(app, browser, nova, clock):
    asked = await browser.post("/api/core/profile/erasure")
    day = datetime.fromisoformat(asked.json()["erase_at"])
    assert 29.9 < (day - app.clock()).total_seconds() / 86400 <= 30
    await drain(app)
    [email] = [mail for mail in app.mail.sent if mail.to == nova.email]
    assert f"{day:%Y-%m-%d}" in email.text
    clock.advance(days=29)
    await run_jobs(app, "core.erase_people")
    async with open_browser(app) as again:
        me = await again.log_in(nova)
        assert datetime.fromisoformat(me["user"]["erase_at"]) == day
        assert (await again.delete("/api/core/profile/erasure")).status_code == 204
        clock.advance(days=3)
        await run_jobs(app, "core.erase_people")
        me = await again.log_in(nova)
        assert (me["user"]["erase_at"], me["user"]["email"]) == (None, nova.email)


async def test_whoever_withdraws_at_the_last_moment_stays_and_nobody_is_told_otherwise(app, browser, nova, clock):
    """Between the day's list and the deed."""
    await browser.post("/api/core/profile/erasure")
    await drain(app)
    clock.advance(days=31)
    async with open_browser(app) as again:
        await again.log_in(nova)
        async with app.unit() as ctx:
            ctx.enqueue(app.jobs["core.erase_person"], nova.user)
        await again.delete("/api/core/profile/erasure")
        await drain(app)
        assert (await again.get("/api/core/session")).json()["user"]["email"] == nova.email
    assert "'erased'" not in await everything(app)
    assert '"erased"' not in await everything(app)


async def test_nothing_is_left_of_a_person(app, browser, nova, clock):
    await browser.patch("/api/core/profile", json={"name": "Nova Unmistakable"})
    await browser.patch("/api/core/account", json={"name": "Unmistakable Records"})
    key = (await browser.post("/api/core/keys", json={"name": "unmistakable", "permissions": ["*"]})).json()["key"]
    nobodys = await app.database.write(
        lambda connection: keys.create(connection, nova.account, frozenset({"*"}), at=app.clock())
    )
    body = {"email": nova.email, "password": nova.password}
    tokens = (await browser.post("/api/core/tokens", json=body)).json()
    await browser.post("/api/core/password-reset", json={"email": nova.email})
    await browser.post("/api/core/profile/email", json={"email": "nova-new@example.org"})
    file = await stored_file(app, nova.account, "unmistakable-demo.wav")
    [device] = [each for each in (await browser.get("/api/core/devices")).json() if each["current"]]
    before = await everything(app)
    marks = [nova.email, "nova-new@", "nmistakable", ADDRESS, device["id"], str(file)]
    marks += [mark.replace("-", "") for mark in (device["id"], str(file))]
    assert [mark for mark in marks[:4] if mark not in before] == []
    await ask_and_wait(app, browser, clock)
    after = await everything(app)
    assert [line for line in after.splitlines() if any(mark in line for mark in marks)] == []
    assert await faults(app) == []
    async with open_browser(app) as again:
        assert (await again.post("/api/core/session", json=body)).status_code == 401
        refresh = {"refresh_token": tokens["refresh_token"]}
        assert (await again.post("/api/core/tokens/refresh", json=refresh)).status_code == 401
        for token in (key, nobodys, tokens["access_token"]):
            headers = {"authorization": f"Bearer {token}"}
            assert (await again.get("/api/core/files", headers=headers)).status_code in (401, 404)
            assert (await again.get("/api/core/account", headers=headers)).status_code == 401
    assert (await browser.get("/api/core/session")).status_code == 401


async def test_an_invitation_from_somebody_else_goes_with_the_person_whom_it_is_for(app, browser, nova, clock):
    await browser.post("/api/core/profile/erasure")
    clock.advance(days=30, hours=-1)
    async with open_browser(app) as other:
        await other.log_in(await make_person(app, "theo@example.org"))
        body = {"email": nova.email, "role": "viewer"}
        assert (await other.post("/api/core/invitations", json=body)).status_code == 201
        await drain(app)
        assert len((await other.get("/api/core/invitations")).json()) == 1
        clock.advance(hours=2)
        await run_jobs(app, "core.erase_people")
        assert (await other.get("/api/core/invitations")).json() == []


async def test_the_address_can_be_registered_anew(app, browser, nova, clock):
    await ask_and_wait(app, browser, clock)
    new = {"email": nova.email, "password": PASSWORD, "name": "Nova", "born_on": "2000-01-01"}
    async with open_browser(app) as again:
        assert (await again.post("/api/core/registration", json=new)).status_code == 202
        await drain(app)
        token = link_in(app.mail.sent[-1].text)
        assert (
            await again.post("/api/core/registration/verify", json={"token": token, "password": PASSWORD})
        ).status_code == 201
        me = await again.log_in(nova)
    assert me["user"]["id"] != str(nova.user)
    assert me["account"]["id"] != str(nova.account)


async def test_accounts_shared_with_others_live_on(app, browser, nova, clock):
    theo = await make_person(app, "theo@example.org", account=nova.account)
    file = await stored_file(app, nova.account, "our-song.wav")
    await browser.patch("/api/core/account", json={"name": "Our Records"})
    await ask_and_wait(app, browser, clock)
    async with open_browser(app) as other:
        me = await other.log_in(theo)
        assert me["account"] == {"id": str(nova.account), "name": "Our Records", "role": "owner"}
        assert [each["email"] for each in (await other.get("/api/core/members")).json()] == [theo.email]
        renamed = [e for e in (await other.get("/api/core/audit")).json()["items"] if e["action"] == "account.renamed"]
        assert [(entry["actor"], entry["after"]) for entry in renamed] == [(None, None)]
    assert str(file).replace("-", "") in (await everything(app)).replace("-", "")
    assert await faults(app) == []


async def test_the_last_owner_of_others_is_refused_by_name(app, browser, nova):
    theo = await make_person(app, "theo@example.org", role="admin", account=nova.account)
    await browser.patch("/api/core/account", json={"name": "Our Records"})
    refused = await browser.post("/api/core/profile/erasure")
    assert (refused.status_code, "“Our Records” would be left" in refused.json()["detail"]) == (409, True)
    assert (await browser.get("/api/core/session")).json()["user"]["erase_at"] is None
    assert (await browser.patch(f"/api/core/members/{theo.user}", json={"role": "owner"})).status_code == 200
    assert (await browser.post("/api/core/profile/erasure")).status_code == 201


async def test_an_erasure_that_fails_half_way_has_changed_nothing(app, browser, nova, clock, monkeypatch):
    await browser.post("/api/core/profile/erasure")
    await drain(app)
    clock.advance(days=31)

    def about_people(text: str) -> list[str]:
        ours = ("core_user:", "core_account:", "core_membership:", "core_session:", "core_directory:", "core_file:")
        return sorted(line for line in text.splitlines() if line.startswith(ours))

    await stored_file(app, nova.account, "demo.wav")
    before, whole = about_people(await everything(app)), privacy.erase_person

    def die(*arguments: Any) -> None:
        whole(*arguments)
        raise RuntimeError("the power went out")

    monkeypatch.setattr(privacy, "erase_person", die)
    async with app.unit() as ctx:
        ctx.enqueue(app.jobs["core.erase_person"], nova.user)
    await asyncio.wait_for(drain(app), 20)
    assert about_people(await everything(app)) == before
    monkeypatch.setattr(privacy, "erase_person", whole)
    clock.advance(days=1)
    await drain(app)
    assert nova.email not in "\n".join(about_people(await everything(app)))


async def test_where_the_last_owner_goes_the_next_in_rank_becomes_it(app, browser, nova, clock):
    """Members who came after the erasure was asked for do not keep it up, and are not left without an owner."""
    await browser.post("/api/core/profile/erasure")
    viewer = await make_person(app, "viewer@example.org", role="viewer", account=nova.account)
    manager = await make_person(app, "manager@example.org", role="manager", account=nova.account)
    clock.advance(days=31)
    await run_jobs(app, "core.erase_people")
    async with open_browser(app) as other:
        await other.log_in(manager)
        members = {each["user"]: each["role"] for each in (await other.get("/api/core/members")).json()}
    assert members == {str(manager.user): "owner", str(viewer.user): "viewer"}


async def test_emails_and_security_events_of_the_last_days_go_too(app, browser, nova, clock):
    await browser.post("/api/core/profile/erasure")
    clock.advance(days=29, hours=23)
    async with open_browser(app, address=ADDRESS, agent=AGENT) as late:
        await late.log_in(nova)
        await late.post("/api/core/password-reset", json={"email": nova.email})
        await drain(app)
        clock.advance(hours=2)
        await run_jobs(app, "core.erase_people")
    left = await everything(app)
    assert nova.email not in left
    assert AGENT not in left
