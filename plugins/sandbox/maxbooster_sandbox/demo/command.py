"""`maxbooster demo`."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

import click
import httpx

from . import journey
from .api import Api
from .running import DemoFailed, Login, Platform, listening
from .summary import Summary, earlier, table


@click.command()
@click.option(
    "--track",
    type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path),
    help="A recording of yours.  [default: a short piece, synthesized]",
)
@click.option("--headless", is_flag=True, help="End after the table; `summary.json` says it all.")
@click.option(
    "--dir", "folder", type=click.Path(file_okay=False, path_type=Path), default="maxbooster-demo", show_default=True,
    help="Where everything goes; a second run shows what is there.",
)  # fmt: skip
@click.option(
    "--port", type=click.IntRange(1024, 65535), help="Where the platform listens.  [default: 8080, or a free one]"
)
def demo(track: Path | None, headless: bool, folder: Path, port: int | None) -> None:
    """Take a recording all the way: mastered, released, delivered to three stores, paid for, split, paid out.

    Everything is simulated on this machine by the sandbox; nothing is published and no money moves.
    """
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    signal.signal(signal.SIGTERM, _end)
    summary = Summary()
    try:
        place = listening(port)
        platform = Platform(folder, place.getsockname()[1])
        login = platform.login()
        with platform.running(place):
            _show(platform, login, track.resolve() if track else None, summary)
            if not headless:
                _stay(platform, login)
    except DemoFailed as failure:
        summary.failed = str(failure)
        summary.write(folder / "summary.json")
    if summary.failed:
        raise click.ClickException(summary.failed)


def _show(platform: Platform, login: Login, track: Path | None, summary: Summary) -> None:
    """Walk through the stages and say what came of each. Where one fails the platform stays, so that it can be seen."""
    try:
        _go(platform, login, track, summary)
    except DemoFailed as failure:
        summary.failed = str(failure)
        click.echo(f"\n{failure}", err=True)
    summary.write(platform.folder / "summary.json")
    if summary.stages:
        click.echo("\n" + table(summary.stages))


def _end(signum: int, frame: FrameType | None) -> NoReturn:
    """As Ctrl-C does: the platform is taken down with it."""
    raise KeyboardInterrupt


def _go(platform: Platform, login: Login, track: Path | None, summary: Summary) -> None:
    api = Api(platform.base)
    api.log_in(login)
    if (release := journey.released(api, track)) is not None:
        _reuse(platform, release, summary)
        return
    artist = journey.Journey(platform, api, track, summary)
    for title, stage in journey.STAGES:
        with _told(title):
            began = time.monotonic()
            result, place = stage(artist)
        summary.add(title, time.monotonic() - began, result, place)


def _reuse(platform: Platform, release: dict[str, Any], summary: Summary) -> None:
    """What is there is shown as it is: a second release like it would be refused by every store.

    Raises:
        DemoFailed: the run that made it did not come to its end.
    """
    anew = f"To begin anew, delete {platform.folder} or choose another folder with --dir."
    before = earlier(platform.folder / "summary.json")
    if before is None:
        raise DemoFailed(f"“{release['title']}” is here from an earlier run that did not finish. {anew}")
    click.echo(f"“{release['title']}” is here from an earlier run, and nothing is made a second time. {anew}")
    for field in before.__struct_fields__:
        setattr(summary, field, getattr(before, field))


@contextmanager
def _told(title: str) -> Iterator[None]:
    click.echo(f"… {title}")
    try:
        yield
    except (DemoFailed, httpx.HTTPError, OSError) as failure:
        why = str(failure) or type(failure).__name__
        raise DemoFailed(f"“{title}” failed. {why}") from failure


def _stay(platform: Platform, login: Login) -> None:
    click.echo(f"\nThe platform is up: {platform.base}")
    click.echo(f"Log in as {login.email} with the password {login.password}")
    click.echo(f"Ctrl-C ends it; everything stays in {platform.folder}.")
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        click.echo()
