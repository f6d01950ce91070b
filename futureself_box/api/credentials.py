"""Who sends an HTTP request: the device whose token is in `Authorization: Bearer`."""

from typing import Any

from litestar import Request

from futureself_box.api import wall_clock
from futureself_box.api.parts import Parts
from futureself_box.errors import TokenUnknown
from futureself_box.household import devices
from futureself_box.household.devices import Credential


def who(request: Request[Any, Any, Any], parts: Parts) -> Credential:
    """The member and device. Raises TokenUnknown."""
    scheme, _, text = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise TokenUnknown
    token = devices.read_token(text.strip())
    return devices.authenticate(parts.vault.household, token, wall_clock.now())
