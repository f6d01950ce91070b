"""What a member asked their future self last, read as the device that this terminal is."""

import httpx2
import msgspec

from futureself_box.api.conversation import Page
from futureself_box.errors import BoxUnreachable
from futureself_box.settings import Settings
from futureself_box.terminal import login, whereabouts
from futureself_box.terminal.login import TIMEOUT_S

_LOOK_BACK = 40
_LONGEST = 2000


def last(settings: Settings, most: int) -> list[str]:
    """The member's own last messages, oldest first; none where this terminal belongs to nobody."""
    known = login.load(settings, None)
    if known is None:
        return []
    try:
        url = whereabouts.way_to(known)
        verify = known.context or True
        with httpx2.Client(base_url=url, timeout=TIMEOUT_S, verify=verify) as http:
            bearer = {"authorization": f"Bearer {known.token}"}
            answer = http.get("/api/conversation", params={"limit": _LOOK_BACK}, headers=bearer)
    except (BoxUnreachable, httpx2.TransportError):
        return []
    if not answer.is_success:
        return []
    said = msgspec.json.decode(answer.content, type=Page).messages
    own = [line.text.strip() for line in said if line.role == "member"]
    return [text for text in own if 0 < len(text) <= _LONGEST][-most:]
