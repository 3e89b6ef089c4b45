"""Logging in and staying in: browsers by a cookie, other clients by access and refresh tokens."""
