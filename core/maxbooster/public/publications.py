"""Publishing and withdrawing, for the owner; reading what is published, for everybody."""

from __future__ import annotations

import re
import secrets
import unicodedata
from hashlib import sha256
from typing import TypeVar
from uuid import UUID

import msgspec
from msgspec import Struct
from sqlalchemy import select

from ..context import Context
from ..errors import Conflict, Gone, NotFound
from .models import Publication
from .page import PATH, SignUp, SignUpForm

S = TypeVar("S", bound=Struct)
_LETTERS = "23456789abcdefghjkmnpqrstvwxyz"
"""None that is easily taken for another."""
_WORDS = 60


async def publish(
    ctx: Context,
    area: str,
    subject: UUID,
    content: Struct,
    *,
    title: str,
    image: bytes | None = None,
    sign_up: SignUp | None = None,
) -> Publication:
    """Write the copy that strangers see of a row of this account, or bring it up to date. `title` makes the address,
    which stays what it was first. `image`: a JPEG. `sign_up`: the form on it. What is there already is
    not written again. Conflict at the commit: it was published or withdrawn meanwhile.

    Raises:
        Conflict: the operator has turned the page off.
    """
    row = await publication_of(ctx, area, subject)
    if row is not None and row.taken_down_at is not None:
        raise Conflict(f"The operator turned this page off: {row.taken_down_why}")
    if row is None:
        row = Publication(area=area, slug=slug(title), account_id=ctx.account, subject=subject, published_at=ctx.now)
        ctx.add(row)
    elif row.content is None:
        row.published_at = ctx.now
    shown = (msgspec.to_builtins(content), image, msgspec.to_builtins(sign_up))
    if (row.content, row.image, row.sign_up) != shown:
        (row.content, row.image, row.sign_up), row.changed_at = shown, ctx.now
    return row


async def withdraw(ctx: Context, area: str, subject: UUID) -> bool:
    """Empty the copy: its address answers that it is gone. False: nothing was published."""
    row = await publication_of(ctx, area, subject)
    if row is None or row.content is None:
        return False
    row.content, row.image, row.sign_up, row.changed_at = None, None, None, ctx.now
    return True


async def publication_of(ctx: Context, area: str, subject: UUID) -> Publication | None:
    """This account's publication of a row, withdrawn or not."""
    own = (Publication.account_id == ctx.account, Publication.area == area, Publication.subject == subject)
    return await ctx.first(select(Publication).where(*own))


async def published(ctx: Context, area: str, slug: str, kind: type[S]) -> S:
    """What is published at an address.

    Raises:
        NotFound: nothing ever was.
        Gone: it was withdrawn.
    """
    return msgspec.convert((await _standing(ctx, area, slug)).content, kind)


async def published_image(ctx: Context, area: str, slug: str) -> bytes:
    """
    Raises:
        NotFound: nothing was published there, or without a picture.
        Gone: it was withdrawn.
    """
    image = (await _standing(ctx, area, slug)).image
    if image is None:
        raise NotFound("This page has no picture.")
    return image


async def sign_up_form(ctx: Context, area: str, slug: str) -> SignUpForm | None:
    """The form that was published with a page, for its template.

    Raises:
        NotFound: nothing was published there.
        Gone: it was withdrawn.
    """
    found = _sign_up(await _standing(ctx, area, slug))
    if found is None:
        return None
    action = f"{PATH}/audience/sign-up/{area}/{slug}"
    return SignUpForm(heading=found.heading, consent=found.consent, version=version(found.consent), action=action)


async def sign_up_at(ctx: Context, area: str, slug: str) -> tuple[UUID, SignUp]:
    """Whose list a page's form leads to, and what it says.

    Raises:
        NotFound: no page with a form was published there.
        Gone: it was withdrawn.
    """
    row = await _standing(ctx, area, slug)
    found = _sign_up(row)
    if found is None:
        raise NotFound("This page has no form.")
    return row.account_id, found


def _sign_up(row: Publication) -> SignUp | None:
    return msgspec.convert(row.sign_up, SignUp) if row.sign_up is not None else None


def version(words: str) -> str:
    return sha256(words.encode()).hexdigest()[:16]


class TakenDown(Gone):
    """The operator has turned the page off."""


async def _standing(ctx: Context, area: str, slug: str) -> Publication:
    row = await ctx.first(select(Publication).where(Publication.area == area, Publication.slug == slug))
    if row is None:
        raise NotFound("There is no page at this address.")
    if row.taken_down_at is not None:
        raise TakenDown("This page is unavailable.")
    if row.content is None:
        raise Gone("This page is no longer public.")
    return row


def slug(title: str) -> str:
    """`Harbour B` → `harbour-b-k3v9tm`: readable, and nobody's to guess or to take."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain)[:_WORDS].strip("-")
    return "-".join(part for part in (words, random_code(6)) if part)


def random_code(length: int) -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(length))
