"""Backups: the database and the files that it names, in a folder or a bucket, and the way back.

    maxbooster-backups.json              what this place holds, and whose
    files/…, incoming/…                  blobs under the keys that they have in the object store, shared by all backups
    backups/<time>/database              a snapshot of the database
    backups/<time>/files.txt             which blobs belong to it, with their sizes and SHA-256
    backups/<time>/secret.key            only in an encrypted backup
    backups/<time>/manifest.json         written last: without it there is no backup

What is encrypted ends in `.age` (age-encryption.org/v1), so the `age` program opens it as well.
"""
