"""The letters that the core writes, in plain words."""

from __future__ import annotations

from datetime import datetime

from ..mail import Mail

_SIGNED = "\n\nMax Booster\n"


def verify(to: str, link: str) -> Mail:
    return Mail(
        to,
        "Confirm your e-mail address",
        "Welcome. Confirm that this address is yours, within a day:\n\n"
        f"{link}\n\nIf you did not register, ignore this letter; nothing has been made in your name." + _SIGNED,
    )


def known_already(to: str, origin: str) -> Mail:
    return Mail(
        to,
        "You have an account already",
        "Somebody, probably you, entered this address to register or as a new address. It belongs to an account"
        f" already:\n\nLog in: {origin}/login\nForgotten the password: {origin}/reset\n\n"
        "If it was not you, there is nothing to do." + _SIGNED,
    )


def reset(to: str, link: str) -> Mail:
    return Mail(
        to,
        "Choose a new password",
        f"Choose a new password within an hour:\n\n{link}\n\n"
        "If you did not ask for this, ignore this letter; your password stays as it is." + _SIGNED,
    )


def password_changed(to: str, origin: str) -> Mail:
    return Mail(
        to,
        "Your password was changed",
        "Your password was changed just now, and every other device was logged out.\n\n"
        f"If it was not you, choose a new one at once: {origin}/reset" + _SIGNED,
    )


def new_address(to: str, link: str) -> Mail:
    return Mail(
        to,
        "Confirm your new e-mail address",
        f"Confirm within a day that you want to log in with this address from now on:\n\n{link}" + _SIGNED,
    )


def address_changed(to: str, new: str, origin: str) -> Mail:
    return Mail(
        to,
        "Your e-mail address was changed",
        f"You log in with {new} from now on. If it was not you, write to the people who run {origin} at once."
        + _SIGNED,
    )


def second_factor_changed(to: str, change: str, origin: str) -> Mail:
    return Mail(
        to,
        "Your second factor was changed",
        f"The second factor of your account was changed just now ({change}).\n\n"
        f"If it was not you, choose a new password at once: {origin}/reset" + _SIGNED,
    )


def erasure_asked(to: str, day: datetime, origin: str) -> Mail:
    return Mail(
        to,
        "You will be erased",
        f"As you asked, everything that is held on you will be erased on {day:%Y-%m-%d}. Until then you can log in and"
        f" take it back: {origin}/profile" + _SIGNED,
    )


def invitation(to: str, account: str, role: str, link: str) -> Mail:
    return Mail(
        to,
        f"You are invited to {account}",
        f"You are invited to work in “{account}” as {role}. Accept within a week:\n\n{link}\n\n"
        "If you do not know why, ignore this letter." + _SIGNED,
    )
