"""What strangers see of the audience, in the language of the list: signing up, confirming, unsubscribing. Nobody is
logged in here.

A link's GET only shows a page with a button, because programs that look through mail follow links; the POST does it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from functools import partial
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec import Struct

from ..auth.guard import is_from_other_site
from ..auth.limits import count_dead_link, count_sign_up
from ..context import Context
from ..errors import Gone, Invalid, NotAllowed, NotFound, Problem, TooMany
from ..http.routes import PUBLIC
from ..identity import Identity
from ..mail import address
from ..public import rendering
from ..public.page import PageContent, SignUp, address_of
from ..public.publications import sign_up_at, version
from ..public.site import notice_of
from . import leaving, service
from .consent import Evidence
from .jobs import join_list
from .keys import PATH, Token
from .models import MailingList

if TYPE_CHECKING:
    from ..app import App

AnyRequest = Request[Any, Any, State]
_TEMPLATE = Path(__file__).parent / "templates" / "answer.html"
_FORM = "application/x-www-form-urlencoded"
_LARGEST_BYTES = 4_000
_NONE: Mapping[str, str] = {}


class _Choice(Struct, frozen=True):
    value: str
    label: str


class _Answer(Struct, frozen=True, kw_only=True):
    text: str
    choices: list[_Choice] = []
    """What the form asks under the name `scope`; the first is chosen."""
    button: str = ""
    action: str = ""
    back: str = ""


class AudiencePages:
    """Answers `/p/audience/…`."""

    def __init__(self, app: App) -> None:
        self._app = app

    def routes(self) -> list[HTTPRouteHandler]:
        async def sign_up(request: AnyRequest, area: FromPath[str], slug: FromPath[str]) -> Response[Any]:
            return await self._or_notice(request, self._sign_up(request, area, slug))

        async def to_page(area: FromPath[str], slug: FromPath[str], request: AnyRequest) -> Response[Any]:
            return await self._or_notice(request, self._to_page(area, slug))

        async def ask_to_confirm(request: AnyRequest, token: FromPath[str]) -> Response[Any]:
            return await self._or_notice(request, self._by_link(request, token, self._asked_to_confirm))

        async def confirm(request: AnyRequest, token: FromPath[str]) -> Response[Any]:
            return await self._or_notice(request, self._by_link(request, token, self._confirmed))

        async def ask_to_unsubscribe(request: AnyRequest, token: FromPath[str]) -> Response[Any]:
            return await self._or_notice(request, self._by_link(request, token, self._asked_to_unsubscribe))

        async def unsubscribe(request: AnyRequest, token: FromPath[str]) -> Response[Any]:
            return await self._or_notice(request, self._by_link(request, token, self._unsubscribed))

        shown: dict[str, Any] = {"include_in_schema": False, "opt": {"permission": PUBLIC}}
        # Who sends these is proved by the link, or checked here, so that a person reads why not.
        sent: dict[str, Any] = {
            "include_in_schema": False, "opt": {"permission": PUBLIC, "signed": True}, "status_code": 200,
            "request_max_body_size": _LARGEST_BYTES,
        }  # fmt: skip
        by_confirmation, by_unsubscribing = f"{PATH}/confirm/{{token:str}}", f"{PATH}/unsubscribe/{{token:str}}"
        return [
            post(f"{PATH}/sign-up/{{area:str}}/{{slug:str}}", **sent)(sign_up),
            get(f"{PATH}/sign-up/{{area:str}}/{{slug:str}}", **shown)(to_page),
            get(by_confirmation, **shown)(ask_to_confirm),
            post(by_confirmation, **sent)(confirm),
            get(by_unsubscribing, **shown)(ask_to_unsubscribe),
            post(by_unsubscribing, **sent)(unsubscribe),
        ]

    async def _or_notice(self, request: AnyRequest, answer: Awaitable[Response[Any]]) -> Response[Any]:
        """Whatever is wrong is said on a page: a person reads it."""
        language = self._asked_in(request)
        try:
            return await answer
        except (NotFound, Gone) as problem:
            return notice_of(self._app, problem, language)
        except Invalid as problem:
            said = _Answer(text=self._t(language, "core.page_form_unreadable"))
            return self._answer(language, "core.page_422", said, problem=problem)
        except (NotAllowed, TooMany) as problem:
            return self._answer(language, f"core.page_{problem.status}", _Answer(text=problem.detail), problem=problem)

    # Signing up

    async def _sign_up(self, request: AnyRequest, area: str, slug: str) -> Response[Any]:
        """The same for every address, whoever is on the list: that is looked up later."""
        if is_from_other_site(request.headers, self._app.settings.origin):
            raise NotAllowed(self._t(self._asked_in(request), "core.page_sign_up_elsewhere"))
        account, form = await self._form(area, slug)
        async with self._unit(request, account) as ctx:
            language = (await ctx.get(MailingList, form.list)).language
            sent = await _fields(request)
            back = address_of(self._app.settings, area, slug)
            if sent.get("version") != version(form.consent):
                return self._page(language, "core.page_sign_up_changed", "core.page_sign_up_changed_text", back=back)
            try:
                email = address(sent.get("email", ""))
            except Invalid as problem:
                said = self._t(language, "core.page_address_wrong", email=sent.get("email", ""))
                return self._answer(language, "core.page_422", _Answer(text=said, back=back), problem=problem)
            try:
                await count_sign_up(ctx)
            except TooMany as problem:
                said = self._t(language, "core.page_too_many", minutes=ceil(problem.retry_after_s / 60))
                return self._answer(language, "core.page_429", _Answer(text=said, back=back), problem=problem)
            evidence = Evidence(words=form.consent, page=back, method="form", request_id=ctx.request_id)
            ctx.enqueue(join_list, form.list, email, evidence, key=version(f"{account}:{email}"))
        return self._page(
            language, "core.page_signed_up", "core.page_signed_up_text", back=back, facts={"email": email}
        )

    async def _to_page(self, area: str, slug: str) -> Response[Any]:
        """Whoever opens or reloads the form's own address gets the page that it is on."""
        await self._form(area, slug)
        return Redirect(address_of(self._app.settings, area, slug), status_code=303)

    async def _form(self, area: str, slug: str) -> tuple[UUID, SignUp]:
        if "\0" in f"{area}{slug}":
            raise NotFound("There is no page at this address.")
        async with self._app.unit(writable=False) as nobody:
            return await sign_up_at(nobody, area, slug)

    # By a link in an email

    async def _by_link(
        self, request: AnyRequest, text: str, act: Callable[[Context, Token, AnyRequest], Awaitable[Response[Any]]]
    ) -> Response[Any]:
        token = Token.read(text)
        try:
            if token is None:
                raise Gone("Check that the address is complete.")
            async with self._unit(request, token.account, writable=request.method == "POST") as ctx:
                return await act(ctx, token, request)
        except Gone as gone:
            async with self._app.unit(address=_client(request)) as nobody:
                await count_dead_link(nobody)
            why = "core.page_link_spent" if isinstance(gone, service.LinkSpent) else "core.page_link_incomplete"
            language = self._asked_in(request)
            return self._answer(language, "core.page_link_gone", _Answer(text=self._t(language, why)), problem=gone)

    async def _asked_to_confirm(self, ctx: Context, token: Token, _: AnyRequest) -> Response[Any]:
        of_list, words = await service.awaited(ctx, token.member, token.secret)
        language = of_list.language
        text = self._t(language, "core.page_confirm_text", title=of_list.title, words=words)
        answer = _Answer(text=text, button=self._t(language, "core.page_confirm_go"), action=f"{PATH}/confirm/{token}")
        return self._answer(language, "core.page_confirm", answer)

    async def _confirmed(self, ctx: Context, token: Token, _: AnyRequest) -> Response[Any]:
        of_list = await service.confirm(ctx, token.member, token.secret, ctx.request_id)
        return self._page(of_list.language, "core.page_confirmed", "core.page_confirmed_text")

    async def _asked_to_unsubscribe(self, ctx: Context, token: Token, request: AnyRequest) -> Response[Any]:
        of_list = await leaving.left_by(ctx, token.member, token.secret)
        if of_list is None:
            return self._page(self._asked_in(request), "core.page_unsubscribed", "core.page_unsubscribed_text")
        t = partial(self._t, of_list.language)
        answer = _Answer(
            text=t("core.page_unsubscribe_text"),
            choices=[
                _Choice("list", t("core.page_unsubscribe_list", title=of_list.title)),
                _Choice("all", t("core.page_unsubscribe_all", sender=of_list.sender)),
            ],
            button=t("core.page_unsubscribe_go"),
            action=f"{PATH}/unsubscribe/{token}",
        )
        return self._answer(of_list.language, "core.page_unsubscribe", answer)

    async def _unsubscribed(self, ctx: Context, token: Token, request: AnyRequest) -> Response[Any]:
        """Mail programs send a word in the body when their own button was pressed (RFC 8058): that is of the list."""
        body = await request.body()
        method, everything = "one-click" if b"One-Click" in body else "link", b"scope=all" in body
        of_list = await leaving.unsubscribe(
            ctx, token.member, token.secret, method, ctx.request_id, everything=everything
        )
        if of_list is None:
            return self._page(self._asked_in(request), "core.page_unsubscribed", "core.page_unsubscribed_text")
        text = "core.page_unsubscribed_all_text" if everything else "core.page_unsubscribed_list_text"
        facts = {"title": of_list.title, "sender": of_list.sender}
        return self._page(of_list.language, "core.page_unsubscribed", text, facts=facts)

    # What they see

    def _page(
        self, language: str, title: str, text: str, *, back: str = "", facts: Mapping[str, str] = _NONE
    ) -> Response[Any]:
        return self._answer(language, title, _Answer(text=self._t(language, text, **facts), back=back))

    def _answer(self, language: str, title: str, answer: _Answer, *, problem: Problem | None = None) -> Response[Any]:
        language = rendering.spoken(self._app.offers.catalog, language)
        content = PageContent(
            title=self._t(language, title), description="", language=language, data=answer, indexed=False
        )
        html = rendering.rendered(_TEMPLATE, content, self._app.offers.catalog)
        policy = rendering.policy(None, forms=bool(answer.button))
        headers = {"content-security-policy": policy, "x-robots-tag": "noindex", "content-language": language}
        if isinstance(problem, TooMany):
            headers["retry-after"] = str(max(1, round(problem.retry_after_s)))
        status = problem.status if problem else 200
        return Response(html.encode(), status_code=status, media_type="text/html", headers=headers)

    def _t(self, language: str, name: str, **facts: Any) -> str:
        return rendering.speaking(self._app.offers.catalog, language)(name, **facts)

    def _asked_in(self, request: AnyRequest) -> str:
        """Where no list says it: what their browser asks for."""
        return rendering.wanted(self._app.offers.catalog, request.headers.get("accept-language", ""))

    def _unit(
        self, request: AnyRequest, account: UUID, *, writable: bool = True
    ) -> AbstractAsyncContextManager[Context]:
        """In the account that the page or the link names, with no right but what this page does."""
        return self._app.unit(
            Identity(account, None, frozenset()),
            writable=writable,
            request_id=request.scope["state"].get("request_id"),
            address=_client(request),
        )


def _client(request: AnyRequest) -> str | None:
    return request.client.host if request.client else None


async def _fields(request: AnyRequest) -> Mapping[str, str]:
    """
    Raises:
        Invalid: it is not what the form sends.
    """
    if not request.headers.get("content-type", "").startswith(_FORM):
        raise Invalid("This is not what the form sends.")
    try:
        fields = parse_qs((await request.body()).decode(), max_num_fields=8, errors="strict")
    except ValueError:
        raise Invalid("This is not what the form sends.") from None
    return {name: values[0] for name, values in fields.items()}
