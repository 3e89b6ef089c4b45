"""`maxbooster studio`: measuring and mastering files on this machine, without the platform."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import msgspec

from maxbooster.plugin import Invalid

from .analysis import Analysis, Progress, measure
from .audio import FORMATS, Format, format_for, format_named, open_audio, shown, written_whole
from .mastering import MOST_CHANNELS, USUAL_INTENSITY, MasterReport, Reference, Wishes, master, render, target_for
from .targets import TARGETS, Compliance, compliance_of

MISSED = 3
"""Exit status: the master is written, but this recording cannot reach the target."""
_PATH = click.Path(path_type=Path)


@click.group()
def studio() -> None:
    """Measure and master recordings."""


@studio.command(short_help="Measure a recording.")
@click.argument("file", type=_PATH)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object; its keys carry the units.")
def analyze(file: Path, as_json: bool) -> None:
    """Measure FILE: loudness, peaks, spectrum, stereo; and what each store will do with it."""
    with open_audio(file) as audio, _progress("Measuring", shown=not as_json) as told:
        analysis = measure(audio, told).analysis
    fits = compliance_of(analysis)
    if as_json:
        _print_json(msgspec.to_builtins(analysis) | {"compliance": msgspec.to_builtins(fits)})
        return
    click.echo(_summary(shown(file.name), analysis))
    click.echo(_outlets(fits))


@studio.command("master", short_help="Master a recording for where it will play.")
@click.argument("recording", metavar="IN", type=_PATH)
@click.argument("out", type=_PATH)
@click.option("--target", "target_name", help="One of `targets`, or LUFS such as -11.5; spotify unless said.")
@click.option(
    "--intensity",
    type=click.IntRange(0, 100),
    default=USUAL_INTENSITY,
    show_default=True,
    help="How far tone and width go, in percent; 0 changes only what the target needs.",
)
@click.option(
    "--reference",
    type=_PATH,
    help="A recording to come closer to; its loudness is the target unless --target is given.",
)
@click.option("--format", "format_name", help=f"{', '.join(FORMATS)}; by default 24 bit of what OUT ends in.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object; its keys carry the units.")
@click.pass_context
def master_file(
    ctx: click.Context,
    *,
    recording: Path,
    out: Path,
    target_name: str | None,
    intensity: int,
    reference: Path | None,
    format_name: str | None,
    as_json: bool,
) -> None:
    """Master IN for a target and write OUT (WAV or FLAC), at the sample rate of IN.

    Exit status 3: OUT is written, but the recording cannot reach the target; the words say why.
    """
    format = _format(out, format_name)
    wishes = Wishes(intensity, _reference(reference) if reference is not None else None)
    target = target_for(target_name, wishes.reference)
    if out.exists() and recording.exists() and out.samefile(recording):
        raise Invalid(f"{shown(out)} is the recording itself; write the master to another file.", field="out")
    with open_audio(recording, most_channels=MOST_CHANNELS) as audio, written_whole(out) as file:
        with _progress("Mastering", shown=not as_json) as told:
            mastered = master(audio, target, told, wishes)
        with _progress("Writing", shown=not as_json) as told:
            after = render(audio, mastered.chain, format, file, told)
    report = mastered.report(after)
    _print_report(report, out, format, as_json)
    if not report.met:
        ctx.exit(MISSED)


def _reference(path: Path) -> Reference:
    """
    Raises:
        Invalid: it has no loudness.
    """
    with open_audio(path) as audio:
        analysis = measure(audio, lambda share: None).analysis
    if analysis.integrated_lufs is None:
        raise Invalid(f"{shown(path.name)} has no loudness, so it cannot be a reference.", field="reference")
    return Reference(shown(path.stem), analysis)


@studio.command("targets", short_help="List the stores and their loudness.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list.")
def list_targets(as_json: bool) -> None:
    """The loudness that each store plays at."""
    if as_json:
        _print_json(list(TARGETS.values()))
        return
    for target in TARGETS.values():
        click.echo(
            f"{target.name:12} {target.title:24} {target.integrated_lufs:6.1f} LUFS  {target.ceiling_dbtp:4.1f} dBTP"
        )


def _format(out: Path, name: str | None) -> Format:
    usual = format_for(shown(out.name or out))
    format = format_named(name) if name is not None else usual
    if format.extension != usual.extension:
        raise Invalid(f"{shown(out.name)} does not end in .{format.extension}, as {format.title} does.", field="format")
    return format


def _print_report(report: MasterReport, out: Path, format: Format, as_json: bool) -> None:
    fits = compliance_of(report.after)
    if as_json:
        rest = {"out": shown(out), "format": format.name, "compliance": fits}
        facts: dict[str, Any] = msgspec.to_builtins(report)
        _print_json(facts.pop("after") | facts | rest)
        return
    click.echo(_summary(shown(out.name), report.after))
    for setting in report.settings:
        click.echo(f"  {setting.title}\n      {setting.reason}")
    click.echo(_outlets(fits))


def _summary(name: str, analysis: Analysis) -> str:
    """The numbers that people compare, a line each."""
    channels = {1: "mono", 2: "stereo"}.get(analysis.channels, f"{analysis.channels} channels")
    lines = [f"{name}: {analysis.duration_s:.1f} s, {analysis.sample_rate_hz} Hz, {channels}"]
    rows = (
        ("integrated", analysis.integrated_lufs, "LUFS"), ("range", analysis.loudness_range_lu, "LU"),
        ("loudest 3 s", analysis.max_short_term_lufs, "LUFS"), ("loudest moment", analysis.max_momentary_lufs, "LUFS"),
        ("true peak", analysis.true_peak_dbtp, "dBTP"), ("sample peak", analysis.sample_peak_dbfs, "dBFS"),
        ("correlation", analysis.stereo_correlation, ""),
    )  # fmt: skip
    lines += [f"  {label:16} {value:8.2f} {unit}".rstrip() for label, value, unit in rows if value is not None]
    if analysis.integrated_lufs is None:
        lines.append("  It has no loudness: it is silent, or shorter than 0.4 s.")
    lines += [f"  Note: {notice}" for notice in analysis.notices]
    return "\n".join(lines)


def _outlets(fits: list[Compliance]) -> str:
    return "\n".join(f"  {'·' if each.verdict == 'good' else '!'} {each.title:24} {each.words}" for each in fits)


def _print_json(value: Any) -> None:
    click.echo(msgspec.json.format(msgspec.json.encode(value)).decode())


@contextmanager
def _progress(label: str, *, shown: bool) -> Iterator[Progress]:
    """A bar on standard error, where somebody looks on."""
    if not (shown and sys.stderr.isatty()):
        yield lambda share: None
        return
    with click.progressbar(length=1000, label=label, file=sys.stderr) as bar:
        yield lambda share: bar.update(int(share * 1000) - bar.pos)
