"""How the terminal becomes a device of a box, and what it keeps of that.

It lies beside the settings, readable by its user only. A box on the network is recognised by its
authority, which is kept from the day of joining; on that day the number on both screens says that it is
the right one, since it follows from the certificate that this terminal saw.
"""

import hashlib
import platform
import socket
import ssl
import time
from typing import TypeVar
from urllib.parse import urlsplit

import click
import httpx2
import msgspec

from futureself_box.api.entrance import Household, Join, SetUp, Waiting
from futureself_box.api.problems import Problem
from futureself_box.errors import BoxError, BoxUnreachable, CodeSpent
from futureself_box.household import codes, invitations
from futureself_box.household.devices import Joined
from futureself_box.household.invitations import Asked, Claim
from futureself_box.lan import authority
from futureself_box.settings import Settings
from futureself_box.store.files import private_folder, write_atomically

FILE_NAME = "terminal.json"
TIMEOUT_S = 10.0
_PAUSE_S = 0.5

_T = TypeVar("_T")


class Login(msgspec.Struct, frozen=True):
    """Which box, where it was last, and as which device. `authority` is PEM; none for this machine.

    `addresses` are all its origins that it told of, for the day on which it has left the last one.
    """

    url: str
    token: str
    box: str | None = None
    authority: str | None = None
    addresses: tuple[str, ...] = ()

    @property
    def context(self) -> ssl.SSLContext | None:
        """TLS that trusts this box's authority and no other."""
        return None if self.authority is None else ssl.create_default_context(cadata=self.authority)

    def proves(self, url: str) -> bool:
        """Whether this very box answers there."""
        if self.context is None:
            return False
        try:
            _shake_hands(url, self.context)
        except OSError:
            return False
        return True


def load(settings: Settings, url: str | None) -> Login | None:
    """The login that is kept, if it is for this address."""
    try:
        content = (settings.config_path / FILE_NAME).read_bytes()
        login = msgspec.json.decode(content, type=Login)
    except (FileNotFoundError, msgspec.DecodeError):
        return None
    return login if url in {None, login.url, *login.addresses} else None


def save(settings: Settings, login: Login) -> None:
    """Keep it."""
    path = private_folder(settings.config_path) / FILE_NAME
    write_atomically(path, msgspec.json.encode(login))


def join(url: str, *, code: str | None, name: str | None) -> Login:
    """Become a device by a code; what is not given is asked for. Raises a BoxError."""
    trusted = _meet(url) if url.startswith("https:") else None
    context = None if trusted is None else ssl.create_default_context(cadata=trusted)
    verify: ssl.SSLContext | bool = context or True
    with httpx2.Client(base_url=url, timeout=TIMEOUT_S, verify=verify) as http:
        household = _call(http, "GET", "/api/household", None, Household)
        if code is None:
            question = "Invitation code (Me, Add a device)" if household.set_up else "Set-up code"
            code = click.prompt(question)
        device = f"Terminal on {platform.node() or 'this machine'}"[:60]
        if household.set_up:
            seen = None if context is None else _fingerprint(url, context)
            joined = _ask(http, code, device, seen)
        else:
            name = name or click.prompt("Your name")
            joined = _call(http, "POST", "/api/setup", SetUp(code, name, device), Joined)
    return Login(url=url, token=joined.token, box=household.id, authority=trusted)


def _ask(http: httpx2.Client, code: str, device: str, seen: bytes | None) -> Joined:
    nonce = codes.new_secret()
    commitment = codes.to_text(hashlib.sha256(nonce).digest())
    asked = _call(http, "POST", "/api/join", Join(code, device, commitment), Asked)
    waiting = Waiting(claim=asked.claim, nonce=codes.to_text(nonce))
    told = False
    while True:
        claim = _call(http, "POST", "/api/join/claim", waiting, Claim)
        if claim.joined is not None:
            return claim.joined
        if claim.state != "waiting":
            raise CodeSpent("You were not let in.")
        if not told:
            # Over TLS it counts what was seen here, not what somebody in between says.
            box_nonce = codes.from_text(asked.nonce)
            own = seen and invitations.number(seen, nonce, box_nonce)
            number = own or claim.number or ""
            click.echo(f"Ask {asked.inviter} to check: {number[:3]} {number[3:]}", err=True)
            told = True
        time.sleep(_PAUSE_S)


def _meet(url: str) -> str:
    """The authority of a box that isn't known yet, unproven until the numbers have been compared."""
    try:
        # What comes is only believed once it has signed the certificate whose number was compared.
        with httpx2.Client(base_url=url, timeout=TIMEOUT_S, verify=False) as http:
            response = http.get("/future-self-box.crt")
            response.raise_for_status()
    except httpx2.HTTPError as error:
        raise BoxUnreachable(f"The box doesn't answer at {url}.") from error
    return ssl.DER_cert_to_PEM_cert(response.content)


def _fingerprint(url: str, context: ssl.SSLContext) -> bytes:
    try:
        return authority.public_key_fingerprint(_shake_hands(url, context))
    except OSError as error:
        raise BoxUnreachable(f"The box doesn't answer at {url}.") from error


def _shake_hands(url: str, context: ssl.SSLContext) -> bytes:
    """The certificate that a box shows. Raises OSError, also where it isn't the one to be trusted."""
    parts = urlsplit(url)
    address = (parts.hostname or "", parts.port or 443)
    with (
        socket.create_connection(address, TIMEOUT_S) as plain,
        context.wrap_socket(plain, server_hostname=parts.hostname) as tls,
    ):
        return tls.getpeercert(binary_form=True) or b""


def _call(
    http: httpx2.Client, method: str, path: str, body: msgspec.Struct | None, answer: type[_T]
) -> _T:
    try:
        response = http.request(
            method,
            path,
            content=None if body is None else msgspec.json.encode(body),
            headers={"content-type": "application/json"},
        )
    except httpx2.TransportError as error:
        raise BoxUnreachable(f"The box doesn't answer at {http.base_url}.") from error
    if response.is_success:
        return msgspec.json.decode(response.content, type=answer)
    problem = msgspec.json.decode(response.content, type=Problem)
    raise BoxError(problem.detail, hint=problem.hint)
