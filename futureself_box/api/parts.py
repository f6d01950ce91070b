"""What the edge works with; box.py makes it, handlers get it by injection."""

import asyncio
from dataclasses import dataclass
from uuid import UUID

import structlog

from futureself_box.api import wall_clock
from futureself_box.api.phones import Phones
from futureself_box.api.pushes import Pushes
from futureself_box.doctor.recorder import Recorder
from futureself_box.errors import BoxError
from futureself_box.futureself.care.hearing import Hearing
from futureself_box.futureself.care.watch import Watch
from futureself_box.futureself.keeper import Keeper
from futureself_box.futureself.turns import Turns
from futureself_box.household import devices, leaving, rescue
from futureself_box.household.codes import Tries
from futureself_box.household.devices import Credential
from futureself_box.household.invitations import Invitations
from futureself_box.household.recovery_sheet import RecoverySheet
from futureself_box.household.rescue import Rescue
from futureself_box.household.setup_code import SetUpCode
from futureself_box.inference.client import InferenceClient
from futureself_box.lan import profile
from futureself_box.lan.presence import Presence
from futureself_box.settings import Settings
from futureself_box.store.vault import Vault

_log = structlog.get_logger()


@dataclass(frozen=True)
class Parts:
    """The parts of a running box. `presence` is None where the box is on no network."""

    vault: Vault
    setup_code: SetUpCode
    invitations: Invitations
    sheet: RecoverySheet
    tries: Tries
    turns: Turns
    watch: Watch
    hearing: Hearing
    memory: Keeper
    phones: Phones
    pushes: Pushes
    recorder: Recorder
    inference: InferenceClient
    presence: Presence | None
    settings: Settings

    @property
    def fingerprint(self) -> bytes:
        """SHA-256 of the public key that phones see; zeros where there is no network."""
        return self.presence.fingerprint if self.presence else bytes(32)

    @property
    def box_id(self) -> str | None:
        """The box's short id on the network."""
        return self.presence.identity.id if self.presence else None

    @property
    def authority_fingerprint(self) -> str | None:
        """SHA-256 of the authority's certificate, in hex."""
        return profile.fingerprint(self.presence.identity).hex() if self.presence else None

    def join_url(self, address: str | None, fragment: str) -> str | None:
        """Where a new phone begins; None where the box is on no network."""
        return self.presence.join_url(address, fragment) if self.presence else None

    @property
    def origins(self) -> tuple[str, ...]:
        """Where the app is on the network, the name first."""
        return self.presence.origins if self.presence else ()

    async def revoke(self, who: Credential, device: UUID) -> None:
        """Shut a device out: its token, its wrap and its open socket. Raises NotFound."""
        await asyncio.to_thread(devices.revoke, self.vault, who, device, wall_clock.now())
        await self.phones.revoke(device)

    async def remove(self, who: Credential, member: UUID) -> None:
        """Erase a member and shut their devices out. Raises NotAllowed or NotFound."""
        gone = await asyncio.to_thread(leaving.shut_out, self.vault, who, member, wall_clock.now())
        for device in gone:
            await self.phones.revoke(device)
        await self.turns.forget(member)
        await self.memory.forget(member)
        await self.hearing.forget(member)
        try:
            key = await asyncio.to_thread(self.vault.parking_key, member)
            await self.inference.erase(str(member), key)
        except BoxError as error:
            # What is parked is noise once the key is gone.
            _log.info("parked_conversation_left", member=str(member), code=error.code)
        await asyncio.to_thread(leaving.erase, self.vault, member)

    async def rescue(self, who: Credential, member: UUID) -> Rescue:
        """Begin the notice for a member, on their devices too. Raises NotAllowed or NotFound."""
        store = self.vault.household
        begun = await asyncio.to_thread(rescue.ask, store, who, member, wall_clock.now())
        await self.phones.notify(member)
        return begun
