"""Rules T01 to T25: how titles are written (after the style guides of the large stores)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from .casing import capitalised, is_shouted, softened, words
from .credited import credited_rules
from .rule import Change, Objection
from .script import script_of_another_language
from .title import BRACKETED, Title, remark, title_rule, without
from .versions import version_rules
from .words import any_of, is_written, listed, small

_JOINERS = "\u200c\u200d"


@title_rule("T01", "ERROR", overridable=False)
def empty(title: Title) -> Iterator[Objection]:
    if not _visible(title.text):
        yield Objection(title.field, "There is no title.", "Enter one.")
    elif (clean := shown(title.text)) != title.text:
        yield Objection(
            title.field, "The title has invisible characters.", "Remove them.", [Change(title.field, clean)]
        )
    if title.subtitle is not None and not _visible(title.subtitle):
        changes = [Change(title.subtitle_field, None)]
        yield Objection(title.subtitle_field, "The version is blank.", "Leave it out.", changes)
    elif title.subtitle is not None and (clean := shown(title.subtitle)) != title.subtitle:
        changes = [Change(title.subtitle_field, clean)]
        yield Objection(title.subtitle_field, "The version has invisible characters.", "Remove them.", changes)


def _visible(text: str) -> bool:
    return any(not unicodedata.category(each).startswith(("C", "Z")) for each in text)


def shown(text: str) -> str:
    """The text without what nobody sees. A joiner within a word of another script than Latin is how it is spelled."""
    if not any(unicodedata.category(each) in ("Cc", "Cf", "Co", "Cn", "Cs") for each in text):
        return text
    kept = [
        each for index, each in enumerate(text)
        if unicodedata.category(each) not in ("Cc", "Cf", "Co", "Cn", "Cs") or _joins(text, index)
    ]  # fmt: skip
    return "".join(kept).strip()


def _joins(text: str, index: int) -> bool:
    if text[index] not in _JOINERS or not 0 < index < len(text) - 1:
        return False
    around = text[index - 1], text[index + 1]
    spelled = all(unicodedata.category(each) in ("Lo", "Mn", "Mc") for each in around)
    return spelled and not any(unicodedata.name(each, "").startswith(("LATIN", "COMBINING")) for each in around)


@title_rule("T02", "ERROR")
def shouted(title: Title) -> Iterator[Objection]:
    if is_shouted(title.text, title.language):
        better = softened(title.text, title.language)
        yield Objection(
            title.field, f"“{title.text}” is written in capitals only.", "Use capitals at the beginning of words.",
            [Change(title.field, better)] if better else [],
        )  # fmt: skip


@title_rule("T03", "ERROR")
def mumbled(title: Title) -> Iterator[Objection]:
    if not is_written(title.language, "title_case"):
        return
    found = words(title.text)
    random = any(re.match(r"[a-zà-ÿ]+[A-Z]{2,}", word) for word in found)
    small_words = all(word.lower() in small(title.language) for word in found)
    if random or (found and not small_words and all(word.islower() for word in found)):
        how = "has capitals in odd places" if random else "has no capitals"
        better = softened(title.text, title.language)
        yield Objection(
            title.field, f"“{title.text}” {how}.", "Use capitals at the beginning of words.",
            [Change(title.field, better)] if better else [],
        )  # fmt: skip


@title_rule("T04", "WARN")
def not_capitalised(title: Title) -> Iterator[Objection]:
    letters = "".join(words(title.text))
    if not is_written(title.language, "title_case") or letters.islower() or letters.isupper():
        return
    better = capitalised(title.text, title.language)
    if better != title.text:
        yield Objection(
            title.field, f"Capitals in “{title.text}” are not those of a title.", f"Write “{better}”.",
            [Change(title.field, better)],
        )  # fmt: skip


@title_rule("T05", "WARN")
def not_a_sentence(title: Title) -> Iterator[Objection]:
    found = words(title.text)
    if is_written(title.language, "sentence_case") and len(found) > 2 and all(word[0].isupper() for word in found):
        yield Objection(
            title.field,
            f"“{title.text}” has a capital on every word, which is not usual in this language.",
            "Keep capitals for the first word and for names.",
        )


@title_rule("T13", "ERROR")
def commercial_words(title: Title) -> Iterator[Objection]:
    for field, text in ((title.field, title.text), (title.subtitle_field, title.subtitle or "")):
        if said := _commercial(text, whole=field == title.subtitle_field):
            yield Objection(field, f"“{said}” is about the product, not its name.", "Leave it out.")


def _commercial(text: str, *, whole: bool) -> str | None:
    if found := any_of("commercial").search(text):
        return found.group()
    remarks = [remark(part) for part in BRACKETED.finditer(text)]
    if re.search(r"\s[-–—]\s", text):
        remarks.append(re.split(r"\s[-–—]\s", text)[-1])
    remarks += [text] if whole else []
    return next((said for said in remarks if said.strip().lower() in listed("commercial_remarks")), None)


_NUMBERED = re.compile(r"([^\W\d_]+)[\s#.-]*(\d*)")


@title_rule("T14", "ERROR")
def generic(title: Title) -> Iterator[Objection]:
    plain = " ".join(title.text.lower().split())
    numbered = _NUMBERED.fullmatch(plain)
    if plain in listed("generic") or (numbered and numbered[1] in listed("generic_numbered")):
        yield Objection(title.field, f"“{title.text}” could be anything.", "Give it a name of its own.")


_ADDRESS = re.compile(
    r"https?://|www\.|\w@[\w-]+\.\w|(?<!\w)[@#](?=\d*[^\W\d])\w{2,}|(?<=[\w-])\.(?:com|net|org|io|co\.uk|de)\b|[$€£]\s?\d",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\+?\d[\d\s()-]*")
_YEAR = re.compile(r"(?:1[89]|20)\d\d")


@title_rule("T15", "ERROR")
def advertised(title: Title) -> Iterator[Objection]:
    text = title.text
    found = _ADDRESS.search(text) or any_of("stores").search(text)
    said = found.group() if found else _advert(text) or _telephone(text)
    if said:
        yield Objection(
            title.field, f"“{said.strip()}” is an address or an advertisement.", "Leave it out of the title."
        )


def _advert(text: str) -> str | None:
    """At the end, and apart from the title or not written as one: “Harbour out now”, but not “Way Out Now”."""
    for found in any_of("adverts").finditer(text):
        said, apart = found.group(), text[: found.start()].rstrip()[-1:] in (*"([-–—!", "")
        if not text[found.end() :].strip(" !.)]") and (apart or said.islower() or said.isupper()):
            return said
    return None


def _telephone(text: str) -> str | None:
    """Nine digits and signs, unless they are years, or counted out."""
    for found in _DIGITS.finditer(text):
        groups = re.findall(r"\d+", found.group())
        years = all(_YEAR.fullmatch(group) for group in groups)
        if (
            len("".join(groups)) >= 7
            and len(found.group().strip()) >= 9
            and not years
            and any(len(g) > 2 for g in groups)
        ):
            return found.group()
    return None


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
    r"(?<!\w)(?P<word>volume|vol|part|pt)\b\.?\s*(?P<number>\d+|[IVX]+)(?=\s*$|\s*[)\](\[:;,–—-])", re.IGNORECASE
)
_LEADS = " \t,:–—-"


@title_rule("T18", "WARN")
def volume_written_otherwise(title: Title) -> Iterator[Objection]:
    found = _PART.search(title.text)
    if not found:
        return
    before, bracket = title.text[: found.start()].rstrip(), ""
    if before[-1:] in ("(", "["):
        bracket, before = before[-1], before[:-1]
    named = before.rstrip(_LEADS)
    set_apart = bool(bracket) or before.rstrip() != named
    if not named or _is_a_word(named, found, set_apart=set_apart):
        return
    short = "Vol" if found["word"].lower().startswith("vol") else "Pt"
    after = title.text[found.end() :]
    if bracket:
        after = after.lstrip().removeprefix(")" if bracket == "(" else "]")
    better = f"{named}, {short}. {found['number']}{after}"
    if better != title.text:
        yield Objection(
            title.field, f"“{found.group().strip()}” is written “{short}. {found['number']}” after a comma.",
            f"Write “{better}”.", [Change(title.field, better)],
        )  # fmt: skip


def _is_a_word(before: str, found: re.Match[str], *, set_apart: bool) -> bool:
    """`The Best Part I Know`, `Turn the Volume 11`: no number of a series."""
    last = before.rpartition(" ")[2].lower()
    pronoun = found["number"].upper() == "I"
    return not set_apart and (pronoun or last in {"the", "a", "an", "my", "your", "our", "this", "that", "best"})


_SMILE = re.compile(r"[:;=][-'’]?[()\[\]]")


@title_rule("T19", "ERROR")
def brackets(title: Title) -> Iterator[Objection]:
    if wrong := _wrong_bracket(_SMILE.sub("", title.text)):
        yield Objection(title.field, *wrong)
    if title.subtitle and any(each in "()[]" for each in _SMILE.sub("", title.subtitle)):
        plain = title.subtitle.strip()
        one = BRACKETED.fullmatch(plain)
        yield Objection(
            title.subtitle_field, f"The version “{plain}” has brackets typed into it; stores put their own.",
            "Leave the brackets out.", [Change(title.subtitle_field, remark(one))] if one else [],
        )  # fmt: skip


def _wrong_bracket(text: str) -> tuple[str, str] | None:
    opened = ""
    for each in text:
        if each in "([":
            if opened:
                return "There are brackets within brackets.", "Put one remark after the other."
            opened = each
        elif each in ")]":
            if opened + each not in ("()", "[]"):
                return f"The bracket “{each}” was never opened.", "Remove it, or open it."
            opened = ""
    if opened:
        return f"The bracket “{opened}” is never closed.", "Close it, or remove it."
    remarks = _last_remarks(text)
    if len(remarks) > 1 and remarks != ["(", "["]:
        return "Of two remarks, the first stands in ( ), the second in [ ].", "Use each kind once, in that order."
    return None


def _last_remarks(text: str) -> list[str]:
    """The brackets that follow each other at the end; those before are part of the title."""
    found: list[str] = []
    end = 0
    for part in BRACKETED.finditer(text):
        adjacent = found and not text[end : part.start()].strip()
        found = [*found[:2], part.group()[0]] if adjacent else [part.group()[0]]
        end = part.end()
    return found if not text[end:].strip() else []


_SEVERAL = re.compile(r"//|\||;|(?<=\w{3})/(?=\w{3})|(?<=\w{3})/(?=\s+\w{3})|(?<=\w{3}\s)/(?=\w{3})")


@title_rule("T20", "WARN")
def several_titles(title: Title) -> Iterator[Objection]:
    if title.text.upper() in listed("acronyms") or _ADDRESS.search(title.text) or _SMILE.search(title.text):
        return
    pieces = _SEVERAL.split(title.text)
    if len(pieces) > 1:
        better = " / ".join(piece.strip() for piece in pieces)
        yield Objection(
            title.field, "Several titles in one field are parted by “ / ”.", f"Write “{better}”.",
            [Change(title.field, better)],
        )  # fmt: skip


@title_rule("T24", "INFO")
def untidy(title: Title) -> Iterator[Objection]:
    for field, text in ((title.field, title.text), (title.subtitle_field, title.subtitle or "")):
        tidy = unicodedata.normalize("NFC", " ".join(text.split()))
        if text and tidy and tidy != text:
            yield Objection(
                field, "There are spaces too many, or letters in parts.", f"Write “{tidy}”.", [Change(field, tidy)]
            )


_KIND = re.compile(r"[-–—]\s*(?:single|ep|e\.p\.|album)\s*$", re.IGNORECASE)
_KINDS = ("single", "ep", "e.p.", "album")


@title_rule("T25", "WARN")
def kind_in_title(title: Title) -> Iterator[Objection]:
    found = _KIND.search(title.text)
    span = found.span() if found else None
    bracketed = [part for part in BRACKETED.finditer(title.text) if remark(part).lower() in _KINDS]
    if bracketed:
        span = bracketed[-1].span()
    if span is not None:
        better = without(title.text, *span)
        yield Objection(
            title.field, "The kind of release is typed into the title; stores add it.", f"Write “{better}”.",
            [Change(title.field, better)] if better else [],
        )  # fmt: skip


rules = [
    empty, shouted, mumbled, not_capitalised, not_a_sentence, *credited_rules, *version_rules, commercial_words,
    generic, advertised, pictographs, volume_written_otherwise, brackets, several_titles, untidy, kind_in_title,
    script_of_another_language,
]  # fmt: skip
