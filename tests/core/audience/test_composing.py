"""An artist writes to lists: what goes out, when, to whom, and what is known of it afterward."""

from __future__ import annotations

from datetime import UTC, datetime
from time import process_time
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maxbooster.audience import emails, sending
from maxbooster.audience.mailing import set_postal_address
from maxbooster.identity import EVERYTHING, Identity
from maxbooster.plugin import suppress_contact
from maxbooster.testing import drain, open_api
from maxbooster.testing.people import make_person, open_browser

from .conftest import AT, Fans, in_base64, published
from .test_mailing import FANS, Transport, imported, states

TEXT = "**Nightfall** is out.\n\nhttps://example.org/n [Listen](https://example.org/l)"


def written(fans, **more: Any) -> dict[str, Any]:
    return {"lists": [str(fans.list_id)], "subject": "Nightfall is out", "text": TEXT} | more


async def mailing(api, id) -> Any:
    return (await api.get(f"{AT}/mailings/{id}")).json()


async def test_it_goes_out_with_text_html_address_and_a_way_out(app, api, fans):
    await imported(api, fans, FANS)
    id = (await api.post(f"{AT}/mailings", json=written(fans))).json()["id"]
    await drain(app)
    assert sorted(mail.to for mail in app.mail.sent) == FANS
    mail = app.mail.sent[0]
    assert "<strong>Nightfall</strong> is out." in mail.html
    assert '<a href="https://example.org/n">https://example.org/n</a>' in mail.html
    assert mail.text.startswith(TEXT)
    for part in (mail.text, mail.html.replace("<br>", "\n")):
        for said in ("Nova\n1 Quay Street\nPortland", mail.unsubscribe, "because you signed up"):
            assert said in part
    found = await mailing(api, id)
    assert (found["state"], found["subject"]) == ("sent", "Nightfall is out")
    assert found["results"] == {
        "readers": 7, "pending": 0, "sent": 7, "failed": 0, "uncertain": 0, "skipped": 0, "unsubscribed": 0,
        "complained": 0,
    }  # fmt: skip


async def test_plain_text_is_sent_as_it_is(app, api, fans):
    await imported(api, fans, FANS[:1])
    plain = written(fans, text="2 * 3 * 4 <b>\nnext line", format="plain")
    shown = (await api.post(f"{AT}/mailings/preview", json=plain)).json()
    assert shown["html"] == "<p>2 * 3 * 4 &lt;b&gt;<br>next line</p>"
    await api.post(f"{AT}/mailings", json=plain)
    await drain(app)
    (mail,) = app.mail.sent
    assert (mail.html, mail.text.startswith("2 * 3 * 4 <b>\nnext line\n\n-- \n")) == ("", True)


async def test_results_tell_who_left_and_who_complained_after_it(app, api, account, fans):
    await imported(api, fans, FANS)
    first = (await api.post(f"{AT}/mailings", json=written(fans))).json()["id"]
    await drain(app)
    one, other = app.mail.sent[:2]
    await fans.post(one.unsubscribe.removeprefix(app.settings.origin), {"List-Unsubscribe": "One-Click"})
    second = (await api.post(f"{AT}/mailings", json=written(fans))).json()["id"]
    await drain(app)
    async with app.unit(account) as ctx:
        await suppress_contact(ctx, other.to, "complained")
    before, after = (await mailing(api, first))["results"], (await mailing(api, second))["results"]
    assert (before["unsubscribed"], before["complained"]) == (1, 0)
    assert (after["sent"], after["unsubscribed"], after["complained"]) == (6, 0, 1)
    listed = (await api.get(f"{AT}/mailings")).json()["items"]
    assert [each["id"] for each in listed] == [second, first]


async def test_nothing_goes_out_without_a_postal_address(app, fans):
    other = Identity(fans.list_id, None, frozenset({EVERYTHING}))
    async with open_api(app, other.account) as api:
        list_id = (await api.post(f"{AT}/lists", json={"title": "News", "sender": "Nova"})).json()["id"]
        new = {"lists": [list_id], "subject": "Out", "text": "Out"}
        refused = await api.post(f"{AT}/mailings", json=new)
        assert (refused.status_code, refused.json()["field"]) == (409, "postal_address")
        assert (await api.put(f"{AT}/settings", json={"postal_address": " \n "})).status_code == 422
        assert (
            await api.put(f"{AT}/settings", json={"postal_address": " 1  Quay St \n\n Portland"})
        ).status_code == 204
        found = (await api.get(f"{AT}/settings")).json()
        assert found == {"postal_address": "1 Quay St\nPortland", "languages": ["de", "en"]}
        assert (await api.post(f"{AT}/mailings", json=new)).status_code == 201


async def test_nothing_goes_out_by_a_mail_server_without_links_that_mail_programs_can_use(app, api, fans, monkeypatch):
    monkeypatch.setattr(app, "settings", msgspec.structs.replace(app.settings, mail="smtp://mail.example"))
    refused = await api.post(f"{AT}/mailings", json=written(fans))
    assert (refused.status_code, "MAXBOOSTER_PUBLIC_URL" in refused.json()["detail"]) == (409, True)


async def test_whoever_is_on_two_lists_gets_it_once_and_by_the_one_they_are_still_on(app, api, fans):
    await imported(api, fans, FANS)
    other = (await api.post(f"{AT}/lists", json={"title": "Tour dates", "sender": "Nova"})).json()["id"]
    content = {"source": "Shows", "content": in_base64("\n".join([*FANS[:3], "new@fans.example"]))}
    assert (await api.post(f"{AT}/lists/{other}/contacts", json=content)).json()["imported"] == 4
    both = written(fans, lists=[str(fans.list_id), other, other])
    shown = (await api.post(f"{AT}/mailings/preview", json=both)).json()
    assert shown["readers"] == 8
    id = (await api.post(f"{AT}/mailings", json=both)).json()["id"]
    await drain(app)
    assert sorted(mail.to for mail in app.mail.sent) == sorted([*FANS, "new@fans.example"])
    assert (await mailing(api, id))["results"]["readers"] == 8

    mail = next(mail for mail in app.mail.sent if mail.to == FANS[0])
    await fans.post(mail.unsubscribe.removeprefix(app.settings.origin), {"List-Unsubscribe": "One-Click"})
    app.mail.sent.clear()
    await api.post(f"{AT}/mailings", json=both)
    await drain(app)
    (again,) = [each for each in app.mail.sent if each.to == FANS[0]]
    assert again.unsubscribe != mail.unsubscribe, "by the other list"


async def test_it_waits_for_its_time_in_the_writers_zone(app, api, fans, clock):
    await imported(api, fans, FANS)
    day = (clock().date()).replace(month=1, day=15).replace(year=clock().year + 1)
    new = written(fans, at=f"{day}T18:00", zone="Europe/Berlin")
    id = (await api.post(f"{AT}/mailings", json=new)).json()["id"]
    found = await mailing(api, id)
    assert (found["state"], found["send_at"], found["zone"]) == ("scheduled", f"{day}T17:00:00Z", "Europe/Berlin")
    await drain(app)
    assert app.mail.sent == []
    clock.advance(seconds=(datetime(day.year, 1, 15, 17, tzinfo=UTC) - clock()).total_seconds() + 1)
    await drain(app)
    assert sorted(mail.to for mail in app.mail.sent) == FANS


@pytest.mark.parametrize(
    ("wrong", "field", "says"),
    [
        ({"at": "2030-03-31T02:30", "zone": "Europe/Berlin"}, "at", "skip 2030-03-31T02:30"),
        ({"at": "2030-10-27T02:30", "zone": "Europe/Berlin"}, "at", "twice"),
        ({"at": "2001-01-01T12:00", "zone": "Europe/Berlin"}, "at", "is over"),
        ({"at": "tomorrow", "zone": "Europe/Berlin"}, "at", "write it like 2026-11-30T18:00"),
        ({"at": "2030-01-01T12:00+01:00", "zone": "Europe/Berlin"}, "at", "names an offset"),
        ({"at": "2030-01-01T12:00", "zone": "Berlin"}, "zone", "no time zone 'Berlin'"),
        ({"at": "2030-01-01T12:00", "zone": "../../etc/passwd"}, "zone", "no time zone"),
    ],
)
async def test_a_time_is_one_moment_to_come(api, fans, wrong, field, says):
    refused = await api.post(f"{AT}/mailings", json=written(fans, **wrong))
    assert (refused.status_code, refused.json()["field"]) == (422, field)
    assert says in refused.json()["detail"]


async def test_a_canceled_email_goes_to_nobody_else(app, api, fans):
    await imported(api, fans, FANS)
    id = ""

    async def cancel(transport, mail):
        if transport.tries == 3:
            assert (await mailing(api, id))["state"] == "sending"
            assert (await api.post(f"{AT}/mailings/{id}/cancel")).status_code == 204

    app.mail = transport = Transport(cancel)
    id = (await api.post(f"{AT}/mailings", json=written(fans))).json()["id"]
    await drain(app)
    assert len(transport.got) == 3
    found = await mailing(api, id)
    assert (found["state"], found["results"]["sent"], found["results"]["pending"]) == ("canceled", 3, 4)
    again = await api.post(f"{AT}/mailings/{id}/cancel")
    assert (again.status_code, again.json()["detail"]) == (409, "This email was canceled already.")


async def test_a_scheduled_email_can_be_canceled(app, api, fans, clock):
    await imported(api, fans, FANS)
    later = f"{clock().year + 1}-06-01T12:00"
    id = (await api.post(f"{AT}/mailings", json=written(fans, at=later))).json()["id"]
    assert (await api.post(f"{AT}/mailings/{id}/cancel")).status_code == 204
    clock.advance(days=800)
    await drain(app)
    assert (app.mail.sent, await states(app)) == ([], {})


async def test_what_was_sent_cannot_be_canceled(app, api, fans):
    id = (await api.post(f"{AT}/mailings", json=written(fans))).json()["id"]
    await drain(app)
    refused = await api.post(f"{AT}/mailings/{id}/cancel")
    assert (refused.status_code, refused.json()["detail"]) == (409, "This email has been sent.")


async def test_pressing_the_button_twice_sends_it_once(app, api, fans):
    await imported(api, fans, FANS)
    answers = [await api.post(f"{AT}/mailings", json=written(fans, once="7f1c")) for _ in range(2)]
    assert [each.status_code for each in answers] == [201, 409]
    await drain(app)
    assert sorted(mail.to for mail in app.mail.sent) == FANS


async def test_a_long_list_is_sent_in_parts_and_comes_to_its_end(app, api, fans, monkeypatch):
    monkeypatch.setattr(sending, "AT_A_TIME", 7)
    await imported(api, fans, FANS)
    id = (await api.post(f"{AT}/mailings", json=written(fans))).json()["id"]
    await drain(app)
    assert (await mailing(api, id))["state"] == "sent"


async def test_a_preview_sends_nothing_and_a_test_goes_to_oneself_alone(app):
    artist = await make_person(app, "nova@example.org")
    fans = Fans(app, *await published(app, Identity(artist.account, None, frozenset({EVERYTHING}))))
    async with open_browser(app) as browser:
        await browser.log_in(artist)
        shown = (await browser.post(f"{AT}/mailings/preview", json=written(fans))).json()
        assert shown["html"].startswith("<p><strong>Nightfall</strong>")
        assert shown["footer"] == [
            "You get this because you signed up for “New music by Nova”.", "Nova\n1 Quay Street\nPortland",
            "Unsubscribe",
        ]  # fmt: skip
        assert (shown["sender"], shown["readers"]) == ("Nova", 0)
        await drain(app)
        assert app.mail.sent == []
        tried = await browser.post(f"{AT}/mailings/test", json=written(fans))
        assert (tried.status_code, tried.json()) == (202, {"to": "nova@example.org"})
        await drain(app)
        (mail,) = app.mail.sent
        assert (mail.to, mail.subject, mail.unsubscribe) == ("nova@example.org", "[Test] Nightfall is out", "")
        assert "/p/audience/unsubscribe/" not in mail.text + mail.html
        answers = [(await browser.post(f"{AT}/mailings/test", json=written(fans))).status_code for _ in range(10)]
        assert answers == [202] * 9 + [429]


async def test_a_key_of_nobody_has_no_address_for_a_test(api, fans):
    refused = await api.post(f"{AT}/mailings/test", json=written(fans))
    assert (refused.status_code, refused.json()["detail"]) == (
        409,
        "A test goes to your own address; log in as yourself.",
    )


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"lists": []}, "lists"),
        ({"subject": ""}, "subject"),
        ({"text": " \n"}, "text"),
        ({"subject": "\u200b"}, "subject"),
    ],
)
async def test_what_cannot_be_sent_is_refused(api, fans, change, field):
    for path in ("", "/preview"):
        answer = await api.post(f"{AT}/mailings{path}", json=written(fans, **change))
        assert (answer.status_code, answer.json()["field"]) == (422, field)


async def test_another_account_neither_sees_nor_sends_it(app, api, fans):
    id = (await api.post(f"{AT}/mailings", json=written(fans))).json()["id"]
    async with open_api(app, fans.list_id) as other:
        assert (await other.get(f"{AT}/mailings/{id}")).status_code == 404
        assert (await other.post(f"{AT}/mailings/{id}/cancel")).status_code == 404
        async with app.unit(Identity(fans.list_id, None, frozenset({EVERYTHING}))) as ctx:
            await set_postal_address(ctx, "1 Quay Street")
        for path in ("", "/preview"):
            assert (await other.post(f"{AT}/mailings{path}", json=written(fans))).status_code == 404


async def test_sending_is_a_right_of_its_own(app, account, fans):
    async with open_api(app, account.account, "audience.read audience.write") as reader:
        assert (await reader.get(f"{AT}/mailings")).status_code == 200
        assert (await reader.post(f"{AT}/mailings", json=written(fans))).status_code == 403
        assert (await reader.put(f"{AT}/settings", json={"postal_address": "x"})).status_code == 403


@pytest.mark.parametrize("text", ["[" * 20_000, "*a _b " * 3_300, "> " * 10_000, "a@b.co " * 2_800, "- a\n" * 5_000])
def test_no_text_takes_long_to_format(text):
    began = process_time()
    emails.formatted(text, "markdown")
    assert process_time() - began < 5


async def test_a_text_is_only_as_long_as_can_be_formatted(api, fans):
    longest = written(fans, text="🎵" * 20_000)
    assert (await api.post(f"{AT}/mailings/preview", json=longest)).status_code == 200
    for format in ("markdown", "plain"):
        long = written(fans, text="x" * 20_001, format=format)
        for path in ("", "/preview"):
            refused = await api.post(f"{AT}/mailings{path}", json=long)
            assert (refused.status_code, refused.json()["field"]) == (422, "text")


@given(st.text())
def test_text_becomes_no_markup_but_that_of_markdown(text):
    html = emails.formatted(text, "markdown").lower()
    for never in ("<script", "<img", "<iframe", "<style", "<table", "javascript:", "<input", "<form"):
        assert never not in html.replace("&lt;", "‹") or never == "javascript:"
    assert 'href="javascript' not in html
    plain = emails.formatted(text, "plain").removeprefix("<p>").removesuffix("</p>")
    assert "<" not in plain.replace("<br>", "")


@pytest.mark.parametrize(
    "text",
    ["<script>alert(1)</script>", "[x](javascript:alert(1))", "![x](https://spy.example/p.gif)",
     "<img src=x onerror=y>", "[x](data:text/html,y)"],
)  # fmt: skip
def test_nothing_that_acts_or_spies_gets_into_an_email(text):
    html = emails.formatted(text, "markdown")
    assert "<script" not in html
    assert "<img" not in html
    assert 'href="javascript' not in html
    assert 'href="data' not in html
