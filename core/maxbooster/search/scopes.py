"""Words of an entry stand behind a scope of eight characters: of whose account, of which searchable, title or text.

A query for one account's releases then meets no word of another account, and the index is walked from the place where
the account's words are, however many others there are.
"""

from __future__ import annotations

import hashlib
from base64 import b32encode
from collections.abc import Iterable
from functools import lru_cache
from uuid import UUID

from .words import words

TITLE, TEXT = "title", "text"


@lru_cache(maxsize=10_000)
def scope(account: UUID, searchable: str, field: str) -> str:
    """Forty bits: two that meet cost time, and nothing else, as rows are narrowed by their account once more."""
    digest = hashlib.blake2b(account.bytes + f"{searchable}/{field}".encode(), digest_size=5).digest()
    return b32encode(digest).decode().lower()


def scoped(account: UUID, searchable: str, title: str, parts: Iterable[str]) -> list[str]:
    """Every word of an entry, as it is indexed."""
    behind_title = scope(account, searchable, TITLE)
    behind_text = scope(account, searchable, TEXT)
    others = {word for part in parts for word in words(part)}
    return sorted({behind_title + word for word in words(title)} | {behind_text + word for word in others})
