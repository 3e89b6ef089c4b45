"""What the palette finds: every plugin searches what is its own."""

from __future__ import annotations

from typing import Annotated, Any

from litestar.params import QueryParameter
from msgspec import Struct
from sqlalchemy import ColumnElement, and_, func, or_

from ..context import Context
from ..http.routes import Routes, get
from ..observe.logs import log

PER_PLUGIN = 8
"""The most of one plugin's results that are shown."""

Words = Annotated[str, QueryParameter(min_length=1, max_length=200, description="Words, each of which a result has")]


class SearchResult(Struct, frozen=True, kw_only=True):
    """Something that a search found, and where it is in the web application."""

    title: str
    kind: str
    """In a word, as people call it: “Release”; the message `search.<kind>` translates it."""
    path: str
    icon: str
    text: str = ""
    """What tells it from others of that title: its artists, an ISRC."""
    permission: str = ""
    """Only shown to those who hold it."""


def has_words(query: str, *columns: Any) -> ColumnElement[bool]:
    """Rows that have every word of the query in one of the columns, in either case."""
    patterns = [f"%{_escaped(word.lower())}%" for word in query.split()]
    return and_(*(or_(*(func.lower(column).like(each, escape="/") for column in columns)) for each in patterns))


def _escaped(word: str) -> str:
    return word.replace("/", "//").replace("%", "/%").replace("_", "/_")


@get("/", operation_id="search", permission="plugin.read")
async def search(ctx: Context, words: Words) -> list[SearchResult]:
    """What is called that, as far as the caller may see it. A plugin that fails or is slow is left out."""
    query = " ".join(words.split())
    if not query:
        return []
    answers = await ctx.ask("search", query=query, timeout_s=2)
    return [
        result for answer in answers for result in _sound(answer.plugin, answer.value)[:PER_PLUGIN] if _may(ctx, result)
    ]


def _may(ctx: Context, result: SearchResult) -> bool:
    return not result.permission or bool(ctx.identity and ctx.identity.may(result.permission))


def _sound(plugin: str, answered: object) -> list[SearchResult]:
    found = answered if isinstance(answered, (list, tuple)) else []
    if wrong := [each for each in found if not isinstance(each, SearchResult)]:
        log.warning("search.ignored", plugin=plugin, answered=repr(wrong[0])[:200])
    return [each for each in found if isinstance(each, SearchResult)]


routes = [Routes("/api/core/search", [search])]
