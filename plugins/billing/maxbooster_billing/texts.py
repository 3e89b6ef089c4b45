"""Words of others in columns that have an end."""

from __future__ import annotations


def fitted(text: str, longest: int) -> str:
    """As much of a text as fits; where there was more, it shows."""
    return f"{text[: longest - 1]}…" if len(text) > longest else text
