"""Outlets that receive over a real SFTP server, prove what they get, and answer as they are told."""
