"""Errors over HTTP: problem details (RFC 9457) with the box's own code and hint."""

from typing import Any

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.types import ExceptionHandlersMap

from futureself_box.errors import BoxError, FrameInvalid, NotFound

log = structlog.get_logger()

MEDIA_TYPE = "application/problem+json"


class Problem(msgspec.Struct, frozen=True):
    """The body of an error answer."""

    title: str
    status: int
    code: str
    detail: str
    hint: str
    type: str = "about:blank"


def problem(error: BoxError, status: int | None = None) -> Response[Problem]:
    """The answer to a request that failed, with the error's own HTTP status or a nearer one."""
    return Response(
        Problem(
            title=error.sentence,
            status=status or error.status,
            code=error.code,
            detail=error.message,
            hint=error.hint,
        ),
        status_code=status or error.status,
        media_type=MEDIA_TYPE,
    )


def _of_box_error(request: Request[Any, Any, Any], error: BoxError) -> Response[Problem]:
    log.info("request_refused", path=request.url.path, code=error.code)
    return problem(error)


def _of_http_exception(request: Request[Any, Any, Any], error: HTTPException) -> Response[Problem]:
    if error.status_code == NotFound.status:
        return problem(NotFound())
    response = problem(FrameInvalid("The box didn't understand that request."), error.status_code)
    response.headers.update(error.headers or {})
    return response


def _of_too_deep(request: Request[Any, Any, Any], _: RecursionError) -> Response[Problem]:
    # Only msgspec recurses here, into the body.
    log.info("request_refused", path=request.url.path, code=FrameInvalid.code)
    return problem(FrameInvalid("The box didn't understand that request: nested too deep."))


def _of_anything(request: Request[Any, Any, Any], error: Exception) -> Response[Problem]:
    # The edge of a request: whatever it was, it is logged and the person hears of it.
    log.error("request_broke", path=request.url.path, exc_info=error)
    return problem(BoxError())


handlers: ExceptionHandlersMap = {
    BoxError: _of_box_error,
    HTTPException: _of_http_exception,
    RecursionError: _of_too_deep,
    Exception: _of_anything,
}
