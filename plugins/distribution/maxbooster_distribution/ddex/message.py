"""Who writes to whom, and when: what every message begins with."""

from __future__ import annotations

from datetime import UTC, datetime

from lxml import etree
from msgspec import Struct

from maxbooster.plugin import Invalid


class Party(Struct, frozen=True):
    """A company that exchanges messages: its DDEX party id and its name."""

    dpid: str
    name: str


class Envelope(Struct, frozen=True, kw_only=True):
    """The same envelope and the same content give the same bytes."""

    message_id: str
    thread_id: str
    created_at: datetime
    sender: Party
    recipient: Party
    test: bool = False
    """Whether it goes to a simulator; nobody must publish it."""


def moment(at: datetime) -> str:
    """`xs:dateTime` in UTC, to the second."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def add(parent: etree._Element, tag: str, text: str | None = None, **attributes: str) -> etree._Element:
    """
    Raises:
        Invalid: the text has a character that XML cannot hold.
    """
    try:
        element = etree.SubElement(parent, tag, attributes)
        element.text = text
    except ValueError as error:
        raise Invalid(f"{text!r} has a character that no message can hold; remove it from {tag}.", field=tag) from error
    return element


def written(root: etree._Element) -> bytes:
    content: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return content
