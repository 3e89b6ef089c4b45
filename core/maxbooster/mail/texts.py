"""What the emails to people with a login say. `…` is the subject, `…_text` what follows, `…_go` the button, `…_else`
what comes after it."""

from __future__ import annotations

from typing import Final

english: Final = {
    "core.mail_language": "en",
    "core.mail_verify": "Confirm your email address",
    "core.mail_verify_text": "Welcome! Confirm your email address with this link. It works for 24 hours.",
    "core.mail_verify_go": "Confirm email address",
    "core.mail_verify_else": "If you didn’t sign up, ignore this email; no account has been created.",
    "core.mail_known": "You already have an account",
    "core.mail_known_text": (
        "Somebody, probably you, entered this email address to sign up or to change an address. It already belongs to"
        " an account."
    ),
    "core.mail_known_go": "Log in",
    "core.mail_known_else": "Forgot your password? {link} If it wasn’t you, you don’t have to do anything.",
    "core.mail_reset": "Reset your password",
    "core.mail_reset_text": "Choose a new password with this link. It works for one hour.",
    "core.mail_reset_go": "Choose a new password",
    "core.mail_reset_else": "If you didn’t ask for this, ignore this email; your password stays the same.",
    "core.mail_shared": "{owner} wants to share something with you",
    "core.mail_shared_text": "{owner} wants to share something with you in Max Booster: {object}.",
    "core.mail_shared_how": "Log in with this email address, or sign up with it, and accept it here.",
    "core.mail_shared_go": "See what’s shared",
    "core.mail_shared_else": "If you don’t know them, ignore this email.",
    "core.mail_password": "Your password was changed",
    "core.mail_password_text": "Your password was just changed, and all other devices were signed out.",
    "core.mail_reset_logins": "You can still log in with: {names}. Disconnect what you don't know in your profile.",
    "core.mail_reset_passkeys": "These passkeys still log you in: {names}. Remove what you don't know in your profile.",
    "core.mail_not_you": "If it wasn’t you, reset your password now.",
    "core.mail_not_you_go": "Reset password",
    "core.mail_new_address": "Confirm your new email address",
    "core.mail_new_address_text": (
        "Confirm that you want to sign in with this email address from now on. The link works for 24 hours."
    ),
    "core.mail_new_address_go": "Confirm new address",
    "core.mail_mailbox": "Confirm that your email arrives",
    "core.mail_mailbox_text": (
        "An earlier email to this address came back. Confirm with this link that you read this one, and you’ll get"
        " email again. It works for 24 hours."
    ),
    "core.mail_mailbox_go": "Confirm email address",
    "core.mail_address": "Your email address was changed",
    "core.mail_address_text": (
        "From now on you sign in with {email}. If it wasn’t you, contact the people who run {origin} right away."
    ),
    "core.mail_factor": "Your two-factor authentication was changed",
    "core.mail_identity": "Your ways to log in were changed",
    "core.mail_identity_linked": "From now on you can log in with {provider}.",
    "core.mail_identity_unlinked": "{provider} doesn't log you in any more, and all other devices were signed out.",
    "core.mail_factor_text": "Two-factor authentication of your account was just changed ({change}).",
    "core.mail_erasure": "Your account will be deleted",
    "core.mail_erasure_text": (
        "As you asked, your account and everything stored about you will be deleted on {day}. Until then you can sign"
        " in and cancel."
    ),
    "core.mail_erasure_go": "Open your profile",
    "core.mail_invitation": "You’re invited to {account}",
    "core.mail_invitation_text": (
        "You’re invited to work in “{account}” as {role}. Accept with this link. It works for one week."
    ),
    "core.mail_invitation_go": "Accept invitation",
    "core.mail_invitation_else": "If you don’t know why you got this, ignore this email.",
    "core.mail_test": "Test email from Max Booster",
    "core.mail_test_text": "Email from {origin} works.",
    "core.mail_notice_go": "Open in Max Booster",
    "core.mail_notice_why": "You get this because of your notification settings for {account}.",
    "core.mail_notice_settings": "Notification settings: {link}",
    "core.mail_notice_stop": "Stop emails like this",
    "core.mail_digest": "{account}: {n} notifications",
    "core.mail_digest_one": "{account}: 1 notification",
    "core.mail_digest_text": "What happened in {account} since your last digest:",
    "core.mail_digest_more": "And {n} more.",
    "core.mail_digest_stop": "Stop all notification emails of {account}",
    "core.mail_stop": "Stop these emails?",
    "core.mail_stop_text": "You’ll get no more email about this in {account}: “{kind}”. The bell stays as it is.",
    "core.mail_stop_all_text": (
        "You’ll get no more notifications of {account} by email. The bell in Max Booster still shows them."
    ),
    "core.mail_stop_go": "Stop these emails",
    "core.mail_stopped": "Done",
    "core.mail_stopped_text": "You won’t get these emails anymore. You can turn them on again under Notifications.",
}
