"""From end to end in a real browser."""
