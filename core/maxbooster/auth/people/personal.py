"""What the core's tables hold about people, and what becomes of it."""

from __future__ import annotations

from ...audience.models import Contact
from ...audit.models import AuditHead, AuditPayload, AuditRow
from ...connections.models import SignInRow
from ...connectors.models import ConnectorSettingsRow
from ...data_keys.models import DataKey
from ...db.directory import DirectoryEntry
from ...db.known import KnownTable
from ...events.models import EventRow
from ...grants.models import GrantRow
from ...jobs.models import JobRow
from ...links.models import LinkClicks
from ...mail.models import Mailbox
from ...notices.models import Notice, NoticePreference, NoticeTimes
from ...privacy import PersonalData
from ...public.models import Publication
from ...push.models import PushDevice
from ...search.models import SearchBuilt, SearchEntry
from ...storage.models import UploadPart
from ...webhooks.inbox.models import InboxWebhook
from ..models import Account, ApiKey, Membership, Proof, RecoveryCode, RoleGrant, Session, SpentToken, User
from ..passkeys.models import Passkey, SpentChallenge
from ..sso.models import AccountDomain, AccountProvider, LinkedIdentity, SignInTrip
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
    PersonalData(table=DataKey, why="keys of the platform, as a key service wrapped them"),
    PersonalData(table=KnownTable, why="it describes tables"),
    PersonalData(table=User, by="id", erase=_FORGOTTEN, secret=("password", "totp_step")),
    PersonalData(table=DirectoryEntry, by="user_id"),
    PersonalData(table=RecoveryCode, by="user_id"),
    PersonalData(table=Passkey, by="user_id", secret=("credential", "public_key", "sign_count")),
    PersonalData(table=SpentChallenge, why="hashes alone, and for minutes"),
    PersonalData(table=LinkedIdentity, by="user_id"),
    PersonalData(table=SignInTrip, by="user_id"),
    PersonalData(table=AccountProvider, why="what an account sets up: exported and erased with it, its secret apart"),
    PersonalData(table=AccountDomain, why="an account's domains: exported and erased with it"),
    PersonalData(table=Membership, by="user_id"),
    PersonalData(table=Session, by="user_id"),
    PersonalData(table=Notice, by="user_id"),
    PersonalData(table=NoticePreference, by="user_id"),
    PersonalData(table=NoticeTimes, by="user_id"),
    PersonalData(table=Mailbox, by="user_id"),
    PersonalData(table=PushDevice, by="user_id", secret=("hash", "sealed")),
    PersonalData(table=SignInRow, by="user_id"),
    PersonalData(table=ApiKey, by="user_id"),
    PersonalData(table=Proof, by="user_id"),
    PersonalData(table=GrantRow, by="given_by"),
    PersonalData(table=AuditPayload, by="actor"),
    PersonalData(table=AuditRow, erase="keep", why="names objects and deeds by ids; who did them lies in the payload"),
    PersonalData(table=AuditHead, why="the end of a chain"),
    PersonalData(table=Account, why="erased with the last person who is in it, its id apart"),
    PersonalData(table=SpentToken, why="hashes of a session's old tokens, gone with the session"),
    PersonalData(table=RoleGrant, why="about roles"),
    PersonalData(table=Throttle, why="hashes alone, and for minutes"),
    PersonalData(table=EventRow, why="security events go with the person, the others after job_retention_days"),
    PersonalData(table=JobRow, why="emails go with the person, the others after job_retention_days"),
    PersonalData(
        table=InboxWebhook,
        of_account="account_id",
        why="what providers say of an account goes with it; other bodies go after webhook_retention_days",
    ),
    PersonalData(table=Contact, why="an account's fans: exported and erased with it, or removed by its members"),
    PersonalData(table=ConnectorSettingsRow, why="what an account sets up: exported and erased with it, secrets apart"),
    PersonalData(table=LinkClicks, why="numbers by day and host; who clicked is not known"),
    PersonalData(table=Publication, of_account="account_id", why="what an account shows strangers goes with it"),
    PersonalData(table=SearchBuilt, why="about declarations"),
    PersonalData(
        table=SearchEntry, why="says again what an account's rows say, and goes with them", secret=("words", "place")
    ),
    PersonalData(table=UploadPart, why="pieces of files, gone with the upload"),
]
