"""Rule L02: a title in letters that its language does not have."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from .rule import Objection
from .title import Title, title_rule
from .words import known_scripts, scripts


@title_rule("L02", "WARN")
def script_of_another_language(title: Title) -> Iterator[Objection]:
    foreign: dict[str, int] = {}
    for each in title.text:
        if each.isalpha() and (script := _script(each)) and script not in scripts(title.language):
            foreign[script] = foreign.get(script, 0) + 1
    if sum(foreign.values()) > 1:
        names = " and ".join(sorted(script.title() for script in foreign))
        yield Objection(
            title.field, f"“{title.text}” is written in {names}, but its language is {title.language!r}.",
            "Set the language that the title is in.",
        )  # fmt: skip


def _script(letter: str) -> str | None:
    """None for Latin, which every language may borrow, and for scripts that no language here is written in."""
    if letter.isascii():
        return None
    script = unicodedata.name(letter, "").partition(" ")[0].partition("-")[0]
    return script if script in known_scripts() else None
