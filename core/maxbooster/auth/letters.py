"""The emails that the core sends, in plain words."""

from __future__ import annotations

from datetime import datetime

from ..mail import Mail

_SIGNED = "\n\nMax Booster\n"


def verify(to: str, link: str) -> Mail:
    return Mail(
        to,
        "Confirm your email address",
        "Welcome! Confirm your email address with this link. It works for 24 hours:\n\n"
        f"{link}\n\nIf you didn't sign up, ignore this email; no account has been created." + _SIGNED,
    )


def known_already(to: str, origin: str) -> Mail:
    return Mail(
        to,
        "You already have an account",
        "Somebody, probably you, entered this email address to sign up or to change an address. It already belongs to"
        f" an account.\n\nSign in: {origin}/login\nForgot your password? {origin}/reset\n\n"
        "If it wasn't you, you don't have to do anything." + _SIGNED,
    )


def reset(to: str, link: str) -> Mail:
    return Mail(
        to,
        "Reset your password",
        f"Choose a new password with this link. It works for one hour:\n\n{link}\n\n"
        "If you didn't ask for this, ignore this email; your password stays the same." + _SIGNED,
    )


def shared(to: str, owner: str, what: str, link: str) -> Mail:
    """To somebody who may have no login. What it is called stays out: anybody may write anything there."""
    return Mail(
        to,
        f"{owner} wants to share something with you",
        f"{owner} wants to share something with you in Max Booster: {what.lower()}.\n\n"
        f"Log in with this email address, or sign up with it, and accept it here:\n\n{link}\n\n"
        "If you don't know them, ignore this email." + _SIGNED,
    )


def password_changed(to: str, origin: str) -> Mail:
    return Mail(
        to,
        "Your password was changed",
        "Your password was just changed, and all other devices were signed out.\n\n"
        f"If it wasn't you, reset your password now: {origin}/reset" + _SIGNED,
    )


def new_address(to: str, link: str) -> Mail:
    return Mail(
        to,
        "Confirm your new email address",
        f"Confirm that you want to sign in with this email address from now on. The link works for 24 hours:\n\n{link}"
        + _SIGNED,
    )


def address_changed(to: str, new: str, origin: str) -> Mail:
    return Mail(
        to,
        "Your email address was changed",
        f"From now on you sign in with {new}. If it wasn't you, contact the people who run {origin} right away."
        + _SIGNED,
    )


def second_factor_changed(to: str, change: str, origin: str) -> Mail:
    return Mail(
        to,
        "Your two-factor authentication was changed",
        f"Two-factor authentication of your account was just changed ({change}).\n\n"
        f"If it wasn't you, reset your password now: {origin}/reset" + _SIGNED,
    )


def identity_changed(to: str, provider: str, change: str, origin: str) -> Mail:
    """`change`: `linked` or `unlinked`."""
    said = {
        "linked": f"From now on you can log in with {provider}.",
        "unlinked": f"{provider} doesn't log you in any more, and all other devices were signed out.",
    }[change]
    return Mail(
        to,
        "Your ways to log in were changed",
        f"{said}\n\nIf it wasn't you, reset your password now, then look at your profile: {origin}/reset" + _SIGNED,
    )


def erasure_asked(to: str, day: datetime, origin: str) -> Mail:
    return Mail(
        to,
        "Your account will be deleted",
        f"As you asked, your account and everything stored about you will be deleted on {day:%Y-%m-%d}. Until then you"
        f" can sign in and cancel: {origin}/profile" + _SIGNED,
    )


def invitation(to: str, account: str, role: str, link: str) -> Mail:
    return Mail(
        to,
        f"You're invited to {account}",
        f"You're invited to work in “{account}” as {role}. Accept with this link. It works for one week:\n\n{link}\n\n"
        "If you don't know why you got this, ignore this email." + _SIGNED,
    )
