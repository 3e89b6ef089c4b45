"""Batches over SFTP (ERN choreography 1.8): the manifest that ends a batch, and the acknowledgements that answer it."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import Enum
from hashlib import sha256

from lxml import etree
from msgspec import Struct

from maxbooster.plugin import Invalid

from .message import Envelope, add, moment
from .reading import text_of

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

    RECEIVED = "received"
    ACCEPTED = "accepted"
    LIVE = "live"
    GONE = "gone"
    REFUSED = "refused"
    UNKNOWN = "unknown"


OUTCOMES = {
    "ReleaseReceivedByReleaseDistributor": Outcome.RECEIVED,
    "ReleaseStagedForPublication": Outcome.ACCEPTED,
    "SuccessfullyIngestedByReleaseDistributor": Outcome.ACCEPTED,
    "ReleaseMadeAvailableToConsumers": Outcome.LIVE,
    "ReleaseNotAvailable": Outcome.GONE,
    "ProcessingErrorAtReleaseDistributor": Outcome.REFUSED,
    "ReleaseViolatesTermsOfService": Outcome.REFUSED,
    "RightsConflict": Outcome.REFUSED,
}
"""`SupplyChainStatus` → outcome; a status that is not here is recorded and not guessed at."""


class Answer(Struct, frozen=True, kw_only=True):
    """What an acknowledgement says about one message."""

    message_id: str
    upc: str | None
    status: str
    """`SupplyChainStatus`, as it was written."""
    file_statuses: tuple[str, ...] = ()
    """`ErncFileStatus` values."""
    text: str | None = None
    action: str | None = None
    """`ErncProposedActionType`."""

    @property
    def outcome(self) -> Outcome:
        return OUTCOMES.get(self.status, Outcome.UNKNOWN)


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
    for status in answer.file_statuses or ("FileOK",):
        add(add(about, "MessageStatus"), "Status", status)
    return root


def answers(root: etree._Element, name: str = "the message") -> list[Answer]:
    """What an AcknowledgementMessage (FtpAcknowledgementMessage up to 1.6) says, one entry per message.

    Raises:
        Invalid: it is no acknowledgement.
    """
    if etree.QName(root).localname not in ("AcknowledgementMessage", "FtpAcknowledgementMessage"):
        raise Invalid(f"{name} is a {etree.QName(root).localname} and no acknowledgement.", field="message")
    found = []
    for release in root.iterfind("ReleaseStatus"):
        for about in release.iterfind("Acknowledgement"):
            statuses = [text_of(each, "Status") or "" for each in about.iterfind("MessageStatus")]
            found.append(
                Answer(
                    message_id=text_of(about, "MessageId") or "",
                    upc=text_of(release, "ReleaseId/ICPN"),
                    status=text_of(release, "ReleaseStatus") or "",
                    file_statuses=tuple(status for status in statuses if status),
                    text=text_of(release, "ErrorText"),
                    action=text_of(release, "ProposedActionType"),
                )
            )
    return found
