"""What makes a PDF of a template, and how it is found."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import msgspec
from msgspec import Struct

from ..errors import TooLarge, UsageError
from ..resources import threads

if TYPE_CHECKING:
    from ..app import App


LONGEST_BYTES = 500_000
"""Of a document's data: some 8,000 rows of a table, which take a second and 500 MB."""
_THREADS = threads("core.documents", 2)


class DocumentData(Struct, frozen=True, kw_only=True):
    """What a document says. Subclass it: the template gets all of it, as data."""

    title: str
    dated: date
    """The document's own date, never today's: the same data make the same bytes, whenever."""
    language: str = "en"
    """BCP 47."""


class PdfRenderer(ABC):
    """Makes PDFs of templates of one kind."""

    suffix: ClassVar[str]
    """Of its templates' names: `.typ`."""

    @abstractmethod
    def pdf(self, template: Path, data: DocumentData, texts: Mapping[str, str]) -> bytes:
        """The document; the same bytes for the same template, data and texts, which are the plugins' in the document's
        language, English where there are none. Called in a thread.

        Raises:
            Invalid: a character of the data cannot be shown; names it.
            NotReady: something that it needs isn't installed; says how to install it.
        """


async def document(app: App, template: Path, data: DocumentData) -> bytes:
    """
    Raises:
        UsageError: no enabled plugin renders such templates.
        TooLarge: it says more than a document can hold.
        Invalid, NotReady: see `PdfRenderer.pdf`.
    """
    offered = [each for _, each in app.registry.answers("pdf_renderer", PdfRenderer, settings=app.settings)]
    fitting = [each for each in offered if each.suffix == template.suffix]
    if not fitting:
        known = ", ".join(sorted({each.suffix for each in offered}))
        raise UsageError(f"no plugin renders {template.name!r}; there are renderers for {known}")
    _refuse_long(data)
    texts: dict[str, str] = {}
    for language in ("en", data.language.partition("-")[0], data.language):
        texts |= app.offers.catalog.get(language, {})
    return await (await app.resources.get(_THREADS)).run(fitting[-1].pdf, template, data, texts)


def _refuse_long(data: DocumentData) -> None:
    if (size := len(msgspec.json.encode(data))) > LONGEST_BYTES:
        raise TooLarge(
            f"“{data.title[:80]}” would be too long: it says {size:,} bytes, and a document holds at most"
            f" {LONGEST_BYTES:,}. Choose a shorter time or fewer things."
        )
