"""A buyer's bank takes a payment back: the money is withheld until it is decided whose it is."""
