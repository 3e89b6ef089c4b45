"""The rules of what an account sets up with a connector: checked before it is kept, told where it no longer fits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar, cast
from uuid import UUID

import msgspec

from ..context import Context
from ..errors import Conflict, Invalid, NotFound, NotReady, SettingsError, UsageError, suggestion
from ..forms import fields_of, form_of, secrets_of, wrong_field
from ..keyring import Keyring
from ..plugins.kinds import Connector
from ..settings import AccountSettings
from . import queries
from .models import ConnectorSettingsRow, place
from .schemas import ConnectorOut, ConnectorSettings, NewConnectorSettings

A = TypeVar("A", bound=AccountSettings)
Form = type[AccountSettings]
LOCKED = (
    "Its secrets can't be decrypted with the server's keys. Ask whoever runs the server to restore the key, or enter"
    " them again."
)


async def account_settings(ctx: Context, kind: type[A]) -> A | None:
    """
    Raises:
        NotReady: they don't fit any more, or no key opens their secrets.
        UsageError: no enabled plugin has account settings of that kind.
    """
    plugin = next((each.name for each, known in ctx.app.registry.enabled() if known.account_settings is kind), None)
    if plugin is None:
        raise UsageError(f"{kind.__name__} is not the account_settings struct of an enabled plugin")
    row = await queries.of_plugin(ctx, plugin)
    if row is None:
        return None
    try:
        return fitted(kind, stored(ctx.app.keyring, row.account_id, row.plugin, row.fields, row.sealed))
    except msgspec.ValidationError as error:
        raise NotReady(f"{plugin}: {_misfit(error)}") from None
    except SettingsError as error:
        raise NotReady(f"{plugin}: {LOCKED}") from error


def stored(keys: Keyring, account: UUID, plugin: str, fields: dict[str, Any], sealed: bytes | None) -> dict[str, Any]:
    """Everything that was set up, secrets too."""
    secret = msgspec.json.decode(keys.open_bytes(sealed, place(account, plugin))) if sealed is not None else {}
    return {**fields, **secret}


def _readable(ctx: Context, row: ConnectorSettingsRow | None) -> dict[str, Any]:
    """The same, without secrets that no key opens any more: they have to be entered again."""
    if row is None:
        return {}
    try:
        return stored(ctx.app.keyring, row.account_id, row.plugin, row.fields, row.sealed)
    except SettingsError:
        return dict(row.fields)


def fitted(kind: type[A], values: dict[str, Any]) -> A:
    """What the struct knows of the values; further ones are left from another version of the connector.

    Raises:
        msgspec.ValidationError: they don't fit.
    """
    known = fields_of(kind)
    return msgspec.convert({name: value for name, value in values.items() if name in known}, kind)


async def listed(ctx: Context, kind: str | None) -> list[ConnectorOut]:
    """
    Raises:
        Invalid: no family that is enabled has such a kind.
    """
    known = sorted(each.name for each in ctx.app.kinds.values())
    if kind is not None and kind not in known:
        listed = ", ".join(known) or "none"
        raise Invalid(f"No kind is called {kind!r}; there are: {listed}.{suggestion(kind, known)}", field="kind")
    rows = await queries.of_account(ctx)
    return [
        ConnectorOut(**_facts(ctx, each, rows.get(each.plugin)))
        for each in _connectors(ctx)
        if kind is None or each.kind.name == kind
    ]


def _connectors(ctx: Context) -> Iterator[Connector[Any]]:
    for kind in sorted(ctx.app.kinds.values(), key=lambda each: each.title):
        yield from ctx.connectors(kind)


def _form_of(ctx: Context, connector: Connector[Any]) -> Form | None:
    manifest = ctx.app.registry.plugins[connector.plugin].manifest
    return manifest.account_settings if manifest is not None else None


def _facts(ctx: Context, connector: Connector[Any], row: ConnectorSettingsRow | None) -> dict[str, Any]:
    form = _form_of(ctx, connector)
    state, reason = "nothing" if form is None else "unset", ""
    if form is not None and row is not None:
        reason = misfit(ctx.app.keyring, form, row) or ""
        state = "attention" if reason else "ready"
    kind = connector.kind
    return {
        "plugin": connector.plugin, "kind": kind.name, "kind_title": kind.title, "title": connector.title,
        "state": state, "reason": reason,
    }  # fmt: skip


def misfit(keys: Keyring, form: Form, row: Any) -> str | None:
    """What of a row doesn't fit the struct any more."""
    try:
        fitted(form, stored(keys, row.account_id, row.plugin, row.fields, row.sealed))
    except msgspec.ValidationError as error:
        return _misfit(error)
    except SettingsError:
        return LOCKED
    return None


def _misfit(error: msgspec.ValidationError) -> str:
    wrong = wrong_field(error)
    about = f" ({wrong.field})" if wrong.field and wrong.field not in wrong.detail else ""
    return (
        f"What was set up no longer fits this version of the connector: {wrong.detail.rstrip('.')}{about}. Open it"
        " under Connections and save it again."
    )


async def found(ctx: Context, plugin: str) -> ConnectorSettings:
    """
    Raises:
        NotFound: no connector of that name is enabled, or there is nothing to set up with it.
    """
    connector, form = _named(ctx, plugin)
    row = await queries.of_plugin(ctx, plugin)
    secrets = secrets_of(form)
    values = row.fields if row is not None else {}
    everything = _readable(ctx, row)
    known = fields_of(form)
    return ConnectorSettings(
        **_facts(ctx, connector, row),
        form=form_of(form),
        values={name: value for name, value in values.items() if name in known and name not in secrets},
        secrets=sorted(secrets & everything.keys()),
        version=row.version if row is not None else None,
        updated_at=row.updated_at if row is not None else None,
    )


def _named(ctx: Context, plugin: str) -> tuple[Connector[Any], Form]:
    known = {each.plugin: (each, form) for each in _connectors(ctx) if (form := _form_of(ctx, each)) is not None}
    if plugin not in known:
        off = ctx.why_off(plugin)
        raise NotFound(
            f"There is nothing to set up with {plugin!r}. {off or ''}".strip() + suggestion(plugin, list(known))
        )
    return known[plugin]


async def save(ctx: Context, plugin: str, new: NewConnectorSettings) -> ConnectorSettings:
    """Commits.

    Raises:
        NotFound: no connector of that name is enabled, or there is nothing to set up with it.
        Invalid: a field is missing, unknown or wrong; the connector itself may say so.
        Conflict: somebody else changed it since it was read.
        NotReady, AuthFailed: the connector could not check it, or was refused with it.
    """
    connector, form = _named(ctx, plugin)
    row = await queries.of_plugin(ctx, plugin)
    if new.version is not None and (row is None or row.version != new.version):
        raise Conflict("Somebody else changed this in the meantime; load it again and repeat.", field="version")
    known, secrets = fields_of(form), secrets_of(form)
    for name in new.values:
        if name not in known:
            raise Invalid(f"{connector.title} has no field {name!r}.{suggestion(name, list(known))}", field=name)
    before = _readable(ctx, row)
    kept = {name: value for name, value in before.items() if name in secrets or name not in known}
    meant = {name: value for name, value in {**kept, **new.values}.items() if name not in secrets or value}
    try:
        typed = fitted(form, meant)
    except msgspec.ValidationError as error:
        raise wrong_field(error) from None
    await connector.call(lambda _: typed.check(ctx))
    await _keep(ctx, plugin, row, {**meant, **cast("dict[str, Any]", msgspec.to_builtins(typed))}, secrets)
    return await found(ctx, plugin)


async def _keep(
    ctx: Context, plugin: str, row: ConnectorSettingsRow | None, values: dict[str, Any], secrets: frozenset[str]
) -> None:
    secret = {name: value for name, value in values.items() if name in secrets and value}
    fields = {name: value for name, value in values.items() if name not in secrets}
    at = place(ctx.account, plugin)
    sealed = ctx.app.keyring.seal_bytes(msgspec.json.encode(secret), at) if secret else None
    before = dict(row.fields) if row is not None else None
    if row is None:
        row = ConnectorSettingsRow(plugin=plugin, fields=fields, sealed=sealed, updated_at=ctx.now)
        ctx.add(row)
    else:
        row.fields, row.sealed, row.updated_at = fields, sealed, ctx.now
    ctx.audit(
        "connector.set_up", row,
        before=before and {"connector": plugin, "fields": before},
        after={"connector": plugin, "fields": fields, "secrets": sorted(secret)},
    )  # fmt: skip
    await ctx.commit()


async def remove(ctx: Context, plugin: str) -> None:
    """What of a connector that is off or gone is kept can be removed too.

    Raises:
        NotFound: nothing was set up.
    """
    row = await queries.of_plugin(ctx, plugin)
    if row is None:
        raise NotFound(f"Nothing was set up with {plugin!r}.")
    ctx.audit("connector.removed", row, before={"connector": plugin, "fields": row.fields})
    ctx.delete(row)
