"""The transit engine's HTTP API, as Vault 1.x and OpenBao 2.x document it: `encrypt` and `decrypt` by a named key."""

from __future__ import annotations

import asyncio
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from typing import TYPE_CHECKING, Any

from maxbooster.plugin import AuthFailed, Invalid, NotReady

from .settings import VaultSettings

if TYPE_CHECKING:
    from maxbooster.plugin import Context

TIMEOUT_S = 10.0
_MAX_BYTES = 100_000


class Transit:
    """A key service."""

    def __init__(self, settings: VaultSettings) -> None:
        self._settings = settings

    async def wrap(self, ctx: Context, key: bytes) -> str:
        answer = await self._call(ctx, "encrypt", {"plaintext": b64encode(key).decode()})
        return _text(answer, "ciphertext")

    async def unwrap(self, ctx: Context, wrapped: str) -> bytes:
        answer = await self._call(ctx, "decrypt", {"ciphertext": wrapped})
        try:
            return b64decode(_text(answer, "plaintext"), validate=True)
        except NotBase64:
            raise NotReady("Vault answered with something that is no key.") from None

    async def _call(self, ctx: Context, operation: str, body: dict[str, str]) -> Any:
        settings = self._settings
        if not settings.address:
            raise Invalid("MAXBOOSTER_VAULT__ADDRESS is not set: say where Vault answers.")
        token = await self._token(ctx)
        return await self._post(ctx, f"{settings.mount}/{operation}/{settings.key}", body, token)

    async def _token(self, ctx: Context) -> str:
        settings = self._settings
        if settings.role_id:
            login = {"role_id": settings.role_id, "secret_id": settings.secret_id}
            answer = await self._post(ctx, "auth/approle/login", login, "")
            return _text(answer.get("auth") if isinstance(answer, dict) else None, "client_token")
        if settings.token_file is None:
            if not settings.token:
                raise AuthFailed("Set MAXBOOSTER_VAULT__TOKEN, …__TOKEN_FILE, or …__ROLE_ID and …__SECRET_ID.")
            return settings.token
        try:
            return (await asyncio.to_thread(settings.token_file.read_text, "utf-8")).strip()
        except (OSError, UnicodeDecodeError) as error:
            raise NotReady(f"The token file {settings.token_file} can't be read: {error}.") from error

    async def _post(self, ctx: Context, path: str, body: dict[str, str], token: str) -> Any:
        headers = {"X-Vault-Request": "true"}
        headers |= {"X-Vault-Token": token} if token else {}
        headers |= {"X-Vault-Namespace": self._settings.namespace} if self._settings.namespace else {}
        url = f"{self._settings.address.rstrip('/')}/v1/{path}"
        response = await ctx.http.request(
            "POST", url, json=body, headers=headers, timeout_s=TIMEOUT_S, max_bytes=_MAX_BYTES
        )
        if response.status_code >= 400:
            self._refuse(response.status_code, _said(response), path)
        answer = _json(response)
        return answer if path.startswith("auth/") else answer.get("data")

    def _refuse(self, status: int, said: str, path: str) -> None:
        """Its `errors` hold no secret."""
        at = f"{self._settings.address} answered {status} to {path}{f' ({said})' if said else ''}"
        if status in (401, 403):
            raise AuthFailed(f"{at}: the token may not do that, or has expired.")
        if status == 503:
            raise NotReady(f"{at}: Vault is sealed or in standby; unseal it.")
        if status >= 500 or status == 429:
            raise NotReady(f"{at}; try again later.")
        raise Invalid(f"{at}: check MAXBOOSTER_VAULT__MOUNT and …__KEY; the key has to exist.")


def _json(response: Any) -> dict[str, Any]:
    try:
        answer = response.json()
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise NotReady("Vault's answer is no JSON object: is MAXBOOSTER_VAULT__ADDRESS right?")
    return answer


def _said(response: Any) -> str:
    try:
        errors = response.json()["errors"]
    except (ValueError, KeyError, TypeError):
        return ""
    return "; ".join(str(each)[:200] for each in errors[:3]) if isinstance(errors, list) else ""


def _text(answer: Any, name: str) -> str:
    value = answer.get(name) if isinstance(answer, dict) else None
    if not isinstance(value, str) or not value:
        raise NotReady(f"Vault's answer has no {name}.")
    return value
