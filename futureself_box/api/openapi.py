"""The OpenAPI document at /schema/openapi.json: Litestar's, made exact.

Litestar knows the routes. Added is what it can't know: bodies as msgspec checks them, the one form of
every refusal, who may ask at all, and what comes as plain bytes.
"""

from collections.abc import Iterator
from typing import Any, cast

import msgspec
from litestar import Litestar, Request
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.routes import HTTPRoute
from litestar.typing import FieldDefinition

from futureself_box.api.problems import MEDIA_TYPE, Problem

Json = dict[str, Any]

_REFERENCE = "#/components/schemas/{name}"
_DEVICE = "device"
_REFUSAL = {
    "description": "A refusal, and what to do about it.",
    "content": {MEDIA_TYPE: {"schema": {"$ref": _REFERENCE.format(name=Problem.__name__)}}},
}
_BYTES = {
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
}
_TOKEN = {"type": "http", "scheme": "bearer", "description": "The token of a device."}


class Document(JsonRenderPlugin):
    """Renders the document. It is the same for everybody who asks."""

    def render(self, request: Request[Any, Any, Any], openapi_schema: Json) -> bytes:
        """The document as JSON."""
        return msgspec.json.encode(_complete(request.app, openapi_schema))


def _complete(application: Litestar, document: Json) -> Json:
    structs: set[type] = {Problem}
    for operation, handler in _operations(application, document["paths"]):
        _describe(operation, handler)
        structs |= _structs(handler)
    _, schemas = msgspec.json.schema_components(
        sorted(structs, key=lambda struct: struct.__name__), ref_template=_REFERENCE
    )
    schemes = {_DEVICE: _TOKEN}
    return document | {"components": {"schemas": schemas, "securitySchemes": schemes}}


def _operations(application: Litestar, paths: Json) -> Iterator[tuple[Json, HTTPRouteHandler]]:
    for route in application.routes:
        if isinstance(route, HTTPRoute):
            documented = paths.get(route.path_format, {})
            for method, (handler, _) in route.route_handler_map.items():
                if method.lower() in documented:
                    yield documented[method.lower()], handler


def _describe(operation: Json, handler: HTTPRouteHandler) -> None:
    parameters = handler.parsed_fn_signature.parameters
    # Litestar documents its own errors, which problems.py answers in another form.
    answers = {status: it for status, it in operation["responses"].items() if status != "400"}
    operation["responses"] = answers | {"default": _REFUSAL}
    if "who" in parameters:
        operation["security"] = [{_DEVICE: []}]
    if "body" in parameters and "data" not in parameters:
        operation["requestBody"] = _BYTES


def _structs(handler: HTTPRouteHandler) -> set[type]:
    signature = handler.parsed_fn_signature
    spoken = [signature.return_type]
    if asked := signature.parameters.get("data"):
        spoken.append(asked)
    answers = (handler.responses or {}).values()
    spoken += [FieldDefinition.from_annotation(answer.data_container) for answer in answers]
    return {struct for field in spoken for struct in _within(field)}


def _within(field: FieldDefinition) -> Iterator[type]:
    if field.inner_types:
        for inner in field.inner_types:
            yield from _within(inner)
    elif isinstance(field.annotation, type) and issubclass(field.annotation, msgspec.Struct):
        yield cast("type", field.annotation)
