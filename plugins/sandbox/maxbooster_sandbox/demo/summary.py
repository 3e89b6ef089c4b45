"""What came of the demo: a table for people, `summary.json` for programs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct, field


class Stage(Struct):
    name: str
    seconds: float
    result: str
    place: str
    """A path or an address where it can be seen."""


class Summary(Struct):
    """`summary.json`. Paths are absolute."""

    master: str = ""
    packages: list[str] = field(default_factory=list)
    """The batch folders as they arrived at the outlets."""
    acknowledgements: list[str] = field(default_factory=list)
    statements: list[str] = field(default_factory=list)
    """One for each payee."""
    integrated_lufs: float | None = None
    true_peak_dbtp: float | None = None
    ledger_ok: bool = False
    stages: list[Stage] = field(default_factory=list)
    failed: str | None = None

    def add(self, name: str, seconds: float, result: str, place: str) -> None:
        self.stages.append(Stage(name, round(seconds, 3), result, place))

    def write(self, path: Path) -> None:
        found: dict[str, Any] = msgspec.to_builtins(self)
        path.write_bytes(msgspec.json.format(msgspec.json.encode(found)) + b"\n")


def earlier(path: Path) -> Summary | None:
    """What an earlier run wrote, if it came to its end."""
    try:
        found = msgspec.json.decode(path.read_bytes(), type=Summary)
    except (FileNotFoundError, msgspec.MsgspecError):
        return None
    return found if found.stages and found.failed is None else None


def table(stages: list[Stage]) -> str:
    rows = [("stage", "seconds", "result", "to be seen at")]
    rows += [(each.name, f"{each.seconds:.2f}", each.result, each.place) for each in stages]
    name, seconds, result = (max(len(row[column]) for row in rows) for column in range(3))
    lines = [f"{row[0]:{name}}  {row[1]:>{seconds}}  {row[2]:{result}}  {row[3]}".rstrip() for row in rows]
    total = sum(each.seconds for each in stages)
    return "\n".join([lines[0], "─" * max(map(len, lines)), *lines[1:], f"{'all':{name}}  {total:>{seconds}.2f}"])
