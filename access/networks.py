"""Network addresses as they are told apart: one that IPv6 only carries is the IPv4 address that it is."""

from ipaddress import IPv4Address, IPv6Address, ip_address


def address_in(text: str) -> IPv4Address | IPv6Address | None:
    """The address of a text, ::ffff:10.0.0.5 as 10.0.0.5; None where it is none."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
