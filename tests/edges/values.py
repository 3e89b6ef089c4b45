"""The values at the edges of a type: what somebody sends by mistake, or to see what happens."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Schema = Mapping[str, Any]
NIL = "00000000-0000-0000-0000-000000000000"
LONG = 10_000


class Literally(str):
    """A JSON token that Python's encoder would not write: `1e400`, or half a surrogate pair."""


class Missing:
    """The field is left out."""


@dataclass(frozen=True)
class Edge:
    label: str
    value: Any


TEXTS = {
    "empty": "",
    "blank": " \t\n ",
    "one NUL": "\0",
    "NUL within": "a\0b",
    "10 kB": "x" * LONG,
    "past every text": "x" * 100_001,
    "half a surrogate pair": Literally('"\\ud800"'),
    "surrogates the wrong way round": Literally('"a\\udc00\\ud800b"'),
    "all scripts": "Ünï Κρήτη Москва שלום سلام हिन्दी ไทย 日本語 한국어 ქართული አማርኛ 𝔐𝔲𝔰𝔦𝔠 🎵",
    "right to left": "\u202eevitalsnart\u202c \u200f\u0627\u0644\u0639\u0631\u0628\u064a\u0629",
    "combining": "Z" + "\u0301\u0327\u20dd" * 100,
    "no character": "\ufffe\uffff\U0010ffff",
    "controls": "\x01\x1b[31m\x7f\x85\u2028",
    "path": "../../etc/passwd",
    "markup": "<script>alert(1)</script>&amp;{{7*7}}${7}%s%n'\";--",
}
NUMBERS = {
    "-1": -1,
    "0": 0,
    "minus zero": Literally("-0"),
    "2^31": 2**31,
    "2^63-1": 2**63 - 1,
    "-2^63": -(2**63),
    "2^63": 2**63,
    "10^30": 10**30,
    "5000 digits": Literally("9" * 5_000),
    "a fraction": 0.5,
    "minus zero, a float": Literally("-0.0"),
    "1e400": Literally("1e400"),
    "1e308": Literally("1e308"),
    "1e-400": Literally("1e-400"),
    "40 digits": Literally("0." + "1234567890" * 4),
    "NaN": Literally("NaN"),
    "Infinity": Literally("-Infinity"),
    "number in text": "1",
}
DECIMALS = {
    each: each for each in ("NaN", "sNaN", "Infinity", "1e400", "1E-400", "-0", "-1", "9" * 40, "0." + "1" * 41, "١٢")
}
DATES = {
    each: each
    for each in ("0001-01-01", "9999-12-31", "1859-12-31", "2200-01-02", "2026-02-29", "2026-13-01", "2026-1-1",
                 "+12026-01-01", "0000-00-00", "2026-11-21T00:00:00Z")
}  # fmt: skip
TIMES = {
    each: each
    for each in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-11-21T08:30:00", "2026-11-21",
                 "2016-12-31T23:59:60Z", "2026-11-21T24:00:00Z", "2026-11-21T08:30:00+99:99", "1969-12-31T23:59:59Z",
                 "2026-11-21T08:30:00.1234567891Z", "2026-11-21 08:30:00Z", "1763713800")
}  # fmt: skip
UUIDS = {
    "nil": NIL,
    "upper case": "01A1FBFE-C37E-70B4-8ABE-9A19B3222FA7",
    "in braces": f"{{{NIL}}}",
    "of no length": "",
    "without hyphens": NIL.replace("-", ""),
    "a digit short": NIL[:-1],
    "as URN": f"urn:uuid:{NIL}",
    "all ones": "ffffffff-ffff-ffff-ffff-ffffffffffff",
}
WRONG_TYPES = {"null": None, "true": True, "list": [], "object": {}, "nested list": [[]], "number": 1, "text": "text"}


def edges(schema: Schema, schemas: Schema, example: Any) -> Iterator[Edge]:
    """The edges of a field in a JSON body, for whatever types its schema allows, and other types than those."""
    yield Edge("missing", Missing)
    yield from _all(WRONG_TYPES)
    for each in _alternatives(schema, schemas):
        yield from _of_type(each, example)


def words(schema: Schema, schemas: Schema) -> Iterator[Edge]:
    """The edges of what is written in a path, a query or a header: all of it is text."""
    kinds = [each for kind in _alternatives(schema, schemas) for each in _of_type(kind, None)]
    written = {
        each.label: str(each.value) for each in [*_all(TEXTS), *kinds] if isinstance(each.value, str | int | float)
    }
    yield from (Edge(label, value) for label, value in written.items() if len(value) <= LONG)


def encoded(body: Any) -> bytes:
    """As JSON in UTF-8, with what is meant literally put in as it is."""
    found: list[Literally] = []

    def marked(value: Any) -> Any:
        if isinstance(value, Literally):
            found.append(value)
            return f"\x00literally {len(found) - 1}\x00"
        if isinstance(value, dict):
            return {name: marked(each) for name, each in value.items()}
        return [marked(each) for each in value] if isinstance(value, list) else value

    text = json.dumps(marked(body))
    for number, each in enumerate(found):
        text = text.replace(json.dumps(f"\x00literally {number}\x00"), each)
    return text.encode()


def _of_type(schema: Schema, example: Any) -> Iterator[Edge]:
    match schema.get("type"):
        case "integer" | "number":
            yield from _all(NUMBERS)
            yield from (Edge(f"just out of bounds: {each}", each) for each in _beyond(schema))
        case "array":
            one = example[:1] if isinstance(example, list) else []
            yield Edge("empty", [])
            yield Edge("10 000 entries", one * LONG or [None] * LONG)
            yield Edge("duplicates", one * 2)
            yield Edge("an entry of another type", [*one, {"unknown": 1}, None, 1])
        case "object":
            known = example if isinstance(example, dict) else {}
            yield Edge("unknown field", known | {"nobody_reads_this": 1})
            yield Edge("field without a name", known | {"": 1})
            yield Edge("NUL in a field's name", known | {"a\0b": 1})
            yield Edge("half a surrogate pair in a name", Literally('{"\\ud800": 1}'))
            yield Edge("10 000 fields", {f"f{number}": 1 for number in range(LONG)})
        case "string":
            yield from _of_text(schema)


def _of_text(schema: Schema) -> Iterator[Edge]:
    if "enum" in schema:
        known = next(each for each in schema["enum"] if each)
        yield from (Edge(f"enum: {each}", each) for each in (known.swapcase(), f" {known}", "unknown", ""))
    yield from _all({"uuid": UUIDS, "date": DATES, "date-time": TIMES}.get(schema.get("format", ""), DECIMALS))
    yield from _all(TEXTS)
    if most := schema.get("maxLength"):
        yield Edge("as long as it may be, outside the BMP", "🎵" * most)
        yield Edge("one longer than it may be", "x" * (most + 1))


def _beyond(schema: Schema) -> Iterator[int | float]:
    for name, step in (("minimum", -1), ("exclusiveMinimum", 0), ("maximum", 1), ("exclusiveMaximum", 0)):
        if name in schema:
            yield schema[name] + step


def _alternatives(schema: Schema, schemas: Schema) -> Iterator[Schema]:
    schema = resolved(schema, schemas)
    choices = next((schema[each] for each in ("oneOf", "anyOf") if each in schema), None)
    if choices is not None:
        for each in choices:
            yield from _alternatives(
                {**each, **{name: value for name, value in schema.items() if name == "maxLength"}}, schemas
            )
    elif isinstance(schema.get("type"), list):
        yield from ({**schema, "type": each} for each in schema["type"] if each != "null")
    elif schema.get("type") != "null":
        yield schema


def resolved(schema: Schema, schemas: Schema) -> Schema:
    return schemas[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema


def _all(named: Mapping[str, Any]) -> Iterator[Edge]:
    return (Edge(label, value) for label, value in named.items())
