"""How one logs in somewhere by OAuth 2.0, as data; and who did."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct


class Holder(Struct, frozen=True):
    """Whose login it is: `subject` is the provider's own id of the user, `name` what people call it."""

    subject: str
    name: str = ""


class OAuthLogin(Struct, frozen=True, kw_only=True):
    """OAuth 2.0 with an authorization code and PKCE (RFC 6749, RFC 7636)."""

    authorize_url: str
    token_url: str
    revoke_url: str = ""
    """RFC 7009; empty: tokens cannot be revoked by us."""
    userinfo_url: str = ""
    """Answers with JSON that says who the user is; not needed where there is an ID token."""
    subject_field: str = "sub"
    """Where in that JSON the user's id stands; `data.id` is `id` within `data`."""
    name_field: str = "name"
    client_id: str
    """From the connector's settings; empty: the operator has not set it yet, and nobody can connect."""
    client_secret: str = ""
    client_auth: Literal["client_secret_basic", "client_secret_post", "none"] = "client_secret_basic"
    scopes: tuple[str, ...] = ()
    scope_separator: str = " "
    authorize_parameters: Mapping[str, str] = {}
    """Further ones, such as `{"access_type": "offline"}`."""
    issuer: str = ""
    """What the provider calls itself (RFC 8414 `issuer`); compared with `iss` (RFC 9207) and in ID tokens."""
    returns_issuer: bool = False
    """Whether `iss` comes with every answer, so that one without it is refused."""
    jwks_url: str = ""
    """OpenID Connect: where the keys of ID tokens lie. The ID token is then demanded and verified."""
    rotates: bool = False
    """Whether each refresh gives a new refresh token and ends the old one."""
    lifetime_s: int | None = None
    """Of an access token whose answer does not say; None: it does not expire."""
    renew_before_s: int = 600
    """How long before its end an access token is renewed; at most a quarter of its lifetime."""
    refusals: tuple[str, ...] = ("invalid_grant",)
    """`error` codes of a refresh that mean: this login is over. Where `error` is an object, its `code`: `"190"`."""
    timeout_s: float = 20.0
    public_only: bool = True
    """Whether its addresses must be public ones; not where the operator wrote them."""
