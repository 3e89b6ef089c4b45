"""Where a short link leads. Who follows it is not known; that somebody did is counted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from litestar import Request, Response, route
from litestar.datastructures import State
from litestar.enums import HttpMethod, MediaType
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from ..db import directory
from ..http.routes import PUBLIC
from ..public.rendering import wanted
from ..public.site import notice
from . import queries
from .counting import is_person, referrer_of
from .service import DIRECTORY

if TYPE_CHECKING:
    from ..app import App

AnyRequest = Request[Any, Any, State]
PATH = "/l/{code:str}"


class Following:
    """Answers `/l/<code>`."""

    def __init__(self, app: App) -> None:
        self._app = app

    def route(self) -> HTTPRouteHandler:
        async def follow(request: AnyRequest, code: FromPath[str]) -> Response[Any]:
            return await self._answer(request, code)

        methods = [HttpMethod.GET, HttpMethod.HEAD]
        return route(PATH, http_method=methods, include_in_schema=False, opt={"permission": PUBLIC}, name="l")(follow)

    async def _answer(self, request: AnyRequest, code: str) -> Response[Any]:
        app, accepted = self._app, request.headers.get("accept-language", "")
        language = wanted(app.offers.catalog, accepted)
        found = await app.database.fetch(directory.LOOK_UP, hash=directory.key(DIRECTORY, code))
        if not found:
            return notice(app, 404, language)
        account = found[0][0]
        rows = await app.database.fetch(queries.BY_CODE, account=account, code=code)
        if not rows:
            return notice(app, 404, language)
        id, target, enabled = rows[0]
        if not enabled:
            return notice(app, 410, language)
        if request.method == "GET" and is_person(request.headers):
            app.clicks.count(account, id, referrer_of(request.headers))
        address = target if not target.startswith("/") else f"{app.settings.pages_origin}{target}"
        headers = {"location": address, "cache-control": "no-store"}
        return Response(b"", status_code=302, headers=headers, media_type=MediaType.TEXT)
