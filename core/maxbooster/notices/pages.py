"""The page behind a link in an email about a notification: it stops them, without a login.

The GET only shows a button, because programs that look through mail follow links; the POST does it, also when a mail
program sends it by itself.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from msgspec import Struct
from sqlalchemy import select

from ..auth.limits import count_dead_link
from ..auth.models import Account
from ..context import Context
from ..errors import Gone
from ..http.routes import PUBLIC
from ..identity import Identity
from ..public import rendering
from ..public.page import PageContent
from ..public.site import notice_of
from . import queries, stopping
from .service import kind_of
from .stopping import EVERYTHING, PATH, Stop

if TYPE_CHECKING:
    from ..app import App

AnyRequest = Request[Any, Any, State]
_TEMPLATE = Path(__file__).parent / "templates" / "stop.html"
_LARGEST_BYTES = 4_000


class _Said(Struct, frozen=True, kw_only=True):
    text: str
    button: str = ""
    action: str = ""


class StopPages:
    def __init__(self, app: App) -> None:
        self._app = app

    def routes(self) -> list[HTTPRouteHandler]:
        async def ask(request: AnyRequest, token: FromPath[str]) -> Response[Any]:
            return await self._by_link(request, token, stops=False)

        async def stop(request: AnyRequest, token: FromPath[str]) -> Response[Any]:
            return await self._by_link(request, token, stops=True)

        at = f"{PATH}/{{token:str}}"
        shown: dict[str, Any] = {"include_in_schema": False, "opt": {"permission": PUBLIC}}
        sent: dict[str, Any] = {
            "include_in_schema": False, "opt": {"permission": PUBLIC, "signed": True}, "status_code": 200,
            "request_max_body_size": _LARGEST_BYTES,
        }  # fmt: skip
        return [get(at, **shown)(ask), post(at, **sent)(stop)]

    async def _by_link(self, request: AnyRequest, text: str, *, stops: bool) -> Response[Any]:
        stop, address = Stop.read(text), request.client.host if request.client else None
        try:
            if stop is None:
                raise Gone("Check that the address is complete.")
            identity, traced = Identity(stop.account, None, frozenset()), request.scope["state"].get("request_id")
            async with self._app.unit(identity, writable=stops, request_id=traced, address=address) as ctx:
                return await (self._stopped if stops else self._asked)(ctx, stop)
        except Gone as gone:
            async with self._app.unit(address=address) as nobody:
                await count_dead_link(nobody)
            language = rendering.wanted(self._app.offers.catalog, request.headers.get("accept-language", ""))
            return notice_of(self._app, gone, language)

    async def _asked(self, ctx: Context, stop: Stop) -> Response[Any]:
        await stopping.refuse_foreign(ctx, stop)
        t, language = await self._speaking(ctx, stop)
        account = await ctx.platform.first(select(Account.name).where(Account.id == stop.account)) or ""
        kind = kind_of(ctx, stop.kind)
        title = kind.title if kind is not None else stop.kind
        if stop.kind == EVERYTHING:
            text = t("core.mail_stop_all_text", account=account)
        else:
            text = t("core.mail_stop_text", kind=title, account=account)
        said = _Said(text=text, button=t("core.mail_stop_go"), action=f"{PATH}/{stop}")
        return self._page(language, t("core.mail_stop"), said)

    async def _stopped(self, ctx: Context, stop: Stop) -> Response[Any]:
        await stopping.stop_emails(ctx, stop)
        t, language = await self._speaking(ctx, stop)
        return self._page(language, t("core.mail_stopped"), _Said(text=t("core.mail_stopped_text")))

    async def _speaking(self, ctx: Context, stop: Stop) -> tuple[Any, str]:
        language = (await queries.times(ctx, [stop.user]))[stop.user].language
        t = rendering.speaking(ctx.app.offers.catalog, language)
        return t, t("core.mail_language")

    def _page(self, language: str, title: str, said: _Said) -> Response[Any]:
        content = PageContent(title=title, description="", language=language, data=said, indexed=False)
        html = rendering.rendered(_TEMPLATE, content, self._app.offers.catalog)
        policy = rendering.policy(None, forms=bool(said.button))
        headers = {"content-security-policy": policy, "x-robots-tag": "noindex", "content-language": language}
        return Response(html.encode(), media_type="text/html", headers=headers)
