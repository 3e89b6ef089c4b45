"""What strangers may be sent in somebody's name: one line that leads nowhere."""

from __future__ import annotations

import re
import unicodedata

from ..errors import Invalid

LONGEST_LINE = 500
_ABBREVIATED = frozenset({"dr", "dj", "feat", "ft", "jr", "mc", "mr", "mrs", "ms", "no", "pt", "sr", "st", "vol", "vs"})
"""Before a dot they are no domain: Mr.Kitty, St.Vincent."""
_DOTS = str.maketrans("。｡", "..")
_AROUND = "“”„‘’\"'()[]<>{}«»,;:!?…."


def one_line(text: str, field: str) -> str:
    """
    Raises:
        Invalid: nothing to read, or too long.
    """
    line = " ".join("".join(" " if unicodedata.category(each)[0] in "CZ" else each for each in text).split())
    if not line:
        raise Invalid(f"Enter the {field}.", field=field)
    if len(line) > LONGEST_LINE:
        raise Invalid(f"The {field} has {len(line)} characters; at most {LONGEST_LINE} fit.", field=field)
    return line


def name_line(text: str, field: str) -> str:
    """For what strangers are sent who haven't confirmed yet.

    Raises:
        Invalid: as in `one_line`, or it contains an address, which mail programs make a link.
    """
    line = one_line(text, field)
    if found := address_in(line):
        raise Invalid(
            f"The {field} contains {found[:80]!r}, which reads as a web or email address; leave it out, or write a"
            " space after the dot.",
            field=field,
        )
    return line


def address_in(line: str) -> str | None:
    """What mail programs would make a link: `https://…`, `www.…`, `name@host`, `host.example/…`."""
    plain = unicodedata.normalize("NFKC", line).translate(_DOTS)
    return next((each for each in plain.split() if _leads_somewhere(each.strip(_AROUND))), None)


def _leads_somewhere(word: str) -> bool:
    if "://" in word or word.lower().startswith(("www.", "mailto:")):
        return True
    host, slash, _ = re.sub(r"^.*@", "", word).partition("/")
    labels = host.partition(":")[0].split(".")
    if len(labels) < 2 or not re.fullmatch(r"[^\W\d_]{2,}|xn--[\w-]+", labels[-1]) or not labels[-2]:
        return False
    return bool(slash) or "@" in word or (len(labels[-2]) > 1 and labels[-2].lower() not in _ABBREVIATED)
