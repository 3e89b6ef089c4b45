"""Where a bank transfer goes: an IBAN, a BIC where the bank asks for one, and the account holder's name."""

from __future__ import annotations

import unicodedata
from typing import NamedTuple

from stdnum import bic as bics
from stdnum import iban as ibans
from stdnum.exceptions import ValidationError

NAME_AT_MOST = 70
"""Of an account holder in a payment file (ISO 20022, Max70Text as SEPA narrows it)."""
_MARKS = " /-?:().,'+&"


class Destination(NamedTuple):
    iban: str
    bic: str
    name: str

    def written(self) -> str:
        return "/".join(self)

    def shown(self) -> str:
        """What people see of it."""
        return f"{self.iban[:2]} account ending {self.iban[-4:]}"


def read(text: str) -> Destination:
    """`IBAN/BIC/name`, the BIC may be empty.

    Raises:
        ValueError: in words, what is wrong.
    """
    iban, _, rest = text.partition("/")
    bic, _, name = rest.partition("/")
    return Destination(_iban(iban), _bic(bic), _name(name.strip()))


def _iban(text: str) -> str:
    try:
        return str(ibans.validate(text))
    except ValidationError as error:
        raise ValueError(f"{text.strip() or 'Nothing'!r} is not an IBAN: {_why(error)}") from None


def _bic(text: str) -> str:
    if not text.strip():
        return ""
    try:
        return str(bics.validate(text))
    except ValidationError as error:
        raise ValueError(f"{text.strip()!r} is not a BIC: {_why(error)} Leave it empty if you don't know it.") from None


def _why(error: ValidationError) -> str:
    return f"{str(error).rstrip('.').lower()}."


def _name(name: str) -> str:
    if not name:
        raise ValueError("Write the account holder's name, as the bank has it.")
    if len(name) > NAME_AT_MOST:
        raise ValueError(f"The account holder's name has {len(name)} characters; banks take {NAME_AT_MOST}.")
    if odd := sorted({each for each in name if not _latin(each)}):
        raise ValueError(
            f"Write the account holder's name in Latin letters, as the bank has it: without {' '.join(odd)}."
        )
    return name


def _latin(character: str) -> bool:
    return character in _MARKS or character in "0123456789" or unicodedata.name(character, "").startswith("LATIN ")
