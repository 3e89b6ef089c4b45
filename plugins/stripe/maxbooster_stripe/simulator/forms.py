"""Nested form encoding, as Stripe reads it: `line_items[0][price]=…`, `expand[]=…`.

Source: https://docs.stripe.com/api (request bodies are form-encoded)
"""

from __future__ import annotations

import re
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any
from urllib.parse import parse_qsl, quote_plus

from .errors import InvalidParameters

Fields = dict[str, Any]

_NAME = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
_LONGEST_DEPTH = 16


def decode(text: str) -> Fields:
    """Names to strings or to further names; a list is names that are numbers.

    Raises:
        InvalidParameters: a name that is not a path of brackets, or one used both as a value and as a group.
    """
    fields: Fields = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        _put(fields, name, value)
    return fields


def encode(fields: Fields, prefix: str = "") -> str:
    """One canonical text for equal fields, whatever their order."""
    parts = []
    for name in sorted(fields):
        path = f"{prefix}[{name}]" if prefix else name
        value = fields[name]
        parts.append(encode(value, path) if isinstance(value, dict) else f"{path}={quote_plus(str(value))}")
    return "&".join(parts)


def decode_multipart(content_type: str, body: bytes) -> tuple[Fields, dict[str, tuple[str, bytes]]]:
    """The plain fields, and the uploaded files as (name, content)."""
    message = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body)
    fields: Fields = {}
    files: dict[str, tuple[str, bytes]] = {}
    for part in message.iter_parts():
        name = str(part.get_param("name", header="content-disposition"))
        content = part.get_payload(decode=True)
        content = content if isinstance(content, bytes) else b""
        if (filename := part.get_filename()) is not None:
            files[name] = (filename, content)
        else:
            _put(fields, name, content.decode())
    return fields, files


def _put(fields: Fields, name: str, value: str) -> None:
    match = _NAME.fullmatch(name)
    if match is None:
        raise InvalidParameters(f"Invalid parameter name: {name}", param=name)
    path = [match[1], *re.findall(r"\[([^\[\]]*)\]", match[2])]
    if len(path) > _LONGEST_DEPTH:
        raise InvalidParameters(f"Parameter nested too deeply: {name}", param=name)
    for step in path[:-1]:
        fields = fields.setdefault(step or str(len(fields)), {})
        if not isinstance(fields, dict):
            raise InvalidParameters(f"Parameter given both as a value and as a group: {name}", param=name)
    if isinstance(fields.get(path[-1]), dict):
        raise InvalidParameters(f"Parameter given both as a value and as a group: {name}", param=name)
    fields[path[-1] or str(len(fields))] = value
