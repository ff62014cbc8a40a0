import pytest

from e2e.client import FUNCTIONS, curl


@pytest.fixture(scope="session")
def seeded() -> None:
    """Put demo data into the stack. To seed it again changes nothing."""
    assert curl("-X", "POST", f"{FUNCTIONS}/seed_database").status == 200
