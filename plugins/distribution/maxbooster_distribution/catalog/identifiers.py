"""ISRC (ISO 3901), UPC/EAN (GS1 General Specifications 7.9) and DPID: read, checked, issued, never twice.

A code is unique over all accounts: it is claimed in the platform's directory within the transaction that stores it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Connection, select, update
from stdnum import ean
from stdnum.iso7064 import mod_37_36

from maxbooster.plugin import Conflict, Invalid, claim_in_directory, release_from_directory

from .models import Registrant

_ISRC = re.compile(r"[A-Z]{2}[A-Z0-9]{3}[0-9]{7}")
_LABELED = re.compile(rf"^ISRC:?(?={_ISRC.pattern}$)")
_ISRC_PREFIX = re.compile(r"[A-Z]{2}[A-Z0-9]{3}")
_SEPARATORS = re.compile(r"[\s-]")
_DIGITS = re.compile(r"[0-9]{1,14}")
_DPID = re.compile(r"PADPIDA[A-Za-z0-9]+")
ISRC, UPC = "isrc", "upc"
ISRCS_A_YEAR = 100_000


class Code(Struct, frozen=True):
    """One code of one kind: `isrc` or `upc`."""

    kind: str
    value: str


def isrc(written: str, field: str = "isrc") -> str:
    """Without hyphens and blanks, upper case.

    Raises:
        Invalid: it has not the form of an ISRC.
    """
    code = without_label(_SEPARATORS.sub("", written).upper())
    if not _ISRC.fullmatch(code):
        raise Invalid(f"{written!r} is no ISRC: two letters, three letters or digits, seven digits.", field=field)
    return code


def without_label(code: str) -> str:
    """An ISRC without the word ISRC, which stands before it in print; an Icelandic one may begin with these letters."""
    return _LABELED.sub("", code)


def upc(written: str, field: str = "upc") -> str:
    """The one form in which a GTIN is kept and compared: 12 digits (UPC-A) where it has that form, else 13 (EAN-13).

    `012345000065`, `0012345000065` and `00012345000065` are one number, with or without hyphens and blanks.

    Raises:
        Invalid: it has not 12 to 14 digits, its check digit is wrong, or it is the GTIN-14 of a case.
    """
    code = gtin(written) if 12 <= len(_SEPARATORS.sub("", written)) <= 14 else None
    if code is None:
        raise Invalid(f"{written!r} is not a UPC or EAN: 12 or 13 digits, the last one a check digit.", field=field)
    return code


def gtin(written: str) -> str | None:
    """Any written form of a GTIN in the form of `upc`, also with leading zeros that a spreadsheet took off; None: it is
    not a GTIN that a release can have."""
    digits = _SEPARATORS.sub("", written)
    if not _DIGITS.fullmatch(digits):
        return None
    code = digits.lstrip("0").zfill(12)
    return code if len(code) <= 13 and code.strip("0") and ean.is_valid(code) else None


def dpid(written: str, field: str = "dpid") -> str:
    """A DDEX party id without hyphens (check character: ISO 7064 MOD 37,36).

    Raises:
        Invalid: it has not the form of one, or its check character is wrong.
    """
    code = re.sub(r"[\s-]", "", written)
    if not _DPID.fullmatch(code) or not mod_37_36.is_valid(code.upper()):
        raise Invalid(f"{written!r} is no DDEX party id; it begins with PADPIDA and is given by ddex.net.", field=field)
    return code


def isrc_prefix(written: str) -> str:
    code = re.sub(r"[\s-]", "", written.upper())
    if not _ISRC_PREFIX.fullmatch(code):
        raise Invalid(f"{written!r} is no ISRC prefix: two letters, then three letters or digits.", field="isrc_prefix")
    return code


def gs1_prefix(written: str) -> str:
    code = re.sub(r"[\s-]", "", written)
    if not code.isascii() or not code.isdigit() or not 6 <= len(code) <= 10:
        raise Invalid(f"{written!r} is no GS1 company prefix: 6 to 10 digits.", field="gs1_prefix")
    return code


def claim(connection: Connection, account: UUID, codes: Iterable[Code], at: datetime) -> None:
    """Take what is free. What another account has is not told to whoever types it in: nothing can be delivered with it
    (`demand`), but a catalog may name it."""
    for code in codes:
        _claimed(connection, account, code, at)


def demand(connection: Connection, account: UUID, codes: Iterable[Code], at: datetime) -> None:
    """
    Raises:
        Conflict: one of them is not this account's to deliver.
    """
    for code in codes:
        release_from_directory(connection, code.kind, code.value, account)  # does nothing where another account has it
        if not _claimed(connection, account, code, at):
            raise Conflict(f"{undeliverable(code)} {ASK_OPERATOR}", field=code.kind)


ASK_OPERATOR = "Check it for a typing error; if it is yours, ask the operator."


def undeliverable(code: Code) -> str:
    return f"{code.kind.upper()} {code.value} cannot be delivered from this account."


def give_back(connection: Connection, account: UUID, codes: Iterable[Code]) -> None:
    for code in codes:
        release_from_directory(connection, code.kind, code.value, account)


def issue_isrc(connection: Connection, account: UUID, at: datetime) -> str:
    """The next free ISRC of the account's prefix, claimed.

    Raises:
        Conflict: the account has no prefix, or no code is left this year.
    """
    while True:
        row = _registrant(connection, account)
        if not row.isrc_prefix:
            raise Conflict("No ISRC can be issued without your ISRC prefix; enter it first.", field="isrc_prefix")
        number = row.isrc_issued + 1 if row.isrc_year == at.year else 1
        if number > ISRCS_A_YEAR:
            raise Conflict(f"All {ISRCS_A_YEAR} codes of {row.isrc_prefix} for {at.year} are used; use another prefix.")
        _count(connection, account, isrc_year=at.year, isrc_issued=number)
        code = Code(ISRC, f"{row.isrc_prefix}{at.year % 100:02}{number - 1:05}")
        if _claimed(connection, account, code, at):
            return code.value


def issue_upc(connection: Connection, account: UUID, at: datetime) -> str:
    """The next free UPC-A of the account's GS1 prefix (EAN-13 for prefixes that UPC-A cannot hold), claimed.

    Raises:
        Conflict: the account has no prefix, or its numbers are used up.
    """
    while True:
        row = _registrant(connection, account)
        if not row.gs1_prefix:
            raise Conflict("No UPC can be issued without your GS1 prefix; enter it first.", field="gs1_prefix")
        digits = (11 if row.gs1_prefix.startswith("0") else 12) - len(row.gs1_prefix.removeprefix("0"))
        number = row.upc_issued + 1
        if number >= 10**digits:
            raise Conflict(f"All numbers of the GS1 prefix {row.gs1_prefix} are used; use another prefix.")
        _count(connection, account, upc_issued=number)
        body = f"{row.gs1_prefix.removeprefix('0')}{number:0{digits}}"
        code = Code(UPC, body + ean.calc_check_digit(body))
        if _claimed(connection, account, code, at):
            return code.value


def _registrant(connection: Connection, account: UUID) -> Any:
    """Held until the transaction ends, so that two who issue at the same time go one after the other."""
    columns = (Registrant.isrc_prefix, Registrant.isrc_year, Registrant.isrc_issued)
    more = (Registrant.gs1_prefix, Registrant.upc_issued)
    mine = select(*columns, *more).where(Registrant.account_id == account).with_for_update()
    row = connection.execute(mine).first()
    if row is None:
        raise Conflict(
            "No code can be issued yet: enter your ISRC prefix and your GS1 prefix first.", field="registrant"
        )
    return row


def _count(connection: Connection, account: UUID, **issued: int) -> None:
    connection.execute(update(Registrant).where(Registrant.account_id == account).values(**issued))


def _claimed(connection: Connection, account: UUID, code: Code, at: datetime) -> bool:
    """False if somebody has it already: it was entered by hand, or another account holds the same prefix."""
    try:
        with connection.begin_nested():
            claim_in_directory(connection, code.kind, code.value, account, at=at)
    except Conflict:
        return False
    return True
