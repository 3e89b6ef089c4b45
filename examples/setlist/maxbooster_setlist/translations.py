"""What the panel says, by locale."""

texts = {
    "en": {
        "setlist.title": "Set lists",
        "setlist.empty": "No concert is planned yet. Make a set list and it appears here.",
        "setlist.draft": "draft",
        "setlist.published": "published",
        "job.setlist.fill": "Filling a set list",
        "job.on:setlist.print_sheet": "Printing a stage sheet",
        "event.setlist.published": "Set list published",
        "audit.setlist.changed": "Set list changed",
        "audit.setlist.filled": "Set list filled",
        "audit.setlist.made": "Set list created",
        "audit.setlist.published": "Set list published",
        "audit.setlist.removed": "Set list deleted",
        "audit.setlist.sheet_printed": "Stage sheet printed",
    },
    "de": {
        "setlist.title": "Setlisten",
        "setlist.empty": "Noch ist kein Konzert geplant. Lege eine Setliste an, dann steht sie hier.",
        "setlist.draft": "Entwurf",
        "setlist.published": "veröffentlicht",
        "job.setlist.fill": "Eine Setliste wird gefüllt",
        "job.on:setlist.print_sheet": "Der Bühnenzettel wird gedruckt",
        "event.setlist.published": "Setliste veröffentlicht",
        "audit.setlist.changed": "Setliste geändert",
        "audit.setlist.filled": "Setliste gefüllt",
        "audit.setlist.made": "Setliste angelegt",
        "audit.setlist.published": "Setliste veröffentlicht",
        "audit.setlist.removed": "Setliste gelöscht",
        "audit.setlist.sheet_printed": "Bühnenzettel gedruckt",
    },
}
