"""The emails that the core writes, in plain words."""

from __future__ import annotations

from datetime import datetime

from ..mail import Mail

_SIGNED = "\n\nMax Booster\n"


def verify(to: str, link: str) -> Mail:
    return Mail(
        to,
        "Confirm your email address",
        "Welcome to Max Booster. Confirm your email address within 24 hours:\n\n"
        f"{link}\n\nIf you didn't sign up, ignore this email. No account has been created." + _SIGNED,
    )


def known_already(to: str, origin: str) -> Mail:
    return Mail(
        to,
        "You already have an account",
        "Someone, probably you, used this address to sign up or as a new email address, but it already belongs to an"
        f" account.\n\nLog in: {origin}/login\nForgot your password? {origin}/reset\n\n"
        "If it wasn't you, you don't need to do anything." + _SIGNED,
    )


def reset(to: str, link: str) -> Mail:
    return Mail(
        to,
        "Reset your password",
        f"Choose a new password within an hour:\n\n{link}\n\n"
        "If you didn't request this, ignore this email. Your password won't change." + _SIGNED,
    )


def password_changed(to: str, origin: str) -> Mail:
    return Mail(
        to,
        "Your password was changed",
        "Your password was just changed, and all your other devices were logged out. Links that we emailed you before,"
        " and invitations that you sent, no longer work.\n\n"
        f"If this wasn't you, reset your password right away: {origin}/reset" + _SIGNED,
    )


def new_address(to: str, link: str) -> Mail:
    return Mail(
        to,
        "Confirm your new email address",
        f"Confirm within 24 hours that you want to log in with this address from now on:\n\n{link}" + _SIGNED,
    )


def address_changed(to: str, new: str, origin: str) -> Mail:
    return Mail(
        to,
        "Your email address was changed",
        f"From now on you log in with {new}. If this wasn't you, contact the people who run {origin} right away."
        + _SIGNED,
    )


def second_factor_changed(to: str, change: str, origin: str) -> Mail:
    return Mail(
        to,
        "Two-factor authentication was changed",
        f"Two-factor authentication for your login was just changed ({change}).\n\n"
        f"If this wasn't you, reset your password right away: {origin}/reset" + _SIGNED,
    )


def erasure_asked(to: str, day: datetime, origin: str) -> Mail:
    return Mail(
        to,
        "Your data will be deleted",
        f"As you requested, all your data will be deleted on {day:%Y-%m-%d}. Until then you can log in and cancel:"
        f" {origin}/profile" + _SIGNED,
    )


def invitation(to: str, account: str, role: str, link: str) -> Mail:
    return Mail(
        to,
        f"You're invited to {account}",
        f"You've been invited to join “{account}” as {role}. Accept within 7 days:\n\n{link}\n\n"
        "If you weren't expecting this, ignore this email." + _SIGNED,
    )
