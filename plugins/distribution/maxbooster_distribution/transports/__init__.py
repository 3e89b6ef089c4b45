"""How packages reach an outlet: a folder, or SFTP."""
