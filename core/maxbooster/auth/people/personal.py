"""What the core's tables hold about people, and what becomes of it (C-17)."""

from __future__ import annotations

from ...audit.models import AuditHead, AuditPayload, AuditRow
from ...db.directory import DirectoryEntry
from ...db.known import KnownTable
from ...events.models import EventRow
from ...jobs.models import JobRow
from ...notices.models import Notice
from ...privacy import PersonalData
from ...storage.models import UploadPart
from ..models import Account, ApiKey, Membership, Proof, RecoveryCode, RoleGrant, Session, SpentToken, User
from ..throttle import Throttle

_FORGOTTEN = {
    "email": "",
    "name": "(erased)",
    "password": None,
    "operator": None,
    "totp_secret": None,
    "totp_since": None,
    "erase_at": None,
}

core = [
    PersonalData(table=KnownTable, why="it describes tables"),
    PersonalData(table=User, by="id", erase=_FORGOTTEN, secret=("password", "totp_step")),
    PersonalData(table=DirectoryEntry, by="user_id"),
    PersonalData(table=RecoveryCode, by="user_id"),
    PersonalData(table=Membership, by="user_id"),
    PersonalData(table=Session, by="user_id"),
    PersonalData(table=Notice, by="user_id"),
    PersonalData(table=ApiKey, by="user_id"),
    PersonalData(table=Proof, by="user_id"),
    PersonalData(table=AuditPayload, by="actor"),
    PersonalData(table=AuditRow, erase="keep", why="names objects and deeds by ids; who did them lies in the payload"),
    PersonalData(table=AuditHead, why="the end of a chain"),
    PersonalData(table=Account, why="erased with the last person who is in it, its id apart"),
    PersonalData(table=SpentToken, why="hashes of a session's old tokens, gone with the session"),
    PersonalData(table=RoleGrant, why="about roles"),
    PersonalData(table=Throttle, why="hashes alone, and for minutes"),
    PersonalData(table=EventRow, why="security events go with the person, the others after job_retention_days"),
    PersonalData(table=JobRow, why="letters go with the person, the others after job_retention_days"),
    PersonalData(table=UploadPart, why="pieces of files, gone with the upload"),
]
