"""The index says at each moment what the rows say, whoever changes them in whichever way."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import Connection, event, select, update

from maxbooster.auth.models import User
from maxbooster.auth.people import privacy
from maxbooster.errors import Conflict
from maxbooster.identity import EVERYTHING, Identity
from maxbooster.plugin import PersonalData
from maxbooster.search.models import SearchEntry
from maxbooster.testing import make_person
from maxbooster_setlist.models import Setlist, Song

from .conftest import FIRST, add_setlists, disagreements, search, titles


async def test_a_row_is_found_as_soon_as_it_is_stored_and_by_its_new_name_alone(app, account, api):
    [id] = await add_setlists(app, account, ("Summer", "Quay 9", ["So What"]))
    assert await titles(api, "summer") == ["Summer"]
    async with app.unit(account) as ctx:
        (await ctx.get(Setlist, id)).title = "Autumn"
    assert (await titles(api, "summer"), await titles(api, "autumn")) == ([], ["Autumn"])
    async with app.unit(account) as ctx:
        (await ctx.get(Setlist, id)).title = "Summer"
    assert (await titles(api, "summer"), await titles(api, "autumn")) == (["Summer"], [])
    async with app.unit(account) as ctx:
        ctx.delete(await ctx.get(Setlist, id))
    assert await titles(api, "summer") == []
    assert await disagreements(app) == []


async def test_what_is_joined_is_found_by_its_new_words(app, account, api):
    [id, other] = await add_setlists(app, account, ("Summer", "Hall", ["So What"]), ("Autumn", "Hall", []))
    async with app.unit(account) as ctx:
        song = await ctx.first(select(Song).where(Song.setlist_id == id))
        song.title = "Freddie Freeloader"
    assert (await titles(api, "what"), await titles(api, "freddie")) == ([], ["Summer"])
    async with app.unit(account) as ctx:
        ctx.add(Song(setlist_id=other, position=1, title="All Blues", duration_s=1))
    assert await titles(api, "blues") == ["Autumn"]
    async with app.unit(account) as ctx:
        (await ctx.get(Song, song.id)).setlist_id = other
        (await ctx.get(Song, song.id)).position = 2
    assert await titles(api, "freddie") == ["Autumn"]
    async with app.unit(account) as ctx:
        ctx.delete(await ctx.get(Song, song.id))
    assert await titles(api, "freddie") == []
    assert await disagreements(app) == []


async def test_a_row_that_is_locked_and_changed_is_found_by_its_new_name(app, account, api):
    [id] = await add_setlists(app, account, ("Summer", "Hall", []))
    async with app.unit(account) as ctx:
        (await ctx.lock(Setlist, id)).title = "Winter"
    assert (await titles(api, "summer"), await titles(api, "winter")) == ([], ["Winter"])


async def test_what_fails_leaves_the_index_as_it_was(app, account, api):
    [id] = await add_setlists(app, account, ("Summer", "Hall", []))
    with pytest.raises(Conflict):
        async with app.unit(account) as ctx:
            (await ctx.get(Setlist, id)).title = "Winter"
            ctx.add(
                Setlist(title="Spring", venue="x", played_on=FIRST), Setlist(title="Spring", venue="x", played_on=FIRST)
            )
    assert (await titles(api, "summer"), await titles(api, "winter spring")) == (["Summer"], [])
    assert await disagreements(app) == []


async def test_rows_changed_past_the_orm_are_indexed_where_the_unit_says_so(app, account, api):
    [id] = await add_setlists(app, account, ("Summer", "Hall", ["So What"]))

    def rename(connection: Connection) -> None:
        mine = (Setlist.account_id == account.account, Setlist.id == id)
        connection.execute(update(Setlist).where(*mine).values(title="Winter"))

    async with app.unit(account) as ctx:
        ctx.reindex(Setlist, id)
        await ctx.write(rename)
    assert (await titles(api, "summer"), await titles(api, "winter")) == ([], ["Winter"])


async def test_a_change_that_no_entry_tells_costs_no_query(app, account, monkeypatch):
    [id] = await add_setlists(app, account, ("Summer", "Hall", []))
    seen: list[str] = []
    event.listen(app.database.engine, "before_cursor_execute", lambda *given: seen.append(given[2]))
    async with app.unit(account) as ctx:
        (await ctx.get(Setlist, id)).published_at = ctx.now
    assert seen
    assert not [statement for statement in seen if "core_search" in statement]


async def test_many_rows_in_one_unit_are_all_found(app, account, api):
    await add_setlists(app, account, *[(f"Tour {number}", "Hall", ["Encore"]) for number in range(1200)])
    assert await disagreements(app) == []
    assert await titles(api, "tour 1199") == ["Tour 1199"]


async def test_two_who_change_one_entry_at_once_both_are_found(app, account, api):
    """Each sees the other's change, though neither has committed when both begin."""
    [id] = await add_setlists(app, account, ("Summer", "Hall", ["So What"]))

    async def rename(model, where, title):
        async with app.unit(account) as ctx:
            (await ctx.first(select(model).where(where))).title = title

    for round in range(10):
        await asyncio.gather(
            rename(Setlist, Setlist.id == id, f"Title {round}"), rename(Song, Song.setlist_id == id, f"Song {round}")
        )
        assert await titles(api, f"title {round} song") == [f"Title {round}"]
    assert await disagreements(app) == []


async def test_entries_go_with_their_account_and_are_exported_without_machinery(app):
    nova, ben = await make_person(app), await make_person(app, "ben@example.org")
    for person in (nova, ben):
        await add_setlists(app, Identity(person.account, person.user, frozenset({EVERYTHING})), ("Summer", "Hall", []))
    async with app.unit(Identity(nova.account, nova.user, frozenset({EVERYTHING}), way="session")) as ctx:
        [entry] = (await privacy.export(ctx)).accounts[str(nova.account)]["core_search_entry"]
    assert entry["title"] == "Summer"
    assert not {"words", "place"} & entry.keys()
    await erase(app, nova.user)
    left = await app.database.read(lambda connection: connection.execute(select(SearchEntry.account_id)).all())
    assert left == [(ben.account,)]
    if app.database.is_sqlite:
        check = "INSERT INTO core_search_words (core_search_words, rank) VALUES ('integrity-check', 1)"
        await app.database.transact(lambda connection: connection.exec_driver_sql(check))
    assert await disagreements(app) == []


async def test_what_is_erased_of_a_person_is_not_found_any_more(app, account, api):
    """Where the account stays: the person was one of its people."""
    nova = await make_person(app)
    [id] = await add_setlists(app, account, ("Summer", "Nova’s garden", []))
    async with app.unit(account) as ctx:
        (await ctx.get(Setlist, id)).published_by = nova.user
    others = [each for each in app.offers.personal_data if each.table is not Setlist]
    erased = {"published_by": None, "venue": "(erased)"}
    app.offers.personal_data = [*others, PersonalData(table=Setlist, by="published_by", erase=erased)]
    assert await titles(api, "garden") == ["Summer"]
    await erase(app, nova.user)
    assert await titles(api, "garden") == []
    assert [each["text"] for each in await search(api, "summer")] == ["(erased)"]


async def erase(app, user) -> None:
    due = update(User).where(User.id == user).values(erase_at=app.clock())
    await app.database.transact(lambda connection: connection.execute(due))
    async with app.unit(Identity(None, None, frozenset({EVERYTHING}))) as ctx:
        await app.job("core.erase_person").handler(ctx, user)


async def test_entries_of_ids_without_a_time_find_their_place(app, account, api):
    async with app.unit(account) as ctx:
        row = Setlist(title="Summer", venue="Hall", played_on=FIRST)
        row.id = type(row.id)(int=(1 << 128) - 1)
        other = Setlist(title="Summer", venue="Quay", played_on=FIRST.replace(day=2))
        other.id = type(row.id)(int=1)
        ctx.add(row, other)
    assert [each["text"] for each in await search(api, "summer")] == ["Hall", "Quay"]
