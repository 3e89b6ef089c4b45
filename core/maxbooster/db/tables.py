"""The core's mapped classes."""

from __future__ import annotations

from ..audit.models import AuditHead, AuditPayload, AuditRow
from ..events.models import EventRow
from ..identity import AccessToken, Account
from ..jobs.models import JobRow
from ..secrets import SecretRow
from ..storage.models import FileRow, UploadPart
from .directory import DirectoryEntry

core: list[type] = [
    AccessToken,
    Account,
    AuditHead,
    AuditPayload,
    AuditRow,
    DirectoryEntry,
    EventRow,
    FileRow,
    JobRow,
    SecretRow,
    UploadPart,
]
