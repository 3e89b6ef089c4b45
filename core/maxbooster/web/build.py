"""Which build of the web application a server has: a page that was opened before an upgrade finds out by it."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from .shell import STATIC


def build_of(modules: Iterable[Path]) -> str:
    """A name that changes with the shell's files and with `modules`, those of the panels."""
    digest = sha256()
    for path in (STATIC / "manifest.json", *modules):
        content = path.read_bytes() if path.is_file() else b""
        digest.update(len(content).to_bytes(8) + content)
    return digest.hexdigest()[:16]
