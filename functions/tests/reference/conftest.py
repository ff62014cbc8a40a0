import pytest

from e2e.client import FUNCTIONS, curl


@pytest.fixture(scope="session")
def seeded() -> None:
    """Demo data in the stack; seeding again changes nothing."""
    assert curl("-X", "POST", f"{FUNCTIONS}/seed_database").status == 200
