"""XML from outside: no network, no entities, no more than a certain size."""

from __future__ import annotations

from lxml import etree

from maxbooster.plugin import Invalid

LARGEST_BYTES = 10_000_000


def parse(content: bytes, name: str = "the message") -> etree._Element:
    """The root element.

    Raises:
        Invalid: it is too large, has a document type, or is not well-formed XML.
    """
    if len(content) > LARGEST_BYTES:
        raise Invalid(f"{name} has {len(content):,} bytes; a message has at most {LARGEST_BYTES:,}.", field="message")
    parser = etree.XMLParser(
        no_network=True, resolve_entities=False, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        reason = " ".join(str(getattr(error, "msg", "") or error).split())[:200]
        raise Invalid(f"{name} is not XML that can be read: {reason}.", field="message") from error
    if root.getroottree().docinfo.doctype:
        raise Invalid(f"{name} declares a document type, which DDEX messages never do; it is refused.", field="message")
    return root


def text_of(element: etree._Element, path: str) -> str | None:
    """The text at a path of local names, in whatever namespace; None if there is none."""
    found = element.findtext(anywhere(path))
    return found.strip() if found and found.strip() else None


def anywhere(path: str) -> str:
    """A path of local names, in whatever namespace: some write one on every element, which the standards do not."""
    return "/".join(f"{{*}}{name}" for name in path.split("/"))
