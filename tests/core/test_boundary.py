"""Another account's row does not exist, however a read is written; and a read does not write."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import (
    Column,
    MetaData,
    String,
    Text,
    case,
    cast,
    column,
    delete,
    exists,
    extract,
    false,
    func,
    insert,
    lateral,
    literal,
    literal_column,
    select,
    table,
    text,
    true,
    tuple_,
    union_all,
    update,
)
from sqlalchemy import Table as CoreTable
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import aliased, joinedload, selectinload, with_loader_criteria
from sqlalchemy.sql.expression import ColumnElement

from maxbooster.auth.models import Account, RoleGrant, User
from maxbooster.db import new_id
from maxbooster.errors import UsageError
from maxbooster.identity import Identity
from maxbooster.jobs.models import JobRow
from maxbooster.testing import make_person

from .rows import Crate, Record

CRATE, RECORD, USER = Crate.__table__, Record.__table__, User.__table__


class Spliced(ColumnElement[str]):
    inherit_cache = True


@compiles(Spliced)
def _splice(element: Spliced, compiler: Any, **_: Any) -> str:
    return "(SELECT email FROM core_user)"


Statement = Callable[[], Any]


def _recursive() -> Any:
    names = select(User.email.label("email")).cte("names", recursive=True)
    return select(names.union_all(select(names.c.email).where(literal(False))).c.email)


def _self_join() -> Any:
    other = aliased(Crate)
    return select(Crate.name).join(other, true())


def _joined_cte() -> Any:
    crates = select(Crate.id, Crate.name).cte("c")
    return select(Record.title).join(crates, crates.c.id == Record.crate_id)


def _lateral() -> Any:
    inside = lateral(select(Record.title).where(Record.crate_id == Crate.id))
    return select(inside.c.title).select_from(Crate).join(inside, true())


BY_TEXT: dict[str, Statement] = {
    "text": lambda: text("SELECT email FROM core_user"),
    "text-columns": lambda: text("SELECT email FROM core_user").columns(column("email")),
    "from-statement": lambda: select(Crate).from_statement(text("SELECT * FROM test_crate")),
    "from-bare-select": lambda: select(Crate).from_statement(select(CRATE)),
    "literal-column": lambda: select(literal_column("(SELECT max(email) FROM core_user)")),
    "literal-beside": lambda: select(Crate.name, literal_column("(SELECT max(email) FROM core_user)")),
    "text-column": lambda: select(Crate.name, text("(SELECT max(email) FROM core_user)")),
    "text-where": lambda: select(Crate.name).where(text("1=1 OR name IN (SELECT email FROM core_user)")),
    "text-order": lambda: select(Crate.name).order_by(text("(SELECT max(email) FROM core_user)")),
    "text-from": lambda: select(Crate.name).select_from(text("core_user")),
    "prefix": lambda: select(Crate.name).prefix_with("name, (SELECT max(email) FROM core_user),"),
    "suffix": lambda: select(Crate.name).suffix_with("UNION SELECT email FROM core_user"),
    "hint": lambda: select(Crate.name).with_statement_hint("UNION SELECT email FROM core_user"),
    "operator": lambda: select(Crate.name).where(Crate.name.op("= (SELECT max(email) FROM core_user) OR 'a' =")("a")),
    "field": lambda: select(extract("year FROM now()), (SELECT max(email) FROM core_user", literal("2020-01-01"))),
    "construct": lambda: select(Crate.name, Spliced()),
    "sql-in-function": lambda: select(func.query_to_xml("SELECT email FROM core_user", True, True, "")),
    "file-in-function": lambda: select(func.pg_read_file("/etc/passwd")),
}  # fmt: skip

BY_TABLE: dict[str, Statement] = {
    "table": lambda: select(column("email")).select_from(table("core_user")),
    "table-column": lambda: select(table("core_user", column("email")).c.email),
    "of-another-metadata": lambda: select(CoreTable("core_user", MetaData(), Column("email", String)).c.email),
    "core-class": lambda: select(User),
    "core-column": lambda: select(User.email),
    "core-alias": lambda: select(aliased(User).email),
    "core-table": lambda: select(USER.c.email),
    "core-job": lambda: select(JobRow.arguments),
    "joined": lambda: select(Crate.name, User.email).join(User, true()),
    "outer-joined": lambda: select(Crate.name, USER.c.email).outerjoin(USER, true()),
    "cross-joined": lambda: select(Crate.name, User.email),
    "union": lambda: union_all(select(Crate.name), select(User.email)),
    "union-within": lambda: select(union_all(select(Crate.name), select(User.email)).subquery().c.name),
    "cte": lambda: select(select(User.email).cte("c").c.email),
    "recursive-cte": _recursive,
    "beside-a-cte": lambda: select(Crate.name).add_cte(select(User.email).cte("c")),
    "in": lambda: select(Crate).where(Crate.name.in_(select(User.email))),
    "exists": lambda: select(Crate).where(exists().where(User.email == Crate.name)),
    "any-value": lambda: select(Crate).where(Crate.name == select(User.email).limit(1).scalar_subquery()),
    "scalar": lambda: select(Crate.name, select(func.max(User.email)).scalar_subquery()),
    "lateral": lambda: select(Crate.name, lateral(select(User.email)).c.email),
    "in-order": lambda: select(Crate).order_by(select(func.max(User.email)).scalar_subquery()),
    "in-group": lambda: select(func.count(Crate.id)).group_by(select(func.max(User.email)).scalar_subquery()),
    "in-having": lambda: select(Crate.name).group_by(Crate.name).having(exists(select(User.id))),
    "in-offset": lambda: select(Crate).offset(select(func.count(User.id)).scalar_subquery()),
    "in-function": lambda: select(func.coalesce(select(func.max(User.email)).scalar_subquery(), Crate.name)),
    "in-a-criterion": lambda: select(Crate).options(
        with_loader_criteria(Crate, Crate.name.in_(select(User.email)), include_aliases=True)
    ),
    "in-a-joined-load": lambda: select(Crate).options(
        joinedload(Crate.records.and_(Record.title.in_(select(User.email))))
    ),
}

BARE: dict[str, Statement] = {
    "bare": lambda: select(CRATE),
    "bare-column": lambda: select(CRATE.c.name),
    "bare-beside": lambda: select(Crate.name, RECORD.c.title),
    "bare-join": lambda: select(Crate.name, RECORD.c.title).join(RECORD, true()),
    "bare-alias": lambda: select(CRATE.alias("x").c.name),
    "bare-in": lambda: select(Crate).where(Crate.name.in_(select(RECORD.c.title))),
    "bare-scalar": lambda: select(Crate.name, select(func.max(RECORD.c.title)).scalar_subquery()),
    "bare-union": lambda: union_all(select(Crate.name), select(CRATE.c.name)),
    "bare-cte": lambda: select(select(CRATE.c.name).cte().c.name),
    "class-over-bare": lambda: select(aliased(Crate, select(CRATE).subquery())),
    "function-alone": lambda: select(func.max(Crate.name).over(partition_by=Crate.room)),
    "criterion-elsewhere": lambda: select(Crate.name, CRATE.alias("b").c.name),
}


def cases(*groups: dict[str, Statement]) -> Any:
    return [pytest.param(make, id=name) for group in groups for name, make in group.items()]


@pytest.fixture
async def ours(crates, account):
    """A crate of ours and one of a stranger's, each with a record; and somebody's login."""
    await make_person(crates, "somebody@example.org")
    for who, name in ((account, "ours"), (Identity(new_id(), new_id(), frozenset({"*"})), "theirs")):
        async with crates.unit(who) as ctx:
            crate = Crate(name=name)
            ctx.add(crate, Record(crate_id=crate.id, title=f"{name} too"))
    return crates


@pytest.mark.parametrize("make", cases(BY_TEXT, BY_TABLE, BARE))
async def test_a_read_that_could_reach_others_rows_is_refused(ours, account, make):
    async with ours.unit(account) as ctx:
        for read in (ctx.first, ctx.all, ctx.rows):
            with pytest.raises(UsageError) as refused:
                await read(make())
            assert len(str(refused.value)) > 40, "it says what to do"
    async with ours.unit() as ctx:
        with pytest.raises(UsageError):
            await ctx.rows(make())


KEPT: dict[str, Statement] = {
    "class": lambda: select(Crate.name),
    "alias": lambda: select(aliased(Crate).name),
    "self-join": _self_join,
    "join": lambda: select(Record.title).join(Crate, Crate.id == Record.crate_id),
    "relationship": lambda: select(Record.title).join(Record.crate),
    "outer": lambda: select(Record.title).select_from(Crate).outerjoin(Record, Record.crate_id == Crate.id),
    "no-condition": lambda: select(Record.title).join(Crate, true()),
    "union": lambda: union_all(select(Crate.name), select(Record.title)),
    "union-of-one": lambda: union_all(select(Crate.name), select(Crate.name).where(Crate.room.is_(None))),
    "subquery": lambda: select(select(Crate.name, Crate.room).subquery().c.name),
    "cte": lambda: select(select(Crate.name).cte("c").c.name),
    "cte-joined": _joined_cte,
    "in": lambda: select(Crate.name).where(Crate.id.in_(select(Record.crate_id))),
    "exists": lambda: select(Crate.name).where(exists().where(Record.crate_id == Crate.id)),
    "any": lambda: select(Crate.name).where(Crate.records.any(Record.title != "")),
    "scalar": lambda: select(select(func.max(Crate.name)).scalar_subquery()),
    "correlated": lambda: select(
        select(func.max(Record.title)).where(Record.crate_id == Crate.id).correlate(Crate).scalar_subquery()
    ).select_from(Crate),
    "lateral": _lateral,
    "window": lambda: select(func.max(Crate.name).over(partition_by=Crate.room)).select_from(Crate),
    "nested": lambda: select(Crate.name).where(
        Crate.id.in_(select(Record.crate_id).where(Record.id.in_(select(Record.id))))
    ),
    "like": lambda: select(Crate.name).where(Crate.name.contains("s") | Crate.name.startswith("x", autoescape=True)),
    "expressions": lambda: select(Crate.name).where(
        func.lower(Crate.name).ilike("%S")
        | (Crate.version + 1 > 7)
        | case((Crate.room.is_(None), false()), else_=true())
    ),
    "set": lambda: select(Crate.name).where(Crate.name.in_(["ours", "theirs"]), tuple_(Crate.name).in_([("ours",)])),
    "distinct": lambda: select(Crate.name).distinct().order_by(Crate.name.desc().nulls_last()).offset(0),
    "over-its-own-subquery": lambda: select(aliased(Crate, select(Crate).subquery()).name),
}


@pytest.mark.parametrize("make", cases(KEPT))
async def test_a_read_over_mapped_classes_finds_ours_alone(ours, account, make):
    statement = make()
    if "LATERAL" in str(statement) and ours.database.is_sqlite:
        async with ours.unit(account) as ctx:
            with pytest.raises(DBAPIError):
                await ctx.all(statement)  # SQLite does not know the word
        return
    async with ours.unit(account) as ctx:
        for _ in range(2):
            found = await ctx.all(make())
            assert found
            assert {name.removesuffix(" too") for name in found} == {"ours"}
    async with ours.unit(Identity(new_id(), None, frozenset({"*"}))) as ctx:
        assert [name for name in await ctx.all(make()) if name is not None] == []
    async with ours.unit() as ctx:
        with pytest.raises(UsageError):
            await ctx.all(make())


async def test_relations_may_be_loaded_along(ours, account):
    async with ours.unit(account) as ctx:
        for option in (joinedload(Crate.records), selectinload(Crate.records)):
            found = await ctx.first(select(Crate).options(option))
            assert [record.title for record in found.records] == ["ours too"]


async def test_what_nobody_owns_may_be_read(ours, account):
    async with ours.unit(account) as ctx:
        assert await ctx.all(select(RoleGrant.role)) == []
        assert await ctx.first(select(literal(1) + 1)) == 2
        assert await ctx.first(select(func.coalesce(cast(literal(None), Text), "nothing"))) == "nothing"


async def test_the_platforms_tables_are_read_through_their_door(ours, account):
    async with ours.unit(account) as ctx:
        assert await ctx.platform.all(select(User.email)) == ["somebody@example.org"]
        assert len(await ctx.platform.rows(select(User.email, Account.name).join(Account, true()))) == 1
        assert await ctx.platform.first(select(Crate.name).join(User, true())) == "ours"
        for make in (*BY_TEXT.values(), *BARE.values()):
            with pytest.raises(UsageError):
                await ctx.platform.rows(make())
        with pytest.raises(UsageError):
            await ctx.all(select(User.email))


WRITES: dict[str, Statement] = {
    "update": lambda: update(Crate).values(name="taken").returning(Crate.name),
    "update-of-the-table": lambda: update(CRATE).values(name="taken").returning(CRATE.c.name),
    "insert": lambda: insert(User).values(id=new_id(), email="x@example.org").returning(User.id),
    "delete": lambda: delete(Crate).returning(Crate.name),
    "text": lambda: text("UPDATE test_crate SET name = 'taken' RETURNING name"),
    "in-a-cte": lambda: select(update(CRATE).values(name="taken").returning(CRATE.c.name).cte("c").c.name),
    "lock": lambda: select(Crate).with_for_update(),
    "sequence": lambda: select(func.nextval("core_job_seq_seq")),
}


@pytest.mark.parametrize("writable", [True, False])
@pytest.mark.parametrize("make", cases(WRITES))
async def test_a_read_that_writes_is_refused_before_it_reaches_the_database(ours, account, make, writable):
    async with ours.unit(account, writable=writable) as ctx:
        for read in (ctx.first, ctx.all, ctx.rows, ctx.platform.all):
            with pytest.raises(UsageError):
                await read(make())
    async with ours.unit(account) as ctx:
        assert await ctx.all(select(Crate.name)) == ["ours"]


async def test_readers_connections_are_read_only_in_the_database_itself(ours):
    with pytest.raises(DBAPIError, match=r"readonly|read-only"):
        await ours.database.read(lambda connection: connection.execute(update(CRATE).values(name="taken")))
    with pytest.raises(Exception, match=r"readonly|read-only"):
        await ours.database.fetch(_Writing(), name="taken")


class _Writing:
    """A look-up that is none."""

    def compiled(self, dialect: Any) -> _Writing:
        return self

    sql = "UPDATE test_crate SET name = 'taken'"

    def bind(self, given: dict[str, Any]) -> Any:
        return []

    def read(self, rows: Any) -> Any:
        return rows
