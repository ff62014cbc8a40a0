import os

import pytest

from bootstrap import Darkroom
from core.settings import Settings
from e2e.client import FUNCTIONS, curl


@pytest.fixture(scope="session")
def seeded() -> None:
    """Put demo data into the stack. To seed it again changes nothing."""
    assert curl("-X", "POST", f"{FUNCTIONS}/seed_database").status == 200


@pytest.fixture
def app() -> Darkroom:
    """Return the application beside the stack, on the stack's own data."""
    return Darkroom(Settings.from_environment(os.environ))
