"""What was compressed is decoded by FFmpeg's libraries (PyAV), in one pass from the beginning, every time alike.

They are given one encoding at a time: the links of a chained Ogg and MP3s put together are told apart here, and what
encoders add before and after the sound is taken off here, so that it is known what was promised and what came.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from . import flac, mp4, mpeg, ogg, wave
from .chunks import Odd
from .kinds import CAF, FLAC, MP3, MP4, OGG, WAV, Kind, Span
from .layout import Layout, by_names
from .source import BLOCK, Block, Damaged, clock
from .window import Part, Window

if TYPE_CHECKING:
    import av
    from av.audio.codeccontext import AudioCodecContext

_TITLES = {
    "mp3": "MP3", "mp3float": "MP3", "aac": "AAC", "alac": "ALAC", "vorbis": "Vorbis", "opus": "Opus", "flac": "FLAC",
}  # fmt: skip
_LOSSLESS = {"s16": 16, "s16p": 16, "s32": 24, "s32p": 24}
_PADDING = 16_384
"""No encoder adds more frames at the end."""
_DEMUXERS = {FLAC: "flac", OGG: "ogg", MP4: "mov", WAV: "wav", CAF: "caf"}


@dataclass
class Encoded:
    """One encoding in the file. `frames` that it promises (0: none); `skip`: how many to leave out before; `padding`:
    how many more than promised are the encoder's filling; `loose`: how many may be missing by rounded times."""

    begin: int
    end: int
    demuxer: str
    frames: int = 0
    skip: int = 0
    padding: int = 0
    loose: int = 0
    mp3: mpeg.Encoding | None = None


class Compressed:
    """See `Source`."""

    def __init__(self, file: BinaryIO, parts: list[Encoded], notices: list[str], *, plain: bool) -> None:
        self._file, self._parts, self.notices, self.plain = file, parts, notices, plain
        first = self._first()
        self.rate_hz: int = first.sample_rate
        self.channels: int = len(first.layout.channels)
        self.layout: Layout = by_names(tuple(channel.name for channel in first.layout.channels))
        self.codec, self.bits = (
            self._codec,
            _LOSSLESS.get(first.format.name) if self._codec in ("FLAC", "ALAC") else None,
        )
        self.frames = sum(part.frames for part in parts) if all(part.frames for part in parts) else 0
        if self.layout.notice:
            self.notices.append(self.layout.notice)

    def _first(self) -> Any:
        try:
            frame = next((each for each in self._decoded(self._parts[0]) if not isinstance(each, int)), None)
        except Damaged:
            frame = None
        if frame is None:
            raise Odd("is cut or damaged: nothing in it can be decoded. Export it again, or upload it again.")
        return frame

    def blocks(self) -> Iterator[Block]:
        done = 0
        for part in self._parts:
            before = done
            try:
                for block in self._trimmed(part):
                    done += len(block)
                    yield block
            except Damaged as damaged:
                raise Damaged(before + max(damaged.frames - part.skip, 0)) from None

    def close(self) -> None:
        """The file is its opener's."""

    def _trimmed(self, part: Encoded) -> Iterator[Block]:
        """Without what the encoder added; more than that is told and kept."""
        given, skip, held = 0, part.skip, list[Block]()
        for block in self._gathered(part):
            kept, skip = block[skip:], max(skip - len(block), 0)
            if part.frames and not held:
                room = max(part.frames - given, 0)
                kept, over = kept[:room], kept[room:]
                held = [over] if len(over) else []
            elif held:
                held, kept = [*held, kept], kept[:0]
            if sum(map(len, held)) > part.padding:
                self._tell(
                    f"It holds more than its header says: {clock(part.frames / self.rate_hz)}. All of it was read."
                )
                kept, held, part.frames = np.concatenate([kept, *held]), [], 0
                self.frames = 0
            given += len(kept)
            if len(kept):
                yield kept
        if part.frames - part.loose > given:
            raise Damaged(given + part.skip)
        if given < part.frames:  # the promise was rounded
            self.frames, part.frames = max(self.frames - (part.frames - given), 0), given

    def _gathered(self, part: Encoded) -> Iterator[Block]:
        """Decoded frames in blocks, as float32."""
        import av

        fifo = av.AudioFifo()
        for each in self._decoded(part):
            if isinstance(each, int):
                if (rest := fifo.read()) is not None:
                    yield _floats(rest, self.channels)
                fifo = av.AudioFifo()
                yield np.zeros((each, self.channels), np.float32)
                continue
            self._refuse_another_shape(each)
            each.pts = None
            fifo.write(each)
            if fifo.samples >= BLOCK and (full := fifo.read(BLOCK)) is not None:
                yield _floats(full, self.channels)
        if (rest := fifo.read()) is not None:
            yield _floats(rest, self.channels)

    def _decoded(self, part: Encoded) -> Iterator[av.AudioFrame | int]:
        """Frames; a number stands for so many samples that could not be decoded."""
        return self._mp3(part, part.mp3) if part.mp3 is not None else self._demuxed(part)

    def _demuxed(self, part: Encoded) -> Iterator[av.AudioFrame]:
        import av

        done = 0
        try:
            source = Part(self._file, part.begin, part.end)
            with av.open(source, "r", format=part.demuxer) as container:
                stream = next(iter(container.streams.audio), None)
                if stream is None:
                    raise Odd("has no sound in it.")
                if part.demuxer == "mov" and not part.frames:
                    mp4.promise(stream, part)
                stream.codec_context.options = {"err_detect": "crccheck+explode"}
                self._codec = _TITLES.get(stream.codec_context.name, stream.codec_context.name)
                for frame in container.decode(stream):
                    done += frame.samples
                    yield frame
        except (av.error.FFmpegError, ValueError):
            raise Damaged(done) from None

    def _mp3(self, part: Encoded, encoding: mpeg.Encoding) -> Iterator[av.AudioFrame | int]:
        import av

        self._codec, data, bad = "MP3", Window(self._file), 0
        decoder = cast("AudioCodecContext", av.CodecContext.create("mp3float", "r"))
        for number, (at, length) in enumerate(zip(encoding.places, encoding.lengths, strict=True)):
            try:
                yield from decoder.decode(av.Packet(data[at : at + length]))
            except av.error.FFmpegError:
                bad += 1
                if bad == 1:
                    seconds = clock(number * encoding.first.samples / encoding.first.rate_hz)
                    self._tell(f"Frames from {seconds} on are damaged; silence of the same length replaces them.")
                yield encoding.first.samples
        yield from decoder.decode(None)

    def _refuse_another_shape(self, frame: Any) -> None:
        if frame.sample_rate != self.rate_hz or len(frame.layout.channels) != self.channels:
            raise Odd(
                f"changes in the middle from {self.rate_hz} Hz, {self.channels} channels to {frame.sample_rate} Hz, "
                f"{len(frame.layout.channels)} channels. Split it, or export it again."
            )

    def _tell(self, notice: str) -> None:
        if notice not in self.notices:
            self.notices.append(notice)


def _floats(frame: Any, channels: int) -> Block:
    samples: NDArray[Any] = frame.to_ndarray()
    samples = samples.T if frame.format.is_planar else samples.reshape(-1, channels)
    if samples.dtype == np.uint8:
        return (samples.astype(np.float32) - np.float32(128)) / np.float32(128)
    if samples.dtype.kind == "i":
        return samples.astype(np.float32) * np.float32(2.0 ** (1 - 8 * samples.dtype.itemsize))
    return np.ascontiguousarray(samples, np.float32)


def open_compressed(file: BinaryIO, kind: Kind, span: Span) -> Compressed:
    """
    Raises:
        Odd: it is cut, or what is in the container cannot be read here.
    """
    notices = [f"{span.junk} bytes before the sound are not part of it and were left out."] if span.junk else []
    parts, plain = _READERS[kind](file, span, notices)
    plain = plain and not span.begin and not notices
    try:
        return Compressed(file, parts, notices, plain=plain)
    except ModuleNotFoundError as error:
        raise Odd(f"cannot be read: {error}.") from None


Found = tuple[list[Encoded], bool]


def _read_mp3(file: BinaryIO, span: Span, notices: list[str]) -> Found:
    found = mpeg.encodings(Window(file), span.begin, span.end)
    if not found:
        raise Odd("is cut or damaged: its MP3 header is followed by no sound. Export it again, or upload it again.")
    parts = [_mp3_part(each, notices, first=each is found[0], last=each is found[-1]) for each in found]
    if len(parts) > 1:
        notices.append(
            f"It holds {len(parts)} MP3s one after another; they were read as one recording, with the gaps "
            "between them that the encoder left."
        )
    return parts, len(parts) == 1 and found[0].header is not None


def _mp3_part(found: mpeg.Encoding, notices: list[str], *, first: bool, last: bool) -> Encoded:
    """Where its header counts wrongly, what is there is read; a file that is shorter than its encoder wrote is cut."""
    header, count = found.header or mpeg.Header(), len(found.places)
    if header.bytes and header.bytes * 0.99 > found.end - found.begin:
        raise Odd(
            f"is cut: its header announces {header.bytes} bytes of MP3, and {found.end - found.begin} are there. "
            "Export it again, or upload it again."
        )
    if header.frames is not None and abs(header.frames - count) > 1:
        notices.append(f"Its header counts {header.frames} MP3 frames, and there are {count}; all were read.")
    if found.incomplete:
        notices.append("Its last MP3 frame is incomplete and was left out; the file may be cut.")
    if found.junk:
        notices.append(f"{found.junk} bytes between its MP3 frames are no sound and were left out.")
    if header.delay is None:
        return Encoded(found.begin, found.end, "mp3", found.samples, mp3=found)
    skip = header.delay + mpeg.DECODER_DELAY if first else 0
    padding = max((header.padding or 0) - mpeg.DECODER_DELAY, 0) if last and not found.incomplete else 0
    if skip + padding >= found.samples:
        skip = padding = 0
    return Encoded(found.begin, found.end, "mp3", max(found.samples - skip - padding, 0), skip, _PADDING, mp3=found)


def _read_ogg(file: BinaryIO, span: Span, notices: list[str]) -> Found:
    found = ogg.read(Window(file), span.begin, span.end)
    if found.cut:
        raise Odd("is cut: its last Ogg page is incomplete. Export it again, or upload it again.")
    if not found.links:
        raise Odd("has no sound in it that can be read: none of Vorbis, Opus and FLAC.")
    if not found.links[-1].ended:
        notices.append("Its last Ogg page is not marked as the end; it may have been cut there. Everything was read.")
    if found.junk:
        notices.append(f"{found.junk} bytes between its Ogg pages are no sound and were left out.")
    if any(link.lost for link in found.links):
        notices.append(f"{sum(link.lost for link in found.links)} of its Ogg pages are missing.")
    if len(found.links) > 1:
        notices.append(f"It is a chain of {len(found.links)} recordings; they were read as one.")
    if any(link.others for link in found.links):
        notices.append("It holds more than one stream of sound; the first was read.")
    return [Encoded(link.begin, link.end, "ogg", link.frames, padding=_PADDING) for link in found.links], True


def _read_flac(file: BinaryIO, span: Span, notices: list[str]) -> Found:
    frames = flac.frames(file, span)
    return [Encoded(span.begin, span.end, "flac", frames)], frames > 0


def _read_mp4(file: BinaryIO, span: Span, notices: list[str]) -> Found:
    mp4.refuse_cut(file, span)
    return [Encoded(span.begin, span.end, "mov", padding=_PADDING)], True


def _read_wave(file: BinaryIO, span: Span, notices: list[str]) -> Found:
    found = wave.wave(file, span)
    notices += found.sound.notices
    title = "MP3" if found.codec == 0x55 else f"a codec with the number 0x{found.codec:04X}"
    notices.append(f"It is a WAV with {title} inside, not PCM.")
    if found.codec == 0x55:
        inside = Span(found.sound.begin, found.sound.begin + found.sound.length)
        return _read_mp3(file, inside, notices)[0], False
    return [Encoded(span.begin, span.end, "wav")], False


def _read_caf(file: BinaryIO, span: Span, notices: list[str]) -> Found:
    return [Encoded(span.begin, span.end, "caf", padding=_PADDING)], False


_READERS = {MP3: _read_mp3, OGG: _read_ogg, FLAC: _read_flac, MP4: _read_mp4, WAV: _read_wave, CAF: _read_caf}
