"""Keeps one child process alive and hands it requests.

Its state says whether it can answer. When the child dies, every request that it had fails at once
and the child is started again; weights that kill their loader three times are left alone until
another file is in use.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable

import structlog

from futureself_box.errors import BoxError, ModelBroken, ModelBusy, ModelMissing, ModelStarting
from futureself_box.inference.calls import Call, Calls
from futureself_box.inference.child import Child
from futureself_box.inference.pipe import Cancel, Embed, Erase, Generate, Load, Ready, Refused
from futureself_box.inference.weights import Identity
from futureself_box.settings import Settings

_FIRST_PAUSE_S = 0.2
_LONGEST_PAUSE_S = 5.0
_STABLE_S = 60.0
_POLL_S = 1.0
_MOST_FAILURES = 3
_log = structlog.get_logger()


class Engine:
    """A child with its weights. `run` is its life; everything else is for those who ask."""

    def __init__(
        self,
        module: str,
        settings: Settings,
        *,
        locate: Callable[[], Identity],
        check: Callable[[Identity], None],
        on_ready: Callable[[Ready], None] = lambda _: None,
    ) -> None:
        self.weights: Identity | None = None
        self.context_tokens = 0
        self.trouble: BoxError | None = ModelStarting()
        self._module = module
        self._settings = settings
        self._locate = locate
        self._check = check
        self._on_ready = on_ready
        self._calls = Calls()
        self._child: Child | None = None
        self._settled = asyncio.Event()

    async def run(self) -> None:
        """Start the child, and start it again, until cancelled."""
        pause, failures = _FIRST_PAUSE_S, 0
        while True:
            weights = await self._wait_for_weights()
            started = time.monotonic()
            loaded = await self._live(weights)
            failures = 0 if loaded else failures + 1
            if failures == _MOST_FAILURES:
                failures = 0
                self._give_up(ModelBroken("The model's file makes its loader crash."))
            if isinstance(self.trouble, ModelBroken):
                await self._wait_for_other(weights)
                continue
            if time.monotonic() - started > _STABLE_S:
                pause = _FIRST_PAUSE_S
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE_S)

    async def settled(self, timeout_s: float) -> None:
        """Wait while the weights are loading, but not for ever."""
        try:
            await asyncio.wait_for(self._settled.wait(), timeout_s)
        except TimeoutError as error:
            raise ModelStarting from error

    def check_ready(self) -> None:
        """Raise what keeps the engine from answering."""
        if self.trouble is not None:
            raise self.trouble.__class__(self.trouble.message, hint=self.trouble.hint)

    def ask(self, make: Callable[[int], Generate | Embed]) -> Call:
        """Send a request to the child. Close the call, or it is never cancelled."""
        self.check_ready()
        if self._child is None:
            raise ModelStarting
        if self._calls.waiting >= self._settings.inference.queue_length:
            raise ModelBusy
        return self._send(self._child, make)

    async def erase(self, cache_key: str) -> None:
        """Let the child forget what it read under a key; one that isn't there knows nothing."""
        if self._child is None:
            return
        call = self._send(self._child, lambda number: Erase(number, cache_key))
        with contextlib.suppress(ModelStarting):
            await call.next()
        call.close()

    def _send(self, child: Child, make: Callable[[int], Generate | Embed | Erase]) -> Call:
        call = self._calls.open(self._cancel)
        child.send(make(call.id))
        return call

    def refuse(self) -> None:
        """Answer nobody any more: all requests fail, and new ones too."""
        self._child, self.trouble = None, ModelStarting()
        self._calls.fail_all(ModelStarting())

    def _cancel(self, call: int) -> None:
        if self._child is not None:
            self._child.send(Cancel(call))

    async def _wait_for_weights(self) -> Identity:
        while True:
            weights = self._located()
            if weights is not None:
                return weights
            await asyncio.sleep(_POLL_S)

    async def _wait_for_other(self, weights: Identity) -> None:
        while True:
            await asyncio.sleep(_POLL_S)
            if self._located() != weights:
                return

    def _located(self) -> Identity | None:
        try:
            return self._locate()
        except ModelMissing as error:
            if self._child is None:
                self._give_up(error)
            return None

    def _give_up(self, trouble: BoxError) -> None:
        if self.trouble is None or self.trouble.message != trouble.message:
            _log.error("engine_stopped", engine=self._module, code=trouble.code)
        self.trouble = trouble
        self._settled.set()

    async def _live(self, weights: Identity) -> bool:
        """Run one child to its end; whether it had loaded the weights."""
        self.weights, self.trouble = weights, ModelStarting()
        self._settled.clear()
        try:
            await asyncio.to_thread(self._check, weights)
        except BoxError as error:
            self._give_up(ModelBroken(error.message, hint=error.hint))
            return False
        settings = self._settings
        parked = str(settings.parked_path)
        load = Load(str(weights.path), settings.inference, settings.log, parked)
        started = time.monotonic()
        child = await Child.start(self._module, load)
        watcher = asyncio.create_task(self._stop_when_replaced(child, weights))
        try:
            loaded = await self._handshake(child, started)
            if loaded:
                await self._listen(child)
            return loaded
        finally:
            watcher.cancel()
            self._lose_child()
            status = await child.stop()
            _log.warning("child_ended", engine=self._module, pid=child.pid, status=status)

    def _lose_child(self) -> None:
        self._child = None
        self._calls.fail_all(ModelStarting())
        if not isinstance(self.trouble, ModelBroken):
            self.trouble = ModelStarting()
            self._settled.clear()

    async def _handshake(self, child: Child, started: float) -> bool:
        report = await child.receive()
        if isinstance(report, Refused):
            self._give_up(ModelBroken(report.message, hint=report.hint))
        if not isinstance(report, Ready):
            return False
        try:
            self._on_ready(report)
        except BoxError as error:
            self._give_up(error)
            return False
        self._child = child
        self.context_tokens = report.context_tokens
        self.trouble = None
        self._settled.set()
        load_s = round(time.monotonic() - started, 3)
        _log.info("engine_ready", engine=self._module, pid=child.pid, load_s=load_s)
        return True

    async def _listen(self, child: Child) -> None:
        while (report := await child.receive()) is not None:
            self._calls.deliver(report)

    async def _stop_when_replaced(self, child: Child, weights: Identity) -> None:
        """Other weights take over when nobody waits for an answer of these."""
        while True:
            await asyncio.sleep(_POLL_S)
            if not self._calls.any and self._located() not in {weights, None}:
                break
        _log.info("weights_replaced", engine=self._module)
        self._child, self.trouble = None, ModelStarting()
        await child.stop()
