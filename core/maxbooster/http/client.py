"""placeholder, replaced below"""

from __future__ import annotations

from ..settings import Settings


class Client:
    def __init__(self, settings: Settings) -> None: ...

    async def close(self) -> None: ...
