"""Countries as statements write them: `DE`, `de`, `DEU`, `Germany`. What the CLDR doesn't know stays as written."""

from __future__ import annotations

import unicodedata
from functools import cache

_NO_COUNTRIES = frozenset({"ZZ", "XA", "XB", "QO"})
"""Unknown and pseudo regions of the CLDR."""


def country(said: str) -> str:
    """The ISO 3166-1 alpha-2 code of a country, where it is one that is known."""
    return _codes().get(_plain(said), said)


@cache
def _codes() -> dict[str, str]:
    from babel import Locale
    from babel.core import get_global

    names = {code: name for code, name in Locale("en").territories.items() if len(code) == 2}
    codes = {code: code for code in names if code not in _NO_COUNTRIES}
    aliases = {
        alias: targets[0]
        for alias, targets in get_global("territory_aliases").items()
        if alias.isalpha() and len(targets) == 1 and targets[0] in codes
    }
    by_name = {names[code]: code for code in codes}
    return {_plain(said): code for known in (by_name, aliases, codes) for said, code in known.items()}


def _plain(said: str) -> str:
    """Without case, accents, spaces and punctuation."""
    return "".join(each for each in unicodedata.normalize("NFKD", said).casefold() if each.isalnum())
