"""Stores that receive over a real SFTP server, validate what they get, and answer as they are told."""
