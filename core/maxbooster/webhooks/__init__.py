"""Webhooks: the inbox for what providers send (`inbox`), and what accounts have sent to them (`endpoints`)."""
