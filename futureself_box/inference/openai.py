"""The wire format of the inference API: OpenAI's, with limits on everything.

Requests are strict where a wrong value would change the answer and lenient on fields unknown here,
which OpenAI's clients send. Extra to OpenAI's, and passed over by servers that don't know them:
`top_k`, `min_p`, `repeat_penalty`; `timings`, and `tokens` in a chunk; `shared_messages`, the number
of first messages that the sender wrote itself for everybody, so that their reading may be shared
between cache keys; `parking_key`, 32 bytes in base64 under which the conversation may lie on disk; `input_type` of texts to
embed, since some models read questions and what answers them differently.
"""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from futureself_box.errors import BoxError, RequestInvalid
from futureself_box.inference.pipe import Sampling, Usage
from futureself_box.inference.template import Message

MAX_BODY_BYTES = 4 * 1024 * 1024

Status = Literal["ready", "loading", "model_missing", "model_broken"]
_Probability = Annotated[float, Meta(ge=0.0, le=1.0)]
_Penalty = Annotated[float, Meta(ge=-2.0, le=2.0)]
_Stop = Annotated[str, Meta(min_length=1, max_length=256)]
_TokenName = Annotated[str, Meta(pattern=r"^[0-9]{1,7}$")]
_Bias = Annotated[float, Meta(ge=-100.0, le=100.0)]
_CacheKey = Annotated[str, Meta(max_length=256)]
_ParkingKey = Annotated[bytes, Meta(max_length=32)]
_Text = Annotated[str, Meta(min_length=1, max_length=100_000)]


class StreamOptions(msgspec.Struct, frozen=True):
    """What else a stream carries."""

    include_usage: bool = False


class TextPart(msgspec.Struct, frozen=True):
    """A part of a message; only text is taken."""

    text: str
    type: Literal["text"]


class ChatMessage(msgspec.Struct, frozen=True):
    """A message as OpenAI's clients write it. `developer` is another word for `system`."""

    role: Literal["system", "developer", "user", "assistant"]
    content: str | Annotated[tuple[TextPart, ...], Meta(max_length=256)]

    @property
    def plain(self) -> Message:
        """As chat templates take it."""
        content = self.content
        text = content if isinstance(content, str) else "".join(part.text for part in content)
        return Message("system" if self.role == "developer" else self.role, text)


class JsonSchema(msgspec.Struct, frozen=True):
    """A schema, always followed strictly."""

    schema: dict[str, Any]


class ResponseFormat(msgspec.Struct, frozen=True):
    """What the answer's text must be."""

    type: Literal["text", "json_object", "json_schema"]
    json_schema: JsonSchema | None = None


class ChatRequest(msgspec.Struct, frozen=True):
    """The body of POST /v1/chat/completions."""

    messages: Annotated[tuple[ChatMessage, ...], Meta(min_length=1, max_length=4096)]
    model: Annotated[str, Meta(max_length=4096)] = ""
    max_tokens: Annotated[int, Meta(ge=1, le=1_000_000)] | None = None
    max_completion_tokens: Annotated[int, Meta(ge=1, le=1_000_000)] | None = None
    temperature: Annotated[float, Meta(ge=0.0, le=2.0)] | None = None
    top_k: Annotated[int, Meta(ge=1, le=1000)] | None = None
    top_p: _Probability | None = None
    min_p: _Probability | None = None
    repeat_penalty: Annotated[float, Meta(ge=0.5, le=2.0)] | None = None
    frequency_penalty: _Penalty | None = None
    presence_penalty: _Penalty | None = None
    seed: Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)] | None = None
    stop: _Stop | Annotated[tuple[_Stop, ...], Meta(max_length=8)] | None = None
    n: Literal[1] | None = None
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    logit_bias: Annotated[dict[_TokenName, _Bias], Meta(max_length=1024)] | None = None
    response_format: ResponseFormat | None = None
    prompt_cache_key: _CacheKey | None = None
    shared_messages: Annotated[int, Meta(ge=0, le=4096)] = 0
    parking_key: _ParkingKey = b""

    @property
    def conversation(self) -> tuple[Message, ...]:
        """The messages as chat templates take them."""
        return tuple(message.plain for message in self.messages)

    @property
    def cache_key(self) -> str:
        """Whose conversation it is; empty for nobody's."""
        return self.prompt_cache_key or ""

    @property
    def schema(self) -> str:
        """The JSON schema of the answer; empty for free text. Raises RequestInvalid."""
        wanted = self.response_format
        if wanted is None or wanted.type == "text":
            return ""
        if wanted.type == "json_object":
            return '{"type":"object"}'
        if wanted.json_schema is None:
            raise RequestInvalid("response_format lacks its json_schema.")
        return msgspec.json.encode(wanted.json_schema.schema).decode()

    @property
    def longest_answer(self) -> int | None:
        """In tokens; None for as many as the window holds."""
        return self.max_completion_tokens or self.max_tokens

    @property
    def stops(self) -> tuple[str, ...]:
        """The stop strings."""
        return (self.stop,) if isinstance(self.stop, str) else self.stop or ()

    @property
    def sampling(self) -> Sampling:
        """How tokens are chosen: what was asked for, and our defaults."""
        asked = {name: getattr(self, name) for name in Sampling.__struct_fields__}
        if self.seed is not None:
            asked["seed"] = self.seed & 0xFFFFFFFF
        if self.logit_bias is not None:
            asked["logit_bias"] = tuple((int(k), bias) for k, bias in self.logit_bias.items())
        return Sampling(**{name: value for name, value in asked.items() if value is not None})


class EraseRequest(msgspec.Struct, frozen=True):
    """The body of POST /v1/cache/erase, which is ours: forget a conversation."""

    prompt_cache_key: _CacheKey
    parking_key: _ParkingKey


class EmbeddingsRequest(msgspec.Struct, frozen=True):
    """The body of POST /v1/embeddings."""

    input: _Text | Annotated[tuple[_Text, ...], Meta(min_length=1, max_length=64)]
    model: Annotated[str, Meta(max_length=4096)] = ""
    encoding_format: Literal["float", "base64"] | None = None
    input_type: Literal["query", "passage"] = "passage"

    @property
    def texts(self) -> tuple[str, ...]:
        """The texts, also where there is only one."""
        return (self.input,) if isinstance(self.input, str) else self.input


class Words(msgspec.Struct, frozen=True, omit_defaults=True):
    """The message, or what is new of it in a chunk."""

    role: Literal["assistant"] | UnsetType = UNSET
    content: str | UnsetType = UNSET


class Choice(msgspec.Struct, frozen=True):
    """The one choice; `delta` in a chunk, `message` in a whole answer."""

    index: int = 0
    delta: Words | UnsetType = UNSET
    message: Words | UnsetType = UNSET
    finish_reason: Literal["stop", "length"] | None = None


class CachedTokens(msgspec.Struct, frozen=True):
    """Prompt tokens that were not read again."""

    cached_tokens: int


class Tokens(msgspec.Struct, frozen=True):
    """What was read and written."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int
    prompt_tokens_details: CachedTokens


class Timings(msgspec.Struct, frozen=True):
    """As llama-server names them."""

    prompt_n: int
    prompt_ms: float
    prompt_per_second: float
    predicted_n: int
    predicted_ms: float
    predicted_per_second: float


class Completion(msgspec.Struct, frozen=True):
    """An answer or a chunk of one, as `object` says. `tokens` counts those of a chunk."""

    id: str
    object: Literal["chat.completion", "chat.completion.chunk"]
    created: int
    model: str
    choices: tuple[Choice, ...] = ()
    tokens: int | UnsetType = UNSET
    usage: Tokens | UnsetType = UNSET
    timings: Timings | UnsetType = UNSET


class ModelCard(msgspec.Struct, frozen=True):
    """A model in GET /v1/models."""

    id: str
    object: Literal["model"] = "model"
    created: int = 0
    owned_by: str = "futureself-box"


class Models(msgspec.Struct, frozen=True):
    """The answer of GET /v1/models."""

    data: tuple[ModelCard, ...]
    object: Literal["list"] = "list"


class Embedding(msgspec.Struct, frozen=True):
    """One vector: numbers, or their bytes in base64 as OpenAI's own client asks for them."""

    index: int
    embedding: list[float] | bytes
    object: Literal["embedding"] = "embedding"


class EmbeddingUsage(msgspec.Struct, frozen=True):
    """What was read."""

    prompt_tokens: int
    total_tokens: int


class Embeddings(msgspec.Struct, frozen=True):
    """The answer of POST /v1/embeddings."""

    data: tuple[Embedding, ...]
    model: str
    usage: EmbeddingUsage
    object: Literal["list"] = "list"


class Health(msgspec.Struct, frozen=True):
    """The answer of GET /health."""

    status: Status
    model: str | None
    context_tokens: int
    starter: bool
    layers: int = 0
    gpu_layers: int = 0
    parameters: int = 0


class Fault(msgspec.Struct, frozen=True):
    """What went wrong, with one of our codes. `hint` is extra to OpenAI's."""

    message: str
    type: str
    code: str
    param: None = None
    hint: str = ""


class Faulty(msgspec.Struct, frozen=True):
    """The body of every error."""

    error: Fault


def faulty(error: BoxError) -> Faulty:
    """An error in OpenAI's shape."""
    kind = "invalid_request_error" if error.status < 500 else "server_error"
    return Faulty(Fault(message=error.message, type=kind, code=error.code, hint=error.hint))


def tokens(usage: Usage) -> Tokens:
    """The usage in OpenAI's shape."""
    return Tokens(
        prompt_tokens=usage.prompt_tokens,
        completion_tokens=usage.completion_tokens,
        total_tokens=usage.prompt_tokens + usage.completion_tokens,
        prompt_tokens_details=CachedTokens(usage.cached_tokens),
    )


def timings(usage: Usage) -> Timings:
    """The times in llama-server's shape."""
    read = usage.prompt_tokens - usage.cached_tokens
    return Timings(
        prompt_n=read,
        prompt_ms=usage.prompt_ms,
        prompt_per_second=_rate(read, usage.prompt_ms),
        predicted_n=usage.completion_tokens,
        predicted_ms=usage.decode_ms,
        predicted_per_second=_rate(usage.completion_tokens, usage.decode_ms),
    )


def _rate(count: int, duration_ms: float) -> float:
    return count / duration_ms * 1000 if duration_ms > 0 else 0.0
