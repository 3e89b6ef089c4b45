"""What a recording is called until somebody names it."""

from __future__ import annotations


def title_of(file_name: str) -> str:
    stem = file_name.rpartition(".")[0] or file_name
    return stem[:200]
