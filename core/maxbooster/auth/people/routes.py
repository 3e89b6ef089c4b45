"""Registering, and what a person changes about themselves."""

from __future__ import annotations

from litestar import Response

from ...context import Context
from ...errors import Conflict, Invalid, NotAllowed, NotAuthenticated, NotFound, TooMany
from ...http.routes import Routes, delete, get, patch, post
from .. import cookies
from ..proofs import LinkSpent
from ..sessions.schemas import Me, UserOut
from ..sessions.service import LoggedInBrowser, user_out
from . import factors, privacy, profile, registration, reset
from .reset import ResetPreview
from .schemas import (
    Code,
    Erasure,
    Export,
    Invited,
    Joining,
    Link,
    NewEmail,
    NewPassword,
    Profile,
    RecoveryCodes,
    Registered,
    Registration,
    Reset,
    ResetRequest,
    Sent,
    TotpSecret,
    Verification,
)


class SecondFactor(RecoveryCodes, frozen=True):
    """The second factor is on. `csrf` is the rotated session's."""

    csrf: str | None = None


def _rotated(ctx: Context, found: LoggedInBrowser, body: object) -> Response[object]:
    kept = [cookies.session(found.token, ctx.app.settings)] if found.token else []
    return Response(body, status_code=200, cookies=kept)


@post("/", operation_id="register", public=True, status_code=202, raises=[NotAllowed, TooMany])
async def register(ctx: Context, data: Registration) -> Sent:
    """Register. An email with a link goes to the address; what is answered is the same whoever has it."""
    await registration.register(ctx, data, ctx.address)
    return Sent()


@post("/verify", operation_id="verifyRegistration", public=True, raises=[LinkSpent, Conflict, TooMany])
async def verify(ctx: Context, data: Verification) -> Registered:
    """Follow the email's link, with the password that was chosen: the login and its first account are made."""
    return Registered(await registration.verify(ctx, data.token, data.password))


@post("/invitation", operation_id="previewInvitation", public=True, status_code=200, raises=[LinkSpent, TooMany])
async def preview_invitation(ctx: Context, data: Link) -> Invited:
    """What an invitation's link leads to."""
    return await registration.look_at_invitation(ctx, data.token)


@post("/join", operation_id="joinByInvitation", public=True, raises=[LinkSpent, Conflict, NotAllowed, TooMany])
async def join(ctx: Context, data: Joining) -> Registered:
    """Register by an invitation: its link has proved the address."""
    return Registered(await registration.join(ctx, data))


@post("/", operation_id="requestPasswordReset", public=True, status_code=202, raises=[TooMany])
async def request_reset(ctx: Context, data: ResetRequest) -> Sent:
    """An email with a link goes to the address, if somebody has it."""
    await reset.ask_for_reset(ctx, data.email, ctx.address)
    return Sent()


@post("/preview", operation_id="previewPasswordReset", public=True, status_code=200, raises=[LinkSpent, TooMany])
async def preview_reset(ctx: Context, data: Link) -> ResetPreview:
    """What still logs you in, besides the password that you are about to choose by the link."""
    return await reset.preview_reset(ctx, data.token)


@post("/confirm", operation_id="resetPassword", public=True, status_code=204, raises=[LinkSpent, TooMany, NotFound])
async def reset_password(ctx: Context, data: Reset) -> Response[None]:
    """Choose a new password by the email's link, and disconnect logins at providers if you like. Every device is
    logged out; this one is known from now on."""
    user = await reset.reset_password(ctx, data.token, data.password, data.disconnect)
    known = cookies.device(user, ctx.app.keyring, ctx.app.settings)
    return Response(None, status_code=204, cookies=[known])


@post(
    "/email/confirm", operation_id="confirmEmail", public=True, status_code=200, raises=[LinkSpent, Conflict, TooMany]
)
async def confirm_email(ctx: Context, data: Link) -> Registered:
    """Follow the email's link: you log in with the new address from now on."""
    return Registered(await profile.change_email(ctx, data.token))


@patch("/", operation_id="updateProfile", permission="profile.write", raises=[Conflict])
async def update_profile(ctx: Context, data: Profile) -> UserOut:
    return user_out(await profile.rename(ctx, data.name, data.expected))


@post("/password", operation_id="updatePassword", permission="profile.write", step_up=True, status_code=200)
async def update_password(ctx: Context, data: NewPassword) -> Response[Me]:
    """Choose another password. Every other device is logged out."""
    found = await profile.change_password(ctx, data.current, data.password)
    return _rotated(ctx, found, found.me)  # type: ignore[return-value]


@post("/email", operation_id="updateEmail", permission="profile.write", step_up=True, status_code=202, raises=[TooMany])
async def update_email(ctx: Context, data: NewEmail) -> Sent:
    """An email with a link goes to the new address; following it makes the change."""
    await profile.ask_for_new_email(ctx, data.email)
    return Sent()


@post(
    "/email/confirmation",
    operation_id="requestEmailConfirmation",
    permission="profile.write",
    status_code=202,
    raises=[Conflict, TooMany],
)
async def request_email_confirmation(ctx: Context) -> Sent:
    """After email to your address came back: an email with a link goes there; following it says that email arrives."""
    await profile.ask_to_confirm_email(ctx)
    return Sent()


@post("/totp", operation_id="startTotp", permission="profile.write", step_up=True, raises=[Conflict])
async def start_totp(ctx: Context) -> TotpSecret:
    """A secret for an authenticator app. It counts once you send a code of it back."""
    return TotpSecret(*await factors.begin_totp(ctx))


@post(
    "/totp/confirm",
    operation_id="confirmTotp",
    permission="profile.write",
    step_up=True,
    status_code=200,
    raises=[Conflict, Invalid],
)
async def confirm_totp(ctx: Context, data: Code) -> Response[SecondFactor]:
    """Switch the second factor on. The recovery codes are shown this once."""
    codes, found = await factors.confirm_totp(ctx, data.code)
    return _rotated(ctx, found, SecondFactor(codes, found.me.csrf))  # type: ignore[return-value]


@delete("/totp", operation_id="deleteTotp", permission="profile.write", step_up=True, status_code=200)
async def delete_totp(ctx: Context) -> Response[Me]:
    """Switch the second factor off."""
    found = await factors.remove_totp(ctx)
    return _rotated(ctx, found, found.me)  # type: ignore[return-value]


@post(
    "/recovery-codes",
    operation_id="regenerateRecoveryCodes",
    permission="profile.write",
    step_up=True,
    raises=[Conflict],
)
async def regenerate_recovery_codes(ctx: Context) -> RecoveryCodes:
    """New recovery codes in place of the old ones."""
    return RecoveryCodes(await factors.renew_recovery_codes(ctx))


@get("/export", operation_id="exportMyData", permission="profile.write", step_up=True, raises=[NotAuthenticated])
async def export(ctx: Context) -> Export:
    """Everything that is held on you, and what is in the accounts that are yours alone."""
    return await privacy.export(ctx)


@post("/erasure", operation_id="requestErasure", permission="profile.write", step_up=True, raises=[Conflict])
async def request_erasure(ctx: Context) -> Erasure:
    """Ask to be erased. Until the day comes you can take it back."""
    return Erasure(await privacy.ask_for_erasure(ctx))


@delete("/erasure", operation_id="cancelErasure", permission="profile.write")
async def cancel_erasure(ctx: Context) -> None:
    """Stay."""
    await privacy.withdraw_erasure(ctx)


routes = [
    Routes("/api/core/registration", [register, verify, preview_invitation, join]),
    Routes("/api/core/password-reset", [request_reset, preview_reset, reset_password]),
    Routes(
        "/api/core/profile",
        [
            update_profile,
            update_password,
            update_email,
            confirm_email,
            request_email_confirmation,
            start_totp,
            confirm_totp,
            delete_totp,
            regenerate_recovery_codes,
            export,
            request_erasure,
            cancel_erasure,
        ],
    ),
]
