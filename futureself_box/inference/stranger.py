"""A server that isn't ours, at `inference.url`: Ollama, llama-server, vLLM or any like them.

Nothing goes out to another machine before the owner has agreed to that very address. A stranger gets
OpenAI's fields only: no cache key, which would tell members apart. What it says of its errors may
repeat a member's words, so none of it goes further: only what kind of trouble it is.
"""

import re
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

import httpx2
import msgspec

from futureself_box.errors import (
    BoxError,
    ContextLengthExceeded,
    ModelBusy,
    ModelMissing,
    ModelServerBrokeOff,
    ModelServerFailed,
    ModelServerKeyRefused,
    ModelServerNotAgreed,
    ModelServerUnreachable,
    ModelStarting,
    SettingsInvalid,
)
from futureself_box.inference import stream
from futureself_box.inference.connection import (
    NO_TLS,
    Asked,
    Connection,
    Endpoint,
    Health,
    Keeping,
)
from futureself_box.inference.stream import Event
from futureself_box.settings import Inference

# A stranger may read a long prompt without a word; whoever is tired of waiting cancels.
_TIMEOUT = httpx2.Timeout(300.0, connect=5.0)
# It closes a connection when it likes, so none is used twice.
_LIMITS = httpx2.Limits(max_connections=None, max_keepalive_connections=0)
_LISTING_TIMEOUT = httpx2.Timeout(5.0)
_LONGEST_WAIT_S = 3600
_TOO_LONG = re.compile(
    rb"context_length_exceeded|exceed_context_size|context (length|window|size)|maximum context"
    rb"|prompt is too long|too many tokens",
    re.IGNORECASE,
)
_NO_MODEL = re.compile(
    rb"model_not_found|model\b.{0,200}(not found|does not exist)", re.IGNORECASE | re.DOTALL
)
_LOADING = re.compile(rb"loading model", re.IGNORECASE)


class Stranger(Connection):
    """A server that the owner named. Raises SettingsInvalid where the settings can't be meant."""

    unreachable = ModelServerUnreachable
    broke_off = ModelServerBrokeOff
    failed = ModelServerFailed

    def __init__(self, settings: Inference) -> None:
        url = _read_url(settings.url)
        self.endpoint = _endpoint(url, settings)
        self._model = settings.url_model
        self._card: _Card | None = None
        self._running = 0
        super().__init__(
            httpx2.AsyncClient(
                verify=ssl.create_default_context() if url.scheme == "https" else NO_TLS,
                headers=_key(settings.url_key_file),
                base_url=url.geturl(),
                timeout=_TIMEOUT,
                limits=_LIMITS,
                trust_env=False,
            )
        )

    async def health(self) -> Health:
        """That it answers, and with which model. Raises what keeps it from answering."""
        # llama-cpp-python's server breaks a running answer off when it is asked anything else.
        card = self._card if self._running else None
        card = card or await self._learn()
        return Health(status="ready", model=card.id, context_tokens=card.window or 0)

    async def window(self) -> int | None:
        """The longest prompt and answer that it takes together, where it says so."""
        return (self._card or await self._learn()).window

    async def chat(self, asked: Asked, _: Keeping) -> AsyncGenerator[Event, None]:
        """Answer a conversation."""
        self._running += 1
        try:
            body = asked.body(model=(self._card or await self._learn()).id)
            async with aclosing(self._answer(body)) as events:
                async for event in events:
                    yield event
        except BoxError:
            self._card = None  # it may have been started anew, with another model
            raise
        finally:
            self._running -= 1

    async def _answer(self, body: Mapping[str, Any]) -> AsyncGenerator[Event, None]:
        said_something = False
        try:
            async with aclosing(self.stream(body)) as events:
                async for event in events:
                    said_something = True
                    yield event
        except ModelServerBrokeOff:
            if said_something:
                raise
            # Some close a stream without a word where they refuse; asked whole, they say why.
            for event in await self._ask_whole(body):
                yield event

    async def _ask_whole(self, body: Mapping[str, Any]) -> list[Event]:
        async with self.request("POST", "/chat/completions", body) as response:
            return stream.whole(await response.aread())

    async def _learn(self) -> "_Card":
        async with self.request("GET", "/models", None, timeout=_LISTING_TIMEOUT) as response:
            listing = msgspec.json.decode(await response.aread(), type=_Listing)
        self._card = _choose(listing.data, self._model)
        return self._card

    @asynccontextmanager
    async def request(
        self, method: str, path: str, body: Any, **options: Any
    ) -> AsyncIterator[httpx2.Response]:
        """The same, once the owner has agreed."""
        if not self.endpoint.agreed:
            raise ModelServerNotAgreed
        async with super().request(method, path, body, **options) as response:
            yield response

    def refusal(self, status: int, headers: Mapping[str, str], body: bytes) -> BoxError:
        """What kind of trouble it is, by the status and the spellings in use."""
        if _TOO_LONG.search(body):
            return ContextLengthExceeded()
        if status in {401, 403}:
            return ModelServerKeyRefused()
        if status == 429:
            return _busy(headers.get("retry-after", ""))
        if _NO_MODEL.search(body):
            return _no_model("The model's server doesn't have the model that it is asked for.")
        if status == 503 or _LOADING.search(body):
            return ModelStarting()
        return ModelServerFailed()


class _Meta(msgspec.Struct):
    n_ctx: int | None = None


class _Card(msgspec.Struct):
    """A model in the listing. The window has another name with each server that tells it."""

    id: str
    max_model_len: int | None = None
    context_length: int | None = None
    max_context_length: int | None = None
    meta: _Meta | None = None

    @property
    def window(self) -> int | None:
        loaded = self.meta.n_ctx if self.meta else None
        return loaded or self.max_model_len or self.context_length or self.max_context_length


class _Listing(msgspec.Struct):
    data: tuple[_Card, ...]


def _choose(cards: Sequence[_Card], name: str) -> _Card:
    # Ollama lists `mistral:latest` where one says `mistral`.
    for card in cards:
        if card.id in {name, f"{name}:latest"}:
            return card
    if name:
        raise _no_model("The model's server doesn't have the model that the settings name.")
    if len(cards) != 1:
        raise _no_model(
            "The model's server has several models or none, and the settings name none."
        )
    return cards[0]


def _no_model(message: str) -> ModelMissing:
    return ModelMissing(message, hint="Set inference.url_model to a model that the server has.")


def _busy(retry_after: str) -> ModelBusy:
    if not retry_after.isdigit() or not 0 < int(retry_after) <= _LONGEST_WAIT_S:
        return ModelBusy()
    return ModelBusy(hint=f"Your message is safe. Tap retry in {int(retry_after)} seconds.")


def _read_url(text: str) -> SplitResult:
    try:
        url = urlsplit(text)
        _ = url.port  # it is read only when it is asked for
    except ValueError as error:
        raise SettingsInvalid("inference.url is no address.") from error
    return url if url.path.strip("/") else url._replace(path="/v1")


def _endpoint(url: SplitResult, settings: Inference) -> Endpoint:
    here = _is_loopback(url.hostname or "")
    return Endpoint(
        place="machine" if here else "elsewhere",
        host=url.netloc,
        encrypted=here or url.scheme == "https",
        agreed=here or settings.consent == settings.url,
    )


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _key(path: str) -> dict[str, str]:
    if not path:
        return {}
    try:
        key = Path(path).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsInvalid("The file of inference.url_key_file can't be read.") from error
    return {"authorization": f"Bearer {key}"}
