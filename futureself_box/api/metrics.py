"""HTTP: the box's numbers for the owner's Prometheus; a device token of the owner is its bearer token."""

from litestar import MediaType, Response, Router, get
from prometheus_client import exposition

from futureself_box.api import vitals
from futureself_box.api.parts import Parts
from futureself_box.errors import NotAllowed
from futureself_box.household.devices import Credential
from futureself_box.ops import metrics


@get("/metrics", media_type=MediaType.TEXT, include_in_schema=False)
async def show_metrics(parts: Parts, who: Credential) -> Response[bytes]:
    """All of them, in Prometheus's text format. Raises NotAllowed for all but the owner."""
    if who.role != "owner":
        raise NotAllowed
    await vitals.look(parts)
    text = exposition.generate_latest(metrics.registry)
    return Response(text, media_type=exposition.CONTENT_TYPE_LATEST)


router = Router("/", route_handlers=[show_metrics])
