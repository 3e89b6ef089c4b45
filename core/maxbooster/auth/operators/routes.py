"""Users, as staff see them. To work as staff, switch to the platform's own account."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from ...context import Context
from ...errors import Conflict
from ...http.page_parameters import Cursor, Limit
from ...http.routes import Routes, get, post
from ...paging import Page
from ..models import User
from . import service


class StaffView(Struct, frozen=True):
    id: UUID
    email: str
    name: str
    operator: str | None
    second_factor: bool
    created_at: datetime
    disabled_at: datetime | None
    erase_at: datetime | None

    @classmethod
    def of(cls, user: User) -> StaffView:
        return cls(
            user.id,
            user.email,
            user.name,
            user.operator,
            user.totp_since is not None,
            user.created_at,
            user.disabled_at,
            user.erase_at,
        )


class StaffReset(Struct, frozen=True, forbid_unknown_fields=True):
    """`second_factor`: take that off too, for one who has lost it and has proved who they are."""

    second_factor: bool = False


@get("/", operation_id="listUsers", permission="user.read")
async def list_users(
    ctx: Context, email: str | None = None, cursor: Cursor = None, limit: Limit = 100
) -> Page[StaffView]:
    """Users in the order in which they came; `email`: how the address begins."""
    users, next = await service.find(ctx, cursor, limit, email=email)
    return Page([StaffView.of(user) for user in users], next)


@get("/{user_id:uuid}", operation_id="getUser", permission="user.read")
async def get_user(ctx: Context, user_id: UUID) -> StaffView:
    return StaffView.of(await service.user(ctx, user_id))


@post(
    "/{user_id:uuid}/disable",
    operation_id="disableUser",
    permission="user.control",
    step_up=True,
    status_code=200,
    raises=[Conflict],
)
async def disable(ctx: Context, user_id: UUID) -> StaffView:
    """Log a user out everywhere and let them in no more."""
    return StaffView.of(await service.set_disabled(ctx, user_id, True))


@post(
    "/{user_id:uuid}/enable",
    operation_id="enableUser",
    permission="user.control",
    step_up=True,
    status_code=200,
    raises=[Conflict],
)
async def enable(ctx: Context, user_id: UUID) -> StaffView:
    """Let a user in again."""
    return StaffView.of(await service.set_disabled(ctx, user_id, False))


@post("/{user_id:uuid}/reset", operation_id="resetUser", permission="user.control", step_up=True, status_code=200)
async def reset(ctx: Context, user_id: UUID, data: StaffReset) -> StaffView:
    """Log a user out everywhere and send them a link for a new password."""
    return StaffView.of(await service.reset(ctx, user_id, second_factor=data.second_factor))


routes = [Routes("/api/core/users", [list_users, get_user, disable, enable, reset])]
