"""The double-entry ledger: one book per account of the platform, every transaction zero, nothing ever edited."""
