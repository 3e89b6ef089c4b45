"""What is wrong with a statement, in words that name file, line, column, value and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from msgspec import Struct

from maxbooster.plugin import Invalid


class Answer(Struct, frozen=True):
    """One answer to a question: the value of the option, and what the statement would then say."""

    value: str
    label: str


class Question(Struct, frozen=True):
    """What only a person can know. `option` is the field of the import that takes the answer."""

    option: str
    text: str
    answers: list[Answer]


class StatementFault(Invalid):
    """A statement that cannot be read. Nothing of it is imported."""

    type = "statement-fault"
    title = "The statement cannot be imported"

    def __init__(
        self,
        detail: str,
        *,
        file: str,
        line: int | None = None,
        column: str | None = None,
        value: str | None = None,
        question: Question | None = None,
    ) -> None:
        place = [file, f"line {line}" if line else "", f"column {column!r}" if column else ""]
        shown = f": {value[:60]!r}" if value is not None else ""
        words = f"{', '.join(each for each in place if each)}{shown}. {detail}"
        super().__init__(words, field="file", file=file, line=line, column=column, value=value and value[:200])
        self.question = question


class Sight(NamedTuple):
    """Where a value stands."""

    line: int
    text: str
    field: str


class Unsettled(ValueError):
    """A value that can be read in two ways, where nothing in the file says which."""

    def __init__(self, detail: str, question: Question, sight: Sight) -> None:
        super().__init__(detail)
        self.question, self.sight = question, sight


def question(option: str, text: str, answers: Sequence[tuple[str, str]]) -> Question:
    return Question(option, text, [Answer(*each) for each in answers])
