"""A connection pool to one server that speaks OpenAI's API, and the box's own engine as one.

Whatever goes wrong on the way, a dead server included, becomes one of our errors. Closing a stream's
iterator closes its connection, and that cancels the answer.
"""

import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Any, ClassVar, Literal, TypeVar

import httpx2
import msgspec

from futureself_box.errors import (
    BoxError,
    ContextLengthExceeded,
    ModelBroken,
    ModelBusy,
    ModelMissing,
    ModelStarting,
    RequestInvalid,
)
from futureself_box.inference import stream
from futureself_box.inference.stream import Event

_T = TypeVar("_T")
_LIMITS = httpx2.Limits(max_connections=None, max_keepalive_connections=8)
# Where there is no TLS, an empty context spares reading the system's certificates.
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
_OWN = "http://inference"
# Our own server says something every 3 seconds; ten times that is a dead one.
_TIMEOUT = httpx2.Timeout(30.0, connect=5.0)


class Health(msgspec.Struct, frozen=True):
    """How the language model is; what is wrong with a server elsewhere is an error instead.

    `parameters` counts the weights; 0 where nobody says it.
    """

    status: Literal["ready", "loading", "model_missing", "model_broken", "down"]
    model: str | None = None
    context_tokens: int = 0
    starter: bool = False
    layers: int = 0
    gpu_layers: int = 0
    parameters: int = 0


class Trouble(msgspec.Struct, frozen=True):
    """Something about a model, its build or its device; `stops` where nobody is answered for it."""

    sentence: str
    hint: str
    stops: bool = True


class Endpoint(msgspec.Struct, frozen=True):
    """Who answers: the box itself, another program on its machine, or another machine.

    `host` names it, with its port; `encrypted` says whether words are readable on the way to it.
    """

    place: Literal["box", "machine", "elsewhere"] = "box"
    host: str | None = None
    encrypted: bool = True
    agreed: bool = True


class Asked(msgspec.Struct, frozen=True, omit_defaults=True):
    """A conversation to answer, in the fields that every server knows."""

    messages: tuple[Mapping[str, str], ...]
    max_tokens: int
    temperature: float | None = None
    frequency_penalty: float = 0.0
    seed: int | None = None
    stop: tuple[str, ...] = ()
    response_format: Mapping[str, Any] | None = None

    def body(self, **more: Any) -> dict[str, Any]:
        """The request's body; some servers refuse a null, so what wasn't asked is not there."""
        return {**msgspec.to_builtins(self), **more}


class Keeping(msgspec.Struct, frozen=True):
    """What the box's own engine may keep of a conversation, and for whom."""

    prompt_cache_key: str = ""
    parking_key: bytes = b""
    shared_messages: int = 0


class Connection:
    """A connection pool. Those below say what the server's troubles mean."""

    endpoint: Endpoint
    unreachable: ClassVar[type[BoxError]]
    broke_off: ClassVar[type[BoxError]]
    failed: ClassVar[type[BoxError]]

    def __init__(self, http: httpx2.AsyncClient) -> None:
        self._http = http

    async def aclose(self) -> None:
        """Close all connections."""
        await self._http.aclose()

    def refusal(self, status: int, headers: Mapping[str, str], body: bytes) -> BoxError:
        """What the body of an error means."""
        raise NotImplementedError

    async def call(self, method: str, path: str, body: Any, kind: type[_T]) -> _T:
        """One whole exchange."""
        async with self.request(method, path, body) as response:
            return msgspec.json.decode(await response.aread(), type=kind)

    async def stream(self, body: Mapping[str, Any]) -> AsyncGenerator[Event, None]:
        """One streamed answer."""
        more = {"stream": True, "stream_options": {"include_usage": True}}
        async with self.request("POST", "/chat/completions", {**body, **more}) as response:
            try:
                async for event in stream.events(response.aiter_bytes()):
                    yield event
            except stream.Fault as fault:
                raise self.refusal(response.status_code, {}, fault.body) from fault

    @asynccontextmanager
    async def request(
        self, method: str, path: str, body: Any, **options: Any
    ) -> AsyncIterator[httpx2.Response]:
        """An answer with a good status, while it comes in."""
        if body is not None:
            options["content"] = msgspec.json.encode(body)
            options["headers"] = {"content-type": "application/json"}
        try:
            async with self._http.stream(method, path, **options) as answer:
                if not answer.is_success:
                    raise self.refusal(answer.status_code, answer.headers, await answer.aread())
                yield answer
        except (stream.Cut, httpx2.RemoteProtocolError, httpx2.ReadError) as error:
            raise self.broke_off from error
        except httpx2.HTTPError as error:
            raise self.unreachable from error
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise self.failed from error


class OwnEngine(Connection):
    """The inference process of this box, behind its Unix socket."""

    endpoint = Endpoint()
    unreachable = broke_off = failed = ModelStarting

    def __init__(self, socket: Path) -> None:
        super().__init__(
            httpx2.AsyncClient(
                transport=httpx2.AsyncHTTPTransport(uds=str(socket), limits=_LIMITS, verify=NO_TLS),
                base_url=f"{_OWN}/v1",
                timeout=_TIMEOUT,
                trust_env=False,
            )
        )

    async def health(self) -> Health:
        """How the language model is. Raises ModelStarting where nobody answers."""
        return await self.call("GET", f"{_OWN}/health", None, Health)

    async def checkup(self) -> tuple[Trouble, ...]:
        """What the inference process finds about its models. Raises ModelStarting."""
        return await self.call("GET", f"{_OWN}/checkup", None, tuple[Trouble, ...])

    async def window(self) -> int | None:
        """The settings say it."""
        return None

    async def chat(self, asked: Asked, keeping: Keeping) -> AsyncGenerator[Event, None]:
        """Answer a conversation, from what was read under the same key before."""
        async with aclosing(self.stream(asked.body(**msgspec.to_builtins(keeping)))) as events:
            async for event in events:
                yield event

    async def erase(self, keeping: Keeping) -> None:
        """Forget what was read under a key."""
        async with self.request("POST", "/cache/erase", keeping):
            pass

    def refusal(self, status: int, headers: Mapping[str, str], body: bytes) -> BoxError:
        """Our own error again."""
        fault = msgspec.json.decode(body, type=_Faulty).error
        kind = _OURS.get(fault.code or "", ModelStarting)
        return kind(fault.message, hint=fault.hint or None)


class _Fault(msgspec.Struct):
    message: str
    code: str | None = None
    hint: str = ""


class _Faulty(msgspec.Struct):
    error: _Fault


_OURS = {
    kind.code: kind
    for kind in (
        ContextLengthExceeded,
        ModelBroken,
        ModelBusy,
        ModelMissing,
        ModelStarting,
        RequestInvalid,
    )
}
