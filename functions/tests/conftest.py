import os
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from pytest_socket import disable_socket, enable_socket

from world import World

# This is a Wednesday, so that weeks and days around it are not special.
NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _no_sockets(request: pytest.FixtureRequest) -> Iterator[None]:
    """Allow sockets only in tests that name a server."""
    if request.node.get_closest_marker("emulator") or request.node.get_closest_marker("stack"):
        yield
        return
    disable_socket(allow_unix_socket=True)
    yield
    enable_socket()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip tests of servers where there are none. tools/stack.py names its servers in the environment."""
    missing = {
        "emulator": "FIRESTORE_EMULATOR_HOST" not in os.environ,
        "stack": "DARKROOM_STACK" not in os.environ,
    }
    for item in items:
        for marker, is_missing in missing.items():
            if is_missing and item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=f"no {marker} here: run `make test`"))


@pytest.fixture
def world() -> World:
    """Return Darkroom in memory, with the catalogue. Alice has 100 credits, Bob has none, and Mallory has 10."""
    return World(NOW)
