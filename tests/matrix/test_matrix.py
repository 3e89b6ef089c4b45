"""The authorization matrix: it grows by itself with every route, and has no wrong allow.

The slice runs always; all of it, and on both databases, with the slow tests.
"""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from maxbooster.app import App
from tests.contract.site import Site

from . import grants
from .cells import Outcome, all_cells, ask
from .operations import SPECIAL, UNDESCRIBED, Operation, read, undescribed
from .people import ACCOUNT_KEY, ANONYMOUS, NOBODY, OWNER, VIEWER, Role, Way
from .server import Platform, running
from .strangers import Visit
from .table import Table

SLICE = (OWNER, VIEWER, NOBODY, ACCOUNT_KEY, ANONYMOUS)
SLOW_POSTGRES = pytest.param("postgresql", marks=pytest.mark.slow)
SLICE_WAYS: tuple[Way, ...] = ("session", "key", "no csrf")


def said(outcomes: list[Outcome]) -> list[str]:
    """What went wrong, in sentences."""
    return [str(outcome) for outcome in outcomes if not outcome.agrees]


async def described(platform: Platform) -> list[Operation]:
    return read(await platform.description(), platform.app)


@pytest.mark.parametrize("database_url", ["sqlite", SLOW_POSTGRES], indirect=True)
async def test_a_slice_of_the_matrix_holds(platform: Platform) -> None:
    operations = await described(platform)
    cells = all_cells(operations, platform.app.policy, SLICE, SLICE_WAYS)
    assert said(await ask(platform, cells)) == []
    assert {cell.operation for cell in cells} == set(operations)
    shared = await grants.ask(platform, operations)
    assert shared.faults == []
    assert shared.opened == {operation.id for operation in operations if operation.grantable}


async def test_no_route_that_wants_a_permission_hides_from_the_description(app: App, api: httpx.AsyncClient) -> None:
    description = (await api.get("/schema/openapi.json")).json()
    assert undescribed(description, app) == list(UNDESCRIBED)
    assert SPECIAL.keys() - {operation.id for operation in read(description, app)} == set()


@pytest.mark.slow
async def test_every_role_gets_what_the_policy_says_by_every_credential(platform: Platform) -> None:
    table = Table(await ask(platform, all_cells(await described(platform), platform.app.policy)))
    assert said(table.wrong_allows) == []
    assert said(table.wrong_refusals) == []
    assert len(table.roles) == 14


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_what_another_account_has_answers_as_what_does_not_exist(platform: Platform) -> None:
    report = await Visit(platform, await described(platform))()
    assert report.faults == []
    assert report.ids > 15


LAX = """
import os

lax = {"public": True} if os.environ.get("LAX") else {"permission": "papa.read"}

@get("/tapes", operation_id="listTapes", permission="papa.read")
async def list_tapes(ctx: Context) -> list[str]:
    return []

@get("/reels", operation_id="listReels", **lax)
async def list_reels(ctx: Context) -> list[str]:
    return []

@hookimpl
def register_routes():
    return [Routes("/", [list_tapes, list_reels])]
"""
PERMISSION = "permissions=(Permission('papa.read', 'See tapes', roles=('owner', 'artist')),)"
MANAGER = Role("manager", "manager")


@pytest.mark.slow
async def test_a_plugins_routes_join_by_themselves_and_a_wrong_allow_among_them_is_found(
    site: Site, tmp_path: Path
) -> None:
    """The server's copy of the plugin leaves one route open that it declares to be for owners and artists."""
    site.install("papa", LAX, manifest=PERMISSION)
    async with running(tmp_path, f"sqlite:///{tmp_path}/one.db", {"LAX": "1"}) as platform:
        rows = [each for each in await described(platform) if each.path.startswith("/api/papa")]
        cells = all_cells(rows, platform.app.policy, (OWNER, MANAGER, ACCOUNT_KEY, ANONYMOUS), ("session", "key"))
        table = Table(await ask(platform, cells))
    marks = {name: marks for name, _, *marks in table.rows()}
    assert marks == {"listTapes": ["✓", "·", "✓", "·"], "listReels": ["✓", "✗", "✓", "✗"]}
    assert len(table.wrong_allows) == 3
    assert table.wrong_refusals == []


LEAKY = """
from uuid import UUID, uuid4

TAPES = {}

@post("/", operation_id="makeTape", permission="papa.read")
async def make_tape(ctx: Context) -> list[UUID]:
    return [TAPES.setdefault(ctx.account, uuid4())]

@get("/", operation_id="listTapes", permission="papa.read")
async def list_tapes(ctx: Context) -> list[UUID]:
    return [tape for account, tape in TAPES.items() if account == ctx.account]

@get("/{tape_id:uuid}", operation_id="getTape", permission="papa.read")
async def get_tape(ctx: Context, tape_id: UUID) -> str:
    if tape_id not in TAPES.values():
        raise NotFound(f"There is no tape {tape_id}.")
    return "somebody's tape"

@delete("/{tape_id:uuid}", operation_id="eraseTape", permission="papa.read")
async def erase_tape(ctx: Context, tape_id: UUID) -> None:
    mine = TAPES.get(ctx.account) == tape_id
    if not mine:
        raise NotFound("There is no such tape here." if tape_id not in TAPES.values() else "It is not yours.")

@hookimpl
def register_routes():
    return [Routes("/tapes", [make_tape, list_tapes, get_tape, erase_tape])]
"""


@pytest.mark.slow
async def test_a_route_that_tells_of_other_accounts_is_found(site: Site, tmp_path: Path) -> None:
    """One answers with anybody's tape; the other gives away, by its words, that somebody has it."""
    site.install("papa", LEAKY, manifest=PERMISSION)
    async with running(tmp_path, f"sqlite:///{tmp_path}/one.db") as platform:
        papas = [each for each in await described(platform) if each.path.startswith("/api/papa")]
        report = await Visit(platform, papas)()
    assert {fault.partition(" ")[0] for fault in report.betrayed} == {"getTape", "eraseTape"}
    assert report.changed == report.vacuous == []
