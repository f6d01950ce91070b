"""The box's own certificate authority, and the leaf certificate that its server shows.

The authority may speak for local names and private addresses only (critical name constraints, RFC 5280,
4.2.1.10), so that a phone which trusts it trusts it for nothing else. A leaf lives 397 days, as
browsers ask, and keeps its key when it is renewed.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import TypeAlias, cast

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from futureself_box import RELEASED

Address: TypeAlias = IPv4Address | IPv6Address

NAMES = ("local", "home.arpa")
NETWORKS = (
    IPv4Network("10.0.0.0/8"),
    IPv4Network("172.16.0.0/12"),
    IPv4Network("192.168.0.0/16"),
    IPv4Network("169.254.0.0/16"),
    IPv6Network("fc00::/7"),
    IPv6Network("fe80::/10"),
)
RENEW_BEFORE = timedelta(days=60)
# Backdated, for phones whose clock is a little behind and boxes that started before they knew the time.
_BACKDATED = timedelta(days=2)
_AUTHORITY_LIFE = timedelta(days=20 * 365)
_LEAF_LIFE = timedelta(days=397) - _BACKDATED


class Authority(msgspec.Struct, frozen=True):
    """The certificate that phones trust, and its private key; PEM."""

    certificate_pem: str
    key_pem: str

    def __repr__(self) -> str:
        return "Authority(…)"


def new_authority(box_id: str, now: datetime) -> Authority:
    """An authority for one box. `box_id` tells it from the one next door."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Future Self Box"),
            x509.NameAttribute(NameOID.COMMON_NAME, f"Future Self Box {box_id}"),
        ]
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        # From the release on: a clock that is ahead today must not spoil it for the years until then.
        .not_valid_before(_begin(RELEASED))
        .not_valid_after(_begin(now) + _AUTHORITY_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(signs_certificates=True), critical=True)
        .add_extension(_constraints(), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    return Authority(_pem(builder.sign(key, SHA256())), _key_pem(key))


def new_leaf_key() -> str:
    """A P-256 private key for the server; PEM."""
    return _key_pem(ec.generate_private_key(ec.SECP256R1()))


def issue_leaf(
    authority: Authority,
    leaf_key: str,
    names: Sequence[str],
    addresses: Sequence[Address],
    now: datetime,
) -> str:
    """A certificate for these names and addresses; PEM. What the authority may not sign is left out."""
    return sign(authority, leaf_key, names[0], _subjects(names, addresses), now)


def sign(
    authority: Authority,
    leaf_key: str,
    name: str,
    subjects: Sequence[x509.GeneralName],
    now: datetime,
) -> str:
    """A server's certificate for exactly these subjects; what constraints say is the reader's to check."""
    issuer, key = _certificate(authority.certificate_pem), _load(authority.key_pem)
    public = _load(leaf_key).public_key()
    begin = _begin(now)
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(issuer.subject)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + _BACKDATED + _LEAF_LIFE)
        .add_extension(x509.SubjectAlternativeName(subjects), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False
        )
    )
    return _pem(builder.sign(key, SHA256()))


def needs_renewal(
    leaf: str, names: Sequence[str], addresses: Sequence[Address], now: datetime
) -> bool:
    """Whether a leaf ends within 60 days, is not valid yet, or lacks a name or address."""
    certificate = _certificate(leaf)
    # By an impossible clock every leaf is too new, and a newer one would be as well.
    now = max(now, RELEASED)
    if not certificate.not_valid_before_utc <= now < certificate.not_valid_after_utc - RENEW_BEFORE:
        return True
    there = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return not set(_subjects(names, addresses)) <= set(there)


def fingerprint(certificate: str) -> bytes:
    """SHA-256 of the public key (SubjectPublicKeyInfo), which stays when the leaf is renewed."""
    return public_key_fingerprint(to_der(certificate))


def public_key_fingerprint(der: bytes) -> bytes:
    """The same of a certificate as TLS hands it over."""
    public = x509.load_der_x509_certificate(der).public_key()
    return hashlib.sha256(
        public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    ).digest()


def to_der(certificate: str) -> bytes:
    """A certificate in the form that phones install."""
    return _certificate(certificate).public_bytes(Encoding.DER)


def may_sign(address: Address) -> bool:
    """Whether an address lies within the constraints."""
    return any(address in network for network in NETWORKS)


def _begin(now: datetime) -> datetime:
    # A clock in 1970 would make certificates that have ended before anyone sees them.
    return max(now, RELEASED) - _BACKDATED


def _constraints() -> x509.NameConstraints:
    names = [x509.DNSName(name) for name in NAMES]
    permitted = [*names, *(x509.IPAddress(network) for network in NETWORKS)]
    return x509.NameConstraints(permitted_subtrees=permitted, excluded_subtrees=None)


def _subjects(names: Sequence[str], addresses: Sequence[Address]) -> list[x509.GeneralName]:
    reachable = [x509.IPAddress(address) for address in addresses if may_sign(address)]
    return [*(x509.DNSName(name) for name in names), *reachable]


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _certificate(pem: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate(pem.encode())


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(Encoding.PEM).decode()


def _load(key: str) -> ec.EllipticCurvePrivateKey:
    return cast("ec.EllipticCurvePrivateKey", load_pem_private_key(key.encode(), password=None))


def _key_pem(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
