"""The core's mapped classes."""

from __future__ import annotations

from ..audience.models import (
    Consent,
    Contact,
    ListMember,
    Mailing,
    MailingList,
    MailingRecipient,
    MailingTarget,
    SenderAddress,
    Suppression,
)
from ..audit.models import AuditHead, AuditPayload, AuditRow
from ..auth.models import Account, ApiKey, Membership, Proof, RecoveryCode, RoleGrant, Session, SpentToken, User
from ..auth.passkeys.models import Passkey, SpentChallenge
from ..auth.sso.models import AccountDomain, AccountProvider, LinkedIdentity, SignInTrip
from ..auth.throttle import Throttle
from ..connections.models import ConnectionRow, SignInRow
from ..connectors.models import ConnectorSettingsRow
from ..data_keys.models import DataKey
from ..events.models import EventRow
from ..facts.models import FactsPart
from ..grants.models import GrantRow
from ..jobs.models import JobRow
from ..links.models import Link, LinkClicks
from ..mail.models import Mailbox
from ..notices.models import Notice, NoticePreference, NoticeTimes
from ..public.models import Publication
from ..push.models import PushDevice
from ..search.models import SearchBuilt, SearchEntry
from ..secrets import SecretRow
from ..storage.models import FileRow, UploadPart
from ..webhooks.endpoints.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from ..webhooks.inbox.models import InboxWebhook
from .directory import DirectoryEntry
from .known import KnownTable

core: list[type] = [
    Account,
    AccountDomain,
    AccountProvider,
    ApiKey,
    AuditHead,
    AuditPayload,
    AuditRow,
    ConnectionRow,
    ConnectorSettingsRow,
    Consent,
    Contact,
    DataKey,
    DirectoryEntry,
    EventRow,
    FactsPart,
    FileRow,
    GrantRow,
    InboxWebhook,
    JobRow,
    KnownTable,
    Link,
    LinkClicks,
    LinkedIdentity,
    ListMember,
    Mailbox,
    Mailing,
    MailingList,
    MailingRecipient,
    MailingTarget,
    Membership,
    Notice,
    NoticePreference,
    NoticeTimes,
    Passkey,
    Proof,
    Publication,
    PushDevice,
    RecoveryCode,
    RoleGrant,
    SearchBuilt,
    SearchEntry,
    SecretRow,
    SenderAddress,
    Session,
    SignInRow,
    SignInTrip,
    SpentChallenge,
    SpentToken,
    Suppression,
    Throttle,
    UploadPart,
    User,
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
]
