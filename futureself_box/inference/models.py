"""Every model that this process serves: which engine each has and how it is asked.

The language model starts with the process, unless another server answers; the embedding model
with the first request for it.
"""

import asyncio
from collections.abc import Callable
from functools import partial

import structlog

from futureself_box.errors import BoxError, ModelBroken, ModelMissing
from futureself_box.inference import checkup, parking, prompt_parts, weights
from futureself_box.inference.calls import Call
from futureself_box.inference.connection import Trouble
from futureself_box.inference.engine import Engine
from futureself_box.inference.openai import ChatRequest, EraseRequest, Health, Status
from futureself_box.inference.pipe import Embed, Generate, Ready, Vectors
from futureself_box.inference.template import ChatTemplate
from futureself_box.inference.weights import Identity
from futureself_box.settings import Settings

_EMBEDDINGS_PATIENCE_S = 20.0
_log = structlog.get_logger()


class Models:
    """The engines and the chat template of the language model."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._answers_itself = not settings.inference.url
        self._template: ChatTemplate | None = None
        self._after = ""
        self._controls: tuple[str, ...] = ()
        self._layers = self._gpu_layers = self._parameters = 0
        self._parked = settings.parked_path
        self._tasks: list[asyncio.Task[None]] = []
        self._on_broken: Callable[[], None] = lambda: None
        self._language = Engine(
            "futureself_box.inference.language",
            settings,
            locate=partial(weights.in_use, settings, "language"),
            check=_check_language,
            on_ready=self._take_template,
        )
        self._embeddings = Engine(
            "futureself_box.inference.embeddings",
            settings,
            locate=partial(weights.in_use, settings, "embeddings"),
            check=lambda _: None,
        )
        self._embeddings_started = False

    @property
    def language(self) -> str:
        """The name of the language model; empty without one."""
        return self._language.weights.name if self._language.weights else ""

    @property
    def embeddings(self) -> str:
        """The name of the embedding model; empty before it was asked for."""
        return self._embeddings.weights.name if self._embeddings.weights else ""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all models that answer."""
        return tuple(name for name in (self.language, self.embeddings) if name)

    def start(self, on_broken: Callable[[], None]) -> None:
        """Load the language model, unless another server answers. `on_broken` is called if an engine can't be kept any more."""
        self._on_broken = on_broken
        if self._answers_itself:
            self._keep(self._language)

    def refuse(self) -> None:
        """The process is about to end: no answer goes on, and none begins."""
        for engine in (self._language, self._embeddings):
            engine.refuse()

    async def stop(self) -> None:
        """End the children."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def health(self) -> Health:
        """How the language model is."""
        trouble, identity = self._language.trouble, self._language.weights
        return Health(
            status=_status(trouble),
            model=self.language or None,
            context_tokens=self._language.context_tokens,
            starter=identity is not None and weights.is_starter(identity),
            layers=self._layers,
            gpu_layers=self._gpu_layers,
            parameters=self._parameters,
        )

    def checkup(self) -> tuple[Trouble, ...]:
        """What is wrong with the models; takes a second or two."""
        return checkup.look(self._settings, self._language.trouble, self._layers, self._gpu_layers)

    async def loaded(self, timeout_s: float) -> None:
        """Wait for the language model. Raises what keeps it from answering."""
        await self._language.settled(timeout_s)
        self._language.check_ready()

    async def chat(self, request: ChatRequest) -> Call:
        """Ask for an answer; it stands in line then. Raises what keeps the model from giving one."""
        self._language.check_ready()
        if self._template is None:
            raise ModelMissing
        prompt = prompt_parts.render(
            self._template,
            request.conversation,
            shared=request.shared_messages,
            controls=self._controls,
        )
        call = self._language.ask(
            lambda number: Generate(
                id=number,
                parts=prompt.texts,
                shared_parts=prompt.shared,
                max_tokens=request.longest_answer,
                sampling=request.sampling,
                stop=request.stops,
                cache_key=request.cache_key,
                parking_key=request.parking_key,
                schema=request.schema,
                after=self._after,
            )
        )
        try:
            await call.next()
        except BaseException:
            call.close()
            raise
        return call

    async def embed(self, texts: tuple[str, ...], *, query: bool) -> Vectors:
        """The vectors of some texts."""
        if not self._embeddings_started:
            self._embeddings_started = True
            self._keep(self._embeddings)
        await self._embeddings.settled(_EMBEDDINGS_PATIENCE_S)
        call = self._embeddings.ask(lambda number: Embed(number, texts, query))
        try:
            while not isinstance(news := await call.next(), Vectors):
                continue
            return news
        finally:
            call.close()

    async def erase(self, request: EraseRequest) -> None:
        """Forget a conversation, in memory and on the disk."""
        await self._language.erase(request.prompt_cache_key)
        key, label = request.parking_key, request.prompt_cache_key
        await asyncio.to_thread(parking.erase, self._parked, key, label)

    def _keep(self, engine: Engine) -> None:
        task = asyncio.create_task(engine.run())
        task.add_done_callback(self._ended)
        self._tasks.append(task)

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()):
            _log.error("engine_keeper_broke", exc_info=error)
            self._on_broken()

    def _take_template(self, ready: Ready) -> None:
        self._template = ChatTemplate(ready.template, bos=ready.bos, eos=ready.eos)
        self._controls = ready.controls
        self._after = prompt_parts.between(self._template)
        self._layers, self._gpu_layers = ready.layers, ready.gpu_layers
        self._parameters = ready.parameters


def _check_language(identity: Identity) -> None:
    weights.check_chat(identity.path)


def _status(trouble: BoxError | None) -> Status:
    match trouble:
        case None:
            return "ready"
        case ModelMissing():
            return "model_missing"
        case ModelBroken():
            return "model_broken"
        case _:
            return "loading"
