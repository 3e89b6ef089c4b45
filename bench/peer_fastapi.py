"""The usual way: FastAPI with the async ORM of SQLAlchemy, token look-up included. Tables of its own."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from hashlib import sha256
from typing import Annotated
from uuid import UUID

from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, ConfigDict
from sqlalchemy import DateTime, Text, create_engine, make_url, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column


class Base(DeclarativeBase):
    pass


class Token(Base):
    __tablename__ = "peer_token"

    hash: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[UUID]
    expires_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class Note(Base):
    __tablename__ = "peer_note"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    title: Mapped[str]
    body: Mapped[str] = mapped_column(Text)
    plays: Mapped[int]
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class NoteOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    title: str
    body: str
    plays: int
    at: datetime


def fill(url: str, notes: list[dict[str, object]], tokens: dict[str, UUID]) -> None:
    """Make the tables, with these rows and tokens."""
    engine = create_engine(make_url(url).set(drivername=_driver(url, "sqlite", "postgresql+psycopg")))
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add_all(Note(**note) for note in notes)
        session.add_all(Token(hash=_hashed(token), account_id=account) for token, account in tokens.items())
        session.commit()
    engine.dispose()


def _driver(url: str, sqlite: str, postgresql: str) -> str:
    return sqlite if url.startswith("sqlite") else postgresql


def _hashed(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def serve() -> FastAPI:
    url = os.environ["BENCH_DATABASE"]
    engine = create_async_engine(make_url(url).set(drivername=_driver(url, "sqlite+aiosqlite", "postgresql+psycopg")))
    sessions = async_sessionmaker(engine, expire_on_commit=False)
    bearer = HTTPBearer()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await engine.dispose()

    async def session() -> AsyncIterator[AsyncSession]:
        async with sessions() as opened:
            yield opened

    InSession = Annotated[AsyncSession, Depends(session)]

    async def account(opened: InSession, given: Annotated[HTTPAuthorizationCredentials, Depends(bearer)]) -> UUID:
        token = await opened.scalar(select(Token).where(Token.hash == _hashed(given.credentials)))
        if token is None or (token.expires_at is not None and token.expires_at < datetime.now(UTC)):
            raise HTTPException(401)
        return token.account_id

    app = FastAPI(lifespan=lifespan)

    @app.get("/{note_id}", response_model=NoteOut)
    async def read(note_id: UUID, opened: InSession, owner: Annotated[UUID, Depends(account)]) -> Note:
        note = await opened.scalar(select(Note).where(Note.account_id == owner, Note.id == note_id))
        if note is None:
            raise HTTPException(404)
        return note

    return app
