"""A label's view of its sub-accounts."""

from __future__ import annotations

from ..context import Context
from ..errors import NotFound
from ..http.page_parameters import Cursor, Limit
from ..http.routes import Routes, get
from ..paging import Page
from . import service
from .schemas import RolledUp, RollUpOut


@get("/", operation_id="listRollUps", permission="subaccount.read")
async def list_roll_ups(ctx: Context) -> list[RollUpOut]:
    """The tables over its sub-accounts that a label can see."""
    return [RollUpOut.of(each) for each in service.offered(ctx)]


@get("/{name:str}", operation_id="listRolledUp", permission="subaccount.read", raises=[NotFound])
async def list_rolled_up(ctx: Context, name: str, cursor: Cursor = None, limit: Limit = 25) -> Page[RolledUp]:
    """What the sub-accounts of this label have, in the order of their names: releases, money, people. A page has at
    most 100 of them."""
    return await service.read(ctx, service.roll_up(ctx, name), cursor, limit)


routes = [Routes("/api/core/roll-ups", [list_roll_ups, list_rolled_up])]
