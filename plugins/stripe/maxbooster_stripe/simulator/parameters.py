"""Checks each request against the SDK's own types of parameters: unknown, missing and wrong ones are refused.

Sources: the TypedDicts in `stripe.params`, generated from Stripe's OpenAPI description; the wording of the refusals is
that of https://docs.stripe.com/error-codes (parameter_unknown, parameter_missing, parameter_invalid_*).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from types import UnionType
from typing import Any, Literal, NotRequired, Required, Union, get_args, get_origin, get_type_hints

from stripe._request_options import RequestOptions
from typing_extensions import is_typeddict

from .errors import InvalidParameters

_OPTIONS = frozenset(RequestOptions.__annotations__)
_NAMES = {"Mapping": Mapping, "StripeContext": Any}  # that the options, which every type inherits, are written with
_INTEGER = re.compile(r"-?\d{1,18}")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


class Given(dict[str, Any]):
    """Parameters that remember which of them were looked at: what nobody looks at is refused, never ignored."""

    def __init__(self, fields: dict[str, Any]) -> None:
        super().__init__(fields)
        self._seen: set[str] = set()

    def __getitem__(self, name: str) -> Any:
        self._seen.add(name)
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        self._seen.add(name)
        return super().get(name, default)

    def items(self) -> Any:
        """Whoever takes all of them, such as the encoder that stores them, has seen all of them."""
        self._seen.update(self)
        return super().items()

    def unseen(self, prefix: str = "") -> list[str]:
        found = [_path(prefix, name) for name in self if name not in self._seen]
        for name in self._seen & self.keys():
            value = super().__getitem__(name)
            for place, one in enumerate(value if isinstance(value, list) else [value]):
                path = _path(prefix, name) + (f"[{place}]" if isinstance(value, list) else "")
                found += one.unseen(path) if isinstance(one, Given) else []
        return found


def checked(kind: Any, fields: dict[str, Any]) -> Given:
    """The fields as values of the declared types.

    Raises:
        InvalidParameters: the first parameter that the type does not know, lacks, or cannot read.
    """
    return _read_fields(kind, fields, "")


def _read_fields(kind: Any, fields: dict[str, Any], prefix: str) -> Given:
    hints = _hints(kind)
    for name in fields:
        if name not in hints:
            path = _path(prefix, name)
            raise InvalidParameters(f"Received unknown parameter: {path}", code="parameter_unknown", param=path)
    for name in sorted(kind.__required_keys__ & hints.keys()):
        if name not in fields:
            path = _path(prefix, name)
            raise InvalidParameters(f"Missing required param: {path}.", code="parameter_missing", param=path)
    return Given({name: _read(hints[name], value, _path(prefix, name)) for name, value in fields.items()})


@cache
def _hints(kind: Any) -> dict[str, Any]:
    hints = get_type_hints(kind, localns=_NAMES)
    return {name: hint for name, hint in hints.items() if name not in _OPTIONS}


def _path(prefix: str, name: str) -> str:
    return f"{prefix}[{name}]" if prefix else name


def _read(hint: Any, value: Any, path: str) -> Any:
    origin = get_origin(hint)
    if origin in (NotRequired, Required):
        return _read(get_args(hint)[0], value, path)
    if origin in (Union, UnionType):
        return _read_union(get_args(hint), value, path)
    if is_typeddict(hint):
        if not isinstance(value, dict):
            raise InvalidParameters("Invalid object", param=path)
        return _read_fields(hint, value, path)
    if origin is list:
        return _read_list(get_args(hint)[0], value, path)
    if origin is dict:
        return _read_map(get_args(hint)[1], value, path)
    return _read_plain(hint, value, path)


def _read_union(members: tuple[Any, ...], value: Any, path: str) -> Any:
    words = [word for member in members if get_origin(member) is Literal for word in get_args(member)]
    if isinstance(value, str) and value in words:
        return value
    closed = any(words) and set(members) <= {str, *(m for m in members if get_origin(m) is Literal)}
    if closed:
        raise _not_one_of(words, value, path)
    return _first_that_reads([member for member in members if get_origin(member) is not Literal], value, path)


def _first_that_reads(members: list[Any], value: Any, path: str) -> Any:
    """A group of fields is read by the group's type, so that its refusal names the field within."""
    fitting = [m for m in members if _takes_fields(m) == isinstance(value, dict) and m is not type(None)]
    for member in (plain := sorted(fitting, key=lambda m: m is str))[:-1]:
        try:
            return _read(member, value, path)
        except InvalidParameters:
            continue
    return _read((plain or members)[-1], value, path)


def _takes_fields(member: Any) -> bool:
    return is_typeddict(member) or get_origin(member) in (list, dict)


def _read_list(member: Any, value: Any, path: str) -> list[Any]:
    if not isinstance(value, dict) or not all(step.isdigit() for step in value):
        raise InvalidParameters("Invalid array", param=path)
    steps = sorted(value, key=int)
    return [_read(member, value[step], f"{path}[{place}]") for place, step in enumerate(steps)]


def _read_map(member: Any, value: Any, path: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InvalidParameters("Invalid object", param=path)
    return {name: _read(member, part, _path(path, name)) for name, part in value.items()}


def _read_plain(hint: Any, value: Any, path: str) -> Any:
    if hint is Any:
        return value
    if isinstance(value, dict):
        raise InvalidParameters(f"Invalid string: {value}", param=path)
    if get_origin(hint) is Literal:
        if value not in get_args(hint):
            raise _not_one_of(list(get_args(hint)), value, path)
        return value
    if value == "" and hint in (int, float, bool, Decimal):
        raise InvalidParameters(
            f"You passed an empty string for '{path}'. We assume empty values are an attempt to unset a parameter; "
            f"however '{path}' cannot be unset. You should remove '{path}' from your request or supply a non-empty "
            "value.",
            code="parameter_invalid_empty",
            param=path,
        )
    return _scalar(hint, value, path)


def _scalar(hint: Any, value: str, path: str) -> Any:
    if hint is int and _INTEGER.fullmatch(value):
        return int(value)
    if hint is bool and value in ("true", "false"):
        return value == "true"
    if hint is float and _NUMBER.fullmatch(value):
        return float(value)
    if hint is Decimal and _NUMBER.fullmatch(value):
        return value
    if hint is str:
        return value
    words = {int: "integer", bool: "boolean", float: "decimal", Decimal: "decimal"}
    word = words.get(hint, "value")
    code = "parameter_invalid_integer" if hint is int else None
    raise InvalidParameters(f"Invalid {word}: {value}", code=code, param=path)


def _not_one_of(words: list[Any], value: Any, path: str) -> InvalidParameters:
    known = [str(word) for word in words if word != ""]
    listed = ", ".join(known[:-1]) + (" or " if known[:-1] else "") + known[-1]
    return InvalidParameters(f"Invalid {path}: must be one of {listed}", param=path)
