"""Recordings: uploaded files that were measured."""
