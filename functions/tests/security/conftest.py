import pytest

from security.house import House


@pytest.fixture(scope="module")
def shared() -> list[House]:
    return [House()]


@pytest.fixture
def house(shared: list[House]) -> House:
    """Return a house for requests that are refused, because these leave it as it was. If a request did change it,
    return a new house.
    """
    if not shared[0].is_untouched():
        shared[0] = House()
    return shared[0]


@pytest.fixture
def fresh() -> House:
    return House()
