"""Passwords: hashed so that a stolen database gives none away, and refused where they are easily guessed.

After NIST SP 800-63B-4 §3.1.1.2: length, a list of leaked passwords and guessability; no rules of composition.
"""

from __future__ import annotations

import asyncio
import os
import re
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from unicodedata import normalize

from msgspec import Struct

from ..db.guard import refuse_in_write
from ..errors import Invalid, Overloaded
from ..observe.logs import log
from .breached import is_breached

if TYPE_CHECKING:
    from argon2 import PasswordHasher

T = TypeVar("T")

LONGEST = 256
"""Characters. Beyond it nothing is gained, and Unicode normalization takes time by the square of the length."""

_ARGON2ID = re.compile(r"\$argon2id\$v=19\$m=([0-9]{1,6}),t=([0-9]{1,2}),p=([0-9]{1,2})(\$[A-Za-z0-9+/]{11,86}){2}")
_BCRYPT = re.compile(r"\$2[aby]\$([0-9]{2})\$[./A-Za-z0-9]{53}")
_BCRYPT_BYTES = 72

_GUESSES = 10**8
_ESTIMATED = 32
"""Characters whose guessability is estimated: zxcvbn takes seconds for 72 that are chosen to slow it down."""
_estimating = threading.Lock()


class Cost(Struct, frozen=True):
    """What one argon2id hash takes. As it stands: the least that OWASP's Password Storage Cheat Sheet advises."""

    rounds: int = 2
    memory_kib: int = 19 * 1024
    lanes: int = 1

    @property
    def nobodys(self) -> str:
        """No password is known to have this hash; comparing with it takes as long as with any other."""
        return f"$argon2id$v=19$m={self.memory_kib},t={self.rounds},p={self.lanes}${'A' * 22}${'A' * 43}"


class Verdict(Struct, frozen=True):
    """Whether a password is right, and the hash to store in place of an outdated one."""

    right: bool
    rehash: str | None = None


class Hasher:
    """Hashes on threads of its own, as many at a time as there are cores: each takes some 20 ms and 19 MiB.

    What does not fit into `threads + waiting` is refused at once, so that logins stay quick for those let in.
    """

    def __init__(self, threads: int | None = None, waiting: int = 32, cost: Cost | None = None) -> None:
        threads = threads or os.cpu_count() or 1
        self._cost = cost or Cost()
        self._pool = ThreadPoolExecutor(threads, "hasher")
        self._places = threading.Semaphore(threads + waiting)

    async def hash(self, password: str) -> str:
        """A new argon2id hash, as a PHC string.

        Raises:
            Overloaded: too many are waiting.
            UsageError: a write transaction is open.
        """
        refuse_in_write("password hashing")
        return await self._run(lambda: _hash(password, self._cost))

    async def verify(self, password: str, stored: str | None) -> Verdict:
        """Compare with a stored hash. None, for a person who does not exist, takes as long as a wrong password.

        Raises:
            Overloaded: too many are waiting.
            UsageError: a write transaction is open.
        """
        refuse_in_write("password hashing")
        return await self._run(lambda: _verify(password, stored, self._cost))

    async def check(
        self, password: str, *, min_length: int = 8, about: Sequence[str] = (), blocklist: Path | None = None
    ) -> None:
        """`refuse_weak` off the event loop.

        Raises:
            Invalid: the password is too weak; says why.
            Overloaded: too many are waiting.
            SettingsError: the blocklist cannot be used.
            UsageError: a write transaction is open.
        """
        refuse_in_write("judging a password")
        await self._run(lambda: refuse_weak(password, min_length=min_length, about=about, blocklist=blocklist))

    def close(self) -> None:
        """Finish what waits, then end the threads."""
        self._pool.shutdown()

    async def _run(self, work: Callable[[], T]) -> T:
        if not self._places.acquire(blocking=False):
            raise Overloaded("Too many people log in at the same time; try again in a moment.")
        try:
            future = self._pool.submit(work)
        except BaseException:
            self._places.release()
            raise
        future.add_done_callback(self._leave)
        return await asyncio.wrap_future(future)

    def _leave(self, _: Future[Any]) -> None:
        self._places.release()


def is_importable(stored: str) -> bool:
    """Whether it is an argon2id hash (≤ 256 MiB) or a bcrypt one (cost 4 to 15) that `Hasher.verify` understands."""
    if argon2id := _ARGON2ID.fullmatch(stored):
        memory_kib, rounds, lanes = map(int, argon2id.groups()[:3])
        return 8 * lanes <= memory_kib <= 256 * 1024 and 1 <= rounds <= 32 and 1 <= lanes <= 32
    bcrypt = _BCRYPT.fullmatch(stored)
    return bcrypt is not None and 4 <= int(bcrypt[1]) <= 15


def _verify(password: str, stored: str | None, cost: Cost) -> Verdict:
    if stored is not None and not is_importable(stored):
        log.error("stored_hash.unusable", reason="neither argon2id nor bcrypt, or beyond their limits")
        stored = None
    if stored is None:
        _has_argon2id(password, cost.nobodys, cost)
        return Verdict(right=False)
    if _BCRYPT.fullmatch(stored):
        right, outdated = _has_bcrypt(password, stored), True
    else:
        right, outdated = _has_argon2id(password, stored, cost), _argon2id(cost).check_needs_rehash(stored)
    return Verdict(right, _hash(password, cost) if right and outdated else None)


def _hash(password: str, cost: Cost) -> str:
    return _argon2id(cost).hash(_bytes(_normal(password)))


def _has_argon2id(password: str, stored: str, cost: Cost) -> bool:
    from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

    try:
        return _argon2id(cost).verify(stored, _bytes(_normal(password)))
    except VerifyMismatchError:
        return False
    except (InvalidHashError, VerificationError) as error:
        log.error("stored_hash.unusable", reason=f"argon2id: {error}")
        return False


def _has_bcrypt(password: str, stored: str) -> bool:
    """As the implementations that made such hashes did: the text as it was typed, and no more than 72 bytes of it."""
    import bcrypt

    try:
        return bcrypt.checkpw(_bytes(password)[:_BCRYPT_BYTES], stored.encode())
    except ValueError as error:
        log.error("stored_hash.unusable", reason=f"bcrypt: {error}")
        return False


@cache
def _argon2id(cost: Cost) -> PasswordHasher:
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=cost.rounds, memory_cost=cost.memory_kib, parallelism=cost.lanes)


def _normal(password: str) -> str:
    """The same for every keyboard (NFKC). What `refuse_weak` would never let through is not worth the time."""
    return normalize("NFKC", password) if len(password) <= LONGEST else password


def _bytes(password: str) -> bytes:
    return password.encode("utf-8", "surrogatepass")


def refuse_weak(
    password: str, *, min_length: int = 8, about: Sequence[str] = (), blocklist: Path | None = None
) -> None:
    """Refuse a password that others would guess. `about`: the person's own words (e-mail address, name).

    `min_length` is in characters. It may take some milliseconds, so on the event loop use `Hasher.check`.

    Raises:
        Invalid: it is too short or too long, was leaked, is made of the person's own words, or is easily guessed.
        SettingsError: the blocklist cannot be used.
    """
    if len(password) > LONGEST:
        raise _refused(f"The password has {len(password)} characters; use at most {LONGEST}.")
    password = _normal(password)
    if len(password) < min_length:
        raise _refused(f"The password has {len(password)} characters; use at least {min_length}.")
    if is_breached(password, blocklist):
        raise _refused("This password is on a list of leaked passwords that attackers try first; choose another.")
    own = _own_words(about)
    if _is_made_of(password, own):
        raise _refused("The password is made of your name, your e-mail address or ours; choose something unrelated.")
    if _guesses(password, own) < _GUESSES:
        raise _refused("This password is easily guessed; add a few words or characters that nobody expects.")


def _refused(why: str) -> Invalid:
    return Invalid(why, field="password")


def _own_words(about: Sequence[str]) -> list[str]:
    """Longest first; what is shorter than three letters is in many a good password by chance."""
    phrases = {_normal(phrase).casefold() for phrase in ("maxbooster", *about)}
    locals_ = {phrase.partition("@")[0] for phrase in phrases}
    words = {word for phrase in phrases for word in re.split(r"[\W_]+", phrase)}
    return sorted((word for word in phrases | locals_ | words if len(word) >= 3), key=len, reverse=True)


def _is_made_of(password: str, words: Sequence[str]) -> bool:
    rest = password.casefold()
    for word in words:
        rest = rest.replace(word, "")
    return len(rest) < 4


def _guesses(password: str, own: Sequence[str]) -> float:
    """zxcvbn's estimate. It keeps the words that it is given in a global, so it runs for one person at a time."""
    from zxcvbn import zxcvbn

    with _estimating:
        return float(zxcvbn(password[:_ESTIMATED], user_inputs=list(own))["guesses"])
