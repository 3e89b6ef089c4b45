"""The Fernet keys that seal what the platform keeps at rest; they can be rotated while it runs."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from .errors import SettingsError

if TYPE_CHECKING:
    from .settings import Settings


class Keyring:
    """Encrypts with the newest key and reads with any; each value is bound to the place where it is kept."""

    def __init__(self, keys: tuple[str, ...], source: str = "MAXBOOSTER_SECRET_KEYS") -> None:
        self._keys = MultiFernet([_fernet(key, number, source) for number, key in enumerate(keys, 1)])
        self._written = keys

    @property
    def raw(self) -> tuple[bytes, ...]:
        """The keys as they were written, newest first: what other keys are derived from."""
        return tuple(key.encode() for key in self._written)

    def seal(self, value: str, place: str) -> bytes:
        return self.seal_bytes(value.encode(), place)

    def seal_bytes(self, value: bytes, place: str) -> bytes:
        return self._keys.encrypt(f"{place}\0".encode() + value)

    def open(self, sealed: bytes, place: str) -> str:
        """
        Raises:
            SettingsError: no key opens it, or it was sealed for another place.
        """
        return self.open_bytes(sealed, place).decode()

    def open_bytes(self, sealed: bytes, place: str) -> bytes:
        """Raises as `open` does."""
        try:
            written, _, value = self._keys.decrypt(sealed).partition(b"\0")
        except InvalidToken:
            raise _unreadable() from None
        if written != place.encode():
            found = written.decode(errors="replace")
            raise SettingsError(f"A secret of {found!r} was found at {place!r}; the database was tampered with.")
        return value

    def opens(self, sealed: bytes) -> bool:
        """Whether a key for it is here."""
        try:
            self._keys.decrypt(sealed)
        except InvalidToken:
            return False
        return True

    def rotate(self, sealed: bytes) -> bytes:
        """
        Raises:
            SettingsError: no key opens it.
        """
        try:
            return self._keys.rotate(sealed)
        except InvalidToken:
            raise _unreadable() from None


def _fernet(key: str, number: int, source: str) -> Fernet:
    try:
        return Fernet(key)
    except ValueError as error:
        raise SettingsError(
            f"Key {number} in {source} is not a Fernet key. Restore the right one, or, on a new installation, create"
            " one with `maxbooster secrets new-key`.",
            field="core.secret_keys",
        ) from error


def _unreadable() -> SettingsError:
    return SettingsError(
        "A secret in the database can't be decrypted with the current keys; add the key that it was encrypted with"
        " at the end of MAXBOOSTER_SECRET_KEYS, or restore secret.key.",
        field="core.secret_keys",
    )


def keyring(settings: Settings) -> Keyring:
    """The configured keys, else the key file of the data folder, created when it is first needed."""
    if settings.secret_keys:
        return Keyring(settings.secret_keys)
    path = key_file(settings)
    _create_key(path)
    return _from_file(path)


def refuse_wrong_keys(settings: Settings) -> None:
    """
    Raises:
        SettingsError: a key in the settings is none.
    """
    if settings.secret_keys:
        Keyring(settings.secret_keys)


def existing_keyring(settings: Settings) -> Keyring:
    """The same, creating nothing.

    Raises:
        SettingsError: there is no key yet, or it cannot be used.
    """
    return Keyring(settings.secret_keys) if settings.secret_keys else _from_file(key_file(settings))


def key_file(settings: Settings) -> Path:
    return settings.data / "secret.key"


def _from_file(path: Path) -> Keyring:
    try:
        return Keyring(tuple(path.read_text("ascii").split()) or ("",), str(path))
    except UnicodeDecodeError:
        reason = "it is not text"
    except OSError as error:
        reason = error.strerror or str(error)
    raise SettingsError(
        f"The key file {path} cannot be read: {reason}. Restore it from a backup, or set MAXBOOSTER_SECRET_KEYS.",
        field="core.secret_keys",
    )


def _create_key(path: Path) -> None:
    """Whole or not at all: another process that starts at the same time must not read half a key."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        if path.exists():
            return
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(os.open(fresh, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as file:
            file.write(Fernet.generate_key())
        with suppress(FileExistsError):
            os.link(fresh, path)
        fresh.unlink()
    except OSError as error:
        raise SettingsError(
            f"The key file {path} cannot be written: {error.strerror}. Choose another folder with MAXBOOSTER_DATA.",
            field="core.data",
        ) from error


def write_key_file(path: Path, keys: tuple[bytes, ...]) -> None:
    """A new file of keys, newest first, that is on the disk when this returns.

    Raises:
        SettingsError: it is there already, or cannot be written.
    """
    try:
        with open(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.write(b"\n".join(keys))
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError:
        raise SettingsError(f"{path} is there already: move it away first.", field="core.secret_keys") from None
    except OSError as error:
        raise SettingsError(f"{path} cannot be written: {error.strerror}.", field="core.data") from error
