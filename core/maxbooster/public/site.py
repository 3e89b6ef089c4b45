"""Serving public pages: who asks is not known, not asked and not kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from litestar import Request, Response, route
from litestar.datastructures import State
from litestar.enums import HttpMethod
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from msgspec import Struct

from ..errors import Gone, NotFound, Problem
from ..http.routes import PUBLIC
from ..observe.logs import log
from ..plugins.dispatch import guarded
from ..resources import threads
from . import rendering
from .page import EMBEDS, PATH, PageContent, PageImage, PublicPage, address_of
from .publications import TakenDown

if TYPE_CHECKING:
    from ..app import App

AnyRequest = Request[Any, Any, State]
_Make = Callable[["App", PublicPage, str, PageContent, str], Response[Any] | Problem]

_TIMEOUT_S = 5.0
_THREADS = threads("core.pages", 4)
_FRESH_S = 60
"""For so long a cache may show a page that has changed or was withdrawn."""


_ANYWHERE = {"cross-origin-resource-policy": "cross-origin", "access-control-allow-origin": "*"}
"""Any site may show it: it says nothing but what everybody may read, and knows nobody."""
_SAID = (404, 405, 410, 413, 500)


class _Words(Struct, frozen=True):
    text: str


class Site:
    """Every public page of the enabled plugins."""

    def __init__(self, app: App) -> None:
        self._app = app

    def routes(self) -> list[HTTPRouteHandler]:
        async def page(request: AnyRequest, address: FromPath[str] = "") -> Response[Any]:
            return await self._answer(request, address.strip("/"), _page)

        async def embed(request: AnyRequest, address: FromPath[str] = "") -> Response[Any]:
            return await self._answer(request, address.strip("/"), _embed)

        options: dict[str, Any] = {
            "http_method": [HttpMethod.GET, HttpMethod.HEAD], "include_in_schema": False, "opt": {"permission": PUBLIC},
        }  # fmt: skip
        return [
            route([PATH, f"{PATH}/{{address:path}}"], name="public", **options)(page),
            route([EMBEDS, f"{EMBEDS}/{{address:path}}"], name="embed", **options)(embed),
        ]

    async def _answer(self, request: AnyRequest, address: str, make: _Make) -> Response[Any]:
        language = rendering.wanted(self._app.offers.catalog, request.headers.get("accept-language", ""))
        framed = make is _embed
        if "\0" in address:  # no text of the database holds it
            return notice(self._app, 404, language, framed=framed)
        area, _, path = address.partition("/")
        offered = next((each for each in self._app.offers.public_pages if each[1].area == area), None)
        if offered is None:
            return notice(self._app, 404, language, framed=framed)
        plugin, page = offered
        work = partial(self._made, page, path, request.query_params.get("size", ""), make)
        answer = await guarded(self._app.registry.rests, plugin, "public_page", work, timeout_s=_TIMEOUT_S)
        if answer.error is not None:
            log.error("public_page.failed", plugin=plugin, area=area, path=path, exc_info=answer.error)
            return notice(self._app, 500, language, framed=framed)
        if isinstance(answer.value, Response):
            return _unless_known(answer.value, request.headers.get("if-none-match", ""))
        return notice_of(self._app, answer.value, language, framed=framed)

    async def _made(self, page: PublicPage, path: str, size: str, make: _Make) -> Response[Any] | Problem:
        """The answer, or why there is none."""
        try:
            async with self._app.unit(writable=False) as ctx:
                found = await page.find(ctx, path)
        except (NotFound, Gone) as problem:
            return problem
        if isinstance(found, PageImage):
            return _public(found.content, found.media_type, {"cross-origin-resource-policy": "cross-origin"})
        return await (await self._app.resources.get(_THREADS)).run(make, self._app, page, path, found, size)


def _page(app: App, page: PublicPage, path: str, content: PageContent, _: str) -> Response[Any]:
    html = rendering.rendered(
        page.template,
        content,
        app.offers.catalog,
        styles=page.styles,
        url=address_of(app.settings, page.area, path),
        image=address_of(app.settings, page.area, content.image) if content.image else "",
    )
    policy = rendering.policy(page.styles, theme=content.theme, forms=content.sign_up is not None)
    more = {"content-security-policy": policy, "content-language": content.language}
    if not content.indexed:
        more["x-robots-tag"] = "noindex"
    if not content.stored:
        more["cache-control"] = "private, no-store"
    return _public(html.encode(), "text/html", more)


def _embed(app: App, page: PublicPage, path: str, content: PageContent, size: str) -> Response[Any] | Problem:
    """In a frame of its own: it sees nothing of the page around it, and that page nothing of it."""
    embed = page.embed
    if embed is None:
        return NotFound("This page can't be embedded.")
    html = rendering.rendered(
        embed.template,
        content,
        app.offers.catalog,
        styles=embed.styles,
        url=address_of(app.settings, page.area, path),
        size=size if size in embed.heights else next(iter(embed.heights)),
    )
    more = {
        "content-security-policy": rendering.policy(embed.styles, theme=content.theme, framed=True),
        "content-language": content.language,
        "x-robots-tag": "noindex",
    }
    return _public(html.encode(), "text/html", more | _ANYWHERE)


def notice_of(app: App, problem: Problem, language: str, *, framed: bool = False) -> Response[Any]:
    name = "unavailable" if isinstance(problem, TakenDown) else str(problem.status)
    return notice(app, problem.status, language, name=name, framed=framed)


def notice(
    app: App,
    status: int,
    language: str = "en",
    *,
    name: str = "",
    framed: bool = False,
    headers: Mapping[str, str] | None = None,
) -> Response[Any]:
    """A page that says why there is none: also where a short link leads nowhere any more."""
    t = rendering.speaking(app.offers.catalog, language)
    of = f"core.page_{name or status}"
    content = PageContent(title=t(of), description="", language=language, data=_Words(t(f"{of}_text")), indexed=False)
    html = rendering.rendered(rendering.NOTICE, content, app.offers.catalog)
    said = {"content-security-policy": rendering.policy(None, framed=framed), "x-robots-tag": "noindex"}
    said |= {"content-language": language} | (_ANYWHERE if framed else {}) | dict(headers or {})
    return Response(html.encode(), status_code=status, media_type="text/html", headers=said)


def instead_of_json(app: App, request: AnyRequest, status: int, headers: Mapping[str, str]) -> Response[Any]:
    """What a person reads at strangers' addresses where a program would read problem details."""
    language = rendering.wanted(app.offers.catalog, request.headers.get("accept-language", ""))
    known = status if status in _SAID else 500 if status >= 500 else 405
    return notice(app, status, language, name=str(known), framed=request.url.path.startswith(EMBEDS), headers=headers)


def _public(content: bytes, media_type: str, more: dict[str, str]) -> Response[Any]:
    headers = {
        "cache-control": f"public, max-age={_FRESH_S}, must-revalidate",
        "etag": f'"{sha256(content).hexdigest()[:32]}"',
        "referrer-policy": "strict-origin-when-cross-origin",
    }
    return Response(content, media_type=media_type, headers=headers | more)


def _unless_known(answer: Response[Any], known: str) -> Response[Any]:
    """304 where the browser has it already (RFC 9110 §13.1.2)."""
    tags = {each.strip().removeprefix("W/") for each in known.split(",")}
    if answer.headers["etag"] in tags or "*" in tags:
        return Response(None, status_code=304, headers=dict(answer.headers))
    return answer
