"""Names of who pays: the ledger keeps a short one (`apple-music`), people read “Apple Music”."""

from __future__ import annotations

import re

_SHORT = re.compile(r"[a-z][a-z0-9_-]*")


def party_name(party: str) -> str:
    """A short name as people write it; whatever is no short name stays as it is."""
    if not _SHORT.fullmatch(party):
        return party
    return " ".join(word.capitalize() for word in re.split("[-_]+", party) if word)
