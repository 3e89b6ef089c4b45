"""Comparing a provider's own list of what moved its balance with the books, line by line."""
