"""A plugin that shares crates and forgets every check, owners with two crates each, and strangers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio

from maxbooster.db import new_id
from maxbooster.identity import Identity
from maxbooster.testing import make_app, make_person, open_api, open_browser
from maxbooster.testing.pytest_plugin import KINDS, fresh_database
from tests.contract.site import Site

from ..rows import Crate, Record, Sleeve

GRANTS = "/api/core/grants"
HEADER = "maxbooster-grant"
MANIFEST = """permissions=(
    Permission('depot.read', 'See crates', roles=('owner', 'artist', 'viewer')),
    Permission('depot.copy', 'Copy crates', roles=('owner', 'artist')),
    Permission('depot.stack', 'Stack records', roles=('owner', 'artist')),
    Permission('depot.label', 'Label crates', roles=('owner', 'artist')),
    Permission('depot.burn', 'Burn crates', roles=('owner',)),
)"""
VAULT = '''
import asyncio
from uuid import UUID
from litestar import Request
from litestar.response import Stream
from sqlalchemy import select
from msgspec import Struct
from tests.core.rows import Crate, Record, Sleeve, Stacked

CRATE = {"depot.crate": "crate_id"}

async def title(ctx, id):
    return (await ctx.get(Crate, id)).name

@get("/{crate_id:uuid}", operation_id="getCrate", permission="depot.read", grantable=CRATE)
async def get_crate(ctx: Context, crate_id: UUID) -> dict[str, str | None]:
    return {"name": await title(ctx, crate_id), "way": ctx.identity.way, "user": ctx.user and str(ctx.user)}

@get("/{crate_id:uuid}/copy", operation_id="copyCrate", permission="depot.copy", grantable=CRATE)
async def copy_crate(ctx: Context, crate_id: UUID) -> list[str]:
    return [record.title for record in await ctx.all(select(Record))]

@get("/{crate_id:uuid}/peek", operation_id="peekCrate", permission="depot.read", grantable=CRATE)
async def peek_crate(ctx: Context, crate_id: UUID, other: UUID) -> str:
    """It forgot to check `other`."""
    return (await ctx.get(Crate, other)).name

@get("/{crate_id:uuid}/all", operation_id="listCrates", permission="depot.read", grantable=CRATE)
async def list_crates(ctx: Context, crate_id: UUID) -> list[str]:
    """It forgot to narrow what it reads."""
    return [crate.name for crate in await ctx.all(select(Crate))]

@get("/{crate_id:uuid}/records/{record_id:uuid}", operation_id="getRecord", permission="depot.read", grantable=CRATE)
async def get_record(ctx: Context, crate_id: UUID, record_id: UUID) -> str:
    return (await ctx.get(Record, record_id)).title

@get("/{crate_id:uuid}/sound", operation_id="playCrate", permission="depot.read", grantable=CRATE)
async def play_crate(ctx: Context, crate_id: UUID) -> Stream:
    async def pieces():
        for number in range(1000):
            yield f"{number}\\n".encode()
            await asyncio.sleep(0.01)
    return Stream(pieces())

@get("/{crate_id:uuid}/open", operation_id="openCrate", permission="depot.read")
async def open_crate(ctx: Context, crate_id: UUID) -> str:
    """Not open to grants."""
    return await title(ctx, crate_id)

class NewSleeve(Struct):
    crate: UUID
    record: UUID | None = None
    note: str = ""

@post("/{crate_id:uuid}/sleeves", operation_id="addSleeve", permission="depot.stack", grantable=CRATE)
async def add_sleeve(ctx: Context, crate_id: UUID, data: NewSleeve) -> UUID:
    """It forgot to check what the body names."""
    sleeve = Sleeve(crate_id=data.crate, record_id=data.record, note=data.note)
    ctx.add(sleeve)
    ctx.emit(Stacked(str(crate_id), 1))
    ctx.audit("depot.stacked", sleeve, after={"note": data.note})
    return sleeve.id

@delete("/{crate_id:uuid}/sleeves/{sleeve_id:uuid}", operation_id="dropSleeve", permission="depot.stack",
    grantable=CRATE)
async def drop_sleeve(ctx: Context, crate_id: UUID, sleeve_id: UUID) -> None:
    ctx.delete(await ctx.get(Sleeve, sleeve_id))

@patch("/{crate_id:uuid}/records/{record_id:uuid}", operation_id="moveRecord", permission="depot.stack",
    grantable=CRATE)
async def move_record(ctx: Context, crate_id: UUID, record_id: UUID, to: UUID) -> None:
    (await ctx.get(Record, record_id)).crate_id = to

@post("/{crate_id:uuid}", operation_id="burnCrate", permission="depot.burn")
async def burn_crate(ctx: Context, crate_id: UUID) -> None:
    ctx.delete(await ctx.get(Crate, crate_id))

@hookimpl
def register_routes():
    return [Routes("/crates", [get_crate, copy_crate, peek_crate, list_crates, get_record, play_crate, open_crate,
        add_sleeve, drop_sleeve, move_record, burn_crate])]

@hookimpl
def register_grantables():
    rights = (Right("depot.read", "See it"), Right("depot.copy", "Copy it"),
        Right("depot.stack", "Stack records", writes=(Record, Sleeve), emits=(Stacked,)),
        Right("depot.label", "Label crates", writes=(Crate,)))
    return [Grantable(name="depot.crate", title="Crate", rights=rights, load_title=title,
        parts=(Part(Crate), Part(Record, "crate_id"), Part(Sleeve, "crate_id")))]
'''


@pytest.fixture(scope="module")
def depot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A plugin whose handlers forget every check."""
    folder = tmp_path_factory.mktemp("site")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(folder))
        site = Site(folder)
        site.install("depot", VAULT, manifest=MANIFEST)
        yield
        site.forget()


@pytest.fixture(scope="module", params=KINDS)
def database_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    yield from fresh_database(request, tmp_path_factory.mktemp("database"))


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def app(database_url: str, data: Path, depot: None) -> AsyncIterator[Any]:
    async with make_app(data, database_url, migrated=True, mail="memory:") as opened:
        tables = [Crate.__table__, Record.__table__, Sleeve.__table__]
        await opened.database.transact(lambda connection: Crate.metadata.create_all(connection, tables))
        yield opened


@dataclass
class Owner:
    """An owner at their browser, with two crates of a record each."""

    app: Any
    person: Any
    browser: Any
    crate: UUID
    record: UUID
    other: UUID
    other_record: UUID

    async def share(self, status: int = 201, **more: Any) -> dict[str, Any]:
        new = {"kind": "depot.crate", "object_id": str(self.crate), "rights": ["depot.read"]} | more
        answer = await self.browser.post(GRANTS, json=new)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def link(self, **more: Any) -> str:
        """The token of a new link."""
        return token_of(await self.share(**more))

    async def revoke(self, id: str) -> None:
        answer = await self.browser.delete(f"{GRANTS}/{id}")
        assert answer.status_code == 204, answer.text

    async def listed(self, **query: str) -> list[dict[str, Any]]:
        answer = await self.browser.get(GRANTS, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()


def token_of(shared: dict[str, Any]) -> str:
    return str(shared["url"]).partition("#")[2]


@asynccontextmanager
async def owning(app: Any, role: str = "owner", account: UUID | None = None) -> AsyncIterator[Owner]:
    person = await make_person(app, f"{new_id().hex}@example.org", role=role, account=account)
    crates = [Crate(name=f"{name} {new_id().hex}") for name in ("Jazz", "Blues")]
    records = [Record(crate_id=crate.id, title=f"of {crate.name}") for crate in crates]
    async with app.unit(Identity(person.account, person.user, frozenset({"*"}))) as ctx:
        ctx.add(*crates, *records)
    async with open_browser(app) as browser:
        await browser.log_in(person)
        yield Owner(app, person, browser, crates[0].id, records[0].id, crates[1].id, records[1].id)


@pytest_asyncio.fixture(loop_scope="module")
async def nova(app: Any) -> AsyncIterator[Owner]:
    async with owning(app) as owner:
        yield owner


@pytest_asyncio.fixture(loop_scope="module")
async def vera(app: Any) -> AsyncIterator[Owner]:
    """With whom something is shared."""
    async with owning(app) as owner:
        yield owner


@pytest_asyncio.fixture(loop_scope="module")
async def stranger(app: Any) -> AsyncIterator[Any]:
    async with open_api(app) as api:
        yield api


async def ask(client: Any, path: str, grant: str, method: str = "GET", **more: Any) -> Any:
    headers = {HEADER: grant} | more.pop("headers", {})
    return await client.request(method, f"/api/depot/crates/{path}", headers=headers, **more)
