"""A server to measure over OpenAI's API, and what a client hears of its answers, with times.

Streams are read as they come and held in memory. Times are seconds of `time.perf_counter`.
"""

import asyncio
import base64
import json
import ssl
import time
from collections.abc import AsyncIterator, Sequence
from itertools import pairwise
from typing import Any

import httpx2
import msgspec

from futureself_box.bench.running_box import BoxMisbehaved
from futureself_box.errors import NetworkUnreachable

_PATIENCE_S = 600.0
_PARKING_KEY = base64.b64encode(bytes(32)).decode()  # nobody's words are in these prompts
_DATA = "data: "
_DONE = "[DONE]"
# A connection for each answer: servers end kept ones when it suits them, llama-server after a hundred.
_LIMITS = httpx2.Limits(max_connections=None, max_keepalive_connections=0)
_NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

Conversation = Sequence[tuple[str, str]]  # (role, words)


class Heard(msgspec.Struct, frozen=True):
    """Words that came together: when, and how many tokens they are."""

    at: float
    tokens: int


class Answer:
    """One answer while it comes."""

    def __init__(self) -> None:
        self.asked_at = time.perf_counter()
        self.heard: list[Heard] = []
        self.text = ""
        self.prompt_tokens = 0
        self.cached_tokens = 0
        self.task: asyncio.Task[None]
        self._begun = asyncio.Event()

    @property
    def first_s(self) -> float:
        """From the question to the first words."""
        return self.heard[0].at - self.asked_at

    def hear(self, text: str, tokens: int) -> None:
        """Take new words."""
        self.text += text
        self.heard.append(Heard(time.perf_counter(), tokens))
        self._begun.set()

    async def begun(self) -> None:
        """Wait for the first words. Raises what ended the answer before them."""
        waiting = asyncio.ensure_future(self._begun.wait())
        await asyncio.wait({waiting, self.task}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if not self.heard:
            await self.task
            raise BoxMisbehaved("An answer ended without a word.")

    async def ended(self) -> "Answer":
        """Wait for the last words."""
        await self.task
        if not self.heard:
            raise BoxMisbehaved("An answer ended without a word.")
        return self

    async def cut(self) -> None:
        """Hang up, as somebody does who has read enough."""
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)

    def tokens_until(self, moment: float) -> int:
        """How many had come by then."""
        return sum(heard.tokens for heard in self.heard if heard.at <= moment)

    def worst_gap_s(self, start: float, end: float) -> float:
        """The longest silence in a stretch of time, its ends included."""
        moments = [start, *(heard.at for heard in self.heard if start < heard.at < end), end]
        return max(b - a for a, b in pairwise(moments))


class Server:
    """An OpenAI-compatible server: `async with Server.at(url) as server`."""

    def __init__(self, http: httpx2.AsyncClient, *, own: bool = False) -> None:
        self._http = http
        self._model = ""
        self._more = {"parking_key": _PARKING_KEY} if own else {}

    @classmethod
    def at(cls, url: str) -> "Server":
        """One on the network. `url` may end in /v1."""
        base = url.rstrip("/").removesuffix("/v1")
        return cls(httpx2.AsyncClient(base_url=base, timeout=_PATIENCE_S, limits=_LIMITS))

    @classmethod
    def on_socket(cls, path: str) -> "Server":
        """Our own engine, which may also park what it read."""
        transport = httpx2.AsyncHTTPTransport(uds=path, verify=_NO_TLS, limits=_LIMITS)
        http = httpx2.AsyncClient(transport=transport, base_url="http://box", timeout=_PATIENCE_S)
        return cls(http, own=True)

    async def __aenter__(self) -> "Server":
        models = (await self._get("/v1/models"))["data"]
        self._model = models[0]["id"]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    def ask(self, conversation: Conversation, *, key: str, tokens: int, shared: int = 0) -> Answer:
        """Ask for a greedy answer of up to so many tokens; it comes by itself from now on.

        The first `shared` messages are the same for everybody, which a stranger has to find out.
        """
        answer = Answer()
        body = {
            "model": self._model,
            "messages": [{"role": role, "content": words} for role, words in conversation],
            "temperature": 0,
            "max_tokens": tokens,
            "stream": True,
            "stream_options": {"include_usage": True},
            "prompt_cache_key": key,
            **self._more,
        }
        if self._more:
            body["shared_messages"] = shared
        answer.task = asyncio.create_task(self._read(body, answer))
        return answer

    async def _read(self, body: dict[str, Any], answer: Answer) -> None:
        try:
            await self._read_all(body, answer)
        except httpx2.HTTPError as error:
            raise BoxMisbehaved(f"{self._http.base_url}: {error}") from error
        if not answer.heard:
            answer.hear("", 1)  # the model had nothing to say: its first token was the last

    async def _read_all(self, body: dict[str, Any], answer: Answer) -> None:
        async for chunk in self._chunks(body):
            for choice in chunk.get("choices", ()):
                text = choice.get("delta", {}).get("content")
                if text:
                    answer.hear(text, chunk.get("tokens", 1))
            if usage := chunk.get("usage"):
                answer.prompt_tokens = usage["prompt_tokens"]
                details = usage.get("prompt_tokens_details") or {}
                answer.cached_tokens = details.get("cached_tokens", 0)

    async def _chunks(self, body: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
        async with self._http.stream("POST", "/v1/chat/completions", json=body) as response:
            if not response.is_success:
                said = (await response.aread()).decode(errors="replace")
                raise BoxMisbehaved(f"{response.status_code}: {said}")
            async for line in response.aiter_lines():
                if line.startswith(_DATA) and (data := line.removeprefix(_DATA)) != _DONE:
                    chunk = json.loads(data)
                    if "error" in chunk:
                        raise BoxMisbehaved(str(chunk["error"]))
                    yield chunk

    async def _get(self, path: str) -> Any:
        try:
            response = await self._http.get(path)
        except httpx2.HTTPError as error:
            hint = "Start that server first, then run the bench again."
            raise NetworkUnreachable(f"{self._http.base_url} doesn't answer.", hint=hint) from error
        if not response.is_success:
            raise BoxMisbehaved(f"GET {path}: {response.status_code} {response.text}")
        return response.json()


def speed_together(answers: Sequence[Answer]) -> float | None:
    """Tokens a second of all answers, while every one of them is coming; None if that is never."""
    start = max(answer.heard[0].at for answer in answers)
    end = min(answer.heard[-1].at for answer in answers)
    if end <= start:
        return None
    tokens = sum(answer.tokens_until(end) - answer.tokens_until(start) for answer in answers)
    return tokens / (end - start)
