"""What strangers try with a form and with links, and what other accounts try."""

from __future__ import annotations

import email as emails
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime
from email.policy import SMTPUTF8

import pytest
from sqlalchemy import func, select

from maxbooster.audience import keys
from maxbooster.audience.models import Contact
from maxbooster.auth import limits
from maxbooster.auth.throttle import Limit
from maxbooster.db.types import new_id
from maxbooster.errors import Invalid, NotReady
from maxbooster.identity import EVERYTHING, Identity
from maxbooster.jobs.models import JobRow
from maxbooster.mail import compose
from maxbooster.plugin import mailing_list, suppress_contact
from maxbooster.secrets import SecretRow
from maxbooster.testing import drain, open_api

from .conftest import AT, WORDS, Fans, contact, in_base64, published, status

FAN = "fan@fans.example"


async def rows(app, model) -> int:
    query = select(func.count()).select_from(model)
    return await app.database.read(lambda connection: connection.execute(query).scalar_one())


# Flooding


async def test_one_address_gets_one_email_a_day_from_an_account(app, fans, clock):
    for number in range(3):
        assert (await fans.sign_up(FAN, address=f"198.51.100.{number}")).status_code == 200
        await drain(app)
    assert len(fans.mail(FAN)) == 1
    clock.advance(hours=23)
    await fans.sign_up(FAN)
    await drain(app)
    assert len(fans.mail(FAN)) == 1
    clock.advance(hours=2)
    await fans.sign_up(FAN)
    await drain(app)
    assert len(fans.mail(FAN)) == 2


async def test_many_accounts_together_cannot_flood_an_address_either(app, fans):
    for number in range(6):
        other = Identity(new_id(), None, frozenset({EVERYTHING}))
        there = Fans(app, *await published(app, other))
        answer = await there.sign_up(FAN, address=f"198.51.100.{number}")
        assert answer.status_code == 200, "nobody is told that the address signed up elsewhere"
        await drain(app)  # one after the other: jobs of one instant may differ by one
    assert len(fans.mail(FAN)) == 3


async def test_one_network_cannot_sign_up_the_whole_world(app, fans):
    answers = [await fans.sign_up(f"fan{number}@fans.example") for number in range(31)]
    assert [each.status_code for each in answers] == [200] * 30 + [429]
    assert "Too many sign-ups right now" in answers[-1].text
    assert int(answers[-1].headers["retry-after"]) >= 1
    assert (await fans.sign_up(FAN, address="198.51.100.9")).status_code == 200


async def test_all_networks_together_cannot_flood_one_artists_list(app, account, fans, monkeypatch):
    monkeypatch.setattr(limits, "SIGN_UPS_AT", Limit("signups.at", burst=2, per_s=60))
    answers = [await fans.sign_up(f"fan{number}@fans.example", address=f"198.51.100.{number}") for number in range(3)]
    assert [each.status_code for each in answers] == [200, 200, 429]
    other = Fans(app, *await published(app, Identity(new_id(), None, frozenset({EVERYTHING}))))
    assert (await other.sign_up(FAN)).status_code == 200, "others' lists go on"


async def test_the_answer_does_not_tell_who_is_on_the_list(app, account, fans, clock):
    """Nor does what is done before it: in every case one job is queued, and nothing is looked up."""
    await fans.join("known@fans.example")
    async with app.unit(account) as ctx:
        await suppress_contact(ctx, "angry@fans.example", "complained")
    clock.advance(days=2)
    said, queued = set(), set()
    for each in ("known@fans.example", "angry@fans.example", "new@fans.example"):
        before = await rows(app, JobRow)
        answer = await fans.sign_up(each)
        queued.add(await rows(app, JobRow) - before)
        said.add((answer.status_code, answer.text.replace(each, "…")))
        assert {*answer.headers} == {
            "content-type", "content-length", "content-security-policy", "x-robots-tag", "x-content-type-options",
            "referrer-policy", "cross-origin-resource-policy", "cross-origin-opener-policy", "cache-control",
            "x-request-id", "content-language",
        }  # fmt: skip
    assert (len(said), queued) == (1, {1})
    app.mail.sent.clear()
    await drain(app)
    assert [mail.to for mail in app.mail.sent] == ["new@fans.example"]


# Forms


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
    ],
)
async def test_other_sites_forms_are_refused_with_a_page(app, fans, headers):
    answer = await fans.sign_up(FAN, **headers)
    assert (answer.status_code, answer.headers["content-type"]) == (403, "text/html; charset=utf-8")
    assert "another site" in answer.text
    await drain(app)
    assert app.mail.sent == []


async def test_our_own_form_is_taken_as_browsers_send_it(app, fans):
    for headers in ({"sec-fetch-site": "same-origin", "origin": app.settings.origin}, {"origin": app.settings.origin}):
        assert (await fans.sign_up(FAN, **headers)).status_code == 200


async def test_the_account_comes_from_the_page_and_from_no_field(app, api, account, fans):
    other = Identity(new_id(), None, frozenset({EVERYTHING}))
    theirs, _ = await published(app, other)
    data = {"email": FAN, "version": keys_version(), "list": str(theirs), "account": str(other.account)}
    assert (await fans.post(f"/p/audience/sign-up/{fans.page}", data)).status_code == 200
    await drain(app)
    assert await status(api, FAN) == "waiting"
    async with open_api(app, other.account) as them:
        assert (await them.get(f"{AT}/contacts")).json()["items"] == []


def keys_version() -> str:
    from maxbooster.public.publications import version

    return version(WORDS)


async def test_words_that_changed_since_are_not_agreed_to(app, api, fans):
    answer = await fans.sign_up(FAN, version="0" * 16)
    assert (answer.status_code, "The page has changed" in answer.text) == (200, True)
    await drain(app)
    assert await contact(api, FAN) is None


@pytest.mark.parametrize(
    "given",
    ["", "nobody", "a@b@c.example", "a b@fans.example", f"{FAN}\r\nBcc: x@y.example", "x" * 300 + "@a.example"],
)
async def test_what_is_no_address_is_said_so(app, fans, given):
    answer = await fans.sign_up(given)
    assert (answer.status_code, "Check your email address" in answer.text) == (422, True)
    await drain(app)
    assert app.mail.sent == []


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"email=" + b"a" * 10_000_000, "application/x-www-form-urlencoded", 413),
        (b"{}", "application/json", 422),
        (b"--x\r\n", "multipart/form-data; boundary=x", 422),
        (b"&".join(b"a=1" for _ in range(50)), "application/x-www-form-urlencoded", 422),
        (b"email=\xff", "application/x-www-form-urlencoded", 422),
    ],
)
async def test_what_the_form_never_sends_is_refused(fans, content, kind, status):
    async with fans.at() as browser:
        answer = await browser.post(f"/p/audience/sign-up/{fans.page}", content=content, headers={"content-type": kind})
    assert answer.status_code == status


async def test_pages_without_a_form_or_without_a_page_take_nothing(app, account, fans):
    from maxbooster.plugin import publish, withdraw

    from .conftest import Poster

    subject = new_id()
    async with app.unit(account) as ctx:
        row = await publish(ctx, "posters", subject, Poster(), title="Plain")
    for page, expected in (
        (f"posters/{row.slug}", 404),
        ("posters/never", 404),
        ("posters/%00", 404),
        ("nobody/x", 404),
    ):
        fans.page = page
        assert (await fans.sign_up(FAN)).status_code == expected
    async with app.unit(account) as ctx:
        await withdraw(ctx, "posters", subject)
    fans.page = f"posters/{row.slug}"
    assert (await fans.sign_up(FAN)).status_code == 410


# Links


async def test_a_link_confirms_once(app, api, fans, clock):
    await fans.join(FAN)
    link = fans.link(FAN, "confirm")
    for again in (await fans.post(link), await fans.get(link)):
        assert (again.status_code, "link doesn’t work" in again.text) == (410, True)
    await fans.post(fans.link(FAN, "unsubscribe"))
    assert (await fans.post(link)).status_code == 410
    assert await status(api, FAN) == "unsubscribed", "no old link brings anybody back"


async def test_a_used_link_is_not_good_for_a_second_sign_up(app, api, fans, clock, monkeypatch):
    """Not even while the new email has yet to leave."""
    await fans.join(FAN)
    used = fans.link(FAN, "confirm")
    await fans.post(fans.link(FAN, "unsubscribe"))
    clock.advance(days=2)

    async def busy(mail):
        raise NotReady("Busy.")

    monkeypatch.setattr(app.mail, "send", busy)
    await fans.sign_up(FAN)
    await drain(app)
    assert await status(api, FAN) == "waiting"
    assert (await fans.post(used)).status_code == 410
    assert await status(api, FAN) == "waiting"


async def test_a_link_ends_after_a_week_or_with_a_newer_one(app, api, fans, clock):
    await fans.sign_up(FAN)
    await drain(app)
    old = fans.link(FAN, "confirm")
    clock.advance(days=2)
    await fans.sign_up(FAN)
    await drain(app)
    new = fans.link(FAN, "confirm")
    assert (await fans.post(old)).status_code == 410
    clock.advance(days=7, hours=1)
    assert (await fans.post(new)).status_code == 410
    assert await status(api, FAN) == "waiting"


async def test_tokens_are_not_guessed(app, api, fans):
    await fans.join(FAN)
    for what in ("confirm", "unsubscribe"):
        path, _, token = fans.link(FAN, what).rpartition("/")
        parts = urlsafe_b64decode(token)
        guesses = [
            urlsafe_b64encode(parts[:32] + bytes(16)).decode(),
            urlsafe_b64encode(parts[:16] + new_id().bytes + parts[32:]).decode(),
            urlsafe_b64encode(new_id().bytes + parts[16:]).decode(),
            token[:-1], token + "A", token[:10] + " " + token[10:], "x", "%00", "é" * 64,
        ]  # fmt: skip
        for guess in guesses:
            for answer in (await fans.get(f"{path}/{guess}"), await fans.post(f"{path}/{guess}", address="192.0.2.1")):
                assert answer.status_code in (410, 404, 429), (what, guess)
    assert await status(api, FAN) == "confirmed"
    answers = [await fans.post("/p/audience/confirm/x", address="192.0.2.9") for _ in range(32)]
    assert [each.status_code for each in answers] == [410] * 30 + [429] * 2


async def test_links_of_accounts_that_somebody_made_up_leave_nothing_behind(app, fans):
    before = await rows(app, SecretRow)
    for what in ("confirm", "unsubscribe"):
        token = keys.Token(new_id(), new_id(), bytes(16))
        for answer in (await fans.get(f"/p/audience/{what}/{token}"), await fans.post(f"/p/audience/{what}/{token}")):
            assert answer.status_code == 410
    assert await rows(app, SecretRow) == before


async def test_a_link_of_a_removed_contact_still_says_the_truth(app, api, fans):
    await fans.join(FAN)
    off = fans.link(FAN, "unsubscribe")
    id = (await contact(api, FAN))["contact"]["id"]
    assert (await api.delete(f"{AT}/contacts/{id}")).status_code == 204
    assert "unsubscribed" in (await fans.post(off)).text
    await fans.join(FAN)
    assert await status(api, FAN) == "confirmed", "they came back themselves"
    assert (await fans.post(off)).status_code == 200
    assert await status(api, FAN) == "unsubscribed", "the link in the old email still means them"


# Names


NAMES = ["Nova\r\nBcc: victim", "<script>alert(1)</script>", "Nova 'the\x1b[31m' Lane", "\u202eNova"]


@pytest.mark.parametrize("name", NAMES)
async def test_a_name_is_neither_a_header_nor_markup(app, account, fans, name):
    fans.list_id, fans.page = await published(app, account, sender=name)
    await fans.sign_up(FAN)
    await drain(app)
    (mail,) = fans.mail(FAN)
    written = compose(mail, "noreply@music.example", datetime.now(UTC)).as_bytes()
    message = emails.message_from_bytes(written, policy=SMTPUTF8)
    assert message["Bcc"] is None
    assert message["From"].addresses[0].addr_spec == "noreply@music.example"
    assert message["List-Unsubscribe"] == f"<{mail.unsubscribe}>"
    assert f"List-Unsubscribe: <{mail.unsubscribe}>\r\n".encode() in written, "programs read it in one piece"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "\x1b" not in mail.subject + mail.text
    page = await fans.get(fans.link(FAN, "confirm"))
    assert "<script" not in page.text


@pytest.mark.parametrize("title", ["", " \n", "x" * 501, "Win at https://evil.example"])
async def test_a_list_is_called_something_that_fans_can_be_sent(app, account, title):
    async with app.unit(account) as ctx:
        with pytest.raises(Invalid):
            await mailing_list(ctx, "posters.news", "x", title=title, sender="Nova")


# Other accounts


async def test_contacts_of_others_do_not_exist(app, api, fans):
    await fans.join(FAN)
    id = (await contact(api, FAN))["contact"]["id"]
    async with open_api(app, new_id()) as other:
        for answer in (await other.get(f"{AT}/contacts/{id}"), await other.delete(f"{AT}/contacts/{id}")):
            assert answer.status_code == 404
        into = await other.post(
            f"{AT}/lists/{fans.list_id}/contacts", json={"source": "x", "content": in_base64("a@b.example")}
        )
        assert into.status_code == 404
        for path in ("contacts", "lists"):
            assert (await other.get(f"{AT}/{path}")).json()["items"] == []
        assert (await other.get(f"{AT}/contacts", params={"list": str(fans.list_id)})).json()["items"] == []
        assert (await other.get(f"{AT}/export")).text.splitlines() == ["email,name,list,status,since,source"]
    assert await status(api, FAN) == "confirmed"


async def test_what_is_kept_of_whoever_was_removed_names_nobody(app, api, account, fans):
    from maxbooster import privacy

    await fans.join(FAN)
    await fans.sign_up(FAN)
    id = (await contact(api, FAN))["contact"]["id"]
    assert (await api.delete(f"{AT}/contacts/{id}")).status_code == 204

    def everything(connection):
        tables = [each.__table__ for each in app.offers.tables]
        kept = [(table.name, row) for table in tables for row in connection.execute(table.select())]
        return [(name, row) for name, row in kept if "fan@fans" in repr(row)]

    assert await app.database.read(everything) == []
    assert await rows(app, Contact) == 0
    await app.database.transact(
        lambda connection: privacy.erase_account(
            connection, app.offers.tables, app.offers.personal_data, account.account
        )
    )
    from maxbooster.audience.models import Suppression

    assert await rows(app, Suppression) == await rows(app, SecretRow) == 0


async def test_whoever_never_confirms_is_forgotten(app, api, fans, clock):
    from maxbooster.audience.jobs import prune_audience

    await fans.sign_up(FAN)
    await fans.join("other@fans.example")
    clock.advance(days=31)
    async with app.unit() as ctx:
        await prune_audience.handler(ctx)
    assert [each["email"] for each in (await api.get(f"{AT}/contacts")).json()["items"]] == ["other@fans.example"]
