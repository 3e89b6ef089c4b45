"""XML schemas (W3C XSD 1.0) by lxml, which a family that needs them requires."""

from __future__ import annotations

from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.etree import XMLSchema

_READING = Lock()
"""libxml2 sets up its built-in types with the first schema of a process. Two threads that do so at once break them for
good, or the process: one schema is read at a time, whoever asks."""


def xml_schema(path: Path) -> XMLSchema:
    """Read from a file; nothing comes from the network. Keep it: reading takes long.

    Raises:
        lxml.etree.XMLSchemaParseError, lxml.etree.XMLSyntaxError, OSError: it cannot be used.
    """
    from lxml import etree

    with _READING:
        return etree.XMLSchema(etree.parse(str(path), etree.XMLParser(no_network=True)))
