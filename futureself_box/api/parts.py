"""What the edge works with; box.py makes it, handlers get it by injection."""

import asyncio
from dataclasses import dataclass
from uuid import UUID

from futureself_box.api import wall_clock
from futureself_box.api.phones import Phones
from futureself_box.futureself.turns import Turns
from futureself_box.household import devices
from futureself_box.household.codes import Codes
from futureself_box.household.devices import Credential
from futureself_box.inference.client import InferenceClient
from futureself_box.store.vault import Vault


@dataclass(frozen=True)
class Parts:
    """The parts of a running box."""

    vault: Vault
    codes: Codes
    turns: Turns
    phones: Phones
    inference: InferenceClient

    async def revoke(self, who: Credential, device: UUID) -> None:
        """Shut a device out: its token, its wrap and its open socket. Raises NotFound."""
        await asyncio.to_thread(devices.revoke, self.vault, who, device, wall_clock.now())
        await self.phones.revoke(device)
