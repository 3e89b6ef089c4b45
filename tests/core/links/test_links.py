"""Short links: where they lead, what they count, and what they never do."""

from __future__ import annotations

import asyncio
from time import process_time

import pytest

from maxbooster.db.types import new_id
from maxbooster.errors import Invalid
from maxbooster.links.counting import is_person
from maxbooster.plugin import web_address
from maxbooster.testing import make_app, open_api

AT = "/api/core/links"
BROWSER = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0"}


async def made(api, target="https://example.com/tour", **more) -> dict:
    answer = await api.post(AT, json={"target": target, **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def statistics(app, api, link) -> dict:
    await app.clicks.flush()
    return (await api.get(f"{AT}/{link['id']}/statistics")).json()


async def test_a_link_leads_where_its_owner_says_and_no_cookie_is_set(app, api):
    link = await made(api, title="Tour")
    assert link["url"] == f"{app.settings.origin}/l/{link['code']}"
    async with open_api(app) as stranger:
        session = {"cookie": "session=abc; __Host-session=abc", "authorization": "Bearer nonsense"}
        answer = await stranger.get(f"{link['url']}?to=https://evil.example&next=//evil.example", headers=session)
        head = await stranger.head(link["url"])
        never = await stranger.get("/l/nothing")
    assert (answer.status_code, answer.headers["location"]) == (302, "https://example.com/tour")
    assert answer.content == b""
    assert answer.headers["cache-control"] == "no-store"
    assert "set-cookie" not in answer.headers
    assert head.status_code == 302
    assert (never.status_code, "There is nothing here" in never.text) == (404, True)


async def test_a_public_page_is_a_target_too_and_stays_on_the_pages_host(app, api):
    link = await made(api, "/p/release/nova-lane-k3v9")
    async with open_api(app) as stranger:
        answer = await stranger.get(link["url"])
    assert answer.headers["location"] == f"{app.settings.pages_origin}/p/release/nova-lane-k3v9"


@pytest.mark.parametrize(
    "target",
    [
        "javascript:alert(1)", "data:text/html,x", "//evil.example", "/\\evil.example", "/api/core/session", "tour",
        "https:///x", "https://user@evil.example", "ftp://a.example", "https://a.example/\r\nSet-Cookie: x=1",
        "/p/../login", " ",
        "/p//evil.example", "https://a.example\\@evil.example", "https://[::1", "https://a.example:x/",
        "https://%65vil.example/", "https://ex%00ample/", "https://*/", "https://.../", "https://[v1.x]/",
        "https://[fe80::1%25eth0]/", f"https://{'a' * 64}.example/", f"https://{'a.' * 200}example/",
        "https://a.example/" + "ü" * 400,
    ],
)  # fmt: skip
async def test_nothing_but_web_addresses_and_public_pages_can_be_stored(app, api, target):
    refused = await api.post(AT, json={"target": target})
    assert (refused.status_code, refused.json()["field"]) == (422, "target"), refused.text
    link = await made(api)
    changed = await api.patch(f"{AT}/{link['id']}", json={"version": link["version"], "target": target})
    assert changed.status_code == 422


def test_a_host_that_only_looks_like_another_is_seen():
    assert web_address("HTTPS://аpple.com/x y".replace(" ", "%20"), field="f") == "https://xn--pple-43d.com/x%20y"
    assert web_address("https://bücher.example/ü?q=ä", field="f") == "https://xn--bcher-kva.example/%C3%BC?q=%C3%A4"
    assert web_address("https://[2001:db8:0::1]:8443/x", field="f") == "https://[2001:db8::1]:8443/x"
    with pytest.raises(Invalid, match="at most 2000 characters"):
        web_address("https://a_b.example/" + "x" * 2000, field="f")
    with pytest.raises(Invalid, match="written as %…, this one has 2418"):
        web_address("https://a.example/" + "ü" * 400, field="f")


async def test_turned_off_it_is_gone_and_deleted_it_was_never_there(app, api):
    link = await made(api)
    off = await api.patch(f"{AT}/{link['id']}", json={"version": link["version"], "enabled": False})
    assert (off.status_code, off.json()["enabled"], off.json()["target"]) == (200, False, link["target"])
    stale = await api.patch(f"{AT}/{link['id']}", json={"version": link["version"], "enabled": True})
    assert stale.status_code == 409
    async with open_api(app) as stranger:
        gone = await stranger.get(link["url"], headers=BROWSER)
        assert (gone.status_code, "This is no longer public" in gone.text) == (410, True)
        assert (await statistics(app, api, link))["clicks"] == 0
        on = await api.patch(f"{AT}/{link['id']}", json={"version": off.json()["version"], "enabled": True})
        assert on.status_code == 200
        assert (await stranger.get(link["url"])).status_code == 302
        assert (await api.delete(f"{AT}/{link['id']}")).status_code == 204
        assert (await stranger.get(link["url"])).status_code == 404
    assert (await api.get(AT)).json()["items"] == []


async def test_every_click_of_two_hundred_at_once_is_counted_and_nothing_of_who_clicked(app, api):
    link = await made(api)
    headers = BROWSER | {"referer": "https://Social.example/@nova/1?who=ana", "x-forwarded-for": "203.0.113.9"}
    async with open_api(app) as stranger:

        async def follow() -> int:
            return (await stranger.get(link["url"], headers=headers)).status_code

        for some in range(4):  # more than 128 at a time are turned away
            flushing = asyncio.create_task(app.clicks.flush())
            assert await asyncio.gather(*(follow() for _ in range(50))) == [302] * 50, some
            await flushing
    found = await statistics(app, api, link)
    assert found == {
        "clicks": 200,
        "days": [{"day": f"{app.clock():%Y-%m-%d}", "clicks": 200}],
        "referrers": [{"referrer": "social.example", "clicks": 200}],
    }
    [listed] = (await api.get(AT)).json()["items"]
    assert listed["clicks"] == 200


async def test_programs_and_prefetching_are_not_counted(app, api):
    link = await made(api)
    agents = [
        "",
        "curl/8.5",
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "WhatsApp/2.2",
    ]
    async with open_api(app) as stranger:
        for agent in agents:
            assert (await stranger.get(link["url"], headers={"user-agent": agent})).status_code == 302
        await stranger.get(link["url"], headers=BROWSER | {"sec-purpose": "prefetch"})
        await stranger.head(link["url"], headers=BROWSER)
        await stranger.get(link["url"], headers=BROWSER)
        await stranger.get(link["url"], headers=BROWSER | {"referer": "https://[broken"})
    found = await statistics(app, api, link)
    assert (found["clicks"], found["referrers"]) == (2, [{"referrer": "", "clicks": 2}])


@pytest.mark.parametrize(("agent", "person"), [("(" * 60_000, False), ("(x" * 30_000 + ")", True), (")(", False)])
def test_no_browsers_name_takes_long_to_read(agent, person):
    """A client may send headers of 64 KiB, and the answer comes from the event loop."""
    began = process_time()
    assert is_person({"user-agent": agent}) == person
    assert process_time() - began < 0.1


async def test_invented_referrers_fill_nothing(app, api, monkeypatch):
    monkeypatch.setattr("maxbooster.links.counting.MOST_REFERRERS", 3)
    link = await made(api)
    async with open_api(app) as stranger:
        for number in range(9):
            referer = {"referer": f"https://h{number}.example/"}
            assert (await stranger.get(link["url"], headers=BROWSER | referer)).status_code == 302
    found = await statistics(app, api, link)
    assert found["clicks"] == 9
    assert found["referrers"][0] == {"referrer": "*", "clicks": 6}
    assert len(found["referrers"]) == 4


async def test_what_waits_to_be_stored_stays_small_however_many_hosts_are_named(app, api, monkeypatch):
    monkeypatch.setattr("maxbooster.links.counting.MOST_WAITING", 2)
    link = await made(api)
    async with open_api(app) as stranger:
        for number in range(6):
            referer = {"referer": f"https://h{number}.example/"}
            assert (await stranger.get(link["url"], headers=BROWSER | referer)).status_code == 302
    found = await statistics(app, api, link)
    assert (found["clicks"], found["referrers"][0]) == (6, {"referrer": "*", "clicks": 4})


async def test_years_of_invented_referrers_make_no_endless_answer(app, api, clock, monkeypatch):
    monkeypatch.setattr("maxbooster.links.service.MOST_SHOWN", 4)
    link = await made(api)
    async with open_api(app) as stranger:
        for day in range(3):
            for host in ("a.example", *(f"h{day}-{number}.example" for number in range(4))):
                await stranger.get(link["url"], headers=BROWSER | {"referer": f"https://{host}/"})
            await app.clicks.flush()
            clock.advance(days=1)
    found = await statistics(app, api, link)
    assert (found["clicks"], len(found["days"])) == (15, 3)
    assert [each["clicks"] for each in found["referrers"]] == [9, 3, 1, 1, 1]
    assert found["referrers"][0]["referrer"] == "*"


@pytest.mark.parametrize(
    "referer",
    [
        b"https://a\x00b/",
        b"https://\x85\xff/",
        b"https://*/",
        b"https://<b>/",
        b"https://=cmd()/",
        b"https://" + b"a" * 254,
    ],
)
async def test_what_names_no_host_is_counted_as_no_referrer_and_holds_up_no_other_click(app, api, referer):
    link = await made(api)
    headers = [(b"user-agent", BROWSER["user-agent"].encode())]
    async with open_api(app) as stranger:
        await stranger.get(link["url"], headers=[*headers, (b"referer", referer)])
        await stranger.get(link["url"], headers=[*headers, (b"referer", b"https://A.example:8443/")])
        await stranger.get(link["url"], headers=[*headers, (b"referer", b"https://[2001:db8::1]/")])
    found = await statistics(app, api, link)
    hosts = {each["referrer"]: each["clicks"] for each in found["referrers"]}
    assert hosts == {"": 1, "a.example": 1, "2001:db8::1": 1}


async def test_a_restart_loses_no_click(database_url, tmp_path, account):
    async with make_app(tmp_path / "data", database_url, migrated=True) as app, open_api(app, account.account) as api:
        link = await made(api)
        async with open_api(app) as stranger:
            for _ in range(3):
                await stranger.get(link["url"], headers=BROWSER)
    async with make_app(tmp_path / "data", database_url, migrated=True) as app, open_api(app, account.account) as api:
        assert (await api.get(f"{AT}/{link['id']}/statistics")).json()["clicks"] == 3


async def test_clicks_wait_while_the_database_refuses_and_those_of_a_deleted_link_go(app, api, monkeypatch):
    link, other = await made(api), await made(api)
    async with open_api(app) as stranger:
        for each in (link, other):
            await stranger.get(each["url"], headers=BROWSER)

    async def refuse(*_):
        raise OSError("disk full")

    with monkeypatch.context() as broken:
        broken.setattr(app.database, "write", refuse)
        await app.clicks.flush()
    assert (await api.delete(f"{AT}/{other['id']}")).status_code == 204
    assert (await statistics(app, api, link))["clicks"] == 1


async def test_an_account_has_so_many_links_and_no_more_however_fast_they_are_asked_for(api, monkeypatch):
    monkeypatch.setattr("maxbooster.links.service.MOST_LINKS", 3)
    answers = await asyncio.gather(*(api.post(AT, json={"target": "https://example.org/tour"}) for _ in range(8)))
    assert sorted(each.status_code for each in answers) == [201] * 3 + [409] * 5
    refused = next(each for each in answers if each.status_code == 409)
    assert refused.json()["detail"].startswith("An account has at most 3 short links; delete some")
    links = (await api.get(AT)).json()["items"]
    assert len(links) == 3
    assert (await api.delete(f"{AT}/{links[0]['id']}")).status_code == 204
    assert (await api.post(AT, json={"target": "https://example.org/tour"})).status_code == 201


async def test_another_accounts_links_do_not_exist(app, api):
    link = await made(api)
    async with open_api(app, new_id()) as other:
        assert (await other.get(AT)).json()["items"] == []
        assert (await other.get(f"{AT}/{link['id']}/statistics")).status_code == 404
        assert (await other.patch(f"{AT}/{link['id']}", json={"version": 1, "enabled": False})).status_code == 404
        assert (await other.delete(f"{AT}/{link['id']}")).status_code == 404
    async with open_api(app, new_id(), "link.read") as reader:
        assert (await reader.post(AT, json={"target": "https://example.com"})).status_code == 403


async def test_names_of_hosts_alone_are_kept_in_what_is_exported(app, api, account):
    from maxbooster import privacy

    link = await made(api)
    async with open_api(app) as stranger:
        await stranger.get(link["url"], headers=BROWSER | {"referer": "https://a.example/private?token=1"})
    await app.clicks.flush()

    def exported(connection):
        return privacy.of_account(connection, app.offers.tables, app.offers.personal_data, account.account)

    found = await app.database.read(exported)
    assert set(found["core_link_clicks"][0]) == {"account_id", "id", "link_id", "day", "referrer", "clicks"}
    assert found["core_link_clicks"][0]["referrer"] == "a.example"
