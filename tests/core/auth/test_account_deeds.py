"""Members do what they like to each other, in every order: the rules hold all the same."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable
from contextlib import AsyncExitStack
from typing import Any

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
from sqlalchemy import Connection, insert

from maxbooster.auth import limits
from maxbooster.auth.accounts.queries import join
from maxbooster.auth.keys import service as keys
from maxbooster.auth.models import Account
from maxbooster.auth.throttle import Limit
from maxbooster.db import new_id
from maxbooster.plugins.manifest import ROLES
from maxbooster.testing import drain, link_in, make_app, make_person, open_browser

from .membership import roles_in

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
            self.invitations = [each for each in self.invitations if each[0] != whom]  # the newer one counts
            self.invitations.append((whom, role, link_in(mail.text), actor))

    @precondition(lambda self: self.invitations)
    @rule(actor=who, choose=st.randoms(), as_invited=st.booleans())
    def accept(self, actor: str, choose: Any, as_invited: bool) -> None:
        invitation = choose.choice(self.invitations)
        whom, role, token, sender = invitation
        actor = whom if as_invited else actor
        status = self._act(actor, "POST", "invitations/accept", json={"token": token})
        if actor in self.roles:
            assert status == 409
        elif actor != whom:
            assert status == 422
        elif self.roles[sender] not in MAY_CHANGE or self._above(sender, role):
            assert status == 410  # who sent it could not give that any more
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
    monkeypatch.setattr(limits, "EMAILS_TO", Limit("emails.to", burst=10_000, per_s=0.001))
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
