"""PDF by typst, as PDF/A: whatever cannot be shown is an error, not a gap."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, time
from pathlib import Path
from unicodedata import name

import msgspec

from ..errors import Invalid, NotReady
from .renderer import DocumentData, PdfRenderer

_UNSHOWN = re.compile(r'the text `"(.+?)"` could not be displayed')
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")
_MISSING = (
    "PDF documents need typst, which isn't installed. On the server: pip install 'maxbooster[documents]', then restart."
)


class TypstRenderer(PdfRenderer):
    """Templates read the data by `#let data = json(bytes(sys.inputs.data))`, texts likewise. They see files of their
    own folder, and the fonts that typst brings and those of the operator; none of the system's, so that every server
    makes the same bytes."""

    suffix = ".typ"

    def __init__(self, fonts: Path | None = None) -> None:
        self._fonts = fonts

    def pdf(self, template: Path, data: DocumentData, texts: Mapping[str, str]) -> bytes:
        try:
            import typst
        except ImportError:
            raise NotReady(_MISSING) from None
        fonts = [self._fonts] if self._fonts else []
        inputs = {"data": msgspec.json.encode(data).decode(), "texts": msgspec.json.encode(texts).decode()}
        try:
            return typst.compile(
                template,
                root=template.parent,
                font_paths=fonts,
                ignore_system_fonts=True,
                package_path=template.parent,
                package_cache_path=template.parent,
                format="pdf",
                sys_inputs=inputs,
                pdf_standards="a-2a",
                timestamp=datetime.combine(data.dated, time(), UTC),
            )
        except typst.TypstError as error:
            if unshown := _unshown(error.diagnostic):
                raise Invalid(_in_words(unshown), characters=unshown) from error
            raise RuntimeError(f"{template.name}: {error.diagnostic}") from error


def _unshown(diagnostic: str) -> list[str]:
    found = (_ESCAPED.sub(lambda code: chr(int(code[1], 16)), each) for each in _UNSHOWN.findall(diagnostic))
    return list(dict.fromkeys(found))


def _in_words(texts: list[str]) -> str:
    """Which characters, and what to do."""
    named = ", ".join(f"“{text}” ({', '.join(_name(each) for each in text)})" for text in texts[:5])
    more = f" and {len(texts) - 5} more" if len(texts) > 5 else ""
    return (
        f"The document can't be made: no font has {named}{more}. Change the text, or the operator adds a font that has"
        " it: MAXBOOSTER_DOCUMENT_FONTS names a folder of fonts."
    )


def _name(character: str) -> str:
    return f"U+{ord(character):04X} {name(character, 'a control character')}"
