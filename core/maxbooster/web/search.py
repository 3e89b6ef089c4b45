"""What the palette finds: rows that plugins declared, and what else they answer."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Annotated

from litestar.params import QueryParameter
from msgspec import Struct

from ..context import Context
from ..http.routes import Routes, get
from ..observe.logs import log
from ..search.finding import Match, find
from ..search.words import Term, is_in, terms, words

PER_KIND, PER_PLUGIN = 5, 8
"""The most rows of one kind that are shown, and the most of what a plugin answers besides."""

Words = Annotated[
    str,
    QueryParameter(min_length=1, max_length=200, description="Words, or their beginnings, each of which a result has"),
]


class SearchResult(Struct, frozen=True, kw_only=True):
    """Something that a search found, and where it is in the web application."""

    title: str
    kind: str
    """In a word, as people call it: “Release”; the message `search.<kind>` translates it."""
    path: str
    icon: str
    text: str = ""
    """What tells it from others of that title, or why it was found: its artists, an ISRC."""
    permission: str = ""
    """Only shown to those who hold it."""


@get("/", operation_id="search", permission="plugin.read")
async def search(ctx: Context, words: Words) -> list[SearchResult]:
    """What is called that, as far as the caller may see it: rows, the best first, then what plugins answer. A plugin
    that fails or is slow is left out."""
    query = " ".join(words.split())
    if not query:
        return []
    return [*await _rows(ctx, query), *await _answers(ctx, query)]


async def _rows(ctx: Context, query: str) -> list[SearchResult]:
    if ctx.identity is None or ctx.identity.account is None:
        return []
    asked = terms(query)
    offered = [each for each in ctx.app.search.searchables.values() if _may(ctx, each.permission)]
    look = partial(find, account=ctx.account, query=asked, searchables=offered, limit=PER_KIND)
    return [_result(match, asked) for match in await ctx.read(look)]


def _result(match: Match, asked: list[Term]) -> SearchResult:
    kind = match.searchable
    return SearchResult(
        title=match.title or "Untitled",
        kind=kind.kind,
        path=match.path,
        icon=kind.icon,
        text=" · ".join(_reasons(match, asked)),
        permission=kind.permission,
    )


def _reasons(match: Match, asked: list[Term]) -> Iterator[str]:
    """The parts of its text that have what the title lacks; if it lacks nothing, the first."""
    title = words(match.title)
    missing = [term for term in asked if not is_in(term, title)]
    if not missing:
        yield from match.parts[:1]
    for part in match.parts:
        said = words(part)
        if any(is_in(term, said) for term in missing):
            yield part


async def _answers(ctx: Context, query: str) -> list[SearchResult]:
    answers = await ctx.ask("search", query=query, timeout_s=2)
    return [
        result
        for answer in answers
        for result in _sound(answer.plugin, answer.value)[:PER_PLUGIN]
        if _may(ctx, result.permission)
    ]


def _may(ctx: Context, permission: str) -> bool:
    return not permission or bool(ctx.identity and ctx.identity.may(permission))


def _sound(plugin: str, answered: object) -> list[SearchResult]:
    found = answered if isinstance(answered, (list, tuple)) else []
    if wrong := [each for each in found if not isinstance(each, SearchResult)]:
        log.warning("search.ignored", plugin=plugin, answered=repr(wrong[0])[:200])
    return [each for each in found if isinstance(each, SearchResult)]


routes = [Routes("/api/core/search", [search])]
