"""A batch as its recipient sees it: is everything there, is it what the message says, is the message valid?"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from lxml import etree
from msgspec import Struct

from maxbooster.plugin import Invalid

from .choreography import Answer, acknowledgement
from .message import Envelope, Party, written
from .reading import parse, text_of
from .schemas import Schemas, Standard


class Received(Struct, frozen=True, kw_only=True):
    """One message of a batch. `problems` are `ErncFileStatus` values with what was found; empty: all is well."""

    batch: str
    message_id: str
    upc: str
    sender: Party
    recipient: Party
    available: bool
    """Whether any deal is still open; without, it takes the release down."""
    problems: tuple[tuple[str, str], ...] = ()


def read_batch(folder: Path, schemas: Schemas) -> list[Received]:
    """Every message of the batch in a folder that is complete.

    Raises:
        Invalid: the manifest cannot be read, or does not keep to its schema.
    """
    found = sorted(folder.glob("BatchComplete_*.xml"))
    if not found:
        raise Invalid(f"{folder.name} has no manifest: the batch is not complete.", field="manifest")
    root = parse(found[0].read_bytes(), found[0].name)
    schemas.validate(root, Standard.CHOREOGRAPHY)
    sender, recipient = (_party(root, f"MessageHeader/{tag}") for tag in ("MessageSender", "MessageRecipient"))
    return [_read(folder, message, sender, recipient, schemas) for message in root.iterfind("MessageInBatch")]


def _read(folder: Path, listed: etree._Element, sender: Party, recipient: Party, schemas: Schemas) -> Received:
    problems: list[tuple[str, str]] = []
    available = True
    path = _below(folder, text_of(listed, "URL") or "")
    if path is None:
        problems.append(("ErnMissing", f"There is no {text_of(listed, 'URL')}."))
    else:
        content = path.read_bytes()
        if sha256(content).hexdigest() != text_of(listed, "HashSum/HashSumValue"):
            problems.append(("SignatureOrHashSumWrongOrMissing", f"{path.name} differs from the manifest."))
        try:
            root = parse(content, path.name)
            schemas.validate(root, Standard.ERN_43)
            available = _available(root)
            problems += _files(path.parent, root) if available else []
        except Invalid as error:
            problems.append(("NewReleaseMessageInvalid", error.detail))
    return Received(
        batch=folder.name,
        message_id=text_of(listed, "MessageId") or "",
        upc=text_of(listed, "IncludedReleaseId/ICPN") or "",
        sender=sender,
        recipient=recipient,
        available=available,
        problems=tuple(problems),
    )


def _available(root: etree._Element) -> bool:
    """Whether a deal is left that is not over when the message is written: stores leave deals out, or end them."""
    written_at = text_of(root, "MessageHeader/MessageCreatedDateTime") or ""
    ends = [
        text_of(deal, "DealTerms/ValidityPeriod/EndDateTime") for deal in root.iterfind("DealList/ReleaseDeal/Deal")
    ]
    return any(end is None or end > written_at for end in ends)


def _files(folder: Path, root: etree._Element) -> list[tuple[str, str]]:
    """What is wrong with the files that the message names."""
    problems = []
    for file in root.iter("File"):
        uri = text_of(file, "URI") or ""
        path = _below(folder, uri)
        if path is None:
            problems.append(("ResourceMissing", f"{uri} is not there."))
        elif _sha256(path) != text_of(file, "HashSum/HashSumValue"):
            problems.append(("SignatureOrHashSumWrongOrMissing", f"{uri} differs from what the message says."))
    return problems


def _below(folder: Path, uri: str) -> Path | None:
    """A file below the folder; None if there is none, or it leads out of it."""
    try:
        path = (folder / uri).resolve()
        return path if path.is_relative_to(folder.resolve()) and path.is_file() else None
    except (OSError, ValueError, RuntimeError):  # no name that a file can have
        return None


def _sha256(path: Path) -> str:
    digest = sha256()
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


def _party(root: etree._Element, path: str) -> Party:
    dpid = text_of(root, f"{path}/PartyId") or ""
    return Party(dpid, text_of(root, f"{path}/PartyName/FullName") or dpid)


def acknowledge(received: Received, envelope: Envelope, answer: Answer, schemas: Schemas) -> bytes:
    """An acknowledgement of what was received, validated."""
    root = acknowledgement(envelope, received.batch, answer)
    schemas.validate(root, Standard.CHOREOGRAPHY)
    return written(root)
