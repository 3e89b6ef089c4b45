"""Every text of a description: it can be written into a message, is not blank, and is not longer than stores take."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Struct

from ..description import CreditLine, ReleaseDescription, RightsLine, TrackDescription
from .rule import Change, Objection, Subject, rule

LONGEST = 300
_UNWRITABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff\u2028\u2029]")


class Text(Struct, frozen=True):
    """One text, and how another is put into its place. None may take its place where it may be left out."""

    field: str
    value: str
    place: str
    """The field that a change sets: a list or a line as a whole."""
    holder: Any
    """What stands at `place` now, if that is more than the text."""
    optional: bool

    def change(self, value: str | None) -> Change:
        if isinstance(self.holder, RightsLine):
            return Change(self.place, msgspec.structs.replace(self.holder, text=value))
        if isinstance(self.holder, list):
            index = int(self.field.rpartition("[")[2].partition("]")[0])
            named = msgspec.structs.replace(self.holder[index], name=value)
            return Change(self.place, [*self.holder[:index], named, *self.holder[index + 1 :]])
        return Change(self.place, value)


def texts(said: ReleaseDescription) -> Iterator[Text]:
    """All of them but titles and versions that rules look at anyway; those too."""
    yield from _plain("", said, ("title",), ("subtitle", "catalog_number", "label", "genre"))
    yield from _lines("", said.p_line, said.c_line)
    yield from _names("credits", said.credits)
    for index, track in enumerate(said.tracks):
        at = f"tracks[{index}]."
        yield from _plain(at, track, ("title",), ("subtitle", "genre"))
        yield from _lines(at, track.p_line, None)
        yield from _names(f"{at}credits", track.credits)


def _plain(
    at: str, said: ReleaseDescription | TrackDescription, needed: tuple[str, ...], optional: tuple[str, ...]
) -> Iterator[Text]:
    for name in (*needed, *optional):
        if (value := getattr(said, name)) is not None:
            yield Text(f"{at}{name}", value, f"{at}{name}", None, name in optional)


def _lines(at: str, p_line: RightsLine | None, c_line: RightsLine | None) -> Iterator[Text]:
    for name, line in (("p_line", p_line), ("c_line", c_line)):
        if line is not None:
            yield Text(f"{at}{name}.text", line.text, f"{at}{name}", line, False)


def _names(at: str, credits: list[CreditLine]) -> Iterator[Text]:
    for index, credit in enumerate(credits):
        yield Text(f"{at}[{index}].name", credit.name, at, credits, False)


@rule("P04", "ERROR")
def unwritable(subject: Subject) -> Iterator[Objection]:
    for each in texts(subject.description):
        if _is_title(each.field) or not (found := _UNWRITABLE.search(each.value)):
            continue
        clean = " ".join(_UNWRITABLE.sub(" ", each.value).split())
        code = f"U+{ord(found.group()):04X} ({unicodedata.name(found.group(), 'a control character')})"
        changes = [each.change(clean)] if clean else []
        yield Objection(
            each.field, f"The text has a character that no message can hold: {code}.", "Remove it.", changes
        )


def _is_title(field: str) -> bool:
    """T01 looks at those."""
    return field.endswith("title")


@rule("T01", "ERROR")
def blank(subject: Subject) -> Iterator[Objection]:
    """A text of blanks is no text; G01 and D04 say so of what must be there."""
    for each in texts(subject.description):
        visible = any(not unicodedata.category(one).startswith(("C", "Z")) for one in each.value)
        if visible or _is_title(each.field):
            continue
        changes = [each.change(None)] if each.optional else []
        fix = "Leave it out, or enter it." if each.optional else "Enter it."
        yield Objection(each.field, "The field is blank.", fix, changes)


@rule("P03", "ERROR")
def too_long(subject: Subject) -> Iterator[Objection]:
    for each in texts(subject.description):
        if len(each.value) > LONGEST:
            yield Objection(
                each.field, f"The text has {len(each.value)} characters; stores take {LONGEST}.", "Shorten it."
            )


def unwritable_in(text: str) -> str | None:
    """The first character that no message can hold."""
    found = _UNWRITABLE.search(text)
    return found.group() if found else None


rules = [unwritable, blank, too_long]
