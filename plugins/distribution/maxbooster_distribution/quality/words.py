"""The word lists, read once."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def _lists() -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath("words.toml").read_text("utf-8"))


def primary(language: str) -> str:
    """`pt` of `pt-BR`."""
    return language.split("-", maxsplit=1)[0].lower()


def is_written(language: str, how: str) -> bool:
    """Whether titles of a language are written so: `title_case`, `sentence_case`, `noun_case`, `no_case`, `dotless`."""
    return primary(language) in _lists()["languages"][how]


@cache
def small(language: str) -> frozenset[str]:
    """Words that stay small in titles of a language."""
    return frozenset(_lists().get(primary(language), {}).get("small", ()))


@cache
def scripts(language: str) -> frozenset[str]:
    """The scripts of a language beside Latin, as Unicode names them; Latin alone if none is listed."""
    return frozenset(script for script, languages in _lists()["scripts"].items() if primary(language) in languages)


@cache
def known_scripts() -> frozenset[str]:
    return frozenset(_lists()["scripts"])


@cache
def listed(name: str) -> frozenset[str]:
    """A list over all languages: metadata mixes them."""
    by_language = [lists for key, lists in _lists().items() if key not in ("languages", "scripts")]
    return frozenset(word for lists in by_language for word in lists.get(name, ()))


@cache
def any_of(name: str) -> re.Pattern[str]:
    """Any of the words of a list, whole and in whatever case."""
    longest_first = sorted(listed(name), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)", re.IGNORECASE)
