"""The receiving desk of every simulated store: looks at what is complete, and answers by acknowledgement.

What it decides and writes follows from the batch alone, so it may be killed at any time and goes on where it was.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from maxbooster.plugin import Invalid
from maxbooster_distribution.plugin import Answer, Envelope, Received, Schemas, acknowledge, read_batch

from ..settings import SandboxSettings
from .behavior import Behavior, behavior, decide, decided
from .place import Place, write

_RECEIVED, _REFUSED = "SuccessfullyIngestedByReleaseDistributor", "ProcessingErrorAtReleaseDistributor"
_LIVE, _GONE = "ReleaseMadeAvailableToConsumers", "ReleaseNotAvailable"


class Desk:
    def __init__(self, place: Place, schemas: Schemas, settings: SandboxSettings) -> None:
        self._place = place
        self._schemas = schemas
        self._settings = settings

    def look(self, now: datetime) -> None:
        """Answer whatever is due."""
        for manifest in sorted(self._place.homes.glob("*/*/*/BatchComplete_*.xml")):
            batch = manifest.parent
            outlet, account = batch.parent.parent.name, batch.parent.name
            wanted = decided(batch)
            if wanted is None:
                wanted = behavior(self._place, outlet, account)
                decide(batch, wanted)
            if wanted.answer != "lose":
                arrived = datetime.fromtimestamp(manifest.stat().st_mtime, UTC)
                self._answer(batch, wanted, arrived, now)

    def _answer(self, batch: Path, wanted: Behavior, arrived: datetime, now: datetime) -> None:
        late_s = wanted.delay_s if wanted.answer == "delay" else 0.0
        first = arrived + timedelta(seconds=self._settings.answer_after_s + late_s)
        last = first + timedelta(seconds=self._settings.live_after_s)
        if now < first or _answered(batch, last):
            return
        try:
            received = read_batch(batch, self._schemas)
        except Invalid as error:
            write(batch / "unreadable.txt", error.detail.encode())
            return
        for message in received:
            for at, answer in self._answers(message, wanted, first, last):
                if at <= now:
                    self._write(batch, message, answer, at)

    def _answers(
        self, message: Received, wanted: Behavior, first: datetime, last: datetime
    ) -> Iterator[tuple[datetime, Answer]]:
        problems = list(message.problems)
        if wanted.answer == "reject":
            problems = [(wanted.status, wanted.text)]
        if problems:
            yield (
                last,
                Answer(
                    message_id=message.message_id,
                    upc=message.upc,
                    status=_REFUSED,
                    file_statuses=tuple(status for status, _ in problems),
                    text=" ".join(text for _, text in problems)[:500],
                    action="ResendXmlAndResources",
                ),
            )
            return
        for at, status in ((first, _RECEIVED), (last, _LIVE if message.available else _GONE)):
            yield at, Answer(message_id=message.message_id, upc=message.upc, status=status)

    def _write(self, batch: Path, message: Received, answer: Answer, at: datetime) -> None:
        path = batch / "acknowledgements" / f"{_stamp(at)}_{message.upc}.xml"
        if path.exists():
            return
        envelope = Envelope(
            message_id=path.stem,
            thread_id=path.stem,
            created_at=at,
            sender=message.recipient,
            recipient=message.sender,
            test=True,
        )
        write(path, acknowledge(message, envelope, answer, self._schemas))


def _answered(batch: Path, last: datetime) -> bool:
    return (batch / "unreadable.txt").exists() or any(batch.glob(f"acknowledgements/{_stamp(last)}_*.xml"))


def _stamp(at: datetime) -> str:
    """Acknowledgements are named by the time at which they were written (8.4)."""
    return f"ACK_{at:%Y%m%d%H%M%S}{at.microsecond // 1000:03}"
