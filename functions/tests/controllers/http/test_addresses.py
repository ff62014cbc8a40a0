"""A request's address must never be one that a stranger chose. At worst it is one that several callers share."""

from ipaddress import ip_network

import pytest

from controllers.http.addresses import AddressReader
from people import ADMIN, NOW
from world import World

# The front end connects to a function on Cloud Run from this address.
FRONT_END = "169.254.169.126"

# This is Hosting's address, in the networks that the operator has entered.
EDGE, EDGES = "198.51.100.20", "198.51.100.0/24"

EVE, ANN = "203.0.113.66", "203.0.113.7"

DEPLOYED = AddressReader((), is_behind_front_end=True)
MEASURED = AddressReader([ip_network(EDGES), ip_network("2001:db8:ed9e::/48")], is_behind_front_end=True)
LOCAL = AddressReader((), is_behind_front_end=False)
BEHIND_ONE = AddressReader([ip_network("10.0.0.0/24")], is_behind_front_end=False)


def read(reader: AddressReader, forwarded: str, remote: str = FRONT_END) -> str:
    return reader.address_of({"x-forwarded-for": forwarded}, remote)


@pytest.mark.parametrize("reader", [DEPLOYED, MEASURED])
@pytest.mark.parametrize(
    "said", ["", f"{ANN}, ", f"{ANN}, {ANN}, ", f"{ANN}, {EDGE}, ", "nonsense, ", ", , ", EDGE + ","]
)
def test_at_the_functions_own_url_a_stranger_cannot_choose_its_address(reader: AddressReader, said: str) -> None:
    assert read(reader, said + EVE) == EVE


@pytest.mark.parametrize("said", ["", f"{EVE}, ", f"{EVE}, {EDGE}, ", "nonsense, "])
def test_through_hosting_each_visitor_has_its_own_address_where_its_networks_are_known(said: str) -> None:
    assert read(MEASURED, f"{said}{ANN}, {EDGE}") == ANN
    assert read(MEASURED, f"{said}{ANN}, 198.51.100.3, 2001:db8:ed9e::1") == ANN


@pytest.mark.parametrize("said", ["", f"{EVE}, ", "nonsense, "])
def test_where_they_are_not_known_hostings_visitors_share_its_address(said: str) -> None:
    assert read(DEPLOYED, f"{said}{ANN}, {EDGE}") == EDGE


@pytest.mark.parametrize("said", ["unknown", "_hidden", "203.0.113.7:4711", "[2001:db8::1]", "", "1.1.1", "x" * 5000])
def test_what_is_no_address_is_never_counted_by(said: str) -> None:
    assert read(MEASURED, f"{ANN}, {said}, {EDGE}") == EDGE
    assert read(DEPLOYED, said) == FRONT_END


def test_without_the_header_the_connection_itself_is_all_there_is() -> None:
    for reader in (DEPLOYED, MEASURED, LOCAL):
        assert reader.address_of({}, ANN) == ANN
        assert read(reader, "", remote=ANN) == ANN


def test_a_chain_of_proxies_only_is_counted_by_the_first_of_them() -> None:
    assert read(MEASURED, f"198.51.100.3, {EDGE}") == "198.51.100.3"


@pytest.mark.parametrize("forwarded", ["", EVE, f"{EVE}, {ANN}", "nonsense"])
def test_where_no_proxy_stands_before_us_nothing_of_it_is_read(forwarded: str) -> None:
    assert read(LOCAL, forwarded, remote=ANN) == ANN
    assert read(BEHIND_ONE, forwarded, remote=ANN) == ANN


def test_a_proxy_of_ones_own_is_believed_and_nobody_before_it() -> None:
    assert read(BEHIND_ONE, f"{EVE}, {ANN}", remote="10.0.0.9") == ANN
    assert read(BEHIND_ONE, f"{EVE}, {ANN}, 10.0.0.8", remote="10.0.0.9") == ANN


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2::1", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", ANN),
        ("fe80::1%eth0", "fe80::/64"),
    ],
)
def test_whoever_has_an_address_of_ipv6_has_its_network(address: str, network: str) -> None:
    assert read(DEPLOYED, f"{EVE}, {address}") == network
    assert read(LOCAL, "", remote=address) == network
    assert read(MEASURED, f"{address}, ::ffff:{EDGE}") == network


# --- what an operator is shown ---


def test_an_admin_sees_how_the_own_request_came_and_no_credential() -> None:
    world = World(NOW, AUTH_MODE="required", TRUSTED_PROXIES="10.0.0.0/24")
    world.add_user("admin", 0, is_admin=True)
    headers = {
        **ADMIN,
        "X-Forwarded-For": f"{EVE}, {ANN} ,10.0.0.8",
        "X-Forwarded-Host": "my-project.web.app",
        "Fastly-Client-IP": ANN,
        "X-Google-Something": "that nobody else can write",
        "Cookie": "secret",
    }
    answer = world.api("GET", "/v1/admin/connection", headers=headers, environ_base={"REMOTE_ADDR": "10.0.0.9"})
    assert answer.status == 200
    names = answer.body.pop("header_names")
    assert {"authorization", "cookie", "x-forwarded-for"} <= set(names)
    assert names == sorted(names)
    assert answer.body == {
        "address": ANN,
        "connection": "10.0.0.9",
        "forwarded_for": [EVE, ANN, "10.0.0.8"],
        "headers": {
            "fastly-client-ip": ANN,
            "host": "localhost",
            "x-forwarded-for": f"{EVE}, {ANN} ,10.0.0.8",
            "x-forwarded-host": "my-project.web.app",
            "x-google-something": "that nobody else can write",
        },
    }
