"""How Stripe refuses: an HTTP status and an error with a type, a code and the parameter at fault.

Source: https://docs.stripe.com/api/errors
"""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """A request that is refused. What was done until then is undone, unless `kept`: a declined card leaves its traces."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        type: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        kept: bool = False,
        **more: Any,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.kept = kept
        self.error = {"type": type, "code": code, "message": message, "param": param, **more}

    def body(self) -> dict[str, Any]:
        return {"error": {name: value for name, value in self.error.items() if value is not None}}


class InvalidParameters(Refusal):
    """Refused before anything was executed: no answer is saved under the idempotency key."""


def missing(kind: str, id: str, param: str | None = None, status: int = 404) -> Refusal:
    return Refusal(
        f"No such {kind.rpartition('.')[2]}: '{id}'", status=status, code="resource_missing", param=param or "id"
    )


def wrong_state(message: str, code: str | None = None, **more: Any) -> Refusal:
    return Refusal(message, code=code, **more)


def server_error() -> Refusal:
    return Refusal("An unknown error occurred", status=500, type="api_error")
