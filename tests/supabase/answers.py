"""How Supabase says no: the bodies of its gateway, of Auth and of PostgREST."""

from typing import Any

PUBLISHABLE = "sb_publishable_double"
SECRET = "sb_" + "secret_double"
# The answer without a body, 204.
NOTHING = object()


class Refusal(Exception):
    """An answer that is an error. What was written stays where `is_kept`."""

    is_kept = False

    def __init__(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        self.status, self.body, self.headers = status, body, headers or {}

    @classmethod
    def of_auth(cls, status: int, code: str, message: str, **more: Any) -> "Refusal":
        headers = {"x-supabase-api-version": "2024-01-01"}
        return cls(status, {"code": code, "message": message, **more}, headers)

    @classmethod
    def of_rest(
        cls,
        status: int,
        code: str,
        message: str,
        details: str | None = None,
        hint: str | None = None,
    ) -> "Refusal":
        return cls(status, {"code": code, "message": message, "details": details, "hint": hint})
