"""What `maxbooster doctor` asks of DDEX."""

from __future__ import annotations

from maxbooster.plugin import Advice, Context, HealthCheck, Settings

from ..settings import DistributionSettings
from .schemas import installed


async def _official_schemas(ctx: Context) -> str:
    data = ctx.settings(Settings).data
    official = installed(ctx.settings(DistributionSettings), data).official
    if official is None:
        raise Advice(
            "DDEX's own schemas are not installed: simulated stores work, real stores get nothing. Get ERN 4.3 and the"
            " choreography for SFTP 1.8 from ddex.net, then run `maxbooster distribution schemas add FOLDER`."
        )
    return str(official)


checks = [HealthCheck("DDEX schemas", _official_schemas, thorough=True)]
