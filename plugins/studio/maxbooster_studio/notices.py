"""What the studio tells people of."""

from __future__ import annotations

from maxbooster.plugin import NoticeKind

kinds = (
    NoticeKind(name="master.commented", title="A reviewer commented on a master", permission="studio.read"),
    NoticeKind(name="master.ready", title="A master is ready", email="never", push=True, permission="studio.read"),
    NoticeKind(name="master.failed", title="A recording could not be mastered", permission="studio.read"),
)
