"""Under which keys the blobs of files lie in the object store."""

from __future__ import annotations

from uuid import UUID


def file_key(account: UUID, file: UUID) -> str:
    return f"files/{account}/{file}"


def part_key(account: UUID, file: UUID, part: UUID) -> str:
    return f"incoming/{account}/{file}/{part}"


def parts_prefix(account: UUID, file: UUID) -> str:
    return f"incoming/{account}/{file}"
