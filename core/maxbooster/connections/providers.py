"""What a provider is: where its accounts live and how one logs in there. A connector gives it as data."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Literal
from urllib.parse import urlsplit

from msgspec import Struct

from ..context import Context
from ..errors import NotFound, NotReady, UsageError, suggestion
from ..oauth.login import Holder, OAuthLogin
from ..observe.logs import log
from ..plugins.hosts import declared_hosts, host_of

Check = Callable[["Context", Any], Awaitable[Holder]]
"""Whose login that is, tried out where it can be. Raises Invalid or AuthFailed with words for whoever typed it in."""


class KeyLogin(Struct, frozen=True, kw_only=True):
    """A key that people copy from the service. `form`: a struct whose fields make the form, the key in `field`."""

    form: type[Struct]
    check: Check
    field: str = "key"
    header: str = "Authorization"
    scheme: str = "Bearer"
    """What stands before the key in the header; may be empty."""


class PasswordLogin(Struct, frozen=True, kw_only=True):
    """A user name with a password or a private key, as the fields of `form` say; the connector reads them itself."""

    form: type[Struct]
    check: Check


class Provider(Struct, frozen=True, kw_only=True):
    """A service at which accounts can have logins."""

    name: str
    """Within the plugin's family: `social.bluesky`."""
    title: str
    login: OAuthLogin | KeyLogin | PasswordLogin
    hosts: tuple[str, ...] = ()
    """Where calls with the login may go, beside the hosts of the login's own addresses: `api.example.com`. A token
    never leaves for another."""
    url: str = ""
    """Where people look after such logins themselves; shown where we cannot revoke."""

    @property
    def kind(self) -> Literal["oauth", "api_key", "password"]:
        if isinstance(self.login, OAuthLogin):
            return "oauth"
        return "api_key" if isinstance(self.login, KeyLogin) else "password"

    @property
    def is_ready(self) -> bool:
        """Whether the operator has set what it needs."""
        return not isinstance(self.login, OAuthLogin) or bool(self.login.client_id)

    def admits(self, host: str) -> bool:
        """Whether calls with the login may go to `host`, as in a URL, with its port if it has one."""
        return host in self.hosts or host in self._own_hosts

    @property
    def called(self) -> list[str]:
        """Every host that the platform itself calls for such logins."""
        way = self.login
        if not isinstance(way, OAuthLogin):
            return list(self.hosts)
        urls = (way.token_url, way.revoke_url, way.userinfo_url, way.jwks_url)
        return [*self.hosts, *(urlsplit(url).netloc for url in urls if url)]

    @property
    def _own_hosts(self) -> set[str]:
        if not isinstance(self.login, OAuthLogin):
            return set()
        return {urlsplit(url).netloc for url in (self.login.token_url, self.login.userinfo_url) if url}


async def offered(ctx: Context) -> dict[str, Provider]:
    """Name → provider, of every connector that is enabled and declares the hosts of its login, by title."""
    return {name: provider for name, (provider, fault) in (await _asked(ctx)).items() if fault is None}


async def _asked(ctx: Context) -> dict[str, tuple[Provider, str | None]]:
    """With why a provider cannot be used."""
    found: dict[str, tuple[Provider, str | None]] = {}
    for answer in await ctx.ask("oauth_provider"):
        for provider in _listed(answer.value):
            if not _is_theirs(provider.name, answer.plugin):
                log.warning("connection.foreign_provider", plugin=answer.plugin, provider=provider.name)
                continue
            fault = _undeclared(ctx, answer.plugin, provider)
            if fault is not None:
                log.error("connection.undeclared_host", plugin=answer.plugin, provider=provider.name, reason=fault)
            found[provider.name] = provider, fault
    return dict(sorted(found.items(), key=lambda each: each[1][0].title))


def _undeclared(ctx: Context, plugin: str, provider: Provider) -> str | None:
    """A login's calls are made by the core, to hosts that the connector's manifest declares."""
    declared = declared_hosts(ctx.app, plugin)
    try:
        for host in provider.called:
            declared.admit(host_of(host), user_supplied=False)
    except UsageError as error:
        return str(error)
    return None


def _listed(value: Any) -> Sequence[Provider]:
    if isinstance(value, Provider):
        return [value]
    return [each for each in value or () if isinstance(each, Provider)]


def _is_theirs(name: str, plugin: str) -> bool:
    """A connector speaks for itself, a family for everything in it."""
    return name == plugin or ("." not in plugin and name.startswith(f"{plugin}."))


async def named(ctx: Context, name: str) -> Provider:
    """
    Raises:
        NotFound: there is no such provider, or its connector is disabled.
        NotReady: its connector doesn't declare where it calls.
    """
    known = await _asked(ctx)
    if name not in known:
        raise NotFound(f"No enabled plugin connects to {name!r}.{suggestion(name, list(known))}", field="provider")
    return _usable(*known[name])


async def at_hand(ctx: Context, name: str) -> Provider:
    """The same, for a connection that exists: its connector may be switched on again.

    Raises:
        NotReady: its connector is disabled, or doesn't declare where it calls.
    """
    known = await _asked(ctx)
    if name not in known:
        raise NotReady(f"The connector {name} is disabled or not installed; its connections are kept.")
    return _usable(*known[name])


def _usable(provider: Provider, fault: str | None) -> Provider:
    if fault is not None:
        raise NotReady(f"{provider.title} cannot be used: {fault}.")
    return provider
