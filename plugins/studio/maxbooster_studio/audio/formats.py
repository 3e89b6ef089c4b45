"""What a rendered file can be."""

from __future__ import annotations

from dataclasses import dataclass

from maxbooster.plugin import Invalid


@dataclass(frozen=True)
class Format:
    """A container and how samples lie in it; `bits` is None for 32-bit float."""

    name: str
    title: str
    extension: str
    container: str
    subtype: str
    bits: int | None


FORMATS = {
    each.name: each
    for each in (
        Format("wav16", "WAV 16-bit", "wav", "WAV", "PCM_16", 16),
        Format("wav24", "WAV 24-bit", "wav", "WAV", "PCM_24", 24),
        Format("wav32f", "WAV 32-bit float", "wav", "WAV", "FLOAT", None),
        Format("flac16", "FLAC 16-bit", "flac", "FLAC", "PCM_16", 16),
        Format("flac24", "FLAC 24-bit", "flac", "FLAC", "PCM_24", 24),
    )
}

USUAL = {"wav": "wav24", "wave": "wav24", "flac": "flac24"}
"""File extension → the format that is written unless another is asked for."""


def format_named(name: str) -> Format:
    """
    Raises:
        Invalid: there is no format of that name.
    """
    found = FORMATS.get(name.lower())
    if found is None:
        raise Invalid(f"There is no format {name!r}; there are {', '.join(FORMATS)}.", field="format")
    return found


def format_for(file_name: str) -> Format:
    """The usual format for a file of that name.

    Raises:
        Invalid: its extension is none that can be written.
    """
    extension = file_name.rpartition(".")[2].lower() if "." in file_name else ""
    if extension not in USUAL:
        raise Invalid(f"{file_name!r} does not end in .wav or .flac; those can be written.", field="format")
    return FORMATS[USUAL[extension]]
