"""Outgoing webhooks: an account's endpoints, and what is delivered to them (Standard Webhooks)."""
