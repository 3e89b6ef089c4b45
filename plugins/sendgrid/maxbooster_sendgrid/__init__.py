"""Email through SendGrid."""
