"""Where a bank transfer goes: an IBAN, a BIC where the bank asks for one, and the account holder's name."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Literal, NamedTuple

from stdnum import bic as bics
from stdnum import iban as ibans
from stdnum.exceptions import ValidationError
from text_unidecode import unidecode

if TYPE_CHECKING:
    from .settings import BankAccount, BankTransferSettings

NAME_AT_MOST = 70
"""Of an account holder in a payment file (ISO 20022, Max70Text as SEPA narrows it)."""
SEPA = {
    "AD", "AL", "AT", "BE", "BG", "CH", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GB", "GI", "GR", "HR", "HU",
    "IE", "IS", "IT", "LI", "LT", "LU", "LV", "MC", "MD", "ME", "MK", "MT", "NL", "NO", "PL", "PT", "RO", "RS", "SE",
    "SI", "SK", "SM", "VA",
}  # fmt: skip
"""Where accounts can be reached by SEPA credit transfer, as IBANs name countries (European Payments Council, EPC409-09;
territories use the IBANs of theirs)."""
_MARKS = " /-?:().,'+&"
_OUTSIDE = re.compile(r"[^A-Za-z0-9/?:().,'+ -]")
"""What SEPA's character set does not have (EPC217-08)."""
_SCHWA = str.maketrans("Əə", "Ee")
"""As in passports (ICAO Doc 9303-3)."""
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{1,30}")
_BIC = re.compile(r"[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?")
"""ISO 20022, IBAN2007Identifier and BICFIDec2014Identifier."""


class Destination(NamedTuple):
    iban: str
    bic: str
    name: str

    def written(self) -> str:
        return "/".join(self)

    def fault(self) -> str | None:
        """Why no SEPA transfer reaches it."""
        if self.iban[:2] in SEPA:
            return None
        return (
            f"SEPA transfers don't reach accounts in {self.iban[:2]}. Enter an account in a SEPA country, or choose"
            " another payment method."
        )

    def holder(self) -> str:
        """The name in letters that every SEPA bank takes: A-Z, a-z and digits."""
        return plain(self.name)

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


class WrongPart(NamedTuple):
    part: Literal["iban", "bic", "name"]
    fault: str


def part_fault(iban: str, bic: str, name: str) -> WrongPart | None:
    """What is wrong with an account that is to pay, and which part of it is."""
    part: Literal["iban", "bic", "name"]
    for part, text, reading in (("iban", iban, _iban), ("bic", bic, _bic), ("name", name.strip(), _name)):
        try:
            reading(text)
        except ValueError as error:
            return WrongPart(part, str(error))
    fault = Destination(_iban(iban), "", "").fault()
    return WrongPart("iban", fault) if fault is not None else None


def sender(own: BankTransferSettings | BankAccount) -> Destination:
    """The account that pays.

    Raises:
        ValueError: in words, what is wrong with what was set.
    """
    return read(f"{own.iban}/{own.bic}/{own.name}")


def shown(text: str) -> tuple[str, str]:
    """The holder's name, and what people see of the account, also of one that is not right."""
    try:
        to = read(text)
    except ValueError:
        return text.split("/", 2)[-1].strip(), "an account that no bank transfer reaches"
    return to.name, to.shown()


def plain(text: str) -> str:
    """Text as SEPA's character set has it: “Ørsted & Söhne” becomes “Orsted + Sohne”."""
    return _OUTSIDE.sub(" ", _in_ascii(text)).strip()


def _in_ascii(text: str) -> str:
    return str(unidecode(text.translate(_SCHWA))).replace("&", "+")


def _iban(text: str) -> str:
    if not text.strip():
        raise ValueError("Enter the IBAN of the account.")
    try:
        iban = str(ibans.validate(text))
    except ValidationError as error:
        raise ValueError(f"{text.strip()!r} is not an IBAN: {_why(error)}") from None
    if _IBAN.fullmatch(iban) is None:
        raise ValueError(f"{text.strip()!r} is not an IBAN: write it with the letters A to Z and the digits 0 to 9.")
    return iban


def _bic(text: str) -> str:
    if not text.strip():
        return ""
    try:
        bic = str(bics.validate(text))
    except ValidationError as error:
        raise ValueError(f"{text.strip()!r} is not a BIC: {_why(error)} Leave it empty if you don't know it.") from None
    if _BIC.fullmatch(bic) is None:
        raise ValueError(f"{text.strip()!r} is not a BIC: write it with the letters A to Z and the digits 0 to 9.")
    return bic


def _why(error: ValidationError) -> str:
    return f"{str(error).rstrip('.').lower()}."


def _name(name: str) -> str:
    name = unicodedata.normalize("NFC", name)
    if not name:
        raise ValueError("Write the account holder's name, as the bank has it.")
    if len(name) > NAME_AT_MOST:
        raise ValueError(f"The account holder's name has {len(name)} characters; banks take {NAME_AT_MOST}.")
    if odd := sorted({each for each in name if not _latin(each)}):
        raise ValueError(
            f"Write the account holder's name in Latin letters, as the bank has it: without {' '.join(odd)}."
        )
    if not 0 < len(plain(name)) <= NAME_AT_MOST:
        raise ValueError(
            f"The account holder's name is {plain(name)!r} in the letters that banks take, which is"
            f" {len(plain(name))} characters; they take 1 to {NAME_AT_MOST}."
        )
    return name


def _latin(character: str) -> bool:
    if character in _MARKS or character in "0123456789":
        return True
    return unicodedata.name(character, "").startswith("LATIN ") and not _OUTSIDE.search(_in_ascii(character))
