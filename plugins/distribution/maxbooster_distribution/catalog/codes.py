"""Codes that stand for something else already: in this account's catalog, or in another account's."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from maxbooster.plugin import Conflict, Context, Invalid, held_by_others

from ..description import ReleaseDescription
from . import identifiers, queries
from .identifiers import ISRC, UPC, Code


def written(said: ReleaseDescription) -> list[tuple[str, Code]]:
    """Each code that is one, in its one form, with its field."""
    found = [_code("upc", UPC, said.upc)]
    found += [_code(f"tracks[{index}].isrc", ISRC, track.isrc) for index, track in enumerate(said.tracks)]
    return [each for each in found if each is not None]


def _code(field: str, kind: str, text: str | None) -> tuple[str, Code] | None:
    try:
        return (field, Code(kind, (identifiers.upc if kind == UPC else identifiers.isrc)(text))) if text else None
    except Invalid:
        return None


async def used_elsewhere(ctx: Context, said: ReleaseDescription, release: UUID | None) -> dict[Code, str]:
    """Codes of other releases and recordings of this account, each with the title of what has it."""
    codes = [code for _, code in written(said)]
    named = [track.id for track in said.tracks if track.id]
    upcs = await queries.releases_with(ctx, [code.value for code in codes if code.kind == UPC], release)
    isrcs = await queries.recordings_with(ctx, [code.value for code in codes if code.kind == ISRC], release, named)
    return {Code(UPC, value): title for value, title in upcs.items()} | {
        Code(ISRC, value): title for value, title in isrcs.items()
    }


async def refuse_used_elsewhere(ctx: Context, said: ReleaseDescription, release: UUID | None) -> None:
    """
    Raises:
        Conflict: a code is on another release or recording of this account.
    """
    used = await used_elsewhere(ctx, said, release)
    for field, code in written(said):
        if code in used:
            raise Conflict(in_use(code, used[code]), field=field)


def in_use(code: Code, title: str) -> str:
    what = "release" if code.kind == UPC else "recording"
    return f"Your {what} “{title}” has the {code.kind.upper()} {code.value}."


async def held_elsewhere(ctx: Context, codes: Iterable[Code]) -> set[Code]:
    """Codes that another account holds: nothing can be delivered with them from here. Whose they are is not told."""
    wanted = set(codes)
    return {
        Code(kind, value)
        for kind in (ISRC, UPC)
        for value in await held_by_others(ctx, kind, [code.value for code in wanted if code.kind == kind])
    }
