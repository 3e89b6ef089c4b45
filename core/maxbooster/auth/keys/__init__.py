"""API keys: for programs, scoped, expiring, limited."""
