import os
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from pytest_socket import disable_socket, enable_socket

from world import World

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
"""A Wednesday, so that weeks and days around it are not special."""


@pytest.fixture(autouse=True)
def _no_sockets(request: pytest.FixtureRequest) -> Iterator[None]:
    """Only tests that name a server may open a socket."""
    if request.node.get_closest_marker("emulator") or request.node.get_closest_marker("stack"):
        yield
        return
    disable_socket(allow_unix_socket=True)
    yield
    enable_socket()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    _skip_without_servers(items)
    _share_among_processes(items)


def _skip_without_servers(items: list[pytest.Item]) -> None:
    """Tests of servers run under tools/stack.py, which names them in the environment."""
    missing = {
        "emulator": "FIRESTORE_EMULATOR_HOST" not in os.environ,
        "stack": "DARKROOM_STACK" not in os.environ,
    }
    for item in items:
        for marker, is_missing in missing.items():
            if is_missing and item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=f"no {marker} here: run `make test`"))


def _share_among_processes(items: list[pytest.Item]) -> None:
    """Tests of servers begin first and run one after the other, for they share a database. Others go by file."""
    items.sort(key=lambda item: not _needs_servers(item))
    for item in items:
        item.add_marker(pytest.mark.xdist_group("servers" if _needs_servers(item) else item.path.as_posix()))


def _needs_servers(item: pytest.Item) -> bool:
    return item.get_closest_marker("emulator") is not None or item.get_closest_marker("stack") is not None


@pytest.fixture
def world() -> World:
    """Darkroom in memory, with the catalogue; Alice has 100 credits, Bob has none, Mallory has 10."""
    return World(NOW)
