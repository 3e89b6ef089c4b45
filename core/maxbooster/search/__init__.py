"""Search over what plugins declare, by the database's own full text (docs/decisions/0027)."""
