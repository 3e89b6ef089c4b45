"""What files became, and the permission that this takes: a statement that was uploaded is shown like statements are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct
from sqlalchemy import ColumnElement, or_

from ..errors import Invalid, NotAllowed
from .models import FileRow

if TYPE_CHECKING:
    from ..app import App
    from ..context import Context

_NAME = re.compile(r"[a-z][a-z0-9]*\.[a-z][a-z0-9_]*\Z")
_LONGEST_NAME = 40


class FilePurpose(Struct, frozen=True, kw_only=True):
    """Files of one kind that are shown only to those who hold a permission beyond `file.read`."""

    name: str
    """`<family>.<files>`: "distribution.statement"."""
    title: str
    """What people call one: "Royalty statement"."""
    permission: str
    """Who holds it sees such files, downloads them and gives links to them."""
    uploaded: bool = False
    """People upload them, and find them in their list of files; else the platform makes them for itself."""

    def __post_init__(self) -> None:
        if not _NAME.match(self.name) or len(self.name) > _LONGEST_NAME:
            raise ValueError(
                f"file purpose {self.name!r}: use 'family.files', lower case, at most {_LONGEST_NAME} letters"
            )


FACTS = FilePurpose(name="core.facts", title="Figures in bulk", permission="facts.read")


def permission_of(app: App, purpose: str | None) -> str | None:
    """Which permission a file takes beyond `file.read`; None: none.

    Raises:
        NotAllowed: nobody knows, because the plugin that made it is off.
    """
    if purpose is None:
        return None
    declared = app.offers.file_purposes.get(purpose)
    if declared is None:
        plugin = purpose.partition(".")[0]
        raise NotAllowed(f"This file is part of {plugin}, which is turned off. Turn it on to see the file.")
    return declared.permission


def visible(ctx: Context, *, system: bool) -> ColumnElement[bool]:
    """Files that the caller may see; `system`: also those that the platform made for itself."""
    seen = [
        each.name
        for each in ctx.app.offers.file_purposes.values()
        if (system or each.uploaded) and ctx.identity is not None and ctx.identity.may(each.permission)
    ]
    return or_(FileRow.purpose.is_(None), FileRow.purpose.in_(seen))


def uploadable(ctx: Context, name: str) -> FilePurpose:
    """
    Raises:
        Invalid: nothing of that name is uploaded.
        NotAllowed: the caller could not see the file afterwards.
    """
    known = {each.name: each for each in ctx.app.offers.file_purposes.values() if each.uploaded}
    if name not in known:
        names = ", ".join(sorted(known)) or "none"
        raise Invalid(
            f"Nothing is uploaded for {name[:40]!r}; leave the purpose out, or use one of these: {names}.",
            field="Upload-Metadata",
        )
    ctx.demand(known[name].permission)
    return known[name]
