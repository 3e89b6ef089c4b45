"""In whatever order things happen: nobody gets what goes to a list without a confirmed consent that still stands."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maxbooster.db.types import new_id
from maxbooster.identity import EVERYTHING, Identity
from maxbooster.plugin import send_to_list, suppress_contact
from maxbooster.testing import drain, open_api

from .conftest import AT, Fans, in_base64, published

ANN, BEN = "ann@fans.example", "ben@fans.example"
ENDED_BY = {"given": "waiting", "withdrawn": "unsubscribed"}
STEPS = [
    "sign_up", "sign_up", "confirm", "confirm", "unsubscribe", "import", "bounce", "complain", "remove", "wait", "send",
]  # fmt: skip
steps = st.lists(
    st.tuples(
        st.sampled_from(STEPS),
        st.sampled_from([ANN, BEN]),
        st.integers(0, 2),
    ),
    max_size=14,
)


class Walk:
    """What was done to the platform, and what a simple model says of it."""

    def __init__(self, app: Any, clock: Any, account: Identity, fans: Fans, api: Any) -> None:
        self.app, self.clock, self.account, self.fans, self.api = app, clock, account, fans, api
        self.status: dict[str, str] = {}
        self.suppressed: set[str] = set()
        self.complained: set[str] = set()
        self.asked: dict[str, Any] = {}
        self.links: dict[str, list[str]] = defaultdict(list)
        self.leaving: dict[str, str] = {}
        self.valid: dict[str, Any] = {}
        self.sent = 0
        self.mailed: dict[str, int] = defaultdict(int)
        """Requests to confirm since time last passed."""

    async def sign_up(self, email: str, _: int) -> None:
        before = len(self.fans.mail(email))
        answer = await self.fans.sign_up(email)
        await drain(self.app)
        arrived = self.fans.mail(email)[before:]
        asked_lately = email in self.asked and (self.clock() - self.asked[email]).days < 1
        too_many = self.mailed[email] >= 3
        assert answer.status_code == 200
        if too_many or email in self.complained or asked_lately or self.is_on(email):
            assert arrived == []
            return
        assert len(arrived) == 1
        self.mailed[email] += 1
        self.status[email], self.asked[email] = "waiting", self.clock()
        self.links[email].append(self.fans.link(email, "confirm"))
        self.leaving[email] = self.fans.link(email, "unsubscribe")
        self.valid[email] = (self.links[email][-1], self.clock())

    async def confirm(self, email: str, which: int) -> None:
        if which >= len(self.links[email]):
            return
        link = self.links[email][-1 - which]
        good, since = self.valid.get(email, ("", None))
        works = link == good and self.status.get(email) == "waiting" and (self.clock() - since).days < 7
        answer = await self.fans.post(link, address=f"198.51.100.{which}")
        assert answer.status_code in ((200,) if works else (410, 429))
        if works:
            self.status[email] = "confirmed"
            self.suppressed.discard(email)

    async def unsubscribe(self, email: str, _: int) -> None:
        if email in self.leaving:
            assert (await self.fans.post(self.leaving[email])).status_code == 200
            if self.status.get(email) in ("waiting", "confirmed"):
                self.status[email] = "unsubscribed"
                self.suppressed.add(email)

    async def bounce(self, email: str, _: int) -> None:
        await self.suppress(email, "bounced")

    async def complain(self, email: str, _: int) -> None:
        await self.suppress(email, "complained")
        self.complained.add(email)

    async def suppress(self, email: str, reason: Any) -> None:
        async with self.app.unit(self.account) as ctx:
            await suppress_contact(ctx, email, reason)
        self.suppressed.add(email)
        if email in self.status and self.status[email] != "complained":
            self.status[email] = reason

    async def remove(self, email: str, _: int) -> None:
        for each in (await self.api.get(f"{AT}/contacts")).json()["items"]:
            if each["email"] == email:
                assert (await self.api.delete(f"{AT}/contacts/{each['id']}")).status_code == 204
                self.status.pop(email)
                self.asked.pop(email, None)
                self.suppressed.add(email)

    async def wait(self, _: str, days: int) -> None:
        self.clock.advance(days=1 + 4 * days)
        self.mailed.clear()

    async def send(self, _: str, __: int) -> None:
        self.sent += 1
        async with self.app.unit(self.account) as ctx:
            await send_to_list(
                ctx, self.fans.list_id, subject=f"{self.account.account} {self.sent}", text="Out", once=str(self.sent)
            )
        await drain(self.app)
        got = [mail.to for mail in self.app.mail.sent if mail.subject == f"{self.account.account} {self.sent}"]
        assert sorted(got) == sorted(email for email in (ANN, BEN) if self.is_on(email))

    async def upload(self, email: str, _: int) -> None:
        answer = await self.api.post(
            f"{AT}/lists/{self.fans.list_id}/contacts", json={"source": "Shows", "content": in_base64(email)}
        )
        taken = email not in self.status and email not in self.suppressed
        assert answer.json()["imported"] == int(taken)
        if taken:
            self.status[email] = "confirmed"

    def is_on(self, email: str) -> bool:
        return self.status.get(email) == "confirmed"

    async def every_status_has_its_evidence(self) -> None:
        shown = {}
        for each in (await self.api.get(f"{AT}/contacts")).json()["items"]:
            found = (await self.api.get(f"{AT}/contacts/{each['id']}")).json()
            last = found["consent"][-1]["action"]
            shown[each["email"]] = each["lists"][0]["status"]
            assert ENDED_BY.get(last, last) == shown[each["email"]]
        assert shown == self.status


async def test_nobody_is_written_to_without_a_standing_consent(app, clock):
    loop = asyncio.get_running_loop()

    async def walk(chosen: list[tuple[str, str, int]]) -> None:
        clock.advance(days=40)
        account = Identity(new_id(), None, frozenset({EVERYTHING}))
        async with open_api(app, account.account) as api:
            app.mail.sent.clear()
            seen = Walk(app, clock, account, Fans(app, *await published(app, account)), api)
            for step, email, number in [*chosen, ("send", ANN, 0)]:
                await getattr(seen, "upload" if step == "import" else step)(email, number)
                await seen.every_status_has_its_evidence()

    @settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
    @given(chosen=steps)
    def any_walk(chosen):
        asyncio.run_coroutine_threadsafe(walk(chosen), loop).result()

    await asyncio.to_thread(any_walk)
