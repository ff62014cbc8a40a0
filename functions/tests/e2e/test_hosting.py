"""The Hosting emulator is sent requests that the deployed Hosting can handle. None of them may end the stack or be
lost.
"""

import json
import socket

import pytest

from e2e.client import HOSTING, curl, v1
from tools import services

pytestmark = pytest.mark.stack

ORDER = {"userId": "arda", "model": "Model A", "style": "anime", "color": "neon", "size": "512x512", "prompt": "A %"}


@pytest.mark.parametrize("path", ["/%", "/reports/%", "/v1/generations/%E0%A4%A", "/app/%zz", "/assets/%ff"])
def test_a_path_that_cannot_be_decoded_is_a_bad_request(path: str) -> None:
    assert curl("--path-as-is", f"{HOSTING}{path}").status == 400
    assert v1("GET", "/healthz").status == 200, "the stack is still there"


@pytest.mark.parametrize("query", ["?q=100%", "?q=%ff", "?%"])
def test_a_query_that_cannot_be_decoded_is_for_the_page_or_the_function_to_read(query: str) -> None:
    assert curl(f"{HOSTING}/app/studio{query}").status == 200
    assert curl(f"{HOSTING}/v1/healthz{query}").status in (200, 400), "the function's own answer"
    assert curl(f"{HOSTING}/v1/healthz").status == 200, "the stack is still there"


def test_the_redirects_still_lead_somewhere() -> None:
    reply = curl(f"{HOSTING}/reports?week=1")
    assert (reply.status, reply.headers["location"]) == (301, "/app/admin/reports?week=1")


@pytest.mark.usefixtures("seeded")
@pytest.mark.parametrize(
    "headers",
    [["Expect: 100-continue"], ["Transfer-Encoding: chunked"], ["Expect: 100-continue", "Transfer-Encoding: chunked"]],
    ids=["expect", "chunked", "both"],
)
def test_a_body_arrives_however_it_is_sent(headers: list[str]) -> None:
    sent = [word for header in headers for word in ("-H", header)]
    reply = curl(
        *sent,
        *("-H", "Content-Type: application/json", "-d", json.dumps(ORDER), "--http1.1"),
        f"{HOSTING}/api/createGenerationRequest",
    )
    assert reply.status == 202, reply.body


def test_a_chunked_body_is_asked_for_first_where_the_client_waits() -> None:
    """A client that sends `Expect` holds its body back until it is told to go on."""
    port = services.FIREBASE["emulators"]["hosting"]["port"]
    head = "POST /v1/generations?userId=arda HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\n"
    with socket.create_connection((services.HOST, port), timeout=30) as connection:
        connection.sendall(f"{head}Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n".encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 100 Continue")
        connection.sendall(b"2\r\n{}\r\n0\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 400 ")
