"""The network between a browser and the box, with a switch.

A TCP relay: cut, it drops what is connected and refuses what is new, as Wi-Fi out of reach does.
"""

import asyncio
from contextlib import suppress


class Network:
    """`async with Network(port) as network`: carries bytes to a port of this machine."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._is_cut = False
        self._loses_answers = False
        self._open: set[asyncio.StreamWriter] = set()
        self._carrying: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server

    async def __aenter__(self) -> "Network":
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.cut()
        self._server.close()
        await asyncio.gather(*self._carrying)
        await self._server.wait_closed()

    @property
    def url(self) -> str:
        """Where the box is to be found through this network."""
        return f"http://localhost:{self._server.sockets[0].getsockname()[1]}"

    def cut(self) -> None:
        """Drop every connection, and refuse new ones."""
        self._is_cut = True
        for writer in self._open:
            writer.transport.abort()

    def lose_answers(self) -> None:
        """Carry to the box still, and nothing back."""
        self._loses_answers = True

    def restore(self) -> None:
        """Carry again. A connection that lost bytes is dropped."""
        if self._loses_answers:
            self.cut()
        self._is_cut = self._loses_answers = False

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._carrying.add(task)
        task.add_done_callback(self._carrying.discard)
        if self._is_cut:
            writer.transport.abort()
            return
        # A box that is down refuses the connection, and so does this network then.
        with suppress(ConnectionError):
            box_reader, box_writer = await asyncio.open_connection("127.0.0.1", self._to)
            there = self._pour(reader, box_writer)
            await asyncio.gather(there, self._pour(box_reader, writer, is_answer=True))
        writer.transport.abort()

    async def _pour(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, is_answer: bool = False
    ) -> None:
        self._open.add(writer)
        try:
            with suppress(ConnectionError):
                while data := await reader.read(64 * 1024):
                    if is_answer and self._loses_answers:
                        continue
                    writer.write(data)
                    await writer.drain()
        finally:
            self._open.discard(writer)
            writer.transport.abort()
