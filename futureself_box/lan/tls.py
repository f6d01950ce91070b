"""The server's side of TLS. A renewed certificate serves the next handshake, without a restart."""

import os
import ssl

from futureself_box.lan.identity import Identity


def server_context(identity: Identity) -> ssl.SSLContext:
    """TLS 1.2 with forward secrecy and authenticated ciphers only, and TLS 1.3."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("ECDHE+AESGCM:ECDHE+CHACHA20")
    context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION
    context.set_alpn_protocols(["http/1.1"])
    load(context, identity)
    return context


def load(context: ssl.SSLContext, identity: Identity) -> None:
    """Show the identity's leaf from the next handshake on."""
    # ssl reads keys from files only; this one lies in memory and has no name on any disk.
    descriptor = os.memfd_create("leaf", os.MFD_CLOEXEC)
    with os.fdopen(descriptor, "wb") as file:
        file.write(f"{identity.leaf_key}{identity.leaf}".encode())
        file.flush()
        context.load_cert_chain(f"/proc/self/fd/{descriptor}")
