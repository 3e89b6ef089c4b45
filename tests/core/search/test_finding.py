"""What is found, in which order, and by whom: the same on both databases as by plain Python."""

from __future__ import annotations

import asyncio
from functools import partial
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maxbooster.db import new_id
from maxbooster.identity import EVERYTHING, Identity
from maxbooster.search import finding
from maxbooster.search.finding import find
from maxbooster.search.words import Term, terms, words
from maxbooster.testing import open_api

from .conftest import add_setlists, search, titles

SHOWN = 5
WORDS = [
    "love",
    "lovely",
    "night",
    "nightfall",
    "Beyoncé",
    "AC/DC",
    "東京",
    "東京事変",
    "don’t",
    "a",
    "ab",
    "100%",
    "!!!",
]
TEXTS = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join)
QUERIES = st.one_of(TEXTS, st.text(st.sampled_from("lovenighabc東京事'/!% "), max_size=6))
SETLISTS = st.lists(st.tuples(TEXTS, TEXTS, st.lists(TEXTS, max_size=2)), min_size=1, max_size=25)


def rank(query: list[Term], title: set[str], everything: set[str]) -> int | None:
    """How well an entry answers, as people would say it; None: not at all."""

    def has(among: set[str], word: str, whole: bool) -> bool:
        return word in among or (not whole and any(each.startswith(word) for each in among))

    for number, (among, whole) in enumerate([(title, True), (title, False), (everything, True), (everything, False)]):
        if all(
            any(among.issuperset(complete) and has(among, begun, whole) for *complete, begun in term) for term in query
        ):
            return number
    return None


def best(query: str, entries: dict[UUID, tuple[str, str, list[str]]]) -> list[UUID]:
    found = []
    for id, (title, venue, songs) in entries.items():
        said = words(title) | {word for part in (venue, *songs) for word in words(part)}
        place = rank(terms(query), words(title), said)
        if terms(query) and place is not None:
            found.append((place, -id.int, id))
    return [id for _, _, id in sorted(found)[:SHOWN]]


@pytest.mark.parametrize("short", [finding.SHORT, 0, 100])
async def test_both_databases_find_what_plain_python_finds(app, short, monkeypatch):
    """`short`: PostgreSQL goes another way where many rows match."""
    monkeypatch.setattr(finding, "SHORT", short)
    loop = asyncio.get_running_loop()

    @given(setlists=SETLISTS, queries=st.lists(QUERIES, min_size=3, max_size=6))
    @settings(max_examples=25, deadline=None, database=None)
    def holds(setlists, queries):
        asyncio.run_coroutine_threadsafe(_compare(app, setlists, queries), loop).result()

    await asyncio.to_thread(holds)


async def _compare(app, setlists, queries):
    who = Identity(new_id(), None, frozenset({EVERYTHING}))
    ids = await add_setlists(app, who, *setlists)
    for query in queries:
        look = partial(
            find,
            account=who.account,
            query=terms(query),
            searchables=[app.search.searchables["setlist.setlist"]],
            limit=SHOWN,
        )
        found = await app.database.read(look)
        assert [match.id for match in found] == best(query, dict(zip(ids, setlists, strict=True))), query


async def test_the_best_is_found_among_thousands(app, account, api):
    """More than PostgreSQL ranks at once."""
    many = [(f"Night tour {number}", "Night", []) for number in range(finding.FEW + 10)]
    await add_setlists(app, account, ("The tour", "Hall", []), ("Touring", "Hall", []), *many)
    last = len(many) - 1
    assert await titles(api, "night tour") == [f"Night tour {last - number}" for number in range(5)]
    assert await titles(api, "the tour") == ["The tour"]
    assert (await titles(api, "tourin")) == ["Touring"]


async def test_ranking_is_title_before_text_whole_before_beginning_then_newest(app, account, api):
    await add_setlists(
        app, account,
        ("Lovely", "Hall", []), ("Love", "Hall", []), ("Other", "Love", []), ("More", "Hall", ["Lovely Day"]),
        ("Love", "Hall", ["Encore"]),
    )  # fmt: skip
    found = await search(api, "love")
    assert [(each["title"], each["text"]) for each in found] == [
        ("Love", "Hall"), ("Love", "Hall"), ("Lovely", "Hall"), ("Other", "Love"), ("More", "Lovely Day"),
    ]  # fmt: skip
    newest = [each["path"] for each in found[:2]]
    assert newest == sorted(newest, reverse=True)


async def test_what_is_found_says_why(app, account, api):
    await add_setlists(app, account, ("Summer", "Quay 9", ["Blue in Green", "So What"]))
    for query, text in (("summer", "Quay 9"), ("summer green", "Blue in Green"), ("what quay", "Quay 9 · So What")):
        assert [each["text"] for each in await search(api, query)] == [text]


async def test_an_account_finds_only_its_own(app, account, api):
    await add_setlists(app, account, ("Ours", "Hall", []))
    other = Identity(new_id(), new_id(), frozenset({EVERYTHING}))
    await add_setlists(app, other, ("Theirs, not ours", "Hall", []))
    assert await titles(api, "ours") == ["Ours"]
    async with open_api(app, other.account) as theirs:
        assert await titles(theirs, "ours") == ["Theirs, not ours"]
        assert await titles(theirs, "hall") == ["Theirs, not ours"]


async def test_what_somebody_may_not_see_is_neither_shown_nor_fills_the_limit(app, account):
    await add_setlists(app, account, *[(f"Tour {number}", "Hall", []) for number in range(20)])
    async with open_api(app, account.account, "plugin.read") as api:
        assert await search(api, "tour") == []
    async with open_api(app, account.account, "plugin.read setlist.read") as api:
        assert await titles(api, "tour") == [f"Tour {number}" for number in range(19, 14, -1)]


@pytest.mark.parametrize(
    "query",
    ['"', "*", "love*", 'lo"ve', "NEAR(love night)", "words:love", "love OR night", "NOT love", "love AND", "-love",
     "(love", "love)", "^love", "love + night", "'love':*", "love & night", "love | night", "!love", "love <-> night",
     "love:A", "\\", "love\\", "%", "_", ";", "--", "/*", "{love}"],
)  # fmt: skip
async def test_a_query_is_words_and_never_syntax(app, account, api, query):
    await add_setlists(app, account, ("Love", "Night", []), ("Day", "Hall", []))
    asked = terms(query)
    expected = ["Love"] if asked and rank(asked, {"love"}, {"love", "night"}) is not None else []
    assert await titles(api, query) == expected


@pytest.mark.parametrize("query", ["…", "\u0301\u0302", "🔥", "'", "((((", "a " * 100, "東" * 200, "ﷺ" * 200])
async def test_strange_queries_find_nothing(app, account, api, query):
    await add_setlists(app, account, ("Love", "Night", []))
    assert await titles(api, query) == []


async def test_a_query_is_bounded(api):
    for refused in ("x" * 201, "x" * 10_000, "", "love\x00night"):
        assert (await api.get("/api/core/search", params={"words": refused})).status_code == 422
    lone_surrogate = await api.get("/api/core/search?words=%ED%A0%80")
    assert lone_surrogate.status_code in (200, 422), lone_surrogate.text


async def test_strange_titles_are_found(app, account, api):
    long, many = "東京事変" * 50, " ".join(f"w{number}" for number in range(60))[:200]
    await add_setlists(app, account, (long, "🔥", []), (many, "🔥", []), ("!!!", "🔥", []), ("", "🔥", []))
    assert await titles(api, "事変東京") == [long]
    assert await titles(api, long) == [long]
    assert await titles(api, many) == [many]
    assert await titles(api, "!!!") == ["!!!"]
    assert sorted(await titles(api, "🔥")) == sorted([long, many, "!!!", "Untitled"])


async def test_two_rows_with_one_title_are_both_found(app, account, api):
    await add_setlists(app, account, ("Summer", "Hall", []), ("Summer", "Quay", []))
    assert [each["text"] for each in await search(api, "summer")] == ["Quay", "Hall"]
