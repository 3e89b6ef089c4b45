"""Capitals and small letters, as a language has them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from .words import is_written, listed, small

_INITIALS = r"(?:[^\W\d_]\.){2,}"
_WORD = re.compile(rf"{_INITIALS}|[^\W\d_][\w'’]*")
_INITIALISM = re.compile(_INITIALS)
_ROMAN = re.compile(r"(?=[IVX]{2})X{0,3}(?:IX|IV|V?I{0,3})")
_MARKS = ("feat", "ft", "featuring")
_LEFT_OUT = "'’‘ʼ`*$@#"


def words(text: str) -> list[str]:
    return _WORD.findall(text)


def is_shouted(text: str, language: str) -> bool:
    """In capitals only, and more than an acronym: every letter has a small form, and none stands in it."""
    letters = [each for each in text if each.isalpha()]
    loud = [word for word in words(text) if not _may_stay_loud(word)]
    whole = text.strip().upper() in listed("acronyms")
    cased = all(each.isupper() for each in letters) and not is_written(language, "no_case")
    return bool(cased and loud and not whole and (len(loud) > 1 or len(loud[0]) > 4))


def _may_stay_loud(word: str) -> bool:
    return bool(word.upper() in listed("acronyms") or _INITIALISM.fullmatch(word))


def softened(text: str, language: str) -> str | None:
    """A title in capitals, or in none, as it is usually written; None where nobody can say."""
    if is_written(language, "noun_case") or not (is_written(language, "sentence_case") or small(language)):
        return None
    return "".join(_softened(text, language))


def _softened(text: str, language: str) -> Iterator[str]:
    sentence, first, end = is_written(language, "sentence_case"), True, 0
    found = list(_WORD.finditer(text))
    for index, word in enumerate(found):
        yield text[end : word.start()]
        written = word.group()
        if _stays(written):
            yield written
        elif written.lower() in _acronyms() and written.lower() not in small(language):
            yield _acronyms()[written.lower()]
        elif sentence:
            yield _capital(written, language) if first else lower(written, language)
        else:
            ends = _is_at_an_end(text, found, index)
            plain = lower(written, language)
            is_small = plain in small(language) - listed("adverbs") and not ends
            yield lower(written, language) if is_small else _capital(written, language)
        first, end = False, word.end()
    yield text[end:]


def _stays(word: str) -> bool:
    """Initials and Roman numbers."""
    return bool(_INITIALISM.fullmatch(word) or _ROMAN.fullmatch(word))


@cache
def _acronyms() -> dict[str, str]:
    return {word.lower(): word for word in listed("acronyms")}


def capitalised(text: str, language: str) -> str:
    """Title case: small words stay small except at either end, also within brackets; mixed words are left alone."""
    parts, end = [], 0
    found = list(_WORD.finditer(text))
    for index, word in enumerate(found):
        parts += [text[end : word.start()], _cased(text, found, index, language)]
        end = word.end()
    return "".join(parts) + text[end:]


def _cased(text: str, found: list[re.Match[str]], index: int, language: str) -> str:
    word = found[index].group()
    if _INITIALISM.fullmatch(word) or word.lower() in _MARKS or _follows_an_apostrophe(text, found[index].start()):
        return word
    if word.lower() in _acronyms():
        return _acronyms()[word.lower()]
    plain = lower(word, language)
    if plain in small(language) and not _is_at_an_end(text, found, index):
        return word if plain in listed("either") else plain
    if word.islower():
        return _capital(word, language)
    return word


def _follows_an_apostrophe(text: str, start: int) -> bool:
    """As in 'n', 'til and 'em: what is left out stands there; a star or another sign may stand for a letter, too."""
    return start > 0 and text[start - 1] in _LEFT_OUT


def _is_at_an_end(text: str, found: list[re.Match[str]], index: int) -> bool:
    before = text[found[index - 1].end() : found[index].start()] if index else ""
    after = text[found[index].end() : found[index + 1].start()] if index + 1 < len(found) else ""
    return (
        index in (0, len(found) - 1) or any(each in "([/:" for each in before) or any(each in ")]/:" for each in after)
    )


def lower(word: str, language: str) -> str:
    if is_written(language, "dotless"):
        word = word.replace("I", "ı").replace("İ", "i")
    return word.lower()


def _capital(word: str, language: str) -> str:
    first = "İ" if word[0] == "i" and is_written(language, "dotless") else word[0].upper()
    return first + lower(word[1:], language)
