"""API keys: for programs, scoped, expiring, limited (C-08)."""
