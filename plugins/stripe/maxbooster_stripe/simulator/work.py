"""One unit of work: a request being answered, a page being submitted, or something that falls due."""

from __future__ import annotations

import secrets
import string
from dataclasses import dataclass, field, replace
from typing import Any

from .errors import Refusal, missing
from .store import Object, Store

_ALPHABET = string.ascii_letters + string.digits


def new_id(prefix: str, length: int = 24) -> str:
    return f"{prefix}_{''.join(secrets.choice(_ALPHABET) for _ in range(length))}"


@dataclass(frozen=True)
class Work:
    store: Store
    now: int
    platform: str
    """The account whose key is used."""
    account: str
    """The account that is acted on: the platform itself, or one connected to it."""
    origin: str = "http://127.0.0.1"
    """Where the simulator's own pages are."""
    operation: str = ""
    url: str = ""
    path: dict[str, str] = field(default_factory=dict)
    parameters: dict[str, Any] = field(default_factory=dict)
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    request_id: str | None = None
    idempotency_key: str | None = None

    def on(self, account: str) -> Work:
        """The same work on another account, in the same transaction."""
        return replace(self, account=account)

    def given(self, **parameters: Any) -> Work:
        return replace(self, parameters=parameters)

    @property
    def is_platform(self) -> bool:
        return self.account == self.platform

    def new(self, kind: str, prefix: str, **fields: Any) -> Object:
        """A new object of this account, saved."""
        made: Object = {"id": new_id(prefix), "object": kind, "created": self.now, "livemode": False, **fields}
        self.store.put(self.account, made)
        return made

    def save(self, body: Object) -> None:
        self.store.put(self.account, body)

    def find(self, kind: str, id: str) -> Object | None:
        return self.store.get(self.account, kind, id)

    def get(self, kind: str, id: str, param: str | None = None) -> Object:
        """
        Raises:
            Refusal: this account has none of that id; 400 where a parameter names it, 404 where the path does.
        """
        found = self.find(kind, id)
        if found is None:
            raise missing(kind, id, param, status=400 if param else 404)
        return found

    def all(self, kind: str, **equal: Any) -> list[Object]:
        return self.store.all(self.account, kind, **equal)

    def plan(self, at: int, action: str, id: str) -> None:
        """Do `action` with the object when that time has come; a later plan replaces an earlier one."""
        self.store.execute(
            "INSERT INTO due (at, platform, account, action, id) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (account, action, id) DO UPDATE SET at = excluded.at",
            at, self.platform, self.account, action, id,
        )  # fmt: skip

    def unplan(self, action: str, id: str) -> None:
        self.store.execute("DELETE FROM due WHERE account = ? AND action = ? AND id = ?", self.account, action, id)


def metadata(current: dict[str, str], given: Any) -> dict[str, str]:
    """Metadata after an update: an empty value removes a key, an empty string all of them.

    Source: https://docs.stripe.com/api/metadata (50 keys, names of 40 and values of 500 characters)
    """
    if given is None:
        return current
    if given == "":
        return {}
    merged = {**current, **given}
    merged = {name: value for name, value in merged.items() if value != ""}
    if len(merged) > 50:
        raise Refusal("Metadata can hold at most 50 keys.", param="metadata")
    for name, value in merged.items():
        if len(name) > 40:
            raise Refusal(f"Metadata key '{name}' exceeds 40 characters.", param=f"metadata[{name}]")
        if len(value) > 500:
            raise Refusal("Metadata values can have up to 500 characters.", param=f"metadata[{name}]")
    return merged


def list_of(url: str, data: list[Object]) -> Object:
    return {"object": "list", "data": data, "has_more": False, "url": url}
