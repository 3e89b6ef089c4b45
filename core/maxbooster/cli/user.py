"""`maxbooster user`: users by the operator's hand, and tokens of staff."""

from __future__ import annotations

import sys
from datetime import timedelta
from uuid import UUID

import click
from msgspec import Struct
from sqlalchemy import Connection, update

from ..auth.events import KeyChanged, Registered, UserChanged, note
from ..auth.keys import service as keys
from ..auth.models import User
from ..auth.operators import service
from ..auth.passwords import is_importable
from ..auth.people import registration
from ..context import Context
from ..db.models import PLATFORM
from ..db.types import new_id
from ..errors import Invalid, NotAllowed
from ..identity import EVERYTHING
from ..mail import address as normal
from ..plugins.manifest import OPERATORS
from .running import in_platform

ACCOUNT = click.option("--account", "name", help="Name of the artist or label.  [default: the user's name]")


@click.group()
def user() -> None:
    """Make, find, disable and reset users."""


@user.command()
@click.argument("email")
@click.option("--name", "person", help="The person's name.  [default: from the address]")
@ACCOUNT
@click.option("--operator", type=click.Choice(OPERATORS), help="Make them staff.")
@click.option("--password-hash", help="An argon2id or bcrypt hash from elsewhere, instead of a password.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
def create(email: str, password_stdin: bool, **chosen: str | None) -> None:
    """Make a user with an account of their own; prints both ids. The password is asked for."""
    if chosen["password_hash"] is not None and password_stdin:
        raise click.UsageError("Give either --password-hash or --password-stdin.")
    password = None if chosen["password_hash"] else _password(password_stdin)
    wanted = _Wanted(email=normal(email), password=password, **chosen)
    made = in_platform(_create, wanted, upgrade=True)
    click.echo(f"user {made[0]}  account {made[1]}")


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))


class _Wanted(Struct, frozen=True, kw_only=True):
    """The user that is to be made; with a hash from elsewhere, or a password."""

    email: str
    person: str | None
    name: str | None
    operator: str | None
    password: str | None
    password_hash: str | None


async def _create(ctx: Context, wanted: _Wanted) -> tuple[UUID, UUID]:
    email, imported = wanted.email, wanted.password_hash
    person = (wanted.person or email.partition("@")[0]).strip()
    if imported is not None and not is_importable(imported):
        raise Invalid("This hash is neither argon2id nor bcrypt at a cost that can be checked.", field="password_hash")
    hashed = imported or await registration.accepted_password(ctx, wanted.password or "", [email, person])
    id, account = new_id(), new_id()
    note(ctx, Registered(id))

    def make(connection: Connection) -> None:
        registration.make_user(
            connection, id, email, name=person, password=hashed, now=ctx.now, operator=wanted.operator
        )
        registration.make_account(connection, account, (wanted.name or person).strip(), owner=id, now=ctx.now)

    await ctx.write(make)
    return id, account


@user.command("list")
@click.argument("email", required=False)
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1, 10_000))
def list_users(email: str | None, limit: int) -> None:
    """Users whose address begins with EMAIL, or all."""

    async def listed(ctx: Context) -> list[str]:
        return [_line(user) for user in await service.find(ctx, email, limit)]

    for line in in_platform(listed):
        click.echo(line)


def _line(user: User) -> str:
    marks = [user.operator or "", "2fa" if user.totp_since else "", "disabled" if user.disabled_at else ""]
    return f"{user.id}  {user.email or '(erased)'}  {user.name}  {' '.join(mark for mark in marks if mark)}".rstrip()


@user.command()
@click.argument("email")
def disable(email: str) -> None:
    """Log a user out everywhere and let them in no more."""
    in_platform(_disable, email, True)
    click.echo(f"{email} is disabled.")


@user.command()
@click.argument("email")
def enable(email: str) -> None:
    """Let a user in again."""
    in_platform(_disable, email, False)
    click.echo(f"{email} is enabled.")


async def _disable(ctx: Context, email: str, disabled: bool) -> None:
    found = await service.user_by_email(ctx, email)
    await service.set_disabled(ctx, found.id, disabled)


@user.command()
@click.argument("email")
@click.option("--second-factor", is_flag=True, help="Take the second factor off too.")
def reset(email: str, second_factor: bool) -> None:
    """Log a user out everywhere and send them a link for a new password."""

    async def resetting(ctx: Context) -> None:
        found = await service.user_by_email(ctx, email)
        await service.reset(ctx, found.id, second_factor=second_factor)

    in_platform(resetting)
    click.echo(f"{email} is logged out; a link for a new password goes out with the next run of a worker.")


@user.command()
@click.argument("email")
@click.argument("role", type=click.Choice([*OPERATORS, "none"]))
def operator(email: str, role: str) -> None:
    """Make a user staff with ROLE, or staff no more."""

    async def change(ctx: Context) -> None:
        found = await service.user_by_email(ctx, email)
        note(ctx, UserChanged(found.id, f"operator: {role}"))
        chosen = None if role == "none" else role
        await ctx.write(
            lambda connection: (
                connection.execute(update(User).where(User.id == found.id).values(operator=chosen)) and None
            )
        )

    in_platform(change)
    click.echo(f"{email}: {role}")


@user.command()
@click.argument("email")
@click.option("--days", default=90, show_default=True, type=click.IntRange(1, 730), help="Days until it expires.")
def token(email: str, days: int) -> None:
    """A token with which a member of staff works through the API and the console. It is shown this once."""

    async def made(ctx: Context) -> str:
        found = await service.user_by_email(ctx, email)
        if found.operator is None:
            raise NotAllowed(f"{email} is not staff; make them so with `maxbooster user operator`.")
        id = new_id()
        note(ctx, KeyChanged(found.id, id, "made"))
        return await ctx.write(
            lambda connection: keys.create(
                connection,
                PLATFORM,
                frozenset({EVERYTHING}),
                at=ctx.now,
                user=found.id,
                lifetime=timedelta(days=days),
                name="staff",
                id=id,
            )
        )

    click.echo(in_platform(made))
