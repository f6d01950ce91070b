"""The household's Supabase project: the only file that calls supabase-py.

A client of its own for each round, without the library's own refreshing or keeping of sessions: the
worker does both, so that there is one refresher. Reading is GET, which the library tries again;
writing is POST, which the caller does, since what is there already is only answered.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from ssl import SSLContext
from typing import Any, cast
from uuid import UUID

import httpx
import msgspec
from postgrest.exceptions import APIError
from supabase import AsyncClient, AsyncClientOptions, acreate_client
from supabase_auth.types import AuthResponse

from futureself_box.errors import CloudNotPrepared
from futureself_box.records.kinds import SCHEMA
from futureself_box.sync.cloud import refusals
from futureself_box.sync.cloud.account import Session
from futureself_box.sync.cloud.sealing import Row

_PATIENCE_S = 30.0


class Ack(msgspec.Struct, frozen=True):
    """A revision that is in the cloud, and its place there."""

    rev: UUID
    seq: int


class Pushed(msgspec.Struct, frozen=True):
    """The answer to a push."""

    acks: list[Ack]
    head: int
    epoch: str


class Ahead(msgspec.Struct, frozen=True):
    """Nothing of a push was taken, since these revisions are more than a day ahead."""

    revs: frozenset[UUID]


class Page(msgspec.Struct, frozen=True):
    """Rows after a cursor; `erasing` are those that erased what has no body in it.

    `epoch` is null where there is no copy yet, `keys` the SHA-256 of what `keep_keys`
    took last.
    """

    changes: list[Row]
    erasing: list[Row]
    cursor: int
    head: int
    more: bool
    epoch: str | None
    keys: str | None


class Kept(msgspec.Struct, frozen=True):
    """The member's key for the recovery sheet, and who they are, encrypted."""

    keys: str
    profile: str


class Project:
    """An open connection to the project at `url`."""

    def __init__(self, client: AsyncClient, url: str) -> None:
        self._client = client
        self.url = url

    async def sign_up(self, mail: str, password: str) -> Session | None:
        """Make an account; None where its mail has to be confirmed first. Raises as Supabase refuses."""
        with refusals.translated():
            made = await self._client.auth.sign_up({"email": mail, "password": password})
        return None if made.session is None else _session(made)

    async def sign_in(self, mail: str, password: str) -> Session:
        """A session. Raises CloudPasswordWrong, CloudMailUnconfirmed and the like."""
        given = {"email": mail, "password": password}
        with refusals.translated():
            found = await self._client.auth.sign_in_with_password(given)  # type: ignore[arg-type]
        return _session(found)

    async def refresh(self, session: Session) -> Session:
        """New tokens for those of a session, which are void from now on. Raises CloudSignInAgain."""
        with refusals.translated():
            found = await self._client.auth.refresh_session(session.refresh_token)
        return _session(found)

    async def sign_out(self, session: Session) -> None:
        """End a session."""
        with refusals.translated():
            await self._client.auth.admin.sign_out(session.access_token, "local")

    async def push(
        self, token: str, rows: list[Row], *, cursor: int, epoch: str | None
    ) -> Pushed | Ahead:
        """Hand up to 500 rows over. Raises CloudEpochChanged, CloudBoxTooOld and the like."""
        parameters = {
            "p_schema": SCHEMA,
            "p_cursor": cursor,
            "p_epoch": epoch,
            "p_changes": msgspec.to_builtins(rows),
        }
        with refusals.translated():
            try:
                answer = await self._ask(token, "futureself_push", parameters)
            except APIError as error:
                if not refusals.is_ahead(error):
                    raise
                return Ahead(msgspec.json.decode(error.details or "[]", type=frozenset[UUID]))
        return cast("Pushed", _read(answer, Pushed))

    async def pull(self, token: str, *, cursor: int, epoch: str | None) -> Page:
        """Rows after a cursor. Raises CloudEpochChanged and the like."""
        parameters: dict[str, Any] = {"p_cursor": cursor}
        if epoch is not None:
            parameters["p_epoch"] = epoch
        return cast("Page", await self._call(token, "futureself_pull", parameters, Page, get=True))

    async def keep_keys(self, token: str, kept: Kept) -> None:
        """Replace the keys."""
        parameters = {"p_keys": kept.keys, "p_profile": kept.profile}
        await self._call(token, "futureself_keep_keys", parameters, Any)

    async def read_keys(self, token: str) -> Kept | None:
        """The keys; None where there is no copy."""
        answer = await self._call(token, "futureself_read_keys", {}, Kept | None, get=True)
        return cast("Kept | None", answer)

    async def forget_key(self, token: str, key_id: str) -> None:
        """Remove what lies under a key that was replaced."""
        await self._call(token, "futureself_forget_key", {"p_key_id": key_id}, Any)

    async def erase(self, token: str, *, account: bool) -> None:
        """Erase the whole copy and, if `account`, the account."""
        await self._call(token, "futureself_erase", {"p_account": account}, Any)

    async def _call(
        self, token: str, name: str, parameters: dict[str, Any], answer: Any, *, get: bool = False
    ) -> Any:
        with refusals.translated():
            return _read(await self._ask(token, name, parameters, get=get), answer)

    async def _ask(
        self, token: str, name: str, parameters: dict[str, Any], *, get: bool = False
    ) -> Any:
        self._client.postgrest.auth(token)
        return (await self._client.rpc(name, parameters, get=get).execute()).data


@asynccontextmanager
async def opened(url: str, key: str) -> AsyncIterator[Project]:
    """A connection to the project at `url`, with its publishable key."""
    # It reads the authorities that it trusts from the disk.
    async with await asyncio.to_thread(_http) as http:
        options = AsyncClientOptions(
            auto_refresh_token=False,
            persist_session=False,
            flow_type="implicit",
            httpx_client=http,
        )
        with refusals.translated():
            client = await acreate_client(url, key, options=options)
        yield Project(client, url)


def _http() -> httpx.AsyncClient:
    hooks = {"response": [refusals.look_at_status]}
    return httpx.AsyncClient(
        http2=True, timeout=_PATIENCE_S, event_hooks=hooks, verify=_authorities()
    )


@cache
def _authorities() -> SSLContext:
    return httpx.create_ssl_context()


def _session(found: AuthResponse) -> Session:
    session = found.session
    if session is None or session.expires_at is None:
        raise CloudNotPrepared
    return Session(session.access_token, session.refresh_token, session.expires_at)


def _read(answer: Any, kind: Any) -> Any:
    try:
        return msgspec.convert(answer, kind)
    except msgspec.ValidationError as error:
        raise CloudNotPrepared from error
