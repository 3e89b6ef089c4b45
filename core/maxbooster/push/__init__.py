"""Web push: notifications on a person's devices, also while the application is closed (RFC 8030, 8291, 8292)."""
