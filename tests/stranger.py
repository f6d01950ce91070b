"""Strangers to the box: llama-cpp-python's own server, and one that says what it is told to."""

import asyncio
import os
import ssl
import subprocess
import sys
from contextlib import AsyncExitStack
from pathlib import Path

import httpx2

from futureself_box.bench.running_box import eventually, free_port

KEY = "a-key-for-strangers"
MODELS = b'{"object":"list","data":[{"id":"some"}]}'


class LlamaServer:
    """`python -m llama_cpp.server` on a port of its own, asking for KEY."""

    def __init__(self, folder: Path, models: Path, *, context_tokens: int = 1024) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/v1"
        self.key_file = folder / "key"
        self.key_file.write_text(f"{KEY}\n")
        self._log = folder / "stranger.log"
        self._arguments = {
            "model": (models / "language").resolve(),
            "model_alias": "starter",
            "n_ctx": context_tokens,
            "n_threads": 1,
            "n_threads_batch": 1,
            "port": self.port,
            "api_key": KEY,
        }

    def start(self) -> None:
        """Start it and wait until it answers."""
        command = [sys.executable, "-m", "llama_cpp.server"]
        for name, value in self._arguments.items():
            command += [f"--{name}", str(value)]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(command, env=os.environ, stdout=log, stderr=log)
        eventually(self._answers)

    def kill(self) -> None:
        """`kill -9`, whether it runs or not."""
        self._process.kill()
        self._process.wait()

    @property
    def log(self) -> str:
        """All that it said."""
        return self._log.read_text(errors="replace")

    def _answers(self) -> bool:
        try:
            headers = {"authorization": f"Bearer {KEY}"}
            with httpx2.Client(headers=headers, trust_env=False, verify=False) as http:
                return http.get(f"{self.url}/models").is_success
        except httpx2.TransportError:
            return False


class WireServer:
    """Lists models, and answers every chat with the same bytes."""

    def __init__(self) -> None:
        self.models = MODELS
        self.chat = b""
        self.requests: list[tuple[str, bytes]] = []

    async def open(self, stack: AsyncExitStack, tls: ssl.SSLContext | None = None) -> None:
        running = await asyncio.start_server(self._talk, "0.0.0.0", 0, ssl=tls)  # noqa: S104
        await stack.enter_async_context(running)
        self.port = running.sockets[0].getsockname()[1]

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = next(
            (h.split()[1] for h in head.lower().splitlines() if "content-length" in h), "0"
        )
        self.requests.append((head, await reader.readexactly(int(length))))
        is_listing = head.startswith("GET /v1/models ")
        writer.write(answer(200, self.models) if is_listing else self.chat)
        await writer.drain()
        writer.close()


def answer(status: int, body: bytes, *headers: bytes) -> bytes:
    """A whole HTTP answer."""
    lines = [b"HTTP/1.1 %d X" % status, b"content-length: %d" % len(body), *headers]
    return b"\r\n".join([*lines, b"", body])


def streamed(*lines: bytes, end: bytes = b"\n") -> bytes:
    """A streamed one, which the server's hanging up ends."""
    head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n"
    return head + b"".join(line + end + end for line in lines)


HELLO = streamed(
    b'data: {"choices":[{"delta":{"content":"Hello"}}]}',
    b'data: {"choices":[{"delta":{},"finish_reason":"stop"}]}',
    b"data: [DONE]",
)
