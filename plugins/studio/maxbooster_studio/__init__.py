"""Sound: measuring, mixing, mastering."""
