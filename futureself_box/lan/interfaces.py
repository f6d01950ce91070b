"""The addresses at which phones at home reach this machine.

Containers and VPNs have interfaces too, on which no phone of the house is; they are left out by name.
"""

import re
import socket
from ipaddress import ip_address

import psutil

from futureself_box.lan.authority import Address, may_sign

_ELSEWHERE = re.compile(
    r"^(lo|docker|br-[0-9a-f]{12}|veth|virbr|vnet|tun|tap|wg|tailscale|zt|ppp|lxc|lxd|podman|cni|"
    r"flannel|cali|vboxnet|vmnet|utun|nordlynx|proton|mullvad)"
)


def leads_home(name: str) -> bool:
    """Whether an interface of that name is one that phones of the house may be on."""
    return not _ELSEWHERE.match(name)


def addresses(chosen: str = "") -> tuple[Address, ...]:
    """The home network's addresses of this machine now, IPv4 first.

    `chosen` names the interfaces to use, with commas; empty means all that lead home. Addresses
    outside of the private ranges are left out: the authority can't certify them.
    """
    wanted = {name.strip() for name in chosen.split(",") if name.strip()}
    states = psutil.net_if_stats()
    found: list[Address] = []
    for name, entries in psutil.net_if_addrs().items():
        chosen_one = name in wanted if wanted else leads_home(name)
        if chosen_one and name in states and states[name].isup:
            found += [
                ip_address(entry.address)
                for entry in entries
                if entry.family in {socket.AF_INET, socket.AF_INET6} and "%" not in entry.address
            ]
    home = [address for address in found if may_sign(address) and not address.is_link_local]
    return tuple(sorted(set(home), key=lambda address: (address.version, int(address))))
