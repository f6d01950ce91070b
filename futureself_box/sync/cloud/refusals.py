"""What the Supabase client raises, as the box's own errors.

Codes are those of Supabase Auth (docs: "Error codes"), of PostgREST (PGRST…, and PTnnn for the status
nnn, which the box's own functions raise) and of PostgreSQL (SQLSTATE). Answers of the gateway in front
of them have none of these and are told by their status.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from postgrest.exceptions import APIError
from pydantic import ValidationError
from supabase_auth.errors import AuthApiError, AuthError, AuthRetryableError, AuthWeakPasswordError

from futureself_box.errors import (
    BoxError,
    CloudAccountTaken,
    CloudBoxTooOld,
    CloudEpochChanged,
    CloudFull,
    CloudKeyRefused,
    CloudMailUnconfirmed,
    CloudNotPrepared,
    CloudPasswordWeak,
    CloudPasswordWrong,
    CloudPaused,
    CloudRefused,
    CloudSignInAgain,
    CloudSignUpClosed,
    CloudUnreachable,
)

_AUTH: dict[str, type[BoxError]] = {
    "invalid_credentials": CloudPasswordWrong,
    "email_not_confirmed": CloudMailUnconfirmed,
    "user_already_exists": CloudAccountTaken,
    "email_exists": CloudAccountTaken,
    "signup_disabled": CloudSignUpClosed,
    "email_provider_disabled": CloudSignUpClosed,
    "weak_password": CloudPasswordWeak,
    "refresh_token_not_found": CloudSignInAgain,
    "refresh_token_already_used": CloudSignInAgain,
    "session_not_found": CloudSignInAgain,
    "session_expired": CloudSignInAgain,
    "user_not_found": CloudSignInAgain,
    "user_banned": CloudSignInAgain,
    "bad_jwt": CloudSignInAgain,
    "no_authorization": CloudSignInAgain,
    "request_timeout": CloudUnreachable,
    "unexpected_failure": CloudUnreachable,
}
_REST: dict[str, type[BoxError]] = {
    "PT410": CloudEpochChanged,
    "PT426": CloudBoxTooOld,
    # A token that is over, or forged; and the account that is no more (a foreign key).
    "PGRST301": CloudSignInAgain,
    "PGRST302": CloudSignInAgain,
    "PGRST303": CloudSignInAgain,
    "42501": CloudSignInAgain,
    "23503": CloudSignInAgain,
    # Neither the function nor the schema is there.
    "PGRST202": CloudNotPrepared,
    "PGRST106": CloudNotPrepared,
    "PGRST125": CloudNotPrepared,
    "42883": CloudNotPrepared,
    # A project over its quota becomes read-only.
    "25006": CloudFull,
    "53100": CloudFull,
}
_GATEWAY: dict[int, type[BoxError]] = {402: CloudFull, 540: CloudPaused}
_PT422 = "PT422"


@contextmanager
def translated() -> Iterator[None]:
    """Turn what the client raises into the box's errors."""
    try:
        yield
    except AuthRetryableError as error:
        raise CloudUnreachable from error
    except AuthWeakPasswordError as error:
        raise CloudPasswordWeak from error
    except AuthApiError as error:
        raise _told(_AUTH, error.code, error.status, error.message) from error
    except APIError as error:
        raise _told(_REST, error.code, None, error.message or "") from error
    except httpx.HTTPError as error:
        raise CloudUnreachable from error
    except (AuthError, ValidationError, ValueError) as error:
        # An answer, but none of Supabase's.
        raise CloudNotPrepared from error


async def look_at_status(response: httpx.Response) -> None:
    """An event hook: statuses of the gateway that the client would make something else of."""
    refusal = _GATEWAY.get(response.status_code)
    if refusal is not None:
        raise refusal


def is_ahead(error: APIError) -> bool:
    """Whether a push was refused for the date of some of its revisions."""
    return error.code == _PT422


def _told(
    known: dict[str, type[BoxError]], code: str | None, status: int | None, message: str
) -> BoxError:
    if code in known:
        return known[code]()
    if "API key" in message:
        return CloudKeyRefused()
    number = status or (int(code) if code and code.isdigit() and len(code) == 3 else None)
    if number is not None and number < 500 and number != 429:
        return CloudNotPrepared()
    if code is None or (number is not None and number >= 500):
        return CloudUnreachable()
    if status == 429 or code.endswith("rate_limit"):
        return CloudRefused("Supabase wants fewer tries.", hint="Wait an hour, then try again.")
    return CloudRefused(f"The Supabase project refused what the box sent ({code}).")
