"""What a master or a cover is, read from the file itself; bad files are refused with the reason."""

from __future__ import annotations

import warnings
from hashlib import sha256
from io import BytesIO
from pathlib import Path

from msgspec import Struct

from maxbooster.plugin import Invalid

THUMBNAIL_PX = 176
LARGEST_COVER_BYTES = 50_000_000
LARGEST_COVER_PIXELS = 64_000_000
"""8000 × 8000; a small file can claim to be far larger (a decompression bomb)."""


_PICTURES = ("JPEG", "PNG", "TIFF", "WEBP", "GIF", "BMP")


class AudioFacts(Struct, frozen=True):
    """A sound file. `container` is `WAV` or `FLAC` or what else libsndfile calls it."""

    name: str
    sha256: str
    size: int
    container: str
    encoding: str
    """libsndfile's subtype: `PCM_16`, `PCM_24`, `FLOAT`, …"""
    sample_rate_hz: int
    channels: int
    bits: int
    duration_s: float


class CoverFacts(Struct, frozen=True):
    """A picture. `format` is `JPEG`, `PNG` or what else Pillow calls it; `mode` its colors (`RGB`)."""

    name: str
    sha256: str
    size: int
    format: str
    mode: str
    width_px: int
    height_px: int


_BITS = {"PCM_S8": 8, "PCM_U8": 8, "PCM_16": 16, "PCM_24": 24, "PCM_32": 32, "FLOAT": 32, "DOUBLE": 64}


def audio_facts(path: Path, name: str | None = None) -> AudioFacts:
    """Read a master's header and hash its bytes.

    Raises:
        Invalid: there is no such file, it is empty, cut short or no sound at all.
    """
    import soundfile

    name = name or path.name
    digest, size = _hashed(path, name)
    try:
        info = soundfile.info(str(path))
    except soundfile.LibsndfileError as error:
        raise Invalid(f"{name} cannot be read as sound: {_reason(error)}. Use WAV or FLAC.", field="audio") from error
    if info.frames <= 0:
        raise Invalid(f"{name} holds no sound at all.", field="audio")
    return AudioFacts(
        name, digest, size, info.format, info.subtype, info.samplerate, info.channels, _BITS.get(info.subtype, 0),
        info.frames / info.samplerate,
    )  # fmt: skip


def cover_facts(path: Path, name: str | None = None) -> CoverFacts:
    """Read a cover whole, so that one that is cut short is found here.

    Raises:
        Invalid: there is no such file, it is too large, cut short or no picture.
    """
    from PIL import Image, UnidentifiedImageError

    name = name or path.name
    digest, size = _hashed(path, name)
    if size > LARGEST_COVER_BYTES:
        raise Invalid(f"{name} has {size:,} bytes; a cover has at most {LARGEST_COVER_BYTES:,}.", field="cover")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what matters is refused below
            with Image.open(path, formats=_PICTURES) as picture:
                width, height = picture.size
                if width * height > LARGEST_COVER_PIXELS:
                    raise Invalid(
                        f"{name} claims to be {width} × {height} pixels; a cover has at most 8000 × 8000.",
                        field="cover",
                    )
                picture.load()
                return CoverFacts(name, digest, size, str(picture.format), picture.mode, width, height)
    except UnidentifiedImageError:
        raise Invalid(f"{name} is not a picture that can be read; use JPEG or PNG.", field="cover") from None
    except Image.DecompressionBombError as error:
        raise Invalid(f"{name} is far larger than a cover may be: 8000 × 8000 pixels.", field="cover") from error
    except (OSError, SyntaxError, ValueError, EOFError, MemoryError) as error:
        raise Invalid(f"{name} is damaged and cannot be shown: {_reason(error)}.", field="cover") from error


def _hashed(path: Path, name: str) -> tuple[str, int]:
    """SHA-256 in hexadecimal, and the size in bytes."""
    digest, size = sha256(), 0
    try:
        with path.open("rb") as file:
            while piece := file.read(1 << 20):
                digest.update(piece)
                size += len(piece)
    except OSError as error:
        raise Invalid(f"{name} cannot be read: {error.strerror}.", field="files") from error
    if size == 0:
        raise Invalid(f"{name} is empty.", field="files")
    return digest.hexdigest(), size


def _reason(error: BaseException) -> str:
    text = str(getattr(error, "error_string", "") or error or type(error).__name__)
    return text.splitlines()[0].rstrip(". ")[:200]


def thumbnail(path: Path, side_px: int = THUMBNAIL_PX) -> bytes:
    """A square JPEG with sRGB's colors; what is not square is cropped around its middle."""
    from PIL import Image, ImageOps

    with Image.open(path, formats=_PICTURES) as picture:
        picture.draft("RGB", (side_px, side_px))
        small = ImageOps.fit(picture.convert("RGB"), (side_px, side_px))
    out = BytesIO()
    small.save(out, "JPEG", quality=82)
    return out.getvalue()
