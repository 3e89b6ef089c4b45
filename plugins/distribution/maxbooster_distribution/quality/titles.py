"""Rules T01 to T20: how titles are written (after the style guides of the large outlets)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from ..description import FEATURED, CreditLine, joined
from .rule import Change, Objection
from .title import BRACKETED, Title, capitalised, main_and_featured, taken_out, title_rule, without
from .words import any_of, listed, titles_are_capitalised, titles_are_sentences

_FEATURED_PART = re.compile(
    r"\s*[(\[]?\s*(?<!\w)(?:feat\.?|ft\.?|featuring|w/)\s+(?P<names>[^()\[\]]+?)\s*(?:[)\]]|$)", re.IGNORECASE
)
_WELL_FEATURED = re.compile(r"(?:\(feat\. [^()]+\)|\[feat\. [^\[\]]+\])")
_AND = re.compile(r"\s*(?:,|&|\+|\band\b|\bx\b|\bwith\b|/)\s*", re.IGNORECASE)


@title_rule("T01", "ERROR")
def empty(title: Title) -> Iterator[Objection]:
    visible = [each for each in title.text if not unicodedata.category(each).startswith(("C", "Z"))]
    hidden = [each for each in title.text if unicodedata.category(each) in ("Cc", "Cf", "Co", "Cn")]
    if not visible:
        yield Objection(title.field, "There is no title.", "Enter one.")
    elif hidden:
        clean = "".join(each for each in title.text if each not in hidden).strip()
        yield Objection(
            title.field, "The title has invisible control characters.", "Remove them.", [Change(title.field, clean)]
        )


@title_rule("T02", "ERROR")
def shouted(title: Title) -> Iterator[Objection]:
    letters = "".join(title.words)
    if letters.isupper() and (len(title.words) > 1 or len(letters) > 4) and not _only_acronyms(title):
        better = capitalised(title.text.lower())
        yield Objection(
            title.field, f"“{title.text}” is written in capitals only.", "Use capitals at the beginning of words.",
            [Change(title.field, better)],
        )  # fmt: skip


@title_rule("T03", "ERROR")
def mumbled(title: Title) -> Iterator[Objection]:
    if not titles_are_capitalised(title.language):
        return
    letters = "".join(title.words)
    random = any(re.match(r"[a-zà-ÿ]+[A-Z]{2,}", word) for word in title.words)
    if letters.islower() or random:
        how = "has capitals in odd places" if random else "has no capitals"
        better = capitalised(title.text.lower())
        yield Objection(
            title.field, f"“{title.text}” {how}.", "Use capitals at the beginning of words.",
            [Change(title.field, better)],
        )  # fmt: skip


@title_rule("T04", "WARN")
def not_capitalised(title: Title) -> Iterator[Objection]:
    letters = "".join(title.words)
    if not titles_are_capitalised(title.language) or letters.islower() or letters.isupper():
        return
    better = capitalised(title.text)
    if better != title.text:
        yield Objection(
            title.field, f"Capitals in “{title.text}” are not those of a title.", f"Write “{better}”.",
            [Change(title.field, better)],
        )  # fmt: skip


@title_rule("T05", "WARN")
def not_a_sentence(title: Title) -> Iterator[Objection]:
    if titles_are_sentences(title.language) and len(title.words) > 2 and all(w[0].isupper() for w in title.words):
        yield Objection(
            title.field,
            f"“{title.text}” has a capital on every word, which is not usual in this language.",
            "Keep capitals for the first word and for names.",
        )


@title_rule("T06", "ERROR")
def featuring_written_otherwise(title: Title) -> Iterator[Objection]:
    found = _FEATURED_PART.search(title.text)
    if not found or _WELL_FEATURED.search(title.text):
        return
    names, _ = _guests(found.group())
    others, rest = _guests(title.text[found.end() :])
    together = joined(list(dict.fromkeys([*names, *others])))
    better = " ".join([title.text[: found.start()].rstrip(), f"(feat. {together})", rest]).strip()
    yield Objection(
        title.field, f"“{found.group().strip()}” is not how guests are written.", f"Write “(feat. {together})”.",
        [Change(title.field, better)],
    )  # fmt: skip


@title_rule("T07", "ERROR")
def featured_without_credit(title: Title) -> Iterator[Objection]:
    """A name in the title without the role; or the same name in both places twice."""
    names, rest = _guests(title.text)
    main, featured = main_and_featured(title)
    doubled = [name for name in names if name.lower() in main]
    missing = [name for name in names if name.lower() not in {*main, *featured}]
    changes = [Change(title.field, rest)]
    if missing:
        credited = [*title.credits, *(CreditLine(name, FEATURED) for name in missing)]
        changes.append(Change(title.credits_field, credited))
    if doubled:
        yield Objection(
            title.field, f"{joined(doubled)} is a main artist already, and stands in the title too.",
            "Take the name out of the title.", changes,
        )  # fmt: skip
    elif missing:
        yield Objection(
            title.field, f"The title names {joined(missing)}, who is not credited as a guest.",
            "Credit the guest and take the name out of the title; stores add it.", changes,
        )  # fmt: skip


def _guests(text: str) -> tuple[list[str], str]:
    """Who is typed into a title, wherever, and the title without them."""
    found, rest = taken_out(text, _FEATURED_PART)
    return list(dict.fromkeys(name for part in found for name in _names(part))), rest


def _names(part: re.Match[str]) -> list[str]:
    """Somebody may be called X."""
    return [name for name in _AND.split(part["names"]) if name] or [part["names"].strip()]


@title_rule("T08", "WARN")
def featured_typed(title: Title) -> Iterator[Objection]:
    _, rest = _guests(title.text)
    if rest != title.text:
        yield Objection(
            title.field, "Guests are typed into the title; stores add them from the credits.",
            "Take them out of the title and keep the credit.", [Change(title.field, rest)],
        )  # fmt: skip


@title_rule("T09", "ERROR")
def featured_joined_otherwise(title: Title) -> Iterator[Objection]:
    found = _FEATURED_PART.search(title.text)
    if not found or not _WELL_FEATURED.search(title.text):
        return
    names = _names(found)
    if found["names"].strip() != joined(names):
        better = title.text.replace(found["names"].strip(), joined(names))
        yield Objection(
            title.field, f"“{found['names'].strip()}” joins guests in another way than “A, B & C”.",
            f"Write “{joined(names)}”.", [Change(title.field, better)],
        )  # fmt: skip


@title_rule("T10", "ERROR")
def version_in_title(title: Title) -> Iterator[Objection]:
    rest, said = title.text, ""
    while part := _version_part(rest):
        said, rest = said or part.group(1).strip(), without(rest, part)
    if not said:
        return
    changes = [Change(title.field, rest)]
    if not title.subtitle:
        changes.append(Change(title.subtitle_field, said))
    several = (title.subtitle or said).lower() != said.lower()
    yield Objection(
        title.field, f"“{said}” says which version it is, but stands in the title.", "Move it to the version field.",
        [] if several else changes,
    )  # fmt: skip


def _version_part(text: str) -> re.Match[str] | None:
    for part in (*BRACKETED.finditer(text), *re.finditer(r"\s[-–—]\s+(.+)$", text)):
        said = part.group(1).strip()
        if _is_version(said) and said.lower() not in listed("needless"):
            return part
    return None


def _is_version(said: str) -> bool:
    words = listed("version")
    plain = re.sub(r"\s*\b(?:19|20)\d\d\b\s*", "", said.lower()).strip()
    return plain in words or bool(re.search(r"\b(remix|mix|edit|remaster(ed)?|live (at|in|from)\b.*)$", plain))


@title_rule("T11", "ERROR")
def needless_version(title: Title) -> Iterator[Objection]:
    yield from _listed_remark(title, "needless", "says nothing: every recording is that", "Leave it out.")


@title_rule("T12", "ERROR")
def advisory_in_title(title: Title) -> Iterator[Objection]:
    yield from _listed_remark(title, "advisory", "is what the advisory field is for", "Set the advisory instead.")


def _listed_remark(title: Title, name: str, why: str, fix: str) -> Iterator[Objection]:
    """A remark in brackets, or a whole version field, that is on a list."""
    for part in BRACKETED.finditer(title.text):
        if part.group(1).strip().lower() in listed(name):
            changes = [Change(title.field, without(title.text, part))]
            yield Objection(title.field, f"“{part.group(1)}” {why}.", fix, changes)
    if title.subtitle and title.subtitle.strip().lower() in listed(name):
        changes = [Change(title.subtitle_field, None)]
        yield Objection(title.subtitle_field, f"“{title.subtitle}” {why}.", fix, changes)


@title_rule("T13", "ERROR")
def commercial_words(title: Title) -> Iterator[Objection]:
    for field, text in ((title.field, title.text), (title.subtitle_field, title.subtitle or "")):
        if found := any_of("commercial").search(text):
            yield Objection(field, f"“{found.group()}” is about the product, not its name.", "Leave it out.")


@title_rule("T14", "ERROR")
def generic(title: Title) -> Iterator[Objection]:
    plain = re.sub(r"[\s#.\-]*\d+$", "", title.text.strip().lower())
    numbered = re.fullmatch(r"(track|song|untitled|audio|take)[\s#.\-]*\d*", title.text.strip().lower())
    if numbered or (plain == title.text.strip().lower() and plain in listed("generic")):
        yield Objection(title.field, f"“{title.text}” could be anything.", "Give it a name of its own.")


_ADDRESS = re.compile(
    r"https?://|www\.|\b[\w.+-]+@[\w-]+\.\w+|(?<!\w)[@#]\w{2,}|\b[\w-]+\.(?:com|net|org|io|co\.uk|de)\b|"
    r"\+?\d[\d\s()-]{7,}\d|[$€£]\s?\d",
    re.IGNORECASE,
)


@title_rule("T15", "ERROR")
def advertised(title: Title) -> Iterator[Objection]:
    found = _ADDRESS.search(title.text) or any_of("adverts").search(title.text) or any_of("stores").search(title.text)
    if found:
        yield Objection(
            title.field, f"“{found.group().strip()}” is an address or an advertisement.", "Leave it out of the title."
        )


_PRODUCED = re.compile(
    r"\s*[(\[]?\s*\b(?:prod\.?|produced)(?:\s+by)?\s+(?P<name>[^()\[\]]+?)\s*(?:[)\]]|$)", re.IGNORECASE
)


@title_rule("T16", "ERROR")
def produced_in_title(title: Title) -> Iterator[Objection]:
    found, rest = taken_out(title.text, _PRODUCED)
    if found:
        names = dict.fromkeys(part["name"] for part in found)
        credits = [*title.credits, *(CreditLine(name, "StudioProducer") for name in names)]
        changes = [Change(title.field, rest), Change(title.credits_field, credits)]
        yield Objection(
            title.field, f"“{found[0].group().strip()}” is a credit.", "Credit the producer instead.",
            changes if title.field != "title" else changes[:1],
        )  # fmt: skip


_ODD = set("$¢∞¬_+=*^~|<>{}\\")


@title_rule("T17", "WARN")
def pictographs(title: Title) -> Iterator[Objection]:
    odd = [each for each in title.text if each in _ODD or unicodedata.category(each) in ("So", "Sk", "Cs")]
    if odd:
        yield Objection(
            title.field, f"“{''.join(dict.fromkeys(odd))}” cannot be shown or searched everywhere.",
            "Use letters, unless it is how the title is truly written.",
        )  # fmt: skip


_PART = re.compile(
    r"[\s,:–—-]*[(\[]?\b(?P<word>volume|vol|part|pt)\b\.?\s*(?P<number>\d+|[IVX]+)\b[)\]]?", re.IGNORECASE
)


@title_rule("T18", "WARN")
def volume_written_otherwise(title: Title) -> Iterator[Objection]:
    found = _PART.search(title.text)
    if not found or found.start() == 0:
        return
    short = "Vol" if found["word"].lower().startswith("vol") else "Pt"
    better = f"{title.text[: found.start()]}, {short}. {found['number']}{title.text[found.end() :]}"
    if better != title.text:
        yield Objection(
            title.field, f"“{found.group().strip()}” is written “{short}. {found['number']}” after a comma.",
            f"Write “{better}”.", [Change(title.field, better)],
        )  # fmt: skip


@title_rule("T19", "ERROR")
def brackets(title: Title) -> Iterator[Objection]:
    open_brackets: list[str] = []
    for each in title.text:
        if each in "([":
            if open_brackets:
                yield Objection(title.field, "There are brackets within brackets.", "Put one remark after the other.")
                return
            open_brackets.append(each)
        elif each in ")]" and (not open_brackets or open_brackets.pop() + each not in ("()", "[]")):
            yield Objection(title.field, f"The bracket “{each}” was never opened.", "Remove it, or open it.")
            return
    if open_brackets:
        yield Objection(title.field, f"The bracket “{open_brackets[0]}” is never closed.", "Close it, or remove it.")
        return
    remarks = list(BRACKETED.finditer(title.text))
    if len(remarks) > 1 and [part.group()[0] for part in remarks] != ["(", "["]:
        yield Objection(
            title.field, "Of two remarks, the first stands in ( ), the second in [ ].",
            "Use each kind of bracket once, in that order.",
        )  # fmt: skip


_SEVERAL = re.compile(r"\s*(?://|\||;)\s*|(?<=\w{3})\s*/(?=\w{3})|(?<=\w{3})/\s+(?=\w{3})")


@title_rule("T20", "WARN")
def several_titles(title: Title) -> Iterator[Objection]:
    if title.text.upper() in listed("acronyms") or _ADDRESS.search(title.text):
        return
    better = _SEVERAL.sub(" / ", title.text)
    if better != title.text:
        yield Objection(
            title.field, "Several titles in one field are parted by “ / ”.", f"Write “{better}”.",
            [Change(title.field, better)],
        )  # fmt: skip


def _only_acronyms(title: Title) -> bool:
    known = {word.upper() for word in listed("acronyms")}
    return all(word in known for word in title.words) or title.text in known


rules = [
    empty, shouted, mumbled, not_capitalised, not_a_sentence, featuring_written_otherwise, featured_without_credit,
    featured_typed, featured_joined_otherwise, version_in_title, needless_version, advisory_in_title,
    commercial_words, generic, advertised, produced_in_title, pictographs, volume_written_otherwise, brackets,
    several_titles,
]  # fmt: skip
