"""Talking OAuth 2.0: Authlib reads and writes the protocol, the platform's one client carries it."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote_plus

import msgspec
from authlib.oauth2.client import DEFAULT_HEADERS, OAuth2Client
from authlib.oauth2.rfc6749.parameters import prepare_token_request
from authlib.oauth2.rfc7009 import prepare_revoke_token_request
from msgspec import Struct

from ..errors import AuthFailed, Invalid, NotReady
from ..http.client import Client
from .answers import MAX_BYTES, read_json
from .id_token import verified
from .keys import KeySets
from .login import Holder, OAuthLogin


class Granted(Struct, frozen=True):
    """What a token endpoint gave."""

    access: str
    refresh: str
    """Empty: it gave none."""
    expires_in_s: int | None
    """None: it did not say, or said that there is no end."""
    scope: str
    """With blanks between; empty: what was asked for."""
    id_token: str


class Refused(AuthFailed):
    """The provider says that this login is over. `error` is its code."""

    type = "login-refused"

    def __init__(self, detail: str, error: str) -> None:
        super().__init__(detail)
        self.error = error


def authorize_url(login: OAuthLogin, redirect_uri: str, state: str, verifier: str, nonce: str) -> str:
    extra = {**login.authorize_parameters, **({"nonce": nonce} if login.jwks_url else {})}
    client = _client(login, code_challenge_method="S256", redirect_uri=redirect_uri)
    scope = login.scope_separator.join(login.scopes) or None
    url, _ = client.create_authorization_url(
        login.authorize_url, state=state, code_verifier=verifier, scope=scope, **extra
    )
    return str(url)


async def exchange(http: Client, login: OAuthLogin, redirect_uri: str, code: str, verifier: str) -> Granted:
    """What a code is worth.

    Raises:
        Refused: the code is wrong, expired or was used already.
        NotReady: the provider cannot be reached, or answers nothing that can be used.
    """
    asked = {"code": code, "code_verifier": verifier, "redirect_uri": redirect_uri}
    return await _ask(http, login, "authorization_code", asked, ("invalid_grant", "access_denied"))


async def refresh(http: Client, login: OAuthLogin, token: str) -> Granted:
    """
    Raises:
        Refused: the refresh token is not valid any more.
        NotReady: the provider cannot be reached, or answers nothing that can be used; whether it has taken the token is
            then not known.
    """
    return await _ask(http, login, "refresh_token", {"refresh_token": token}, login.refusals)


async def revoke(http: Client, login: OAuthLogin, token: str, kind: str) -> None:
    """
    Raises:
        NotReady: the provider cannot be reached or does not accept it.
    """
    body, headers = prepare_revoke_token_request(token, kind, "", dict(DEFAULT_HEADERS))
    answer = await _post(http, login, login.revoke_url, headers, body)
    if answer.status_code >= 400:
        raise NotReady(f"{answer.url.host} answered {answer.status_code} to the revocation.")


async def holder(http: Client, keys: KeySets, login: OAuthLogin, granted: Granted, *, nonce: str, now: float) -> Holder:
    """Whose login was granted: by the ID token where there is one, else by the userinfo endpoint.

    Raises:
        AuthFailed: the ID token is missing or does not verify.
        NotReady: the provider does not say.
    """
    if login.jwks_url:
        claims = await verified(keys, login, granted.id_token, nonce, now)
        complete = _text(claims, login.name_field) or not login.userinfo_url
        said = claims if complete else await userinfo(http, login, granted)
        return Holder(str(claims["sub"]), _text(said, login.name_field))
    said = await userinfo(http, login, granted)
    if not (subject := _text(said, login.subject_field)):
        raise NotReady(f"{login.userinfo_url} does not say who the user is: {login.subject_field!r} is missing.")
    return Holder(subject, _text(said, login.name_field))


async def userinfo(http: Client, login: OAuthLogin, granted: Granted) -> Any:
    """Raises as `read_json` does."""
    headers = {"Authorization": f"Bearer {granted.access}"}
    return await read_json(http, login.userinfo_url, headers, timeout_s=login.timeout_s, public_only=login.public_only)


def _text(said: Any, path: str) -> str:
    for name in path.split("."):
        said = said.get(name) if isinstance(said, Mapping) else None
    return str(said) if isinstance(said, str | int) and not isinstance(said, bool) else ""


def _client(login: OAuthLogin, **options: Any) -> OAuth2Client:
    """Authlib's protocol client, without a session: it sends nothing."""
    auth = {"token_endpoint_auth_method": login.client_auth, "revocation_endpoint_auth_method": login.client_auth}
    client = OAuth2Client(None, login.client_id, login.client_secret or None, **auth, **options)
    client.register_client_auth_method(("client_secret_basic", _basic))
    return client


def _basic(client: Any, method: str, url: str, headers: dict[str, str], body: str) -> tuple[str, dict[str, str], str]:
    """Id and secret are form-encoded before they are joined (RFC 6749 §2.3.1); Authlib leaves that out."""
    pair = ":".join(quote_plus(each or "") for each in (client.client_id, client.client_secret))
    return url, {**headers, "Authorization": f"Basic {b64encode(pair.encode()).decode()}"}, body


async def _ask(
    http: Client, login: OAuthLogin, grant: str, asked: Mapping[str, str], refusals: tuple[str, ...]
) -> Granted:
    body = prepare_token_request(grant, "", **asked)
    answer = await _post(http, login, login.token_url, dict(DEFAULT_HEADERS), body)
    host = answer.url.host
    if answer.status_code == 429 or answer.status_code >= 500:
        raise NotReady(f"{host} cannot give tokens now ({answer.status_code}); try again later.")
    try:  # not by Authlib, which gives up on a lifetime that is no whole number
        said = msgspec.json.decode(answer.content, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise NotReady(f"{host} answered something that is no token; try again.") from None
    if "error" in said:
        raise _complaint(said, host, refusals)
    return _granted(said, host)


def _complaint(said: Mapping[str, Any], host: str, refusals: tuple[str, ...]) -> Refused | NotReady:
    """RFC 6749 §5.2 has a code and words beside each other; some put them into an object (Graph API)."""
    error, words = said["error"], said.get("error_description")
    code = str(error or "")
    if isinstance(error, Mapping):
        code, words = str(error.get("code") or error.get("type") or ""), error.get("message")
    told = f"{host} refuses the login: {code}" + (f" ({words})" if words else "")
    if code in refusals:
        return Refused(told, code)
    return NotReady(f"{told}. The operator should look at the connector's settings.")


async def _post(http: Client, login: OAuthLogin, url: str, headers: dict[str, str], body: str) -> Any:
    url, headers, body = _client(login).client_auth(login.client_auth).prepare("POST", url, headers, body)
    options: dict[str, Any] = {"headers": headers, "content": body, "user_supplied": login.public_only}
    return await http.request("POST", url, max_bytes=MAX_BYTES, timeout_s=login.timeout_s, **options)


def _granted(token: Mapping[str, Any], host: str) -> Granted:
    access, kind = token.get("access_token"), str(token.get("token_type") or "bearer")
    if not isinstance(access, str) or not access:
        raise NotReady(f"{host} answered without an access token; try again.")
    if kind.lower() != "bearer":
        raise Invalid(f"{host} gives tokens of the type {kind!r}; only bearer tokens are understood.")
    refresh, id_token = (str(token.get(name) or "") for name in ("refresh_token", "id_token"))
    return Granted(access, refresh, _seconds(token.get("expires_in")), _scopes(token.get("scope")), id_token)


def _seconds(value: Any) -> int | None:
    """RFC 6749 says a number; some send it as text or with a fraction, and 0 for a token without an end."""
    whole = re.fullmatch(r"([0-9]{1,10})(\.[0-9]+)?", str(value))
    return (int(whole[1]) or None) if whole else None


def _scopes(value: Any) -> str:
    """RFC 6749 says text with blanks between; some send an array, or commas."""
    said = value if isinstance(value, list) else re.split(r"[\s,]+", str(value or ""))
    return " ".join(str(each) for each in said if each)
