"""One message to a list: everybody once, whatever ends the job in between."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import suppress
from email import message_from_bytes

import pytest
from sqlalchemy import select

from maxbooster.audience import sending
from maxbooster.audience.importing import import_contacts
from maxbooster.audience.mailing import set_postal_address
from maxbooster.audience.models import MailingRecipient
from maxbooster.db.types import new_id
from maxbooster.errors import Conflict, Invalid, NotFound, NotReady
from maxbooster.identity import EVERYTHING, Identity
from maxbooster.mail import MailRefused
from maxbooster.plugin import mailing_list, send_to_list
from maxbooster.testing import drain, make_app
from maxbooster.testing.processes import Process

from .conftest import AT, in_base64, status

FANS = [f"fan{number}@fans.example" for number in range(7)]


async def imported(api, fans, emails) -> None:
    content = "\n".join(emails)
    answer = await api.post(
        f"{AT}/lists/{fans.list_id}/contacts", json={"source": "Shows in 2026", "content": in_base64(content)}
    )
    assert answer.json() == {"imported": len(emails), "refused": [], "left_out": {}}


async def sent(app, account, fans, once="nightfall"):
    async with app.unit(account) as ctx:
        return await send_to_list(ctx, fans.list_id, subject="Nightfall is out", text="Listen now.", once=once)


async def states(app) -> Counter[str]:
    query = select(MailingRecipient.state)
    return Counter(await app.database.read(lambda connection: connection.execute(query).scalars().all()))


class Transport:
    """A mail server that fails as a test says."""

    def __init__(self, behave=None) -> None:
        self.got: list = []
        self.tries = 0
        self.behave = behave

    async def send(self, mail) -> None:
        self.tries += 1
        if self.behave is not None:
            await self.behave(self, mail)
        self.got.append(mail)

    async def close(self) -> None: ...

    @property
    def to(self) -> list[str]:
        return sorted(mail.to for mail in self.got)


async def test_everybody_on_the_list_gets_it_with_a_way_out(app, api, account, fans, monkeypatch):
    monkeypatch.setattr(sending, "AT_A_TIME", 3)
    monkeypatch.setattr(sending, "NOTED_AT_A_TIME", 2)
    await imported(api, fans, FANS)
    await fans.sign_up("waiting@fans.example")
    await drain(app)
    app.mail.sent.clear()
    await sent(app, account, fans)
    await sent(app, account, fans)
    await drain(app)
    assert sorted(mail.to for mail in app.mail.sent) == FANS
    mail = app.mail.sent[0]
    assert (mail.subject, mail.sender) == ("Nightfall is out", "Nova")
    assert "Listen now." in mail.text
    assert "because you signed up for “New music by Nova”" in mail.text
    assert mail.unsubscribe in mail.text
    assert len({mail.unsubscribe for mail in app.mail.sent}) == len({mail.key for mail in app.mail.sent}) == 7
    await fans.post(mail.unsubscribe.removeprefix(app.settings.origin), {"List-Unsubscribe": "One-Click"})
    assert await status(api, mail.to) == "unsubscribed"
    app.mail.sent.clear()
    await sent(app, account, fans, "another")
    await drain(app)
    assert sorted(each.to for each in app.mail.sent) == [each for each in FANS if each != mail.to]


async def test_a_postal_address_that_somebody_else_changed_is_not_overwritten(api, fans):
    at, read = f"{AT}/settings", "Nova\n1 Quay Street\nPortland"
    assert (await api.put(at, json={"postal_address": "2 Quay Street", "expected": read})).status_code == 204
    refused = await api.put(at, json={"postal_address": "3 Quay Street", "expected": read})
    assert (refused.status_code, refused.json()["field"]) == (409, "expected")
    assert (await api.get(at)).json()["postal_address"] == "2 Quay Street"


async def test_a_server_that_is_busy_is_asked_again_for_the_rest_alone(app, api, account, fans, clock):
    async def busy(transport, mail):
        if transport.tries == 4:
            raise NotReady("Busy.")

    await imported(api, fans, FANS)
    app.mail = transport = Transport(busy)
    await sent(app, account, fans)
    await drain(app)
    assert len(transport.got) == 3
    clock.advance(hours=1)
    await drain(app)
    assert transport.to == FANS


async def test_what_was_cut_off_while_it_was_sent_is_not_sent_again(app, api, account, fans, clock):
    async def cut_off(transport, mail):
        if transport.tries == 4:
            transport.got.append(mail)  # the server has it, and nobody hears that
            raise asyncio.CancelledError

    await imported(api, fans, FANS)
    app.mail = transport = Transport(cut_off)
    id = await sent(app, account, fans)
    async with app.unit(account) as ctx:
        with suppress(asyncio.CancelledError):
            await sending.send_mailing.handler(ctx, id, 1)
    assert await states(app) == {"sent": 3, "sending": 1, "pending": 3}
    await drain(app)
    assert transport.to == FANS
    assert await states(app) == {"sent": 6, "uncertain": 1}


async def test_whoever_leaves_while_it_is_sent_is_left_out(app, api, account, fans):
    async def leave(transport, mail):
        if transport.tries == 1:
            last = max(FANS)
            found = next(each for each in (await api.get(f"{AT}/contacts")).json()["items"] if each["email"] == last)
            assert (await api.delete(f"{AT}/contacts/{found['id']}")).status_code == 204

    await imported(api, fans, FANS)
    app.mail = transport = Transport(leave)
    await sent(app, account, fans)
    await drain(app)
    assert set(transport.to) <= set(FANS)
    assert len(transport.to) in (6, 7), "all, or all but whoever left"
    assert len(transport.to) == 6 or transport.got[0].to == max(FANS)


async def test_an_address_that_does_not_exist_is_never_written_to_again(app, api, account, fans):
    async def refuse(transport, mail):
        if mail.to == FANS[0]:
            raise MailRefused("The mail server refused the recipient: 550 No such user.", field="to")
        if mail.to == FANS[1]:
            raise MailRefused("The mail server refused the message: 554 Spam.")

    await imported(api, fans, FANS)
    app.mail = transport = Transport(refuse)
    await sent(app, account, fans)
    await drain(app)
    assert transport.to == FANS[2:]
    assert await states(app) == {"sent": 5, "refused": 2}
    assert (await status(api, FANS[0]), await status(api, FANS[1])) == ("bounced", "confirmed")
    again = await api.post(
        f"{AT}/lists/{fans.list_id}/contacts", json={"source": "Shows", "content": in_base64(FANS[0])}
    )
    assert again.json()["refused"][0]["why"] == "Email to this address bounced."


async def test_a_wrong_setting_refuses_nobody_and_is_tried_again(app, api, account, fans):
    wrong = True

    async def refuse(transport, mail):
        if wrong:
            raise MailRefused("The mail server refused the sender: 553.", field="core.mail_from")

    await imported(api, fans, FANS)
    app.mail = transport = Transport(refuse)
    await sent(app, account, fans)
    await drain(app)
    assert (transport.to, await states(app)) == ([], {"pending": 7})
    wrong = False
    [job] = [each for each in (await api.get("/api/core/jobs")).json()["items"] if each["name"] == "core.send_mailing"]
    assert job["state"] in ("ready", "dead")
    assert "refused the sender" in job["note"]
    await api.post(f"/api/core/jobs/{job['id']}/retry")
    await drain(app)
    assert sorted(transport.to) == sorted(FANS)


async def test_what_cannot_be_sent_is_refused_at_once(app, account, fans):
    for subject, text, field in (("", "Text", "subject"), ("S", " \n", "text"), ("x" * 501, "Text", "subject")):
        async with app.unit(account) as ctx:
            with pytest.raises(Invalid) as refused:
                await send_to_list(ctx, fans.list_id, subject=subject, text=text, once="x")
        assert refused.value.field == field
    async with app.unit(account) as ctx:
        with pytest.raises(NotFound):
            await send_to_list(ctx, new_id(), subject="S", text="Text", once="x")


async def test_of_two_that_send_the_same_at_once_one_does(app, api, account, fans):
    await imported(api, fans, FANS)
    outcomes = await asyncio.gather(*(sent(app, account, fans) for _ in range(4)), return_exceptions=True)
    assert all(not isinstance(each, Exception) or isinstance(each, Conflict) for each in outcomes)
    await drain(app)
    assert sorted(mail.to for mail in app.mail.sent) == FANS


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_killing_the_process_sends_nobody_two(tmp_path, database_url):
    """What is lost is at most the one message that was on its way at each end."""
    mail, data = tmp_path / "mail", tmp_path / "data"
    environment = {
        "MAXBOOSTER_DATA": str(data), "MAXBOOSTER_DATABASE": database_url, "MAXBOOSTER_MAIL": mail.as_uri(),
        "MAXBOOSTER_JOB_LEASE_S": "2", "MAXBOOSTER_LOG_LEVEL": "error",
    }  # fmt: skip
    many, kills = [f"fan{number}@fans.example" for number in range(400)], 3
    owner = Identity(new_id(), None, frozenset({EVERYTHING}))
    async with make_app(data, database_url, migrated=True) as app:
        async with app.unit(owner) as ctx:
            await set_postal_address(ctx, "1 Quay Street")
            list_id = (await mailing_list(ctx, "posters.news", "nova", title="News", sender="Nova")).id
        async with app.unit(owner) as ctx:
            await import_contacts(ctx, list_id, "\n".join(many).encode(), "Shows")
        async with app.unit(owner) as ctx:
            await send_to_list(ctx, list_id, subject="Out", text="Listen.", once="out")
        for round in range(1, kills + 1):
            process = Process(["worker"], environment, log=tmp_path / "worker.log")
            process.start()
            async with asyncio.timeout(60):
                while len(list(mail.glob("*.eml"))) < 60 * round:
                    await asyncio.sleep(0.01)  # the process is another one: only its files tell
            process.kill()
        process = Process(["worker"], environment, log=tmp_path / "worker.log")
        process.start()
        async with asyncio.timeout(120):
            while (left := await states(app)).keys() & {"pending", "sending"} or sum(left.values()) < len(many):
                await asyncio.sleep(0.1)
        process.stop()
    got = Counter(message_from_bytes(file.read_bytes())["to"] for file in mail.glob("*.eml"))
    assert set(got) <= set(many)
    assert max(got.values()) == 1
    assert left["uncertain"] <= kills
    assert left["sent"] == len(many) - left["uncertain"]
    assert len(got) >= left["sent"]
