"""Turning a store's connector off: what is open there is said first, and the way back is told."""

from __future__ import annotations

import asyncio

import pytest
from click.testing import CliRunner

from maxbooster.cli import maxbooster
from maxbooster.testing import make_app, open_api

from .conftest import make_release, until


@pytest.mark.usefixtures("simulated")
async def test_hook_open_work(app, api, account, database_url, app_settings):
    at = await make_release(app, api, account)
    await api.post(f"{at}/submit", json={"outlets": ["spotify", "deezer"]})
    queued = await _open(app, "distribution.spotify")
    assert queued == ["1 delivery to Spotify is under way: the store's answers are not read while it is off."]
    await until(app, api, at, "live")
    live = ["1 release is live at {}: no update or takedown can be sent there while it is off."] * 2
    both = [sentence.format(title) for sentence, title in zip(live, ("Deezer", "Spotify"), strict=True)]
    async with asyncio.timeout(20):
        while await _open(app, "distribution") != both:  # the two become live one after the other
            await until(app, api, at, "live")
    assert await _open(app, "distribution.spotify") == both[1:]
    assert await _open(app, "distribution.audiomack") == []

    data = app.settings.data
    settings = {"MAXBOOSTER_DATA": str(data), "MAXBOOSTER_DATABASE": database_url}
    asked = await asyncio.to_thread(_command, settings, "plugins", "disable", "distribution.spotify", typed="n\n")
    assert asked.exit_code == 1
    assert both[1] in asked.output
    assert "Turn it off all the same?" in asked.output
    assert not (data / "plugins.toml").exists()
    unasked = await asyncio.to_thread(_command, settings, "plugins", "disable", "distribution.spotify", "--yes")
    assert (unasked.exit_code, both[1] in unasked.output) == (0, True)

    async with (
        make_app(data, database_url, clock=app.clock, migrated=True, **app_settings) as off,
        open_api(off, account.account) as api_off,
    ):
        refused = await api_off.post(f"{at}/takedown", json={"outlets": ["spotify"]})
        assert (refused.status_code, refused.json()["detail"]) == (
            503,
            "The store 'spotify' cannot be used now. The plugin distribution.spotify is off;"
            " `maxbooster plugins enable distribution.spotify` and a restart turn it on again.",
        )
        unknown = await api_off.post(f"{at}/takedown", json={"outlets": ["napster"]})
        assert (unknown.status_code, "There is no store 'napster'" in unknown.json()["detail"]) == (422, True)


async def _open(app, plugin: str) -> list[str]:
    async with app.unit() as ctx:
        answers = await ctx.ask("open_work", plugin=plugin)
    assert [answer.error for answer in answers if answer.error] == []
    return [sentence for answer in answers for sentence in answer.value if " job" not in sentence]


def _command(settings: dict[str, str], *arguments: str, typed: str = ""):
    return CliRunner(env=settings).invoke(maxbooster, list(arguments), input=typed)
