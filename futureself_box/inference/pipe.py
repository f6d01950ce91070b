"""What the inference parent and its children say to each other, and how it is framed.

A frame is four bytes of length (little-endian), then one MessagePack Struct told apart by its tag.
Both ends are ours, so a frame that doesn't decode is a fault of the program and ends the child.
"""

import asyncio
import socket
import struct
import threading
from typing import Literal

import msgspec

from futureself_box.settings import Inference, Log

MAX_FRAME_BYTES = 64 * 1024 * 1024
_LENGTH = struct.Struct("<I")

Reason = Literal["stop", "length"]


class Sampling(msgspec.Struct, frozen=True):
    """How the next token is chosen; a temperature of 0 takes the likeliest."""

    temperature: float = 0.8
    top_k: int = 40
    top_p: float = 0.95
    min_p: float = 0.05
    repeat_penalty: float = 1.0
    frequency_penalty: float = 0.0
    presence_penalty: float = 0.0
    seed: int | None = None
    logit_bias: tuple[tuple[int, float], ...] = ()


class Load(msgspec.Struct, frozen=True, tag=True):
    """The first command: which weights, and under which settings."""

    path: str
    inference: Inference
    log: Log
    parked: str = ""
    """The folder for conversations that left the memory."""


class Generate(msgspec.Struct, frozen=True, tag=True):
    """Continue a prompt. `max_tokens` is None for as many as the window holds.

    `parts` are by turns the template's own words and a message's, in which no control token counts.
    The first `shared_parts` were written by the box itself. `schema` is JSON, or empty for free text.
    """

    id: int
    parts: tuple[str, ...]
    max_tokens: int | None
    sampling: Sampling
    stop: tuple[str, ...]
    cache_key: str = ""
    parking_key: bytes = b""
    shared_parts: int = 0
    schema: str = ""
    after: str = ""
    """The template's words between this answer and the next message."""


class Embed(msgspec.Struct, frozen=True, tag=True):
    """Turn texts into vectors; `query` where they are questions, not what answers them."""

    id: int
    texts: tuple[str, ...]
    query: bool = False


class Cancel(msgspec.Struct, frozen=True, tag=True):
    """Nobody waits for this request any more."""

    id: int


class Erase(msgspec.Struct, frozen=True, tag=True):
    """Forget everything that was read under a cache key, and answer `Erased`."""

    id: int
    cache_key: str


class Ready(msgspec.Struct, frozen=True, tag=True):
    """The weights are loaded. A child without a chat leaves the template empty."""

    context_tokens: int
    template: str = ""
    bos: str = ""
    eos: str = ""
    controls: tuple[str, ...] = ()
    """The names of the control tokens."""
    layers: int = 0
    """All of the model's, and those that llama.cpp says it put on the GPU."""
    gpu_layers: int = 0
    parameters: int = 0


class Refused(msgspec.Struct, frozen=True, tag=True):
    """The weights can't be loaded, now or later; the child ends."""

    message: str
    hint: str


class Accepted(msgspec.Struct, frozen=True, tag=True):
    """The prompt fits and stands in line."""

    id: int
    prompt_tokens: int


class Started(msgspec.Struct, frozen=True, tag=True):
    """The request left the line."""

    id: int


class Progress(msgspec.Struct, frozen=True, tag=True):
    """How much of the prompt is read."""

    id: int
    done: int
    total: int


class Piece(msgspec.Struct, frozen=True, tag=True):
    """Words of the answer and how many tokens they took."""

    id: int
    text: str
    tokens: int


class Usage(msgspec.Struct, frozen=True):
    """What an answer took. Times in milliseconds."""

    prompt_tokens: int
    cached_tokens: int
    completion_tokens: int
    prompt_ms: float
    decode_ms: float


class End(msgspec.Struct, frozen=True, tag=True):
    """The answer is complete, or as long as it may be."""

    id: int
    reason: Reason
    usage: Usage


class Vectors(msgspec.Struct, frozen=True, tag=True):
    """One vector for each text: little-endian float32, `dimensions` of them a text."""

    id: int
    dimensions: int
    values: bytes
    tokens: int


class Erased(msgspec.Struct, frozen=True, tag=True):
    """Nothing of the cache key is in memory any more, and nothing of it will be parked."""

    id: int


class Failed(msgspec.Struct, frozen=True, tag=True):
    """The request can't be done; `code` is that of a BoxError."""

    id: int
    code: str
    message: str


Command = Load | Generate | Embed | Cancel | Erase
Report = (
    Ready | Refused | Accepted | Started | Progress | Piece | End | Vectors | Erased | Failed
)  # fmt: skip

_encoder = msgspec.msgpack.Encoder()
_commands = msgspec.msgpack.Decoder(Command)
_reports = msgspec.msgpack.Decoder(Report)


def frame(message: Command | Report) -> bytes:
    """The bytes of one frame."""
    body = _encoder.encode(message)
    if len(body) > MAX_FRAME_BYTES:
        raise ValueError(f"a frame of {len(body)} bytes is over the limit")
    return _LENGTH.pack(len(body)) + body


async def read_report(reader: asyncio.StreamReader) -> Report | None:
    """The child's next report; None when it is gone."""
    try:
        head = await reader.readexactly(_LENGTH.size)
        report: Report = _reports.decode(await reader.readexactly(_body_length(head)))
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    return report


class ChildEnd:
    """The child's side: blocking, read by one thread and written by any."""

    def __init__(self, sock: socket.socket) -> None:
        self._file = sock.makefile("rb")
        self._socket = sock
        self._lock = threading.Lock()

    def receive(self) -> Command | None:
        """The next command; None when the parent is gone."""
        try:
            head = self._file.read(_LENGTH.size)
            if len(head) < _LENGTH.size:
                return None
            body = self._file.read(_body_length(head))
        except ConnectionError:
            return None
        command: Command = _commands.decode(body)
        return command

    def send(self, *reports: Report) -> None:
        """Hand reports to the parent in one go, waiting for room if it is behind."""
        data = b"".join(map(frame, reports))
        with self._lock:
            self._socket.sendall(data)


def _body_length(head: bytes) -> int:
    length: int = _LENGTH.unpack(head)[0]
    if length > MAX_FRAME_BYTES:
        raise ValueError(f"a frame of {length} bytes is over the limit")
    return length
