"""A member's account with the household's Supabase project, in the member's own encrypted database.

The box writes down what the member wishes; the worker, which alone talks to the project, does it and
writes down what came of it. So there is one refresher of a session, and each new token is on the disk
before it is used. A password lies here from the wish to the first answer, whatever that is.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from futureself_box.errors import BoxError, CloudSignInAgain
from futureself_box.store.database import Connection
from futureself_box.store.vault import MemberStore

State = Literal["none", "confirm_mail", "linked", "sign_in"]
Mail = Annotated[str, Meta(min_length=3, max_length=254, pattern=r"^\S+@\S+$")]
Password = Annotated[str, Meta(min_length=1, max_length=256)]


class SignUp(msgspec.Struct, frozen=True, tag="sign_up"):
    """Make an account, and link the member to it."""

    mail: Mail
    password: Password


class SignIn(msgspec.Struct, frozen=True, tag="sign_in"):
    """Link the member to an account that there is."""

    mail: Mail
    password: Password


class SignOut(msgspec.Struct, frozen=True, tag="sign_out"):
    """Copy no more; what is in the cloud stays there."""


class Erase(msgspec.Struct, frozen=True, tag="erase"):
    """Erase the copy and, if `account`, the account as well; then copy no more."""

    account: bool


Wish = SignUp | SignIn | SignOut | Erase
_WISHES = msgspec.json.Decoder(Wish)


class Session(msgspec.Struct, frozen=True):
    """The tokens of one session. `expires_at` is in seconds since 1970."""

    access_token: str
    refresh_token: str
    expires_at: int

    def __repr__(self) -> str:
        return "Session(…)"


class Account(msgspec.Struct, frozen=True):
    """Where the link stands. `problem` is what came of the last wish, if nothing good."""

    state: State
    project: str | None
    mail: str | None
    wishing: bool
    problem: str | None


def read(store: MemberStore) -> Account:
    """Where the link stands."""
    with store.read() as connection:
        row = connection.execute(
            "SELECT state, project, mail, wish IS NOT NULL AS wishing, problem FROM cloud_account"
        ).fetchone()
    return msgspec.convert(dict(row), Account, strict=False)


def wish(store: MemberStore, wanted: Wish) -> None:
    """Ask the worker for something, in the place of what was asked before and not done yet."""
    with store.write() as tx:
        tx.execute(
            "UPDATE cloud_account SET wish = ?, problem = NULL",
            (msgspec.json.encode(wanted).decode(),),
        )


def read_wish(store: MemberStore) -> Wish | None:
    """What the member asked for and nobody has done yet."""
    with store.read() as connection:
        row = connection.execute("SELECT wish FROM cloud_account").fetchone()
    return None if row["wish"] is None else _WISHES.decode(row["wish"])


def refuse(store: MemberStore, wanted: Wish, error: BoxError) -> None:
    """It could not be done, and why; the wish and its password are forgotten."""
    with store.write() as tx:
        _forget_wish(tx, wanted)
        tx.execute("UPDATE cloud_account SET problem = ?", (f"{error.message} {error.hint}",))


def await_mail(store: MemberStore, wanted: SignUp, project: str) -> None:
    """The account is made and waits for the member to open the link in a mail."""
    with store.write() as tx:
        _forget_wish(tx, wanted)
        tx.execute(
            "UPDATE cloud_account SET state = 'confirm_mail', project = ?, mail = ?",
            (project, wanted.mail),
        )


def link(store: MemberStore, wanted: SignUp | SignIn, project: str, session: Session) -> None:
    """The member is signed in; the copy begins anew, since it may be another account's."""
    with store.write() as tx:
        _forget_wish(tx, wanted)
        link_in(tx, wanted.mail, project, session)
        forget_place(tx)


def link_in(tx: Connection, mail: str, project: str, session: Session) -> None:
    """The member is signed in, inside the caller's transaction."""
    tx.execute(
        """
        UPDATE cloud_account SET state = 'linked', project = :project, mail = :mail,
            access_token = :access_token, refresh_token = :refresh_token,
            expires_at = :expires_at, problem = NULL
        """,
        {"project": project, "mail": mail} | msgspec.to_builtins(session),
    )


def unlink(store: MemberStore, wanted: Wish) -> None:
    """The member is signed out, and nothing of the session or the copy's place is left."""
    with store.write() as tx:
        _forget_wish(tx, wanted)
        tx.execute(
            """
            UPDATE cloud_account SET state = 'none', project = NULL, mail = NULL,
                access_token = NULL, refresh_token = NULL, expires_at = NULL, problem = NULL
            """
        )
        forget_place(tx)


def read_session(store: MemberStore, project: str) -> Session:
    """The session with this project. Raises CloudSignInAgain where there is none."""
    with store.read() as connection:
        row = connection.execute(
            """
            SELECT access_token, refresh_token, expires_at FROM cloud_account
            WHERE state = 'linked' AND project = ?
            """,
            (project,),
        ).fetchone()
    if row is None:
        raise CloudSignInAgain
    return msgspec.convert(dict(row), Session)


def keep_session(store: MemberStore, session: Session) -> None:
    """Have the new tokens on the disk; nobody uses them before."""
    with store.write() as tx:
        tx.execute(
            """
            UPDATE cloud_account SET access_token = :access_token,
                refresh_token = :refresh_token, expires_at = :expires_at
            WHERE state = 'linked'
            """,
            msgspec.to_builtins(session),
        )


def end_session(store: MemberStore) -> None:
    """The session is no more: the member has to sign in again."""
    with store.write() as tx:
        tx.execute(
            """
            UPDATE cloud_account SET state = 'sign_in',
                access_token = NULL, refresh_token = NULL, expires_at = NULL
            WHERE state = 'linked'
            """
        )


def forget_place(tx: Connection) -> None:
    """Let the copy begin anew, inside the caller's transaction."""
    tx.execute("DELETE FROM cloud_held")
    tx.execute("DELETE FROM cloud_place")
    tx.execute("INSERT INTO cloud_place (only) VALUES (1)")


def _forget_wish(tx: Connection, wanted: Wish) -> None:
    # Unless the member wishes for something else by now.
    done = msgspec.json.encode(wanted).decode()
    tx.execute("UPDATE cloud_account SET wish = NULL WHERE wish = ?", (done,))
