from collections.abc import Iterator

import firebase_admin
import pytest

from contracts.signing import Clock


@pytest.fixture
def no_app() -> Iterator[None]:
    """Delete the apps, because firebase-admin keeps them in the process."""
    yield
    for app in [*firebase_admin._apps.values()]:
        firebase_admin.delete_app(app)


@pytest.fixture
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Use no proxy between us and this machine."""
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def clock() -> Clock:
    return Clock()
