"""What the panel says, by locale."""

texts = {
    "en": {
        "setlist.title": "Set lists",
        "setlist.empty": "No concert is planned yet. Make a set list and it appears here.",
        "setlist.draft": "draft",
        "setlist.published": "published",
    },
    "de": {
        "setlist.title": "Setlisten",
        "setlist.empty": "Noch ist kein Konzert geplant. Lege eine Setliste an, dann steht sie hier.",
        "setlist.draft": "Entwurf",
        "setlist.published": "veröffentlicht",
    },
}
