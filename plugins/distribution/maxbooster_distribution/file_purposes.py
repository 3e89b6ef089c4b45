"""What files of this family are, and who sees them."""

from __future__ import annotations

from maxbooster.plugin import FilePurpose

STATEMENT = FilePurpose(
    name="distribution.statement", title="Royalty statement", permission="royalty.read", uploaded=True
)
LINES = FilePurpose(name="distribution.lines", title="Lines of a royalty statement", permission="royalty.read")
MESSAGE = FilePurpose(name="distribution.message", title="Message to a store", permission="release.read")
ANSWER = FilePurpose(name="distribution.answer", title="Answer of a store", permission="release.read")

purposes = [STATEMENT, LINES, MESSAGE, ANSWER]
