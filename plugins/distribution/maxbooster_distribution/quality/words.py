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


def titles_are_capitalised(language: str) -> bool:
    return language.split("-", maxsplit=1)[0].lower() in _lists()["languages"]["title_case"]


def titles_are_sentences(language: str) -> bool:
    return language.split("-", maxsplit=1)[0].lower() in _lists()["languages"]["sentence_case"]


def listed(name: str) -> frozenset[str]:
    """A list over all languages: metadata mixes them."""
    return frozenset(word for lists in _lists().values() for word in lists.get(name, ()))


@cache
def any_of(name: str) -> re.Pattern[str]:
    """Any of the words of a list, whole and in whatever case."""
    longest_first = sorted(listed(name), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)", re.IGNORECASE)
