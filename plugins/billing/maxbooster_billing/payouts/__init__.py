"""Payouts: from what is owed to a payee, held, sent through a provider, and paid or given back."""
