"""The doorbell between processes: an arq message "this queue has work" (design: Jobs and events).

The message carries nothing: the jobs table is the truth, and losing Redis loses at most a second. One message
per queue waits at a time (`_job_id`); it is msgspec JSON, not pickle, so writing to Redis is not running code.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import msgspec

from .. import __version__
from ..plugins.hookspecs import hookimpl
from ..plugins.manifest import Manifest

if TYPE_CHECKING:
    from arq.connections import ArqRedis
    from arq.worker import Worker

    from ..settings import Settings
    from .job import Doorbell

manifest = Manifest(name="core.redis", version=__version__, title="Doorbell for workers over Redis", requires=("core",))


@hookimpl
def job_doorbell(settings: Settings) -> Doorbell | None:
    return RedisDoorbell(settings.redis) if settings.redis else None


POLL_S = 0.01
RECONNECT_S = 0.5


class RedisDoorbell:
    def __init__(self, url: str) -> None:
        self._url = url
        self._pool: ArqRedis | None = None
        self._due: set[str] = set()
        self._ringing: asyncio.Task[None] | None = None

    async def ring(self, queue: str) -> None:
        """Returns at once; rings that come together are sent as one."""
        self._due.add(queue)
        if self._ringing is None or self._ringing.done():
            self._ringing = asyncio.create_task(self._send())

    async def _send(self) -> None:
        from redis.exceptions import RedisError

        while self._due:
            queue = self._due.pop()
            try:
                redis = await self._connect()
                await redis.enqueue_job("rung", queue, _job_id=f"rung:{queue}", _queue_name=_name(queue))
            except (RedisError, OSError, TimeoutError):
                self._pool = None  # the worker's sweep finds the job within a second

    async def listen(self, queues: tuple[str, ...], heard: Callable[[str], None]) -> None:
        async with asyncio.TaskGroup() as group:
            for queue in queues:
                group.create_task(self._listen(queue, heard))

    async def _listen(self, queue: str, heard: Callable[[str], None]) -> None:
        from redis.exceptions import RedisError

        while True:
            try:
                worker = self._worker(queue, heard)
                try:
                    await worker.async_run()
                finally:
                    await worker.close()
            except (RedisError, OSError, TimeoutError):
                heard(queue)
            await asyncio.sleep(RECONNECT_S)

    def _worker(self, queue: str, heard: Callable[[str], None]) -> Worker:
        from arq.connections import RedisSettings
        from arq.worker import Worker, func

        async def rung(_: Any, of: str) -> None:
            heard(of)

        return Worker(
            functions=[func(rung, name="rung", keep_result=0)],  # type: ignore[arg-type]
            queue_name=_name(queue),
            redis_settings=RedisSettings.from_dsn(self._url),
            poll_delay=POLL_S,
            handle_signals=False,
            health_check_key=f"maxbooster:health:{queue}:{uuid4().hex}",
            job_serializer=msgspec.json.encode,
            job_deserializer=msgspec.json.decode,
            log_results=False,
        )

    async def _connect(self) -> ArqRedis:
        from arq import create_pool
        from arq.connections import RedisSettings

        if self._pool is None:
            settings = RedisSettings.from_dsn(self._url)
            settings.conn_retries = 0
            self._pool = await create_pool(
                settings, job_serializer=msgspec.json.encode, job_deserializer=msgspec.json.decode
            )
        return self._pool

    async def close(self) -> None:
        if self._ringing is not None:
            self._ringing.cancel()
        if self._pool is not None:
            await self._pool.aclose()


def _name(queue: str) -> str:
    return f"maxbooster:{queue}"
