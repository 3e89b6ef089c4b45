"""Who may get in, and what they may do there."""
