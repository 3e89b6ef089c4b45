"""Where a buyer sees what they pay, goes to pay it, and sees what became of it: `/p/checkout/<token>`."""

from __future__ import annotations

from pathlib import Path

from maxbooster.plugin import Context, NotFound, PageContent, PublicPage, Struct

from ..currency import written
from . import service
from .schemas import CheckoutOut

_TEMPLATES = Path(__file__).parent / "templates"
_RELOAD_S = 3


class Line(Struct, frozen=True):
    description: str
    quantity: int
    amount: str


class Shown(Struct, frozen=True, kw_only=True):
    state: str
    """`preparing` too: the provider hasn't said yet where to pay."""
    lines: list[Line]
    total: str
    currency: str
    url: str
    return_url: str
    failure: str


async def find(ctx: Context, path: str) -> PageContent:
    """
    Raises:
        NotFound: there is no checkout of this token.
    """
    if not path or "/" in path:
        raise NotFound("There is no page at this address.")
    found, language = await service.shown_with_language(ctx, path)
    shown = _shown(found)
    waits = shown.state in ("preparing", "processing")
    return PageContent(
        title=f"{shown.total} {shown.currency}", description="", language=language, data=shown, indexed=False,
        stored=False, reload_s=_RELOAD_S if waits else None,
    )  # fmt: skip


def _shown(found: CheckoutOut) -> Shown:
    state = "preparing" if found.state == "open" and not found.url else found.state
    return Shown(
        state=state,
        lines=[Line(each.description, each.quantity, written(each.amount, found.currency)) for each in found.lines],
        total=written(found.amount, found.currency),
        currency=found.currency,
        url=found.url,
        return_url=found.return_url,
        failure=found.failure,
    )


page = PublicPage(
    area=service.AREA, template=_TEMPLATES / "checkout.html", styles=_TEMPLATES / "checkout.css", find=find
)
