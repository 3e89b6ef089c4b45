"""What the catalog and its deliveries tell people of."""

from __future__ import annotations

from maxbooster.plugin import NoticeKind

kinds = (
    NoticeKind(name="release.live", title="A release is live", push=True, permission="release.read"),
    NoticeKind(
        name="release.rejected",
        title="A store refused a release",
        email="at_once",
        push=True,
        permission="release.read",
    ),
    NoticeKind(
        name="delivery.flagged",
        title="A store reports a problem with a release",
        email="at_once",
        push=True,
        permission="release.read",
    ),
    NoticeKind(name="delivery.overdue", title="A delivery is overdue", email="at_once", permission="release.read"),
    NoticeKind(name="statement.imported", title="A royalty statement was imported", permission="royalty.read"),
    NoticeKind(
        name="statement.failed",
        title="A royalty statement could not be imported",
        email="at_once",
        permission="royalty.write",
    ),
)
