"""Everything that Vault adds to the platform, on one page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from maxbooster.plugin import Manifest, hookimpl

from .settings import VaultSettings

if TYPE_CHECKING:
    from maxbooster.plugin import Context, KeyService

manifest = Manifest(
    name="vault",
    version="0.1.0",
    title="Vault",
    settings=VaultSettings,
    hosts_from_settings=("address",),
)


@hookimpl
def key_service(ctx: Context) -> KeyService | None:
    from .transit import Transit

    return Transit(ctx.settings(VaultSettings))
