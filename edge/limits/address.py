"""Where a request comes from, as far as that can be believed."""

from ipaddress import IPv6Address, ip_address, ip_network

from starlette.types import Scope

IPV6_PREFIX = 64
"""One line has so many addresses of IPv6 that only the network counts (RFC 6177)."""


def address_of(scope: Scope, proxies: int) -> str:
    """The client's address; of IPv6 the network.

    `proxies`: so many of our own stand before this process. Each appends whom it was asked by to
    X-Forwarded-For, so the client stands that many from the end; what stands before is hearsay.
    """
    peer = (scope.get("client") or ("unknown",))[0]
    if proxies:
        told = [
            address.strip()
            for name, value in scope["headers"]
            if name == b"x-forwarded-for"
            for address in value.decode("latin-1").split(",")
        ]
        peer = told[-proxies] if len(told) >= proxies else peer
    try:
        address = ip_address(peer)
    except ValueError:
        return "unknown"
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ip_network(f"{address}/{IPV6_PREFIX}", strict=False))
    return str(address)
