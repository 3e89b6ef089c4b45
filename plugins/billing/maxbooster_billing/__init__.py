"""Money: the ledger, payouts and payment providers."""
