"""A payment file: ISO 20022 customer credit transfers, pain.001.001.09, in euros by SEPA.

sepaxml gives every run other ids and another time, so that a second file for the same payouts would look like new
payments; they are replaced by ours before the file is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

import sepaxml
from lxml import etree
from sepaxml import SepaTransfer

from maxbooster.plugin import xml_schema

from .destination import Destination, plain

SCHEMA = "pain.001.001.09"
CURRENCY = "EUR"
MOST = 99_999_999_999
"""Cents of one SEPA credit transfer (EPC115-06)."""
_NS = {"p": f"urn:iso:std:iso:20022:tech:xsd:{SCHEMA}"}
_XSD = Path(sepaxml.__file__).parent / "schemas" / f"{SCHEMA}.xsd"


class Line(NamedTuple):
    payout: UUID
    amount: int
    to: Destination
    statement: str


def write(id: UUID, sender: Destination, lines: Sequence[Line], *, at: datetime, on: date) -> bytes:
    """The same file for the same arguments, to the byte; valid by its schema.

    Raises:
        ValueError: a line cannot be written as the schema wants it.
    """
    config = {"name": sender.holder(), "IBAN": sender.iban, "batch": True, "currency": CURRENCY}
    transfer = SepaTransfer(config | ({"BIC": sender.bic} if sender.bic else {}), schema=SCHEMA, clean=False)
    for line in lines:
        if fault := amount_fault(line.amount):
            raise ValueError(fault)
        payment = {
            "name": line.to.holder(), "IBAN": line.to.iban, "amount": line.amount, "execution_date": on,
            "description": plain(line.statement), "endtoend_id": line.payout.hex,
        }  # fmt: skip
        transfer.add_payment(payment | ({"BIC": line.to.bic} if line.to.bic else {}))
    return _settled(transfer.export(validate=False), id, at)


def amount_fault(amount: int) -> str | None:
    """Why no SEPA transfer carries so many cents."""
    if amount <= MOST:
        return None
    most, asked = (f"{cents // 100:,}.{cents % 100:02}" for cents in (MOST, amount))
    return f"A SEPA transfer carries at most {most} {CURRENCY}, not {asked}. Pay it in parts."


@cache
def _schema() -> etree.XMLSchema:
    return xml_schema(_XSD)


def _settled(exported: bytes, id: UUID, at: datetime) -> bytes:
    document = etree.fromstring(exported)
    ours = {"MsgId": id.hex, "CreDtTm": at.strftime("%Y-%m-%dT%H:%M:%S"), "PmtInfId": id.hex}
    for name, text in ours.items():
        for node in document.iterfind(f".//p:{name}", _NS):
            node.text = text
    content: bytes = etree.tostring(document, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    schema = _schema()
    if not schema.validate(etree.fromstring(content)):
        raise ValueError(f"The payment file would not be valid: {schema.error_log.last_error.message}")
    return content
