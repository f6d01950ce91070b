"""Many phones in one process, so that they don't distort the one that measures: a plan comes on stdin.

`python -m futureself_box.bench.load` plays it and prints the ledger.
"""

import asyncio
import sys
import time
from uuid import UUID

import httpx2
import msgspec

from futureself_box.bench.ledger import Ledger
from futureself_box.bench.played_phone import PlayedPhone

# Of one address the box takes 64 connections, and each phone has a socket.
_UPLOADS_AT_ONCE = 8
_PATIENCE_S = 60.0


class Plan(msgspec.Struct, frozen=True):
    """The member and the token of each phone, and for how long they play. The first `talkers` talk."""

    url: str
    devices: list[tuple[UUID, str]]
    talkers: int
    seconds: float


def main() -> None:
    """Play the plan and print the ledger."""
    plan = msgspec.json.decode(sys.stdin.buffer.read(), type=Plan)
    sys.stdout.buffer.write(msgspec.json.encode(asyncio.run(play(plan))))


async def play(plan: Plan) -> Ledger:
    """All phones at once, to the end."""
    ledger = Ledger.of({member for member, _ in plan.devices}, time.monotonic())
    limits = httpx2.Limits(max_connections=_UPLOADS_AT_ONCE)
    async with httpx2.AsyncClient(base_url=plan.url, limits=limits, timeout=_PATIENCE_S) as http:
        phones = [PlayedPhone(*device, plan.url, http, ledger) for device in plan.devices]
        ends = ledger.began + plan.seconds
        await asyncio.gather(
            *(phone.live(ends, talks=number < plan.talkers) for number, phone in enumerate(phones))
        )
    return ledger


if __name__ == "__main__":
    main()
