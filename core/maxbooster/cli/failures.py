"""The one place where what a command could not do becomes a sentence and an exit status.

0: done. 1: not done, or something is wrong; the sentence on standard error says what, and what to do (nothing is
said when nobody reads the output any more, as in `… | head`). 2: wrong arguments. 70: a defect in the program
(EX_SOFTWARE of sysexits.h); `MAXBOOSTER_LOG_LEVEL=debug` prints the traceback. 130: stopped with Ctrl-C.
A command may document further statuses of its own.
"""

from __future__ import annotations

import errno
import os
import sys
import traceback
from collections.abc import Callable, Iterator
from typing import Any

import click
from msgspec import DecodeError, Struct

from ..errors import Problem

DONE, FAILED, DEFECT, STOPPED = 0, 1, 70, 130


class Failure(Struct, frozen=True):
    """`text` goes to standard error; empty: there is nothing to say, or it has been said."""

    text: str
    status: int = FAILED


def explain(error: BaseException) -> Failure:
    """What to say about an error that left a command."""
    cause = _single(error)
    for kind, explained in _KINDS:
        if isinstance(cause, kind):
            return explained(cause)
    for module, name, sentence in _SERVICES:
        service: Any = getattr(sys.modules.get(module), name, None)
        if service is not None and isinstance(cause, service):
            return Failure(f"Error: {sentence.format(reason=_first_line(cause))}")
    return _defect(cause)


def _single(error: BaseException) -> BaseException:
    """What a task group wraps, when it is one thing."""
    while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    return error


def _misuse(error: click.ClickException) -> Failure:
    """Click's own words, and where the command's help is."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        return Failure(error.format_message(), error.exit_code)
    context = getattr(error, "ctx", None)
    hint = f"\n`{context.command_path} --help` explains the command." if context is not None else ""
    return Failure(f"Error: {error.format_message()}{hint}", error.exit_code)


def _file(error: OSError) -> Failure:
    reason = error.strerror or str(error) or type(error).__name__
    if error.filename is None:
        return Failure(f"Error: {_OUTPUT.get(error.errno or 0, 'The system refused')}: {reason}.")
    name = os.fsdecode(error.filename)
    return Failure(f"Error: {printable(name)} cannot be used: {reason}.{_ADVICE.get(error.errno or 0, '')}")


_OUTPUT = {errno.ENOSPC: "The output cannot be written", errno.EIO: "The output cannot be written"}
_ADVICE = {
    errno.EACCES: " Change its permissions, or choose another place.",
    errno.EPERM: " Change its permissions, or choose another place.",
    errno.EROFS: " Choose a place that can be written.",
    errno.ENOENT: " Check the name.",
    errno.ENOTDIR: " Part of the path is a file; choose another path.",
    errno.EISDIR: " It is a folder; name a file.",
    errno.ENOSPC: " Free some space on that disk.",
    errno.EEXIST: " It exists already; choose another name.",
    errno.ENAMETOOLONG: " Choose a shorter name.",
}


def _not_text(error: UnicodeError) -> Failure:
    return Failure(f"Error: A file or a value is not UTF-8 text ({error}). Convert it to UTF-8.")


def _not_decoded(error: DecodeError) -> Failure:
    return Failure(f"Error: A file or an answer could not be decoded: {error}.")


def _defect(error: BaseException) -> Failure:
    if os.environ.get("MAXBOOSTER_LOG_LEVEL", "").lower() == "debug":
        traceback.print_exception(error)
    return Failure(
        f"Error: Something unexpected happened: {type(error).__name__}: {_first_line(error)}. This is a defect;"
        " please report it with the traceback that MAXBOOSTER_LOG_LEVEL=debug prints.",
        DEFECT,
    )


_KINDS: tuple[tuple[type[BaseException], Callable[..., Failure]], ...] = (
    (Problem, lambda error: Failure(f"Error: {error.detail}")),
    (click.exceptions.Exit, lambda error: Failure("", error.exit_code)),
    (click.exceptions.Abort, lambda _: Failure("Stopped.", STOPPED)),
    (click.ClickException, _misuse),
    (KeyboardInterrupt, lambda _: Failure("Stopped.", STOPPED)),
    (BrokenPipeError, lambda _: Failure("")),
    (OSError, _file),
    (UnicodeError, _not_text),
    (DecodeError, _not_decoded),
)

_DATABASE = "The database cannot be used: {reason}. Check MAXBOOSTER_DATABASE, then run `maxbooster doctor`."
_SERVICES = (
    ("sqlalchemy.exc", "OperationalError", _DATABASE),
    ("sqlalchemy.exc", "DatabaseError", _DATABASE),
    ("sqlalchemy.exc", "TimeoutError", _DATABASE),
    ("sqlite3", "DatabaseError", _DATABASE),
    ("psycopg", "DatabaseError", _DATABASE),
    ("redis.exceptions", "RedisError", "Redis cannot be used: {reason}. Check MAXBOOSTER_REDIS."),
    ("obstore.exceptions", "BaseError", "The file storage cannot be used: {reason}. Check MAXBOOSTER_STORAGE."),
    ("httpx", "HTTPError", "An outside service cannot be reached: {reason}."),
)
"""Errors of libraries: the module and class, looked up only where the library has been imported, and the sentence."""


def _first_line(error: BaseException) -> str:
    own = getattr(error, "orig", None) or error
    lines = [line.strip() for line in str(own).splitlines() if line.strip()]
    return printable(lines[0].rstrip(".")) if lines else type(own).__name__


def printable(text: str) -> str:
    """Text for a terminal: bytes that are not UTF-8, and control characters, are shown as escapes."""
    escaped = text.encode("utf-8", "backslashreplace").decode("utf-8")
    return "".join(_shown(escaped))


def _shown(text: str) -> Iterator[str]:
    for character in text:
        yield character if character.isprintable() else f"\\x{ord(character):02x}"
