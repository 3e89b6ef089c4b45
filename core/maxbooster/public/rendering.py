"""Templates become HTML: escaped, in the language of the page, with a policy that lets nothing else in."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup
from msgspec import Struct

from .page import PLAIN, PageContent, SignUpForm
from .theme import Theme, tokens

if TYPE_CHECKING:
    from ..context import Context

OWN = Path(__file__).parent / "templates"
NOTICE = OWN / "notice.html"
_PLACE = re.compile(r"\{([a-z_]+)\}")
_RIGHT_TO_LEFT = frozenset({"ar", "dv", "fa", "he", "ku", "ps", "ug", "ur", "yi"})


class Page(Struct, frozen=True):
    """What `page.html` finds under `page`."""

    title: str
    description: str
    language: str
    direction: str
    locale: str
    """As Open Graph writes it: `en_US`."""
    kind: str
    url: str
    image: str
    image_alt: str
    indexed: bool
    reload_s: int | None
    scheme: str
    """Which of light and dark it can be, for the browser's own controls."""
    size: str
    """Of an embed."""
    styles: Markup
    sign_up: SignUpForm | None


def rendered(
    template: Path,
    content: PageContent,
    texts: Mapping[str, Mapping[str, str]],
    *,
    styles: Path | None = None,
    url: str = "",
    image: str = "",
    size: str = "",
) -> str:
    """The whole page.

    Raises:
        jinja2.TemplateError: the template names something that isn't there, or is none.
    """
    found = loaded(template)
    page = Page(
        title=content.title,
        description=content.description,
        language=content.language,
        direction="rtl" if content.language.partition("-")[0].lower() in _RIGHT_TO_LEFT else "ltr",
        locale=content.language.replace("-", "_"),
        kind=content.kind,
        url=url,
        image=image,
        image_alt=content.image_alt,
        indexed=content.indexed,
        reload_s=content.reload_s,
        scheme="light dark" if content.theme.ground == "auto" else content.theme.ground,
        size=size,
        styles=style(styles, content.theme),
        sign_up=content.sign_up,
    )
    return found.render(page=page, data=content.data, t=speaking(texts, content.language))


@lru_cache(maxsize=256)
def loaded(template: Path) -> Template:
    """
    Raises:
        jinja2.TemplateError: it cannot be found or read as a template.
    """
    environment = Environment(
        loader=ChoiceLoader([FileSystemLoader(OWN), FileSystemLoader(template.parent)]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["href"] = href
    return environment.get_template(template.name)


def href(address: str) -> str:
    """An address that a page may lead to.

    Raises:
        ValueError: following it would do something else than load a page.
    """
    parts = urlsplit(address)
    if parts.scheme in ("http", "https") and parts.hostname:
        return address
    if not parts.scheme and not parts.netloc and address.startswith("/") and "\\" not in address:
        return address
    raise ValueError(f"a page cannot link to {address[:80]!r}: only to http, https and paths of this server")


@lru_cache(maxsize=256)
def style(more: Path | None, theme: Theme = PLAIN) -> Markup:
    """The one style element's content: the theme's colors, and files of the core and of plugins."""
    css = tokens(theme) + (OWN / "page.css").read_text("utf-8") + (more.read_text("utf-8") if more else "")
    if "</" in css:
        raise ValueError(f"{more}: a stylesheet cannot contain '</'")
    return Markup(css)


@lru_cache(maxsize=256)
def policy(more: Path | None, *, theme: Theme = PLAIN, forms: bool = False, framed: bool = False) -> str:
    """The Content-Security-Policy: pictures of this server and the page's own style, nothing else. `forms`: the page
    has one, which leads to this server. `framed`: pages of other sites may show it."""
    digest = b64encode(sha256(str(style(more, theme)).encode()).digest()).decode()
    return "; ".join(
        (
            "default-src 'none'",
            "img-src 'self' data:",
            f"style-src 'sha256-{digest}'",
            "base-uri 'none'",
            "form-action 'self'" if forms else "form-action 'none'",
            "frame-ancestors http: https:" if framed else "frame-ancestors 'none'",
        )
    )


def languages(texts: Mapping[str, Mapping[str, str]]) -> list[str]:
    """Those in which strangers can read everything that the platform itself says to them."""
    return sorted(each for each, messages in texts.items() if "core.page_confirm" in messages)


def spoken(texts: Mapping[str, Mapping[str, str]], language: str) -> str:
    """In which of those strangers really read what is to be in a language."""
    known = languages(texts)
    return next((each for each in (language, language.partition("-")[0].lower()) if each in known), "en")


def wanted(texts: Mapping[str, Mapping[str, str]], accepted: str) -> str:
    """Of those, the first that a browser asks for (Accept-Language, RFC 9110 §12.5.4); else English."""
    known, asked = set(languages(texts)), list[tuple[float, int, str]]()
    for place, each in enumerate(accepted.split(",")[:20]):
        tag, _, quality = each.partition(";q=")
        asked.append((-_quality(quality), place, tag.strip()))
    for unwanted, _, tag in sorted(asked):
        for language in (tag, tag.partition("-")[0].lower()):
            if language in known and unwanted < 0:
                return language
    return "en"


def _quality(text: str) -> float:
    try:
        return float(text or 1)
    except ValueError:
        return 0.0


def date_in(ctx: Context, language: str, day: date) -> str:
    """`Dec 4, 2026`, as it is written in the language."""
    t = texts_in(ctx, language)
    return t("core.page_date", day=day.day, month=t("core.page_months").split("|")[day.month - 1], year=day.year)


def texts_in(ctx: Context, language: str) -> Callable[..., str]:
    """`t("release.page_news", artist=…)`, for words that are published with a page."""
    return speaking(ctx.app.offers.catalog, language)


def speaking(texts: Mapping[str, Mapping[str, str]], language: str) -> Callable[..., str]:
    """`t("release.tracks", n=3)`: the text in a language, else in English."""
    ways = [texts.get(each, {}) for each in (language, language.partition("-")[0], "en")]

    def said(name: str, **facts: Any) -> str:
        for way in ways:
            if name in way:
                return _PLACE.sub(lambda place: str(facts[place[1]]), way[name])
        raise KeyError(f"no plugin brings the text {name!r}")

    return said
