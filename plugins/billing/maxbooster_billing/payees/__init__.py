"""Payees: who is owed something in an account's book, and how they are paid."""
