"""A Supabase project's double: real PostgreSQL behind as much of its HTTP as the box uses.

Runs as a process of its own: `python -m tests.supabase.double POSTGRES_URL PORT`. What a real project
would answer and this doesn't know is 501, so that no test leans on invented behaviour. Tests steer it
by `/double/…`: faults, mails that are confirmed, how long tokens last.
"""

import asyncio
import json
import re
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
import uvicorn
from litestar import Litestar, Request, Response, route
from litestar.response import Stream
from psycopg import AsyncConnection
from psycopg.rows import DictRow, dict_row

from tests.supabase import auth, rest
from tests.supabase.answers import NOTHING, PUBLISHABLE, SECRET, Refusal
from tests.supabase.auth import Tokens

HttpRequest = Request[Any, Any, Any]
Connection = AsyncConnection[DictRow]


@dataclass
class Fault:
    """What goes wrong with the next calls whose path matches.

    `before`: nothing is done. `after`: it is done, and the answer lost. `torn`: half of the answer.
    """

    path: str
    when: str = "before"
    status: int = 503
    times: int = 1
    body: str = '{"message": "upstream"}'


@dataclass
class Double:
    """The project."""

    database: str
    tokens: Tokens = field(default_factory=Tokens)
    faults: list[Fault] = field(default_factory=list)
    idle: list[Connection] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        db = self.idle.pop() if self.idle else await self._connect()
        refused: Refusal | None = None
        try:
            async with db.transaction():
                try:
                    yield db
                except Refusal as refusal:
                    if not refusal.is_kept:
                        raise
                    refused = refusal
            if refused is not None:
                raise refused
        finally:
            if db.closed or db.broken:
                await db.close()
            else:
                self.idle.append(db)

    async def _connect(self) -> Connection:
        return await AsyncConnection.connect(self.database, row_factory=dict_row, autocommit=True)

    def next_fault(self, path: str) -> Fault | None:
        for fault in self.faults:
            if re.search(fault.path, path):
                fault.times -= 1
                if fault.times == 0:
                    self.faults.remove(fault)
                return fault
        return None

    def claims_of(self, request: HttpRequest) -> dict[str, Any]:
        bearer = _bearer(request)
        if bearer in {"", PUBLISHABLE}:
            return {"role": "anon"}
        return self.tokens.read(bearer)

    async def answer(self, request: HttpRequest, body: Any) -> Any:
        key = request.headers.get("apikey")
        if key is None:
            raise Refusal(401, {"message": "No API key found in request"})
        if key not in {PUBLISHABLE, SECRET}:
            raise Refusal(401, {"message": "Invalid API key"})
        path, query = request.url.path, dict(request.query_params)
        if path.startswith("/auth/v1/"):
            call = f"{request.method} {path.removeprefix('/auth/v1/')}"
            async with self.transaction() as db:
                return await auth.answer(self.tokens, db, call, query, body, _bearer(request))
        if path.startswith("/rest/v1/"):
            call = f"{request.method} {path.removeprefix('/rest/v1/')}"
            claims = self.claims_of(request)
            profile = "accept-profile" if request.method == "GET" else "content-profile"
            schema = request.headers.get(profile, "public")
            parameters = body if request.method == "POST" else query
            async with self.transaction() as db:
                return await rest.answer(db, call, claims, parameters or {}, schema)
        raise Refusal(501, {"message": "double: not there"})

    async def steer(self, what: str, body: Any) -> Any:
        match what:
            case "fault":
                self.faults.append(Fault(**body))
            case "heal":
                self.faults.clear()
            case "tokens":
                self.tokens.seconds = body.get("seconds", self.tokens.seconds)
                self.tokens.confirm_mail = body.get("confirm_mail", self.tokens.confirm_mail)
            case "confirm":
                async with self.transaction() as db:
                    await auth.confirm(db, body["mail"])
            case "token":
                return self.tokens.make(body["user"], body["session"], role=body["role"])
            case "calls":
                calls, self.calls = self.calls, []
                return calls
            case _:
                raise Refusal(501, {"message": f"double: {what} is not there"})
        return None


def build(double: Double) -> Litestar:
    """The project over HTTP."""

    @route("/{path:path}", http_method=["GET", "POST", "PATCH", "PUT", "DELETE", "HEAD"])
    async def everything(request: HttpRequest, path: str) -> Response[bytes] | Stream:
        content = await request.body()
        body = json.loads(content) if content else None
        if path.startswith("/double/"):
            return await _answered(lambda: double.steer(path.removeprefix("/double/"), body))
        double.calls.append(f"{request.method} {path}")
        fault = double.next_fault(path)
        if fault is not None and fault.when == "before":
            return Response(fault.body.encode(), status_code=fault.status)
        answer = await _answered(lambda: double.answer(request, body))
        if fault is not None and fault.when == "after":
            return Response(fault.body.encode(), status_code=fault.status)
        if fault is not None and fault.when == "torn":
            return _torn(answer)
        return answer

    async def close(_: Litestar) -> None:
        for db in double.idle:
            await db.close()

    return Litestar([everything], openapi_config=None, on_shutdown=[close], logging_config=None)


async def _answered(ask: Callable[[], Awaitable[Any]]) -> Response[bytes]:
    try:
        answer = await ask()
    except Refusal as refusal:
        return _said(refusal.status, refusal.body, refusal.headers)
    except psycopg.OperationalError as error:
        return _said(503, {"code": "PGRST001", "message": f"Database client error. {error}"})
    return _said(204 if answer is NOTHING else 200, answer)


def _said(status: int, body: Any, headers: dict[str, str] | None = None) -> Response[bytes]:
    content = b"" if status == 204 else json.dumps(body, default=str).encode()
    return Response(
        content, status_code=status, media_type="application/json", headers=headers or {}
    )


def _torn(whole: Response[bytes]) -> Stream:
    half = whole.content[: len(whole.content) // 2]
    # The server notices that less came than was promised, and hangs up.
    return Stream(
        iter([half]),
        media_type="application/json",
        headers={"content-length": str(len(whole.content))},
    )


def _bearer(request: HttpRequest) -> str:
    return request.headers.get("authorization", "").removeprefix("Bearer ")


def main() -> None:
    """Serve until SIGTERM."""
    database, port = sys.argv[1], int(sys.argv[2])
    application = build(Double(database))
    config = uvicorn.Config(application, port=port, log_level="error", lifespan="on")
    asyncio.run(uvicorn.Server(config).serve())


if __name__ == "__main__":
    main()
