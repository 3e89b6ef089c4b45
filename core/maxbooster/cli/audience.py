"""`maxbooster audience`: contacts and mailing lists of an account."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

import click

from ..audience import importing, leaving, mailing, queries, service, suppressions
from ..audience.models import Contact
from ..audience.schemas import ContactDetail, ContactOut
from ..context import Context
from ..errors import NotFound
from ..mail import address
from ..paging import PageOfRows, every_page
from .failures import printable
from .printing import ACCOUNT, AS_JSON, print_rows
from .running import in_account

STATUSES = ("waiting", "confirmed", "unsubscribed", "bounced", "complained")
_LIST = click.argument("list_id", metavar="LIST", type=click.UUID)


@click.group()
def audience() -> None:
    """See, import and send to mailing lists."""


@audience.command("lists")
@ACCOUNT
@AS_JSON
def list_lists(account: UUID, as_json: bool) -> None:
    """List an account's mailing lists, the oldest first."""
    rows = in_account(account, every_page, service.list_lists)
    lines = [
        f"{row.id}  confirmed {row.confirmed:>6}  waiting {row.waiting:>5}  {printable(row.title)}"
        f"  ({printable(row.sender)})"
        for row in rows
    ]
    print_rows(rows, lines, as_json=as_json, empty="This account has no mailing lists.")


@audience.command("create-list")
@ACCOUNT
@click.argument("title")
@click.option("--sender", required=True, help="Whose name stands on the email.")
@click.option("--language", default="en", show_default=True, help="In which fans are asked to confirm.")
@AS_JSON
def create_list(account: UUID, title: str, sender: str, language: str, as_json: bool) -> None:
    """Create a mailing list called TITLE, and print its id."""
    id = in_account(account, service.create_list, title, sender, language)
    print_rows({"id": id}, [str(id)], as_json=as_json)


@audience.command("list")
@ACCOUNT
@click.option("--list", "list_id", type=click.UUID, help="Only contacts on this list.")
@click.option("--status", type=click.Choice(STATUSES), help="Only contacts in this state.")
@AS_JSON
def list_contacts(account: UUID, list_id: UUID | None, status: str | None, as_json: bool) -> None:
    """List an account's contacts, the newest first."""

    async def read(ctx: Context, cursor: str | None, limit: int) -> PageOfRows[ContactOut]:
        return await service.list_contacts(ctx, cursor, limit, list_id=list_id, status=status)

    rows = in_account(account, every_page, read)
    lines = [
        f"{row.id}  {each.status:12}  {each.since:%Y-%m-%d}  {row.email}  {printable(row.name)}".rstrip()
        for row in rows
        for each in row.lists
        if list_id in (None, each.list_id) and status in (None, each.status)
    ]
    print_rows(rows, lines, as_json=as_json, empty="There are no such contacts.")


@audience.command()
@ACCOUNT
@click.argument("email")
@AS_JSON
def show(account: UUID, email: str, as_json: bool) -> None:
    """Show what the contact EMAIL agreed to, with the evidence."""

    async def shown(ctx: Context) -> ContactDetail:
        return await service.contact(ctx, (await _contact(ctx, email)).id)

    found = in_account(account, shown)
    lines = [
        f"{each.at:%Y-%m-%d %H:%M:%S} UTC  {each.action:9}  by {each.method}  {each.page}"
        f"  {printable(each.words)}".rstrip()
        for each in found.consent
    ]
    print_rows(found, lines, as_json=as_json)


@audience.command("import")
@ACCOUNT
@_LIST
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--source", required=True, help="Where these people agreed to get email: the evidence.")
@AS_JSON
def import_file(account: UUID, list_id: UUID, file: Path, source: str, as_json: bool) -> None:
    """Put the addresses of a CSV FILE on LIST, as confirmed."""
    result = in_account(account, importing.import_contacts, list_id, file.read_bytes(), source)
    refused = [f"line {each.line}: {printable(each.text)}: {printable(each.why)}" for each in result.refused]
    why = ", ".join(f"{count} {reason.replace('_', ' ')}" for reason, count in result.left_out.items())
    said = f"{result.imported} imported, {len(refused)} refused{f' ({why})' if why else ''}."
    print_rows(result, [*refused, said], as_json=as_json)


@audience.command()
@ACCOUNT
@_LIST
@click.option("--subject", required=True)
@click.option("--once", required=True, help="What it is about: the list gets only one email under this name.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@AS_JSON
def send(*, account: UUID, list_id: UUID, subject: str, once: str, file: Path, as_json: bool) -> None:
    """Send the text of FILE to everybody on LIST who has confirmed."""

    text = file.read_text("utf-8")

    async def queued(ctx: Context) -> UUID:
        return await mailing.send_to_list(ctx, list_id, subject=subject, text=text, once=once)

    id = in_account(account, queued)
    print_rows({"id": id}, [f"The email is queued: {id}."], as_json=as_json)


@audience.command("address")
@ACCOUNT
@click.option("--set", "written", help="The new one; its lines are separated by \\n.")
@AS_JSON
def postal_address(account: UUID, written: str | None, as_json: bool) -> None:
    """Show or set the postal address that stands in every email to a list."""
    if written is not None:
        in_account(account, mailing.set_postal_address, written.replace("\\n", "\n"))
    found = in_account(account, mailing.postal_address)
    lines = [printable(each) for each in found.splitlines()] or ["There is none yet."]
    print_rows({"postal_address": found}, lines, as_json=as_json)


@audience.command("mailings")
@ACCOUNT
@AS_JSON
def list_mailings(account: UUID, as_json: bool) -> None:
    """List what was sent to lists, with the results; the newest first."""
    rows = in_account(account, every_page, mailing.list_mailings)
    lines = [
        f"{row.id}  {row.state:9}  {row.send_at:%Y-%m-%d %H:%M} UTC  sent {row.results.sent:>6}"
        f"  failed {row.results.failed:>4}  unsubscribed {row.results.unsubscribed:>4}"
        f"  complained {row.results.complained:>4}  {printable(row.subject)}"
        for row in rows
    ]
    print_rows(rows, lines, as_json=as_json, empty="Nothing was sent to a list yet.")


@audience.command("cancel")
@ACCOUNT
@click.argument("mailing_id", metavar="MAILING", type=click.UUID)
@AS_JSON
def cancel(account: UUID, mailing_id: UUID, as_json: bool) -> None:
    """Send MAILING to nobody else."""
    in_account(account, mailing.cancel_mailing, mailing_id)
    print_rows({"id": mailing_id}, ["It is canceled."], as_json=as_json)


@audience.command("suppressions")
@ACCOUNT
@click.option("--email", help="Only what is about this address.")
@AS_JSON
def list_suppressions(account: UUID, email: str | None, as_json: bool) -> None:
    """List addresses that get no email, the newest first. Of those who are no contacts only a hash is kept."""
    if email is not None:
        rows = in_account(account, suppressions.of_address, email)
    else:
        rows = in_account(account, every_page, suppressions.list_suppressions)
    lines = [
        f"{row.at:%Y-%m-%d}  {row.reason:12}  {'everything' if row.everywhere else 'one list':10}"
        f"  {row.email or '(address not kept)'}"
        for row in rows
    ]
    print_rows(rows, lines, as_json=as_json, empty="Nothing is suppressed.")


@audience.command()
@ACCOUNT
@click.argument("email")
@click.option("--reason", required=True, type=click.Choice(("complained", "bounced", "unsubscribed")))
@AS_JSON
def suppress(account: UUID, email: str, reason: leaving.Reason, as_json: bool) -> None:
    """Never write to EMAIL again in the account's name."""
    in_account(account, leaving.suppress_contact, email, reason)
    done: dict[str, Any] = {"email": address(email), "reason": reason}
    print_rows(done, [f"{done['email']} gets no more email from this account."], as_json=as_json)


@audience.command()
@ACCOUNT
@click.argument("email")
@AS_JSON
def remove(account: UUID, email: str, as_json: bool) -> None:
    """Erase the contact EMAIL. Only a keyed hash of the address stays, so that it isn't imported again."""

    async def removed(ctx: Context) -> UUID:
        id = (await _contact(ctx, email)).id
        await leaving.remove(ctx, id)
        return id

    id = in_account(account, removed)
    print_rows({"id": id}, ["The contact was removed."], as_json=as_json)


async def _contact(ctx: Context, email: str) -> Contact:
    found = await queries.contact_of(ctx, address(email))
    if found is None:
        raise NotFound(f"There is no contact {address(email)!r} in this account.")
    return found
