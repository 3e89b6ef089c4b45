"""Whether what the simulator answers has the shape that the SDK declares for it."""

from __future__ import annotations

import types
from decimal import Decimal
from functools import cache
from inspect import get_annotations
from typing import Any, ClassVar, ForwardRef, Literal, Union, get_args, get_origin

from stripe._object_classes import get_object_class
from stripe._stripe_object import StripeObject, UntypedStripeObject

_PLAIN = {str: str, int: int, bool: bool, float: (int, float), Decimal: str}


def wrong(answer: Any, path: str = "") -> list[str]:
    """Each place where an answer is not as declared."""
    if isinstance(answer, list):
        return [found for place, one in enumerate(answer) for found in wrong(one, f"{path}[{place}]")]
    if not isinstance(answer, dict) or answer.get("deleted"):
        return []
    kind = answer.get("object")
    if kind == "list":
        return wrong(answer.get("data"), f"{path}.data")
    if isinstance(kind, str) and (declared := get_object_class("V1", kind)) is not StripeObject:
        return _fields(declared, answer, path or kind)
    return []


def _fields(declared: Any, answer: dict[str, Any], path: str) -> list[str]:
    hints = _hints(declared)
    found = [f"{path}.{name} is not declared" for name in answer if name not in hints]
    for name, hint in hints.items():
        if name not in answer:
            found += [] if _optional(hint) else [f"{path}.{name} is missing"]
        else:
            found += _value(hint, answer[name], f"{path}.{name}")
    return found


@cache
def _hints(declared: Any) -> dict[str, Any]:
    hints: dict[str, Any] = {}
    for base in reversed(declared.__mro__):
        if issubclass(base, StripeObject) and base is not StripeObject:
            hints |= get_annotations(base)
    return {name: hint for name, hint in hints.items() if get_origin(hint) is not ClassVar and not name.startswith("_")}


def _optional(hint: Any) -> bool:
    return get_origin(hint) in (Union, types.UnionType) and type(None) in get_args(hint)


def _value(hint: Any, value: Any, path: str) -> list[str]:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        groups = [one for one in arguments if one not in _PLAIN and one is not type(None) and get_origin(one) is None]
        fitting = groups if isinstance(value, dict) and groups else arguments
        return min((_value(one, value, path) for one in fitting), key=len)
    if hint is type(None) or origin is Literal:
        allowed = arguments or (None,)
        return [] if value in allowed else [f"{path} is {value!r}, none of {allowed}"]
    if origin is list:
        if not isinstance(value, list):
            return [f"{path} is {value!r}, not a list"]
        return [found for place, one in enumerate(value) for found in _value(arguments[0], one, f"{path}[{place}]")]
    return _scalar(hint, value, path) if hint in _PLAIN else _object(hint, value, path)


def _scalar(hint: Any, value: Any, path: str) -> list[str]:
    right = isinstance(value, _PLAIN[hint]) and (hint is bool) == isinstance(value, bool)
    return [] if right else [f"{path} is {value!r}, not {hint.__name__}"]


def _object(hint: Any, value: Any, path: str) -> list[str]:
    if hint is Any:
        return []
    if not isinstance(value, dict):
        return [f"{path} is {value!r}, not an object"]
    inner = get_origin(hint) or hint
    if isinstance(hint, ForwardRef | str) or not isinstance(inner, type) or "object" in value:
        return wrong(value, path)
    return [] if inner is UntypedStripeObject else _fields(inner, value, path)
