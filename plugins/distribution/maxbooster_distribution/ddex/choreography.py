"""Batches over SFTP (ERN choreography 1.8): the manifest that ends a batch, and the acknowledgements that answer it."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import Enum
from hashlib import sha256

from lxml import etree
from msgspec import Struct

from maxbooster.plugin import Invalid

from ..catalog.identifiers import gtin
from .message import Envelope, add, moment
from .reading import anywhere, text_of

NAMESPACE = "http://ddex.net/xml/ern-c-sftp/18"
_NSMAP = {"ern-c-sftp": NAMESPACE}
_AVS = "4"


def batch_id(at: datetime) -> str:
    """`YYYYMMDDhhmmssnnn`, in UTC to the millisecond (8.2)."""
    at = at.astimezone(UTC)
    return f"{at:%Y%m%d%H%M%S}{at.microsecond // 1000:03}"


def moment_of(batch: str) -> datetime:
    return datetime.strptime(batch + "000", "%Y%m%d%H%M%S%f").replace(tzinfo=UTC)


class Sent(Struct, frozen=True, kw_only=True):
    """A message of a batch, for its manifest."""

    message_id: str
    path: str
    """From the batch's folder."""
    content: bytes
    upc: str
    delivery: str
    """`MessageActionType`: NewReleaseDelivery, ReDelivery, TakeDown."""


def manifest(folder: str, envelope: Envelope, sent: Sent) -> etree._Element:
    """ManifestMessage of a batch with one message; it lies in the folder as `BatchComplete_{BatchId}.xml`, put last."""
    root = etree.Element(
        f"{{{NAMESPACE}}}ManifestMessage", {"MessageVersionId": "1.8", "AvsVersionId": _AVS}, nsmap=_NSMAP
    )
    header = add(root, "MessageHeader")
    for tag, party in (("MessageSender", envelope.sender), ("MessageRecipient", envelope.recipient)):
        element = add(header, tag)
        add(element, "PartyId", party.dpid)
        add(add(element, "PartyName"), "FullName", party.name)
    add(header, "MessageCreatedDateTime", moment(envelope.created_at))
    add(root, "IsTestFlag", "true" if envelope.test else "false")
    add(root, "RootDirectory", folder)
    add(root, "NumberOfMessages", "1")
    message = add(root, "MessageInBatch")
    add(message, "MessageType", "NewReleaseMessage")
    add(message, "MessageId", sent.message_id)
    add(message, "URL", sent.path)
    add(add(message, "IncludedReleaseId"), "ICPN", sent.upc)
    add(message, "DeliveryType", sent.delivery)
    add(message, "ProductType", "AudioProduct")
    hashed = add(message, "HashSum")
    add(hashed, "HashSumValue", sha256(sent.content).hexdigest())
    add(hashed, "HashSumAlgorithmType", "SHA-256")
    return root


class Outcome(Enum):
    """What an answer means for a delivery."""

    NOTHING_NEW = "nothing new"
    RECEIVED = "received"
    ACCEPTED = "accepted"
    LIVE = "live"
    GONE = "gone"
    REFUSED = "refused"
    ASK = "ask"
    """A person has to find out: it is a status of the store's own, or says that something went wrong on our side."""


OUTCOMES = {
    "OrderPlacedForReleaseDistributor": Outcome.NOTHING_NEW,
    "InPreparationForDeliveryToReleaseDistributor": Outcome.NOTHING_NEW,
    "InDeliveryToReleaseDistributor": Outcome.NOTHING_NEW,
    "DeliveredToReleaseDistributor": Outcome.NOTHING_NEW,
    "ReleaseReceivedByReleaseDistributor": Outcome.RECEIVED,
    "ReleaseStagedForPublication": Outcome.ACCEPTED,
    "SuccessfullyIngestedByReleaseDistributor": Outcome.ACCEPTED,
    "ReleaseMadeAvailableToConsumers": Outcome.LIVE,
    "ReleaseNotAvailable": Outcome.GONE,
    "ProcessingErrorAtReleaseDistributor": Outcome.REFUSED,
    "ReleaseViolatesTermsOfService": Outcome.REFUSED,
    "RightsConflict": Outcome.REFUSED,
    "ProcessingErrorAtReleaseCreator": Outcome.ASK,
    "UserDefined": Outcome.ASK,
}
"""`SupplyChainStatus` → outcome, for every value of the standard."""
_FINE = "FileOK"


class Answer(Struct, frozen=True, kw_only=True):
    """What an acknowledgement says about one message, or about one release if it names no message."""

    message_id: str = ""
    upc: str | None
    """The release's ICPN, as it was written."""
    other_ids: tuple[str, ...] = ()
    """Its GRid, catalog number and ids of the sender's own."""
    status: str
    """`SupplyChainStatus`, as it was written."""
    own_status: str | None = None
    """What stands for `UserDefined`."""
    file_statuses: tuple[str, ...] = ()
    """`ErncFileStatus` values."""
    information: tuple[str, ...] = ()
    """What was written about the files."""
    text: str | None = None
    action: str | None = None
    """`ErncProposedActionType`."""

    @property
    def outcome(self) -> Outcome:
        return OUTCOMES.get(self.status, Outcome.ASK)

    @property
    def problems(self) -> tuple[str, ...]:
        """What went wrong with the message or its files, whatever became of the release."""
        return tuple(status for status in dict.fromkeys(self.file_statuses) if status != _FINE)

    def is_about(self, message_id: str, upc: str) -> bool:
        """Whether it answers this message about this release. Either may be left out, but not both."""
        named = _plain(self.message_id) == _plain(message_id)
        if self.upc is not None:
            return gtin(self.upc) == gtin(upc) and (named or not self.message_id)
        return named and (not self.other_ids or upc in self.other_ids)


class Acknowledged(Struct, frozen=True):
    """An acknowledgement as it was read: when it was written, if it says so, and its answers in order."""

    written_at: datetime | None
    answers: list[Answer]


def _plain(message_id: str) -> str:
    return message_id.replace("-", "").lower()


def acknowledgement(envelope: Envelope, batch: str, answer: Answer) -> etree._Element:
    """AcknowledgementMessage about one release; it lies beside the batch as `ACK_{dateTime}_{ReleaseId}.xml`."""
    root = etree.Element(f"{{{NAMESPACE}}}AcknowledgementMessage", {"AvsVersionId": _AVS}, nsmap=_NSMAP)
    header = add(root, "MessageHeader")
    add(header, "MessageId", envelope.message_id)
    add(add(header, "MessageSender"), "PartyId", envelope.sender.dpid)
    add(add(header, "MessageRecipient"), "PartyId", envelope.recipient.dpid)
    add(header, "MessageCreatedDateTime", moment(envelope.created_at))
    release = add(root, "ReleaseStatus")
    add(add(release, "ReleaseId"), "ICPN", answer.upc)
    add(release, "ReleaseStatus", answer.status)
    if answer.text:
        add(release, "ErrorText", answer.text)
    if answer.action:
        add(release, "ProposedActionType", answer.action)
    about = add(release, "Acknowledgement")
    add(about, "MessageType", "NewReleaseMessage")
    add(about, "BatchId", batch)
    add(about, "MessageId", answer.message_id)
    for status in answer.file_statuses or (_FINE,):
        add(add(about, "MessageStatus"), "Status", status)
    return root


def read_acknowledgement(root: etree._Element, name: str = "the message") -> Acknowledged:
    """What an AcknowledgementMessage (FtpAcknowledgementMessage up to 1.6) says: one for each release and message.

    Raises:
        Invalid: it is not an acknowledgement.
    """
    if etree.QName(root).localname not in ("AcknowledgementMessage", "FtpAcknowledgementMessage"):
        raise Invalid(f"{name} is a {etree.QName(root).localname}, not an acknowledgement.", field="message")
    found = []
    for release in root.iterfind(anywhere("ReleaseStatus")):
        messages = list(release.iterfind(anywhere("Acknowledgement")))
        found += [_answer(release, about) for about in messages or [None]]
    return Acknowledged(_moment(text_of(root, "MessageHeader/MessageCreatedDateTime")), found)


def _answer(release: etree._Element, about: etree._Element | None) -> Answer:
    files = [] if about is None else list(about.iterfind(anywhere("MessageStatus")))
    own = release.find(anywhere("ReleaseStatus"))
    others = ("ReleaseId/GRid", "ReleaseId/CatalogNumber", "ReleaseId/ProprietaryId")
    return Answer(
        message_id="" if about is None else text_of(about, "MessageId") or "",
        upc=text_of(release, "ReleaseId/ICPN"),
        other_ids=tuple(each.text.strip() for path in others for each in release.iterfind(anywhere(path)) if each.text),
        status=text_of(release, "ReleaseStatus") or "",
        own_status=None if own is None else own.get("UserDefinedValue"),
        file_statuses=tuple(filter(None, (text_of(each, "Status") for each in files))),
        information=tuple(filter(None, (text_of(each, "Information") for each in files))),
        text=text_of(release, "ErrorText"),
        action=text_of(release, "ProposedActionType"),
    )


def _moment(written: str | None) -> datetime | None:
    """None too if it says no time zone: then nobody knows what it was before or after."""
    try:
        at = datetime.fromisoformat(written) if written else None
    except ValueError:
        return None
    return at if at and at.tzinfo and 1970 <= at.year <= 2200 else None
