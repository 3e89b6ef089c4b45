"""Rules T06 to T09 and T16: people in titles, who belong into the credits."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..description import FEATURED, CreditLine, joined
from .guests import Guests, guests, marked, without_guests
from .rule import Change, Objection
from .title import Title, main_and_featured, title_rule, without_all

PRODUCER = "StudioProducer"


def _named(title: Title, found: list[Guests]) -> list[str]:
    known = [credit.name for credit in title.credits]
    return list(dict.fromkeys(name for each in found for name in each.names(known)))


@title_rule("T06", "ERROR")
def featuring_written_otherwise(title: Title) -> Iterator[Objection]:
    found = guests(title.text)
    if not found or any(each.well_marked for each in found):
        return
    names = _named(title, found)
    better = " ".join(
        [title.text[: found[0].start].rstrip(), marked(names), without_guests(title.text[found[0].end :])]
    )
    yield Objection(
        title.field, f"“{title.text[found[0].start : found[0].end].strip()}” is not how guests are written.",
        f"Write “{marked(names)}”.", [Change(title.field, better.strip())],
    )  # fmt: skip


@title_rule("T07", "ERROR")
def featured_without_credit(title: Title) -> Iterator[Objection]:
    """A name in the title or the version without the role; or the same name in both places twice."""
    for field, text in ((title.field, title.text), (title.subtitle_field, title.subtitle or "")):
        found = guests(text) or _whole_guests(field, text)
        if found:
            yield from _without_credit(title, field, text, found)


def _whole_guests(field: str, text: str) -> list[Guests]:
    """A version field may begin with a guest: `feat. Jo`."""
    if not field.endswith("subtitle"):
        return []
    return [each for each in guests(f"x {text}") if each.start == 2]


def _without_credit(title: Title, field: str, text: str, found: list[Guests]) -> Iterator[Objection]:
    names = _named(title, found)
    main, featured = main_and_featured(title)
    doubled = [name for name in names if name.lower() in main]
    missing = [name for name in names if name.lower() not in {*main, *featured}]
    changes = [_removed(title, field, text)]
    if missing:
        credited = [*title.credits, *(CreditLine(name, FEATURED) for name in missing)]
        changes.append(Change(title.credits_field, credited))
    where = "title" if field == title.field else "version"
    if doubled:
        yield Objection(
            field, f"{joined(doubled)} is a main artist already, and stands in the {where} too.",
            f"Take the name out of the {where}.", changes,
        )  # fmt: skip
    elif missing:
        yield Objection(
            field, f"The {where} names {joined(missing)}, who is not credited as a guest.",
            f"Credit the guest and take the name out of the {where}; stores add it.", changes,
        )  # fmt: skip


def _removed(title: Title, field: str, text: str) -> Change:
    if field == title.field:
        return Change(field, without_guests(text))
    return Change(field, without_guests(f"x {text}").removeprefix("x").strip() or None)


@title_rule("T08", "WARN")
def featured_typed(title: Title) -> Iterator[Objection]:
    found = guests(title.text)
    if not found:
        return
    main, featured = main_and_featured(title)
    credited = all(name.lower() in {*main, *featured} for name in _named(title, found))
    changes = [Change(title.field, without_guests(title.text))] if credited else []
    yield Objection(
        title.field, "Guests are typed into the title; stores add them from the credits.",
        "Take them out of the title and keep the credit.", changes,
    )  # fmt: skip


@title_rule("T09", "ERROR")
def featured_joined_otherwise(title: Title) -> Iterator[Objection]:
    found = next((each for each in guests(title.text) if each.well_marked), None)
    if found is None:
        return
    names = _named(title, [found])
    if found.written != joined(names):
        better = title.text[: found.start] + marked(names) + title.text[found.end :]
        yield Objection(
            title.field, f"“{found.written}” joins guests in another way than “A, B & C”.",
            f"Write “{joined(names)}”.", [Change(title.field, better)],
        )  # fmt: skip


_PRODUCED = re.compile(
    r"[(\[]\s*prod(?:uced)?\b\.?\s*(?:by\b)?\s*(?P<bracketed>[^()\[\]]*)[)\]]"
    r"|(?<!\w)(?:prod\.\s*(?:by\b)?|prod\s+by\b|produced\s+by\b)(?P<plain>[^()\[\]]*)",
    re.IGNORECASE,
)


@title_rule("T16", "ERROR")
def produced_in_title(title: Title) -> Iterator[Objection]:
    found = [part for part in _PRODUCED.finditer(title.text) if part.start() > 0 and _producer(part)]
    if found:
        credits = [*title.credits, *(CreditLine(name, PRODUCER) for name in dict.fromkeys(map(_producer, found)))]
        rest = without_all(title.text, [part.span() for part in found])
        changes = [Change(title.field, rest), Change(title.credits_field, credits)]
        yield Objection(
            title.field, f"“{found[0].group().strip()}” is a credit.", "Credit the producer instead.",
            changes if title.field != "title" else [],
        )  # fmt: skip


def _producer(part: re.Match[str]) -> str:
    return (part["bracketed"] or part["plain"] or "").strip()


credited_rules = [
    featuring_written_otherwise, featured_without_credit, featured_typed, featured_joined_otherwise, produced_in_title,
]  # fmt: skip
