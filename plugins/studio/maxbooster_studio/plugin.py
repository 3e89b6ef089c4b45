"""Everything that the studio adds to the platform, on one page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from maxbooster.plugin import Command, Manifest, Panel, PanelAction, Permission, hookimpl

if TYPE_CHECKING:
    from maxbooster.plugin import (
        Context,
        Event,
        FilePurpose,
        FirstStep,
        Grantable,
        Job,
        NoticeKind,
        PersonalData,
        Routes,
        Searchable,
        Subscription,
    )

manifest = Manifest(
    name="studio",
    version="0.1.0",
    title="Studio",
    areas=("recording", "master"),
    permissions=(
        Permission(
            "studio.read",
            "See recordings, their analysis and their masters",
            roles=("owner", "admin", "manager", "artist", "editor", "viewer"),
        ),
        Permission(
            "studio.download",
            "Download masters",
            roles=("owner", "admin", "manager", "artist", "editor", "viewer"),
        ),
        Permission(
            "studio.comment",
            "Comment on masters",
            roles=("owner", "admin", "manager", "artist", "editor"),
        ),
        Permission(
            "studio.master",
            "Measure and master recordings",
            roles=("owner", "admin", "manager", "artist", "editor"),
        ),
    ),
    commands=(Command("studio", "Measure and master recordings", "maxbooster_studio.commands:studio"),),
    migrations=True,
)


@hookimpl
def register_routes() -> Sequence[Routes]:
    from .masters.routes import routes as masters
    from .recordings.routes import routes as recordings

    return [*recordings, *masters]


@hookimpl
def register_public_events() -> Sequence[type[Event]]:
    from .events import MasterReady

    return [MasterReady]


@hookimpl
def register_jobs() -> Sequence[Job]:
    from .masters.jobs import make, render_again
    from .recordings.jobs import analyze

    return [analyze, make, render_again]


@hookimpl
def register_subscriptions() -> Sequence[Subscription]:
    from .masters.comments import subscriptions

    return subscriptions


@hookimpl
def register_personal_data() -> Sequence[PersonalData]:
    from .masters.comments import personal

    return [personal]


@hookimpl
def register_notice_kinds() -> Sequence[NoticeKind]:
    from .notices import kinds

    return kinds


@hookimpl
def register_tables() -> Sequence[type]:
    from .masters.models import Master, MasterComment, MasterPicture, Rendering
    from .recordings.models import Preview, Recording, RecordingPicture

    return [Recording, RecordingPicture, Preview, Master, MasterComment, MasterPicture, Rendering]


@hookimpl
def register_file_purposes() -> Sequence[FilePurpose]:
    from .file_purposes import PREVIEW

    return [PREVIEW]


@hookimpl
def register_grantables() -> Sequence[Grantable]:
    from .masters.review import grantable

    return [grantable]


@hookimpl
def register_panels() -> Sequence[Panel]:
    return [
        Panel(
            id="studio.master",
            title="Master",
            icon="activity",
            route="/master",
            order=20,
            tag="mb-studio-master",
            module="master.js",
            offline=True,
            permissions=("studio.read",),
            actions=(
                PanelAction(
                    id="studio.master_recording",
                    title="Master a recording",
                    path="/master",
                    icon="activity",
                    permissions=("studio.master",),
                ),
            ),
        )
    ]


@hookimpl
def register_static() -> Path:
    return Path(__file__).parent / "static"


@hookimpl
def register_translations() -> Mapping[str, Mapping[str, str]]:
    from .translations import texts

    return texts


@hookimpl
def register_searchables() -> Sequence[Searchable]:
    from .recordings.search import searchables

    return searchables


@hookimpl
async def first_steps(ctx: Context) -> Sequence[FirstStep]:
    from .masters.service import steps

    return await steps(ctx)
