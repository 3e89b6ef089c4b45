"""Public pages through a plugin of these tests: what strangers see, and what they never do."""

from __future__ import annotations

import asyncio
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maxbooster.db.types import new_id
from maxbooster.plugin import Conflict, PageContent, Struct, embed_of, publish, withdraw
from maxbooster.plugins.check import faults
from maxbooster.public import theme
from maxbooster.public.rendering import href
from maxbooster.testing import open_api
from tests.contract.site import Site

CODE = """
from pathlib import Path
from maxbooster.plugin import Embed, Struct, Theme, published, published_image

class Poster(Struct):
    title: str
    link: str = "https://tickets.example/1"
    language: str = "en"
    listed: bool = True
    accent: str = "#ffb020"
    ground: str = "auto"

async def find(ctx, path):
    from sqlalchemy import select
    slug, _, file = path.partition("/")
    if slug == "broken":
        raise RuntimeError("a secret of the inside")
    if slug == "owned":
        from maxbooster.storage.models import FileRow
        await ctx.all(select(FileRow))
    if file == "cover.jpg":
        return PageImage(await published_image(ctx, "posters", slug), "image/jpeg")
    poster = await published(ctx, "posters", slug, Poster)
    return PageContent(
        title=poster.title, description=f"See {poster.title}", language=poster.language, data=poster,
        image=f"{slug}/cover.jpg", indexed=poster.listed, theme=Theme(poster.accent, poster.ground),
    )

@hookimpl
def public_page():
    here = Path(__file__).parent
    embed = Embed(here / "embed-poster.html", {"small": 100, "large": 300})
    return [PublicPage(area="posters", template=here / "poster.html", find=find, embed=embed)]
"""
TEMPLATE = """{% extends "page.html" %}
{% block main %}<h1>{{ data.title }}</h1><a href="{{ data.link | href }}">Tickets</a>{% endblock %}"""
EMBED = """{% extends "embed.html" %}{% block main %}<h1>{{ page.size }} {{ data.title }}</h1>{% endblock %}"""


class Poster(Struct):
    title: str
    link: str = "https://tickets.example/1"
    language: str = "en"
    listed: bool = True
    accent: str = "#ffb020"
    ground: str = "auto"


@pytest.fixture
def app_settings(tmp_path, monkeypatch):
    """With the plugin installed."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    site = Site(folder)
    package = site.install("posters", CODE)
    site.write(package, "poster.html", TEMPLATE)
    site.write(package, "embed-poster.html", EMBED)
    yield {}
    site.forget()


async def shown(app, account, poster: Poster, subject=None) -> str:
    """The address of a poster that is published."""
    async with app.unit(account) as ctx:
        row = await publish(ctx, "posters", subject or new_id(), poster, title=poster.title, image=b"\xff\xd8jpeg")
        return f"/p/posters/{row.slug}"


async def test_hook_public_page(app, account):
    """A page is HTML that caches keep, and no cookie matters."""
    at = await shown(app, account, Poster("Harbour Night"))
    async with open_api(app) as stranger:
        page = await stranger.get(at)
        again = await stranger.get(at, headers={"if-none-match": page.headers["etag"]})
        known = await stranger.get(
            at, headers={"cookie": "__Host-session=abc; session=abc", "authorization": "Bearer x"}
        )
        headers = await stranger.head(at)
        cover = await stranger.get(f"{at}/cover.jpg")

    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert page.headers["cache-control"].startswith("public, max-age=")
    assert "set-cookie" not in page.headers
    assert "vary" not in page.headers
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; img-src 'self' data:; style-src 'sha256-")
    assert "script-src" not in policy
    assert "unsafe" not in policy
    assert (again.status_code, again.content) == (304, b"")
    assert known.content == page.content
    assert (headers.status_code, headers.headers["etag"]) == (200, page.headers["etag"])
    assert (cover.content, cover.headers["content-type"]) == (b"\xff\xd8jpeg", "image/jpeg")
    for said in (
        '<html lang="en" dir="ltr">',
        '<meta property="og:title" content="Harbour Night">',
        f'<meta property="og:url" content="{app.settings.origin}{at}">',
        f'<meta property="og:image" content="{app.settings.origin}{at}/cover.jpg">',
        "prefers-color-scheme: dark",
    ):
        assert said in page.text, said
    assert "noindex" not in page.text
    assert "<script" not in page.text


async def test_text_is_never_markup(app, account):
    at = await shown(app, account, Poster('"><script>alert(1)</script>'))
    async with open_api(app) as stranger:
        page = await stranger.get(at)
    assert page.status_code == 200
    assert "<script" not in page.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.text


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "data:text/html,x", "//evil.example", "/\\evil.example", "ftp://a.b"]
)
async def test_a_page_links_only_to_web_addresses(app, account, link):
    at = await shown(app, account, Poster("Night", link=link))
    async with open_api(app) as stranger:
        page = await stranger.get(at)
    assert page.status_code == 500
    assert link not in page.text
    with pytest.raises(ValueError, match="cannot link"):
        href(link)


async def test_a_withdrawn_page_is_gone_and_comes_back_at_its_address(app, account):
    subject = new_id()
    at = await shown(app, account, Poster("Night"), subject)
    async with app.unit(account) as ctx:
        assert await withdraw(ctx, "posters", subject)
    async with open_api(app) as stranger:
        gone, cover, never = [await stranger.get(each) for each in (at, f"{at}/cover.jpg", "/p/posters/never")]
        nothing = await stranger.get("/p/nobody/x")
        assert await shown(app, account, Poster("Night two"), subject) == at
        back = await stranger.get(at)
    assert [each.status_code for each in (gone, cover, never, nothing, back)] == [410, 410, 404, 404, 200]
    for page in (gone, never, nothing):
        assert page.headers["content-type"].startswith("text/html")
        assert page.headers["cache-control"] == "no-store"
        assert "noindex" in page.text
        assert "content-security-policy" in page.headers
    assert "Night" not in gone.text


async def test_bringing_a_page_up_to_date_never_undoes_a_withdrawal(app, account):
    subject = new_id()
    at = await shown(app, account, Poster("Night"), subject)
    with pytest.raises(Conflict):
        async with app.unit(account) as late:
            await publish(late, "posters", subject, Poster("Night two"), title="Night two")
            async with app.unit(account) as ctx:
                assert await withdraw(ctx, "posters", subject)
    async with open_api(app) as stranger:
        assert (await stranger.get(at)).status_code == 410


async def test_nobody_withdraws_or_changes_what_others_publish(app, account):
    subject = new_id()
    at = await shown(app, account, Poster("Mine"), subject)
    from maxbooster.identity import EVERYTHING, Identity

    other = Identity(new_id(), new_id(), frozenset({EVERYTHING}))
    async with app.unit(other) as ctx:
        assert not await withdraw(ctx, "posters", subject)
    assert await shown(app, other, Poster("Theirs"), subject) != at
    async with open_api(app) as stranger:
        assert "Mine" in (await stranger.get(at)).text


@pytest.mark.parametrize("slug", ["broken", "owned"])
async def test_a_page_that_raises_shows_nothing_of_the_inside_and_harms_no_other(app, account, slug):
    at = await shown(app, account, Poster("Night"))
    async with open_api(app) as stranger:
        broken = await stranger.get(f"/p/posters/{slug}")
        assert (await stranger.get(at)).status_code == 200
    assert broken.status_code == 500
    assert "secret" not in broken.text
    assert "Traceback" not in broken.text
    assert "This page cannot be shown right now" in broken.text


@pytest.mark.parametrize(
    "address", ["posters/%00", "posters/a%00b/cover.jpg", "%00", "posters/%ff", "posters/%ed%a0%80"]
)
async def test_an_address_that_no_page_can_have_is_not_there(app, account, address):
    async with open_api(app) as stranger:
        never = await stranger.get(f"/p/{address}")
    assert (never.status_code, "There is nothing here" in never.text) == (404, True)


async def test_a_page_waits_for_no_thread_of_somebody_elses_work(app, account, monkeypatch):
    """Of the loop's own threads there are few, and a job keeps one for as long as it computes."""
    monkeypatch.setattr("maxbooster.public.site._TIMEOUT_S", 0.5)
    at = await shown(app, account, Poster("Night"))
    over = threading.Event()
    jobs = [asyncio.create_task(asyncio.to_thread(over.wait)) for _ in range(64)]
    try:
        async with open_api(app) as stranger:
            page = await stranger.get(at)
    finally:
        over.set()
        await asyncio.gather(*jobs)
    assert page.status_code == 200


async def test_other_sites_show_the_embed_and_nothing_else_of_it(app, account):
    at = await shown(app, account, Poster("Harbour “Night”", accent="#123456", ground="dark"))
    frame = at.replace("/p/", "/embed/")
    async with open_api(app) as stranger:
        page, small, large = (
            await stranger.get(at),
            await stranger.get(frame),
            await stranger.get(f"{frame}?size=large"),
        )
        other, none = await stranger.get(f"{frame}?size=huge"), await stranger.get("/embed/posters/nothing")
        posted = await stranger.post(frame)
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    for each in (small, large, other, none, posted):
        policy = each.headers["content-security-policy"]
        assert "frame-ancestors http: https:" in policy
        assert policy.startswith("default-src 'none'; ")
        assert "form-action 'none'" in policy
        assert each.headers["cross-origin-resource-policy"] == "cross-origin"
        assert each.headers["access-control-allow-origin"] == "*"
        assert "x-frame-options" not in each.headers
        assert "set-cookie" not in each.headers
        assert "noindex" in each.text
        assert "<script" not in each.text
    assert (small.status_code, large.status_code, none.status_code, posted.status_code) == (200, 200, 404, 405)
    assert ("small Harbour" in small.text, "large Harbour" in large.text, "small Harbour" in other.text) == (True,) * 3
    assert f'<link rel="canonical" href="{app.settings.origin}{at}">' in small.text
    assert "--accent: #123456" in small.text
    assert "color-scheme: dark;" in small.text
    assert posted.headers["content-type"] == "text/html; charset=utf-8"
    assert set(posted.headers["allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
    snippet = embed_of(app.settings, dict(app.offers.public_pages)["posters"], "x", "large", "Harbour “Night” <b>")
    assert 'height="300"' in snippet
    assert 'title="Harbour “Night” &lt;b&gt;"' in snippet
    assert f'src="{app.settings.origin}/embed/posters/x?size=large"' in snippet


@given(st.from_regex("#[0-9a-f]{6}", fullmatch=True))
def test_text_can_be_read_on_every_accent(accent):
    assert theme.contrast(theme.on(accent), accent) >= 4.5
    for shades in (theme.LIGHT, theme.DARK):
        link = theme.link(theme.Theme(accent), shades)
        for ground in (shades.paper, shades.raised):
            assert theme.contrast(link, ground) >= 4.5
            assert theme.contrast(shades.quiet, ground) >= 4.5


@pytest.mark.parametrize("accent", ["red", "#fff", "#FFB020", "#ffb020\n", "#ffb020; } body { display: none"])
def test_an_accent_is_a_color_and_nothing_else(accent):
    with pytest.raises(ValueError, match="is no color"):
        theme.Theme(accent)


def test_contrast_is_that_of_the_guidelines():
    assert theme.contrast("#000000", "#ffffff") == 21
    assert round(theme.contrast("#777777", "#ffffff"), 2) == 4.48
    assert theme.link(theme.Theme("#0645ad"), theme.LIGHT) == "#0645ad", "what can be read stays as it is"


async def test_people_read_pages_where_programs_read_problems(app, account):
    at = await shown(app, account, Poster("Harbour Night"))
    async with open_api(app) as stranger:
        german = {"accept-language": "fr, de-AT;q=0.8, en;q=0.5"}
        wrong = await stranger.post(at, headers=german)
        gone = await stranger.get("/p/posters/nothing", headers=german)
        link = await stranger.get("/l/nothing", headers=german)
        api = await stranger.post("/api/core/nothing")
    assert (wrong.status_code, "Diese Adresse ist keine Seite" in wrong.text) == (405, True)
    assert "frame-ancestors 'none'" in wrong.headers["content-security-policy"]
    assert ("Hier ist nichts" in gone.text, 'lang="de"' in gone.text, "Hier ist nichts" in link.text) == (True,) * 3
    assert api.headers["content-type"] == "application/problem+json"


async def test_a_page_speaks_its_own_language_and_says_what_is_not_to_be_listed(app, account):
    at = await shown(app, account, Poster("ليل", language="ar", listed=False))
    async with open_api(app) as stranger:
        page = await stranger.get(at)
    assert '<html lang="ar" dir="rtl">' in page.text
    assert '<meta name="robots" content="noindex">' in page.text
    assert (page.headers["x-robots-tag"], page.headers["content-language"]) == ("noindex", "ar")


async def test_an_accounts_pages_are_exported_and_erased_with_it(app, account):
    from maxbooster import privacy

    at = await shown(app, account, Poster("Night"))

    def exported(connection):
        return privacy.of_account(connection, app.offers.tables, app.offers.personal_data, account.account)

    found = await app.database.read(exported)
    assert found["core_publication"][0]["content"]["title"] == "Night"
    await app.database.transact(
        lambda connection: privacy.erase_account(
            connection, app.offers.tables, app.offers.personal_data, account.account
        )
    )
    async with open_api(app) as stranger:
        assert (await stranger.get(at)).status_code == 404


async def test_check_names_a_template_that_cannot_be_read(app, monkeypatch, tmp_path):
    assert faults(app, of={"posters"}) == []
    (page,) = [page for plugin, page in app.offers.public_pages if plugin == "posters"]
    broken = tmp_path / "broken.html"
    broken.write_text("{% block main %}")
    app.offers.public_pages.append(("posters", type(page)(area="x", template=broken, find=page.find)))
    assert "public page 'x'" in next(each.what for each in faults(app, of={"posters"}))


class TestOnAHostOfTheirOwn:
    @pytest.fixture
    def app_settings(self, app_settings):
        return app_settings | {"public_url": "https://music.example", "pages_url": "https://pages.example"}

    async def test_pages_are_served_only_there_and_nothing_else_is(self, app, account):
        at = await shown(app, account, Poster("Night"))
        async with open_api(app) as browser:
            there = await browser.get(at, headers={"host": "pages.example"})
            elsewhere = await browser.get(at)
            for path in ("/api/core/first-steps", "/login", "/", "/static/core/theme.js", "/schema/openapi.json"):
                answer = await browser.get(path, headers={"host": "pages.example", "accept": "text/html"})
                assert answer.status_code == 404, path
                assert "There is nothing here" in answer.text
            sent = await browser.post("/api/core/session", json={}, headers={"host": "pages.example"})
            other = await browser.get(at, headers={"host": "evil.example"})
        assert there.status_code == 200
        assert f'content="https://pages.example{at}"' in there.text
        assert elsewhere.status_code == 404
        assert sent.status_code in (403, 405)
        assert other.status_code == 421


def test_content_is_data():
    assert PageContent(title="", description="", language="en", data=Poster("x")).kind == "website"
