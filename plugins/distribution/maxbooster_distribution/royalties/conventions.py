"""How one file writes things that can be written in two ways: its decimal mark, the order of day and month.

A file keeps to one way. A value that can only be read one way proves it for the whole file; values that can be read
both ways follow. If nothing proves it, the person who imports the file is asked.
"""

from __future__ import annotations

from collections.abc import Callable

from .faults import Sight

_WAYS = {
    "point": "a decimal point", "comma": "a decimal comma",
    "day-first": "the day first", "month-first": "the month first",
}  # fmt: skip
"""The values of the options, in words."""


class OtherWay(Exception):
    """Values were read one way, and now another is proved: the file is to be read again from its start."""

    def __init__(self, option: str, way: str) -> None:
        super().__init__(option, way)
        self.option, self.way = option, way


class Convention:
    """The way of one file: asked for (`said`), or assumed until a value proves it. What was said is the last word only
    where it is `trusted`."""

    def __init__(
        self, option: str, said: str | None, assumed: str, line: Callable[[], int], *, trusted: bool = True
    ) -> None:
        self.option, self.said, self.way = option, said, said or assumed
        self._line, self._trusted = line, trusted
        self.proof: Sight | None = None
        self.doubt: Sight | None = None

    def prove(self, way: str, text: str, field: str) -> None:
        """This value can only be read this way.

        Raises:
            ValueError: another way was asked for, or proved by an earlier line.
            OtherWay: values that can be read both ways were read the other way.
        """
        if self.proof is not None and way != self.way:
            raise ValueError(
                f"Line {self.proof.line} has {self.proof.text!r}: the file writes {self.option} in two ways. "
                "Export it again, so that all lines are written alike."
            )
        if self.said is not None and way != self.said:
            raise ValueError(
                f"It can only be read with {_WAYS[way]}, but {_WAYS[self.said]} was chosen."
                f" Import it with {_WAYS[way]}."
            )
        if self.doubt is not None and way != self.way:
            raise OtherWay(self.option, way)
        self.way = way
        if self.proof is None:
            self.proof = Sight(self._line(), text, field)

    def doubtful(self, text: str, field: str) -> None:
        """This value can be read both ways."""
        if self.doubt is None:
            self.doubt = Sight(self._line(), text, field)

    @property
    def open(self) -> Sight | None:
        """A value that was read by assumption alone."""
        settled = self.proof is not None or (self.said is not None and self._trusted)
        return None if settled else self.doubt
