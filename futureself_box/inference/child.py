"""One child process of the inference parent, and the pipe to it.

The pipe is a socket pair: when the parent dies the child reads its end and leaves, when the child
dies the parent reads its end at once.
"""

import asyncio
import socket
import sys

from futureself_box.inference.pipe import Command, Load, Report, frame, read_report

_PATIENCE_S = 8.0  # the language child parks its conversations first


class Child:
    """A running child; `start` makes one."""

    def __init__(
        self,
        process: asyncio.subprocess.Process,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self._process = process
        self._reader = reader
        self._writer = writer

    @classmethod
    async def start(cls, module: str, load: Load) -> "Child":
        """Run a module of this package and tell it what to load.

        Whoever is cancelled meanwhile leaves no process behind.
        """
        starting = asyncio.create_task(cls._start(module, load))
        try:
            return await asyncio.shield(starting)
        except asyncio.CancelledError:
            await (await starting).stop()
            raise

    @classmethod
    async def _start(cls, module: str, load: Load) -> "Child":
        ours, theirs = socket.socketpair()
        with theirs:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                module,
                str(theirs.fileno()),
                pass_fds=[theirs.fileno()],
                stdin=asyncio.subprocess.DEVNULL,
            )
        child = cls(process, *await asyncio.open_unix_connection(sock=ours))
        child.send(load)
        return child

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    def send(self, command: Command) -> None:
        """Hand a command to the child. One that is gone is noticed by `receive`."""
        self._writer.write(frame(command))

    async def receive(self) -> Report | None:
        """The next report; None once the child is gone."""
        return await read_report(self._reader)

    async def stop(self) -> int:
        """End the child, politely first; its exit status."""
        self._writer.close()
        try:
            return await asyncio.wait_for(self._process.wait(), _PATIENCE_S)
        except TimeoutError:
            self._process.kill()
            return await self._process.wait()
