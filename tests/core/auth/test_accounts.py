"""Accounts and who is in them: nobody gives what they do not have, and no account loses its last owner (C-01)."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable
from contextlib import AsyncExitStack
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Connection, insert, select

from maxbooster.auth import limits
from maxbooster.auth.accounts.queries import join
from maxbooster.auth.keys import service as keys
from maxbooster.auth.models import Account, Membership
from maxbooster.auth.throttle import Limit
from maxbooster.db import PLATFORM, new_id
from maxbooster.plugins.manifest import ROLES
from maxbooster.testing import drain, link_in, make_app, make_person, open_browser


@pytest.fixture
def app_settings() -> dict[str, Any]:
    return {"mail": "memory:", "login_floor_ms": 30}


@pytest.fixture(autouse=True)
def forgetful(monkeypatch):
    monkeypatch.setattr("maxbooster.auth.identify.REMEMBER_S", 0.0)


@pytest.fixture
async def owner(app):
    return await make_person(app, "owner@example.org")


@pytest.fixture
async def browser(app, owner):
    async with open_browser(app) as opened:
        await opened.log_in(owner)
        yield opened


async def invited(app, browser, email: str, role: str) -> str:
    """Invite somebody; returns the token of their letter."""
    answer = await browser.post("/api/core/invitations", json={"email": email, "role": role})
    assert answer.status_code == 201, answer.text
    await drain(app)
    return link_in(next(mail for mail in reversed(app.mail.sent) if mail.to == email).text)


async def roles_in(app, account) -> dict[Any, str]:
    query = select(Membership.user_id, Membership.role).where(Membership.account_id == account)
    return await app.database.read(lambda connection: {row.user_id: row.role for row in connection.execute(query)})


def joining(token: str) -> dict[str, str]:
    return {"token": token, "password": "tall giraffes sip cold tea", "name": "Theo", "born_on": "2000-01-01"}


# Invitations


async def test_an_invitation_leads_somebody_new_into_the_account(app, browser, owner):
    token = await invited(app, browser, "Theo@Example.org".lower(), "editor")
    async with open_browser(app) as other:
        seen = (await other.post("/api/core/registration/invitation", json={"token": token})).json()
        assert seen == {"email": "theo@example.org", "account": "owner", "role": "editor", "registered": False}
        assert (await other.post("/api/core/registration/join", json=joining(token))).status_code == 201
        spent = await other.post("/api/core/registration/join", json=joining(token))
        assert (spent.status_code, spent.json()["type"]) == (410, "urn:maxbooster:problem:link-spent")
    members = (await browser.get("/api/core/members")).json()
    assert [(each["email"], each["role"]) for each in members] == [
        ("owner@example.org", "owner"),
        ("theo@example.org", "editor"),
    ]
    assert (await browser.get("/api/core/invitations")).json() == []


async def test_who_has_a_login_accepts_with_it(app, browser, owner):
    theo = await make_person(app, "theo@example.org")
    token = await invited(app, browser, theo.email, "manager")
    async with open_browser(app) as other:
        refused = await other.post("/api/core/registration/join", json=joining(token))
        assert (refused.status_code, "log in, then accept" in refused.json()["detail"]) == (409, True)
        await other.log_in(theo)
        accepted = await other.post("/api/core/invitations/accept", json={"token": token})
        assert accepted.json() == {"id": str(owner.account), "name": "owner"}
        me = other.note(await other.post("/api/core/session/account", json={"account": str(owner.account)}))
        assert (me["account"]["role"], len(me["accounts"])) == ("manager", 2)
        again = await other.post("/api/core/invitations/accept", json={"token": token})
        assert again.status_code == 410


async def test_an_invitation_is_for_its_address_alone(app, browser, owner):
    stranger = await make_person(app, "stranger@example.org")
    token = await invited(app, browser, "theo@example.org", "owner")
    async with open_browser(app) as other:
        await other.log_in(stranger)
        refused = await other.post("/api/core/invitations/accept", json={"token": token})
        assert (refused.status_code, "for theo@example.org" in refused.json()["detail"]) == (422, True)
        assert (await other.post("/api/core/invitations/accept", json={"token": "x" * 43})).status_code == 410
    assert stranger.user not in await roles_in(app, owner.account)
    async with open_browser(app) as theo:
        assert (await theo.post("/api/core/registration/join", json=joining(token))).status_code == 201


async def test_a_withdrawn_or_old_invitation_is_dead(app, browser, clock):
    token = await invited(app, browser, "theo@example.org", "editor")
    old = await invited(app, browser, "vera@example.org", "editor")
    [first, _] = (await browser.get("/api/core/invitations")).json()
    assert (await browser.delete(f"/api/core/invitations/{first['id']}")).status_code == 204
    assert (await browser.delete(f"/api/core/invitations/{first['id']}")).status_code == 404
    async with open_browser(app) as other:
        assert (await other.post("/api/core/registration/join", json=joining(token))).status_code == 410
        assert (await other.post("/api/core/registration/invitation", json={"token": token})).status_code == 410
        clock.advance(days=7, seconds=1)
        assert (await other.post("/api/core/registration/join", json=joining(old))).status_code == 410


async def test_other_accounts_invitations_do_not_exist(app, browser):
    await invited(app, browser, "theo@example.org", "editor")
    [found] = (await browser.get("/api/core/invitations")).json()
    async with open_browser(app) as other:
        await other.log_in(await make_person(app, "stranger@example.org"))
        assert (await other.get("/api/core/invitations")).json() == []
        assert (await other.delete(f"/api/core/invitations/{found['id']}")).status_code == 404


async def test_members_are_not_invited_and_staff_have_none_to_invite(app, browser, owner):
    again = await browser.post("/api/core/invitations", json={"email": "OWNER@example.org", "role": "viewer"})
    assert (again.status_code, "is a member already" in again.json()["detail"]) == (409, True)
    wrong = await browser.post("/api/core/invitations", json={"email": "theo", "role": "viewer"})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "email")
    unknown = await browser.post("/api/core/invitations", json={"email": "theo@example.org", "role": "boss"})
    assert unknown.status_code == 422
    async with open_browser(app) as other:
        await other.log_in(await make_person(app, "staff@example.org", operator="admin"))
        other.note(await other.post("/api/core/session/account", json={"account": str(PLATFORM)}))
        asked = await other.post("/api/core/invitations", json={"email": "theo@example.org", "role": "viewer"})
        assert asked.status_code in (403, 409)


async def test_who_joined_by_one_invitation_keeps_that_role_when_another_comes(app, browser, owner):
    theo = await make_person(app, "theo@example.org")
    first, second = [await invited(app, browser, theo.email, role) for role in ("viewer", "admin")]
    async with open_browser(app) as other:
        await other.log_in(theo)
        for token, status in ((first, 200), (second, 409)):
            assert (await other.post("/api/core/invitations/accept", json={"token": token})).status_code == status
    assert (await roles_in(app, owner.account))[theo.user] == "viewer"


async def test_invitations_do_not_outlive_the_membership_of_who_sent_them(app, browser, owner):
    """An admin cannot leave a door open for the day after."""
    admin = await make_person(app, "admin@example.org", role="admin", account=owner.account)
    async with open_browser(app) as theirs:
        await theirs.log_in(admin)
        token = await invited(app, theirs, "second.self@example.org", "admin")
        kept = await invited(app, browser, "theo@example.org", "editor")
        assert (await browser.delete(f"/api/core/members/{admin.user}")).status_code == 204
        assert (await theirs.post("/api/core/registration/join", json=joining(token))).status_code == 410
        assert (await theirs.post("/api/core/registration/invitation", json={"token": kept})).status_code == 200


async def test_of_two_acceptances_at_the_same_time_one_counts(app, browser, owner):
    theo = await make_person(app, "theo@example.org")
    token = await invited(app, browser, theo.email, "editor")
    async with open_browser(app) as other:
        await other.log_in(theo)
        answers = await asyncio.gather(
            *(other.post("/api/core/invitations/accept", json={"token": token}) for _ in range(4))
        )
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses[0] == 200
    assert {*statuses[1:]} <= {409, 410}


# The account itself


async def test_an_account_is_renamed_by_those_who_may(app, browser, owner):
    assert (await browser.patch("/api/core/account", json={"name": "  Nova Records "})).json()["name"] == "Nova Records"
    assert (await browser.get("/api/core/account")).json()["name"] == "Nova Records"
    for name in ("", "   ", "x" * 201):
        assert (await browser.patch("/api/core/account", json={"name": name})).status_code == 422
    manager = await make_person(app, "manager@example.org", role="manager", account=owner.account)
    async with open_browser(app) as other:
        await other.log_in(manager)
        assert (await other.patch("/api/core/account", json={"name": "Mine"})).status_code == 403


async def test_a_label_has_sub_accounts_and_these_have_none(app, browser, owner):
    made = await browser.post("/api/core/sub-accounts", json={"name": "Nova solo"})
    assert made.status_code == 201
    assert (await browser.get("/api/core/sub-accounts")).json() == [made.json()]
    browser.note(await browser.post("/api/core/session/account", json={"account": made.json()["id"]}))
    details = (await browser.get("/api/core/account")).json()
    assert (details["name"], details["parent"]) == ("Nova solo", str(owner.account))
    refused = await browser.post("/api/core/sub-accounts", json={"name": "Deeper"})
    assert (refused.status_code, "no sub-accounts of its own" in refused.json()["detail"]) == (403, True)
    assert (await browser.get("/api/core/sub-accounts")).json() == []


async def test_one_may_have_accounts_side_by_side(app, browser, owner):
    made = (await browser.post("/api/core/accounts", json={"name": "Side project"})).json()
    me = (await browser.get("/api/core/session")).json()
    assert [(each["name"], each["role"]) for each in me["accounts"]] == [("owner", "owner"), ("Side project", "owner")]
    browser.note(await browser.post("/api/core/session/account", json={"account": made["id"]}))
    assert (await browser.get("/api/core/account")).json()["parent"] is None


async def test_who_is_in_no_account_any_more_is_told_so(app, browser, owner):
    """They are still logged in: they can accept an invitation, make an account, or be erased."""
    theo = await make_person(app, "theo@example.org", role="editor", account=owner.account)
    async with open_browser(app) as other:
        await other.log_in(theo)
        assert (await other.post("/api/core/account/leave")).status_code == 204
        me = (await other.get("/api/core/session")).json()
        assert (me["user"]["email"], me["account"], me["accounts"]) == (theo.email, None, [])
        assert (await other.get("/api/core/account")).status_code == 403
        assert (await other.post("/api/core/account/leave")).status_code == 409
        made = (await other.post("/api/core/accounts", json={"name": "Theo"})).json()
        me = other.note(await other.post("/api/core/session/account", json={"account": made["id"]}))
        assert me["account"]["role"] == "owner"


# Members


async def test_a_removed_member_is_out_at_once_but_stays_a_user(app, browser, owner):
    theo = await make_person(app, "theo@example.org")
    token = await invited(app, browser, theo.email, "admin")
    async with open_browser(app) as other, open_browser(app) as client:
        await other.log_in(theo)
        await other.post("/api/core/invitations/accept", json={"token": token})
        other.note(await other.post("/api/core/session/account", json={"account": str(owner.account)}))
        key = (await other.post("/api/core/keys", json={"name": "k", "permissions": ["account.read"]})).json()["key"]
        body = {"email": theo.email, "password": theo.password, "account": str(owner.account)}
        access = (await other.post("/api/core/tokens", json=body)).json()["access_token"]
        for token in (key, access):
            client.headers["authorization"] = f"Bearer {token}"
            assert (await client.get("/api/core/account")).status_code == 200
        assert (await browser.delete(f"/api/core/members/{theo.user}")).status_code == 204
        assert (await other.get("/api/core/account")).status_code == 403
        for token, status in ((key, 401), (access, 403)):
            client.headers["authorization"] = f"Bearer {token}"
            assert (await client.get("/api/core/account")).status_code == status
        refused = await other.post("/api/core/session/account", json={"account": str(owner.account)})
        assert refused.status_code == 404
        other.note(await other.post("/api/core/session/account", json={"account": str(theo.account)}))
        assert (await other.get("/api/core/account")).json()["id"] == str(theo.account)


async def test_who_changed_a_role_stands_in_the_trail(app, browser, owner):
    theo = await make_person(app, "theo@example.org", role="editor", account=owner.account)
    assert (await browser.patch(f"/api/core/members/{theo.user}", json={"role": "manager"})).status_code == 200
    assert (await browser.delete(f"/api/core/members/{theo.user}")).status_code == 204
    removed, changed, *_ = (await browser.get("/api/core/audit")).json()
    assert changed["after"] == {"account": str(owner.account), "role": "manager"}
    assert {(each["actor"], each["object"]) for each in (removed, changed)} == {
        (str(owner.user), f"core_user:{theo.user}")
    }


async def test_the_last_owner_can_neither_leave_nor_step_down(browser, owner):
    for answer in (
        await browser.post("/api/core/account/leave"),
        await browser.delete(f"/api/core/members/{owner.user}"),
        await browser.patch(f"/api/core/members/{owner.user}", json={"role": "admin"}),
    ):
        assert (answer.status_code, "needs an owner" in answer.json()["detail"]) == (409, True)


@pytest.mark.parametrize("deed", ["remove", "demote", "leave"])
async def test_two_owners_who_unmake_each_other_at_the_same_time_leave_one(app, browser, owner, deed):
    for attempt in range(3):
        second = await make_person(app, f"second-{attempt}@example.org", account=owner.account)
        async with open_browser(app) as other:
            await other.log_in(second)
            paths = {browser: f"/api/core/members/{second.user}", other: f"/api/core/members/{owner.user}"}
            if deed == "remove":
                await asyncio.gather(*(each.delete(path) for each, path in paths.items()))
            elif deed == "demote":
                await asyncio.gather(*(each.patch(path, json={"role": "viewer"}) for each, path in paths.items()))
            else:
                await asyncio.gather(*(each.post("/api/core/account/leave") for each in paths))
        left = await roles_in(app, owner.account)
        assert list(left.values()).count("owner") == 1
        await app.database.transact(lambda connection: _restore(connection, app, owner))
        await browser.log_in(owner)


def _restore(connection: Connection, app, owner) -> None:
    """The account as it began: with its one owner."""
    connection.execute(Membership.__table__.delete().where(Membership.account_id == owner.account))
    join(connection, owner.user, owner.account, "owner", app.clock())


# Every order of deeds

NAMES = ("olga", "otto", "adam", "mara", "egon", "vera")
BEGIN = {"olga": "owner", "adam": "admin", "mara": "manager", "egon": "editor"}
MAY_CHANGE = ("owner", "admin")

who = st.sampled_from(NAMES)
role_names = st.sampled_from(ROLES)


class World:
    """One platform with six people at their browsers, for every run of the machine."""

    def __init__(self, runner: asyncio.Runner, app: Any) -> None:
        self._runner = runner
        self._open = AsyncExitStack()
        self.app = app
        self.people = {name: self.run(make_person(app, f"{name}@example.org")) for name in NAMES}
        self.browsers = {name: self.run(self._seat(name)) for name in NAMES}
        self.program = self.run(self._open.enter_async_context(open_browser(app)))

    async def _seat(self, name: str) -> Any:
        browser = await self._open.enter_async_context(open_browser(self.app))
        await browser.log_in(self.people[name])
        return browser

    def run(self, deed: Awaitable[Any]) -> Any:
        async def wait() -> Any:
            return await deed

        return self._runner.run(wait())

    def begin(self) -> tuple[Any, dict[str, str]]:
        """A new account with a member of each sort, and the key of each."""
        account, made = new_id(), {}

        def make(connection: Connection) -> None:
            now = self.app.clock()
            connection.execute(insert(Account).values(id=account, name="Band", created_at=now))
            for name, role in BEGIN.items():
                user = self.people[name].user
                join(connection, user, account, role, now)
                made[name] = keys.create(connection, account, frozenset({"account.read"}), at=now, user=user)

        self.run(self.app.database.transact(make))
        for name in BEGIN:
            self.enter(name, account)
        for name in set(NAMES) - set(BEGIN):
            self.enter(name, self.people[name].account)
        return account, made

    def enter(self, name: str, account: Any) -> None:
        browser = self.browsers[name]
        browser.note(self.run(browser.post("/api/core/session/account", json={"account": str(account)})))

    def uses(self, key: str) -> int:
        headers = {"authorization": f"Bearer {key}"}
        return self.run(self.program.get("/api/core/account", headers=headers)).status_code


class Band(RuleBasedStateMachine):
    """What everybody tries with an account's members, beside what the rules say must come of it."""

    world: World

    @initialize()
    def begin(self) -> None:
        self.account, self.keys = self.world.begin()
        self.roles = dict(BEGIN)
        self.dead_keys: list[str] = []
        self.invitations: list[tuple[str, str, str, str]] = []
        """Who is invited, as what, by which link, and by whom."""

    def _act(self, actor: str, method: str, path: str, **more: Any) -> int:
        answer = self.world.run(self.world.browsers[actor].request(method, f"/api/core/{path}", **more))
        assert answer.status_code < 500, answer.text
        return answer.status_code

    def _gone(self, name: str) -> None:
        """With them go their keys, and the invitations that they sent."""
        del self.roles[name]
        self.invitations = [each for each in self.invitations if each[3] != name]
        if name in self.keys:
            self.dead_keys.append(self.keys.pop(name))

    def _above(self, actor: str, *others: str) -> bool:
        return any(ROLES.index(role) < ROLES.index(self.roles[actor]) for role in others)

    def _ownerless(self, **changes: str) -> bool:
        return "owner" not in (self.roles | changes).values()

    @rule(actor=who, whom=who, role=role_names)
    def change_role(self, actor: str, whom: str, role: str) -> None:
        status = self._act(actor, "PATCH", f"members/{self.world.people[whom].user}", json={"role": role})
        if actor not in self.roles:
            assert status in (403, 404, 409) or whom == actor  # in their own account, or in none
        elif self.roles[actor] not in MAY_CHANGE:
            assert status == 403
        elif whom not in self.roles:
            assert status == 404
        elif self._above(actor, self.roles[whom], role):
            assert status == 403
        elif self._ownerless(**{whom: role}):
            assert status == 409
        else:
            assert status == 200
            self.roles[whom] = role

    @rule(actor=who, whom=who)
    def remove(self, actor: str, whom: str) -> None:
        status = self._act(actor, "DELETE", f"members/{self.world.people[whom].user}")
        if actor not in self.roles:
            assert status in (403, 404, 409) or whom == actor  # in their own account, or in none
        elif self.roles[actor] not in MAY_CHANGE:
            assert status == 403
        elif whom not in self.roles:
            assert status == 404
        elif self._above(actor, self.roles[whom]):
            assert status == 403
        elif self._ownerless(**{whom: "gone"}):
            assert status == 409
        else:
            assert status == 204
            self._gone(whom)

    @precondition(lambda self: len(self.roles) > 1)
    @rule(choose=st.randoms())
    def leave(self, choose: Any) -> None:
        actor = choose.choice(sorted(self.roles))
        status = self._act(actor, "POST", "account/leave")
        if self._ownerless(**{actor: "gone"}):
            assert status == 409
        else:
            assert status == 204
            self._gone(actor)

    @rule(choose=st.randoms(), whom=who, role=role_names)
    def invite(self, choose: Any, whom: str, role: str) -> None:
        actor = choose.choice(sorted(self.roles))
        email = self.world.people[whom].email
        before = len(self.world.app.mail.sent)
        status = self._act(actor, "POST", "invitations", json={"email": email, "role": role})
        if self.roles[actor] not in MAY_CHANGE:
            assert status == 403
        elif whom in self.roles:
            assert status == 409
        elif self._above(actor, role):
            assert status == 403
        else:
            assert status == 201
            self.world.run(drain(self.world.app))
            [mail] = [mail for mail in self.world.app.mail.sent[before:] if mail.to == email]
            self.invitations.append((whom, role, link_in(mail.text), actor))

    @precondition(lambda self: self.invitations)
    @rule(actor=who, choose=st.randoms(), as_invited=st.booleans())
    def accept(self, actor: str, choose: Any, as_invited: bool) -> None:
        invitation = choose.choice(self.invitations)
        whom, role, token, _ = invitation
        actor = whom if as_invited else actor
        status = self._act(actor, "POST", "invitations/accept", json={"token": token})
        if actor in self.roles:
            assert status == 409
        elif actor != whom:
            assert status == 422
        else:
            assert status == 200
            self.invitations.remove(invitation)
            self.roles[actor] = role
            self.world.enter(actor, self.account)

    @rule(actor=who)
    def make_a_sub_account(self, actor: str) -> None:
        status = self._act(actor, "POST", "sub-accounts", json={"name": "Solo"})
        if actor in self.roles:
            assert status == (201 if self.roles[actor] in MAY_CHANGE else 403)

    @rule(name=who)
    def come_back_to_the_own_account(self, name: str) -> None:
        """Whatever happened here, everybody still has what is theirs."""
        self.world.enter(name, self.world.people[name].account)
        assert self._act(name, "GET", "keys") == 200
        if name in self.roles:
            self.world.enter(name, self.account)

    @invariant()
    def the_members_are_as_the_rules_say(self) -> None:
        ids = {person.user: name for name, person in self.world.people.items()}
        found = self.world.run(roles_in(self.world.app, self.account))
        assert {ids[user]: role for user, role in found.items()} == self.roles
        assert "owner" in self.roles.values()

    @invariant()
    def only_members_get_in(self) -> None:
        for name in NAMES:
            session = self.world.run(self.world.browsers[name].get("/api/core/account"))
            inside = session.status_code == 200 and session.json()["id"] == str(self.account)
            assert inside == (name in self.roles)
        assert {self.world.uses(key) for key in self.keys.values()} <= {200}
        assert {self.world.uses(key) for key in self.dead_keys[-2:]} <= {401}


def test_whatever_members_do_to_each_other_the_rules_hold(migrated_sqlite, tmp_path, monkeypatch):
    monkeypatch.setattr(limits, "LETTERS_TO", Limit("letters.to", burst=10_000, per_s=0.001))
    shutil.copy(migrated_sqlite, tmp_path / "band.db")
    opening = make_app(
        tmp_path, f"sqlite:///{tmp_path}/band.db", migrated=True, mail="memory:", step_up_minutes=60, login_floor_ms=1
    )
    with asyncio.Runner() as runner:
        app = runner.run(opening.__aenter__())
        Band.world = World(runner, app)
        try:
            run_state_machine_as_test(
                Band,
                settings=settings(
                    max_examples=6,
                    stateful_step_count=12,
                    deadline=None,
                    phases=[Phase.generate],
                    suppress_health_check=list(HealthCheck),
                ),
            )
        finally:
            runner.run(opening.__aexit__(None, None, None))
