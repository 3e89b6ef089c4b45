"""Encryption of backups with age (age-encryption.org/v1): a public key encrypts, its identity decrypts.

The machine that makes backups needs no secret to make them, so whoever takes it over cannot read earlier ones.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import Invalid, SettingsError

if TYPE_CHECKING:
    from pyrage import x25519

SUFFIX = ".age"


def recipient(key: str) -> x25519.Recipient:
    """
    Raises:
        SettingsError: it is no public key of age.
    """
    from pyrage import RecipientError, x25519

    try:
        return x25519.Recipient.from_str(key.strip())
    except RecipientError as error:
        raise SettingsError(
            f"{key!r} is not a public key of age, which begins with age1 ({error})."
            " Create one with `maxbooster secrets new-backup-key`."
        ) from error


def identity(file: Path) -> x25519.Identity:
    """From a file as `age-keygen` writes it.

    Raises:
        SettingsError: the file holds no identity.
    """
    from pyrage import IdentityError, x25519

    lines = [line.strip() for line in file.read_text("utf-8").splitlines()]
    keys = [line for line in lines if line and not line.startswith("#")]
    if len(keys) != 1:
        raise SettingsError(f"{file} holds {len(keys)} keys; expected one line that begins with AGE-SECRET-KEY-.")
    try:
        return x25519.Identity.from_str(keys[0])
    except IdentityError as error:
        raise SettingsError(f"The key in {file} is not an identity of age ({error}).") from error


def new_identity() -> tuple[str, str]:
    """What a key file holds, and the public key."""
    from pyrage import x25519

    made = x25519.Identity.generate()
    public = str(made.to_public())
    return f"# public key: {public}\n{made}\n", public


def encrypt(source: Path, target: Path, to: x25519.Recipient) -> None:
    import pyrage

    with source.open("rb") as plain, target.open("wb") as sealed:
        pyrage.encrypt_io(plain, sealed, [to])


def decrypt(source: Path, target: Path, by: x25519.Identity, name: str) -> None:
    """
    Raises:
        Invalid: it was encrypted to another key, or it is damaged.
    """
    import pyrage

    with source.open("rb") as sealed, target.open("wb") as plain:
        try:
            pyrage.decrypt_io(sealed, plain, [by])
        except pyrage.DecryptError as error:
            raise Invalid(f"{name} can't be decrypted: it is damaged, or this is another key ({error}).") from error
