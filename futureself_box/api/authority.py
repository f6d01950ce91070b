"""HTTP: the authority's certificate over TLS, for handing it on from a device that trusts the box."""

from litestar import Response, Router, get

from futureself_box.api.parts import Parts
from futureself_box.errors import NotFound
from futureself_box.lan import profile
from futureself_box.lan.identity import Identity

PROFILE_TYPE = "application/x-apple-aspen-config"
CERTIFICATE_TYPE = "application/x-x509-ca-cert"


@get("/future-self-box.mobileconfig", include_in_schema=False, sync_to_thread=False)
def show_profile(parts: Parts) -> Response[bytes]:
    """As iPhones take it."""
    return Response(profile.mobileconfig(_identity(parts)), media_type=PROFILE_TYPE)


@get("/future-self-box.crt", include_in_schema=False, sync_to_thread=False)
def show_certificate(parts: Parts) -> Response[bytes]:
    """As everything else takes it."""
    return Response(profile.certificate(_identity(parts)), media_type=CERTIFICATE_TYPE)


def _identity(parts: Parts) -> Identity:
    if parts.presence is None:
        raise NotFound
    return parts.presence.identity


router = Router("/", route_handlers=[show_profile, show_certificate])
