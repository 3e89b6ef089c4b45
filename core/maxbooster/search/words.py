"""Words, as people type them: made here once, so that both databases compare the same.

Case, width and diacritics don't count (“Beyoncé”, “Łódź”, “Straße”). Apostrophes vanish (“don’t” is “dont”). What
other signs join is one word and its parts (“AC/DC” is “acdc”, “ac” and “dc”; a code with hyphens is the code). Scripts
without spaces are cut into overlapping pairs. Signs count where there is nothing else (“!!!”). Words are compared by
their first 100 characters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import groupby, pairwise

RULES = 1
"""Their version: another one, and the index is built again."""
LONGEST = 100
Term = tuple[tuple[str, ...], ...]
"""Of a query: one of these alternatives must be there, with each of its words, the last at least by its beginning."""

_Cut = Callable[[str], tuple[str, ...]]

_APOSTROPHES = dict.fromkeys(map(ord, "'’‘ʼʻ`´＇′"))
_LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ħ": "h", "ŧ": "t", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"}
)
"""Those that Unicode doesn't take for a letter with a mark."""
_MARKS = re.compile(
    "[\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u064b-\u065f\u0670\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff"
    "\ufe00-\ufe0f\ufe20-\ufe2f]"
)
"""Of Latin, Greek, Cyrillic, Hebrew and Arabic letters and of emoji; those of Thai and kana tell letters apart."""
_STYLED = re.compile(r"(?<=[^\W\d_])!(?=[^\W\d_])|\$(?=[^\W\d_])|(?<=[^\W\d_])\$")
"""Signs that stand for letters: “P!nk”, “A$AP”."""
_UNSPACED = re.compile(
    "[\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]"
)
"""Han, kana, Thai, Lao, Burmese and Khmer."""


def words(text: str) -> set[str]:
    """Every word under which a text is found."""
    return {word for term in _terms(text, _every_pair) for alternative in term for word in alternative}


def terms(query: str) -> list[Term]:
    """What an entry must have to be found. Empty: the query says nothing."""
    return list(dict.fromkeys(_terms(query, _pairs)))


def has_words(query: str, text: str) -> bool:
    """Whether a text has every word of a query, at least by its beginning."""
    wanted = list(terms(query))
    return bool(wanted) and all(is_in(term, words(text)) for term in wanted)


def is_in(term: Term, said: set[str]) -> bool:
    """Whether these words answer it."""
    return any(said.issuperset(complete) and any(each.startswith(begun) for each in said) for *complete, begun in term)


def _terms(text: str, unspaced: _Cut) -> Iterator[Term]:
    chunks = _plain(text).split()
    found = [term for chunk in chunks for term in _of_chunk(chunk, unspaced)]
    yield from found or (((_as_word(chunk),),) for chunk in chunks)


def _plain(text: str) -> str:
    if text.isascii() and text.isprintable():
        return _STYLED.sub(_letter, text.translate(_APOSTROPHES).lower())
    wide = unicodedata.normalize("NFKC", text.translate(_APOSTROPHES)).translate(_APOSTROPHES)
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", wide.casefold()).casefold())
    bare = unicodedata.normalize("NFC", _MARKS.sub("", apart).translate(_LETTERS))
    seen = "".join(" " if _kind(each) == "control" else each for each in bare if _kind(each) != "unseen")
    return _STYLED.sub(_letter, seen)


def _letter(sign: re.Match[str]) -> str:
    return "i" if sign[0] == "!" else "s"


@lru_cache(maxsize=10_000)
def _kind(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Cc":
        return "control"
    if category in ("Cf", "Cs", "Co", "Cn") or (category == "Sk" and not character.isascii()):
        return "unseen"
    if _UNSPACED.match(character):
        return "unspaced"
    if category[0] in "LNM":
        return "letters"
    return "symbols" if category[0] == "S" and not character.isascii() else "signs"


def _of_chunk(chunk: str, unspaced: _Cut) -> Iterator[Term]:
    """What stands between spaces: runs of letters that signs join make one term."""
    if chunk.isascii() and chunk.isalnum():
        yield ((chunk[:LONGEST],),)
        return
    joined: list[str] = []
    for kind, characters in groupby(chunk, _kind):
        run = "".join(characters)
        if kind == "letters":
            joined.append(run)
        elif kind != "signs":
            yield from _of_parts(joined)
            joined = []
            yield (unspaced(run) if kind == "unspaced" else (run[:LONGEST],),)
    yield from _of_parts(joined)


def _of_parts(parts: list[str]) -> Iterator[Term]:
    if parts:
        whole = ("".join(parts)[:LONGEST],)
        yield (whole,) if len(parts) == 1 else (whole, tuple(part[:LONGEST] for part in parts))


def _pairs(run: str) -> tuple[str, ...]:
    return tuple(one + other for one, other in pairwise(run)) or (run,)


def _every_pair(run: str) -> tuple[str, ...]:
    """The last character too, so that each is the beginning of a word."""
    return (*_pairs(run), run[-1])


def _as_word(signs: str) -> str:
    """In their wide forms, which no tokenizer takes for signs."""
    return "".join(chr(ord(each) + 0xFEE0) if each.isascii() else each for each in signs)[:LONGEST]
