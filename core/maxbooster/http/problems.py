"""Every error leaves as problem details (RFC 9457): a stable type, a human sentence, the wrong field."""

from __future__ import annotations

import re
from collections.abc import Sequence
from traceback import extract_tb
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.datastructures import State
from litestar.exceptions import HTTPException, SerializationException, ValidationException
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Example
from sqlalchemy.exc import DBAPIError

from ..errors import Invalid, Malformed, NotReady, Problem, TooMany
from ..observe.logs import log
from .bounds import inside

MEDIA_TYPE = "application/problem+json"

_AnyRequest = Request[Any, Any, State]


class ProblemDetails(msgspec.Struct, omit_defaults=True):
    """RFC 9457 §3, and `field` where one part of the input was wrong."""

    type: str
    title: str
    status: int
    detail: str
    field: str | None = None


def described(possible: Sequence[type[Problem]]) -> dict[int, ResponseSpec]:
    """For OpenAPI: one documented response per status."""
    specs: dict[int, ResponseSpec] = {}
    for status in sorted({problem.status for problem in possible}):
        examples = [_example(problem) for problem in possible if problem.status == status]
        titles = sorted({problem.title for problem in possible if problem.status == status})
        specs[status] = ResponseSpec(
            ProblemDetails,
            generate_examples=False,
            examples=examples,
            description="; ".join(titles),
            media_type=MEDIA_TYPE,
        )
    return specs


def _example(problem: type[Problem]) -> Example:
    body = problem("What happened this time, with the value that was wrong, and what to do.").body()
    return Example(id=problem.type, summary=problem.title, value=body)


def problem_response(problem: Problem) -> Response[bytes]:
    headers = dict(problem.headers)
    if isinstance(problem, NotReady | TooMany) and problem.retry_after_s is not None:
        headers["Retry-After"] = str(max(1, round(problem.retry_after_s)))
    return _response(problem.body(), problem.status, headers)


def _response(body: dict[str, Any], status: int, headers: dict[str, str]) -> Response[bytes]:
    return Response(msgspec.json.encode(body), status_code=status, media_type=MEDIA_TYPE, headers=headers)


def on_problem(_: _AnyRequest, error: Problem) -> Response[bytes]:
    return problem_response(error)


def on_http(_: _AnyRequest, error: HTTPException) -> Response[bytes]:
    """Litestar's own: routing, methods, decoding."""
    if isinstance(error, ValidationException):
        return problem_response(_invalid(error))
    if isinstance(error, SerializationException):
        return problem_response(Malformed("The body is not valid JSON in UTF-8."))
    if error.status_code == 400:
        return problem_response(Malformed(_first_line(error.detail)))
    body = {
        "type": "about:blank",
        "title": error.__class__.__name__.removesuffix("Exception"),
        "status": error.status_code,
        "detail": _ROUTING.get(error.status_code, _first_line(error.detail)),
    }
    return _response(body, error.status_code, dict(error.headers or {}))


_ROUTING = {
    404: "There is nothing at this address.",
    405: "This address does not take that method.",
    413: "The body is larger than this server accepts.",
    415: "This content type is not understood here; send application/json.",
}


_WITHIN = re.compile(r" - at `\$\.?([^`]*)`")
_ABSENT_OR_UNKNOWN = re.compile(r"Object (?:missing required|contains unknown) field `(.*)`", re.DOTALL)
_NO_PARAMETER = re.compile(r"Missing required (\w+) parameter '(\w+)'")
_NO_BODY = "'data'"


def _invalid(error: ValidationException) -> Problem:
    """Litestar names the argument in `extra`, or in its sentence; msgspec names the path within it, and the field that
    is missing there."""
    if absent := _NO_PARAMETER.match(error.detail):
        return Invalid(f"The {absent[1]} parameter {absent[2]!r} is missing.", field=absent[2])
    extra = error.extra
    first = extra[0] if isinstance(extra, list) and extra else extra if isinstance(extra, dict) else {}
    message = _first_line(str(first.get("message") or error.detail))
    if message == _NO_BODY:
        return Invalid("The request has no body; send one in JSON.")
    where = _WITHIN.search(message)
    field = where[1] if where else str(first.get("key") or "").removeprefix("data")
    if named := _ABSENT_OR_UNKNOWN.match(message):
        field = inside(field, named[1])
    return Invalid(_in_words(_WITHIN.sub("", message), field), field=field or None)


_BOUND = re.compile(r"Expected `(\w+)`(?: of length)? (>=|<=|>|<) (\S+)")
_MATCHING = re.compile(r"Expected `str` matching regex")


def _in_words(message: str, field: str) -> str:
    """What people can get wrong in a form, without the words of the decoder."""
    name = re.split(r"[.\[]", re.sub(r"\[[^]]*\]$", "", field))[-1].replace("_", " ") or "value"
    if _MATCHING.match(message):
        return _form(message, name)
    if message == "Expected `str` of length >= 1":
        return f"Enter the {name}."
    if (bound := _BOUND.fullmatch(message)) is None:
        return message
    kind, sign, limit = bound.groups()
    return _BOUNDS.get((kind, sign), _COMPARED[sign]).format(
        name=name,
        limit=limit,
        least="one" if limit == "1" else limit,
        what=name.removesuffix("s") if limit == "1" else name,
    )


def _form(message: str, name: str) -> str:
    """An example says more than a pattern."""
    example = next((said for pattern, said in _EXAMPLES.items() if pattern in message), "")
    return f"The {name} must look like this: {example}." if example else f"Check the {name}: its form isn't right."


_EXAMPLES = {
    "-(0[1-9]|1[0-2])": "2026-11",
    "[A-Z]{3}": "EUR",
    "#[0-9a-f]{6}": "#ffb020",
    "[0-9]{1,9}": "12.5",
    "[A-Za-z]{2,3}(-": "en",
}
"""Part of a pattern → what is told of it."""
_COMPARED = {
    ">=": "The {name} must be at least {limit}.",
    "<=": "The {name} must be at most {limit}.",
    ">": "The {name} must be more than {limit}.",
    "<": "The {name} must be less than {limit}.",
}
_BOUNDS = {
    ("array", ">="): "Choose at least {least} {what}.",
    ("array", "<="): "There are too many {name}; at most {limit} are taken.",
    ("object", ">="): "Choose at least {least} {what}.",
    ("object", "<="): "There are too many {name}; at most {limit} are taken.",
    ("str", ">="): "Enter at least {limit} characters for the {name}.",
    ("str", "<="): "Enter at most {limit} characters for the {name}.",
}


def on_unreadable(request: _AnyRequest, error: UnicodeDecodeError) -> Response[bytes]:
    """Litestar lets it through when a body's text is not UTF-8; from anywhere else it is a fault of ours."""
    if any("litestar" in frame.filename and "decode" in frame.name for frame in extract_tb(error.__traceback__)):
        return problem_response(Malformed("The body is not valid JSON in UTF-8."))
    return on_anything(request, error)


def on_nested(request: _AnyRequest, error: RecursionError) -> Response[bytes]:
    """The same for a body that is nested more deeply than it can be decoded."""
    if any("litestar" in frame.filename and "decode" in frame.name for frame in extract_tb(error.__traceback__)):
        return problem_response(Malformed("The body is nested too deeply."))
    return on_anything(request, error)


def _first_line(text: str) -> str:
    return text.splitlines()[0][:300] if text else ""


def on_database(request: _AnyRequest, error: DBAPIError) -> Response[bytes]:
    if error.connection_invalidated:
        log.error("database.lost", error=str(error.orig))
        return problem_response(NotReady("The database does not answer just now.", retry_after_s=2))
    if type(error).__name__ == "DataError":
        return problem_response(Invalid("A value is out of the range that can be stored."))
    return on_anything(request, error)


def on_anything(request: _AnyRequest, error: Exception) -> Response[bytes]:
    """A fault of ours: logged in full, answered without a word of the inside."""
    log.error("request.failed", path=request.url.path, method=request.method, exc_info=error)
    id = request.scope["state"].get("request_id", "")
    problem = Problem(f"Something went wrong on our side. It has been logged under the id {id}.", request_id=id)
    body = problem.body() | {"type": "urn:maxbooster:problem:internal", "title": "Internal error", "status": 500}
    return _response(body, 500, {})


HANDLERS: dict[Any, Any] = {
    Problem: on_problem,
    HTTPException: on_http,
    DBAPIError: on_database,
    UnicodeDecodeError: on_unreadable,
    RecursionError: on_nested,
    Exception: on_anything,
}
