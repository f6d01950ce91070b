"""The authority's certificate in the forms that phones install.

iPhones take a configuration profile (Apple, Configuration Profile Reference: Certificate payload),
everything else the certificate itself, in DER.
"""

import hashlib
import plistlib
from uuid import UUID

from futureself_box.lan import authority
from futureself_box.lan.identity import Identity


def mobileconfig(identity: Identity) -> bytes:
    """The profile for iPhone, iPad and Mac. The same box gives the same profile, byte for byte."""
    trusted = certificate(identity)
    name = f"Future Self Box {identity.id}"
    content = {
        "PayloadType": "com.apple.security.root",
        "PayloadVersion": 1,
        "PayloadIdentifier": f"box.futureself.{identity.id}.authority",
        "PayloadUUID": _uuid(trusted, "authority"),
        "PayloadDisplayName": name,
        "PayloadDescription": "Lets this device trust your Future Self Box, and nothing else.",
        "PayloadCertificateFileName": "future-self-box.crt",
        "PayloadContent": trusted,
    }
    profile = {
        "PayloadType": "Configuration",
        "PayloadVersion": 1,
        "PayloadIdentifier": f"box.futureself.{identity.id}",
        "PayloadUUID": _uuid(trusted, "profile"),
        "PayloadDisplayName": name,
        "PayloadOrganization": "Your household",
        "PayloadDescription": "Lets this device trust your Future Self Box, and nothing else.",
        "PayloadContent": [content],
    }
    return plistlib.dumps(profile)


def certificate(identity: Identity) -> bytes:
    """The certificate for Android, Windows and the rest; DER."""
    return authority.to_der(identity.authority.certificate_pem)


def fingerprint(identity: Identity) -> bytes:
    """SHA-256 of the authority's certificate, as phones show it."""
    return hashlib.sha256(certificate(identity)).digest()


def _uuid(certificate: bytes, what: str) -> str:
    digest = hashlib.sha256(certificate + what.encode()).digest()
    return str(UUID(bytes=digest[:16], version=4)).upper()
