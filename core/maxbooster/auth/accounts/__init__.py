"""Accounts, who is in them, and the accounts below a label."""
