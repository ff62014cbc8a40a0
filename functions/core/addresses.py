"""The settings contain addresses of people, of servers and of networks. These types check them."""

import re
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator

type Network = IPv4Network | IPv6Network

RECIPIENTS_MAX = 50
_ADDRESS_MAX = 254
_EMAIL = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[a-z0-9-]+(\.[a-z0-9-]+)+")
_SERVER = re.compile(r"https?://([a-z0-9.-]+|\[[0-9a-f:]+\])(:[0-9]{1,5})?")
_PREFIX_MIN = {IPv4Network: 8, IPv6Network: 20}
_SERVICE = re.compile(r"https://\{service\}[a-z0-9.-]+")
_PAGE = re.compile(r"https?://([A-Za-z0-9.-]+|\[[0-9a-f:]+\])(:[0-9]{1,5})?(/[\x21-\x7e]*)?")


def _split(text: Any) -> Any:
    """Split at the commas. Each address gets one spelling, so that nobody is written to twice."""
    if not isinstance(text, str):
        return text
    return tuple(dict.fromkeys(each.strip().lower() for each in text.split(",") if each.strip()))


def _recipients(addresses: tuple[str, ...]) -> tuple[str, ...]:
    for address in addresses:
        if len(address) > _ADDRESS_MAX or not _EMAIL.fullmatch(address):
            raise ValueError(f"{address!r} is not an e-mail address such as ann@example.com")
    if len(addresses) > RECIPIENTS_MAX:
        raise ValueError(f"at most {RECIPIENTS_MAX} addresses; a mailing list takes more")
    return addresses


def _server(address: str) -> str:
    if not _SERVER.fullmatch(address):
        raise ValueError("must be scheme://host or scheme://host:port, in lower case and without a / at its end")
    return address


def _page(address: str) -> str:
    if address and not _PAGE.fullmatch(address):
        raise ValueError("must be a whole address, such as https://chat.example/hooks/reports")
    return address


def _service(address: str) -> str:
    if address and not _SERVICE.fullmatch(address):
        raise ValueError("must be https://{service} and what follows it, such as https://{service}-abc123-uc.a.run.app")
    return address


def _networks(text: Any) -> Any:
    if not isinstance(text, str):
        return text
    return tuple(_narrow_network(each.strip()) for each in text.split(",") if each.strip())


def _narrow_network(text: str) -> Network:
    try:
        network = ip_network(text)
    except ValueError as error:
        raise ValueError(f"{text!r} is not a network such as 192.0.2.0/24 or 2001:db8::/32: {error}") from error
    narrowest = _PREFIX_MIN[type(network)]
    if network.prefixlen < narrowest:
        raise ValueError(f"{text} is too wide: at least /{narrowest}")
    return network


def is_encrypted(address: str) -> bool:
    return not address or address.startswith("https://")


# The text in the settings separates the networks with commas.
Networks = Annotated[tuple[Network, ...], BeforeValidator(_networks)]

# The text in the settings separates the addresses with commas. They are kept in lower case.
EmailAddresses = Annotated[tuple[str, ...], BeforeValidator(_split), AfterValidator(_recipients)]

ServerAddress = Annotated[str, AfterValidator(_server)]
# The setting may be empty.
PageAddress = Annotated[str, AfterValidator(_page)]

# This is the address of each of several services of Cloud Run: {service} stands in the place of a service's name. The
# setting may be empty.
ServiceAddress = Annotated[str, AfterValidator(_service)]
