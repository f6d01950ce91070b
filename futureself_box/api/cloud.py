"""HTTP: a member links themselves to the household's Supabase project, and sees how the copy stands.

What a member wishes is done by the worker, within seconds; then their phones are told to look again.
"""

from uuid import UUID

import msgspec
from litestar import Router, delete, get, post, put

from futureself_box.api.parts import Parts
from futureself_box.errors import CloudNotAllowed, CloudNotSet, NotAllowed
from futureself_box.household import members
from futureself_box.household.devices import Credential
from futureself_box.store import bell
from futureself_box.sync.cloud import account, outcomes, reporting
from futureself_box.sync.cloud.account import Erase, Mail, Password, SignIn, SignOut, SignUp, Wish
from futureself_box.sync.cloud.reporting import CloudReport


class Credentials(msgspec.Struct, frozen=True):
    """Of the member's own account with the project, and of nothing else."""

    mail: Mail
    password: Password


class Erasure(msgspec.Struct, frozen=True):
    """Whether the account goes as well."""

    account: bool = False


class Permission(msgspec.Struct, frozen=True):
    """Whether a child's words may go to the cloud."""

    allowed: bool


@get("/cloud", sync_to_thread=True)
def show_cloud(parts: Parts, who: Credential) -> CloudReport:
    """How the member's copy stands; for the owner also whose doesn't go on."""
    return reporting.report(parts.vault, parts.settings.supabase, who)


@post("/cloud/sign-up", status_code=202, sync_to_thread=True)
def sign_up(parts: Parts, who: Credential, data: Credentials) -> CloudReport:
    """Make an account with the project and link the member to it."""
    return _wish(parts, who, SignUp(data.mail, data.password))


@post("/cloud/sign-in", status_code=202, sync_to_thread=True)
def sign_in(parts: Parts, who: Credential, data: Credentials) -> CloudReport:
    """Link the member to an account that there is, or sign in again."""
    return _wish(parts, who, SignIn(data.mail, data.password))


@post("/cloud/sign-out", status_code=202, sync_to_thread=True)
def sign_out(parts: Parts, who: Credential) -> CloudReport:
    """Copy no more; what is in the cloud stays there, encrypted."""
    return _wish(parts, who, SignOut())


@post("/cloud/erase", status_code=202, sync_to_thread=True)
def erase(parts: Parts, who: Credential, data: Erasure) -> CloudReport:
    """Erase the copy in the cloud, and the account if wanted; nothing on the box."""
    return _wish(parts, who, Erase(data.account))


@put("/members/{member:uuid}/cloud", status_code=204, sync_to_thread=True)
def allow_cloud(parts: Parts, who: Credential, member: UUID, data: Permission) -> None:
    """Let a child have a cloud copy, or no longer; for the owner."""
    if who.role != "owner":
        raise NotAllowed
    members.get(parts.vault.household, member)
    members.allow_copy(parts.vault.household, member, allowed=data.allowed)


@delete("/cloud/left/{member:uuid}", sync_to_thread=True)
def confirm_left(parts: Parts, who: Credential, member: UUID) -> None:
    """The owner has erased in Supabase's dashboard what a member who left had there."""
    if who.role != "owner":
        raise NotAllowed
    outcomes.confirm_left(parts.vault.household, member)


def _wish(parts: Parts, who: Credential, wanted: Wish) -> CloudReport:
    if not parts.settings.supabase.is_set:
        raise CloudNotSet
    links = isinstance(wanted, SignUp | SignIn)
    if links and not members.may_be_copied(parts.vault.household, who.member):
        raise CloudNotAllowed
    account.wish(parts.vault.member(who.member), wanted)
    bell.ring(parts.settings.worker_socket)
    return reporting.report(parts.vault, parts.settings.supabase, who)


router = Router(
    "/api",
    route_handlers=[
        show_cloud,
        sign_up,
        sign_in,
        sign_out,
        erase,
        allow_cloud,
        confirm_left,
    ],
)
