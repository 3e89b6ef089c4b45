"""How packages reach a store: a folder, or SFTP."""
