"""The core's mapped classes."""

from __future__ import annotations

from ..audit.models import AuditHead, AuditPayload, AuditRow
from ..auth.models import Account, ApiKey, Membership, Proof, RecoveryCode, RoleGrant, Session, SpentToken, User
from ..auth.throttle import Throttle
from ..events.models import EventRow
from ..jobs.models import JobRow
from ..notices.models import Notice
from ..secrets import SecretRow
from ..storage.models import FileRow, UploadPart
from .directory import DirectoryEntry
from .known import KnownTable

core: list[type] = [
    Account,
    ApiKey,
    AuditHead,
    AuditPayload,
    AuditRow,
    DirectoryEntry,
    EventRow,
    FileRow,
    JobRow,
    KnownTable,
    Membership,
    Notice,
    Proof,
    RecoveryCode,
    RoleGrant,
    SecretRow,
    Session,
    SpentToken,
    Throttle,
    UploadPart,
    User,
]
