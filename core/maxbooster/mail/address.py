"""One spelling per e-mail address, so that a person is found again however they type theirs."""

from __future__ import annotations

import unicodedata
from string import ascii_letters, digits

from ..errors import Invalid

LIMIT_BYTES = 254
"""Of an address (RFC 5321 §4.5.3.1.3, with RFC 3696 erratum 1690)."""
LOCAL_LIMIT_BYTES = 64
"""Of the part before the @ (RFC 5321 §4.5.3.1.1)."""
_ATEXT = frozenset(ascii_letters + digits + "!#$%&'*+-/=?^_`{|}~")


def address(text: str) -> str:
    """The address as it is stored, compared and written to.

    The domain becomes lower-case A-labels (IDNA 2008). The part before the @ is lower-cased too: two mailboxes
    that differ by case alone, which RFC 5321 §2.4 permits and nobody runs, are not told apart. Quoted local parts
    and domains in brackets are refused.

    Raises:
        Invalid: it is not an address, with the reason.
    """
    stripped = unicodedata.normalize("NFC", text.strip())
    if len(stripped) > LIMIT_BYTES:
        raise _refused(text, f"it is longer than {LIMIT_BYTES} characters")
    local, at, domain = stripped.partition("@")
    if not at or "@" in domain:
        raise _refused(text, "it needs one @")
    normal = f"{_local(text, local)}@{_domain(text, domain)}"
    if len(normal.encode()) > LIMIT_BYTES:
        raise _refused(text, f"it is longer than {LIMIT_BYTES} bytes")
    return normal


def _local(text: str, local: str) -> str:
    if not all(local.split(".")):
        raise _refused(text, "something is missing before the @, or beside a dot")
    for character in local:
        if character != "." and not _is_atom(character):
            raise _refused(text, f"{character!r} cannot stand before the @")
    lowered = unicodedata.normalize("NFC", local.lower())
    if len(lowered.encode()) > LOCAL_LIMIT_BYTES:
        raise _refused(text, f"the part before the @ is longer than {LOCAL_LIMIT_BYTES} bytes")
    return lowered


def _is_atom(character: str) -> bool:
    """`atext` of RFC 5322 §3.2.3 and RFC 6531 §3.3, without what only looks like another character."""
    if character.isascii():
        return character in _ATEXT
    return character.isprintable() and unicodedata.normalize("NFKC", character) == character


def _domain(text: str, domain: str) -> str:
    import idna

    try:
        labels = idna.encode(domain, uts46=True).decode().lower()
    except UnicodeError as error:
        raise _refused(text, f"the domain {domain[:64]!r} cannot exist ({error})") from error
    if labels != "localhost" and not ("." in labels and all(labels.split("."))):
        raise _refused(text, f"the domain {domain[:64]!r} is incomplete")
    return labels


def _refused(text: str, reason: str) -> Invalid:
    shown = text if len(text) <= LIMIT_BYTES else text[:LIMIT_BYTES] + "…"
    return Invalid(f"{shown!r} is not an e-mail address: {reason}. Write it like name@example.org.", field="email")
