"""Everything that ClamAV adds to the platform, on one page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from maxbooster.plugin import Manifest, hookimpl

from .settings import ClamavSettings

if TYPE_CHECKING:
    from maxbooster.plugin import Context, HealthCheck, StoredFile

manifest = Manifest(
    name="clamav",
    version="0.1.0",
    title="ClamAV",
    settings=ClamavSettings,
    hosts_from_settings=("address",),
)


@hookimpl
async def inspect_file(ctx: Context, file: StoredFile, head: bytes) -> str | None:
    from .scanning import refusal

    return await refusal(ctx, file)


@hookimpl
def register_health_checks() -> Sequence[HealthCheck]:
    from .health import checks

    return checks


@hookimpl
def register_translations() -> Mapping[str, Mapping[str, str]]:
    return {
        "en": {
            "audit.clamav.infected": "Infected file refused",
            "audit.clamav.passed_unscanned": "File accepted without a virus scan",
            "event.clamav.file_infected": "Infected file refused",
        }
    }
