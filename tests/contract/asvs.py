"""The register of the OWASP ASVS 5.0 requirements of levels 1 and 2: what is met and by which tests.

`python -m tests.contract.asvs` prints the score. The requirements' texts are published by OWASP (CC BY-SA 4.0) and
are not repeated here; docs/security/README.md says how the register is kept.
"""

from __future__ import annotations

import ast
import csv
import re
from collections.abc import Iterator, Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
REGISTER = ROOT / "docs" / "security" / "asvs.csv"
COLUMNS = ["id", "level", "status", "reason", "tests"]
STATUSES = ("met", "open", "n/a")
LEVELS = ("1", "2")
_ID = re.compile(r"V([1-9]\d?)\.([1-9]\d?)\.([1-9]\d?)")
_NOT_RUN = {"skip", "skipif", "xfail"}


class Requirement(NamedTuple):
    id: str
    level: str
    status: str
    reason: str
    tests: tuple[str, ...]
    """pytest node ids, from the repository's root, without parameters."""

    @property
    def chapter(self) -> str:
        return self.id.partition(".")[0]


def read(file: Path = REGISTER) -> list[Requirement]:
    """
    Raises:
        ValueError: the columns are not those of a register.
    """
    with file.open(encoding="utf-8", newline="") as rows:
        found = csv.DictReader(rows)
        if found.fieldnames != COLUMNS:
            raise ValueError(f"{file.name} has the columns {found.fieldnames}; write {', '.join(COLUMNS)}")
        return [
            Requirement(row["id"], row["level"], row["status"], row["reason"].strip(), tuple(row["tests"].split()))
            for row in found
        ]


def fingerprint(register: Sequence[Requirement]) -> str:
    """SHA-256 over the sorted `id:level` lines: which requirements there are, whatever is said of them."""
    return sha256("\n".join(sorted(f"{each.id}:{each.level}" for each in register)).encode()).hexdigest()


def faults(register: Sequence[Requirement], root: Path = ROOT) -> list[str]:
    """What is wrong with the register, a sentence each."""
    ids = [each.id for each in register]
    twice = [f"{id} stands there twice." for id in sorted(set(ids)) if ids.count(id) > 1]
    return twice + [f"{each.id} {wrong}" for each in register for wrong in _wrong_with(each, root)]


def _wrong_with(each: Requirement, root: Path) -> Iterator[str]:
    if not _ID.fullmatch(each.id):
        yield "is no requirement's id; write it as V1.2.3."
    if each.level not in LEVELS:
        yield f"is of level {each.level!r}; the register holds levels {' and '.join(LEVELS)}."
    if each.status not in STATUSES:
        yield f"has the status {each.status!r}; use {', '.join(STATUSES)}."
    if not each.reason:
        yield "has no reason; say in a sentence what is done, what is missing, or why it does not apply."
    if each.status == "met" and not each.tests:
        yield "is met by no test; name one that fails when the property is lost, or call it open."
    if each.status in ("open", "n/a") and each.tests:
        yield f"is {each.status} and names tests; only what is met does."
    for test in each.tests:
        if reason := _unusable(test, root):
            yield f"names {test}, {reason}"


def _unusable(test: str, root: Path) -> str | None:
    path, *names = test.split("::")
    if not path.startswith("tests/") or not names or not names[-1].startswith("test_"):
        return "which is not written as tests/….py::test_name."
    if not (root / path).is_file():
        return "a file that does not exist."
    known = _tests(root / path)
    if tuple(names) not in known:
        return "which that file does not define."
    return "which is not always run." if not known[tuple(names)] else None


@cache
def _tests(file: Path) -> dict[tuple[str, ...], bool]:
    """The functions and methods of a file by their names, and whether each is always run."""
    module = ast.parse(file.read_text("utf-8"))
    return dict(_defined(module.body, (), not _left_out(_marks_of_all(module.body))))


def _defined(body: list[ast.stmt], inside: tuple[str, ...], run: bool) -> Iterator[tuple[tuple[str, ...], bool]]:
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield (*inside, node.name), run and not _left_out(node.decorator_list)
        elif isinstance(node, ast.ClassDef):
            marks = [*node.decorator_list, *_marks_of_all(node.body)]
            yield from _defined(node.body, (*inside, node.name), run and not _left_out(marks))


def _marks_of_all(body: list[ast.stmt]) -> list[ast.expr]:
    """What `pytestmark = …` says of a whole module or class."""
    return [
        node.value
        for node in body
        if isinstance(node, ast.Assign) and any(getattr(target, "id", "") == "pytestmark" for target in node.targets)
    ]


def _left_out(marks: Sequence[ast.expr]) -> bool:
    return any(isinstance(node, ast.Attribute) and node.attr in _NOT_RUN for mark in marks for node in ast.walk(mark))


def score(register: Sequence[Requirement]) -> float:
    """Of what applies, the share that is met; 0 where nothing applies."""
    met, left, _ = _counts(register)
    return met / (met + left) if met + left else 0.0


def _counts(register: Sequence[Requirement]) -> list[int]:
    return [sum(each.status == status for each in register) for status in STATUSES]


def table(register: Sequence[Requirement]) -> str:
    """Per chapter and in all, how many requirements of each level have which status; and the score."""
    heads = "".join(f"{f'L{level} {status}':>9}" for level in LEVELS for status in STATUSES)
    chapters = dict.fromkeys(each.chapter for each in register)
    lines = [_line(chapter, [each for each in register if each.chapter == chapter]) for chapter in chapters]
    return "\n".join([f"{'':4}{heads}{'score':>8}", *lines, _line("all", register)])


def _line(title: str, register: Sequence[Requirement]) -> str:
    cells = [count for level in LEVELS for count in _counts([each for each in register if each.level == level])]
    share = f"{score(register):.0%}" if any(each.status != "n/a" for each in register) else "-"
    return f"{title:4}{''.join(f'{cell:9}' for cell in cells)}{share:>8}"


if __name__ == "__main__":
    print(table(read()))
