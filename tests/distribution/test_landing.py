"""A release's public page: what strangers see of what is live, and only while the artist wants it."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from sqlalchemy import update

from maxbooster.db.types import new_id
from maxbooster.identity import EVERYTHING, Identity
from maxbooster.public.moderation import take_down
from maxbooster.testing import drain, open_api
from maxbooster_distribution.deliveries.models import Delivery
from maxbooster_distribution.landing import writing

from .conftest import described, make_release, track, until

pytestmark = [pytest.mark.usefixtures("simulated")]


async def live_release(app, api, account, **more) -> str:
    at = await make_release(app, api, account, **more)
    assert (await api.post(f"{at}/submit", json={"outlets": ["spotify"]})).status_code == 201
    await until(app, api, at, "live")
    return at


async def page(api, at):
    return (await api.get(f"{at}/page")).json()


async def test_it_is_off_until_the_artist_turns_it_on_and_off_again_with_a_takedown(app, api, account):
    at = await make_release(app, api, account)
    early = await api.put(f"{at}/page", json={})
    assert early.status_code == 409
    assert (await page(api, at))["missing"] == "The release isn't live in any store yet."
    await api.post(f"{at}/submit", json={"outlets": ["spotify"]})
    await until(app, api, at, "live")
    assert (await page(api, at)) | {"stores": []} == {
        "published": False, "url": None, "stores": [], "published_at": None, "missing": None, "link": None,
        "sign_up": False, "theme": {"accent": "#ffb020", "ground": "auto"}, "embeds": [], "taken_down": None,
    }  # fmt: skip

    assert (await api.put(f"{at}/page", json={})).status_code == 204
    shown = await page(api, at)
    assert shown["published"]
    assert shown["url"].startswith(f"{app.settings.origin}/p/release/nova-lane-harbour-b-")
    async with open_api(app) as stranger:
        seen = await stranger.get(shown["url"])
        cover = await stranger.get(f"{shown['url']}/cover.jpg")
        for said in ("Harbour B", "Nova Lane", "Out Jun 4, 2027", "Quay Street", "℗ 2026 Quay Street", ">0:0"):
            assert said in seen.text, said
        assert 'href="https://open.spotify.com/search/Nova%20Lane%20Harbour%20B"' in seen.text
        assert "noindex" in seen.text, "it is live at a simulator alone"
        assert cover.content.startswith(b"\xff\xd8")
        assert len(cover.content) < 60_000
        browser = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"}
        followed = await stranger.get(shown["link"]["url"], headers=browser)
        assert followed.headers["location"] == shown["url"]
        await app.clicks.flush()
        assert (await page(api, at))["link"] == shown["link"] | {"clicks": 1}

        await _keeps_its_own_link(api, at, shown)
        assert (await api.post(f"{at}/takedown", json={"outlets": ["spotify"]})).status_code == 201
        await drain(app)
        gone = await stranger.get(shown["url"])
        assert (gone.status_code, "Harbour" in gone.text) == (410, False)
        assert (await stranger.get(f"{shown['url']}/cover.jpg")).status_code == 410
        await until(app, api, at, "down")
        assert not (await page(api, at))["published"]
        assert (await api.put(f"{at}/page", json={})).status_code == 409

        assert (await api.post(f"{at}/reactivate", json={"outlets": ["spotify"]})).status_code == 201
        await until(app, api, at, "live")
        assert (await stranger.get(shown["url"])).status_code == 410, "only the artist turns it on again"
        assert (await api.put(f"{at}/page", json={})).status_code == 204
        assert (await stranger.get(shown["url"])).status_code == 200
        assert (await api.delete(f"{at}/page")).status_code == 204
        assert (await stranger.get(shown["url"])).status_code == 410
        [link] = (await api.get("/api/core/links")).json()["items"]
        assert (await api.delete(f"/api/core/links/{link['id']}")).status_code == 204, "the page is off"


async def _keeps_its_own_link(api, at, shown):
    """The first that leads to the page; others may go, and it may be renamed and turned off."""
    [own] = (await api.get("/api/core/links")).json()["items"]
    other = (await api.post("/api/core/links", json={"target": own["target"], "title": "Flyer"})).json()
    place = f"/api/core/links/{own['id']}"
    away = {"version": own["version"], "target": "https://example.org/"}
    for refused in (await api.delete(place), await api.patch(place, json=away)):
        assert (refused.status_code, refused.json()["path"]) == (409, f"/releases/{at.rpartition('/')[2]}")
        assert "Turn the page off first" in refused.json()["detail"]
    renamed = await api.patch(place, json={"version": own["version"], "target": own["target"], "title": "Mine"})
    assert renamed.status_code == 200
    assert (await api.delete(f"/api/core/links/{other['id']}")).status_code == 204
    assert (await page(api, at))["link"]["url"] == shown["link"]["url"]


async def test_a_takedown_while_it_is_being_published_ends_it_too(app, api, account, monkeypatch):
    at = await live_release(app, api, account)
    thumbnail_of = writing.thumbnail_of

    async def slowly(*given):
        assert (await api.post(f"{at}/takedown", json={"outlets": ["spotify"]})).status_code == 201
        await until(app, api, at, "down")
        return await thumbnail_of(*given)

    monkeypatch.setattr(writing, "thumbnail_of", slowly)
    assert (await api.put(f"{at}/page", json={})).status_code == 204
    monkeypatch.setattr(writing, "thumbnail_of", thumbnail_of)
    await drain(app)
    shown = await page(api, at)
    assert not shown["published"]
    async with open_api(app) as stranger:
        assert (await stranger.get(shown["url"])).status_code == 410


async def test_it_shows_what_is_live_not_what_is_being_written(app, api, account):
    at = await live_release(app, api, account)
    await api.put(f"{at}/page", json={})
    url = (await page(api, at))["url"]
    release = (await api.get(at)).json()
    changed = release["description"] | {"title": "Harbour Z", "tracks": release["description"]["tracks"]}
    changed["tracks"][0]["title"] = "Harbour Z"
    assert (await api.put(at, json={"version": release["version"], "description": changed})).status_code == 204
    async with open_api(app) as stranger:
        assert "Harbour B" in (await stranger.get(url)).text
        assert (await api.post(f"{at}/submit", json={"outlets": ["spotify"]})).status_code == 201
        await until(app, api, at, "live")
        assert "Harbour Z" in (await stranger.get(url)).text


async def test_names_are_text_and_addresses_are_checked(app, api, account):
    names = [{"name": "<img src=x onerror=alert(1)>", "role": "MainArtist"}]
    at = await live_release(app, api, account)

    def rename(connection):
        content = connection.execute(Delivery.__table__.select()).mappings().one()["content"]
        content["material"]["description"] |= {"title": "</style><script>alert(1)</script>", "credits": names}
        connection.execute(update(Delivery.__table__).values(content=content))

    await app.database.transact(rename)
    for link in ("javascript:alert(1)", "data:text/html,x", "//evil.example", "https://a@evil.example/", "https:///x"):
        refused = await api.put(f"{at}/page", json={"stores": {"spotify": link}})
        assert (refused.status_code, refused.json()["field"]) == (422, "stores.spotify"), link
    read = {"stores": {"spotify": ""}, "theme": {"accent": "#ffb020", "ground": "auto"}}
    stale = {"expected": {"stores": {"spotify": "https://open.spotify.com/album/9"}}}
    assert (await api.put(f"{at}/page", json={"stores": {"spotify": ""}} | stale)).status_code == 409
    stale = {"expected": {"theme": {"accent": "#000000", "ground": "dark"}}}
    assert (await api.put(f"{at}/page", json={"theme": read["theme"]} | stale)).status_code == 409
    assert (
        await api.put(f"{at}/page", json={"theme": read["theme"], "expected": {"theme": read["theme"]}})
    ).status_code == 204
    foreign = await api.put(f"{at}/page", json={"stores": {"deezer": "https://deezer.example/1"}})
    assert foreign.status_code == 422
    own = {"spotify": "https://öpen.example/album/1"}
    assert (await api.put(f"{at}/page", json={"stores": own})).status_code == 204
    shown = await page(api, at)
    assert shown["stores"][0]["url"] == "https://xn--pen-rna.example/album/1"
    async with open_api(app) as stranger:
        seen = await stranger.get(shown["url"])
    assert seen.status_code == 200
    assert "<script" not in seen.text
    assert "<img src=x" not in seen.text
    assert "https://xn--pen-rna.example/album/1" in seen.text


async def test_its_colors_are_the_artists_and_stay_and_others_can_embed_it(app, api, account):
    at = await live_release(app, api, account)
    dark = {"accent": "#7a1fa2", "ground": "dark"}
    assert (await api.put(f"{at}/page", json={"theme": dark | {"accent": "purple"}})).status_code == 422
    assert (await api.put(f"{at}/page", json={"theme": dark})).status_code == 204
    assert (await api.put(f"{at}/page", json={})).status_code == 204
    shown = await page(api, at)
    assert shown["theme"] == dark
    assert [(each["size"], each["height"]) for each in shown["embeds"]] == [("compact", 152), ("full", 352)]
    async with open_api(app) as stranger:
        seen = await stranger.get(shown["url"])
        assert "--accent: #7a1fa2" in seen.text
        assert f'<meta property="og:url" content="{shown["url"]}">' in seen.text
        for each in shown["embeds"]:
            source = re.search('src="([^"]+)"', each["html"])
            framed = await stranger.get(source.group(1))
            assert (framed.status_code, "Harbour B" in framed.text) == (200, True)
            assert ('class="tracks"' in framed.text) == (each["size"] == "full")
            assert "--accent: #7a1fa2" in framed.text


async def test_what_the_operator_turned_off_stays_off_whatever_happens_in_stores(app, api, account):
    at = await live_release(app, api, account)
    await api.put(f"{at}/page", json={})
    url = (await page(api, at))["url"]
    async with app.unit(Identity(None, None, frozenset({EVERYTHING}))) as operator:
        await take_down(operator, url, "Not theirs")
    shown = await page(api, at)
    assert (shown["published"], shown["taken_down"], shown["embeds"]) == (False, "Not theirs", [])
    refused = await api.put(f"{at}/page", json={})
    assert (refused.status_code, "Not theirs" in refused.json()["detail"]) == (409, True)
    async with app.unit(account) as ctx:
        await writing.refresh_page(ctx, UUID(at.rpartition("/")[2]))
    async with open_api(app) as stranger:
        assert (await stranger.get(url)).status_code == 410


async def test_a_german_release_has_a_german_page(app, api, account):
    at = await live_release(app, api, account, language="de")
    await api.put(f"{at}/page", json={"sign_up": True})
    async with open_api(app) as stranger:
        seen = await stranger.get((await page(api, at))["url"])
    for said in ('lang="de"', "Erschienen am 4. Juni 2027", "Anhören", "Erfahre von neuer Musik", "Anmelden", "E-Mail"):
        assert said in seen.text, said
    assert (await api.get("/api/core/audience/lists")).json()["items"][0]["language"] == "de"


async def test_another_account_neither_sees_nor_changes_it(app, api, account):
    at = await live_release(app, api, account)
    await api.put(f"{at}/page", json={})
    url = (await page(api, at))["url"]
    async with open_api(app, new_id()) as other:
        assert (await other.get(f"{at}/page")).status_code == 404
        assert (await other.put(f"{at}/page", json={})).status_code == 404
        assert (await other.delete(f"{at}/page")).status_code == 404
        assert (await other.get(url)).status_code == 200


async def test_guests_and_warnings_stand_beside_their_tracks(app, api, account):
    guest = [{"name": "Nova Lane", "role": "MainArtist"}, {"name": "Kit Moss", "role": "FeaturedArtist"}]
    tracks = [track(1), track(2, advisory="Explicit"), track(3)]
    tracks[1]["credits"] = guest + tracks[1]["credits"]
    at = await live_release(app, api, account, **described(kind="ep", title="Harbour", tracks=tracks))
    await api.put(f"{at}/page", json={})
    async with open_api(app) as stranger:
        seen = (await stranger.get((await page(api, at))["url"])).text
    assert seen.count("Explicit") == 1
    assert "Nova Lane feat. Kit Moss" in seen


async def test_fans_sign_up_on_it_once_the_artist_wants_that(app, api, account):
    at = await live_release(app, api, account)
    assert (await api.put(f"{at}/page", json={})).status_code == 204
    url = (await page(api, at))["url"]
    async with open_api(app) as stranger:
        plain = await stranger.get(url)
        assert ("Hear about new music" in plain.text, "<form" in plain.text) == (False, False)
        assert "form-action 'none'" in plain.headers["content-security-policy"]

        assert (await api.put(f"{at}/page", json={"sign_up": True})).status_code == 204
        assert (await page(api, at))["sign_up"]
        shown = await stranger.get(url)
        assert "Hear about new music by Nova Lane" in shown.text
        assert "Nova Lane may email me about new music. I can unsubscribe at any time." in shown.text
        assert "form-action 'self'" in shown.headers["content-security-policy"]
        assert "<script" not in shown.text
        action = re.search(r'action="([^"]+)"', shown.text)[1]
        version = re.search(r'name="version" value="([^"]+)"', shown.text)[1]
        sent = await stranger.post(action, data={"email": "fan@fans.example", "version": version})
        assert "Check your email" in sent.text

        assert (await api.put(f"{at}/page", json={"stores": {}})).status_code == 204
        assert (await page(api, at))["sign_up"], "what is left out stays"
        await drain(app)
        (contact,) = (await api.get("/api/core/audience/contacts")).json()["items"]
        assert (contact["email"], contact["lists"][0]["source"]) == ("fan@fans.example", url)
        (of_list,) = (await api.get("/api/core/audience/lists")).json()["items"]
        assert (of_list["title"], of_list["sender"]) == ("New music by Nova Lane", "Nova Lane")

        assert (await api.put(f"{at}/page", json={"sign_up": False})).status_code == 204
        assert "<form" not in (await stranger.get(url)).text
        assert (await stranger.post(action, data={"email": "b@fans.example", "version": version})).status_code == 404
        await api.put(f"{at}/page", json={"sign_up": True})
        assert (await api.delete(f"{at}/page")).status_code == 204
        assert (await stranger.post(action, data={"email": "c@fans.example", "version": version})).status_code == 410
    assert len((await api.get("/api/core/audience/lists")).json()["items"]) == 1
