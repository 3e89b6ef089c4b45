"""Errors that a person can act on: what was wrong, with which value, and what to do.

Each carries what RFC 9457 (Problem Details for HTTP APIs) asks for, so the same error reads the same
over HTTP, on the command line and in a job's record.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar


class Problem(Exception):
    """Something the caller did or must fix. Subclass it to give a problem its own stable type.

    `status` is the HTTP status, `type` the stable name (RFC 9457 §3.1.1), `title` the same words for
    every occurrence; `detail` says what happened this time and `field` names the input that was wrong.
    """

    status: ClassVar[int] = 400
    type: ClassVar[str] = "problem"
    title: ClassVar[str] = "The request cannot be carried out"
    headers: ClassVar[dict[str, str]] = {}
    final: ClassVar[bool] = False
    """Whether a job that ends with it need not be tried again."""

    def __init__(self, detail: str, *, field: str | None = None, **more: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.field = field
        self.more = more

    def body(self) -> dict[str, Any]:
        """The problem-details members, in RFC 9457's own names; further members come last."""
        body: dict[str, Any] = {
            "type": f"urn:maxbooster:problem:{self.type}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
        }
        if self.field is not None:
            body["field"] = self.field
        return body | self.more


class Invalid(Problem):
    """The input is understood but wrong; `field` names the part."""

    status = 422
    type = "invalid"
    title = "The input is not valid"


class Malformed(Problem):
    """The input cannot be read at all (broken JSON, wrong encoding, wrong content type)."""

    type = "malformed"
    title = "The request could not be read"


class NotAuthenticated(Problem):
    status = 401
    type = "not-authenticated"
    title = "Nobody is logged in"
    headers: ClassVar[dict[str, str]] = {"WWW-Authenticate": "Bearer"}


class NotAllowed(Problem):
    status = 403
    type = "not-allowed"
    title = "Not allowed"


class SecondFactorNeeded(NotAllowed):
    """Whoever works here must have two-factor authentication or a passkey."""

    type = "second-factor-needed"
    title = "Two-factor authentication is required here"


class SignInNeeded(NotAllowed):
    """The account asks its members to sign in at its own provider."""

    type = "sign-in-needed"
    title = "This account has its own sign-in"


class OwnLoginNeeded(NotAllowed):
    """An account's provider said who this is: it doesn't speak for what is theirs alone."""

    type = "own-login-needed"
    title = "Log in with your own password or passkey"


class GrantEnded(Problem):
    """What was shared is not shared any more; the same for what never was."""

    status = 410
    type = "grant-ended"
    title = "The link has ended"


class NotInPlan(Problem):
    status = 403
    type = "not-in-plan"
    title = "The subscription does not include this"


class StepUpRequired(Problem):
    """The caller is known, but must prove once more who they are: `POST /api/core/session/prove`."""

    status = 403
    type = "step-up-required"
    title = "Confirm it's you"


class TooMany(Problem):
    """More tries or requests than allowed; `retry_after_s` says when the next is."""

    status = 429
    type = "too-many-requests"
    title = "Too many requests"

    def __init__(self, detail: str, *, retry_after_s: float = 1.0, **more: Any) -> None:
        super().__init__(detail, retry_after_s=round(retry_after_s, 1), **more)
        self.retry_after_s = retry_after_s


class NotFound(Problem):
    """No such thing in this account. Another account's thing answers the same."""

    status = 404
    type = "not-found"
    title = "Not found"


class Gone(Problem):
    """It was here, and was taken away on purpose."""

    status = 410
    type = "gone"
    title = "No longer there"


class Conflict(Problem):
    """The state has moved on: a duplicate, or a change made by someone else in between."""

    status = 409
    type = "conflict"
    title = "The change conflicts with the current state"


def refuse_overwriting(expected: object, found: object) -> None:
    """For what has no version: a change says what it expects to replace. None expects nothing.

    Raises:
        Conflict: it is something else by now.
    """
    if expected is not None and expected != found:
        raise Conflict("Somebody else changed this in the meantime; load it again and repeat.", field="expected")


class TooLarge(Problem):
    status = 413
    type = "too-large"
    title = "Too large"


class Overloaded(Problem):
    """The process sheds load rather than letting every request slow down."""

    status = 503
    type = "overloaded"
    title = "Too busy at the moment"
    headers: ClassVar[dict[str, str]] = {"Retry-After": "1"}


class NotReady(Problem):
    """An outside service cannot be used just now; the call may be repeated later."""

    status = 503
    type = "not-ready"
    title = "The service is not ready"

    def __init__(self, detail: str, *, retry_after_s: float | None = None, **more: Any) -> None:
        super().__init__(detail, **more)
        self.retry_after_s = retry_after_s


class AuthFailed(Problem):
    """An outside service refused our credentials; a person has to connect it again."""

    status = 424
    type = "auth-failed"
    title = "The outside service refused the credentials"


class SettingsError(Problem):
    """A setting is unknown, missing or wrong."""

    type = "settings"
    title = "The settings cannot be used"


class PluginError(Problem):
    """A plugin cannot be used; the reason is in `detail`."""

    type = "plugin"
    title = "The plugin cannot be used"


class UsageError(RuntimeError):
    """The program is wrong, not its input: slow work in a write transaction, a write in a `GET`, …"""


class AccountRequired(UsageError):
    """Owned rows were reached in a unit of work that has no account."""


def suggestion(wrong: str, known: Sequence[str]) -> str:
    """` Did you mean 'x'?` for the nearest known name, or nothing."""
    from difflib import get_close_matches

    near = get_close_matches(wrong, known, n=1, cutoff=0.6)
    return f" Did you mean {near[0]!r}?" if near else ""
