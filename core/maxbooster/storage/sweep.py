from ..context import Context
from ..jobs.job import job


@job("core.sweep_files", cron="*/10 * * * *")
async def sweep_files(ctx: Context) -> None: ...
