"""Doing what a member wishes of their account: sign up, sign in, sign out, erase.

Each wish is tried once. What stands in its way is told to the member, who asks again; only an erasure
that was asked for is not given up, since forgetting it would leave words behind.
"""

import structlog

from futureself_box.errors import BoxError
from futureself_box.sync.cloud import account, replication
from futureself_box.sync.cloud.account import Erase, SignIn, SignOut, SignUp, Wish
from futureself_box.sync.cloud.replication import Copy

log = structlog.get_logger()


async def fulfil(copy: Copy) -> None:
    """Do what the member has asked for, if anything. What went wrong is written down for them."""
    wanted = account.read_wish(copy.store)
    if wanted is None:
        return
    try:
        await _do(copy, wanted)
    except BoxError as error:
        log.info("cloud_wish_refused", member=str(copy.store.member), code=error.code)
        account.refuse(copy.store, wanted, error)
    else:
        log.info("cloud_wish_done", member=str(copy.store.member), wish=type(wanted).__name__)


async def _do(copy: Copy, wanted: Wish) -> None:
    project = copy.project
    match wanted:
        case SignUp(mail=mail, password=password):
            session = await project.sign_up(mail, password)
            if session is None:
                account.await_mail(copy.store, wanted, project.url)
            else:
                account.link(copy.store, wanted, project.url, session)
        case SignIn(mail=mail, password=password):
            session = await project.sign_in(mail, password)
            account.link(copy.store, wanted, project.url, session)
        case SignOut():
            await _sign_out(copy)
            account.unlink(copy.store, wanted)
        case Erase(account=with_account):
            await replication.authorised(
                copy, lambda token: project.erase(token, account=with_account)
            )
            if not with_account:
                await _sign_out(copy)
            account.unlink(copy.store, wanted)


async def _sign_out(copy: Copy) -> None:
    try:
        session = account.read_session(copy.store, copy.project.url)
        await copy.project.sign_out(session)
    except BoxError as error:
        # It is over already or can't be told; forgotten here, nobody renews it.
        log.info("cloud_session_left", member=str(copy.store.member), code=error.code)
