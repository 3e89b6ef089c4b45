"""Set lists for concerts: the example plugin."""
