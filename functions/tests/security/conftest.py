import pytest

from security.house import House


@pytest.fixture(scope="module")
def shared() -> list[House]:
    return [House()]


@pytest.fixture
def house(shared: list[House]) -> House:
    """For refusals, which leave it as it was; after one that did not, it is a new one."""
    if not shared[0].is_untouched():
        shared[0] = House()
    return shared[0]


@pytest.fixture
def fresh() -> House:
    return House()
