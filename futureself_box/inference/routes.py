"""The paths of the inference API and what each answers."""

import asyncio
from array import array
from collections.abc import Iterator
from typing import Any, TypeVar

import msgspec
import structlog
from litestar import Litestar, Request, Response, get, post
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.types import ASGIApp

from futureself_box.errors import BoxError, RequestInvalid
from futureself_box.inference import openai
from futureself_box.inference.answers import (
    ClientGone,
    EventStream,
    WholeAnswer,
    while_connected,
)
from futureself_box.inference.connection import Trouble
from futureself_box.inference.models import Models
from futureself_box.inference.openai import (
    ChatRequest,
    Embedding,
    Embeddings,
    EmbeddingsRequest,
    EmbeddingUsage,
    EraseRequest,
    Faulty,
    Health,
    ModelCard,
)
from futureself_box.inference.pipe import Vectors

_T = TypeVar("_T")
_CLIENT_GONE = 499  # nginx's; nobody reads it
_RETRY_AFTER_S = {"model_busy": 10, "model_starting": 1}
_log = structlog.get_logger()


def make_app(models: Models) -> Litestar:
    """The web application over these models."""
    return Litestar(
        route_handlers=[complete_chat, embed, erase, list_models, show_health, show_checkup],
        dependencies={"models": Provide(lambda: models, sync_to_thread=False)},
        exception_handlers={
            BoxError: _of_box_error,
            HTTPException: _of_http_exception,
            ClientGone: _of_client_gone,
            Exception: _of_anything,
        },
        logging_config=None,
        openapi_config=None,
        request_max_body_size=openai.MAX_BODY_BYTES,
    )


@post("/v1/chat/completions", status_code=200)
async def complete_chat(body: bytes, models: Models) -> ASGIApp:
    """Answer a conversation, streaming or whole."""
    asked = _decode(body, ChatRequest)
    call = await models.chat(asked)
    if not asked.stream:
        return WholeAnswer(call, models.language)
    options = asked.stream_options
    return EventStream(call, models.language, with_usage=bool(options and options.include_usage))


@post("/v1/embeddings", status_code=200)
async def embed(body: bytes, models: Models, request: Request[Any, Any, Any]) -> Embeddings:
    """Turn texts into vectors."""
    asked = _decode(body, EmbeddingsRequest)
    embedding = models.embed(asked.texts, query=asked.input_type == "query")
    vectors = await while_connected(embedding, request.receive)
    as_bytes = asked.encoding_format == "base64"
    rows = [
        Embedding(index, row if as_bytes else array("f", row).tolist())
        for index, row in enumerate(_rows(vectors))
    ]
    usage = EmbeddingUsage(vectors.tokens, vectors.tokens)
    return Embeddings(tuple(rows), models.embeddings, usage)


@post("/v1/cache/erase", status_code=204)
async def erase(body: bytes, models: Models) -> None:
    """Forget a conversation, in memory and on the disk."""
    await models.erase(_decode(body, EraseRequest))


@get("/v1/models")
async def list_models(models: Models) -> openai.Models:
    """The models that answer."""
    return openai.Models(tuple(ModelCard(name) for name in models.names))


@get("/health")
async def show_health(models: Models) -> Health:
    """How the language model is."""
    return models.health()


@get("/checkup")
async def show_checkup(models: Models) -> tuple[Trouble, ...]:
    """What is wrong with the models and their build."""
    return await asyncio.to_thread(models.checkup)


def _decode(body: bytes, kind: type[_T]) -> _T:
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        # Says which field is wrong and what was expected there.
        raise RequestInvalid(f"{error}.") from error


def _rows(vectors: Vectors) -> Iterator[bytes]:
    length = vectors.dimensions * array("f").itemsize
    for start in range(0, len(vectors.values), length):
        yield vectors.values[start : start + length]


def _refusal(error: BoxError) -> Response[Faulty]:
    wait = _RETRY_AFTER_S.get(error.code)
    headers = {"retry-after": str(wait)} if wait else {}
    return Response(openai.faulty(error), status_code=error.status, headers=headers)


def _of_box_error(request: Request[Any, Any, Any], error: BoxError) -> Response[Faulty]:
    _log.info("request_refused", path=request.url.path, code=error.code)
    return _refusal(error)


def _of_http_exception(_: Request[Any, Any, Any], error: HTTPException) -> Response[Faulty]:
    refused = _refusal(RequestInvalid(f"{error.detail}."))
    refused.status_code = error.status_code
    return refused


def _of_client_gone(_: Request[Any, Any, Any], __: ClientGone) -> Response[None]:
    return Response(None, status_code=_CLIENT_GONE)


def _of_anything(request: Request[Any, Any, Any], error: Exception) -> Response[Faulty]:
    # The edge of a request: whatever it was, it is logged and the caller hears of it.
    _log.error("request_broke", path=request.url.path, exc_info=error)
    return _refusal(BoxError())
