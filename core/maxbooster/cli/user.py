"""`maxbooster user`: users, as the operator manages them, and tokens for staff."""

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
from .failures import printable
from .printing import AS_JSON, print_rows
from .running import in_platform

ACCOUNT = click.option("--account", "name", help="Name of the artist or label.  [default: the user's name]")


@click.group()
def user() -> None:
    """Create, find, disable and reset users."""


@user.command()
@click.argument("email")
@click.option("--name", "person", help="The person's name.  [default: from the address]")
@ACCOUNT
@click.option("--operator", type=click.Choice(OPERATORS), help="Make them a member of staff.")
@click.option("--password-hash", help="An argon2id or bcrypt hash from elsewhere, instead of a password.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@AS_JSON
def create(email: str, password_stdin: bool, as_json: bool, **chosen: str | None) -> None:
    """Create a user with an account of their own, and print both ids. Asks for the password."""
    if chosen["password_hash"] is not None and password_stdin:
        raise click.UsageError("Give either --password-hash or --password-stdin.")
    password = None if chosen["password_hash"] else _password(password_stdin)
    wanted = _Wanted(email=normal(email), password=password, **chosen)
    user, account = in_platform(_create, wanted, upgrade=True)
    print_rows({"user": user, "account": account}, [f"user {user}  account {account}"], as_json=as_json)


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))


class _Wanted(Struct, frozen=True, kw_only=True):
    """The user to create, with a password or a hash from elsewhere."""

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
        raise Invalid(
            "The password hash is neither argon2id nor bcrypt, or too costly to check.", field="password_hash"
        )
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
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1, 10_000), help="At most this many.")
@AS_JSON
def list_users(email: str | None, limit: int, as_json: bool) -> None:
    """List users whose email address starts with EMAIL, or all."""

    async def listed(ctx: Context) -> list[_Listed]:
        return [_Listed.of(user) for user in (await service.find(ctx, None, limit, email=email)).rows]

    rows = in_platform(listed)
    matching = f" whose email address starts with {email!r}" if email else " yet; `maxbooster user create` creates one"
    print_rows(rows, [row.line for row in rows], as_json=as_json, empty=f"There are no users{matching}.")


class _Listed(Struct, frozen=True):
    id: UUID
    email: str | None
    name: str
    operator: str | None
    two_factor: bool
    disabled: bool

    @classmethod
    def of(cls, user: User) -> _Listed:
        return cls(
            user.id, user.email, user.name, user.operator, user.totp_since is not None, user.disabled_at is not None
        )

    @property
    def line(self) -> str:
        marks = [self.operator or "", "2fa" if self.two_factor else "", "disabled" if self.disabled else ""]
        shown = " ".join(mark for mark in marks if mark)
        return f"{self.id}  {self.email or '(erased)'}  {printable(self.name)}  {shown}".rstrip()


@user.command()
@click.argument("email")
def disable(email: str) -> None:
    """Sign a user out everywhere and keep them from signing in."""
    in_platform(_disable, email, True)
    click.echo(f"{email} is disabled.")


@user.command()
@click.argument("email")
def enable(email: str) -> None:
    """Let a disabled user sign in again."""
    in_platform(_disable, email, False)
    click.echo(f"{email} is enabled.")


async def _disable(ctx: Context, email: str, disabled: bool) -> None:
    found = await service.user_by_email(ctx, email)
    await service.set_disabled(ctx, found.id, disabled)


@user.command()
@click.argument("email")
@click.option(
    "--two-factor", "--second-factor", "second_factor", is_flag=True, help="Turn two-factor authentication off too."
)
def reset(email: str, second_factor: bool) -> None:
    """Sign a user out everywhere and email them a link to reset their password."""

    async def resetting(ctx: Context) -> None:
        found = await service.user_by_email(ctx, email)
        await service.reset(ctx, found.id, second_factor=second_factor)

    in_platform(resetting)
    click.echo(f"{email} is signed out; a worker will send the email with the reset link.")


@user.command("log-out-everybody")
@click.option("--yes", is_flag=True, help="Don't ask for confirmation.")
def log_out_everybody(yes: bool) -> None:
    """End every session of every user, as after a break-in. API keys go on working."""
    if not yes:
        click.confirm("Everybody, you included, must log in again. Continue?", abort=True)
    ended = in_platform(service.log_out_everybody)
    click.echo(f"{ended} sessions are ended.")


@user.command()
@click.argument("email")
@click.argument("role", type=click.Choice([*OPERATORS, "none"]))
def operator(email: str, role: str) -> None:
    """Make a user a member of staff with ROLE, or take that away with none."""

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
    """Create a token for a member of staff to use the API and the console, and print it. It is shown only once."""

    async def made(ctx: Context) -> str:
        found = await service.user_by_email(ctx, email)
        if found.operator is None:
            raise NotAllowed(f"{email} is not a member of staff; `maxbooster user operator` makes them one.")
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
