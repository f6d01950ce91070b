"""Examines how phones find the box: addresses, certificates, ports, and the name on the network."""

import urllib.error
import urllib.request
from collections.abc import Iterator

from futureself_box.doctor.findings import Finding, Patient, notice, well, wrong
from futureself_box.doctor.services import is_running
from futureself_box.errors import NetworkUnreachable
from futureself_box.lan import authority, discovery, identity, interfaces
from futureself_box.lan.identity import Identity

_LISTEN_S = 1.5
_ANSWER_S = 3.0


def port(patient: Patient) -> Iterator[Finding]:
    """Whether it is the box that answers at its port."""
    number = patient.settings.box.port
    running = is_running(patient.settings, "box")
    answers = _answers(number)
    if running and answers:
        yield well("app", "The app answers on this machine.")
    elif answers is None and not running:
        yield wrong("app", "The box is not running.", "Start it: scripts/run")
    elif running:
        step = "Look at its log, then stop it and start it again: scripts/run"
        yield wrong("app", "The box is running, but its app doesn't answer.", step)
    else:
        step = "Stop that program, or set FUTURESELF_BOX_PORT to a free port."
        yield wrong("app", f"Port {number} is in use by another program.", step)


def addresses(patient: Patient) -> Iterator[Finding]:
    """Whether the machine is on a home network at all."""
    lan = patient.settings.lan
    if not lan.enabled:
        step = "Phones need it: set lan.enabled to true."
        yield notice("network", "Devices on the home network may not connect.", step)
    elif not interfaces.addresses(lan.interfaces):
        step = "Plug the cable in, or look at lan.interfaces in the settings."
        yield wrong("network", "This machine is on no home network, so no phone finds it.", step)
    else:
        yield well("network", "The box is on the home network.")


def certificate(patient: Patient) -> Iterator[Finding]:
    """Whether phones can trust what the box shows."""
    lan, shown = patient.settings.lan, _identity(patient)
    if shown is None or not lan.enabled:
        return
    there = interfaces.addresses(lan.interfaces)
    if authority.needs_renewal(shown.leaf, [shown.host_name], there, patient.now):
        said = "The certificate that phones see ends soon, or lacks an address of the box."
        step = "The box renews it by itself while it runs and its disk isn't full."
        yield wrong("certificates", said, step, "renew-certificate")
    else:
        yield well("certificates", "The certificate covers every address of the box.")


def name(patient: Patient) -> Iterator[Finding]:
    """Whether the box is found by its name (mDNS)."""
    shown = _identity(patient)
    if shown is None or not patient.settings.lan.enabled or not is_running(patient.settings, "box"):
        return
    try:
        found = any(box.id == shown.id for box in discovery.find(_LISTEN_S))
    except NetworkUnreachable:
        return  # said by `addresses`
    if found:
        yield well("name", "Phones find the box by its name.")
    else:
        step = (
            "Let UDP port 5353 through this machine's firewall, and multicast through the router."
        )
        yield wrong("name", "The box isn't found by its name on the network.", step)


def renew_certificate(patient: Patient) -> None:
    """Issue a leaf for the addresses of now."""
    if patient.household is not None:
        made = identity.load_or_create(patient.household, patient.now)
        there = interfaces.addresses(patient.settings.lan.interfaces)
        identity.renew(patient.household, made, there, patient.now)


def _identity(patient: Patient) -> Identity | None:
    if patient.household is None:
        return None
    with patient.household.read() as connection:
        made = connection.execute("SELECT 1 FROM identity").fetchone()
    return identity.load_or_create(patient.household, patient.now) if made else None


def _answers(number: int) -> bool | None:
    """Whether a box answers there; None where nobody does."""
    url = f"http://127.0.0.1:{number}/check"
    try:
        with urllib.request.urlopen(url, timeout=_ANSWER_S) as answer:
            return b"fingerprint" in answer.read(4096)
    except urllib.error.URLError as error:
        return None if isinstance(error.reason, ConnectionRefusedError) else False
    except OSError:
        return False
