"""Supabase Auth's double: accounts, sessions, and refresh tokens that are used once.

Only what the box asks for, in the answers' real form; the rest is 501. A refresh token that was used
may be used again within 10 seconds, or while the token that came of it was not used; otherwise its
session ends (supabase.com/docs/guides/auth/sessions).
"""

import hashlib
import json
import secrets
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from psycopg import AsyncConnection
from psycopg.rows import DictRow

from tests.supabase.answers import NOTHING, Refusal

Connection = AsyncConnection[DictRow]
_LEAST_PASSWORD = 6


@dataclass
class Tokens:
    """The project's signing key, and what a test has set."""

    seconds: int = 3600
    confirm_mail: bool = False
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    key_id: str = field(default_factory=lambda: str(uuid.uuid4()))

    def make(self, user: str, session: str, *, role: str = "authenticated") -> str:
        now = int(time.time())
        claims = {
            "sub": user,
            "aud": "authenticated",
            "role": role,
            "exp": now + self.seconds,
            "iat": now,
            "session_id": session,
        }
        return jwt.encode(claims, self.key, algorithm="ES256", headers={"kid": self.key_id})

    def read(self, token: str) -> dict[str, Any]:
        try:
            claims: dict[str, Any] = jwt.decode(
                token, self.key.public_key(), algorithms=["ES256"], audience="authenticated"
            )
        except jwt.ExpiredSignatureError as error:
            raise Refusal.of_rest(401, "PGRST303", "JWT expired") from error
        except jwt.PyJWTError as error:
            raise Refusal.of_rest(401, "PGRST301", str(error)) from error
        return claims

    @property
    def public(self) -> dict[str, Any]:
        made: dict[str, Any] = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(self.key.public_key()))
        return made | {"kid": self.key_id, "alg": "ES256", "use": "sig", "key_ops": ["verify"]}


async def answer(
    tokens: Tokens, db: Connection, call: str, query: dict[str, str], body: Any, bearer: str
) -> Any:
    """What the service answers; raises Refusal."""
    match call, query.get("grant_type"):
        case "GET .well-known/jwks.json", _:
            return {"keys": [tokens.public]}
        case "POST signup", _:
            return await _sign_up(tokens, db, body)
        case "POST token", "password":
            return await _sign_in(tokens, db, body)
        case "POST token", "refresh_token":
            return await _refresh(tokens, db, body["refresh_token"])
        case "POST logout", _ if query.get("scope") == "local":
            claims = tokens.read(bearer)
            await db.execute("DELETE FROM auth.sessions WHERE id = %s", (claims["session_id"],))
            return NOTHING
        case _:
            raise Refusal(501, {"message": f"double: {call} is not there"})


async def confirm(db: Connection, mail: str) -> None:
    """The link in the mail was opened."""
    await db.execute("UPDATE auth.users SET email_confirmed_at = now() WHERE email = %s", (mail,))


async def _sign_up(tokens: Tokens, db: Connection, body: Any) -> Any:
    if len(body["password"]) < _LEAST_PASSWORD:
        said = "Password should be at least 6 characters."
        raise Refusal.of_auth(422, "weak_password", said, weak_password={"reasons": ["length"]})
    taken = await _one(db, "SELECT id FROM auth.users WHERE email = %s", body["email"])
    if taken and not tokens.confirm_mail:
        raise Refusal.of_auth(422, "user_already_exists", "User already registered")
    if taken:
        # Whoever asks must not learn whose accounts there are.
        return _user(str(uuid.uuid4()), body["email"])
    made = await _one(
        db,
        """
        INSERT INTO auth.users (email, encrypted_password, email_confirmed_at)
        VALUES (%s, %s, CASE WHEN %s THEN NULL ELSE now() END) RETURNING *
        """,
        body["email"],
        _hash(body["password"]),
        tokens.confirm_mail,
    )
    assert made is not None
    if tokens.confirm_mail:
        return _user(str(made["id"]), made["email"])
    return await _begin(tokens, db, made)


async def _sign_in(tokens: Tokens, db: Connection, body: Any) -> Any:
    found = await _one(
        db,
        "SELECT * FROM auth.users WHERE email = %s AND encrypted_password = %s",
        body["email"],
        _hash(body["password"]),
    )
    if found is None:
        raise Refusal.of_auth(400, "invalid_credentials", "Invalid login credentials")
    if found["email_confirmed_at"] is None:
        raise Refusal.of_auth(400, "email_not_confirmed", "Email not confirmed")
    return await _begin(tokens, db, found)


async def _refresh(tokens: Tokens, db: Connection, token: str) -> Any:
    found = await _one(
        db,
        """
        SELECT users.*, session_id, token, revoked_at,
            revoked_at > now() - interval '10 seconds' OR EXISTS (
                SELECT FROM auth.refresh_tokens AS child
                WHERE child.parent = used.token AND child.revoked_at IS NULL
            ) AS again
        FROM auth.refresh_tokens AS used
            JOIN auth.sessions ON sessions.id = session_id
            JOIN auth.users ON users.id = user_id
        WHERE token = %s FOR UPDATE OF used
        """,
        token,
    )
    if found is None:
        raise Refusal.of_auth(400, "refresh_token_not_found", "Refresh Token Not Found")
    if found["revoked_at"] is None:
        await db.execute(
            "UPDATE auth.refresh_tokens SET revoked_at = now() WHERE token = %s", (token,)
        )
        return await _session(tokens, db, found, found["session_id"], parent=token)
    if not found["again"]:
        await db.execute("DELETE FROM auth.sessions WHERE id = %s", (found["session_id"],))
        reused = Refusal.of_auth(400, "refresh_token_already_used", "Already Used")
        reused.is_kept = True
        raise reused
    child = await _one(
        db, "SELECT token FROM auth.refresh_tokens WHERE parent = %s ORDER BY id DESC", token
    )
    assert child is not None
    return _answer(tokens, found, found["session_id"], child["token"])


async def _begin(tokens: Tokens, db: Connection, user: DictRow) -> Any:
    session = await _one(
        db, "INSERT INTO auth.sessions (user_id) VALUES (%s) RETURNING id", user["id"]
    )
    assert session is not None
    return await _session(tokens, db, user, session["id"])


async def _session(
    tokens: Tokens, db: Connection, user: DictRow, session: uuid.UUID, parent: str | None = None
) -> Any:
    refresh = secrets.token_urlsafe(9)
    await db.execute(
        "INSERT INTO auth.refresh_tokens (token, session_id, parent) VALUES (%s, %s, %s)",
        (refresh, session, parent),
    )
    return _answer(tokens, user, session, refresh)


def _answer(tokens: Tokens, user: DictRow, session: uuid.UUID, refresh: str) -> Any:
    return {
        "access_token": tokens.make(str(user["id"]), str(session)),
        "token_type": "bearer",
        "expires_in": tokens.seconds,
        "expires_at": int(time.time()) + tokens.seconds,
        "refresh_token": refresh,
        "user": _user(str(user["id"]), user["email"]),
    }


def _user(user: str, mail: str) -> Any:
    at = "2026-11-24T12:00:00Z"
    return {
        "id": user,
        "aud": "authenticated",
        "role": "authenticated",
        "email": mail,
        "phone": "",
        "app_metadata": {"provider": "email", "providers": ["email"]},
        "user_metadata": {},
        "identities": [],
        "created_at": at,
        "updated_at": at,
        "is_anonymous": False,
    }


async def _one(db: Connection, query: str, *values: Any) -> DictRow | None:
    return await (await db.execute(query.encode(), values)).fetchone()


def _hash(password: str) -> str:
    return hashlib.sha256(password.encode()).hexdigest()
