"""Facts in bulk: what is published is what is read, part by part, to the last digit; whatever lies is refused."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maxbooster.db import new_id
from maxbooster.facts import parquet
from maxbooster.identity import EVERYTHING, Identity
from maxbooster.plugin import (
    Dataset,
    Event,
    Invalid,
    NotFound,
    Struct,
    UsageError,
    facts_parts,
    publish_facts,
    query_facts,
    withdraw_facts,
)
from maxbooster.testing import drain, open_api


class Play(Struct):
    day: date
    at: datetime
    track: UUID
    title: str
    country: str | None
    seconds: int
    share: float
    paid: Decimal
    full: bool


PLAYS = Dataset(name="core.plays", version=1, title="Plays", row=Play)
ALL = "SELECT * EXCLUDE part FROM facts ORDER BY part, seconds, title"

plays = st.builds(
    Play,
    day=st.dates(date(1970, 1, 1)),
    at=st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)),
    track=st.uuids(),
    title=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    country=st.none() | st.text("ABC", max_size=2),
    seconds=st.integers(-(2**63), 2**63 - 1),
    share=st.floats(allow_nan=False, allow_infinity=False),
    paid=st.decimals(-(10**25), 10**25, places=12),
    full=st.booleans(),
)


def play(**changed: Any) -> Play:
    noon = datetime(2026, 9, 1, 12, tzinfo=UTC)
    plain = Play(noon.date(), noon, UUID(int=1), "Nova", "SE", 30, 0.5, Decimal(1), full=True)
    for name, value in changed.items():
        setattr(plain, name, value)
    return plain


@pytest.fixture
def datasets(app, monkeypatch):
    monkeypatch.setitem(app.offers.datasets, PLAYS.name, PLAYS)
    return app


def somebody() -> Identity:
    return Identity(new_id(), new_id(), frozenset({EVERYTHING}))


async def published(app: Any, who: Identity, part: str, rows: Any, dataset: Dataset = PLAYS) -> None:
    async with app.unit(who) as ctx:
        await publish_facts(ctx, dataset, part, rows)


async def found(app: Any, who: Identity, sql: str = ALL, *parameters: Any, **options: Any) -> list[Any]:
    async with app.unit(who, writable=False) as ctx:
        return await query_facts(ctx, PLAYS, sql, parameters, **options)


@given(rows=st.lists(plays, max_size=20))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_written_is_read_to_the_last_digit(rows, tmp_path):
    out = tmp_path / "facts.parquet"
    assert parquet.write(PLAYS, rows, out, tmp_path) == len(rows)
    read = parquet.query(PLAYS, {"x": out}, "SELECT * EXCLUDE part FROM facts", [], tmp_path)
    told = [tuple(getattr(row, name) for name in Play.__struct_fields__) for row in rows]
    assert [(*row[:1], row[1].astimezone(UTC), *row[2:]) for row in read] == told


def test_a_missing_float_is_null_and_no_number_is_refused(tmp_path):
    class Share(Struct):
        share: float | None

    shares = Dataset(name="core.shares", version=1, title="Shares", row=Share)
    out = tmp_path / "facts.parquet"
    parquet.write(shares, [Share(None), Share(0.5)], out, tmp_path)
    assert parquet.query(shares, {"x": out}, "SELECT share FROM facts", [], tmp_path) == [(None,), (0.5,)]
    with pytest.raises(Invalid, match="no number"):
        parquet.write(shares, [Share(float("nan"))], out, tmp_path)


def test_the_same_rows_make_the_same_bytes(tmp_path):
    rows = [play(seconds=each, title=f"{each}" * 5) for each in range(3000)]
    files = [tmp_path / "one.parquet", tmp_path / "two.parquet"]
    for file in files:
        parquet.write(PLAYS, iter(rows), file, tmp_path)
    assert files[0].read_bytes() == files[1].read_bytes()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("seconds", 1.5),
        ("seconds", "12"),
        ("seconds", 2**63),
        ("seconds", None),
        ("title", None),
        ("share", float("nan")),
        ("paid", Decimal("0.0000000000001")),
        ("paid", Decimal("NaN")),
        ("paid", Decimal(10**26)),
        ("day", "yesterday"),
        ("full", 1),
    ],
)
async def test_a_row_that_lies_is_refused_and_nothing_is_kept(datasets, field, value):
    me = somebody()
    rows = (play(**{field: value}) if each == 1500 else play() for each in range(2000))
    with pytest.raises(Invalid, match="core.plays"):
        await published(datasets, me, "sep", rows)
    assert await found(datasets, me) == []
    async with datasets.unit(me, writable=False) as ctx:
        assert await facts_parts(ctx, PLAYS) == {}


async def test_a_part_is_replaced_and_withdrawn_and_each_is_told_in_order(datasets, monkeypatch):
    me, heard = somebody(), []
    sums = "SELECT part, count(*), sum(seconds)::BIGINT FROM facts GROUP BY part ORDER BY part"
    await published(datasets, me, "aug", [play(seconds=1)])
    await published(datasets, me, "sep", [play(seconds=2), play(seconds=3)])
    assert await found(datasets, me, sums) == [("aug", 1, 1), ("sep", 2, 5)]
    assert await found(datasets, me, sums, parts=["aug"]) == [("aug", 1, 1)]
    await published(datasets, me, "sep", [play(seconds=9)])
    assert await found(datasets, me, sums) == [("aug", 1, 1), ("sep", 1, 9)]
    async with datasets.unit(me) as ctx:
        await withdraw_facts(ctx, PLAYS, "aug")
        await withdraw_facts(ctx, PLAYS, "never published")
    assert await found(datasets, me, sums) == [("sep", 1, 9)]
    events = await datasets.database.read(_told(me.account))
    heard = [(each["part"], each["rows"], each["file"] is None) for each in events]
    assert heard == [("aug", 1, False), ("sep", 2, False), ("sep", 1, False), ("aug", 0, True)]


def _told(account: UUID | None) -> Any:
    import msgspec
    from sqlalchemy import select

    from maxbooster.events.models import EventRow

    def told(connection: Any) -> list[dict[str, Any]]:
        query = select(EventRow.facts).where(EventRow.account_id == account, EventRow.name == "facts.ready")
        return [msgspec.json.decode(facts) for facts in connection.execute(query.order_by(EventRow.seq)).scalars()]

    return told


async def test_what_a_part_replaced_is_gone_from_the_store(datasets):
    me = somebody()
    await published(datasets, me, "sep", [play()])
    async with datasets.unit(me, writable=False) as ctx:
        old = (await facts_parts(ctx, PLAYS))["sep"].file_id
    await published(datasets, me, "sep", [play()])
    await drain(datasets)
    async with datasets.unit(me, writable=False) as ctx:
        with pytest.raises(NotFound):
            await ctx.files.get(old)
        assert (await facts_parts(ctx, PLAYS))["sep"].version == 2
    assert len(await found(datasets, me)) == 1


async def test_facts_of_another_account_do_not_exist(datasets):
    mine, theirs = somebody(), somebody()
    await published(datasets, mine, "sep", [play()])
    assert await found(datasets, theirs) == []
    async with datasets.unit(theirs) as ctx:
        await withdraw_facts(ctx, PLAYS, "sep")
    assert len(await found(datasets, mine)) == 1


async def test_a_file_of_another_version_is_told_by_its_part(datasets, monkeypatch):
    me = somebody()
    await published(datasets, me, "sep", [play()])

    class Later(Struct):
        day: date
        seconds: str

    later = Dataset(name="core.plays", version=2, title="Plays", row=Later)
    async with datasets.unit(me, writable=False) as ctx:
        with pytest.raises(Invalid, match=r"'sep' of core\.plays isn't version 2: the column 'seconds' holds BIGINT"):
            await query_facts(ctx, later, "SELECT * FROM facts")


@pytest.mark.parametrize(("times", "answered"), [(0, True), (2, True), (3, False)])
async def test_a_question_whose_files_go_meanwhile_is_asked_three_times(datasets, monkeypatch, times, answered):
    """Whoever publishes a part again takes the file away that is being read."""
    who, asked, query, loop = somebody(), [], parquet.query, asyncio.get_running_loop()

    async def published(seconds):
        async with datasets.unit(who) as ctx:
            await publish_facts(ctx, PLAYS, "september", [play(seconds=seconds)])

    def meanwhile(*given):
        asked.append(given)
        if len(asked) > times:
            return query(*given)
        asyncio.run_coroutine_threadsafe(published(len(asked)), loop).result(10)
        raise Invalid("The file is gone.")

    await published(0)
    monkeypatch.setattr(parquet, "query", meanwhile)
    async with datasets.unit(who, writable=False) as ctx:
        question = query_facts(ctx, PLAYS, "SELECT seconds FROM facts")
        if answered:
            assert await question == [(times,)]
        else:
            with pytest.raises(Invalid, match="The file is gone"):
                await question
    assert len(asked) == min(times + 1, 3)


async def test_a_question_that_is_wrong_itself_is_asked_once(datasets, monkeypatch):
    who, asked = somebody(), []

    def wrong(*given):
        asked.append(given)
        raise Invalid("The part isn't what it says.")

    async with datasets.unit(who) as ctx:
        await publish_facts(ctx, PLAYS, "september", [play()])
    monkeypatch.setattr(parquet, "query", wrong)
    async with datasets.unit(who, writable=False) as ctx:
        with pytest.raises(Invalid):
            await query_facts(ctx, PLAYS, "SELECT seconds FROM facts")
    assert len(asked) == 1


async def test_a_question_takes_values_as_parameters_only(datasets):
    me = somebody()
    await published(datasets, me, "it's", [play(title="'; DROP VIEW facts; --")])
    assert await found(datasets, me, "SELECT part FROM facts WHERE title = ?", "'; DROP VIEW facts; --") == [("it's",)]


async def test_a_dataset_that_nobody_registers_cannot_be_published(datasets):
    stranger = Dataset(name="core.visits", version=1, title="Visits", row=Play)
    with pytest.raises(UsageError, match="register_datasets"):
        await published(datasets, somebody(), "x", [], stranger)
    with pytest.raises(UsageError, match="1 to 100 letters"):
        await published(datasets, somebody(), "x" * 101, [])


def _odd() -> Iterator[tuple[dict[str, Any], str]]:
    class Listed(Struct):
        tags: list[str]

    class Either(Struct):
        value: int | str

    class Empty(Struct):
        pass

    class Renamed(Struct, rename="camel"):
        long_name: str

    class Short(Struct, omit_defaults=True):
        name: str = ""

    class Parted(Struct):
        part: str

    plain = {"name": "core.plays", "version": 1, "title": "Plays", "row": Play}
    yield plain | {"name": "plays"}, "family.facts"
    yield plain | {"name": "core." + "x" * 80}, "at most 80"
    yield plain | {"version": 0}, "the first is 1"
    yield plain | {"row": Listed}, "'tags'"
    yield plain | {"row": Either}, "'value'"
    yield plain | {"row": Empty}, "no fields"
    yield plain | {"row": Renamed}, "renames"
    yield plain | {"row": Short}, "leaves out"
    yield plain | {"row": Parted}, "'part'"


@pytest.mark.parametrize(("given_", "words"), list(_odd()))
def test_a_dataset_that_no_file_can_hold_is_refused(given_, words):
    with pytest.raises(ValueError, match=words):
        Dataset(**given_)


async def test_the_api_lists_parts_and_their_files_can_be_downloaded_and_not_deleted(datasets, account):
    await published(datasets, account, "sep", [play()])
    async with open_api(datasets, account.account) as api:
        [listed] = (await api.get("/api/core/facts")).json()["items"]
        assert (listed["dataset"], listed["part"], listed["rows"], listed["version"]) == ("core.plays", "sep", 1, 1)
        content = await api.get(f"/api/core/files/{listed['file']}/content")
        assert content.content.startswith(b"PAR1")
        refused = await api.delete(f"/api/core/files/{listed['file']}")
        assert refused.status_code == 409
        assert "core.plays" in refused.json()["detail"]
    assert len(await found(datasets, account)) == 1


async def test_events_of_a_part_are_one_entity():
    from maxbooster.plugin import FactsReady

    told: Event = FactsReady("core.plays", "sep", 1, None, 0)
    assert told.entity() == "core.plays:sep"
