"""The inbox: what providers send is stored raw, answered at once, and handled exactly once per event."""
