"""A TLS handshake in memory: a phone that trusts one box's authority, and a server's context."""

import ssl

import msgspec

from futureself_box.lan.identity import Identity


class Handshake(msgspec.Struct, frozen=True):
    """What the phone saw."""

    leaf: str
    cipher: str
    protocol: str | None


def shake_hands(
    server: ssl.SSLContext,
    trusted: Identity,
    version: ssl.TLSVersion | None = None,
    ciphers: str = "DEFAULT",
    name: str | None = None,
) -> Handshake:
    """Raises ssl.SSLError where either side refuses the other."""
    phone = ssl.create_default_context(cadata=trusted.authority.certificate_pem)
    phone.set_ciphers(ciphers)
    phone.set_alpn_protocols(["h2", "http/1.1"])
    if version is not None:
        phone.minimum_version = phone.maximum_version = version
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    server_side = server.wrap_bio(up, down, server_side=True)
    phone_side = phone.wrap_bio(down, up, server_hostname=name or trusted.host_name)
    waiting = [phone_side, server_side]
    while waiting:
        side = waiting.pop(0)
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            waiting.append(side)
    cipher, leaf = phone_side.cipher(), phone_side.getpeercert(binary_form=True)
    assert cipher is not None
    assert leaf is not None
    pem = ssl.DER_cert_to_PEM_cert(leaf)
    return Handshake(pem, cipher[0], phone_side.selected_alpn_protocol())
