"""`futureself-box up`: runs the processes of the box, brings back what dies, stops all in order.

On the appliance systemd does this. A process that ends with `FINAL` has said why and would only say
it again; then everything stops.
"""

import asyncio
import ctypes
import signal
import sys
import time
from collections.abc import Sequence

import structlog

FINAL = 78  # EX_CONFIG of sysexits.h
_FIRST_PAUSE_S = 0.2
_LONGEST_PAUSE_S = 5.0
_STABLE_S = 60.0
_PATIENCE_S = 4.0
_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None)

log = structlog.get_logger()


def up(names: Sequence[str]) -> int:
    """Run `futureself-box NAME` for each name until a signal comes; return the exit status.

    The last one named is stopped first: it uses the others.
    """
    return asyncio.run(_up(names))


async def _up(names: Sequence[str]) -> int:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    keepers = [_Keeper(name, stop) for name in names]
    await stop.wait()
    for keeper in reversed(keepers):
        await keeper.end()
    return max(keeper.status for keeper in keepers)


class _Keeper:
    """Keeps one process running."""

    def __init__(self, name: str, stop: asyncio.Event) -> None:
        self.status = 0
        self._name = name
        self._stop = stop
        self._process: asyncio.subprocess.Process | None = None
        self._task = asyncio.create_task(self._keep())

    async def end(self) -> None:
        """Stop the process: politely, then not."""
        self._task.cancel()
        await asyncio.wait({self._task})
        process = self._process
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), _PATIENCE_S)
        except TimeoutError:
            log.warning("process_killed", name=self._name)
            process.kill()
            await process.wait()

    async def _keep(self) -> None:
        pause = _FIRST_PAUSE_S
        while True:
            started = time.monotonic()
            status = await self._run()
            if status == FINAL:
                self.status = FINAL
                self._stop.set()
                return
            if time.monotonic() - started > _STABLE_S:
                pause = _FIRST_PAUSE_S
            log.warning("process_died", name=self._name, status=status, again_in_s=pause)
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE_S)

    async def _run(self) -> int:
        # A session of its own: Ctrl-C reaches the supervisor only, and it stops them in order.
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "futureself_box.cli",
            self._name,
            start_new_session=True,
            preexec_fn=_end_with_parent,
        )
        return await self._process.wait()


def _end_with_parent() -> None:
    # A killed supervisor must not leave a box behind that holds the data folder (prctl(2)).
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
