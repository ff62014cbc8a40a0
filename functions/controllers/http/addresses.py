"""Finds the address that a request comes from, as far as it can be trusted. docs/adr/0016 has the reasons."""

from collections.abc import Mapping, Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from core.addresses import Network

# A caller with one IPv6 address has at least all others with the same first 64 bits, and can call from each of them.
_IPV6_BITS = 64


class AddressReader:
    """Reads X-Forwarded-For from its right end, past the known proxies.

    Each proxy adds at the end the address that it was called from, so an entry can be trusted as far as the proxy to
    its right. With `is_behind_front_end`, the connection itself comes from Google's front end, which nobody can bypass.
    `proxies` are the networks of the proxies that may stand before it.
    """

    def __init__(self, proxies: Sequence[Network], *, is_behind_front_end: bool) -> None:
        self._proxies = tuple(proxies)
        self._is_behind_front_end = is_behind_front_end

    def address_of(self, headers: Mapping[str, str], remote: str) -> str:
        """Return the caller's address, or for IPv6 its network. `headers` have lower-case names.

        If a known proxy gives no usable address, its own address is returned for all callers behind it.
        """
        found = _parsed(remote)
        is_proxy = self._is_behind_front_end or self._is_known(found)
        for entry in reversed(forwarded_for(headers)):
            heard_from = _parsed(entry) if is_proxy else None
            if heard_from is None:
                break
            found, is_proxy = heard_from, self._is_known(heard_from)
        return remote if found is None else _network(found)

    def _is_known(self, address: IPv4Address | IPv6Address | None) -> bool:
        return address is not None and any(address in network for network in self._proxies)


def forwarded_for(headers: Mapping[str, str]) -> list[str]:
    """Return the entries of X-Forwarded-For in their order, without the spaces around them."""
    text = headers.get("x-forwarded-for", "").strip()
    return [entry.strip() for entry in text.split(",")] if text else []


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _network(address: IPv4Address | IPv6Address) -> str:
    if isinstance(address, IPv4Address):
        return str(address)
    return str(IPv6Network((address.packed, _IPV6_BITS), strict=False))
