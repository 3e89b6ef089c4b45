"""What strangers read on public pages and in the emails that follow. Each language has all of them."""

from __future__ import annotations

from typing import Final

english: Final = {
    "core.page_403": "This form belongs to another page",
    "core.page_404": "There is nothing here",
    "core.page_404_text": "Check the address, or ask whoever gave it to you.",
    "core.page_405": "This address isn’t a page",
    "core.page_405_text": "It only takes what a form sends. Go back to the page that you came from.",
    "core.page_410": "This is no longer public",
    "core.page_410_text": "Whoever published it has taken it away.",
    "core.page_413": "That was too much",
    "core.page_413_text": "The form can’t take that many characters. Go back and shorten what you entered.",
    "core.page_422": "Check your email address",
    "core.page_429": "Please wait a moment",
    "core.page_500": "This page cannot be shown right now",
    "core.page_500_text": "Something went wrong on our side. Try again in a moment.",
    "core.page_unavailable": "This page is unavailable",
    "core.page_unavailable_text": "The operator of this site has turned it off.",
    "core.page_back": "Back to the page",
    "core.page_date": "{month} {day}, {year}",
    "core.page_months": "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec",
    "core.page_address_wrong": "“{email}” is not an email address. Write it like name@example.org.",
    "core.page_form_unreadable": "This is not what the form sends. Go back and try again.",
    "core.page_too_many": "Too many sign-ups right now. Try again in {minutes} min.",
    "core.page_sign_up_email": "Email",
    "core.page_sign_up_go": "Sign up",
    "core.page_sign_up_elsewhere": "It was sent from another site. Open the page here and sign up there.",
    "core.page_sign_up_changed": "The page has changed",
    "core.page_sign_up_changed_text": (
        "What you agree to has changed since you opened it. Go back, reload the page and sign up again."
    ),
    "core.page_signed_up": "Check your email",
    "core.page_signed_up_text": (
        "If {email} can be added to the list, a link to confirm is on its way. If nothing comes, you may be on the"
        " list already, or a link was sent lately; try again tomorrow."
    ),
    "core.page_confirm": "Confirm your sign-up",
    "core.page_confirm_text": "You signed up for “{title}” and agreed to this: “{words}”",
    "core.page_confirm_go": "Confirm",
    "core.page_confirmed": "You’re on the list",
    "core.page_confirmed_text": "You can unsubscribe at any time with the link in each email.",
    "core.page_unsubscribe": "Unsubscribe?",
    "core.page_unsubscribe_text": "Choose what you don’t want to get any more.",
    "core.page_unsubscribe_list": "Only “{title}”",
    "core.page_unsubscribe_all": "All email from {sender}",
    "core.page_unsubscribe_go": "Unsubscribe",
    "core.page_unsubscribed": "You’re unsubscribed",
    "core.page_unsubscribed_text": "You won’t get any more of this email.",
    "core.page_unsubscribed_list_text": "You won’t get email for “{title}” any more.",
    "core.page_unsubscribed_all_text": (
        "You won’t get any more email from {sender}. If you change your mind, sign up again on one of their pages."
    ),
    "core.page_link_gone": "This link doesn’t work",
    "core.page_link_incomplete": "Check that the address is complete.",
    "core.page_link_spent": "This link was used, has expired or was replaced. Sign up again to get a new one.",
    "core.page_mail_confirm": "Confirm your sign-up: {title}",
    "core.page_mail_confirm_text": (
        "Somebody, probably you, signed up for “{title}” with this email address, on this page: {page}"
    ),
    "core.page_mail_confirm_how": "Confirm with this link. It works for 7 days.",
    "core.page_mail_confirm_go": "Confirm sign-up",
    "core.page_mail_confirm_words": "This is what you agree to: “{words}”",
    "core.page_mail_confirm_else": "If it wasn't you, ignore this email; {sender} won't email you unless you confirm.",
    "core.page_mail_confirm_for": "Sent for {sender}",
    "core.page_mail_why": "You get this because you signed up for “{title}”.",
    "core.page_mail_unsubscribe": "Unsubscribe",
    "core.page_mail_own_link": "(each reader’s own link)",
}

german: Final = {
    "core.page_403": "Dieses Formular gehört zu einer anderen Seite",
    "core.page_404": "Hier ist nichts",
    "core.page_404_text": "Prüfe die Adresse oder frag, wer sie dir gegeben hat.",
    "core.page_405": "Diese Adresse ist keine Seite",
    "core.page_405_text": "Sie nimmt nur an, was ein Formular sendet. Geh zurück zu der Seite, von der du kommst.",
    "core.page_410": "Das ist nicht mehr öffentlich",
    "core.page_410_text": "Wer es veröffentlicht hat, hat es wieder entfernt.",
    "core.page_413": "Das war zu viel",
    "core.page_413_text": "So viele Zeichen nimmt das Formular nicht an. Geh zurück und kürze deine Eingabe.",
    "core.page_422": "Prüfe deine E-Mail-Adresse",
    "core.page_429": "Einen Moment bitte",
    "core.page_500": "Diese Seite kann gerade nicht angezeigt werden",
    "core.page_500_text": "Bei uns ist etwas schiefgegangen. Versuch es gleich noch einmal.",
    "core.page_unavailable": "Diese Seite ist nicht verfügbar",
    "core.page_unavailable_text": "Der Betreiber dieser Website hat sie abgeschaltet.",
    "core.page_back": "Zurück zur Seite",
    "core.page_date": "{day}. {month} {year}",
    "core.page_months": "Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember",
    "core.page_address_wrong": "„{email}“ ist keine E-Mail-Adresse. Schreib sie wie name@example.org.",
    "core.page_form_unreadable": "Das ist nicht, was das Formular sendet. Geh zurück und versuch es noch einmal.",
    "core.page_too_many": "Gerade gibt es zu viele Anmeldungen. Versuch es in {minutes} Min. noch einmal.",
    "core.page_sign_up_email": "E-Mail",
    "core.page_sign_up_go": "Anmelden",
    "core.page_sign_up_elsewhere": "Es kam von einer anderen Website. Öffne die Seite hier und melde dich dort an.",
    "core.page_sign_up_changed": "Die Seite hat sich geändert",
    "core.page_sign_up_changed_text": (
        "Wozu du zustimmst, hat sich geändert, seit du sie geöffnet hast. Geh zurück, lade die Seite neu und melde dich"
        " noch einmal an."
    ),
    "core.page_signed_up": "Sieh in dein Postfach",
    "core.page_signed_up_text": (
        "Wenn {email} in die Liste aufgenommen werden kann, ist ein Link zum Bestätigen unterwegs. Kommt nichts, stehst"
        " du vielleicht schon auf der Liste, oder du hast vor Kurzem einen Link bekommen; versuch es morgen wieder."
    ),
    "core.page_confirm": "Bestätige deine Anmeldung",
    "core.page_confirm_text": "Du hast dich für „{title}“ angemeldet und dem zugestimmt: „{words}“",
    "core.page_confirm_go": "Bestätigen",
    "core.page_confirmed": "Du stehst auf der Liste",
    "core.page_confirmed_text": "Du kannst dich jederzeit mit dem Link in jeder E-Mail abmelden.",
    "core.page_unsubscribe": "Abmelden?",
    "core.page_unsubscribe_text": "Wähle, was du nicht mehr bekommen möchtest.",
    "core.page_unsubscribe_list": "Nur „{title}“",
    "core.page_unsubscribe_all": "Alle E-Mails von {sender}",
    "core.page_unsubscribe_go": "Abmelden",
    "core.page_unsubscribed": "Du bist abgemeldet",
    "core.page_unsubscribed_text": "Du bekommst diese E-Mails nicht mehr.",
    "core.page_unsubscribed_list_text": "Du bekommst keine E-Mails zu „{title}“ mehr.",
    "core.page_unsubscribed_all_text": (
        "Du bekommst keine E-Mails von {sender} mehr. Wenn du es dir anders überlegst, melde dich auf einer der Seiten"
        " wieder an."
    ),
    "core.page_link_gone": "Dieser Link funktioniert nicht",
    "core.page_link_incomplete": "Prüfe, ob die Adresse vollständig ist.",
    "core.page_link_spent": (
        "Dieser Link wurde benutzt, ist abgelaufen oder wurde ersetzt. Melde dich noch einmal an, um einen neuen zu"
        " bekommen."
    ),
    "core.page_mail_confirm": "Bestätige deine Anmeldung: {title}",
    "core.page_mail_confirm_text": (
        "Jemand, wahrscheinlich du, hat sich mit dieser E-Mail-Adresse für „{title}“ angemeldet, auf dieser Seite:"
        " {page}"
    ),
    "core.page_mail_confirm_how": "Bestätige mit diesem Link. Er gilt 7 Tage.",
    "core.page_mail_confirm_go": "Anmeldung bestätigen",
    "core.page_mail_confirm_words": "Dem stimmst du zu: „{words}“",
    "core.page_mail_confirm_else": (
        "Wenn du es nicht warst, ignoriere diese E-Mail; {sender} schreibt dir nur, wenn du bestätigst."
    ),
    "core.page_mail_confirm_for": "Gesendet für {sender}",
    "core.page_mail_why": "Du bekommst das, weil du dich für „{title}“ angemeldet hast.",
    "core.page_mail_unsubscribe": "Abmelden",
    "core.page_mail_own_link": "(für alle, die es lesen, ein eigener Link)",
}
