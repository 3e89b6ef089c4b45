"""Batches as a sender leaves them at an outlet."""

from __future__ import annotations

import asyncio
from hashlib import sha256
from pathlib import Path

import msgspec

from maxbooster_distribution.ddex.schemas import Schemas
from maxbooster_distribution.outlets.spotify import outlet
from maxbooster_distribution.package import INSERT, Batch, assemble, write
from maxbooster_distribution.testing import ENVELOPE, material
from maxbooster_distribution.transports.folder import FolderTransport
from maxbooster_distribution.transports.transport import deliver as bring

SCHEMAS = Schemas()
BATCH = "20260105120000000"
_ENVELOPE = msgspec.structs.replace(ENVELOPE, test=True)


def deliver(home: Path, *, what: str = INSERT, manifest: bool = True) -> Path:
    """The folder of a batch that has arrived; without its manifest, it has not yet."""
    files = {}
    for name, content in (("1.wav", b"a tone"), ("cover.png", b"a picture")):
        path = home.parent / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        files[sha256(content).hexdigest()] = path
    (tone, picture), (sound, image) = files, (path.stat().st_size for path in files.values())
    made = material(outlet().requirements, tracks=1)
    made = msgspec.structs.replace(
        made,
        audio=[msgspec.structs.replace(made.audio[0], sha256=tone, size=sound, container="WAV")],
        cover=msgspec.structs.replace(made.cover, sha256=picture, size=image),
    )
    batch = Batch(BATCH, outlet().batch_folder(BATCH))
    message, listing = write(outlet(), made, _ENVELOPE, SCHEMAS, what=what, batch=batch)
    package = assemble(made, files, message, listing, what=what, batch=batch)
    asyncio.run(bring(FolderTransport(home), package, _silent))
    folder = home / package.folder
    if not manifest:
        (folder / f"BatchComplete_{BATCH}.xml").rename(folder / f".BatchComplete_{BATCH}.xml.part")
    return folder


async def _silent(_: int) -> None:
    """Nobody watches."""
