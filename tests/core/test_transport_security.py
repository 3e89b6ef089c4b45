"""`doctor` says what travels in the clear, and nothing of what stays on this machine."""

from __future__ import annotations

import pytest

from maxbooster.settings import Settings
from maxbooster.transport_security import in_the_clear

PG = "postgresql://maxbooster:secret@{0}/maxbooster"


@pytest.mark.parametrize(
    ("settings", "environment", "words"),
    [
        ({"database": PG.format("db.internal")}, {}, "PostgreSQL on db.internal"),
        ({"database": PG.format("db.internal") + "?sslmode=require"}, {}, "PostgreSQL on db.internal"),
        ({"database": PG.format("10.0.0.4:5432")}, {}, "PostgreSQL on 10.0.0.4"),
        ({"redis": "redis://cache:6379/0"}, {}, "Redis is reached without TLS"),
        ({"storage": "s3://music/files"}, {"AWS_ENDPOINT_URL": "http://minio:9000"}, "at http://minio:9000"),
    ],
)
def test_what_others_could_read_is_told(settings, environment, words):
    [sentence] = in_the_clear(Settings(**settings), environment)
    assert words in sentence
    assert "secret" not in sentence


@pytest.mark.parametrize(
    ("settings", "environment"),
    [
        ({}, {}),
        ({"database": PG.format("localhost")}, {}),
        ({"database": PG.format("[::1]:5432")}, {}),
        ({"database": "postgresql:///maxbooster?host=/run/postgresql"}, {}),
        ({"database": PG.format("db.internal") + "?sslmode=verify-full&sslrootcert=/ca.pem"}, {}),
        ({"database": PG.format("db.internal")}, {"PGSSLMODE": "verify-full"}),
        ({"redis": "rediss://cache:6379/0"}, {}),
        ({"redis": "redis://127.0.0.1:6379/0"}, {}),
        ({"redis": "unix:///run/redis.sock"}, {}),
        ({"storage": "s3://music/files"}, {}),
        ({"storage": "s3://music/files"}, {"AWS_ENDPOINT_URL": "https://minio:9000"}),
        ({"storage": "s3://music/files"}, {"AWS_ENDPOINT_URL": "http://127.0.0.1:9000"}),
        ({"storage": "gs://music/files"}, {"AWS_ENDPOINT_URL": "http://minio:9000"}),
    ],
)
def test_what_is_encrypted_or_stays_here_is_not(settings, environment):
    assert list(in_the_clear(Settings(**settings), environment)) == []
