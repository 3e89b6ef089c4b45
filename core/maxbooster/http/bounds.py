"""What comes from outside is held to bounds before a handler sees it: one mechanism for every operation.

A value at the edge of its type's range passes decoding, and breaks what is computed with it or stored of it later. So
times and days have a range, numbers fit the database, text holds nothing that PostgreSQL refuses, and a body has no
field that nobody reads.
"""

from __future__ import annotations

import asyncio
import inspect
import math
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial, wraps
from typing import Any

from msgspec import Struct

from ..errors import Invalid, suggestion

EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
FIRST_DAY, LAST_DAY = date(1860, 1, 1), LATEST.date()
"""Days reach further back than times do: people's births, and recordings since there are any."""
LONGEST_TEXT = 100_000
LARGEST = 2**63 - 1
DECIMAL_PLACES = 40
"""Before and after the point."""
LONGEST_DURATION = timedelta(days=36_500)

_OURS = ("ctx", "request")


def held(function: Callable[..., Any], *, in_thread: bool = False) -> Callable[..., Awaitable[Any]]:
    """A handler whose arguments are within bounds. `in_thread`: a blocking one, which runs beside the event loop."""
    signature = inspect.signature(function)
    asks_request = "request" in signature.parameters
    call = partial(asyncio.to_thread, function) if in_thread else function

    @wraps(function)
    async def handler(**given: Any) -> Any:
        request = given["request"] if asks_request else given.pop("request", None)
        for name, value in given.items():
            if name == "data":
                check(value, await request.json(), "")
            elif name not in _OURS:
                check(value, None, name)
        answer = call(**given)
        return await answer if inspect.isawaitable(answer) else answer

    if "data" in signature.parameters and not asks_request:
        from litestar import Request

        more = inspect.Parameter("request", inspect.Parameter.KEYWORD_ONLY)
        signature = signature.replace(parameters=[*signature.parameters.values(), more])
        handler.__annotations__ = {**function.__annotations__, "request": Request[Any, Any, Any]}
    handler.__signature__ = signature  # type: ignore[attr-defined]
    return handler


def check(value: Any, sent: Any, field: str) -> None:
    """
    Raises:
        Invalid: `value`, or something in it, is out of bounds; `sent` is what it was decoded from.
    """
    if (check := _CHECKS.get(type(value))) is not None:
        check(value, sent, field)
    elif isinstance(value, Struct):
        _struct(value, sent, field)


def _struct(value: Struct, sent: Any, field: str) -> None:
    config, names = value.__struct_config__, value.__struct_encode_fields__
    of = sent if isinstance(sent, dict) else {}
    for unknown in of.keys() - {*names, config.tag_field}:
        hint = suggestion(unknown, names)
        raise Invalid(f"Object contains unknown field `{unknown[:80]}`.{hint}", field=inside(field, unknown[:80]))
    for attribute, name in zip(value.__struct_fields__, names, strict=True):
        check(getattr(value, attribute), of.get(name), inside(field, name))


def inside(field: str, name: object) -> str:
    return f"{field}.{name}" if field else str(name)


def _sequence(value: Any, sent: Any, field: str) -> None:
    of = sent if isinstance(sent, list) and len(sent) == len(value) else [None] * len(value)
    for number, (each, raw) in enumerate(zip(value, of, strict=True)):
        check(each, raw, f"{field}[{number}]")


def _set(value: Any, _: Any, field: str) -> None:
    for each in value:
        check(each, None, field)


def _mapping(value: Mapping[Any, Any], sent: Any, field: str) -> None:
    of = sent if isinstance(sent, dict) else {}
    for name, each in value.items():
        check(name, None, field)
        check(each, of.get(name), inside(field, name))


def _text(value: str, _: Any, field: str) -> None:
    if len(value) > LONGEST_TEXT:
        raise Invalid(f"{len(value)} characters are too many; at most {LONGEST_TEXT} fit.", field=field or None)
    if "\0" in value:
        raise Invalid("Text must not contain the NUL character (U+0000).", field=field or None)
    if not value.isascii() and any("\ud800" <= each <= "\udfff" for each in value):
        raise Invalid("Text must be valid Unicode; this contains half of a surrogate pair.", field=field or None)


def _whole(value: int, _: Any, field: str) -> None:
    if not -LARGEST - 1 <= value <= LARGEST:
        raise Invalid(f"{str(value)[:40]} is too large a number; the limit is {LARGEST}.", field=field or None)


def _float(value: float, _: Any, field: str) -> None:
    if not math.isfinite(value):
        raise Invalid(f"{value} is not a number that can be used.", field=field or None)


def _decimal(value: Decimal, _: Any, field: str) -> None:
    if not value.is_finite():
        raise Invalid(f"{value} is not a number that can be used.", field=field or None)
    _, digits, exponent = value.as_tuple()
    if abs(value.adjusted()) > DECIMAL_PLACES or int(exponent) < -DECIMAL_PLACES or len(digits) > 2 * DECIMAL_PLACES:
        raise Invalid(
            f"{str(value)[:60]} has more than {DECIMAL_PLACES} digits before or after the point.", field=field or None
        )


def _time(value: datetime, _: Any, field: str) -> None:
    if value.tzinfo is None:
        raise Invalid(f"{value.isoformat()} lacks a time zone; add Z for UTC, or an offset.", field=field or None)
    if not EARLIEST <= value <= LATEST:
        raise Invalid(
            f"{value.isoformat()} is out of range; give a time from {EARLIEST:%Y-%m-%d} to {LATEST:%Y-%m-%d}.",
            field=field or None,
        )


def _day(value: date, _: Any, field: str) -> None:
    if not FIRST_DAY <= value <= LAST_DAY:
        raise Invalid(
            f"{value.isoformat()} is out of range; give a date from {FIRST_DAY} to {LAST_DAY}.", field=field or None
        )


def _duration(value: timedelta, _: Any, field: str) -> None:
    if abs(value) > LONGEST_DURATION:
        raise Invalid(f"{value} is out of range; at most {LONGEST_DURATION.days} days.", field=field or None)


_CHECKS: dict[type, Callable[[Any, Any, str], None]] = {
    str: _text, int: _whole, float: _float, Decimal: _decimal, datetime: _time, date: _day, timedelta: _duration,
    list: _sequence, tuple: _sequence, set: _set, frozenset: _set, dict: _mapping,
}  # fmt: skip
