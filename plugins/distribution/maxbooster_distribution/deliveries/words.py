"""What happened to a delivery, as an artist would say it."""

from __future__ import annotations

from datetime import date, datetime

from ..ddex.choreography import Answer
from ..package import REACTIVATION, TAKEDOWN, UPDATE
from .states import ACKNOWLEDGED, AWAITED, DOWN, FAILED, LIVE, PACKAGING, QUEUED, REJECTED, SENDING, SENT

_STATUSES = {
    "ResourceMissing": "a file did not arrive",
    "ResourceCorrupt": "a file arrived damaged",
    "ResourceNotMeetingSpecifications": "a file is not of the kind that they take",
    "SignatureOrHashSumWrongOrMissing": "a file differs from what the message says",
    "NewReleaseMessageInvalid": "the message could not be read",
    "MetadataMissing": "something that they need is not stated",
    "IdentifierInvalid": "an ISRC or the UPC is not right",
    "IdentifierSyntaxInvalid": "an ISRC or the UPC is written wrongly",
    "PrimaryArtistNameMissing": "no main artist is named",
    "ArtistRoleUnknown": "they do not know an artist's role",
    "DuplicatedPublisherNames": "a publisher is named twice",
    "ConflictingAvailabilityPeriods": "two deals contradict each other",
    "CommercialReleaseDateInvalid": "the release date cannot be",
    "OriginalReleaseDateLaterThanReleaseDate": "the original release date is later than the release date",
    "NoDealInNewReleaseMessage": "no deal is stated",
    "NoDealForTrackRelease": "a track has no deal",
    "UnsupportedUsage": "a use in the deals is not one that they offer",
    "ErnMissing": "the message did not arrive",
    "InternalError": "something failed on their side",
}
"""`ErncFileStatus` (DDEX allowed value sets) → why."""

_ACTIONS = {
    "ResendXmlOnly": "Correct the release and submit it again.",
    "ResendXmlAndResources": "Correct the release and its files, and submit it again.",
    "DoNotResendRelease": "They do not want it again; write to them before you submit it once more.",
    "DoNotResendAffectedResource": "Remove the track that they object to, and submit the rest again.",
}
"""`ErncProposedActionType` → what to do."""

_RIGHTS = {
    "ReleaseViolatesTermsOfService": "it breaks their terms of service",
    "RightsConflict": "somebody else claims the rights to it",
}


def reason(title: str, answer: Answer) -> str:
    """Why a store refused."""
    return f"{title} refused it: {_whys(answer) or 'they do not say why'}.{_said(answer)}"


def _whys(answer: Answer) -> str:
    whys = [_STATUSES.get(status, f"they call it “{status}”") for status in answer.problems]
    whys += [_RIGHTS[answer.status]] if answer.status in _RIGHTS else []
    return " and ".join(whys)


def _said(answer: Answer) -> str:
    words = " ".join(filter(None, (answer.text, *answer.information)))
    return f" They write: “{words}”" if words else ""


def advice(answer: Answer) -> str:
    return _ACTIONS.get(answer.action or "", "Correct what they object to and submit the release again.")


def reported(title: str, answer: Answer) -> str:
    """Something is wrong with a file or the message, though the release was not refused."""
    return f"{title} did not refuse it, but reports a problem: {_whys(answer)}.{_said(answer)}"


def asked(title: str, answer: Answer) -> str:
    """A status that leaves the delivery where it is, and that a person has to look into."""
    if answer.status == "ProcessingErrorAtReleaseCreator":
        return f"{title} reports an error on the sender's side.{_said(answer)}"
    status = answer.own_status or answer.status or "nothing that says what became of it"
    return f"{title} answered “{status}”, a status of its own; ask them what it means.{_said(answer)}"


_DOING = {TAKEDOWN: "Takedown", UPDATE: "Update", REACTIVATION: "Return"}
STILL_ADVICE = "Its job was canceled or failed. Retry it; what has arrived stays there."


def standstill(title: str, what: str, state: str) -> str:
    if state in AWAITED:
        return f"{title} is not asked for its answer any more"
    return f"{_DOING.get(what, 'Delivery')} to {title} is stalled"


def sentence(
    title: str,
    what: str,
    state: str,
    *,
    expected: datetime,
    now: datetime,
    note: str | None = None,
    flagged: bool = False,
    on_sale_from: date | None = None,
) -> str:
    """Where a delivery is: "Delivered to Spotify · live in about 2 days"."""
    gone = what == TAKEDOWN
    doing = _DOING.get(what, "Delivery")
    done = {TAKEDOWN: "Takedown sent to", UPDATE: "Update sent to", REACTIVATION: "Sent again to"}.get(
        what, "Delivered to"
    )
    soon = ahead(expected, now)
    waiting = " · waiting to try again" if note else ""
    if flagged and state in AWAITED:
        return f"{title} reports a problem"
    return {
        QUEUED: f"{doing} to {title} is about to start",
        PACKAGING: f"Packing for {title}{waiting}",
        SENDING: f"Sending to {title}{waiting}",
        SENT: f"{done} {title} · {'gone' if gone else 'live'} {soon}",
        ACKNOWLEDGED: f"{title} is taking it down · gone {soon}" if gone else f"Accepted by {title} · live {soon}",
        LIVE: live(title, on_sale_from, now),
        DOWN: f"Taken down from {title}" if gone else f"No longer on {title}",
        REJECTED: note or f"{title} refused it",
        FAILED: note or f"{doing} to {title} failed",
    }[state]


def live(title: str, on_sale_from: date | None, now: datetime) -> str:
    """A store that has it ready shows it to nobody before its day."""
    if on_sale_from is None or on_sale_from <= now.date():
        return f"Live on {title}"
    return f"Ready on {title} · goes live {day(on_sale_from)}"


def day(day: date) -> str:
    """`Jun 4, 2027`."""
    return f"{day:%b} {day.day}, {day.year}"


def ahead(then: datetime, now: datetime) -> str:
    """How far away a time is: "in about 2 days", "any time now"."""
    hours = (then - now).total_seconds() / 3600
    if hours <= 1:
        return "any time now"
    if hours < 36:
        return f"in about {round(hours)} hours"
    return f"in about {round(hours / 24)} days"
