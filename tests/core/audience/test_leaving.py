"""Leaving one list or everything, and what an artist can't undo."""

from __future__ import annotations

import pytest

from maxbooster.db.types import new_id
from maxbooster.plugin import SignUp, mailing_list, publish, send_to_list
from maxbooster.public.publications import version
from maxbooster.testing import drain

from .conftest import AT, Poster, contact, in_base64, status
from .test_importing import upload

FAN = "fan@example.org"


async def other_list(api, title="Tour dates") -> str:
    return (await api.post(f"{AT}/lists", json={"title": title, "sender": "Nova"})).json()["id"]


async def put_on(api, list_id, email=FAN):
    content = {"source": "Shows", "content": in_base64(email)}
    return (await api.post(f"{AT}/lists/{list_id}/contacts", json=content)).json()


async def test_the_page_asks_whether_one_list_or_everything(app, api, fans):
    second = await other_list(api)
    await put_on(api, second)
    await fans.join(FAN)
    off = fans.link(FAN, "unsubscribe")
    shown = (await fans.get(off)).text
    for said in ("Only “New music by Nova”", "All email from Nova", 'value="list" checked', 'value="all"'):
        assert said in shown, said

    one = await fans.post(off, {"scope": "list"})
    assert "for “New music by Nova” any more" in one.text
    lists = {each["list_id"]: each["status"] for each in (await contact(api, FAN))["contact"]["lists"]}
    assert lists == {str(fans.list_id): "unsubscribed", second: "confirmed"}

    everything = await fans.post(off, {"scope": "all"})
    assert "any more email from Nova" in everything.text
    lists = {each["list_id"]: each["status"] for each in (await contact(api, FAN))["contact"]["lists"]}
    assert lists == {str(fans.list_id): "unsubscribed", second: "unsubscribed"}
    third = await put_on(api, await other_list(api, "News"))
    assert (third["imported"], third["left_out"]) == (0, {"unsubscribed": 1})


async def test_who_left_one_list_is_not_imported_into_another_nor_mailed(app, api, account, fans):
    await fans.join(FAN)
    await fans.post(fans.link(FAN, "unsubscribe"), {"List-Unsubscribe": "One-Click"})
    second = await other_list(api)
    result = await put_on(api, second)
    assert (result["imported"], result["left_out"]) == (0, {"unsubscribed": 1})
    assert result["refused"][0]["why"] == "They unsubscribed. Only they can sign up again."


async def test_mailings_respect_what_holds_for_the_account(app, api, account, fans):
    await put_on(api, fans.list_id)
    assert (await api.post(f"{AT}/suppressions", json={"email": FAN, "reason": "unsubscribed"})).status_code == 204
    async with app.unit(account) as ctx:
        await send_to_list(ctx, fans.list_id, subject="Out", text="Listen.", once="out")
    await drain(app)
    assert app.mail.sent == []


async def test_they_come_back_themselves_to_one_list_alone(app, api, fans, clock):
    second = await other_list(api)
    await put_on(api, second)
    await fans.join(FAN)
    await fans.post(fans.link(FAN, "unsubscribe"), {"scope": "all"})
    clock.advance(days=2)
    await fans.join(FAN)
    lists = {each["list_id"]: each["status"] for each in (await contact(api, FAN))["contact"]["lists"]}
    assert lists == {str(fans.list_id): "confirmed", second: "unsubscribed"}
    assert (await put_on(api, second))["left_out"] == {"unsubscribed": 1}
    assert (await put_on(api, fans.list_id))["left_out"] == {"already_on_list": 1}


async def test_leaving_everything_works_after_leaving_the_list_too(app, api, fans):
    await fans.join(FAN)
    off = fans.link(FAN, "unsubscribe")
    await fans.post(off, {"scope": "list"})
    await fans.post(off, {"scope": "all"})
    found = (await api.post(f"{AT}/suppressions/search", json={"email": FAN})).json()
    assert sorted(each["everywhere"] for each in found) == [False, True]


@pytest.mark.parametrize("reason", ["unsubscribed", "bounced", "complained"])
async def test_addresses_are_added_by_hand_seen_and_found(app, api, fans, reason):
    await fans.join(FAN)
    for email in (FAN, "stranger@example.org"):
        said = {"email": email, "reason": reason, "said": "By phone"}
        assert (await api.post(f"{AT}/suppressions", json=said)).status_code == 204
    listed = (await api.get(f"{AT}/suppressions")).json()["items"]
    assert {(each["email"], each["reason"], each["everywhere"]) for each in listed} == {
        (FAN, reason, True), (None, reason, True),
    }  # fmt: skip
    assert "stranger" not in (await api.get(f"{AT}/suppressions")).text, "of strangers only a hash is kept"
    found = (await api.post(f"{AT}/suppressions/search", json={"email": "Stranger@EXAMPLE.org"})).json()
    assert [(each["email"], each["reason"]) for each in found] == [("stranger@example.org", reason)]
    assert (await api.post(f"{AT}/suppressions/search", json={"email": "nobody@example.org"})).json() == []
    assert await status(api, FAN) == reason
    last = (await contact(api, FAN))["consent"][-1]
    assert (last["words"], last["method"]) == ("By phone", "mail server" if reason == "bounced" else "operator")
    wrong = await api.post(f"{AT}/suppressions", json={"email": "nobody", "reason": reason})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "email")


async def test_a_removed_contact_leaves_no_trace_in_the_list_of_suppressions(app, api, fans):
    await fans.join(FAN)
    await fans.post(fans.link(FAN, "unsubscribe"), {"scope": "list"})
    id = (await contact(api, FAN))["contact"]["id"]
    assert (await api.get(f"{AT}/suppressions")).json()["items"][0]["email"] == FAN
    await api.delete(f"{AT}/contacts/{id}")
    listed = (await api.get(f"{AT}/suppressions")).json()["items"]
    assert {(each["email"], each["reason"]) for each in listed} == {(None, "unsubscribed"), (None, "removed")}


async def test_an_import_says_how_many_it_left_out_and_why(app, api, fans):
    await fans.join("on@fans.example")
    lines = ["email,name,status", "a@fans.example,,", "a@fans.example,,", "b@fans.example,,unsubscribed", "x,,"]
    result = (await upload(api, fans, "\n".join([*lines, "on@fans.example,,"]))).json()
    assert result["imported"] == 1
    assert result["left_out"] == {"twice_in_file": 1, "not_agreed": 1, "unreadable": 1, "already_on_list": 1}
    assert sum(result["left_out"].values()) == len(result["refused"])


async def test_a_german_list_speaks_german_from_the_form_to_the_last_page(app, api, account, fans):
    async with app.unit(account) as ctx:
        news = await mailing_list(ctx, "posters.news", "de", title="Neues von Nova", sender="Nova", language="de")
        form = SignUp(list=news.id, heading="Neues", consent="Nova darf mir schreiben.")
        page = await publish(ctx, "posters", new_id(), Poster(), title="Nacht", sign_up=form)
    fans.page = f"posters/{page.slug}"
    known = version("Nova darf mir schreiben.")
    wrong = await fans.sign_up("nobody", version=known)
    assert (wrong.status_code, "„nobody“ ist keine E-Mail-Adresse" in wrong.text) == (422, True)
    assert "Die Seite hat sich geändert" in (await fans.sign_up(FAN, version="0" * 16)).text
    answer = await fans.sign_up(FAN, version=known)
    assert ("Sieh in dein Postfach" in answer.text, 'lang="de"' in answer.text) == (True, True)
    await drain(app)
    (mail,) = fans.mail(FAN)
    assert mail.subject == "Bestätige deine Anmeldung: Neues von Nova"
    assert "Er gilt 7 Tage" in mail.text
    assert "Abmelden: http" in mail.text
    assert "Bestätigen" in (await fans.get(fans.link(FAN, "confirm"))).text
    assert "Du stehst auf der Liste" in (await fans.post(fans.link(FAN, "confirm"))).text
    async with app.unit(account) as ctx:
        await send_to_list(ctx, news.id, subject="Neu", text="Hört!", once="neu")
    await drain(app)
    assert "weil du dich für „Neues von Nova“ angemeldet hast" in fans.mail(FAN)[-1].text
    off = fans.link(FAN, "unsubscribe")
    assert "Alle E-Mails von Nova" in (await fans.get(off)).text
    assert "keine E-Mails von Nova mehr" in (await fans.post(off, {"scope": "all"})).text
    spent = await fans.post(fans.link_of(mail, "confirm"), None, **{"accept-language": "de"})
    assert (spent.status_code, "Dieser Link funktioniert nicht" in spent.text) == (410, True)


async def test_the_forms_own_address_leads_to_the_page_and_what_is_too_long_is_said_on_one(app, fans):
    there = await fans.get(f"/p/audience/sign-up/{fans.page}")
    assert (there.status_code, there.headers["location"]) == (303, f"{app.settings.origin}/p/{fans.page}")
    assert (await fans.get("/p/audience/sign-up/posters/nothing")).status_code == 404
    long = await fans.post(f"/p/audience/sign-up/{fans.page}", {"email": "x" * 5000, "version": "0"})
    assert (long.status_code, "That was too much" in long.text) == (413, True)
    assert long.headers["content-type"] == "text/html; charset=utf-8"
    async with fans.at() as browser:
        put = await browser.put(f"/p/audience/sign-up/{fans.page}")
    assert (put.status_code, "isn’t a page" in put.text, "POST" in put.headers["allow"]) == (405, True, True)


@pytest.mark.parametrize(
    "title",
    [
        "Win at casino.example", "www.casino", "Write to me@casino.example", "t.co/x", "casino.example/win now",
        "See (casino.xyz)!",
        "casino．example", "casino。example", "https://x", "mailto:x", "xn--80ak6aa92e.xn--p1ai",
    ],
)  # fmt: skip
async def test_a_title_carries_no_address(api, title):
    for field in ("title", "sender"):
        answer = await api.post(f"{AT}/lists", json={"title": "News", "sender": "Nova"} | {field: title})
        assert (answer.status_code, answer.json().get("field")) == (422, field), title


@pytest.mark.parametrize(
    "title",
    ["R.E.M.", "will.i.am", "Mr.Kitty", "St. Vincent", "Vol.II", "No. 1", "AC/DC", "feat.Nova",
     "Dr.Dog", "1.5 hours", "M.I.A", "Go!"],
)  # fmt: skip
async def test_names_with_dots_are_no_addresses(api, title):
    assert (await api.post(f"{AT}/lists", json={"title": title, "sender": title})).status_code == 201


async def test_a_list_that_is_not_there_is_named_in_words(api):
    answer = await put_on(api, id := new_id())
    assert answer["detail"] == f"There is no mailing list {id}."
